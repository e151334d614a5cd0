"""The playground: points on a plane, a functional model changed by controls, and its training.

The browser asks for one short burst of training after another, and draws in between. So the kernel
is never busy for long, and Pause works with every version of ipykernel.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from typing import Any, ClassVar

from funclab.errors import ArgumentError, FunclabError
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import question, say
from funclab.view.live.view import View
from funclab.view.playground import picture as pictures
from funclab.view.playground import still
from funclab.view.playground.network import Network
from funclab.view.playground.trial import (
    BLANK,
    MOST_EPOCHS,
    SETTINGS,
    USUAL_EPOCHS,
    Trial,
    check,
    checked_own,
)
from funclab.view.scene.diagram import bare

WALL, WALL_HIGH, WALL_SIDE = 416, (146, 200, 204), 176
"""The width of the network, its height by the number of branches, and the side of the answer, on
a projector, before they are enlarged."""
EQUAL = 0.03
"""Losses that differ by less than this fraction are about equal."""
BURST = 0.07
"""Seconds of training for each request of the browser, which then draws."""


class Playground(View):
    """A live model of two features. `model` is the current model, `code()` is what makes it."""

    room = "playground"
    blank_state: ClassVar[dict[str, Any]] = BLANK

    def __init__(self, own: Any, **settings: Any) -> None:
        self._own = None if own is None else checked_own(own)
        self._lock = threading.RLock()
        self._run: list[dict[str, Any]] = []
        state = settings.pop("state", {})
        self.trial = Trial(_without_epochs(BLANK | self._checked_state(state)), self._own)
        data = "funclab.playground(data=(x, y)$)" if own is not None else "funclab.playground($)"
        super().__init__(title="Playground", call=data, state=state, **settings)
        self.train(self.state["epochs"])

    @property
    def model(self) -> Any:
        """The model that the controls have made, with what it has learned."""
        return self.trial.model

    @property
    def losses(self) -> dict[str, list[float]]:
        """The loss after each epoch, as a History holds it."""
        return {"loss": list(self.trial.train), "val_loss": list(self.trial.test)}

    def code(self) -> str:
        """Functional-API code with the same data, model, training, and curve."""
        return self.trial.code.to(self.trial.epochs or USUAL_EPOCHS)

    def show(self, **state: Any) -> None:
        """Change settings from Python. A changed model starts over, and trains to `epochs`."""
        changed = {"epochs": 0, **state} if set(state) - {"epochs"} else state
        with self.hold_sync():  # state and facts arrive together
            super().show(**changed)
            self.train(self.state["epochs"])

    def train(self, epochs: int) -> None:
        """Give the model the state's settings, and train it for this many epochs in total."""
        check({"epochs": epochs})
        with self._lock:
            self._build(self.state, restart=self.trial.epochs > epochs)
            self.trial.burst(epochs)
            self._tell()

    def record(self, epochs: Iterable[int]) -> None:
        """Train to the last of these epochs, and keep what is seen at each of them.

        A page without a kernel, such as `save("page.html")` writes, then plays them and has a
        slider; on the projector, arrow keys in its place. Another model, by `show` or a control,
        has no recorded run.

        `epochs`: whole numbers, of which 0 stands for the model before its training.

        Raises: ArgumentError for an epoch that it cannot train to.
        """
        numbers = sorted(set(epochs))
        with self.hold_sync(), self._lock:
            self._build(self.state, restart=True)
            for number in numbers:
                self.train(number)
                self._run.append(self._shown(self.trial.facts()))
            super().show(epochs=self.trial.epochs)
            self._tell()

    def _checked_state(self, state: dict[str, Any]) -> dict[str, Any]:
        check(super()._checked_state(state))
        for name in ("data", "noise"):
            if self._own is not None and state.get(name, BLANK[name]) != BLANK[name]:
                raise ArgumentError(
                    f"The playground has data of your own, and {name}={state[name]!r} too.",
                    why="data and noise choose and make points; yours are taken as they are.",
                    fix=f"leave {name} out.",
                )
        return state

    def _build(self, state: dict[str, Any], restart: bool = False) -> None:
        settings = _without_epochs(state)
        if restart or settings != self.trial.settings:
            self.trial, self._run = Trial(settings, self._own), []

    def _tell(self) -> None:
        """Send everything about the current model to the browser, as one change of the facts."""
        whole = self._whole()
        self.pictures, self.facts = whole["pictures"], whole["facts"]

    def _whole(self) -> dict[str, Any]:
        """The pictures and facts of the current model."""
        trial, facts = self.trial, self.trial.facts()
        shown, look, classes = self._shown(facts), self._drawn_look, facts["classes"]
        drawn = {name: shown.pop(name) for name in ("surface", "curve", "network")}
        drawn |= {
            "points": bare(pictures.Points(facts["points"], self._side)),
            "answer": bare(pictures.Answer(classes)),
            "reading": bare(pictures.Reading(classes, look, self._side)),
            **{
                f"data_{name}": bare(pictures.Points(points, pictures.THUMB, size=2))
                for name, points in still.thumbs(trial).items()
            },
        }
        known = {
            "choices": {
                name: list(each.choices) for name, each in SETTINGS.items() if each.choices
            },
            "most_epochs": MOST_EPOCHS,
            "settings": trial.settings,
            "own": self._own is not None,
            "legend": still.legend(facts),
            "code": trial.code.to(0).replace("epochs=0", "epochs=$"),
            "usual": USUAL_EPOCHS,
            **shown,
        }
        if self._run:
            known["run"] = self._run
        return {"pictures": drawn, "facts": known}

    @property
    def _side(self) -> float:
        return WALL_SIDE if self.look == "projector" else pictures.SIDE

    @property
    def _drawn_look(self) -> str:
        return "print" if self.look == "print" else "auto"

    def _shown(self, facts: dict[str, Any], brief: bool = False) -> dict[str, Any]:
        """What a burst of training changes; a `brief` one leaves the network as it was drawn."""
        look, trial = self._drawn_look, self.trial
        on_wall = self.look == "projector"
        high = WALL_HIGH[len(trial.branches) - 1]
        room = (WALL, high) if on_wall else (still.WIDE, still.HIGH)
        width = WALL if on_wall else pictures.SIDE
        shown = {
            "epochs": facts["epochs"],
            "surface": bare(pictures.Surface(trial.surface(), trial.far, look, self._side)),
            "curve": bare(pictures.Losses(facts["train"], facts["test"], look, width)),
            "counts": still.counts(facts),
            "told": f"{still.caption(facts)} {still.reading(facts)}",
        }
        return shown if brief else {**shown, "network": bare(Network(trial, *room, look))}

    def complete(self) -> dict[str, Any]:
        with self._lock:
            return self._whole()

    def picture(self) -> Picture:
        look = theme.still(self.look)
        with self._lock:
            return still.PlaygroundPicture(self.trial, self.line(), look)

    def answer_to(self, content: dict[str, Any]) -> dict[str, Any] | None:
        requests = {"build": self._on_build, "train": self._on_train, "race": self._on_race}
        act = requests.get(content.get("ask", ""))
        if act is None:
            return None
        try:
            with self._lock:
                reply = act(content)
        except FunclabError as error:
            reply = {"kind": "refused", "text": error.what}
        return {**reply, "number": content.get("number")}

    def _settings(self, settings: dict[str, Any]) -> dict[str, Any]:
        return {**BLANK, **self._checked_state(settings)}

    def _on_build(self, content: dict[str, Any]) -> dict[str, Any]:
        """Make a new model with these settings."""
        self._build(self._settings(content["settings"]), restart=True)
        self._tell()
        return {"kind": "built"}

    def _on_train(self, content: dict[str, Any]) -> dict[str, Any]:
        """Train for a moment, and reply with what has changed."""
        state = self._settings({**content["settings"], "epochs": content["until"]})
        self._build(state)
        self.trial.burst(state["epochs"], BURST)
        shown = self._shown(self.trial.facts(), bool(content.get("brief")))
        return {"kind": "burst", "settings": self.trial.settings, **shown}

    def _on_race(self, content: dict[str, Any]) -> dict[str, Any]:
        """Train two models with different settings to the same epoch; then ask which ends lower."""
        states, until = [self._settings(side) for side in content["sides"]], content["until"]
        if content.get("first"):
            self._racers = [Trial(_without_epochs(state), self._own) for state in states]
        for racer in self._racers:
            racer.burst(until, BURST / 2)
        ends = [racer.test[-1] for racer in self._racers]
        over = all(racer.epochs >= until for racer in self._racers)
        return {"kind": "race", "question": race_question(states, ends, until) if over else None}


def race_question(sides: list[dict[str, Any]], ends: list[float], until: int) -> dict[str, Any]:
    """Which of two models that differ in one setting ends with the lower test loss?"""
    first, second = sides
    name = next(name for name in first if first[name] != second[name])
    label = say(f"play_{name}")
    before, after = (still.value_text(side[name]) for side in sides)
    options = [f"{label} = {before}", f"{label} = {after}", say("play_ask_equal")]
    known = [loss if math.isfinite(loss) else math.inf for loss in ends]
    equal = known[0] == known[1] or abs(known[0] - known[1]) < EQUAL * max(known)
    answer = options[2 if equal else 0 if known[0] < known[1] else 1]
    values = {"before": before, "after": after}
    prompt = say("play_ask", n=until, name=label, **values)
    losses = dict(zip(("first", "second"), map(pictures.loss_text, ends)))
    why = say("play_ask_why", **losses, **values)
    return question(f"play {sides} {until}", prompt, options, answer, why)


def _without_epochs(state: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name != "epochs"}


def playground(
    data: Any = "spirals",
    *,
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **state: Any,
) -> Playground:
    """A model of two features that is changed by controls and trained before your eyes.

    `data` is the name of a set of `funclab.datasets.spots` ("spirals" unless given), or your own
    (x, y). `state` is what `Playground.line()` writes: branches, shared, merge, layers, units,
    activation, optimizer, learning_rate, batch_size, noise, seed, and the epochs that are trained
    at once. `look`, `ask` and `tour` are those of every view: see `funclab.view.live.view.View`.

    Shapes: x (n, 2); y (n,), 0 and 1 for two classes, or any numbers.
    Raises: ArgumentError for a setting it does not have; DataError for data it cannot draw.
    """
    own = None if isinstance(data, str) else data
    state = {"data": data, **state} if own is None else state
    return Playground(own, state=state, look=look, ask=ask, tour=tour)
