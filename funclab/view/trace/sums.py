"""Gradients that meet and are added: two parts, their sum, and one place of it in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from funclab.engine.trace import Moment
from funclab.graph.value import Value, Variable
from funclab.shape_math import Array, known
from funclab.view.live.said import named, say
from funclab.view.trace.example import (
    marked,
    rounded,
    shown_positions,
    sum_text,
    telling,
    where,
)
from funclab.view.trace.frames import alike
from funclab.view.trace.places import Place, Places
from funclab.view.trace.still import Still


@dataclass
class Meeting:
    """All that one node adds to the gradient of a value."""

    value: Value
    place: Place
    earlier: list[str]
    """The nodes whose gradients were there before."""
    uses: int = 1
    """How many gradients this node hands to the value."""
    theres: list[Array] = field(default_factory=list)
    """What was there ahead of each sum."""
    came: Array | None = None
    total: Array | None = None
    lines: list[str] = field(default_factory=list)

    def add(self, moment: Moment) -> None:
        """Take in one more sum."""
        there, came = (one.reshape(known(self.value.shape)) for one in moment.parts)
        self.theres.append(there.copy())
        self.came, self.total = came.copy(), moment.arrays[0].reshape(there.shape).copy()
        self.lines.append(moment.line)

    @property
    def half(self) -> int:
        """Of the uses by one node, as many make the first part of the sum."""
        return (self.uses + 1) // 2

    @property
    def parts(self) -> tuple[Array, Array, Array]:
        """What was there and what this node brings, or both halves of what it brings; the sum."""
        assert self.came is not None and self.total is not None
        there = self.theres[0] if self.earlier else self.theres[self.half - 1]
        alone = len(self.theres) == 1
        return there, self.came if alone else self.total - there, self.total


def sum_still(meeting: Meeting, places: Places, n: int, at: int | None) -> tuple[Still, int]:
    """A sum as three pictures, and the position that the example tells of: the given one, or the
    one that tells most. `n` gradients are expected in all."""
    value, (there, came, total) = meeting.value, meeting.parts
    batched = places.batched(value)
    shown = shown_positions(total, batched)
    at = telling(there, came, shown) if at is None else at
    numbers = rounded([float(part.reshape(-1)[at]) for part in meeting.parts])
    names = [*_names(meeting, places), f"g_{places.name(value)}"]
    drawn = [places.picture(name, value, part) for name, part in zip(names, meeting.parts)]
    frames = [marked(frame, total, at, batched) for frame in alike(drawn)]
    example = sum_text(*numbers)
    still = Still(
        kind="add_into",
        phase="backward",
        key=places.key(meeting.place),
        words=_words(meeting, places, n, f"{where(frames[0], shown)} {example}".strip()),
        pictures=list(zip(("part", "part", "sum"), frames)),
        lines=meeting.lines,
        marks=places.marks(value),
        example=example,
        aside=say("trace_times", n=n if meeting.earlier else meeting.uses),
        about={"numbers": numbers, "weight": isinstance(value, Variable)},
    )
    return still, at


def _words(meeting: Meeting, places: Places, n: int, example: str) -> str:
    value = meeting.value
    name, node = named(places.name(value)), _node(meeting, places)
    if meeting.earlier:
        weight = isinstance(value, Variable)
        key = "trace_add_weight" if weight else "trace_add_tensor"
        return say(key, name=name, n=n, example=example)
    key = f"trace_add_{manner(meeting, places)}"
    return say(key, node=node, name=name, n=meeting.uses, example=example)


def _node(meeting: Meeting, places: Places) -> str:
    """The node that hands the gradients on; the loss lies outside all nodes."""
    return named(places.key(meeting.place)) if meeting.place else say("trace_the_loss")


def _names(meeting: Meeting, places: Places) -> list[str]:
    """Where the two gradients that are added come from."""
    if meeting.earlier:
        first = say("trace_so_far")
        if len(meeting.earlier) == 1:
            first = say("trace_from", key=named(meeting.earlier[0]))
        return [first, say("trace_from", key=_node(meeting, places))]
    unit = "step" if manner(meeting, places) == "steps" else "use"
    rest = meeting.uses - meeting.half
    return [
        say(f"trace_{end}_{unit}{'s' if k > 1 else ''}", k=k)
        for end, k in (("last", meeting.half), ("first", rest))
    ]


def manner(meeting: Meeting, places: Places) -> str:
    """How one node uses a value several times: different parts of it ("apart"), at each of its time
    "steps", or otherwise ("inside")."""
    there, came, _ = meeting.parts
    if there.any() and came.any() and not np.any(there * came):
        return "apart"
    if meeting.place not in places.nodes:
        return "inside"
    lengths = [one.shape[1] for one in places.reads(meeting.place) if one.ndim == 3]
    layer = places.nodes[meeting.place][1].operation
    recurrent = hasattr(layer, "return_sequences") or "recurrent" in places.name(meeting.value)
    return "steps" if recurrent and meeting.uses in lengths else "inside"
