"""The profile of a model: how long each step of a batch takes, and the least it could take."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from funclab.engine.memory import pack
from funclab.engine.plan import Plan
from funclab.engine.profile import Profile
from funclab.engine.profile import profile as profile_of
from funclab.graph.locks import making
from funclab.layers.checks import positive
from funclab.models.late import computing
from funclab.models.model import Model
from funclab.registry.parameters import wrong_value
from funclab.training.one_batch import BATCH, filled_step
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import question, say
from funclab.view.live.variables import told, written, written_model
from funclab.view.live.view import View
from funclab.view.profile.picture import Bars
from funclab.view.scene import words
from funclab.view.scene.diagram import bare, diagram


class ProfileView(View):
    """The layers or the steps of a model, each with a bar as long as the time it takes.

    `print(...)` gives the steps as a table; `view.profile.steps` are the numbers.
    """

    room = "profile"
    blank_state: ClassVar[dict[str, Any]] = {"by": "layers", "at": 0}

    def __init__(self, bars: Bars, call: str, **settings: Any) -> None:
        self.bars, self.profile = bars, bars.profile
        rows = {f"{by} {i}": bar for by in bars.bars for i, bar in enumerate(bars.bars[by])}
        layers = [bar.name for bar in bars.bars["layers"]]
        longest = max(bars.bars["layers"], key=lambda bar: bar.seconds)
        options = sorted(layers, key=lambda name: name != longest.name)[:4]
        prompt = say("profile_ask")
        super().__init__(
            title=bars.title,
            call=call,
            facts={
                "captions": {key: bar.told for key, bar in rows.items()},
                "reasons": {key: bar.why for key, bar in rows.items()},
                "layers": bars.layers,
                "about": [bars.caption, say("profile_legend")],
                "longest": question(
                    "longest", prompt, sorted(options), longest.name, longest.words
                ),
            },
            pictures={key: bare(bar) for key, bar in rows.items()},
            **settings,
        )

    def _checked_state(self, state: dict[str, Any]) -> dict[str, Any]:
        if state.get("by", "layers") not in ("layers", "steps"):
            wanted = '"layers" or "steps"'
            raise wrong_value("profile", "by", state["by"], wanted, "'by=\"steps\"'")
        return super()._checked_state(state)

    @property
    def text(self) -> str:
        return str(self.profile)

    def picture(self) -> Picture:
        return replace(self.bars, by=self.state["by"], look=theme.still(self.look), bars={})


def profile(
    model: Model,
    x: Any = None,
    y: Any = None,
    *,
    batch_size: int = BATCH,
    loss: Any = None,
    optimizer: Any = None,
    training: Any = None,
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **state: Any,
) -> ProfileView:
    """How long each step of one batch takes in a model, and the least that this machine needs.

    `model` has a graph; nothing in it changes. `x` and `y` are its inputs and targets as `fit`
    takes them, of which the first `batch_size` samples (32) are the batch; without `y` only the
    forward computation is timed, with the layers in training mode if `training`. `loss` and
    `optimizer` replace the model's own (without any, "sgd"). The batch is run up to 200 times, and
    the least time of each step counts. `model` may also be a plan, alone. `state` is what
    `ProfileView.line()` writes, such as by="steps". `look`, `ask` and `tour` are those of every
    view: see `funclab.view.live.view.View`.

    Raises: GraphError for a model without a graph; NotCompiledError for a `y` without a loss;
    DataError and ShapeError for data that do not fit.
    """
    settings = {"look": look, "ask": ask, "tour": tour, "state": state}
    if isinstance(model, Plan):
        return ProfileView(
            Bars("plan", model.profile(), 0),
            f"funclab.profile({written(model, 'plan')}$)",
            **settings,
        )
    given, model = model, computing(model)
    if words.graph_of(model) is None:
        diagram(model)  # raises the error for a model without a graph
    timed, batch = timed_batch(model, x, y, batch_size, loss, optimizer, training)
    chosen = {"loss": loss, "optimizer": optimizer, "training": training}
    if batch_size != BATCH:
        chosen["batch_size"] = batch_size
    data = written(x, "x") + ("" if y is None else f", {written(y, 'y')}")
    call = f"funclab.profile({written_model(given)}, {data}{told(chosen)}$)"
    return ProfileView(Bars(model.name, timed, batch), call, **settings)


def timed_batch(
    model: Model, x: Any, y: Any, size: int, loss: Any, optimizer: Any, training: Any
) -> tuple[Profile, int]:
    """The profile of a batch, with weights in memory as training places them, and its samples."""
    positive("batch_size", size)
    with making:
        pack(model.trainable_weights)
    settings = (loss, optimizer, training)
    with filled_step(model, x, y, *settings, keep=False, batch=size) as (step, _):
        return profile_of(step.plan), step.specs.batch
