"""Editing a model step by step: the steps are plain data, and every step can be returned to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from funclab import initializers, registry
from funclab.config import without_collection
from funclab.errors import ArgumentError
from funclab.graph.aside import set_aside
from funclab.training.compiled import check_idle
from funclab.view.edit.building import Build, compiled, keep_weights
from funclab.view.edit.commands import COMMANDS, apply
from funclab.view.edit.draft import Draft
from funclab.view.edit.reading import read_code

Step = list[Any]
"""The name of a command, its arguments, and a dict of its settings if there are any."""
MOST_BUILT = 20
"""How many states are kept with their models; of those before, what they are built from."""
OTHERS = ("start", "code")
"""Steps that are no commands at a draft: back to the given model, and all of it from code."""


@dataclass
class State:
    """A draft after a step, built; `model` is its model, or the last one if it is not whole."""

    draft: Draft
    build: Build
    model: Any
    operations: dict[int, Any]
    """The layers of that model, by their number."""
    whole: int
    """The position of the step that made that model."""
    kept: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    text: str = ""
    """The code as it was typed, if the step came from there."""
    code: Any = None
    """The lines of the code, once they are written: see `facts.code_of`."""

    @cached_property
    def is_whole(self) -> bool:
        return self.build.model is not None


@dataclass
class Rest:
    """What is kept of a state that lies far back: its draft, and the values of its variables."""

    draft: Draft
    values: dict[tuple[int, int], Any]
    """By the number of the layer, and the place among its variables."""
    whole: int
    kept: list[str]
    new: list[str]
    text: str
    compiled: bool


class Steps:
    """The steps that were made from a model, or from nothing; `position` is where one is.

    Layers that are made here change neither the random numbers of the session nor its automatic
    names: what is computed afterwards does not depend on how often one has tried something.
    """

    def __init__(self, model: Any = None, name: str = "model") -> None:
        self.given = model
        self.steps: list[Step] = []
        self.position = 0
        # A stream of its own, which follows from the seed of the session.
        self._random = np.random.default_rng(deepcopy(initializers.rng()).integers(1 << 62))
        draft, operations = (Draft(name), {}) if model is None else Draft.of(model)
        with self._apart():
            build = Build(draft)
        self.states: list[State | Rest] = [State(draft, build, model, operations, 0)]

    @contextmanager
    def _apart(self) -> Iterator[None]:
        with initializers.using(self._random), registry.fresh_names():
            yield

    @property
    def state(self) -> State:
        return self.at(self.position)

    def at(self, position: int) -> State:
        """The state after so many steps; one that lies far back is built again."""
        state = self.states[position]
        if isinstance(state, Rest):
            with self._apart():
                self.states[position] = state = self._woken(position, state)
            self._lay_down(position)
        return state

    def _woken(self, position: int, rest: Rest) -> State:
        """The state that a rest was: with the same weights, in new layers."""
        build, told = Build(rest.draft), (rest.kept, rest.new, rest.text)
        if rest.whole != position:
            last = self.at(rest.whole)
            return State(rest.draft, build, last.model, last.operations, rest.whole, *told)
        for key, layer in build.operations.items():
            for i, variable in enumerate(getattr(layer, "variables", [])):
                if (key, i) in rest.values:
                    variable.assign(rest.values[key, i])
        near = next(state for state in reversed(self.states) if isinstance(state, State))
        model = compiled(build.model, near.model) if rest.compiled else build.model
        return State(rest.draft, build, model, build.operations, position, *told)

    def _lay_down(self, position: int) -> None:
        """Keep the models of the start, and of the states next to a position."""
        built = [i for i, state in enumerate(self.states) if isinstance(state, State) and i]
        for i in sorted(built, key=lambda i: abs(i - position))[MOST_BUILT:]:
            self.states[i] = self._resting(i)

    def _resting(self, position: int) -> Rest:
        state: Any = self.states[position]
        values: dict[tuple[int, int], Any] = {}
        if state.whole == position:
            values = self._values(position, state)
        is_compiled = bool(getattr(state.model, "compiled", False))
        told = (state.kept, state.new, state.text)
        return Rest(state.draft, values, state.whole, *told, is_compiled)

    def _values(self, position: int, state: State) -> dict[tuple[int, int], Any]:
        """The values of all variables; those that are what they were at a step beside are kept
        once."""
        near = [self.states[i] for i in (position - 1, position + 1) if 0 <= i < len(self.states)]
        values = {}
        for key, layer in state.operations.items():
            for i, variable in enumerate(getattr(layer, "variables", [])):
                value = variable.numpy()
                resting = [rest.values for rest in near if isinstance(rest, Rest)]
                others = [known[key, i] for known in resting if (key, i) in known]
                same = [other for other in others if np.array_equal(other, value)]
                values[key, i] = same[0] if same else value.copy()
        return values

    @without_collection()
    def do(self, step: Sequence[Any]) -> State:
        """Make a step; those after the present position are forgotten.

        Raises: FunclabError if it is refused; BusyError while the model is being trained. Then
        nothing has changed.
        """
        if self.state.model is not None:
            check_idle(self.state.model, "edit")
        name, args, settings = parts_of(step)
        with self._apart():
            draft, before, text = self._drafted(name, args, settings)
            state = self._built(Build(draft), before, text)
        self.steps[self.position :] = [[name, *args, *([settings] if settings else [])]]
        self.states[self.position + 1 :] = [state]
        self.position += 1
        self._lay_down(self.position)
        return state

    @without_collection()
    def tried(self, step: Any) -> State:
        """What a step would make of the present state: to look at, not to keep. Its layers may be
        those of the present state, and its weights are new.

        Raises: FunclabError if it is refused.
        """
        with set_aside(), self._apart():
            draft, before, text = self._drafted(*parts_of(step))
            build = Build(draft, before=self.state.build)
            return self._built(build, before, text, copy=False)

    def changes(self, step: Step) -> bool:
        """Whether a step would make another draft.

        Raises: FunclabError if it is refused.
        """
        now = self.state.draft
        draft, *_ = self._drafted(*parts_of(step))
        return replace(draft, next=now.next) != now

    def _drafted(
        self, name: str, args: Sequence[Any], settings: dict[str, Any]
    ) -> tuple[Draft, dict[int, Any], str]:
        """The draft after a step, the layers whose weights it may keep, and its code as typed."""
        now, start = self.state, self.at(0)
        if name == "start":
            return start.draft, start.operations, ""
        if name == "code":
            text = str(args[0] if args else "")
            return read_code(text, now.draft), now.operations, text
        return apply(now.draft, name, args, settings), now.operations, ""

    def _built(self, build: Build, before: dict[int, Any], text: str, copy: bool = True) -> State:
        """The state of a draft that was built."""
        now, draft = self.state, build.draft
        if build.model is None:
            return State(draft, build, now.model, now.operations, now.whole, text=text)
        names = {key: layer.name for key, layer in draft.layers.items()}
        kept, new = keep_weights(build.operations, before, names, copy)
        model = compiled(build.model, now.model) if copy and now.model else build.model
        own = build.operations
        return State(draft, build, model, own, self.position + 1, kept, new, text)

    def go(self, position: int) -> State:
        """Undo or redo up to a position.

        Raises: ArgumentError if there is no such step.
        """
        if not isinstance(position, int) or not 0 <= position <= len(self.steps):
            raise ArgumentError(
                f"There is no step {position!r}.",
                why=f"{len(self.steps)} steps were made; 0 is the start.",
                fix=f"go to a step from 0 to {len(self.steps)}.",
            )
        self.position = position
        return self.state


def parts_of(step: Any) -> tuple[str, list[Any], dict[str, Any]]:
    """The command, the arguments and the settings of a step.

    Raises: ArgumentError for what is no step.
    """
    known = (*COMMANDS, *OTHERS)
    if not isinstance(step, (list, tuple)) or not step or step[0] not in known:
        raise ArgumentError(
            f"{step!r} is not a step.",
            why=f"a step is a list that begins with one of {', '.join(known)}.",
            fix='write ["connect", "strokes", "pool", {"how": "Add"}], for example.',
        )
    name, *args = step
    settings = args.pop() if args and isinstance(args[-1], dict) else {}
    return name, args, settings
