"""The way back in stills: which gradients each node hands on, and where gradients are added."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any

from funclab.engine.trace import Moment
from funclab.graph.value import Call, Value, Variable
from funclab.shape_math import Array
from funclab.view.live.said import named, say
from funclab.view.trace.forward import output_marks
from funclab.view.trace.frames import Frame
from funclab.view.trace.places import Place, Places
from funclab.view.trace.still import Still, listed_names
from funclab.view.trace.sums import Meeting, sum_still

MOST_PICTURES = 6


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
        self.told: dict[Value, int] = {}
        """The position that the last sum of each value told of; the next tells of the same."""

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
        meetings: dict[Value, Meeting] = {}
        lines: list[str] = []
        for moment in group:
            value = moment.values[0] if moment.values else None
            if moment.kind == "add_into" and value is not None and self._leaves(value, place):
                self._meet(meetings, value, place).add(moment)
                self._note(value, place)
                continue
            lines.append(moment.line)
            for value, array in zip(moment.values, moment.arrays, strict=True):
                if self._leaves(value, place) and moment.kind == "vjp":
                    handed[value] = self._gradient(value, array)
                    self._note(value, place)
        sums = [self._sum(one, handed) for one in meetings.values()]
        handed = dict(sorted(handed.items(), key=lambda one: self._rank(place, one[0])))
        first = self._handing(place, handed, self._ordinals(handed))
        first.lines = lines
        first.pictures = [*arrives, *first.pictures][:MOST_PICTURES]
        return [first, *sums]

    def _meet(self, meetings: dict[Value, Meeting], value: Value, place: Place) -> Meeting:
        """The sums of a value's gradient at a node, together."""
        if value not in meetings:
            earlier = [one for one in self.givers[value] if one != self._giver(place)]
            meetings[value] = Meeting(value, place, earlier)
        return meetings[value]

    def _sum(self, meeting: Meeting, handed: dict[Value, Frame]) -> Still:
        """Gradients that meet; what the node itself brings is what it hands on."""
        value = meeting.value
        meeting.uses = self.givers[value].count(self._giver(meeting.place))
        at = self.told.get(value)
        still, self.told[value] = sum_still(meeting, self.places, self.expected[value], at)
        came = still.pictures[1 if meeting.earlier else 2][1]
        handed[value] = replace(came, name=f"g_{named(self.places.name(value))}", mark=None)
        return still

    def _rank(self, place: Place, value: Value) -> int:
        """Tensors come first, then weights in the order in which the node reads them."""
        weights = self.places.weights(place)
        return next((i for i, one in enumerate(weights) if one is value), -1)

    def _handing(self, place: Place, handed: dict[Value, Frame], ordinals: str) -> Still:
        targets = listed_names([self.places.name(one) for one in handed])
        pictures = [("hands", frame) for frame in handed.values()]
        if not place:
            words, source = say("trace_loss_back", to=targets), say("trace_from_loss")
            tensors = [one for one in handed if not isinstance(one, Variable)]
            if any(one not in self.places.names for one in tensors):
                words = f"{words} {say('trace_before_why')}"
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

    def _note(self, value: Value, place: Place) -> None:
        self.arrived[value] += 1
        self.givers[value].append(self._giver(place))
        if value.origin is not None:
            self.handed[value.origin.place].append(value)

    def _giver(self, place: Place) -> str:
        return self.places.key(place) if place else say("trace_loss_name")

    def _ordinals(self, handed: Iterable[Value]) -> str:
        """Which of how many gradients these are, for what gets more than one."""
        counted: dict[tuple[int, int], list[str]] = defaultdict(list)
        for value in handed:
            if self.nodes[value] > 1:
                counts = len(set(self.givers[value])), self.nodes[value]
                counted[counts].append(self.places.name(value))
        told = (
            say("trace_ordinal", names=listed_names(one), i=i, n=n)
            for (i, n), one in counted.items()
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
    calls: list[Call] = [note.call for _, _, note in plan.steps if note.kind == "vjp"]
    return [
        (call.place, value)
        for call in calls
        for value in call.inputs
        if value in plan.needs_gradient
    ]
