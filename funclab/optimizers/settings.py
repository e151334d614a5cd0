"""The settings that all optimizers share, and their checks."""

from __future__ import annotations

import inspect
from typing import Any

from funclab import registry
from funclab.errors import ArgumentError, NotSupportedError, suggest
from funclab.metrics.base import State
from funclab.registry.parameters import MEANINGS, own_fields, signed, wrong_value

CLIPS = ("clipnorm", "global_clipnorm", "clipvalue")
SHARES = ("momentum", "beta_1", "beta_2", "rho", "ema_momentum")
AMOUNTS = (
    *("epsilon", "weight_decay", "initial_accumulator_value", "l1_regularization_strength"),
    *("l2_regularization_strength", "l2_shrinkage_regularization_strength", *CLIPS),
)
IGNORED = ("jit_compile", "is_legacy_optimizer")


registry.KINDS["optimizer"] = registry.Kind(
    example='optimizer="adam"',
    from_number="optimizer=SGD(learning_rate={})",
    aliases={
        "gd": "sgd", "gradient_descent": "sgd", "gradientdescent": "sgd", "stochastic": "sgd",
        "momentum": "sgd", "rms": "rmsprop", "rms_prop": "rmsprop",
    },
)  # fmt: skip
MEANINGS |= {
    "momentum": "how much of the last step the next one keeps, from 0 to 1",
    "CosineDecay.alpha": "the last rate, as a fraction of the first",
    "learning_rate": "the size of the steps: a number or a schedule",
    "nesterov": "whether the step looks ahead",
    "rho": "how much of the averages each step keeps",
    "centered": "whether the squared average gradient is subtracted",
    "initial_accumulator_value": "the initial sum of squares",
    "beta_1": "how much of the average gradient each step keeps",
    "beta_2": "how much of the average square each step keeps",
    "amsgrad": "whether the average square never decreases",
    "weight_decay": "the fraction of every weight, times the rate, that each step subtracts",
    "clipnorm": "the largest norm of a weight array's gradient; None for no limit",
    "global_clipnorm": "the largest norm of the gradient of all weights; None for no limit",
    "clipvalue": "the largest number in a gradient; None for no limit",
    "use_ema": "whether a moving average of the weights replaces them at the end",
    "ema_momentum": "how much of the moving average each step keeps",
    "ema_overwrite_frequency": "after how many steps the average becomes the weights; None for "
    "the end of fit only",
    "loss_scale_factor": "the factor of the scaled loss, by which `apply` divides the gradients",
    "gradient_accumulation_steps": "how many batches are combined into one step; None for one",
    "Optimizer.kwargs": "lr and decay, the names in Keras 2 of the learning rate and its decay",
    "learning_rate_power": "the power of the sum of squared gradients by which the rate falls",
    "l1_regularization_strength": "the factor of the sum of absolute weights",
    "l2_regularization_strength": "the factor of the sum of squared weights",
    "l2_shrinkage_regularization_strength": "the same, as a part of the gradient",
    "Ftrl.beta": "a number; beta / (2 * learning_rate) is added to the factor of squared weights",
    "beta_2_decay": "how fast the averages become longer: each step keeps 1 - t^beta_2_decay",
    "epsilon_1": "a small number added to squared gradients",
    "epsilon_2": "the least size of weights",
    "clip_threshold": "the largest step, in units of the weights",
    "relative_step": "whether the rate is at most 1 / sqrt(t)",
    "adam_beta_1": "beta_1 of AdamW",
    "adam_beta_2": "beta_2 of AdamW",
    "adam_weight_decay": "weight_decay of AdamW",
    "adam_lr_ratio": "the rate of AdamW, as a multiple",
    "exclude_layers": "patterns of the paths of weights that AdamW trains",
    "exclude_embeddings": "whether AdamW trains embeddings",
    "muon_a": "the factor of x in a step towards orthogonality",
    "muon_b": "the factor of x x^T x",
    "muon_c": "the factor of x x^T x x^T x",
    "ns_steps": "how many steps towards orthogonality are taken",
    "rms_rate": "the step's size, divided by the root of the longer side; None for no rescaling",
    "end_learning_rate": "the rate at the end",
    "power": "the exponent of the rule; 1 for a straight line",
    "cycle": "whether the rate rises again after decay_steps",
    "first_decay_steps": "how many steps the first decay takes",
    "t_mul": "the factor by which each decay is longer than the previous one",
    "m_mul": "the factor of the initial rate of each decay, relative to the previous one",
    "CosineDecayRestarts.alpha": "the last rate, as a fraction of the first",
    "initial_learning_rate": "the rate at step 0",
    "decay_steps": "the number of steps in which the rate decays once in full",
    "decay_rate": "the factor of the rule",
    "staircase": "whether the rate falls in steps",
    "boundaries": "the steps after which the rate changes",
    "values": "the rates, one more than boundaries",
    "warmup_target": "the rate that the warm-up reaches; None for no warm-up",
    "warmup_steps": "how many steps the warm-up takes",
}


class Rate(State):
    """An optimizer's learning rate: assigning to it sets the optimizer's, even with a schedule."""

    def __init__(self, optimizer: Any) -> None:
        super().__init__(optimizer.current_rate.reshape(()), name="learning_rate")
        self.optimizer = optimizer

    def assign(self, value: Any) -> None:
        self.optimizer.learning_rate = float(value)

    def __round__(self, digits: int = 0) -> float:
        return round(float(self), digits)

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
