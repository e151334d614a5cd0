"""The base of optimizers: settings, a changeable learning rate, and the steps added to a plan."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from funclab import registry
from funclab.engine.kernels import optimizers as kernels
from funclab.engine.kernels.layout import offsets, views
from funclab.engine.memory import runs
from funclab.engine.plan import Runnable
from funclab.errors import ArgumentError, WeightsError, suggest, unwritten
from funclab.graph.locks import making
from funclab.graph.shape_math import Array
from funclab.graph.value import Variable
from funclab.metrics.base import State
from funclab.optimizers import settings
from funclab.optimizers.by_hand import apply_by_hand, stateless_apply
from funclab.optimizers.custom import Remembering
from funclab.optimizers.schedules import InverseTimeDecay
from funclab.optimizers.slots import Slots, Stretch, Weight, shared
from funclab.registry.parameters import described, guarded

EXAMPLE = """
    >>> import numpy as np
    >>> from funclab.graph.value import Variable
    >>> weight = Variable(np.array([1.0], "float32"))
    >>> {}(0.1).apply([np.array([2.0], "float32")], [weight])
    >>> weight.numpy().round(4)
    array([{}], dtype=float32)
    """


class Update(NamedTuple):
    """One step for a plan: a function, its arrays and numbers, and its line of text."""

    call: Callable[..., Any]
    arrays: tuple[Any, ...]
    text: str


Kernel = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function, and all its arguments."""


class Optimizer(Remembering, registry.Rebuilt):
    """Turns gradients into updates of the weights; gradients can be clipped in one of three ways.

    With `use_ema` a moving average of the weights is kept; it replaces them after every
    `ema_overwrite_frequency` steps and at the end of `fit`. With `gradient_accumulation_steps`, an
    update uses the mean gradient of that many batches.

    An optimizer of your own is a subclass that writes `build(variables)`, where
    `add_optimizer_variables` makes its state, and `update_step(gradient, variable, learning_rate)`,
    which changes the state and the variable with `assign`, `assign_add`, `assign_sub`.

    Raises: ArgumentError for unknown settings or bad values.
    """

    slots: ClassVar[dict[str, float]] = {}
    """The state kept for each weight, by name, and the number with which it starts."""
    n_rates: ClassVar[int] = 1
    kernel: ClassVar[Callable[..., Any] | None] = None
    """The function that updates a block of weights; it gets `arrays`, then settings `numbers`."""
    numbers: ClassVar[tuple[str, ...]] = ()
    fields: ClassVar[dict[str, inspect.Parameter]] = {}
    default_rate: ClassVar[float] = 0.001

    def __init_subclass__(cls, first_step: float | None = None) -> None:
        """`first_step`: the result for a weight of 1 and a gradient of 2, for the docstring."""
        settings.take_fields(cls, Optimizer)
        if first_step is not None and cls.__doc__:
            cls.__doc__ = f"{cls.__doc__.rstrip()}\n{EXAMPLE.format(cls.__name__, first_step)}"
        guarded(cls)
        registry.register_own("optimizer", described(cls), cls.__name__.lower())

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.name = name or type(self).__name__.lower()
        self.weight_decay, self.clipnorm = weight_decay, clipnorm
        self.clipvalue, self.global_clipnorm = clipvalue, global_clipnorm
        self.use_ema, self.ema_momentum = use_ema, ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        settings.check(self)
        rate = kwargs.pop("lr", learning_rate)
        self.rate_decay = kwargs.pop("decay", 0)  # Keras 2's learning rate decay
        settings.check_others(type(self), kwargs)
        self.current_rate, self.steps_taken = np.zeros(1), np.zeros(1, "int64")
        self.counter = np.zeros(1, "int64") if self._counts_last else self.steps_taken
        """What `advance` counts in: the step that is being taken, from 1."""
        self.rates = np.zeros(self.n_rates)
        self.schedule: Callable[[int], float] | None = None
        self.learning_rate = rate
        self.built, self.added = False, []
        self._undecayed: set[Any] = set()
        self._undecayed_names = ""
        self.memory = Slots(self.initial_slots(), self.slot_shape)
        self.averages = Slots({"average": 0.0} if use_ema else {})
        self.sums = Slots({"gradient_accumulator": 0.0} if gradient_accumulation_steps else {})

    @property
    def _counts_last(self) -> bool:
        """Whether a step is counted after it is done, as Keras does around `update_step`."""
        return bool(self.gradient_accumulation_steps) or self._by_variable

    @property
    def _by_variable(self) -> bool:
        return type(self).update_step is not Optimizer.update_step

    # To be written by subclasses: `kernel` or `update`, or `build` and `update_step` as in Keras.
    def check(self) -> None:
        """Check the settings that only this optimizer has."""

    def initial_slots(self) -> dict[str, float]:
        """The slots this optimizer needs with its present settings."""
        return self.slots

    def slot_shape(self, name: str, shape: Any) -> Any:
        """The shape of a slot for a weight of some shape."""
        return shape

    def advance(self) -> None:
        """Count the step and compute its rates."""
        kernels.advance(self.current_rate, self.counter, self.rates)

    def arrays(self, part: Stretch) -> tuple[Array, ...]:
        """The arrays that every kernel gets."""
        return (part.weights, part.grads, *part.slots, self.rates)

    def update(self, part: Stretch) -> Kernel:
        """The kernel for a block of weights, and all its arguments."""
        kernel = self.kernel
        if kernel is None:
            raise unwritten(self, "update_step")
        return kernel, (*self.arrays(part), *(getattr(self, name) for name in self.numbers))

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Update one variable and the state kept for it."""
        raise unwritten(self, "update_step")

    def build(self, variables: Sequence[Variable]) -> None:
        """Allocate memory for these variables."""
        with making:
            for memory in (self.memory, self.averages, self.sums):
                memory.make(variables)
            self.built = True

    def prepare(self, variables: Sequence[Variable]) -> None:
        """Build for new variables.

        Raises: ArgumentError if a user's optimizer was built for other variables.
        """
        known = self.memory.extents
        new = [variable for variable in variables if variable not in known]
        if not new:
            return
        own = not type(self).build.__module__.startswith("funclab.")
        if own and self.built:
            raise ArgumentError(
                f"Unknown variable: {new[0].path}. This optimizer can only be called for the "
                "variables it was originally built with.",
                why=f"the build() of {type(self).__name__} makes what it remembers once.",
                fix=f"compile with a new {type(self).__name__}(...).",
            )
        with making:
            self.build(list(variables))
            Optimizer.build(self, variables)  # in case `build` does not call super().build

    # The learning rate.
    @property
    def learning_rate(self) -> Any:
        """The size of the steps; may be set at any time, to a number or a schedule."""
        if self.schedule is not None:
            self.current_rate[0] = self.schedule(int(self.steps_taken[0]))
        return settings.Rate(self)

    @learning_rate.setter
    def learning_rate(self, rate: Any) -> None:
        if isinstance(rate, dict):
            rate = registry.get("schedule", rate)
        if self.rate_decay and not callable(rate):
            rate = InverseTimeDecay(settings.checked_rate(rate), 1, self.rate_decay)
        schedule: Any = rate if callable(rate) else None
        if schedule and not suggest.takes(schedule, 0) and suggest.takes(schedule):
            schedule = lambda _: rate()  # noqa: E731  Keras calls it without the step
        if schedule and (isinstance(rate, type) or not suggest.takes(schedule, 0)):
            schedule = None
        self.schedule = schedule
        if self.schedule is None:
            self.current_rate[0] = settings.checked_rate(rate)

    lr = learning_rate

    @property
    def iterations(self) -> Any:
        """How many steps have been taken."""
        if self.gradient_accumulation_steps:
            steps = self.steps_taken // self.gradient_accumulation_steps
            return State(steps.reshape(()), name="iterations")
        return State(self.steps_taken.reshape(()), name="iterations")

    # The steps in a plan.
    def add_steps(self, plan: Runnable) -> None:
        """Make a plan end with an update of the weights for which it has gradients."""
        for update in self.updates(plan.wrt, plan.flat_grads):  # type: ignore[arg-type]
            plan.add_step(*update)

    def updates(self, variables: Sequence[Variable], grads: Array) -> list[Update]:
        """The steps that update `variables`, whose gradients are contiguous in `grads`."""
        self.prepare(variables)
        parts = list(self.memory.stretches(variables, grads))
        updates = [*self._clip(variables, grads), Update(self._begin, (), f"{self.name}: count")]
        updates += self._decay(variables, parts)
        updates += self._by_one(variables, grads) if self._by_variable else self._by_part(parts)
        if self.gradient_accumulation_steps:
            updates = self._once_in_a_while(variables, grads, updates)
        for part in self.averages.stretches(variables, grads) if self.use_ema else ():
            text = f"average of weights[{part.weights.size}]"
            updates.append(Update(self._average, (part.weights, part.slots[0]), text))
        for variable in variables:
            rule = variable.constraint
            if rule is not None:
                text = f"{variable.path} = {type(rule).__name__}({variable.path})"
                updates.append(Update(_constrain, (variable.array, rule), text))
        if self._counts_last:
            counting = (self.steps_taken, 1, self.steps_taken)
            updates.append(Update(np.add, counting, f"{self.name}: counted"))
        return updates

    def _by_part(self, parts: Sequence[Stretch]) -> list[Update]:
        called = f"{self.name}(weights, gradients)"
        return [
            Update(*shared(self.update, x), f"weights[{x.weights.size}] = {called}") for x in parts
        ]

    def _by_one(self, variables: Sequence[Variable], grads: Array) -> list[Update]:
        name = self.name
        return [
            Update(self._update_one, (g, Weight(v)), f"{v.path} = {name}({v.path}, g_{v.path})")
            for v, g in zip(variables, views(grads, variables))
        ]

    def _update_one(self, gradient: Array, variable: Weight) -> None:
        self.update_step(gradient, variable, gradient.dtype.type(self.rates[0]))

    def _once_in_a_while(
        self, variables: Sequence[Variable], grads: Array, updates: list[Update]
    ) -> list[Update]:
        parts = [(part.grads, part.slots[0]) for part in self.sums.stretches(variables, grads)]
        count = self.gradient_accumulation_steps
        inner = [update[:2] for update in updates]
        return [Update(self._accumulate, (parts, inner), f"{self.name}: every {count} batches")]

    def _accumulate(self, parts: Sequence[tuple[Array, Array]], updates: Sequence[Any]) -> None:
        """Add the gradients; after enough batches, update with their mean."""
        count: Any = self.gradient_accumulation_steps
        due = (self.steps_taken[0] + 1) % count == 0
        for g, total in parts:
            np.add(total, g, total)
            if due:
                np.divide(total, count, g)
                total.fill(0)
        for call, arrays in updates if due else ():
            call(*arrays)

    def _average(self, weights: Array, mean: Array) -> None:
        step = int(self.steps_taken[0]) - (not self._counts_last)
        step //= self.gradient_accumulation_steps or 1
        kernels.average(weights, mean, self.ema_momentum if step else 0.0)
        if self.ema_overwrite_frequency and (step + 1) % self.ema_overwrite_frequency == 0:
            np.copyto(weights, mean)

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """Replace the weights by their moving averages, if these are kept."""
        for variable in var_list if self.use_ema else ():
            if variable in self.averages.extents:
                variable.assign(self.averages.of(variable)["average"])

    def apply(
        self, grads: Sequence[Any], trainable_variables: Iterable[Variable] | None = None
    ) -> None:
        """One update by hand: a gradient for each variable; None if it has none."""
        apply_by_hand(self, grads, trainable_variables)

    stateless_apply = stateless_apply

    def updates_by_hand(self, variables: Sequence[Variable], flat: Array) -> list[Kernel]:
        """The functions of one update of `variables`, and their arguments, for gradients that lie
        in `flat`."""
        updates = [update[:2] for update in self.updates(variables, flat)]
        if self.loss_scale_factor:
            updates.insert(0, (np.divide, (flat, self.loss_scale_factor, flat)))
        return updates

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Any:
        """One update by hand, from pairs (gradient, variable); returns the number of steps."""
        grads, variables = zip(*grads_and_vars)
        self.apply(grads, variables)
        return self.iterations

    def scale_loss(self, loss: Any) -> Any:
        """The loss times `loss_scale_factor`, by which `apply` divides the gradients."""
        return loss * self.loss_scale_factor if self.loss_scale_factor else loss

    def exclude_from_weight_decay(
        self, var_list: Iterable[Variable] = (), var_names: Iterable[str] = ()
    ) -> None:
        """Exclude variables, or those whose names contain one of the patterns, from decay."""
        self._undecayed = set(var_list or ())
        self._undecayed_names = "|".join(var_names or ())

    def _begin(self) -> None:
        if self.schedule is not None:
            self.current_rate[0] = self.schedule(int(self.steps_taken[0]))
        if self._counts_last:
            self.counter[0] = self.steps_taken[0] // (self.gradient_accumulation_steps or 1)
        self.advance()

    def _clip(self, variables: Sequence[Variable], grads: Array) -> list[Update]:
        if self.clipnorm:
            starts = offsets(variables)
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
        if self._undecayed or self._undecayed_names:
            pieces = [run.weights for run in runs([v for v in variables if self._decays(v)])]
        return [
            Update(kernels.decay, (w, self.rates, self.weight_decay), f"weights[{w.size}]: decay")
            for w in pieces
        ]

    def _decays(self, variable: Variable) -> bool:
        names = self._undecayed_names
        return variable not in self._undecayed and not (names and re.search(names, variable.name))

    # The state.
    @property
    def variables(self) -> list[State]:
        """The step count, the learning rate, and the state of each weight."""
        return [
            State(self.steps_taken.reshape(()), name="iteration"),
            self.learning_rate,
            *(
                State(slot, name=f"{variable.path}/{name}")
                for memory in (self.averages, self.sums, self.memory)
                for variable in memory.extents
                for name, slot in memory.of(variable).items()
            ),
            *self.added,
        ]

    def get_weights(self) -> list[Array]:
        """Copies of the step count and of the state of each weight."""
        first, _, *slots = self.variables
        return [np.asarray(first), *(np.asarray(slot) for slot in slots)]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Restore what `get_weights` returned."""
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
        own, base = (inspect.signature(cls.__init__).parameters for cls in (type(self), Optimizer))
        names = [name for name in (*own, *base) if hasattr(self, name) and name != "learning_rate"]
        rate = self.schedule if self.schedule is not None else float(self.current_rate[0])
        config = {"name": self.name, "learning_rate": registry.to_config(rate)}
        return config | {name: getattr(self, name) for name in dict.fromkeys(names)}

    def __repr__(self) -> str:
        config = {key: value for key, value in self.get_config().items() if value is not None}
        if not self.use_ema:
            config = {key: value for key, value in config.items() if "ema" not in key.split("_")}
        plain = ", ".join(f"{key}={value!r}" for key, value in config.items() if key != "name")
        return f"{type(self).__name__}({plain})"


guarded(described(Optimizer))


def _constrain(array: Array, constraint: Callable[[Array], Any]) -> None:
    array[...] = constraint(array)
