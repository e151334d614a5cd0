"""What is different between two matched models, one exact sentence for each difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from funclab.graph.node import Node
from funclab.graph.operation import Operation, times
from funclab.view.diff.match import Match, same_origin
from funclab.view.diff.sides import Side, constants_of, model_in, settings_of
from funclab.view.draw.text import clean, listed, shorten
from funclab.view.scene import words

Place = tuple[Node, int]
"""The node that made a tensor, and which of its outputs it is."""

LONGEST_NAME = 40


@dataclass(frozen=True)
class Entry:
    """One difference: its kind, the calls it is about on each side, and a sentence."""

    kind: str
    """shared, removed, added, changed, rewired, calls, renamed, inputs or outputs."""
    left: list[str]
    """The calls of the first model, as `layer[node]`."""
    right: list[str]
    sentence: str
    numbers: int = 0
    """How many more numbers the second model learns because of it."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def entries(found: Match) -> Iterator[Entry]:
    """All differences, by kind."""
    groups = _groups(found)
    explained: set[Operation] = set()
    for lefts, rights in groups:
        explained.update(lefts, rights)
        yield _sharing(found, lefts, rights)
    for kind, side, known in (
        ("removed", found.left, found.layers),
        ("added", found.right, found.back),
    ):
        for one in side.calls:
            if one not in known and one not in explained:
                yield _alone(kind, side, one)
    pairs = [(a, found.layers[a]) for a in found.left.calls if a in found.layers]
    yield from (one for a, b in pairs for one in _changed(found, a, b))
    yield from (one for a, b in found.calls.items() for one in _call_changed(found, a, b))
    yield from (one for a, b in pairs if a not in explained for one in _called(found, a, b))
    yield from (one for a, b in pairs if a not in explained for one in _renamed(found, a, b))
    yield from _ends(found)


def _groups(found: Match) -> list[tuple[list[Operation], list[Operation]]]:
    """Layers whose calls are those of several layers on the other side."""
    of: dict[Operation, dict[Operation, None]] = {}
    for a, b in found.calls.items():
        of.setdefault(a.operation, {}).setdefault(b.operation)
    back: dict[Operation, dict[Operation, None]] = {}
    for a, rights in of.items():
        for b in rights:
            back.setdefault(b, {}).setdefault(a)
    groups = []
    seen: set[Operation] = set()
    for a in of:
        if a in seen:
            continue
        lefts, rights = [a], list(of[a])
        for b in rights:  # grows while it is walked through
            lefts += [one for one in back[b] if one not in lefts]
            rights += [c for one in lefts for c in of[one] if c not in rights]
        seen.update(lefts)
        if len(lefts) + len(rights) > 2:
            groups.append((lefts, rights))
    return groups


def _sharing(found: Match, lefts: list[Operation], rights: list[Operation]) -> Entry:
    numbers = _numbers(rights) - _numbers(lefts)
    told = [
        _shared_or_not(side, some) for side, some in ((found.left, lefts), (found.right, rights))
    ]
    end = f" ({_more(numbers)})" if numbers else ""
    sentence = f"left: {told[0]}; right: {told[1]}{end}"
    return Entry("shared", _keys(found.left, lefts), _keys(found.right, rights), sentence, numbers)


def _shared_or_not(side: Side, some: list[Operation]) -> str:
    if len(some) > 1:
        kind = "layers with weights of their own" if _numbers(some) else "separate layers"
        return f"{listed([_name(one) for one in some])} are {_count(len(some))} {kind}"
    nodes = side.calls[some[0]]
    taken = [parent for node in nodes for parent, _ in side.parents(node)]
    whole = len(taken) == 2 and {*taken} == {*side.graph.input_nodes}
    return f"{_name(some[0])} is called {'on both inputs' if whole else times(len(nodes))}"


def _alone(kind: str, side: Side, one: Operation) -> Entry:
    """A layer of one side only, with its place."""
    numbers = _numbers([one]) * (1 if kind == "added" else -1)
    where = "right" if kind == "added" else "left"
    sentence = f"{where} only: {_name(one)} ({words.detail(one)}){_place(side, one)}"
    keys = _keys(side, [one])
    end = f" ({_more(numbers)})" if numbers else ""
    sides = ([], keys) if kind == "added" else (keys, [])
    return Entry(kind, *sides, sentence + end, numbers)


def _place(side: Side, one: Operation) -> str:
    nodes = side.calls[one]
    before = dict.fromkeys(parent.operation for n in nodes for parent, _ in side.parents(n))
    after = dict.fromkeys(reader.operation for n in nodes for reader, _ in side.consumers[n])
    parts = [
        f"{word} {listed([_name(x) for x in some])}"
        for word, some in (("after", before), ("before", after))
        if some
    ]
    return f", {' and '.join(parts)}" if parts else ""


def _changed(found: Match, a: Operation, b: Operation) -> Iterator[Entry]:
    """Settings that differ; of models inside, only what is theirs alone."""
    if a is b:
        return
    signature = found.left.codes.signature
    told = [] if signature(a) == signature(b) else [*_set_otherwise(a, b)]
    told += _inner_changed(found, a, b)
    numbers = _numbers([b]) - _numbers([a])
    if numbers and not told and model_in(a) is None:
        shapes = [found_in.calls[one][0].input_shapes for found_in, one in _two(found, a, b)]
        told = [
            "input " + " → ".join(listed([words.shape_text(s) for s in some]) for some in shapes)
        ]
    if told:
        end = f" ({_more(numbers)})" if numbers else ""
        sentence = f"{_both(a, b)}: {', '.join(told)}{end}"
        sides = _keys(found.left, [a]), _keys(found.right, [b])
        yield Entry("changed", *sides, sentence, numbers)


def _set_otherwise(a: Operation, b: Operation) -> Iterator[str]:
    before, after = settings_of(a), settings_of(b)
    for key in {**before, **after}:
        if before.get(key) != after.get(key):
            yield f"{key} {said(before.get(key))} → {said(after.get(key))}"


def _inner_changed(found: Match, a: Operation, b: Operation) -> list[str]:
    """The layer that a wrapper applies; what differs in a model there is told by itself."""
    inner = [words.inner_layer(one) for one in (a, b)]
    if None in inner or None not in map(model_in, inner):
        return []
    signature = found.left.codes.signature
    if signature(inner[0]) == signature(inner[1]):
        return []
    return [f"the layer inside: {words.detail(inner[0])} → {words.detail(inner[1])}"]


def _two(found: Match, a: Operation, b: Operation) -> list[tuple[Side, Operation]]:
    return [(found.left, a), (found.right, b)]


def _call_changed(found: Match, a: Node, b: Node) -> Iterator[Entry]:
    """Tensors, or other arguments, with which the same layer is called differently."""
    sides = [_key(a)], [_key(b)]
    before, after = constants_of(a), constants_of(b)
    if before != after:
        given = [f"with {listed(one) or 'nothing else'}" for one in (before, after)]
        sentence = f"left: {_key(a)} is called {given[0]}; right: {_key(b)} {given[1]}"
        yield Entry("changed", *sides, sentence)
    mine, theirs = found.left.parents(a), found.right.parents(b)
    fits = len(mine) == len(theirs) and all(same_origin(found, x, y) for x, y in zip(mine, theirs))
    if not fits:
        takes = [
            listed([tensor_name(parent, i) for parent, i in some]) or "nothing"
            for some in (mine, theirs)
        ]
        sentence = f"left: {_key(a)} takes {takes[0]}; right: {_key(b)} takes {takes[1]}"
        yield Entry("rewired", *sides, sentence)


def _called(found: Match, a: Operation, b: Operation) -> Iterator[Entry]:
    here, there = len(found.left.calls[a]), len(found.right.calls[b])
    if here != there:
        sentence = f"left: {_name(a)} is called {times(here)}; right: {_name(b)} {times(there)}"
        yield Entry("calls", _keys(found.left, [a]), _keys(found.right, [b]), sentence)


def _renamed(found: Match, a: Operation, b: Operation) -> Iterator[Entry]:
    """Names that were only counted say nothing: two of them are no difference."""
    if a.name != b.name and not (words.is_automatic(a) and words.is_automatic(b)):
        sentence = f"left: {_name(a)} is right: {_name(b)}, under another name"
        yield Entry("renamed", _keys(found.left, [a]), _keys(found.right, [b]), sentence)


def _ends(found: Match) -> Iterator[Entry]:
    """Inputs and outputs: how many, which, and in which order."""
    for kind in ("inputs", "outputs"):
        mine, theirs = (
            [side.graph.producer(one) for one in getattr(side.graph, kind)]
            for side in (found.left, found.right)
        )
        fits = len(mine) == len(theirs) and all(
            _same_end(found, x, y) for x, y in zip(mine, theirs)
        )
        if not fits:
            names = [listed([tensor_name(*one) for one in some]) for some in (mine, theirs)]
            verb = "takes" if kind == "inputs" else "returns"
            sentence = f"left: the model {verb} {names[0]}; right: it {verb} {names[1]}"
            yield Entry(kind, *_odd_ends(found, mine, theirs), sentence)


def _odd_ends(found: Match, mine: list[Place], theirs: list[Place]) -> tuple[list[str], list[str]]:
    """The ends without a partner on the other side; when each has one, those in another place."""
    left = [x for x in mine if not any(_same_end(found, x, y) for y in theirs)]
    right = [y for y in theirs if not any(_same_end(found, x, y) for x in mine)]
    if not left and not right:
        moved = [(x, y) for x, y in zip(mine, theirs) if not _same_end(found, x, y)]
        left, right = [x for x, _ in moved], [y for _, y in moved]
    return _once(left), _once(right)


def _once(ends: list[Place]) -> list[str]:
    return list(dict.fromkeys(_key(node) for node, _ in ends))


def _same_end(found: Match, x: Place, y: Place) -> bool:
    """Whether one end is the other, or what was added or taken away lies between."""
    if same_origin(found, x, y):
        return True
    new = x[0].operation not in found.layers, y[0].operation not in found.back
    return all(new) and not x[0].is_input


def _numbers(some: list[Operation]) -> int:
    variables = {id(v): v for one in some for v in words.weights_of(one)}
    return words.count(variables.values())


def _more(numbers: int) -> str:
    word = "more" if numbers > 0 else "fewer"
    return f"{abs(numbers):,} {word} number{'' if abs(numbers) == 1 else 's'}"


def _name(operation: Operation) -> str:
    return f"“{shorten(operation.name, LONGEST_NAME)}”"


def _both(a: Operation, b: Operation) -> str:
    return _name(a) if a.name == b.name else f"left: {_name(a)}, right: {_name(b)}"


def _key(node: Node) -> str:
    return f"{clean(node.operation.name)}[{node.index}]"


def _keys(side: Side, some: list[Operation]) -> list[str]:
    return [_key(node) for one in some for node in side.calls[one]]


def tensor_name(node: Node, index: int) -> str:
    name = shorten(node.operation.name, LONGEST_NAME)
    return f"{name}[{node.index}:{index}]"


def _count(number: int) -> str:
    return {2: "two", 3: "three", 4: "four"}.get(number, str(number))


def said(value: Any) -> str:
    """A setting in a few words."""
    if isinstance(value, dict) and "class_name" in value:
        config = value["config"] if isinstance(value["config"], dict) else {}
        inner = ", ".join(f"{key}={said(one)}" for key, one in config.items() if one is not None)
        return shorten(f"{value['class_name']}({inner})", LONGEST_NAME)
    if isinstance(value, (list, tuple)):
        return shorten(f"({', '.join(map(said, value))})", LONGEST_NAME)
    return shorten(str(value), LONGEST_NAME)
