"""What is different between two matched models, and which layers are in both: a sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import not_
from typing import Any

import numpy as np

from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
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
from funclab.view.draw.sentences import listed, say, times
from funclab.view.draw.text import clean, shorten
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
        key = "diff_more" if numbers > 0 else "diff_fewer"
        sentence = say(key, sentence=sentence, n=abs(numbers))
    left = [clean(node.key) for layer in lefts for node in pairs.left.calls[layer]]
    right = [clean(node.key) for layer in rights for node in pairs.right.calls[layer]]
    return Entry(kind, left, right, sentence, numbers)


def _sharing(pairs: Match, lefts: list[Operation], rights: list[Operation]) -> Entry:
    left, right = _shared_or_not(pairs.left, lefts), _shared_or_not(pairs.right, rights)
    numbers = numbers_in(rights) - numbers_in(lefts)
    return _entry("shared", pairs, lefts, rights, say("diff_both", left=left, right=right), numbers)


def _shared_or_not(side: Side, layers: list[Operation]) -> str:
    if len(layers) > 1:
        key = "diff_own_weights" if numbers_in(layers) else "diff_separate"
        count = say(f"diff_number_{len(layers)}") if len(layers) < 5 else len(layers)
        return say(key, layers=[*map(quoted, layers)], count=count)
    nodes = side.calls[layers[0]]
    taken = [parent for node in nodes for parent, _ in side.parents(node)]
    whole = len(taken) == len({*taken}) == 2 and {*taken} == {*side.graph.input_nodes}
    how = say("diff_on_both") if whole else times(len(nodes))
    return say("diff_called", layer=quoted(layers[0]), how=how)


def _alone(kind: str, pairs: Match, layer: Operation) -> Entry:
    """A layer of one side only, with its place."""
    added = kind == "added"
    side = pairs.right if added else pairs.left
    nodes = side.calls[layer]
    before = dict.fromkeys(parent.operation for n in nodes for parent, _ in side.parents(n))
    after = dict.fromkeys(reader.operation for n in nodes for reader, _ in side.consumers[n])
    places = [
        say(key, layers=[*map(quoted, layers)])
        for key, layers in (("diff_after", before), ("diff_before", after))
        if layers
    ]
    place = f", {listed(places)}" if places else ""
    facts = {"layer": quoted(layer), "detail": words.detail(layer), "place": place}
    sentence = say("diff_right_only" if added else "diff_left_only", **facts)
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
        told = [say("diff_input", shapes=" → ".join(shapes))]
    if told:
        sides = say("diff_sides", left=quoted(a), right=quoted(b))
        both = quoted(a) if a.name == b.name else sides
        yield _entry("changed", pairs, [a], [b], f"{both}: {', '.join(told)}", numbers)


def _inner_changed(pairs: Match, a: Operation, b: Operation) -> list[str]:
    """A change of the layer that a wrapper applies; models there have entries of their own."""
    inner = [words.inner_layer(layer) for layer in (a, b)]
    if None in inner or None not in map(model_in, inner):
        return []
    if len({pairs.left.codes.signature(layer) for layer in inner}) == 1:
        return []
    before, after = map(words.detail, inner)
    return [say("diff_inside", before=before, after=after)]


def _call_changed(pairs: Match, a: Node, b: Node) -> Iterator[Entry]:
    """Tensors, or other arguments, that differ in a call of the same layer."""
    left, right = clean(a.key), clean(b.key)
    calls = {"left": left, "right": right}
    before, after = constants_of(a), constants_of(b)
    if before != after:
        there = {
            "before": before or say("diff_nothing_else"),
            "after": after or say("diff_nothing_else"),
        }
        yield Entry("changed", [left], [right], say("diff_called_with", **calls, **there))
    mine, theirs = pairs.left.parents(a), pairs.right.parents(b)
    if not same_origins(pairs, mine, theirs):
        mine, theirs = (_tensors(tensors) or say("diff_nothing") for tensors in (mine, theirs))
        yield Entry(
            "rewired", [left], [right], say("diff_rewired", **calls, mine=mine, theirs=theirs)
        )


def _called(pairs: Match, a: Operation, b: Operation) -> Iterator[Entry]:
    here, there = len(pairs.left.calls[a]), len(pairs.right.calls[b])
    if here != there:
        counts = {"here": times(here), "there": times(there)}
        sentence = say("diff_calls", left=quoted(a), right=quoted(b), **counts)
        yield _entry("calls", pairs, [a], [b], sentence)


def _renamed(pairs: Match, a: Operation, b: Operation) -> Iterator[Entry]:
    """A layer under another name; automatic names such as dense_1 do not count."""
    if a.name != b.name and not (words.is_automatic(a) and words.is_automatic(b)):
        sentence = say("diff_renamed", left=quoted(a), right=quoted(b))
        yield _entry("renamed", pairs, [a], [b], sentence)


def _ends(pairs: Match) -> Iterator[Entry]:
    """Inputs and outputs: how many, which, and in which order."""
    for kind in ("inputs", "outputs"):
        mine, theirs = (
            [side.graph.producer(tensor) for tensor in getattr(side.graph, kind)]
            for side in (pairs.left, pairs.right)
        )
        fit = [_same_end(pairs, x, y) for x, y in zip(mine, theirs)]
        if len(mine) != len(theirs) or not all(fit):
            sentence = say(f"diff_{kind}", left=_tensors(mine), right=_tensors(theirs))
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
    key = "diff_same_numbers" if numbers else "diff_same"
    key = "diff_same_input" if isinstance(layer, InputLayer) else key
    sentence = say(key, layer=quoted(layer), depth=_depth(left, right), n=numbers)
    return Entry(_mark(index), left, right, sentence, numbers)


def _depth(left: list[str], right: list[str]) -> str:
    """Where it is, if it is not simply a layer of both."""
    places = [
        say("diff_whole") if not keys
        else say("diff_within", place=keys[0].rpartition("/")[0]) if "/" in keys[0]
        else ""
        for keys in (left, right)
    ]  # fmt: skip
    sides = zip(("diff_left", "diff_right"), places)
    told = [say(side, name=place) for side, place in sides if place]
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
        yield say("diff_one_model")
        return
    for layer in shared[:MOST_SENTENCES]:
        yield f"{layer.kind}: {layer.sentence}"
    rest = shared[MOST_SENTENCES:]
    if rest:
        facts = {"first": rest[0].kind, "last": rest[-1].kind[2:], "n": len(rest)}
        yield say("diff_more_shared", **facts, numbers=sum(layer.numbers for layer in rest))
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
    key = "diff_unmarked" if some else "diff_apart"
    known = [(v, w) for v, w in weights if v.shape == w.shape and v.allocated and w.allocated]
    same = sum(np.array_equal(v.array, w.array, equal_nan=True) for v, w in known)
    how = "all" if same == len(known) else "some" if same else "none"
    more = say(f"diff_{how}_equal", same=same, n=len(known)) if known else ""
    yield say(key, more=more)
