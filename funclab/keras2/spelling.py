"""Arguments under the names they had in Keras 1 and 2."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from funclab import constraints, regularizers
from funclab.callbacks.base import Callback
from funclab.errors import suggest, warn
from funclab.layers.base import Layer
from funclab.optimizers import Optimizer
from funclab.registry.parameters import parameters

NOW: dict[str, tuple[str, ...]] = {
    **{old: (new,) for old, new in suggest.KERAS_1.items()},
    "init": ("kernel_initializer", "embeddings_initializer", "alpha_initializer"),
    "W_regularizer": ("kernel_regularizer", "embeddings_regularizer"),
    "W_constraint": ("kernel_constraint", "embeddings_constraint"),
    "b_constraint": ("bias_constraint",),
    "inner_init": ("recurrent_initializer",), "U_regularizer": ("recurrent_regularizer",),
    "inner_activation": ("recurrent_activation",),
    "dropout_W": ("dropout",), "dropout_U": ("recurrent_dropout",),
    "filter_length": ("kernel_size",), "subsample_length": ("strides",),
    "pool_length": ("pool_size",), "stride": ("strides",), "length": ("size",),
    "atrous_rate": ("dilation_rate",),
    "p": ("rate",), "sigma": ("stddev",), "theta": ("threshold",),
    "beta_init": ("beta_initializer",), "gamma_init": ("gamma_initializer",),
    "concat_axis": ("axis",), "dot_axes": ("axes",),
    "input": ("inputs",), "output": ("outputs",), "nb_classes": ("num_classes",),
    "m": ("max_value",), "l": ("l2", "l1"), "epsilon": ("min_delta",),
    "nb_worker": ("workers",), "max_q_size": ("max_queue_size",),
    "pickle_safe": ("use_multiprocessing",),
    "samples_per_epoch": ("steps_per_epoch",), "nb_val_samples": ("validation_steps",),
    "val_samples": ("steps",),
}  # fmt: skip
"""The current name of an argument: the first of these that a function takes."""

GONE = ("consume_less", "forget_bias_init", "mode", "class_mode", "show_accuracy")
"""Arguments that no longer have an effect."""

FORMATS = {"tf": "channels_last", "th": "channels_first", "default": None}
SQUARE = ("Conv2D", "SeparableConv2D")
"""Layers to which Keras 1 gave rows and columns as two numbers; see `legacy` for its own names."""

_warned: set[tuple[Any, ...]] = set()


def spelled(function: Any, names: Callable[[Any], Iterable[str]] | None = None) -> Any:
    """A method that also takes its arguments under their old names.

    `names` returns the arguments for an object or class, where the signature does not show them.
    """
    own = list(inspect.signature(function).parameters)

    @functools.wraps(function)
    def called(self: Any, *args: Any, **kwargs: Any) -> Any:
        owner = function.__name__
        if owner.startswith("__"):
            owner = (self if isinstance(self, type) else type(self)).__name__
        known = list(names(self)) if names else own
        args, kwargs = modern(owner, known, args, kwargs)
        return function(self, *args, **kwargs)

    return called


def modern(
    owner: str, known: list[str], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments with their current names, from names of any time; old ones cause a warning."""
    new = dict(kwargs)
    if "nb_row" in new and "kernel_size" in known:
        new["kernel_size"] = (new.pop("nb_row"), new.pop("nb_col"))
    # Two different numbers are a size and a stride, as in Keras 3.
    if owner in SQUARE and args[2:] and suggest.is_whole(args[1]) and args[1:2] == args[2:3]:
        args = (args[0], args[1:3], *args[3:])
        once(owner, args, new, ["kernel_size"])
    for name in [name for name in new if name not in known]:
        now = next((now for now in NOW.get(name, ()) if now in known and now not in new), None)
        if now:
            new[now] = new.pop(name)
        elif (
            name in GONE
            or (name, new[name]) == ("period", 1)
            or (owner, name) == ("Embedding", "dropout")
        ):
            del new[name]
    if new.get("period") == 1:
        del new["period"]
    if isinstance(new.get("data_format"), str):
        new["data_format"] = FORMATS.get(new["data_format"], new["data_format"])
    if new.keys() != kwargs.keys():
        once(owner, args, new, sorted(kwargs.keys() - new.keys()))
    if new.get("epsilon", 0) is None:
        del new["epsilon"]
    return args, new


def once(owner: str, args: Iterable[Any], kwargs: dict[str, Any], old: list[str]) -> None:
    """Say how a call is written today, the first time that these old names are used in it."""
    if (owner, *old) in _warned:
        return
    _warned.add((owner, *old))
    owner = {"Functional": "Model"}.get(owner, owner)
    named = (f"{name}={short(value)}" for name, value in kwargs.items())
    call = f"{owner}({', '.join([*map(short, args), *named])})"
    warn(f"Update your `{owner}` call to the Keras 2 API: `{call}`")


def short(value: Any) -> str:
    parts = value if isinstance(value, tuple) else (value,)
    plain = all(isinstance(part, (int, float, str, bool, type(None))) for part in parts)
    return repr(value) if plain else "..."


def accept_old_names() -> None:
    """From now on, funclab's constructors also take their arguments under old names."""
    Layer.__new__ = spelled(Layer.__new__, parameters)
    waiting: list[Any] = [
        *(Layer, Callback, Optimizer),
        *(regularizers.Regularizer, constraints.Constraint),
    ]
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        if "__init__" in vars(cls) and cls.__module__.startswith("funclab."):
            cls.__init__ = spelled(cls.__init__)
