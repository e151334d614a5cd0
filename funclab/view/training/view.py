"""The live view of a training run: curves that grow, the graph beside them, and its controls.

`Feed` follows the training in the kernel and draws the curves; between two drawings it sends
numbers, which the page adds to the curves it has. The buttons reach the training through
`StopControl`; the page offers them only after it has had an answer from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import traitlets

from funclab.callbacks.base import History
from funclab.errors import ArgumentError, TensorTypeError
from funclab.graph.operation import Operation
from funclab.models.model import Model
from funclab.registry.parameters import wrong_value
from funclab.view.draw import theme
from funclab.view.draw.sentences import few, say
from funclab.view.draw.text import clean
from funclab.view.live.variables import written, written_model
from funclab.view.live.view import Growing
from funclab.view.scene import words
from funclab.view.scene.diagram import Diagram, bare, compact
from funclab.view.scene.scene import Scene
from funclab.view.training.captions import describe, questions
from funclab.view.training.curves import Curves, RunCharts, by_title, charts_of, page_charts
from funclab.view.training.record import MOST_EPOCHS, Numbers, outputs_of, runs_of, summary

FEWEST_EPOCHS, MOST_POINTS = 60, 2000
"""The epochs sent of a compared run, at least; and of all compared runs in total, so that twenty
runs take no more space than a few."""
OVER = {"phase": "over"}
MOST_TITLES = 5
HISTORY = 112
"""How wide the curve and the number of a measure are, in the box of a call."""


class TrainingView(Growing):
    """Runs of a model as curves: those that are over, and one that may be under way.

    `runs` are the numbers of all runs, the current one last; `curves` is what the page shows of
    them, and `status` the progress of the current one.
    """

    room = "training"
    blank_state: ClassVar[dict[str, Any]] = {
        "log": False, "smooth": False, "measure": "gradient", "selected": "", "joined": False,
        "graph": True, "table": False, "epoch": 0, "chart": 0,
    }  # fmt: skip

    runs = traitlets.List()
    curves = traitlets.Dict().tag(sync=True)
    control = traitlets.Unicode().tag(sync=True)
    count = traitlets.Int(0).tag(sync=True)
    """The number of this training run in its cell, if it replaced another."""

    def show_runs(self, runs: list[Numbers], status: Numbers) -> None:
        """Show these runs; `status` is the progress of the last one."""
        with self.hold_sync():  # one message for all
            self.status = status
            self.runs = runs
            self._draw()

    @traitlets.observe("state", "look")
    def _changed(self, change: Any) -> None:
        before = change.old if isinstance(change.old, dict) else {}
        if any(before.get(name) != self.state[name] for name in ("joined", "smooth")):
            self._draw()

    def _draw(self) -> None:
        """Draw the charts for each choice that is possible on a page without a kernel; during
        training, smoothed curves only if they are being shown."""
        if not self.facts or not self.status:
            return
        runs, status = list(self.runs), self.status
        shown, compared = self.facts["charts"], self.facts["compared"]
        ended = status["phase"] in ("over", "stopped", "failed")
        charts = self._charts(0 if ended else status.get("last", 0))
        smooth = (False, True) if charts.window and (ended or self.state["smooth"]) else (False,)
        story, reading = describe(runs, shown, compared)
        self.curves = {
            "charts": page_charts(shown, charts, smooth, self.look),
            "caption": story,
            "reading": reading,
            "smoothed": self._smoothed(charts),
            "questions": questions(runs, shown, compared, status),
            "epochs": charts.epochs,
            "heat": charts.runs[-1]["heat"] if charts.runs else [],
            "runs": len(runs),
        }

    def _charts(self, until: float = 0) -> RunCharts:
        return RunCharts(self.runs, self.facts["compared"], self.state["joined"], until)

    def _smoothed(self, charts: RunCharts) -> str:
        return say("live_caption_smoothed", n=charts.smoothed_epochs) if charts.window else ""

    def picture(self) -> Curves:
        look, facts, runs, state = theme.still(self.look), self.facts, self.runs, self.state
        charts = self._charts()
        made = (charts.chart(chart, state["log"], state["smooth"]) for chart in facts["charts"])
        drawn = [chart for chart in made if chart is not None]
        if not drawn or not charts.epochs:
            return Curves([], say("live_no_run"), say("live_no_curve"), look)
        title = self.title
        if not facts["compared"]:
            last = max(run["epochs"][-1] for run in runs if run["epochs"])
            key = "live_still_of" if len(runs) > 1 else "live_still"
            title = say(key, title=title, n=last, run=clean(runs[-1]["label"]))
        sentences = [
            self.status.get("nan", ""),
            *describe(runs, facts["charts"], facts["compared"]),
        ]
        sentences.append(self._smoothed(charts) if state["smooth"] else "")
        return Curves(drawn, title, " ".join(filter(None, sentences)), look, framed=True)


ON_WALL, FEWER = 240, (12, 8, 6, 4)
"""The height for the graph beside the curves on a projector, in its pixels; and of how many calls
it may be, from the most to the fewest."""


def view_of(model: Model, names: Iterable[str], **settings: Any) -> TrainingView:
    """A view of a model's runs, with its graph; `names` are the names of its losses and metrics."""
    variable = written_model(model)
    state = {key: settings.pop(key) for key in TrainingView.blank_state if key in settings}
    pictures, holders, narrow_holders, roomy = {}, {}, {}, []
    if words.graph_of(model) is not None:
        wide, narrow = compact(model, prepare=with_room), on_wall(model)
        pictures = {"graph": bare(wide), "narrow": bare(narrow)}
        if any(group.weights for group in wide.scene.groups):
            pictures["close"] = bare(compact(model, prepare=with_room_under))
        roomy = [clean(box.key) for box in wide.scene.boxes if box.aside]
        holders, narrow_holders = (
            {clean(key): clean(block) for key, block in drawn.scene.holders.items()}
            for drawn in (wide, narrow)
        )
    facts = {
        "charts": charts_of(names, outputs_of(model)),
        "layers": layers_of(model),
        "holders": holders,
        "narrow_holders": narrow_holders,
        "roomy": roomy,
        "compared": False,
        "trace": f"funclab.trace({variable}, x[:32], y[:32])",
    }
    return TrainingView(
        facts=facts,
        title=say("live_title", name=clean(model.name)),
        call=f"funclab.watch({variable}$)",
        pictures=pictures,
        state=state,
        **settings,
    )


def on_wall(model: Model) -> Diagram:
    """The graph in low boxes, as many as fit beside the curves on a projector."""
    pictures: list[Diagram] = []
    for most in FEWER:
        pictures.append(compact(model, capsules=False, most=most, density="low boxes"))
        if pictures[-1].scene.height <= ON_WALL:
            break
    return min(pictures, key=lambda picture: picture.scene.height)


def with_room(scene: Scene) -> None:
    """Leave room for the history of a measure: in the boxes of calls, and in the capsules, instead
    of what is said of the weights there."""
    for box in scene.boxes:
        if box.weights and not box.gathers and not box.rows and box.inside is None:
            box.aside = HISTORY
    for group in scene.groups:
        group.caption = ["", ""]


def with_room_under(scene: Scene) -> None:
    """The same with the capsules under the graph, which is then narrower."""
    with_room(scene)
    scene.under = True


def layers_of(model: Model) -> list[Numbers]:
    """The layers directly inside a model, with the boxes that stand for their calls."""
    calls = words.calls_by_layer(words.graph_of(model)) or {layer: [] for layer in model.layers}
    return [
        {
            "key": layer.name,
            "name": clean(layer.name),
            "detail": words.detail(layer),
            "boxes": [node.key for node in nodes],
        }
        for layer, nodes in calls.items()
    ]


def watch(
    model: Model,
    *,
    log: bool = False,
    measure: str = "gradient",
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **state: Any,
) -> TrainingView:
    """The runs of a model as a live view, also while the model is being trained.

    `model`: a compiled model. `log` makes the axis of the losses logarithmic; `measure` is what the
    graph shows of each layer. `state`: the rest of the view's settings, such as smooth=True.
    `look`, `ask` and `tour` are those of every view: see `funclab.view.live.view.View`.

    Raises: TensorTypeError for something that is not a model.
    """
    settings = {"look": look, "ask": ask, "tour": tour, "log": log, "measure": measure, **state}
    if not isinstance(model, Operation) or not hasattr(model, "fit"):
        raise TensorTypeError(
            f"watch was given {model!r}, which is not a model.",
            why="curves belong to models: `fit` makes them.",
            fix="pass a model, such as funclab.watch(model).",
        )
    loop = getattr(getattr(model, "compiled_state", None), "loop", None)
    watchers = getattr(loop, "watchers", ())
    feed = next((watcher for watcher in watchers if hasattr(watcher, "add_view")), None)
    if feed is not None:
        return feed.add_view(**settings)
    runs, last = runs_of(model), getattr(model, "history", None)
    if not runs and last is not None and last.epoch:
        runs = summaries([("", last.run, last)])
    view = view_of(model, [name for run in runs for name in run["values"]], **settings)
    view.show_runs(runs, {**OVER, **(runs[-1]["nan"] if runs else {})})
    return view


def compare_runs(
    *histories: Any,
    labels: Sequence[str] | None = None,
    curves: Sequence[str] | None = None,
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **groups: Any,
) -> TrainingView:
    """Runs of one model or of several, overlaid.

    `histories`: what `fit` returned. `labels`: a name for each; those of `fit(run=...)` unless
    given. `groups`: lists of histories by name, as in compare_runs(shared=[h1, h2],
    separate=[h3, h4]): each group is drawn as its mean in a band from its lowest to its highest
    value. `curves`: the losses and metrics to show, such as ["loss", "sex_accuracy"], each with its
    validation; all unless given. `look`, `ask` and `tour` are those of every view; log=True,
    smooth=True and joined=True are settings of this one.

    Raises: ArgumentError for something that is not a History, a wrong number of labels, or a curve
        that no run has.
    """
    lists = {key: group for key, group in groups.items() if is_group(key, group)}
    state = {key: value for key, value in groups.items() if key not in lists}
    given_labels = labels is not None
    labels = [getattr(h, "run", "") for h in histories] if labels is None else [*labels]
    if len(labels) != len(histories):
        wanted = f"one label for each run, of which there are {len(histories)}"
        raise wrong_value("compare_runs", "labels", labels, wanted, "None")
    named = [("", label, history) for label, history in zip(labels, histories)]
    runs = summaries([*named, *((key, "", h) for key, group in lists.items() for h in group)])
    models = {history.model for group in (histories, *lists.values()) for history in group}
    outputs = [name for model in models for name in outputs_of(model)]
    charts = charts_of(dict.fromkeys(name for run in runs for name in run["values"]), outputs)
    charts = charts if curves is None else chosen(charts, curves)
    titles = few(list(by_title(runs)), MOST_TITLES)
    call = [written(history, f"history{i + 1}") for i, history in enumerate(histories)]
    call += [f"{key}={written(group, key)}" for key, group in lists.items()]
    call += [f"labels={labels}"] if given_labels else []
    call += [] if curves is None else [f"curves={[*curves]}"]
    view = TrainingView(
        facts={"charts": charts, "layers": [], "compared": True},
        title=clean(say("live_runs", runs=titles)),
        call=f"funclab.compare_runs({', '.join(call)}$)",
        state=state,
        look=look,
        ask=ask,
        tour=tour,
    )
    view.show_runs(runs, OVER)
    return view


def chosen(charts: Sequence[Numbers], curves: Any) -> list[Numbers]:
    """The charts of some losses and metrics, in the order of their names.

    Raises: ArgumentError for an unknown name, or for anything but a list of names.
    """
    by_name = {chart["key"]: chart for chart in charts}
    is_list = isinstance(curves, (list, tuple)) and len(curves) > 0
    unknown = [name for name in curves if name not in by_name] if is_list else [curves]
    if unknown:
        wanted = f"a list of names, from {', '.join(by_name)}"
        raise wrong_value("compare_runs", "curves", curves, wanted, str([*by_name][:1]))
    return [by_name[name] for name in dict.fromkeys(curves)]


def is_group(name: str, value: Any) -> bool:
    """Whether a keyword of `compare_runs` names a group of runs, and not a setting.

    Raises: ArgumentError for a keyword that is neither.
    """
    several = isinstance(value, (list, tuple))
    if name in TrainingView.blank_state and not several:
        return False
    if not several or not value:
        raise ArgumentError(
            f"compare_runs was given {name}={value!r}, which is not a list of Histories.",
            why="a keyword names a group of runs; "
            f"the settings are {', '.join(TrainingView.blank_state)}.",
            fix="write compare_runs(shared=[first, second], separate=[third, fourth]).",
        )
    return True


def summaries(histories: list[tuple[str, str, Any]]) -> list[Numbers]:
    """Histories, each with its group and label, as plain data with distinct labels.

    Raises: ArgumentError for something that is not a History, or if there are none.
    """
    wrong = [f"{h!r}, which is not a History" for *_, h in histories if not isinstance(h, History)]
    if wrong or not histories:
        raise ArgumentError(
            f"compare_runs was given {[*wrong, '0 runs'][0]}.",
            why="it overlays the curves of what `fit` returns, one run or more.",
            fix="write compare_runs(first, second) with first = model.fit(...).",
        )
    most = min(MOST_EPOCHS, max(FEWEST_EPOCHS, MOST_POINTS // len(histories)))
    return [
        summary(history, str(label or say("live_run", i=i + 1)), group, most)
        for i, (group, label, history) in enumerate(histories)
    ]
