"""Settings of the session: the default dtype, epsilon, the channels' axis, limits for `fit`;
and garbage collection, put off for a while."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from funclab.errors import ArgumentError, NotSupportedError, suggest
from funclab.errors.missing_names import guard
from funclab.registry.parameters import wrong_value

FORMATS = ("channels_last", "channels_first")

_settings: dict[str, Any] = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "max_epochs": None,
    "max_steps_per_epoch": None,
    "interactive_logging": True,
    "safe_mode": None,
}


def settings() -> dict[str, Any]:
    """The table of all settings, by name."""
    return _settings


def setting(name: str) -> Any:
    """The present value of a setting."""
    return _settings[name]


def backend() -> str:
    """The name of the backend: "funclab"."""
    return "funclab"


def floatx() -> str:
    """The default dtype of layers."""
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Set the dtype of layers made from now on: "float32" or "float64"."""
    if value not in ("float32", "float64"):
        raise ArgumentError(
            f"Unknown floatx: {value!r}.",
            why="the engine computes in float32 or float64.",
            fix='use set_floatx("float32") or set_floatx("float64").',
        )
    _settings["floatx"] = value


def epsilon() -> float:
    """The small number that keeps a division or a logarithm finite."""
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Set the small number that `epsilon()` returns, for layers, losses and optimizers that are
    made from now on."""
    if not suggest.is_number(value) or not value > 0:
        raise wrong_value("set_epsilon", "value", value, "a number above 0", "1e-7")
    _settings["epsilon"] = float(value)


def image_data_format() -> str:
    """The default position of channels in layers: "channels_last" or "channels_first"."""
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Set the position of channels for layers made from now on with `data_format=None`."""
    known = data_format.lower() if isinstance(data_format, str) else data_format
    if known not in FORMATS:
        raise ArgumentError(
            "The `data_format` argument must be one of "
            f"{', '.join(map(repr, FORMATS))}. Received: data_format={data_format!r}.",
            why="channels are the last axis of an image, or the first after the batch.",
            fix='write set_image_data_format("channels_last").',
        )
    _settings["image_data_format"] = known


def max_epochs() -> int | None:
    """The maximum number of epochs in any `fit`; None for no limit."""
    return _settings["max_epochs"]


def set_max_epochs(max_epochs: int | None) -> None:
    """Limit the epochs of every `fit`, to try a notebook quickly; None for no limit."""
    _set_limit("max_epochs", max_epochs)


def max_steps_per_epoch() -> int | None:
    """The maximum number of batches in an epoch, `evaluate` or `predict`; None for no limit."""
    return _settings["max_steps_per_epoch"]


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Limit the batches of every epoch, `evaluate` and `predict`; None for no limit."""
    _set_limit("max_steps_per_epoch", max_steps_per_epoch)


def _set_limit(name: str, value: Any) -> None:
    if value is not None and not (suggest.is_whole(value) and value > 0):
        raise wrong_value(f"set_{name}", name, value, "a positive whole number or None", "2")
    _settings[name] = None if value is None else int(value)


def is_interactive_logging_enabled() -> bool:
    """Whether progress is shown as a moving bar (otherwise, as one line per epoch)."""
    return _settings["interactive_logging"]


def enable_interactive_logging() -> None:
    """Show progress as a moving bar."""
    _settings["interactive_logging"] = True


def disable_interactive_logging() -> None:
    """Show progress as one line for each epoch."""
    _settings["interactive_logging"] = False


def enable_unsafe_deserialization() -> None:
    """From now on, load functions that files contain as code, unless `safe_mode=True` is passed.

    Code in a file can do anything on this machine: use this only for files that you trust.
    """
    _settings["safe_mode"] = False


@contextmanager
def without_collection() -> Iterator[None]:
    """A context without garbage collection, for work that makes many objects and little garbage.

    Scanning all objects repeatedly would take a sixth of a compiler's time, and a large view may
    take a tenth of a second longer.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def dtype_policy() -> str:
    """The default dtype in which layers compute: `floatx()`, as there is no mixed precision."""
    return floatx()


def set_dtype_policy(policy: Any) -> None:
    """Set the dtype in which layers compute: "float32" or "float64".

    Raises: NotSupportedError for mixed and half precision.
    """
    name = getattr(policy, "name", policy)
    if name not in ("float32", "float64"):
        raise NotSupportedError(
            f"The dtype policy {name!r} is not supported.",
            why="the engine computes in float32 or float64; half precision saves no time on a CPU.",
            fix='leave the call out, or write set_dtype_policy("float32").',
        )
    set_floatx(name)


guard(__name__)
