"""The way back in stills: which gradients each node hands on, and where gradients are added."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np

from funclab.engine.trace import Moment
from funclab.graph.value import Call, Value, Variable
from funclab.shapes import known
from funclab.view.live.frames import Frame, alike, named, say, short, signed
from funclab.view.live.trace_forward import output_marks
from funclab.view.live.trace_places import Place, Places
from funclab.view.live.trace_still import Still, listed

Array = np.ndarray[Any, Any]

MOST_PICTURES = 6
SEARCHED = 50
"""As many of the largest numbers are tried, to find an example whose rounded sum is right."""


class Backward:
    """Makes the stills of the way back from moments, while the moments happen."""

    def __init__(self, places: Places) -> None:
        self.places = places
        written = list(_written(places.plan))
        self.expected = Counter(value for _, value in written)
        self.nodes = Counter(value for _, value in dict.fromkeys(written))
        """From how many nodes each value gets gradients; a node may hand on several."""
        self.trained = set(places.plan.wrt)
        self.arrived: Counter[Value] = Counter()
        self.handed: dict[Place, list[Value]] = defaultdict(list)
        """What gradients have come to each place: of which of its values."""
        self.givers: dict[Value, list[str]] = defaultdict(list)
        """Which nodes have handed each value a gradient so far."""

    def stills(self, moments: Iterable[Moment]) -> list[Still]:
        found: list[Still] = []
        for place, group in groupby(moments, key=self._place):
            found += self._of_place(place, group)
        return found

    @staticmethod
    def _place(moment: Moment) -> Place | None:
        """The node that hands gradients on; None for the beginning of it all."""
        return None if moment.kind == "seed" or moment.call is None else moment.call.place

    def _of_place(self, place: Place | None, group: Iterable[Moment]) -> list[Still]:
        if place is None:
            return [self._seed(one) for one in group]
        given = dict.fromkeys(self.handed[place])
        arrives = [("arrives", self._gradient(one)) for one in given]
        handed: dict[Value, Frame] = {}
        sums: dict[Value, Still] = {}
        lines: list[str] = []
        for moment in group:
            if moment.kind == "add_into":
                value = moment.values[0]
                if self._leaves(value, place):
                    told = self._sum(moment, place)
                    if value in sums:  # in one node, only the last of many sums
                        told.lines = [*sums[value].lines, *told.lines]
                    sums[value] = told
                    inside = len(set(self.givers[value])) == 1
                    came = told.pictures[2 if inside else 1][1]
                    handed[value] = replace(came, name=f"g_{named(self.places.name(value))}")
                    continue
            lines.append(moment.line)
            for value, array in zip(moment.values, moment.arrays, strict=True):
                if self._leaves(value, place) and moment.kind == "vjp":
                    handed[value] = self._gradient(value, array)
                    self._note(value, place)
        handed = dict(sorted(handed.items(), key=lambda one: self._rank(place, one[0])))
        first = self._handing(place, handed, self._ordinals(handed))
        first.lines = lines
        first.pictures = [*arrives, *first.pictures][:MOST_PICTURES]
        return [first, *sums.values()]

    def _rank(self, place: Place, value: Value) -> int:
        """Tensors come first, then weights in the order in which the node reads them."""
        weights = self.places.weights(place)
        return next((i for i, one in enumerate(weights) if one is value), -1)

    def _handing(self, place: Place, handed: dict[Value, Frame], ordinals: str) -> Still:
        targets = listed([self.places.name(one) for one in handed])
        pictures = [("hands", frame) for frame in handed.values()]
        if not place:
            words, source = say("trace_loss_back", to=targets), say("trace_from_loss")
            marks = output_marks(self.places)
            return Still("loss_back", "backward", "", words, pictures, aside=source, marks=marks)
        key = self.places.key(place)
        if not handed:
            return Still("vjp", "backward", key, say("trace_vjp_none", key=named(key)))
        text = say("trace_vjp", key=named(key), to=targets)
        own = self.places.weights(place)
        frozen = any(one.trainable and one not in self.trained for one in own)
        if frozen:
            text = f"{text} {say('trace_vjp_frozen')}"
        words, source = f"{text} {ordinals}".strip(), say("trace_from", key=named(key))
        flows = self.places.flows(place, handed)
        about = {"frozen": frozen}
        return Still(
            "vjp", "backward", key, words, pictures, aside=source, flows=flows, about=about
        )

    def _seed(self, moment: Moment) -> Still:
        frame = self._gradient(moment.values[0])
        words = say("trace_seed")
        marks = output_marks(self.places)
        return Still("seed", "backward", "", words, [("hands", frame)], [moment.line], marks)

    def _sum(self, moment: Moment, place: Place) -> Still:
        """Two gradients that meet: a + b = c, as three pictures and one example in numbers."""
        value = moment.values[0]
        self._note(value, place)
        there, came = (one.reshape(known(value.shape)) for one in moment.parts)
        total = moment.arrays[0].copy()
        names = [*self._parts(value), f"g_{self.places.name(value)}"]
        arrays = zip(names, (there, came, total), strict=True)
        frames = alike([self.places.picture(name, value, one) for name, one in arrays])
        example = sum_example(there, came, total)
        key, n = named(self.places.name(value)), self.expected[value]
        told = example if total.size == 1 else say("trace_add_one", example=example)
        kind = "trace_add_weight" if isinstance(value, Variable) else "trace_add_tensor"
        kind = "trace_add_inside" if self.nodes[value] == 1 else kind
        node = named(self.places.key(place))
        return Still(
            kind="add_into",
            phase="backward",
            key=self.places.key(place),
            words=say(kind, name=key, n=n, example=told, node=node),
            pictures=list(zip(("part", "part", "sum"), frames, strict=True)),
            lines=[moment.line],
            marks=self.places.marks(value),
            example=example,
            aside=say("trace_times", n=n),
            about={
                "numbers": sum_numbers(there, came, total),
                "weight": isinstance(value, Variable),
            },
        )

    def _parts(self, value: Value) -> list[str]:
        """Where the two gradients that are added come from."""
        *earlier, last = self.givers[value]
        first = (
            say("trace_from", key=named(earlier[0])) if len(earlier) == 1 else say("trace_so_far")
        )
        return [first, say("trace_from", key=named(last))]

    def _note(self, value: Value, place: Place) -> None:
        self.arrived[value] += 1
        self.givers[value].append(self.places.key(place) if place else say("trace_loss_name"))
        if value.origin is not None:
            self.handed[value.origin.place].append(value)

    def _ordinals(self, handed: Iterable[Value]) -> str:
        """Which of how many gradients these are, for what gets more than one."""
        counted: dict[tuple[int, int], list[str]] = defaultdict(list)
        for value in handed:
            if self.nodes[value] > 1:
                counts = len(set(self.givers[value])), self.nodes[value]
                counted[counts].append(self.places.name(value))
        told = (
            say("trace_ordinal", names=listed(one), i=i, n=n) for (i, n), one in counted.items()
        )
        return " ".join(told)

    def _leaves(self, value: Value, place: Place) -> bool:
        """Whether a value is a weight, or what another node has made."""
        return isinstance(value, Variable) or (
            value.origin is not None and value.origin.place not in ((), place)
        )

    def _gradient(self, value: Value, array: Array | None = None) -> Frame:
        there = self.places.plan.grads[value] if array is None else array
        return self.places.picture(f"g_{self.places.name(value)}", value, there)


def _written(plan: Any) -> list[tuple[Place, Value]]:
    """Where every gradient is handed on, and of which value, as often as that happens."""
    calls: list[Call] = [note.call for note in plan.notes if note.kind == "vjp"]
    return [(call.place, value) for call in calls for value in call.inputs if value in plan._needs]


def sum_example(there: Array, came: Array, total: Array) -> str:
    """One place of a sum in numbers: the largest whose rounded numbers add up, too.

    >>> sum_example(np.array([0.0, 1.0]), np.array([0.5, 2.0]), np.array([0.5, 3.0]))
    '1.0 + 2.0 = 3.0'
    """
    a, b, c = sum_numbers(there, came, total)
    sign = "−" if b < 0 else "+"
    return f"{signed(a)} {sign} {short(abs(b))} = {signed(c)}"


def sum_numbers(there: Array, came: Array, total: Array) -> list[float]:
    """The numbers of the example: two and their sum, rounded."""
    columns = [np.asarray(one, "float64").reshape(-1) for one in (there, came, total)]
    order = np.argsort(-np.abs(np.nan_to_num(columns[2])), kind="stable")[:SEARCHED]
    examples = [_rounded([float(one[i]) for one in columns]) for i in order]
    right = [one for one in examples if math.isclose(one[0] + one[1], one[2], abs_tol=1e-12)]
    return (right or examples)[0]


def _rounded(numbers: list[float]) -> list[float]:
    """Numbers with as many digits after the point that the largest shows three."""
    greatest = max((abs(one) for one in numbers if math.isfinite(one)), default=0.0)
    digits = 2 - math.floor(math.log10(greatest)) if greatest else 0
    return [round(one, digits) if math.isfinite(one) else one for one in numbers]
