"""Slow motion: one batch through a model, forward, backward and update, step by step."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from typing import Any, ClassVar

from funclab.engine.trace import moments
from funclab.errors import ArgumentError
from funclab.models.late import computing
from funclab.models.model import Model
from funclab.registry.parameters import wrong_value
from funclab.training.one_batch import filled_step, lasting_variables
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.live.variables import told, written, written_model
from funclab.view.live.view import View
from funclab.view.scene import words
from funclab.view.scene.diagram import PROJECTOR_CALLS, Diagram, bare, diagram, slim
from funclab.view.scene.insides import parts
from funclab.view.trace.backward import Backward
from funclab.view.trace.forward import compared_stills, forward_stills, loss_still
from funclab.view.trace.picture import TracePicture
from funclab.view.trace.questions import add_questions
from funclab.view.trace.stills import Still, check_most, facts_of, fold, spine
from funclab.view.trace.traced import TracedModel
from funclab.view.trace.update import update_stills

MOST_CALLS, STILL_CALLS = 60, 12
"""How many calls are drawn in the live graph, and in the graph of the still picture."""
BESIDE, IN_BOXES, SCROLLED = (500, 384), ("full", "two lines"), (620, 1200)
"""The room for the live graph beside a step, and the densities in which it is drawn to fit. That of
a model that would need another has more room: it scrolls, but never sideways."""
ON_A_WALL = (184, 232)
"""The room beside a step on a projector, in pixels of the view, also in a narrow window."""
STORED = 210_000
"""Up to how many characters of pictures are stored with the view, those of unfolded steps first;
the rest are sent when they are shown."""
OTHERS = 2_000_000
"""The same for filters beyond the first ones, on a page of its own."""
TRAINING = (None, False, True, "both")


class Trace(View):
    """One batch in slow motion. `stills` are its steps: each with words, pictures and lines.

    The model is left unchanged: weights, statistics, random streams and optimizer.
    """

    room = "trace"
    blank_state: ClassVar[dict[str, Any]] = {"step": 0, "place": [], "filter": 0, "channel": 0}

    def __init__(self, model: Model, stills: list[Still], call: str, **settings: Any) -> None:
        self.model, self.stills = model, stills
        super().__init__(title=say("trace_title", name=clean(model.name)), call=call, **settings)
        # Nested models, also those in wrappers, are drawn open.
        nested = len([*parts(model.graph, own=False)]) > 1
        most = PROJECTOR_CALLS if self.look == "projector" else MOST_CALLS
        self._scene = diagram(model, expand_nested=nested, most_calls=STILL_CALLS).scene
        if self.look == "projector":
            drawn = slim(model, ON_A_WALL, expand_nested=nested, most_calls=most)
        else:
            drawn = _beside(model, expand_nested=nested, most_calls=most)
        self.pictures = {"graph": bare(drawn)}
        self._facts, self._frames = facts_of(stills, self.look)
        self._windows = {i: still.window for i, still in enumerate(stills) if still.window}
        self._facts["holders"] = {
            clean(key): clean(block) for key, block in drawn.scene.holders.items()
        }
        self.facts = self._facts_within(STORED)

    def _facts_within(self, room: float) -> dict[str, Any]:
        """The steps, and as many pictures as there is room for: first those of unfolded steps."""
        folded = set(range(len(self.stills))) - set(spine(self.stills))
        steps = [self._facts["steps"][i] for i in [*spine(self.stills), *sorted(folded)]]
        shown = (picture["frame"] for step in steps for picture in step["pictures"])
        frames: dict[str, Any] = {}
        for number in dict.fromkeys(shown):
            room -= len(str(self._frames[number]))
            if room < 0:
                break
            frames[str(number)] = self._frames[number]
        windows: dict[str, Any] = {}
        for number, window in self._windows.items():
            room -= len(str(window))
            if room < 0:
                break
            windows[str(number)] = window
        if room == math.inf:  # a page of its own has no kernel to ask
            windows |= self._others_within(OTHERS)
        return {**self._facts, "frames": frames, "windows": windows}

    def _checked_state(self, state: dict[str, Any]) -> dict[str, Any]:
        step = super()._checked_state(state).get("step", 0)
        last = len(self.stills) - 1
        if not isinstance(step, int) or not 0 <= step <= last:
            raise wrong_value("trace", "step", step, f"one of the steps 0 to {last}", str(last))
        place = state.get("place", [])
        if not isinstance(place, (list, tuple)) or [*map(_counts, place)] not in ([], [True] * 2):
            raise wrong_value(
                "trace", "place", place, "the row and the column of a window", "[0, 0]"
            )
        for name in ("filter", "channel"):
            if not _counts(state.get(name, 0)):
                raise wrong_value("trace", name, state[name], "a number from 0 on", "0")
        return {**state, "place": [*place]} if "place" in state else state

    def find(self, kind: str, name: str = "") -> int:
        """The number of the first step of a kind, such as "add_into", that mentions `name`.

        Raises: ArgumentError if there is none.
        """
        for number, still in enumerate(self.stills):
            if still.kind == kind and name in " ".join([still.key, still.words, *still.marks]):
                return number
        kinds = ", ".join(dict.fromkeys(still.kind for still in self.stills))
        raise ArgumentError(
            f"There is no step {kind!r} of {name!r} in {self.title}.",
            why=f"its steps are of the kinds {kinds}.",
            fix="print([still.words for still in view.stills]) shows them all.",
        )

    def picture(self) -> Picture:
        look = theme.still(self.look)
        return TracePicture(self.title, self.stills, self._scene, self.state["step"], look)

    @property
    def text(self) -> str:
        lines = (f"{number}. {still.words}" for number, still in enumerate(self.stills))
        return "\n".join([self.title, *lines])

    def told(self, kind: str, key: Any) -> Any:
        if kind == "windows":
            step, _, first = str(key).partition(" ")
            asked = (int(step), int(first)) if step.isdecimal() and first.isdecimal() else None
            if asked is not None:
                return self._filters_from(*asked) if asked in [*self._others()] else None
            return self._windows.get(key) if isinstance(key, int) else None
        known = kind == "frames" and key in range(len(self._frames))
        return self._frames[key] if known else None

    def _others(self) -> Iterator[tuple[int, int]]:
        """The steps with further filters, each with the first filter of each further part."""
        return ((i, n) for i in self._windows for n in self.stills[i].filters.others())

    def _others_within(self, room: float) -> dict[str, Any]:
        """Further filters, by step and first filter, as far as there is room."""
        windows: dict[str, Any] = {}
        for step, first in self._others():
            part = self._filters_from(step, first)
            room -= len(str(part))
            if room < 0:
                break
            windows[f"{step} {first}"] = part
        return windows

    def _filters_from(self, step: int, first: int) -> dict[str, Any]:
        part: dict[str, Any] = self.stills[step].filters.part(first)
        return part

    def complete(self) -> dict[str, Any]:
        return {"facts": self._facts_within(math.inf)}


def _beside(model: Model, **settings: Any) -> Diagram:
    """The graph that stands beside a step."""
    low = diagram(model, room=BESIDE, direction="TB", **settings)
    if low.scene.density in IN_BOXES:
        return low
    return diagram(model, room=SCROLLED, direction="TB", **settings)


def _counts(value: Any) -> bool:
    """Whether a value can be an index."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def trace(
    model: Model,
    x: Any,
    y: Any = None,
    *,
    loss: Any = None,
    optimizer: Any = None,
    training: Any = None,
    most_steps: int | None = None,
    step: int = 0,
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **state: Any,
) -> Trace:
    """One batch through a model in slow motion: forward, then backward, then the update.

    `model` has a graph; nothing in it changes. `x` and `y` are its inputs and targets as `fit`
    takes them, of which the first 32 samples are the batch; without `y` only the forward
    computation is shown. `loss` and `optimizer` replace the model's own; with a loss but no
    optimizer nothing is updated. Without `y`, `training` says how layers act: True, False, "both"
    side by side, or None, which is False. `most_steps` (60; 30 for a projector) is the number of
    steps beyond which neighbours are folded into one, layer by layer; the key o opens a fold.
    `step` is the number of the step shown first. In a step of a convolution or a pooling, `place`,
    row and column, is where its window stands, over input channel `channel`, with kernel `filter`;
    these are in `state`, as `Trace.line()` writes it. What tensors mean is drawn, where it is
    known: pixels, words, names of classes and columns (see `funclab.meaning`).
    `look`, `ask` and `tour` are those of every view: see `funclab.view.live.view.View`.

    Raises: GraphError for a model without a graph; NotCompiledError for a `y` without a loss;
    DataError and ShapeError for data that do not fit; ArgumentError for unknown settings.
    """
    if training not in TRAINING or (y is not None and training is not None):
        wanted = 'True, False or "both" without targets; with targets, training is always on'
        raise wrong_value("trace", "training", training, wanted, "None")
    given, model = model, computing(model)
    most = check_most(most_steps, theme.chosen(look))
    if words.graph_of(model) is None:
        diagram(model)  # raises the error for a model without a graph
    if training == "both":
        stills = compared_stills(model, x)
    else:
        stills = batch_stills(model, x, y, loss, optimizer, training)
    stills = fold(stills, most)
    add_questions(stills)
    settings = {"loss": loss, "optimizer": optimizer, "training": training}
    settings["most_steps"] = most_steps
    data = written(x, "x") + ("" if y is None else f", {written(y, 'y')}")
    call = f"funclab.trace({written_model(given)}, {data}{told(settings)}$)"
    state = {"step": step, **state}
    return Trace(model, stills, call, look=look, ask=ask, tour=tour, state=state)


def batch_stills(
    model: Model, x: Any, y: Any, loss: Any, optimizer: Any, training: bool | None
) -> list[Still]:
    """Forward; with targets also backward; with an optimizer also the update."""
    with filled_step(model, x, y, loss, optimizer, training) as (step, compiled):
        floats = [v for v in lasting_variables(model) if v.dtype.startswith("float")]
        before = {variable: variable.array.copy() for variable in floats}
        traced = TracedModel(model, step)
        steps = moments(step.plan, traced.names)
        forward = [next(steps) for _ in step.plan.calls]
        stills = forward_stills(traced, forward)
        if compiled is None:
            return stills
        stills.append(loss_still(traced, forward, compiled))
        backward = Backward(traced)
        for updating, group in groupby(steps, key=lambda moment: moment.kind == "update"):
            if not updating:
                stills += backward.stills(group)
            elif optimizer is not None or model.optimizer is not None:
                rule, positions = compiled.optimizer, backward.positions
                stills += update_stills(traced, group, before, rule, positions)
        return stills
