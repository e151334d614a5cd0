"""The loss around a training run, or between two models."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from funclab.callbacks.base import History
from funclab.errors import ArgumentError, NotCompiledError, TensorTypeError
from funclab.models.inputs import as_array
from funclab.models.late import computing
from funclab.models.model import Model
from funclab.registry.parameters import wrong_value
from funclab.training.compiled import check_idle
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import question, say
from funclab.view.draw.text import clean
from funclab.view.landscape.losses import (
    Losses,
    Plane,
    line_between,
    plane_of_run,
    plane_of_weights,
    random_plane,
)  # fmt: skip
from funclab.view.landscape.picture import SIDE, SMALL, LinePicture, PlanePicture, real, told
from funclab.view.live.variables import written
from funclab.view.live.view import View
from funclab.view.scene.diagram import bare

OFF = 0.05
"""How far the plane may be off along the path, as a part of the losses' span."""


class Landscape(View):
    """Losses on planes through weights, or on a line between two models; `planes` are the faces
    that have been computed: "run" or "weights", and "random" when it is first looked at."""

    room = "landscape"
    blank_state: ClassVar[dict[str, Any]] = {"face": "", "epoch": -1}

    def __init__(
        self,
        losses: Losses,
        pictures: dict[str, Any],
        facts: dict[str, Any],
        call: str,
        **settings: Any,
    ) -> None:
        self.losses, self._drawn = losses, pictures
        title = say("landscape_title", name=clean(losses.copy.name))
        super().__init__(title=title, call=call, facts=facts, pictures=_live(pictures), **settings)

    @property
    def planes(self) -> dict[str, Plane]:
        return {k: p.plane for k, p in self._drawn.items() if isinstance(p, PlanePicture)}

    def _checked_state(self, state: dict[str, Any]) -> dict[str, Any]:
        face, faces = super()._checked_state(state).get("face", ""), ["", *self.faces]
        if face not in faces:
            wanted = "one of " + ", ".join(map(repr, faces[1:]))
            raise wrong_value("landscape", "face", face, wanted, repr(faces[1]))
        return state

    @property
    def faces(self) -> list[str]:
        """The pictures that there are, the first one first."""
        first = next(iter(self._drawn))
        return ["run", "random"] if first == "run" else [first]

    def _random(self) -> PlanePicture:
        if "random" not in self._drawn:
            plane = random_plane(self.losses)
            words = [say("landscape_not_random", n=len(self.losses.weights))]
            axes = say("landscape_first"), say("landscape_second")
            self._drawn["random"] = PlanePicture(self.title, plane, [], axes, words)
            with self.hold_sync():
                pictures: dict[str, Any] = self.pictures
                facts: dict[str, Any] = self.facts
                self.pictures = {**pictures, **_live({"random": self._drawn["random"]})}
                self.facts = {**facts, "random": _facts(plane, words)}
        return self._drawn["random"]

    def told(self, kind: str, key: Any) -> Any:
        if kind != "plane" or "random" not in self.faces or key not in ("random", "random small"):
            return None
        self._random()
        return self.pictures[key]

    def complete(self) -> dict[str, Any]:
        if "random" in self.faces:
            self._random()
        return {"facts": self.facts, "pictures": self.pictures}

    def picture(self) -> Picture:
        face = self.state["face"] or self.faces[0]
        drawn = self._random() if face == "random" else self._drawn[face]
        return replace(drawn, look=theme.still(self.look))

    @property
    def text(self) -> str:
        return "\n\n".join(picture.text for picture in self._drawn.values())


def landscape(
    history: Any = None,
    x: Any = None,
    y: Any = None,
    *,
    between: Any = None,
    face: str = "",
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **state: Any,
) -> Landscape:
    """What the loss looks like around a training run, or between two models.

    history: what `fit` returned, trained with `callbacks=[funclab.callbacks.WeightPath()]`: the
        plane along which the run moved most, with its path. A model with two weights is shown as a
        whole.
    x, y: data and targets as `evaluate` takes them; the first 500 samples are used.
    between: two models of the same shape, compiled: the loss on the straight line between them.
    face: "run" (or "weights", for two weights) or "random", a plane along two random directions.
    state: the rest of what `Landscape.line()` writes. `look`, `ask` and `tour` are those of every
        view: see `funclab.view.live.view.View`.

    Computing takes 10 seconds at most, where the coarsest grid allows it; the models do not change.

    Raises: ArgumentError for a history without path, and for two models that do not fit together;
    BusyError while the model is in training; the errors of `evaluate`.

    Source: "Visualizing the Loss Landscape of Neural Nets", 2018.
    """
    settings = {"look": look, "ask": ask, "tour": tour, "state": {"face": face, **state}}
    if (history is None) == (between is None):
        raise ArgumentError(
            "landscape needs either a history or `between`.",
            why="it shows the loss around one run, or between two models.",
            fix="write funclab.landscape(history, x, y).",
        )
    if between is not None:
        return _between(between, x, y, settings)
    if isinstance(history, Model):
        history = history.history
    if not isinstance(history, History):
        raise TensorTypeError(
            f"landscape was given a {type(history).__name__}.",
            why="it shows a training run.",
            fix="pass what fit returned: history = model.fit(...).",
        )
    return _around(history, x, y, settings)


def _path_of(history: History, losses: Losses) -> Any:
    """The weights of a run, one row for each epoch kept."""
    again = "fit again with callbacks=[funclab.callbacks.WeightPath()]."
    if history.path is None or len(history.path.weights) < 2:
        raise ArgumentError(
            "This training did not keep the way of its weights.",
            why="the weights after each epoch take memory, so they are kept only when asked for.",
            fix=again,
        )
    weights = np.array(history.path.weights)
    if weights.shape[1] != len(losses.weights):
        raise ArgumentError(
            f"The path has {weights.shape[1]} weights, and the model trains {len(losses.weights)}.",
            why="layers were frozen or thawed since that training.",
            fix=again,
        )
    return weights


def _around(history: History, x: Any, y: Any, settings: dict[str, Any]) -> Landscape:
    losses = _losses_of(history.model, x, y)
    weights, epochs = _path_of(history, losses), history.path.epochs
    count = weights.shape[1]
    whole = count == 2
    name = "weights" if whole else "run"
    plane = (plane_of_weights if whole else plane_of_run)(losses, weights)
    axes = _names_of(losses) if whole else (say("landscape_first"), say("landscape_second"))
    words = _not_shown(plane, losses, whole)
    title = say("landscape_title", name=clean(losses.copy.name))
    picture = PlanePicture(title, plane, epochs, axes, words, arrows=whole)
    facts = {
        "faces": [name] if whole else [name, "random"],
        name: _facts(plane, words),
        "epochs": epochs,
        "real": [told(loss) for loss in plane.real],
        "shadow": [told(loss) for loss in plane.shadow],
        "size": count,
        "data": _data_told(losses, x),
        "question": None if whole else _question(plane, count),
    }
    call = f"funclab.landscape({written(history, 'history')}, {written(x, 'x')}, "
    return Landscape(losses, {name: picture}, facts, f"{call}{written(y, 'y')}$)", **settings)


def _question(plane: Plane, count: int) -> dict[str, Any]:
    prompt = say("landscape_ask_lowest", low=told(plane.least))
    options = [say("landscape_ask_none"), say("landscape_ask_unknown")]
    explain = say("landscape_ask_explain", n=count)
    return question("lowest", prompt, options, options[1], explain)


def _between(between: Any, x: Any, y: Any, settings: dict[str, Any]) -> Landscape:
    models = [computing(model) for model in between]
    sizes = [
        [weight.shape for weight in getattr(model, "trainable_weights", [])] for model in models
    ]
    if len(models) != 2 or sizes[0] != sizes[1] or not sizes[0]:
        raise ArgumentError(
            "`between` needs two models whose trained weights have the same shapes.",
            why="each weight moves from its value in the first model to that in the second one.",
            fix="build both with the same function, and train each of them.",
        )
    first, second = (_losses_of(model, x, y) for model in models)
    along, losses = line_between(first, second)
    names = written(models[0], clean(models[0].name)), written(models[1], clean(models[1].name))
    words = [say("landscape_not_line"), *_statistics(first)]
    title = say("landscape_title", name=clean(" – ".join(names)))
    picture = LinePicture(title, [*map(float, along)], losses, names, words)
    facts = {
        "faces": ["line"],
        "line": {"words": words},
        "along": [real(t, ".2f") for t in along],
        "real": [told(loss) for loss in losses],
        "start": int(np.abs(along - 1).argmin()),
        "size": len(first.weights),
        "data": _data_told(first, x),
    }
    call = f"funclab.landscape(x={written(x, 'x')}, y={written(y, 'y')}, "
    call += f"between=({names[0]}, {names[1]})$)"
    return Landscape(first, {"line": picture}, facts, call, **settings)


def _live(pictures: dict[str, Any]) -> dict[str, str]:
    """Pictures as they are in the live view, which has title and caption of its own; also small."""
    return {
        name + size: bare(replace(picture, caption=[], side=side))
        for name, picture in pictures.items()
        for size, side in (("", SIDE), (" small", SMALL))
    }


def _losses_of(model: Any, x: Any, y: Any) -> Losses:
    model = computing(model)
    if not model.compiled:
        raise NotCompiledError(
            f"{model.name} has no loss.",
            why="a landscape shows how the loss changes with the weights.",
            fix='compile it first, for example model.compile(loss="mse").',
        )
    check_idle(model, "landscape")
    return Losses(model, x, y)


def _names_of(losses: Losses) -> tuple[str, str]:
    """The names of two weights."""
    paths = [v.path for v in losses.variables for _ in range(v.array.size)]
    return clean(paths[0]), clean(paths[1])


def _facts(plane: Plane, words: list[str]) -> dict[str, Any]:
    ends = [told(plane.least), told(plane.most)]
    return {"words": words, "steps": len(plane.a), "ends": ends}


def _data_told(losses: Losses, x: Any) -> str:
    leaf = x
    while isinstance(leaf, (list, tuple, dict)) and hasattr(_any(leaf), "shape"):
        leaf = _any(leaf)
    everything = len(as_array(leaf))
    if everything > losses.count:
        return say("landscape_data_part", n=losses.count, all=everything)
    return say("landscape_data_value", n=losses.count)


def _any(parts: Any) -> Any:
    return next(iter(parts.values() if isinstance(parts, dict) else parts), None)


def _not_shown(plane: Plane, losses: Losses, whole: bool) -> list[str]:
    """What a plane leaves out, with the numbers of this one."""
    if whole:
        return [say("landscape_not_weights")]
    missing = len(losses.weights) - 2
    away = np.abs(np.array(plane.real) - plane.shadow)
    off = float(np.nanmax(away)) if np.isfinite(away).any() else np.inf
    spread = float(np.nanmax(plane.real) - np.nanmin(plane.real))
    word = "landscape_agree" if off <= OFF * spread else "landscape_disagree"
    first = say("landscape_not_run", n=missing)
    return [first, say(word, off=told(off)), *_statistics(losses)]


def _statistics(losses: Losses) -> list[str]:
    moving = [
        w for layer in losses.copy.layers for w in layer.non_trainable_weights if "moving" in w.path
    ]
    return [say("landscape_statistics")] if moving else []
