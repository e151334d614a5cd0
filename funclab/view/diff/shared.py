"""Layers that are in both models: one object, and so one set of weights, in two places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from funclab.graph.operation import Operation, OpOperation
from funclab.view.diff.match import Match
from funclab.view.draw.text import clean, listed, plural, shorten
from funclab.view.scene import words

LONGEST_NAME = 40
MOST_SENTENCES = 6
"""Of more layers that are in both models, the others are told in one sentence."""

Places = dict[Operation, list[str]]


@dataclass(frozen=True)
class Shared:
    """A layer that is in both models, with the mark that both pictures carry."""

    mark: str
    left: list[str]
    """Its calls in the first model, as `layer[node]`; empty if it is that model itself."""
    right: list[str]
    sentence: str
    numbers: int = 0
    """How many numbers it holds."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def shared_layers(left: Any, right: Any) -> list[Shared]:
    """The layers in both models, in the order of the first; of a model in both, not its inside."""
    if left is right:
        return []
    places = dict(_places(right, ""))
    found: Places = {}
    _collect(left, "", places, found)
    return [_shared(i, layer, keys, places[layer]) for i, (layer, keys) in enumerate(found.items())]


def _collect(model: Any, prefix: str, known: Places, found: Places) -> None:
    """The outermost layers of a model that are known on the other side, with all their places."""
    if model in known:
        found.setdefault(model, [])
        return
    for layer, keys in _calls(model, prefix).items():
        if layer in known:
            found[layer] = found.get(layer, []) + keys
        else:
            for part, place in _inside(layer, keys[0]):
                _collect_part(part, place, known, found)


def _collect_part(part: Any, place: str, known: Places, found: Places) -> None:
    if part in known:
        found[part] = [*found.get(part, []), place]
    elif words.graph_of(part) is not None:
        _collect(part, f"{place}/", known, found)


def _places(model: Any, prefix: str) -> Iterator[tuple[Operation, list[str]]]:
    """Every layer in a model, however deep, and the model itself; with the keys of its boxes."""
    found: Places = {} if prefix else {model: []}
    waiting = [(model, prefix)]
    while waiting:
        one, before = waiting.pop()
        for layer, keys in _calls(one, before).items():
            found[layer] = found.get(layer, []) + keys
            for part, place in _inside(layer, keys[0]):
                if part is not layer:
                    found[part] = [*found.get(part, []), place]
                if words.graph_of(part) is not None:
                    waiting.append((part, f"{place}/"))
    yield from found.items()


def _calls(model: Any, prefix: str) -> Places:
    return {
        layer: [f"{prefix}{clean(layer.name)}[{node.index}]" for node in nodes]
        for layer, nodes in words.calls_by_layer(words.graph_of(model)).items()
        if not isinstance(layer, OpOperation)
    }


def _inside(layer: Any, key: str) -> Iterator[tuple[Any, str]]:
    """A model itself, or the layer that a wrapper applies, with the key of its box."""
    if words.graph_of(layer) is not None:
        yield layer, key
    inner = words.inner_layer(layer)
    if inner is not None:
        yield inner, f"{key}/{clean(inner.name)}"


def _shared(index: int, layer: Any, left: list[str], right: list[str]) -> Shared:
    name, numbers = shorten(layer.name, LONGEST_NAME), words.count(words.weights_of(layer))
    if type(layer).__name__ == "InputLayer":
        sentence = f"Both models have the Input “{name}”."
    else:
        sentence = f"“{name}” is the same layer in both models{_depth(left, right)}"
        sentence += _fate(plural(numbers, "number"), numbers)
    return Shared(_mark(index), left, right, sentence, numbers)


def _fate(said: str, numbers: int) -> str:
    if not numbers:
        return "."
    verb = "exists" if numbers == 1 else "exist"
    return f": its {said} {verb} once, so training either model changes both."


def _depth(left: list[str], right: list[str]) -> str:
    """Where it is, if it is not simply a layer of both."""
    places = [_place(left), _place(right)]
    if places[0] == places[1]:
        return f" ({places[0]})" if places[0] else ""
    told = [f"{side}: {place}" for side, place in zip(("left", "right"), places) if place]
    return f" ({listed(told)})"


def _place(keys: list[str]) -> str:
    if not keys:
        return "the whole model"
    return f"inside {keys[0].rpartition('/')[0]}" if "/" in keys[0] else ""


def _mark(index: int) -> str:
    """A, B ... Z, A1, B1 ...

    >>> _mark(0), _mark(27)
    ('A', 'B1')
    """
    round_, letter = divmod(index, 26)
    return f"{chr(65 + letter)}{round_ or ''}"


def notes(found: Match, shared: list[Shared]) -> Iterator[str]:
    """Sentences on what both models own together, and on the rest."""
    if found.left.model is found.right.model:
        yield "Both are one and the same model."
        return
    for one in shared[:MOST_SENTENCES]:
        yield f"= {one.mark}: {one.sentence}"
    rest = shared[MOST_SENTENCES:]
    if rest:
        numbers = plural(sum(one.numbers for one in rest), "number")
        yield (
            f"= {rest[0].mark} to {rest[-1].mark}: {plural(len(rest), 'more layer')} in both "
            f"models: their {numbers} exist once."
        )
    yield from _own_weights(found, any(one.numbers for one in shared))


def _own_weights(found: Match, some: bool) -> Iterator[str]:
    """Whose the other weights are, and whether they hold the same numbers; none are allocated."""
    pairs = [
        (v, w)
        for a, b in found.layers.items()
        for v, w in zip(words.weights_of(a), words.weights_of(b))
        if v is not w
    ]
    own = all(words.weights_of(side.model) for side in (found.left, found.right))
    if not pairs and (some or not own):
        return
    sentence = "Each model has weights of its own, so training one leaves the other alone"
    if some:
        sentence = "Layers without such a mark have weights of their own in each model"
    known = [(v, w) for v, w in pairs if v.shape == w.shape and v.allocated and w.allocated]
    same = sum(np.array_equal(v.array, w.array, equal_nan=True) for v, w in known)
    how = "all" if same == len(known) else "none" if not same else f"{same} of {len(known)}"
    more = f"; of the arrays in the same places, {how} hold the same numbers" if known else ""
    yield f"{sentence}{more}."
