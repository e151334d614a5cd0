"""Layers that are in both models: one object, and so one set of weights, in two places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from funclab.graph.operation import Operation, OpOperation
from funclab.view.diff.match import Match
from funclab.view.diff.sentences import Entry, numbers_in, quoted
from funclab.view.draw.text import clean, listed, plural
from funclab.view.scene import words
from funclab.view.scene.parts import parts

MOST_SENTENCES = 6
"""Of more layers that are in both models, the others are told in one sentence."""


def shared_layers(left: Any, right: Any) -> list[Entry]:
    """The layers in both models, in the order of the first; of a model in both, not its inside.

    Each has the mark that both pictures carry as its kind; a whole model has no calls.
    """
    if left is right:
        return []
    there = _places(right)
    here = {layer: keys for layer, keys in _places(left).items() if layer in there}
    frames = tuple(f"{key}/" for keys in here.values() for key in keys)
    outer = {
        layer: [key for key in keys if not key.startswith(frames)] for layer, keys in here.items()
    }
    chosen = [left] if left in here else [layer for layer, keys in outer.items() if keys]
    return [_shared(i, layer, outer[layer], there[layer]) for i, layer in enumerate(chosen)]


def _places(model: Any) -> dict[Operation, list[str]]:
    """A model and every layer in it, however deep, with the keys of its boxes."""
    places: dict[Operation, list[str]] = {model: []}
    for part in parts(words.graph_of(model), own=False):
        for node in part.graph.nodes:
            layer, key = node.operation, part.key(node.key)
            if not isinstance(layer, OpOperation):
                places.setdefault(layer, []).append(key)
            inner = words.inner_layer(layer)
            if inner is not None:
                places.setdefault(inner, []).append(f"{key}/{clean(inner.name)}")
    return places


def _shared(index: int, layer: Any, left: list[str], right: list[str]) -> Entry:
    numbers = numbers_in([layer])
    sentence = f"Both models have the Input {quoted(layer)}."
    if type(layer).__name__ != "InputLayer":
        sentence = f"{quoted(layer)} is the same layer in both models{_depth(left, right)}"
        exist = "exists" if numbers == 1 else "exist"
        sentence += (
            f": its {plural(numbers, 'number')} {exist} once, so training either model changes "
            "both."
            if numbers
            else "."
        )
    return Entry(_mark(index), left, right, sentence, numbers)


def _depth(left: list[str], right: list[str]) -> str:
    """Where it is, if it is not simply a layer of both."""
    places = [_place(left), _place(right)]
    told = [f"{side}: {place}" for side, place in zip(("left", "right"), places) if place]
    if places[0] == places[1]:
        told = list(filter(None, places[:1]))
    return f" ({listed(told)})" if told else ""


def _place(keys: list[str]) -> str:
    if not keys:
        return "the whole model"
    return f"inside {keys[0].rpartition('/')[0]}" if "/" in keys[0] else ""


def _mark(index: int) -> str:
    """= A, = B ... = Z, = A1, = B1 ...

    >>> _mark(0), _mark(27)
    ('= A', '= B1')
    """
    round_, letter = divmod(index, 26)
    return f"= {chr(65 + letter)}{round_ or ''}"


def notes(pairs: Match, shared: list[Entry]) -> Iterator[str]:
    """Sentences on what both models own together, and on the rest."""
    if pairs.left.model is pairs.right.model:
        yield "Both are one and the same model."
        return
    for layer in shared[:MOST_SENTENCES]:
        yield f"{layer.kind}: {layer.sentence}"
    rest = shared[MOST_SENTENCES:]
    if rest:
        numbers = plural(sum(layer.numbers for layer in rest), "number")
        yield (
            f"{rest[0].kind} to {rest[-1].kind[2:]}: {plural(len(rest), 'more layer')} in both "
            f"models: their {numbers} exist once."
        )
    yield from _own_weights(pairs, any(layer.numbers for layer in shared))


def _own_weights(pairs: Match, some: bool) -> Iterator[str]:
    """Whose the other weights are, and whether they hold the same numbers; none are allocated."""
    weights = [
        (v, w)
        for a, b in pairs.layers.items()
        for v, w in zip(words.weights_of(a), words.weights_of(b))
        if v is not w
    ]
    own = all(words.weights_of(side.model) for side in (pairs.left, pairs.right))
    if not weights and (some or not own):
        return
    sentence = "Each model has weights of its own, so training one leaves the other alone"
    if some:
        sentence = "Layers without such a mark have weights of their own in each model"
    known = [(v, w) for v, w in weights if v.shape == w.shape and v.allocated and w.allocated]
    same = sum(np.array_equal(v.array, w.array, equal_nan=True) for v, w in known)
    how = "all" if same == len(known) else "none" if not same else f"{same} of {len(known)}"
    more = f"; of the arrays in the same places, {how} hold the same numbers" if known else ""
    yield f"{sentence}{more}."
