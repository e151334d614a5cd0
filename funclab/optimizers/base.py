"""The optimizer: settings, a learning rate that may change, and the steps it adds to a plan."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from funclab import meant, registry
from funclab.engine.memory import flat_views, offsets
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError, NotSupportedError, WeightsError, unwritten
from funclab.fields import described, guarded, wrong_value
from funclab.graph.value import Variable
from funclab.kernels import optimizers as kernels
from funclab.metrics.base import State
from funclab.optimizers.schedules import InverseTimeDecay
from funclab.optimizers.slots import Slots, Stretch
from funclab.shape_math import Array


class Update(NamedTuple):
    """One step for a plan: a function, the arrays and numbers it gets, and its line of text."""

    call: Callable[..., Any]
    arrays: tuple[Any, ...]
    text: str


class Optimizer:
    """Turns gradients into steps of the weights, clipped in one of three ways if asked.

    Raises: ArgumentError for unknown settings or bad values.
    """

    slots: ClassVar[dict[str, float]] = {}
    """What is remembered for each weight, and the number it begins with."""
    n_rates: ClassVar[int] = 1

    def __init_subclass__(cls) -> None:
        guarded(cls)
        registry.register("optimizer", described(cls), cls.__name__.lower())

    def __init__(
        self,
        learning_rate: Any = 0.001,
        *,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
        **others: Any,
    ) -> None:
        self.name = name or type(self).__name__.lower()
        self.weight_decay, self.clipnorm = weight_decay, clipnorm
        self.clipvalue, self.global_clipnorm = clipvalue, global_clipnorm
        check_numbers(self)
        check_clips(self)
        rate = others.pop("lr", learning_rate)
        slower = others.pop("decay", None)  # Keras 2's name for a falling rate
        if slower:
            rate = InverseTimeDecay(rate, 1, slower)
        check_others(type(self), others)
        self.current_rate, self.steps_taken = np.zeros(1), np.zeros(1, "int64")
        self.rates = np.zeros(self.n_rates)
        self.schedule: Callable[[int], float] | None = None
        self.learning_rate = rate
        self._undecayed: set[Any] = set()
        self.memory = Slots(self.initial_slots())

    # To be written by subclasses.
    def initial_slots(self) -> dict[str, float]:
        """The slots this optimizer needs with its present settings."""
        return self.slots

    def advance(self) -> None:
        """Count the step and work out its rates."""
        kernels.advance(self.current_rate, self.steps_taken, self.rates)

    def update(self, part: Stretch) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """The kernel for a stretch of weights, and all it gets."""
        raise unwritten(self, "update")

    # The learning rate.
    @property
    def learning_rate(self) -> Any:
        """The size of the steps; may be set at any time, to a number or a schedule."""
        if self.schedule is not None:
            self.current_rate[0] = self.schedule(int(self.steps_taken[0]))
        return State(self.current_rate.reshape(()), name="learning_rate")

    @learning_rate.setter
    def learning_rate(self, rate: Any) -> None:
        if isinstance(rate, dict):
            rate = registry.get("schedule", rate)
        schedule: Any = rate if callable(rate) else None
        if schedule and not meant.takes(schedule, 0) and meant.takes(schedule):
            schedule = lambda _: rate()  # noqa: E731  Keras calls it without the step
        if schedule and (isinstance(rate, type) or not meant.takes(schedule, 0)):
            schedule = None
        self.schedule = schedule
        if self.schedule is None:
            self.current_rate[0] = checked_rate(rate)

    lr = learning_rate

    @property
    def iterations(self) -> Any:
        """How many steps have been taken."""
        return State(self.steps_taken.reshape(()), name="iterations")

    # What a plan does.
    def add_steps(self, plan: Plan) -> None:
        """Let a plan end with a training step of the weights it has gradients for."""
        for update in self.updates(plan.wrt, plan.flat_grads):  # type: ignore[arg-type]
            plan.add_step(*update)

    def updates(self, variables: Sequence[Variable], grads: Array) -> list[Update]:
        """The steps that change `variables`, whose gradients lie side by side in `grads`."""
        parts = list(self.memory.stretches(variables, grads))
        updates = [*self._clip(variables, grads), Update(self._begin, (), f"{self.name}: count")]
        updates += self._decay(variables, parts)
        for part in parts:
            call, arrays = self.update(part)
            text = f"weights[{part.weights.size}] = {self.name}(weights, gradients)"
            updates.append(Update(call, arrays, text))
        for variable in variables:
            rule = variable.constraint
            if rule is not None:
                text = f"{variable.path} = {type(rule).__name__}({variable.path})"
                updates.append(Update(_constrain, (variable.array, rule), text))
        return updates

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Variable]) -> None:
        """One step by hand: a gradient for each variable."""
        variables = list(trainable_variables)
        flat, views = flat_views([variable.shape for variable in variables], variables[0].dtype)
        for view, g in zip(views, grads, strict=True):
            view[...] = g
        for call, arrays, _ in self.updates(variables, flat):
            call(*arrays)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> None:
        """One step by hand, from pairs (gradient, variable)."""
        grads, variables = zip(*grads_and_vars)
        self.apply(grads, variables)

    def exclude_from_weight_decay(
        self, var_list: Iterable[Variable] = (), var_names: Iterable[str] = ()
    ) -> None:
        """Leave out variables, or those whose path holds one of the words, from weight decay."""
        self._undecayed.update(var_list or (), var_names or ())

    def _begin(self) -> None:
        if self.schedule is not None:
            self.current_rate[0] = self.schedule(int(self.steps_taken[0]))
        self.advance()

    def _clip(self, variables: Sequence[Variable], grads: Array) -> list[Update]:
        if self.clipnorm:
            starts = offsets([variable.shape for variable in variables])
            parts = zip(variables, starts, starts[1:])
            return [
                Update(kernels.clip_norm, (grads[a:b], self.clipnorm), f"g_{v.path}: clipped")
                for v, a, b in parts
            ]
        if self.global_clipnorm:
            return [Update(kernels.clip_norm, (grads, self.global_clipnorm), "gradients: clipped")]
        if self.clipvalue:
            arrays = (grads, -self.clipvalue, self.clipvalue, grads)
            return [Update(np.clip, arrays, "gradients: clipped")]
        return []

    def _decay(self, variables: Sequence[Variable], parts: Sequence[Stretch]) -> list[Update]:
        if not self.weight_decay:
            return []
        pieces = [part.weights for part in parts]
        if self._undecayed:
            pieces = [v.array.reshape(-1) for v in variables if self._decays(v)]
        return [
            Update(kernels.decay, (w, self.rates, self.weight_decay), f"weights[{w.size}]: decay")
            for w in pieces
        ]

    def _decays(self, variable: Variable) -> bool:
        words = [word for word in self._undecayed if isinstance(word, str)]
        return variable not in self._undecayed and not any(word in variable.path for word in words)

    # What it remembers.
    def build(self, variables: Sequence[Variable]) -> None:
        """Set memory aside for these variables."""
        self.memory.make(variables)

    @property
    def variables(self) -> list[State]:
        """The step count, the learning rate, and what is remembered for each weight."""
        return [
            self.iterations,
            self.learning_rate,
            *(
                State(slot, name=f"{variable.path}/{name}")
                for variable in self.memory.places
                for name, slot in self.memory.of(variable).items()
            ),
        ]

    def get_weights(self) -> list[Array]:
        """Copies of the step count and of what is remembered for each weight."""
        first, _, *slots = self.variables
        return [np.asarray(first), *(np.asarray(slot) for slot in slots)]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Restore what `get_weights` gave."""
        first, _, *slots = self.variables
        if len(weights) != len(slots) + 1:
            raise WeightsError(
                f"{self.name} got {len(weights)} arrays, but remembers {len(slots) + 1}.",
                why="it keeps a step count and the slots of each weight it has trained.",
                fix="pass what `get_weights()` of an optimizer of the same model gave.",
            )
        for state, weight in zip([first, *slots], weights):
            state.assign(weight)

    # Settings.
    def get_config(self) -> dict[str, Any]:
        """The settings as plain data."""
        own = list(inspect.signature(type(self).__init__).parameters)[1:]
        names = [name for name in own if name not in ("learning_rate", "options", "name")]
        base = ("weight_decay", "clipnorm", "global_clipnorm", "clipvalue")
        rate = self.schedule if self.schedule is not None else float(self.current_rate[0])
        config = {"name": self.name, "learning_rate": registry.to_config(rate)}
        return config | {name: getattr(self, name) for name in dict.fromkeys([*names, *base])}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**config)

    def __repr__(self) -> str:
        config = {key: value for key, value in self.get_config().items() if value is not None}
        settings = ", ".join(f"{key}={value!r}" for key, value in config.items() if key != "name")
        return f"{type(self).__name__}({settings})"


guarded(described(Optimizer))


def _constrain(array: Array, constraint: Callable[[Array], Any]) -> None:
    array[...] = constraint(array)


CLIPS = ("clipnorm", "global_clipnorm", "clipvalue")
NOT_SUPPORTED = ("use_ema", "ema_overwrite_frequency", "loss_scale_factor")
IGNORED = ("ema_momentum", "jit_compile", "is_legacy_optimizer", "gradient_accumulation_steps")


SHARES = ("momentum", "beta_1", "beta_2", "rho")
AMOUNTS = ("epsilon", "weight_decay", *CLIPS)


def check_numbers(optimizer: Any) -> None:
    """Settings must be in their range."""
    for name in (*SHARES, *AMOUNTS):
        value = getattr(optimizer, name, None) or 0
        if value < 0 or (value > 1 and name in SHARES):
            wanted = "a float between [0, 1]" if name in SHARES else "a number, 0 or above"
            raise wrong_value(type(optimizer).__name__, name, value, wanted, "0.9")


def checked_rate(rate: Any) -> float:
    """A learning rate as a number."""
    number = float(rate) if meant.is_number(rate) else float("nan")
    if not number >= 0:
        raise ArgumentError(
            f"learning_rate={rate!r} cannot be used.",
            why="the learning rate is the length of the steps: a number, zero or above.",
            fix=f"{meant.number('learning_rate', rate, '0.01')} A schedule does as well, such as "
            "schedules.ExponentialDecay(0.1, decay_steps=100, decay_rate=0.9).",
        )
    return number


def check_clips(optimizer: Any) -> None:
    """At most one way to clip gradients."""
    clips = [name for name in CLIPS if getattr(optimizer, name) is not None]
    if len(clips) > 1:
        values = ", ".join(f"{name}={getattr(optimizer, name)}" for name in clips)
        raise ArgumentError(
            "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. "
            f"Received: {values}.",
            why="each is another way to shorten the same gradients.",
            fix=f"keep {clips[0]} only.",
        )


def check_others(cls: type, others: dict[str, Any]) -> None:
    """Keywords beyond the usual: some are not supported, some change nothing, the rest unknown."""
    for name in NOT_SUPPORTED:
        if others.pop(name, None):
            raise NotSupportedError(
                f"{cls.__name__}({name}=...) is not supported.",
                why="funclab keeps no moving average of the weights and does not scale losses.",
                fix=f"leave {name} out.",
            )
    if (others.get("gradient_accumulation_steps") or 1) > 1:
        raise NotSupportedError(
            f"{cls.__name__}(gradient_accumulation_steps=...) is not supported.",
            why="every batch makes a step of its own.",
            fix="use a larger batch_size instead.",
        )
    unknown = [name for name in others if name not in IGNORED]
    if unknown:
        own = [name for name in inspect.signature(cls.__init__).parameters if name != "self"]
        raise ArgumentError(
            f"Argument(s) not recognized: { {name: others[name] for name in unknown} }. "
            f"(Keyword argument not understood by {cls.__name__}.)",
            why=f"{cls.__name__} takes {', '.join(name for name in own if name != 'options')}, "
            "weight_decay, clipnorm, global_clipnorm, clipvalue and name.",
            fix=meant.keyword(unknown[0], own),
        )
