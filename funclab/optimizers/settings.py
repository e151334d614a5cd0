"""The settings that all optimizers share, and their checks."""

from __future__ import annotations

import inspect
from typing import Any

from funclab.errors import ArgumentError, NotSupportedError, suggest
from funclab.metrics.base import State
from funclab.registry.parameters import own_fields, signed, wrong_value

CLIPS = ("clipnorm", "global_clipnorm", "clipvalue")
SHARES = ("momentum", "beta_1", "beta_2", "rho", "ema_momentum")
AMOUNTS = (
    *("epsilon", "weight_decay", "initial_accumulator_value", "l1_regularization_strength"),
    *("l2_regularization_strength", "l2_shrinkage_regularization_strength", *CLIPS),
)
IGNORED = ("jit_compile", "is_legacy_optimizer")


class Rate(State):
    """An optimizer's learning rate: assigning to it sets the optimizer's, even with a schedule."""

    def __init__(self, optimizer: Any) -> None:
        super().__init__(optimizer.current_rate.reshape(()), name="learning_rate")
        self.optimizer = optimizer

    def assign(self, value: Any) -> None:
        self.optimizer.learning_rate = float(value)

    def assign_add(self, value: Any) -> None:
        self.assign(self.array + value)

    def assign_sub(self, value: Any) -> None:
        self.assign(self.array - value)


def take_fields(cls: Any, base: Any) -> None:
    """Give a funclab optimizer a constructor that takes its fields and those of `base`.

    The fields listed in `order` (by default all) come before those of `base`, the others after
    them.
    """
    if not cls.__module__.startswith("funclab."):
        if "get_updates" in vars(cls):
            raise NotSupportedError(
                f"{cls.__name__} has a get_updates() of its own, which funclab does not call.",
                why="that is how Keras 2 asked an optimizer for all updates of a graph at once.",
                fix="write update_step(self, gradient, variable, learning_rate) in its place, for "
                "example with self.assign_sub(variable, learning_rate * gradient).",
            )
        return
    kind, own = inspect.Parameter.POSITIONAL_OR_KEYWORD, own_fields(cls)
    cls.fields = cls.fields | {
        name: inspect.Parameter(name, kind, default=vars(cls)[name], annotation=annotation)
        for name, annotation in own.items()
    }
    fields = cls.fields
    order = vars(cls).get("order", fields)
    myself, rate, *shared = inspect.signature(base.__init__).parameters.values()
    *between, others = (parameter for parameter in shared if parameter.name not in fields)
    first = [myself, rate.replace(default=cls.default_rate), *map(fields.get, order)]
    last = [field for name, field in fields.items() if name not in order]
    signature = inspect.Signature([*first, *between, *last, others])
    taken = {parameter.name for parameter in shared}

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        bound = signature.bind(self, *args, **kwargs)
        bound.apply_defaults()
        values = bound.arguments
        del values["self"]
        vars(self).update({name: values.pop(name) for name in fields if name not in taken})
        base.__init__(self, **values.pop("kwargs"), **values)

    cls.__init__ = signed(__init__, signature, f"{cls.__name__}.__init__")


def check(optimizer: Any) -> None:
    """Refuse settings that are out of range."""
    optimizer.check()
    kind = type(optimizer).__name__
    for name in (*SHARES, *AMOUNTS):
        value = getattr(optimizer, name, None) or 0
        if value < 0 or (value > 1 and name in SHARES):
            wanted = "a float between [0, 1]" if name in SHARES else "a number, 0 or above"
            raise wrong_value(kind, name, value, wanted, "0.9")
    for name, least in (("gradient_accumulation_steps", 2), ("ema_overwrite_frequency", 1)):
        value = getattr(optimizer, name)
        if value and (not suggest.is_whole(value) or value < least):
            wanted = f"an integer >= {least}, or None"
            raise wrong_value(kind, name, value, wanted, str(least))
    clips = [name for name in CLIPS if getattr(optimizer, name) is not None]
    if len(clips) > 1:
        values = ", ".join(f"{name}={getattr(optimizer, name)}" for name in clips)
        raise ArgumentError(
            "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. "
            f"Received: {values}.",
            why="each is another way to shorten the same gradients.",
            fix=f"keep {clips[0]} only.",
        )


def checked_rate(rate: Any) -> float:
    """A learning rate as a number."""
    number = float(rate) if suggest.is_number(rate) else float("nan")
    if not number >= 0:
        raise ArgumentError(
            f"learning_rate={rate!r} cannot be used.",
            why="the learning rate is the length of the steps: a number, zero or above.",
            fix=f"{suggest.number('learning_rate', rate, '0.01')} A schedule does as well, such as "
            "schedules.ExponentialDecay(0.1, decay_steps=100, decay_rate=0.9).",
        )
    return number


def check_others(cls: type, others: dict[str, Any]) -> None:
    """Accept other keywords of Keras that have no effect here, and refuse unknown ones."""
    unknown = [name for name in others if name not in IGNORED]
    if unknown:
        own = [name for name in inspect.signature(cls).parameters if name != "kwargs"]
        raise ArgumentError(
            f"Argument(s) not recognized: { {name: others[name] for name in unknown} }. "
            f"(Keyword argument not understood by {cls.__name__}.)",
            why=f"{cls.__name__} takes {', '.join(own)}.",
            fix=suggest.keyword(unknown[0], own),
        )
