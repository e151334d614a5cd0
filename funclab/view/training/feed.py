"""Follows a training run and sends its numbers and curves to the page, at a small cost."""

from __future__ import annotations

import functools
import itertools
import math
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from funclab.callbacks.base import Logs, Watcher
from funclab.errors import FunclabError
from funclab.models.model import Model
from funclab.training.measures import first_lost
from funclab.view.draw.chart import brief
from funclab.view.draw.sentences import named, say
from funclab.view.training import control, kernels
from funclab.view.training.cell import show
from funclab.view.training.heat import Heat
from funclab.view.training.record import (
    PAUSE,
    Clock,
    Numbers,
    Pace,
    Record,
    cpu_time,
    keep_runs,
    now,
    rest_after,
    runs_of,
)
from funclab.view.training.view import view_of

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 2.0
"""The shortest and the longest pause between two drawings of the curves, in seconds."""
LOOKS, MEASURES, DRAWINGS = 100, 100, 100
"""How small a part of the training's CPU time a look at a batch may take, the measures of an epoch,
and a drawing: one in so many."""
OLDEST = 15.0
"""How many seconds old the curves may become on a busy machine, whatever they cost."""
MOST_FOR_COPY = 0.005
"""The most time that a copy of the weights may take, as a part of an epoch: it is made in every
epoch, as any may turn out to be the last."""
SECONDS_TO_PARK = 10
"""How many seconds to wait until a paused training run has stopped: a batch takes no longer."""

_counts: WeakKeyDictionary[Any, int] = WeakKeyDictionary()


def guarded(method: Callable[..., None]) -> Callable[..., None]:
    """A method whose failure ends the live view, with a warning, but not the training."""

    @functools.wraps(method)
    def run(self: Feed, *args: Any, **settings: Any) -> None:
        with self.lock:
            if self.lost:
                return
            try:
                method(self, *args, **settings)
            except Exception as error:
                self.give_up(error)

    return run


class Feed(Watcher):
    """A callback that shows a training run while it is under way, in one view or in several."""

    def __init__(self, model: Model, run: str = "", **settings: Any) -> None:
        super().__init__()
        _counts[model] = _counts.get(model, 0) + 1
        self.model, self.settings = model, settings
        self.label = run or say("live_run", i=_counts[model])
        self.lock = threading.RLock()
        """Held by the thread that reports on the training: another may ask for a view meanwhile."""
        self.views: list[Any] = []
        self.earlier = [{**run, "dots": [], "heat": []} for run in runs_of(model)]
        self.serial = itertools.count(1)
        """Numbers the messages, which may overtake each other on their way."""
        self.lost = False
        self.error = ""
        self.output: Any = None
        self.epoch = self.batch = 0
        self.look_due = self.test_due = self.curves_due = self.heat_due = 0.0
        """When to look at a batch, report on validation, draw the curves, and measure an epoch."""
        self.begun_at = self.copying = 0.0
        """When the epoch began, and how long the last copy of the weights took."""
        self.drawn_at = -math.inf
        self.looks, self.drawings = Pace(LOOKS, LONGEST_PAUSE), Pace(DRAWINGS, OLDEST)
        self.measures = Pace(MEASURES, LONGEST_PAUSE)
        self.step: Any = None
        """The last training step. Its buffers hold its batch until the next step."""
        self.slow: Any = None
        self.resting = False
        """Whether the training is paused only because a slow motion is shown."""

    def prepare(self, loop: Any) -> None:
        self.loop, self.control = loop, control.StopControl(self.act)
        self.record = Record(self.label, loop.history, loop.training.steps)
        self.clock = Clock(loop)
        self.heat = Heat(self.model, loop.compiled.trained(self.model))
        trackers = loop.compiled.trackers.items()
        self.means = {name: mean.sums for name, mean in trackers if hasattr(mean, "sums")}
        """The running sums of losses and metrics, each as (total, count)."""
        self.loss = loop.compiled.loss_mean.sums
        loop.control.observers.append(self.on_rest)  # also if it fails before the first epoch
        try:
            self.view = self.add_view(**self.settings)
            self.output = show(self.view)
        except FunclabError:  # of a setting that the user has written
            raise
        except Exception as error:
            self.give_up(error)

    @property
    def runs(self) -> list[Numbers]:
        """The earlier runs of this model, and the current one."""
        return [*self.earlier, self.record.data()]

    def add_view(self, **settings: Any) -> Any:
        """One more view of the same training run."""
        view = view_of(self.model, self.loop.compiled.metrics_names, **settings)
        with self.lock:
            if self.control.comm is not None:  # the training is not yet over
                view.control = self.control.model_id
            view.show_runs(self.runs, self.status())
            self.views = [*(known for known in self.views if known.comm is not None), view]
        return view

    @guarded
    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.record.history = self.loop.history  # in the background, it is a new object
        self.clock.phase = "running"
        self._draw_curves()

    @guarded
    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch, self.batch = epoch, 0
        self.sums = [[0.0, 0.0] for _ in self.means]
        self.clock.phase = "running"
        begun, spent = now()
        cheap = self.copying < MOST_FOR_COPY * (begun - self.begun_at)
        last = epoch + 1 == self.loop.epochs.stop
        self.heat.begin(remember := cheap or last or begun >= self.heat_due)
        self.begun_at = begun
        if remember:
            self.copying = cpu_time() - spent

    def watch(self, step: Any) -> None:
        self.batch += 1
        self.step = step
        ahead = self.record.count_batch()
        if ahead < 2:
            self._read_sums(kept=not ahead)
        if not self.record.nan and not math.isfinite(self.loss.array[0]):
            self._find_nan(step)
        if time.perf_counter() >= self.look_due:
            self._look(step)

    @guarded
    def _read_sums(self, kept: bool) -> None:
        """Read the sums after a batch to keep and after the one before: the difference is a dot."""
        before, self.sums = self.sums, [sums.array.tolist() for sums in self.means.values()]
        if kept:
            values = {
                name: (total - old) / (count - old_count)
                for name, (total, count), (old, old_count) in zip(self.means, self.sums, before)
                if count > old_count
            }
            self.record.add_dot(self.epoch, self.batch, values)

    @guarded
    def _find_nan(self, step: Any) -> None:
        """The loss has become nan or infinite: name the layer in which that started."""
        inputs = [step.plan.array(value) for value in step.inputs if value is not None]
        finite = all(np.isfinite(array).all() for array in inputs)
        layer = first_lost(step.plan) if finite else ""
        own = "loss" if step.plan.calls else "away"  # a plan on workers has no calls here
        kind = "data" if not finite else "layer" if layer else own
        words = say(f"live_nan_{kind}", layer=named(layer), epoch=self.epoch + 1, batch=self.batch)
        self.record.nan = {"nan_layer": layer, "nan": words}
        self.look_due = self.curves_due = 0.0

    @guarded
    def _look(self, step: Any) -> None:
        """Look at the layers after a batch, and send the page what is new."""
        begun, spent = now()
        if not (self.looks.is_due or self.record.nan):
            self.look_due = begun + PAUSE
            return
        self.looks.begin()
        self.clock.look(self.record.batches, step.specs.batch)
        self.heat.look(step.plan)
        self._send_or_draw(LONGEST_PAUSE)
        # A view without updates seems broken, so even expensive looks happen now and then.
        self.look_due = begun + min(LONGEST_PAUSE, rest_after(spent))
        self.looks.end()

    @guarded
    def on_test_begin(self, logs: Logs | None = None) -> None:
        begun, spent = now()
        self.clock.phase = "validating"
        if begun >= self.test_due:
            self._send()
            self.test_due = begun + rest_after(spent)

    @guarded
    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        begun, spent = now()
        heat = {}
        if self.heat.begun and begun >= self.heat_due and self.measures.is_due:
            self.measures.begin()
            heat = self.heat.end(self.step.plan)
            self.measures.end()
            self.heat_due = begun + rest_after(spent - self.copying)
        self.record.end_epoch(epoch, self.batch, heat)
        if begun >= self.curves_due and self.drawings.is_due:
            self._draw_curves()
            pause = min(LONGEST_PAUSE, max(SHORTEST_PAUSE, rest_after(spent)))
            self.curves_due = time.perf_counter() + pause

    @guarded
    def watch_end(self) -> None:
        """Measure the epoch that has turned out to be the last one, if it was not yet measured."""
        epoch = self.epoch
        if not self.batch:  # this epoch has no data, so the last batch was in the one before
            epoch -= 1
            self.heat.begin(remember=False)
        if self.step is not None and (self.batch or epoch not in self.record.heat):
            self.record.keep_heat(epoch, self.heat.end(self.step.plan))

    def on_rest(self) -> None:
        """The training has been paused, has resumed, or is over."""
        self._rest()
        if self.loop.control.ended and (self.lost or self.loop.history.snapshots is None):
            self.control.close()

    @guarded
    def _rest(self) -> None:
        self.clock.rest()
        if not self.loop.control.ended:
            self._send_or_draw(SHORTEST_PAUSE)
            self.look_due = 0.0
            return
        error = self.loop.control.error
        self.error = f"{type(error).__name__}: {getattr(error, 'what', error)}" if error else ""
        self._finish()

    def status(self) -> Numbers:
        """The progress of the training, and what is possible, for the page to put in words."""
        record = self.record
        return {
            **self.clock.status(self.epoch, self.batch, record.batches, record.steps),
            "serial": next(self.serial),
            "paused": self.loop.control.paused,
            **record.nan,
            "rate": brief(float(self.model.optimizer.learning_rate)),
            "rate_by": control.rate_by(self.loop),
            "validated": self.loop.validation is not None,
            "mode": self.loop.mode,
            "kernel": kernels.kernel_name(),
            "error": self.error,
            "snapshots": self.loop.history.snapshots is not None,
        }

    def _send(self) -> None:
        """Send what is new: the page adds it to the curves it has."""
        new = {"status": self.status(), "dots": self.record.new_dots(), "layers": self.heat.shown()}
        for view in self.views:
            view.send({"kind": "tick", **new})

    def _send_or_draw(self, pause: float) -> None:
        """Send what is new, or redraw the curves if that was more than `pause` seconds ago."""
        late = time.perf_counter() - self.drawn_at > pause and self.drawings.is_due
        (self._draw_curves if late else self._send)()

    def _draw_curves(self) -> None:
        self.drawings.begin()
        self.record.new_dots()  # the curves have them all
        if self.record.dots:
            self.drawn_at = time.perf_counter()
        runs, status = self.runs, self.status()
        for view in self.views:
            view.show_runs(runs, status)
        self.drawings.end()

    def _finish(self) -> None:
        """Send and keep the final state: the last numbers, the run for later views, the picture."""
        if self.loop.history.epoch:
            keep_runs(self.model, self.runs)
        self._draw_curves()
        self._send()
        if self.loop.history.snapshots is not None:
            self.loop.history.snapshots.button = self.act
        if self.output is not None and self.view.comm is not None:
            self.output.renew(self.view)

    def give_up(self, error: Exception) -> None:
        """End the view, not the training."""
        self.lost, self.look_due = True, math.inf
        warnings.warn(
            f"The live view of {self.model.name} has ended: {error!r}. Training goes on.",
            stacklevel=2,
        )
        for view in self.views:
            lost = {"serial": next(self.serial), "phase": "lost", "error": repr(error)}
            with view.hold_sync():
                view.status = {**view.status, **lost}

    def act(self, content: Numbers) -> None:
        """Do what a button asks, or answer a page that asks whether its messages arrive here."""
        own = {"slow": self._slow_motion, "back": self._end_slow_motion}.get(str(content.get("do")))
        if own is None:
            self.resting = self.resting and content.get("do") == "hello"
        result = control.act_on(self.loop, content) if own is None else own()
        with self.lock:  # the training thread may be about to send a newer status
            answer = {"kind": "ack", "id": content.get("id"), **result, "status": self.status()}
            for view in self.views:
                view.send(answer)

    def _slow_motion(self) -> Numbers:
        """Pause, and show the last batch again in slow motion."""
        self.resting = self.resting or not self.loop.control.paused
        self.loop.control.pause()
        self.loop.control.wait_parked(SECONDS_TO_PARK)
        try:
            if self.slow is not None:
                self.slow.close()
            self.slow = control.slow_motion(self.model, self.step, look=self.view.look)
        except Exception as error:
            self._end_slow_motion()
            return {"problem": getattr(error, "what", repr(error))}
        note = control.leaves_out(self.step)
        return {"problem": "", "slow": self.slow.model_id, "note": note}

    def _end_slow_motion(self) -> Numbers:
        """Resume the training, if it was paused only for the slow motion."""
        if self.slow is not None:
            self.slow.close()
        if self.resting:
            self.loop.control.resume()
        self.slow, self.resting = None, False
        return {"problem": ""}
