"""How large the gradient of each call of a shared layer is, measured where they meet."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from functools import partial
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from funclab.training.measures import square


class Meeting(NamedTuple):
    """A step of a plan that adds the gradient of call `new` to what was there: at first, only the
    gradient of call `first`; later `first` is empty."""

    at: int
    first: str
    new: str


class CallGradients:
    """The root mean square of the gradient that each call of a layer gives to its weights.

    `latest` has it by the keys of calls, for the layers of `weights` that are called several times
    and whose calls use each weight once. The parts of a sum exist only while a plan runs: so the
    steps that add them up are replaced, each for one batch, by steps that measure them first.
    """

    def __init__(self, weights: dict[str, list[Any]]) -> None:
        self.weights = weights
        self.latest: dict[str, float] = {}
        self.known: WeakKeyDictionary[Any, tuple[list[Meeting], dict[str, int]]]
        self.known = WeakKeyDictionary()

    def measure_next(self, plan: Any) -> None:
        """Measure the next batch that a plan runs."""
        if plan not in self.known:
            self.known[plan] = meetings_of(plan, self.weights)
        meetings, sizes = self.known[plan]
        steps, squares, left = getattr(plan, "steps", []), defaultdict(float), [len(meetings)]
        for meeting in meetings:
            step = steps[meeting.at]
            if isinstance(step.call, partial):  # it still waits for a batch
                return
            measuring = partial(self._add, steps, meeting, step, squares, left, sizes)
            steps[meeting.at] = step._replace(call=measuring)

    def _add(
        self,
        steps: Any,
        meeting: Meeting,
        step: Any,
        squares: Any,
        left: Any,
        sizes: Any,
        *arrays: Any,
    ) -> None:
        steps[meeting.at] = step
        if meeting.first:
            squares[meeting.first] += square(arrays[0])
        squares[meeting.new] += square(arrays[1])
        step.call(*arrays)
        left[0] -= 1
        if not left[0]:
            self.latest = {key: math.sqrt(total / sizes[key]) for key, total in squares.items()}


def meetings_of(plan: Any, weights: dict[str, list[Any]]) -> tuple[list[Meeting], dict[str, int]]:
    """Where in a plan the gradients of the calls of a layer meet, and for each of these calls how
    many numbers the gradients of its layer have; none for a plan without steps of its own."""
    meetings: list[Meeting] = []
    sizes: dict[str, int] = {}
    for own in weights.values():
        found = {weight: _meetings_at(plan, weight) for weight in own if weight in plan.grads}
        calls = Counter(call for _, givers in found.values() for call in givers)
        once = all(len(givers) == len(set(givers)) for _, givers in found.values())
        if len(calls) < 2 or not once or any(not len(givers) > 1 for _, givers in found.values()):
            continue
        meetings += [meeting for met, _ in found.values() for meeting in met]
        sizes |= dict.fromkeys(calls, sum(plan.grads[weight].size for weight in found))
    return meetings, sizes


def _meetings_at(plan: Any, weight: Any) -> tuple[list[Meeting], list[str]]:
    """Where the gradients of one weight meet, and the calls that give them, in their order."""
    meetings: list[Meeting] = []
    givers: list[str] = []
    for index, step in enumerate(getattr(plan, "steps", [])):
        call, note = step.note.call, step.note
        key = call.place[0] if call is not None and call.place else ""
        if note.kind == "add_into" and note.value is weight:
            meetings.append(Meeting(index, "" if meetings else givers[0], key))
            givers.append(key)
        elif note.kind == "vjp" and call is not None:
            inputs = enumerate(call.inputs)
            givers += [key for i, value in inputs if value is weight and i not in note.added]
    return meetings, givers
