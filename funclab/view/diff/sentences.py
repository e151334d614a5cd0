"""What is different between two matched models, and which layers are in both: a sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import not_
from typing import Any

import numpy as np

from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation, times
from funclab.graph.shape_math import show
from funclab.layers.input import InputLayer
from funclab.view.diff.match import (
    Match,
    Origin,
    Side,
    constants_of,
    model_in,
    same_origin,
    same_origins,
    settings_of,
)
from funclab.view.draw.text import clean, listed, plural, shorten
from funclab.view.scene import words
from funclab.view.scene.insides import parts

LONGEST_NAME = 40
MOST_SENTENCES = 6
"""If there are more shared layers, the rest are summed up in one sentence."""


@dataclass(frozen=True)
class Entry:
    """One difference, or one layer that is in both: its kind, its calls on each side, a sentence.

    The kind is shared, removed, added, changed, rewired, calls, renamed, inputs or outputs; or, for
    a layer in both models, its mark.
    """

    kind: str
    left: list[str]
    """The calls of the first model, as `layer[node]`."""
    right: list[str]
    sentence: str
    numbers: int = 0
    """How many more numbers the second model has because of it, or how many are in both."""


def entries(pairs: Match) -> Iterator[Entry]:
    """All differences, by kind."""
    explained: set[Operation] = set()
    for lefts, rights in _groups(pairs):
        explained.update(lefts, rights)
        yield _sharing(pairs, lefts, rights)
    # A layer whose counterpart has its calls paired with those of another one stands alone.
    torn = {pair for pair in pairs.layers.items() if len(explained & {*pair}) == 1}
    alone = {layer for pair in torn for layer in pair}
    for kind, side, known in (
        ("removed", pairs.left, pairs.layers),
        ("added", pairs.right, pairs.back),
    ):
        for layer in side.calls:
            if (layer not in known or layer in alone) and layer not in explained:
                yield _alone(kind, pairs, layer)
    layers = [(a, pairs.layers[a]) for a in pairs.left.calls if a in pairs.layers]
    layers = [pair for pair in layers if pair not in torn]
    rest = [(a, b) for a, b in layers if a not in explained]
    yield from (entry for a, b in layers for entry in _changed(pairs, a, b))
    yield from (entry for a, b in pairs.calls.items() for entry in _call_changed(pairs, a, b))
    yield from (entry for a, b in rest for entry in _called(pairs, a, b))
    yield from (entry for a, b in rest for entry in _renamed(pairs, a, b))
    yield from _ends(pairs)


def _groups(pairs: Match) -> list[tuple[list[Operation], list[Operation]]]:
    """Layers whose calls are paired with those of several layers on the other side."""
    of: dict[Operation, dict[Operation, None]] = {}
    back: dict[Operation, dict[Operation, None]] = {}
    for a, b in pairs.calls.items():
        of.setdefault(a.operation, {}).setdefault(b.operation)
        back.setdefault(b.operation, {}).setdefault(a.operation)
    groups = []
    grouped: set[Operation] = set()
    for a in of:
        if a in grouped:
            continue
        lefts, rights = [a], list(of[a])
        for b in rights:  # grows while it is walked through
            lefts += [layer for layer in back[b] if layer not in lefts]
            rights += [c for layer in lefts for c in of[layer] if c not in rights]
        grouped.update(lefts)
        if len(lefts) + len(rights) > 2:
            groups.append((lefts, rights))
    return groups


def _entry(
    kind: str,
    pairs: Match,
    lefts: Sequence[Operation],
    rights: Sequence[Operation],
    sentence: str,
    numbers: int = 0,
) -> Entry:
    """An entry about layers; its sentence ends with the numbers that are added or removed."""
    if numbers:
        more = "more" if numbers > 0 else "fewer"
        sentence += f" ({plural(abs(numbers), f'{more} number')})"
    left = [clean(node.key) for layer in lefts for node in pairs.left.calls[layer]]
    right = [clean(node.key) for layer in rights for node in pairs.right.calls[layer]]
    return Entry(kind, left, right, sentence, numbers)


def _sharing(pairs: Match, lefts: list[Operation], rights: list[Operation]) -> Entry:
    left, right = _shared_or_not(pairs.left, lefts), _shared_or_not(pairs.right, rights)
    numbers = numbers_in(rights) - numbers_in(lefts)
    return _entry("shared", pairs, lefts, rights, f"left: {left}; right: {right}", numbers)


def _shared_or_not(side: Side, layers: list[Operation]) -> str:
    if len(layers) > 1:
        kind = "layers with weights of their own" if numbers_in(layers) else "separate layers"
        count = {2: "two", 3: "three", 4: "four"}.get(len(layers), len(layers))
        return f"{listed(list(map(quoted, layers)))} are {count} {kind}"
    nodes = side.calls[layers[0]]
    taken = [parent for node in nodes for parent, _ in side.parents(node)]
    whole = len(taken) == len({*taken}) == 2 and {*taken} == {*side.graph.input_nodes}
    return f"{quoted(layers[0])} is called {'on both inputs' if whole else times(len(nodes))}"


def _alone(kind: str, pairs: Match, layer: Operation) -> Entry:
    """A layer of one side only, with its place."""
    added = kind == "added"
    side, where = (pairs.right, "right") if added else (pairs.left, "left")
    nodes = side.calls[layer]
    before = dict.fromkeys(parent.operation for n in nodes for parent, _ in side.parents(n))
    after = dict.fromkeys(reader.operation for n in nodes for reader, _ in side.consumers[n])
    places = [
        f"{word} {listed(list(map(quoted, layers)))}"
        for word, layers in (("after", before), ("before", after))
        if layers
    ]
    place = f", {' and '.join(places)}" if places else ""
    sentence = f"{where} only: {quoted(layer)} ({words.detail(layer)}){place}"
    if added:
        return _entry(kind, pairs, [], [layer], sentence, numbers_in([layer]))
    return _entry(kind, pairs, [layer], [], sentence, -numbers_in([layer]))


def _changed(pairs: Match, a: Operation, b: Operation) -> Iterator[Entry]:
    """Settings that differ; differences inside nested models have entries of their own."""
    if a is b:
        return
    signature = pairs.left.codes.signature
    told = []
    if signature(a) != signature(b):
        changes = words.differing([settings_of(a), settings_of(b)])
        told = [f"{key} {said(before)} → {said(after)}" for key, (before, after) in changes.items()]
    told += _inner_changed(pairs, a, b)
    numbers = numbers_in([b]) - numbers_in([a])
    if numbers and not told and model_in(a) is None:
        nodes = pairs.left.calls[a][0], pairs.right.calls[b][0]
        shapes = [listed(list(map(show, node.input_shapes))) for node in nodes]
        told = [f"input {' → '.join(shapes)}"]
    if told:
        both = quoted(a) if a.name == b.name else f"left: {quoted(a)}, right: {quoted(b)}"
        yield _entry("changed", pairs, [a], [b], f"{both}: {', '.join(told)}", numbers)


def _inner_changed(pairs: Match, a: Operation, b: Operation) -> list[str]:
    """A change of the layer that a wrapper applies; models there have entries of their own."""
    inner = [words.inner_layer(layer) for layer in (a, b)]
    if None in inner or None not in map(model_in, inner):
        return []
    if len({pairs.left.codes.signature(layer) for layer in inner}) == 1:
        return []
    return [f"the layer inside: {words.detail(inner[0])} → {words.detail(inner[1])}"]


def _call_changed(pairs: Match, a: Node, b: Node) -> Iterator[Entry]:
    """Tensors, or other arguments, that differ in a call of the same layer."""
    left, right = clean(a.key), clean(b.key)
    before, after = constants_of(a), constants_of(b)
    if before != after:
        told = [f"with {listed(constants) or 'nothing else'}" for constants in (before, after)]
        sentence = f"left: {left} is called {told[0]}; right: {right} {told[1]}"
        yield Entry("changed", [left], [right], sentence)
    mine, theirs = pairs.left.parents(a), pairs.right.parents(b)
    if not same_origins(pairs, mine, theirs):
        takes = [_tensors(tensors) or "nothing" for tensors in (mine, theirs)]
        sentence = f"left: {left} takes {takes[0]}; right: {right} takes {takes[1]}"
        yield Entry("rewired", [left], [right], sentence)


def _called(pairs: Match, a: Operation, b: Operation) -> Iterator[Entry]:
    here, there = len(pairs.left.calls[a]), len(pairs.right.calls[b])
    if here != there:
        sentence = f"left: {quoted(a)} is called {times(here)}; right: {quoted(b)} {times(there)}"
        yield _entry("calls", pairs, [a], [b], sentence)


def _renamed(pairs: Match, a: Operation, b: Operation) -> Iterator[Entry]:
    """A layer under another name; automatic names such as dense_1 do not count."""
    if a.name != b.name and not (words.is_automatic(a) and words.is_automatic(b)):
        sentence = f"left: {quoted(a)} is right: {quoted(b)}, under another name"
        yield _entry("renamed", pairs, [a], [b], sentence)


def _ends(pairs: Match) -> Iterator[Entry]:
    """Inputs and outputs: how many, which, and in which order."""
    for kind, verb in (("inputs", "takes"), ("outputs", "returns")):
        mine, theirs = (
            [side.graph.producer(tensor) for tensor in getattr(side.graph, kind)]
            for side in (pairs.left, pairs.right)
        )
        fit = [_same_end(pairs, x, y) for x, y in zip(mine, theirs)]
        if len(mine) != len(theirs) or not all(fit):
            left, right = _tensors(mine), _tensors(theirs)
            sentence = f"left: the model {verb} {left}; right: it {verb} {right}"
            # The ends without a partner on the other side; if each has one, those that moved.
            odd = [x for x in mine if not any(_same_end(pairs, x, y) for y in theirs)]
            others = [y for y in theirs if not any(_same_end(pairs, x, y) for x in mine)]
            if not odd and not others:
                odd, others = ([*compress(ends, map(not_, fit))] for ends in (mine, theirs))
            left_keys, right_keys = (
                [*dict.fromkeys(clean(n.key) for n, _ in ends)] for ends in (odd, others)
            )
            yield Entry(kind, left_keys, right_keys, sentence)


def _same_end(pairs: Match, x: Origin, y: Origin) -> bool:
    """Whether two ends correspond, directly or through layers that were added or removed."""
    if same_origin(pairs, x, y):
        return True
    new = x[0].operation not in pairs.layers, y[0].operation not in pairs.back
    return all(new) and not x[0].is_input


def numbers_in(layers: Sequence[Operation]) -> int:
    """How many numbers layers hold; shared ones count once."""
    return words.count({id(w): w for layer in layers for w in words.weights_of(layer)}.values())


def quoted(layer: Any) -> str:
    """The name of a layer or model in quotation marks, cut to LONGEST_NAME letters."""
    return f"“{shorten(layer.name, LONGEST_NAME)}”"


def _tensors(origins: list[Origin]) -> str:
    """`dense[0:0] and x[0:0]`"""
    return listed([f"{shorten(n.operation.name, LONGEST_NAME)}[{n.index}:{i}]" for n, i in origins])


def said(value: Any) -> str:
    """A setting in a few words."""
    if isinstance(value, dict) and "class_name" in value:
        config = value["config"] if isinstance(value["config"], dict) else {}
        inner = ", ".join(f"{k}={said(v)}" for k, v in config.items() if v is not None)
        return shorten(f"{value['class_name']}({inner})", LONGEST_NAME)
    if isinstance(value, (list, tuple)):
        return shorten(f"({', '.join(map(said, value))})", LONGEST_NAME)
    return shorten(str(value), LONGEST_NAME)


def shared_layers(left: Any, right: Any) -> list[Entry]:
    """The layers in both models, in the order of the first; not those inside a model in both.

    The kind of each is its mark in both pictures; a whole model has no calls.
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
    """A model and every layer in it, at any depth, with the keys of its boxes."""
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
    if not isinstance(layer, InputLayer):
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
    places = [
        "the whole model" if not keys
        else f"inside {keys[0].rpartition('/')[0]}" if "/" in keys[0]
        else ""
        for keys in (left, right)
    ]  # fmt: skip
    told = [f"{side}: {place}" for side, place in zip(("left", "right"), places) if place]
    if places[0] == places[1]:
        told = list(filter(None, places[:1]))
    return f" ({listed(told)})" if told else ""


def _mark(index: int) -> str:
    """= A, = B ... = Z, = A1, = B1 ...

    >>> _mark(0), _mark(27)
    ('= A', '= B1')
    """
    round_, letter = divmod(index, 26)
    return f"= {chr(65 + letter)}{round_ or ''}"


def notes(pairs: Match, shared: list[Entry]) -> Iterator[str]:
    """Sentences on the layers that are in both models, and on the rest."""
    if pairs.left.model is pairs.right.model:
        yield "Both are the same model."
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
    """Who owns the other weights, and whether they hold equal numbers; none are allocated."""
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
