"""Learning rate schedules, which depend on the number of steps taken."""

from __future__ import annotations

import bisect
import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from funclab import registry
from funclab.errors import suggest, unwritten
from funclab.graph import value as graph_value
from funclab.graph.array import as_array, number
from funclab.graph.value import array_of
from funclab.registry.parameters import wrong_value


def _number(rule: Callable[..., Any]) -> Callable[..., Any]:
    """A rule for steps counted in a variable, too, and for an array of steps, as for a curve."""

    @functools.wraps(rule)
    def call(self: Any, step: Any) -> Any:
        steps = array_of(step)
        if np.ndim(steps) and not isinstance(steps, graph_value.Value):
            rates = [rule(self, one) for one in np.ravel(steps).tolist()]
            return as_array(np.array(rates, "float32").reshape(np.shape(steps)))
        rate = rule(self, steps)
        return number(rate) if isinstance(rate, float) or np.ndim(rate) == 0 else rate

    return call


class LearningRateSchedule(registry.Configured, kind="schedule"):
    """A rule for the learning rate: called with the number of steps taken so far."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith("funclab."):
            cls.__call__ = _number(cls.__call__)  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        for name in ("decay_steps", "first_decay_steps"):
            steps = getattr(self, name, 1)
            if steps <= 0:
                raise wrong_value(type(self).__name__, name, steps, "a number above 0", "1000")

    def __call__(self, step: int) -> float:
        raise unwritten(self, "__call__")


class ExponentialDecay(LearningRateSchedule):
    """initial * rate ^ (step / decay_steps); with `staircase` the exponent is rounded down.

    >>> round(ExponentialDecay(0.1, 10, 0.5)(20), 4)
    0.025
    """

    initial_learning_rate: float
    decay_steps: float
    decay_rate: float
    staircase: bool = False
    name: str = "ExponentialDecay"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.decay_rate < 0:
            raise wrong_value(
                type(self).__name__, "decay_rate", self.decay_rate, "0 or more", "0.9"
            )

    def __call__(self, step: int) -> float:
        return self.initial_learning_rate * self.decay_rate ** self.periods(step)

    def periods(self, step: int) -> float:
        """The number of steps taken, divided by `decay_steps`."""
        return step // self.decay_steps if self.staircase else step / self.decay_steps


class InverseTimeDecay(ExponentialDecay):
    """initial / (1 + rate * step / decay_steps); with `staircase` the quotient is rounded down.

    >>> round(InverseTimeDecay(0.1, 10, 0.5)(20), 4)
    0.05
    """

    name: str = "InverseTimeDecay"

    def __call__(self, step: int) -> float:
        return self.initial_learning_rate / (1 + self.decay_rate * self.periods(step))


class PiecewiseConstantDecay(LearningRateSchedule):
    """values[0] up to and including step boundaries[0], then values[1], and so on.

    >>> PiecewiseConstantDecay([10, 20], [0.1, 0.05, 0.01])(15)
    0.05
    """

    boundaries: Sequence[int]
    values: Sequence[float]
    name: str = "PiecewiseConstant"

    def __post_init__(self) -> None:
        steps, rates = (np.atleast_1d(part).tolist() for part in (self.boundaries, self.values))
        self.boundaries, self.values = steps, rates
        numbers = all(map(suggest.is_number, steps + rates))
        if not numbers or steps != sorted(steps) or len(steps) != len(rates) - 1:
            wanted = f"numbers, one more than in the rising boundaries={self.boundaries!r}"
            raise wrong_value(
                "PiecewiseConstantDecay", "values", self.values, wanted, "[0.1, 0.01]"
            )

    def __call__(self, step: int) -> float:
        return self.values[bisect.bisect_left(self.boundaries, step)]


class CosineDecay(LearningRateSchedule):
    """From the initial rate along half a cosine to `alpha` times it, after a linear warm-up.

    Source: Loshchilov & Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017.

    >>> round(CosineDecay(0.1, 10)(5), 4)
    0.05
    """

    initial_learning_rate: float
    decay_steps: float
    alpha: float = 0.0
    name: str = "CosineDecay"
    warmup_target: float | None = None
    warmup_steps: int = 0

    def __call__(self, step: int) -> float:
        top = self.initial_learning_rate
        if self.warmup_target is not None:
            if step < self.warmup_steps:
                return top + (self.warmup_target - top) * step / self.warmup_steps
            top, step = self.warmup_target, step - self.warmup_steps
        share = min(step, self.decay_steps) / self.decay_steps
        wave = 0.5 * (1 + math.cos(math.pi * share))
        return top * ((1 - self.alpha) * wave + self.alpha)


class PolynomialDecay(LearningRateSchedule):
    """(initial - end) * (1 - step / decay_steps)^power + end, and `end` from then on.

    With `cycle`, decay_steps becomes the next multiple of itself each time that it is reached, so
    that the rate rises again.

    >>> round(PolynomialDecay(0.1, 10, 0.0)(5), 4)
    0.05
    """

    initial_learning_rate: float
    decay_steps: float
    end_learning_rate: float = 0.0001
    power: float = 1.0
    cycle: bool = False
    name: str = "PolynomialDecay"

    def __call__(self, step: int) -> float:
        steps = self.decay_steps * (math.ceil(step / self.decay_steps) or 1 if self.cycle else 1)
        left = 1 - min(step, steps) / steps
        span = self.initial_learning_rate - self.end_learning_rate
        return span * left**self.power + self.end_learning_rate


class CosineDecayRestarts(LearningRateSchedule):
    """CosineDecay, restarted repeatedly: each time `t_mul` times as long and `m_mul` times as high.

    Source: Loshchilov & Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017.

    >>> round(CosineDecayRestarts(0.1, 10)(15), 4)
    0.0854
    """

    initial_learning_rate: float
    first_decay_steps: float
    t_mul: float = 2.0
    m_mul: float = 1.0
    alpha: float = 0.0
    name: str = "SGDRDecay"

    def __call__(self, step: int) -> float:
        done = step / self.first_decay_steps
        if self.t_mul == 1:
            restarts = math.floor(done)
            share = done - restarts
        else:
            restarts = math.floor(math.log(1 - done * (1 - self.t_mul)) / math.log(self.t_mul))
            length = self.t_mul**restarts
            share = (done - (1 - length) / (1 - self.t_mul)) / length
        wave = 0.5 * self.m_mul**restarts * (1 + math.cos(math.pi * share))
        return self.initial_learning_rate * ((1 - self.alpha) * wave + self.alpha)


serialize, deserialize = registry.pair("schedule")
