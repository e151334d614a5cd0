"""The live view of a training: curves that grow, the graph beside, and buttons that tell the truth.

A kernel and a browser take part in it. `Feed` follows the training and sends numbers; the page
draws them. The buttons reach the training through `StopControl`, which the page asks for an answer
before it offers them.
"""

from __future__ import annotations

from typing import Any, ClassVar

import traitlets

from funclab.callbacks.base import Watcher
from funclab.errors import TensorTypeError
from funclab.graph.operation import Operation
from funclab.view.draw import defaults
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import clean, listed
from funclab.view.live.view import View
from funclab.view.training.facts import charts_of, layers_of, pictures_of
from funclab.view.training.feed import Feed
from funclab.view.training.record import runs_of
from funclab.view.training.runs import labelled, runs_picture


class TrainingView(View):
    """Runs of a model as curves: those that are over, and one that may be under way.

    `runs` is all they brought so far, the last one the present; `status` how that one fares.
    """

    scripts = (
        "training/axes", "training/chart", "training/graph", "training/words", "training/channel",
        "training/slow", "training/view",
    )  # fmt: skip
    blank_state: ClassVar[dict[str, Any]] = {
        "log": False, "measure": "gradient", "selected": "", "joined": False, "graph": True,
        "table": False, "epoch": 0, "chart": 0,
    }  # fmt: skip

    runs = traitlets.List().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)
    control = traitlets.Unicode().tag(sync=True)
    count = traitlets.Int(0).tag(sync=True)
    """The number of this training in its cell, when it took the place of another."""

    def picture(self) -> Picture:
        state = {"log": self.state["log"], "look": defaults.still(self.look)}
        return runs_picture(self.title, self.runs, self.facts, state)

    def complete(self) -> None:
        """A page from disk has no kernel to reach."""
        self.control = ""


def view_of(model: Any, names: list[str], **settings: Any) -> TrainingView:
    """A view of a model's runs, with its graph."""
    state = {key: settings.pop(key) for key in list(settings) if key in TrainingView.blank_state}
    facts = {
        "charts": charts_of(names, list(model.output_names or [])),
        "layers": layers_of(model),
        "compared": False,
    }
    variable = model.name if model.name.isidentifier() else "model"
    facts["trace"] = f"funclab.trace({variable}, x[:32], y[:32])"
    return TrainingView(
        facts=facts,
        title=f"Training of {clean(model.name)}",
        call=f"funclab.watch({variable}$)",
        pictures=pictures_of(model),
        state=state,
        **settings,
    )


def live_callback(model: Any, **settings: Any) -> Watcher:
    """The callback that shows a training of a model in the notebook while it runs.

    `run` names the run; the other settings are those of the view: look, ask, tour, and what
    `TrainingView.line()` writes.
    """
    return Feed(model, view_of, **settings)


def watch(model: Any, **settings: Any) -> TrainingView:
    """The live view of a model's runs so far, and of one in the background that is under way.

    Of a model that no live view has followed, the last run is shown. `settings` are what
    `TrainingView.line()` writes, such as log=True or measure="change", and the look, ask and tour
    of every view: see `funclab.view.live.view.View`.

    Raises: TensorTypeError for what is no model.
    """
    if not isinstance(model, Operation) or not hasattr(model, "fit"):
        raise TensorTypeError(
            f"watch was given {model!r}, which is not a model.",
            why="curves belong to models: `fit` makes them.",
            fix="pass a model, such as funclab.watch(model).",
        )
    loop = getattr(getattr(model, "compiled_state", None), "loop", None)
    feed = next((one for one in getattr(loop, "watchers", ()) if isinstance(one, Feed)), None)
    if feed is not None:
        return feed.add_view(**settings)
    runs, last = runs_of(model), getattr(model, "history", None)
    if not runs and last is not None and last.epoch:
        runs = labelled([last], None)
    view = view_of(model, [name for run in runs for name in run["values"]], **settings)
    view.runs = runs
    view.status = {"phase": "over"}
    return view


def compare_runs(*histories: Any, labels: Any = None, **settings: Any) -> TrainingView:
    """Runs of one model or of several, overlaid; each is what a `fit` returned.

    The names are those given to `fit(run=...)`, unless there are `labels`.
    Raises: ArgumentError for what is no History, or for a wrong number of labels.
    """
    runs = labelled(histories, labels)
    models = {one.model for one in histories}
    outputs = [name for model in models for name in model.output_names or []]
    names = dict.fromkeys(name for run in runs for name in run["values"])
    state = {key: settings.pop(key) for key in list(settings) if key in TrainingView.blank_state}
    labels = listed([run["label"] for run in runs])
    view = TrainingView(
        facts={"charts": charts_of(names, outputs), "layers": [], "compared": True},
        title=f"Runs: {clean(labels)}",
        call=f"funclab.compare_runs({', '.join(f'history{i + 1}' for i in range(len(runs)))}$)",
        state=state,
        **settings,
    )
    view.runs, view.status = runs, {"phase": "over"}
    return view
