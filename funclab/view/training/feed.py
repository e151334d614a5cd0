"""Follows a training run and sends its numbers and curves to the page, at a small cost."""

from __future__ import annotations

import itertools
import math
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from funclab.callbacks.base import Logs, Watcher
from funclab.view.draw.axis import brief
from funclab.view.live.said import named, say
from funclab.view.training.cell import guarded, show
from funclab.view.training.clock import Clock, rest_after
from funclab.view.training.control import StopControl, act_on, kernel_name, rate_by
from funclab.view.training.heat import Heat, first_lost
from funclab.view.training.record import MOST_DOTS, Numbers, Record, keep_runs, runs_of
from funclab.view.training.slow import leaves_out, slow_motion

WHOLE_PAUSE, LONGEST_PAUSE = 0.5, 2.0
"""Seconds between two times that the curves are drawn anew, at least and at most."""
DOT_SPACING = 1500
"""As `SPACING`, for a single dot, which takes two batches."""
SURE_DOTS = 50
"""At least so many batches give a dot, evenly spread over a training; of a short one, all do."""
REST_IN = 10
"""Seconds in which a training run should come to rest: a batch takes no longer."""

_counts: WeakKeyDictionary[Any, int] = WeakKeyDictionary()


class Feed(Watcher):
    """A callback that shows a training while it runs, in one view or in several."""

    def __init__(
        self, model: Any, make_view: Callable[..., Any], run: str = "", **settings: Any
    ) -> None:
        super().__init__()
        _counts[model] = _counts.get(model, 0) + 1
        self.model, self.make_view, self.settings = model, make_view, settings
        self.label = run or f"run {_counts[model]}"
        self.lock = threading.RLock()
        """One thread at a time reports on the training: another may ask for a view meanwhile."""
        self.views: list[Any] = []
        self.earlier = [{**run, "dots": [], "heat": []} for run in runs_of(model)]
        self.serial = itertools.count(1)
        """Numbers the messages, which may overtake each other on their way."""
        self.heard = self.lost = self.drawn = False
        self.error = ""
        self.display: Any = None
        self.epoch = self.batch = self.base_batch = 0
        self.before = self.goal = self.turn = 0
        """Batches of the epochs before; the batch to give the next sure dot; the same, in this
        epoch."""
        self.due = self.look_due = self.test_due = self.whole_due = self.heat_due = 0.0
        self.dots: list[Numbers] = []
        self.step: Any = None
        """The step done last. Its buffers hold its batch until the next one comes."""
        self.slow: Any = None
        self.resting = False
        """Whether the training is paused only because a slow motion is shown."""

    def prepare(self, loop: Any) -> None:
        self.loop, self.control = loop, StopControl(self.act)
        self.record = Record(self.label, loop.history, loop.training.steps)
        self._spread(loop.training.steps or 0)
        self.clock = Clock(loop)
        self.heat = Heat(self.model, loop.compiled.trainable or [])
        trackers = loop.compiled.trackers.items()
        self.means = [(name, mean) for name, mean in trackers if hasattr(mean, "sums")]
        self.loss = loop.compiled.loss_mean.sums
        self.view = self.add_view(**self.settings)
        self.display = show(self.view)
        loop.control.observers.append(self.on_rest)  # also if it fails before the first epoch

    def add_view(self, **settings: Any) -> Any:
        """One more view of the same training."""
        view = self.make_view(self.model, self.loop.compiled.metrics_names, **settings)
        with self.lock:
            if self.control.comm is not None:  # the training is not over yet
                view.control = self.control.model_id
            view.show_runs([*self.earlier, self.record.data()], self.status())
            self.views = [*(known for known in self.views if known.comm is not None), view]
        return view

    @guarded
    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.record.history = self.loop.history
        self.clock.start()
        self._send_all()

    @guarded
    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self.before += self.batch
        if self.batch and self.loop.training.steps is None:
            self._spread(self.batch)  # as many will come again
            self.goal = self.before
        self.epoch, self.batch, self.turn = epoch, 0, self.goal - self.before
        self._take_base(zero=True)
        self.clock.begin_epoch()
        if self.clock.now >= self.heat_due:
            self.heat.begin()

    def watch(self, step: Any) -> None:
        self.batch += 1
        self.step = step
        if not self.record.nan and not math.isfinite(self.loss.array[0]):
            self._find_nan(step)
        if time.perf_counter() >= self.due or self.batch >= self.turn:
            self._look(step)

    @guarded
    def _find_nan(self, step: Any) -> None:
        """The loss is not a number any more: name the layer in which that began."""
        inputs = [step.plan.array(value) for value in step.inputs if value is not None]
        finite = all(np.isfinite(array).all() for array in inputs)
        layer = first_lost(step.plan) if finite else ""
        kind = "data" if not finite else "layer" if layer else "loss"
        words = say(f"live_nan_{kind}", layer=named(layer), epoch=self.epoch + 1, batch=self.batch)
        self.record.nan = {"nan_layer": layer, "nan": words}
        self.look_due = self.whole_due = 0.0

    @guarded
    def on_test_begin(self, logs: Logs | None = None) -> None:
        begun, spent = time.perf_counter(), time.thread_time()
        self.clock.phase = "validating"
        if begun >= self.test_due:
            self._send()
            self.test_due = begun + rest_after(spent)

    @guarded
    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        begun, spent = time.perf_counter(), time.thread_time()
        self.clock.end_epoch()
        heat = None
        if self.heat.before is not None:
            self.heat.end()
            heat = self.heat.shown()
        self.record.epoch(epoch, self.batch, heat)
        if begun >= self.whole_due:
            self._send_all()
            rest = max(WHOLE_PAUSE, rest_after(spent))
            self.whole_due = time.perf_counter() + min(LONGEST_PAUSE, rest)
        if heat:
            self.heat_due = begun + rest_after(spent)

    def on_rest(self) -> None:
        """The training has been paused, or is over."""
        self._rest()
        if self.loop.control.ended and (self.lost or self.loop.history.snapshots is None):
            self.control.close()

    @guarded
    def _rest(self) -> None:
        self.clock.rest()
        if not self.loop.control.ended:
            self._send_new(WHOLE_PAUSE)
            self.due = self.look_due = 0.0
            return
        error = self.loop.control.error
        self.error = f"{type(error).__name__}: {getattr(error, 'what', error)}" if error else ""
        self._finish()

    @guarded
    def _look(self, step: Any) -> None:
        if self.base_batch != self.batch - 1:
            self._take_base()  # so that the next batch can be separated from those before it
            return
        begun, spent = time.perf_counter(), time.thread_time()
        dot = self.record.dot(self.epoch, self.batch, self._batch_values())
        if dot is not None:
            self.dots.append(dot)
        self._take_base()
        if begun >= self.look_due:
            self._look_closer(step, begun, spent)
        self._plan_next(begun, time.thread_time() - spent)

    def _spread(self, steps: int) -> None:
        """Settle how many batches lie between two sure dots, in epochs of `steps` batches."""
        total = steps * len(self.loop.epochs)
        self.every = total // SURE_DOTS if total > MOST_DOTS else 1

    def _plan_next(self, begun: float, spent: float) -> None:
        """When to look again: at the next sure dot, and as soon as time allows another."""
        self.due = min(self.look_due, begun + DOT_SPACING * self.record.stride * spent)
        self.goal = self.before + self.batch + self.every
        unknown = self.loop.training.steps is None and not self.record.lengths
        if unknown and self.record.seen >= SURE_DOTS:
            self.goal = sys.maxsize  # how many will come is unknown
        self.turn = self.goal - self.before

    def _look_closer(self, step: Any, begun: float, spent: float) -> None:
        """Look at the layers too, and tell the page."""
        self.clock.look(self.batch, step.specs.batch)
        self.heat.look(step.plan)
        self._send_new(LONGEST_PAUSE if self.drawn else 0)
        # A view that stands still seems broken, so even expensive looks come now and then.
        self.look_due = begun + min(LONGEST_PAUSE, rest_after(spent))

    def _batch_values(self) -> Numbers:
        """The losses and metrics of the last batch alone."""
        values = {}
        for (name, mean), (total, count) in zip(self.means, self.base):
            new_total, new_count = mean.sums.array
            if new_count > count:
                values[name] = (new_total - total) / (new_count - count)
        return values

    def _take_base(self, zero: bool = False) -> None:
        self.base = [(0.0, 0.0) if zero else tuple(mean.sums.array) for _, mean in self.means]
        self.base_batch = self.batch

    def status(self) -> Numbers:
        """Where the training is, and what can be done, for the page to say in words."""
        control = self.loop.control
        return {
            **self.clock.status(self.epoch, self.batch),
            "serial": next(self.serial),
            "paused": control.paused,
            **self.record.nan,
            "rate": brief(float(self.model.optimizer.learning_rate)),
            "rate_by": rate_by(self.loop),
            "validated": self.loop.validation is not None,
            "mode": self.loop.mode,
            "kernel": kernel_name(),
            "heard": self.heard,
            "error": self.error,
            "stopped": self.loop.history.stopped,
            "snapshots": self.loop.history.snapshots is not None,
        }

    def _send(self) -> None:
        """What is new: the page puts it into the curves it has."""
        dots, self.dots = self.dots, []
        message = {"status": self.status(), "dots": dots, "layers": self.heat.shown()}
        for view in self.views:
            view.send({"kind": "tick", **message})

    def _send_new(self, pause: float) -> None:
        """What is new, or the curves drawn anew if that was not done for so many seconds."""
        late = time.perf_counter() - self.clock.whole_at > pause
        (self._send_all if late else self._send)()

    def _send_all(self) -> None:
        """The curves, drawn anew."""
        self.clock.whole_at = time.perf_counter()
        self.dots, self.drawn = [], bool(self.record.seen)
        runs, status = [*self.earlier, self.record.data()], self.status()
        for view in self.views:
            view.show_runs(runs, status)

    def _finish(self) -> None:
        """Send and keep what stays: the last numbers, the run for later views, the picture."""
        if self.loop.history.epoch:
            keep_runs(self.model, [*self.earlier, self.record.data()])
        self._send_all()
        self._send()
        if self.loop.history.snapshots is not None:
            self.loop.history.snapshots.button = self.act
        if self.display is not None and self.view.comm is not None:
            self.display.renew(self.view)

    def give_up(self, error: Exception) -> None:
        """End the view, not the training."""
        self.lost, self.due, self.goal, self.turn = True, float("inf"), sys.maxsize, sys.maxsize
        warnings.warn(
            f"The live view of {self.model.name} has ended: {error!r}. Training goes on.",
            stacklevel=2,
        )
        for view in self.views:
            lost = {"serial": next(self.serial), "phase": "lost", "error": repr(error)}
            view.status = {**view.status, **lost}

    def act(self, content: Numbers) -> None:
        """A button has been pressed, or a page asks whether buttons are heard here."""
        self.heard = True
        action = content.get("do")
        if action == "slow":
            came = self._slow_motion()
        elif action == "back":
            came = self._end_slow_motion()
        else:
            self.resting = self.resting and action == "hello"
            came = act_on(self.loop, content)
        answer = {"kind": "ack", "id": content.get("id"), **came}
        for view in self.views:
            view.send({**answer, "status": self.status()})

    def _slow_motion(self) -> Numbers:
        """Pause, and show the batch done last once more, slowly."""
        control = self.loop.control
        self.resting = self.resting or not control.paused
        control.pause()
        control.wait_parked(REST_IN)
        try:
            if self.slow is not None:
                self.slow.close()
            self.slow = slow_motion(self.model, self.step, look=self.view.look)
        except Exception as error:
            self._end_slow_motion()
            return {"problem": getattr(error, "what", repr(error))}
        return {"problem": "", "slow": self.slow.model_id, "note": leaves_out(self.step)}

    def _end_slow_motion(self) -> Numbers:
        """Let the training go on, if it was paused for the slow motion alone."""
        if self.slow is not None:
            self.slow.close()
        if self.resting:
            self.loop.control.resume()
        self.slow, self.resting = None, False
        return {"problem": ""}
