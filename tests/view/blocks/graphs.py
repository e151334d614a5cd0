"""Graphs for the tests of blocks: of models that Keras builds, from files; and random ones."""

import json
import random
from pathlib import Path
from typing import Any

from funclab.view.blocks.cut import Shown, Tree
from funclab.view.blocks.flow import Call, Flow

FOLDER = Path(__file__).parent / "graphs"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
Graph = tuple[list[Call], list[str]]


def stored(name: str) -> Graph:
    """The calls of a stored graph, and the keys of its outputs."""
    graph = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    calls = [
        Call(
            *(str(i), layer, kind, [*map(str, reads)], tuple(shape), settings, weights),
            crosses=kind == "MultiHeadAttention" and len({*reads}) > 1,
        )
        for i, (layer, kind, settings, shape, reads, weights) in enumerate(graph["calls"])
    ]
    return calls, [*map(str, graph["outputs"])]


def tree_of(graph: Graph) -> Tree:
    return Tree(Flow(*graph))


def renamed(graph: Graph) -> Graph:
    """The same graph, in which every layer and call has another name."""
    calls, outputs = graph
    names = {call.name: f"layer_{i}" for i, call in enumerate(calls)}
    again = [
        Call(
            f"q{call.key}",
            names[call.name],
            call.kind,
            [f"q{key}" for key in call.reads],
            call.shape,
            call.settings,
            call.weights,
            crosses=call.crosses,
        )
        for call in calls
    ]
    return again, [f"q{key}" for key in outputs]


def random_graph(seed: int) -> Graph:
    """Layers and merges that read what came shortly before, rarely what came long before."""
    draw = random.Random(seed)
    count, inputs = draw.choice([5, 12, 40, 120, 300]), draw.choice([1, 1, 2, 4])
    merges, outputs = draw.choice([0, 0.1, 0.3, 0.6]), draw.choice([1, 1, 3])
    calls = [Call(str(i), f"n{i}", "InputLayer", [], (8,)) for i in range(min(inputs, count))]
    while len(calls) < count:
        i = len(calls)
        span = i if draw.random() < 0.1 else 5
        several = 1 + sum(draw.random() < merges for _ in range(2))
        reads = [str(draw.randrange(max(0, i - span), i)) for _ in range(several)]
        layers = ["Dense", "BatchNormalization", "ReLU", "Conv2D", "Dropout"]
        kind = draw.choice(layers if several == 1 else ["Add", "Concatenate"])
        shape = (draw.choice([4, 8, 8, 8]), draw.choice([4, 8, 8, 8]), 8)
        calls.append(Call(str(i), f"n{i}", kind, reads, shape, {"kernel_size": [3, 3]}, 5))
    ends = {str(count - 1), *(str(draw.randrange(inputs, count)) for _ in range(outputs - 1))}
    return calls, sorted(ends)


KINDS = ("Conv2D", "BatchNormalization", "ReLU", "Dropout", "DepthwiseConv2D", "MaxPooling2D")


class Grown:
    """A graph in the manner of well-known ones: cells of layers, skips and branches, which stand in
    stages one after another and are repeated there."""

    def __init__(self, seed: int) -> None:
        self.draw, self.calls = random.Random(seed), list[Call]()
        self.size = 32
        last = self.call("InputLayer")
        for _ in range(self.draw.randint(1, 4)):
            last, cell = self.call("Conv2D", last), self.cell(2)
            self.size //= self.draw.choice([1, 2])
            for _ in range(self.draw.randint(1, 5)):
                last = self.along(cell, last)
        ends = [self.call("Dense", last) for _ in range(self.draw.choice([1, 1, 1, 2]))]
        self.graph = self.calls, ends

    def call(self, kind: str, *reads: str) -> str:
        key, shape = str(len(self.calls)), (self.size, self.size, 8)
        settings = {"kernel_size": [3, 3]} if "Conv" in kind else {}
        self.calls.append(Call(key, f"{kind}_{key}", kind, [*reads], shape, settings, 5))
        return key

    def cell(self, depth: int) -> list[Any]:
        """Kinds of layers in a row; a list in it is of ways that are joined."""
        row: list[Any] = [self.draw.choice(KINDS) for _ in range(self.draw.randint(1, 3))]
        if depth and self.draw.random() < 0.7:
            ways = [self.cell(depth - 1) for _ in range(self.draw.randint(1, 3))]
            equal = self.draw.random() < 0.4
            ways = ways[:1] * self.draw.randint(2, 4) if equal else ways
            skip = [[]] if self.draw.random() < 0.6 else []
            row.insert(self.draw.randint(0, len(row)), ways + skip)
        return row

    def along(self, cell: list[Any], last: str) -> str:
        for part in cell:
            if isinstance(part, str):
                last = self.call(part, last)
            else:
                ends = [self.along(way, last) for way in part]
                last = self.call("Add" if [] in part else "Concatenate", *ends)
        return last


def boxes(cut: list[Shown]) -> list[frozenset[int]]:
    return [frozenset(shown.nodes) for shown in cut]


def units(cut: list[Shown]) -> list[frozenset[int]]:
    """The calls of each box; an open run that is drawn once counts as one box."""
    groups: dict[int, set[int]] = {}
    for shown in cut:
        whole = id(shown.frames[0]) if shown.frames else id(shown)
        groups.setdefault(whole, set()).update(shown.nodes)
    return [*map(frozenset, groups.values())]


def has_cycle(tree: Tree, groups: list[frozenset[int]]) -> bool:
    """Whether there is no order in which each box comes after those that it reads."""
    of = {i: k for k, group in enumerate(groups) for i in group}
    reads = {
        k: {of[a] for i in group for a in tree.flow.reads[i]} - {k}
        for k, group in enumerate(groups)
    }
    done: set[int] = set()
    while ready := {k for k in reads if k not in done and reads[k] <= done}:
        done |= ready
    return len(done) < len(groups)
