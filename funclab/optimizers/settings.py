"""An optimizer's settings, checked when it is made."""

from __future__ import annotations

import inspect
from typing import Any

from funclab import meant
from funclab.errors import ArgumentError, NotSupportedError

CLIPS = ("clipnorm", "global_clipnorm", "clipvalue")
NOT_SUPPORTED = ("use_ema", "ema_overwrite_frequency", "loss_scale_factor")
IGNORED = ("ema_momentum", "jit_compile", "is_legacy_optimizer", "gradient_accumulation_steps")


SHARES = ("momentum", "beta_1", "beta_2", "rho")
AMOUNTS = ("epsilon", "weight_decay", *CLIPS)
SWITCHES = ("nesterov", "amsgrad", "centered")


def check_numbers(optimizer: Any) -> None:
    """Settings must be numbers in their range, or True or False."""
    for name in (*SHARES, *AMOUNTS, *SWITCHES):
        value = getattr(optimizer, name, None)
        if name in SWITCHES:
            fits, wanted, example = meant.is_switch(value), "True or False", "True"
        elif name in SHARES:
            fits = value is None or (meant.is_number(value) and 0 <= value <= 1)
            wanted, example = "a float between [0, 1]", "0.9"
        else:
            fits = value is None or value is False or (meant.is_number(value) and value >= 0)
            wanted, example = "a number, 0 or above", "1e-07" if name == "epsilon" else "1.0"
        if not fits:
            raise ArgumentError(
                f"`{name}` must be {wanted}. Received: {name}={value!r}.",
                why=f"{type(optimizer).__name__} calculates with it at each step.",
                fix=meant.number(name, value, example),
            )


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
    given = [name for name in CLIPS if getattr(optimizer, name) is not None]
    if len(given) > 1:
        values = ", ".join(f"{name}={getattr(optimizer, name)}" for name in given)
        raise ArgumentError(
            "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. "
            f"Received: {values}.",
            why="each is another way to shorten the same gradients.",
            fix=f"keep {given[0]} only.",
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
            why=f"{cls.__name__} takes {', '.join(one for one in own if one != 'options')}, "
            "weight_decay, clipnorm, global_clipnorm, clipvalue and name.",
            fix=meant.keyword(unknown[0], own),
        )
