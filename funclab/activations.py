"""Activation functions: for `Dense(64, activation="relu")`, or called on tensors and arrays.

>>> import numpy as np
>>> relu(np.array([-1.0, 2.0]))
array([0., 2.])
"""

from __future__ import annotations

from typing import Any

from funclab import ops, registry
from funclab.missing import guard
from funclab.ops import (
    elu,
    hard_sigmoid,
    hard_silu,
    hard_swish,
    leaky_relu,
    log_softmax,
    mish,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    swish,
    tanh,
)

__all__ = [
    "celu", "deserialize", "elu", "exponential", "gelu", "get", "glu", "hard_sigmoid", "hard_silu",
    "hard_swish", "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu",
    "relu6", "selu", "serialize", "sigmoid", "silu", "softmax", "softplus", "softsign", "swish",
    "tanh",
]  # fmt: skip


def linear(x: Any) -> Any:
    """x itself."""
    return x


def exponential(x: Any) -> Any:
    """e^x."""
    return ops.exp(x)


def gelu(x: Any, approximate: bool = False) -> Any:
    """x times the probability that a standard normal number is below x."""
    return ops.gelu(x, approximate)


def celu(x: Any, alpha: float = 1.0) -> Any:
    """x above 0, alpha * (e^(x / alpha) - 1) below: an elu without a kink for any alpha."""
    below = ops.expm1(ops.divide(ops.minimum(x, 0), alpha))
    return ops.add(ops.maximum(x, 0), ops.multiply(below, alpha))


def log_sigmoid(x: Any) -> Any:
    """log(sigmoid(x)), computed as -softplus(-x)."""
    return ops.negative(ops.softplus(ops.negative(x)))


def hard_tanh(x: Any) -> Any:
    """x held between -1 and 1."""
    return ops.clip(x, -1, 1)


def glu(x: Any, axis: int = -1) -> Any:
    """The first half of x along `axis`, times the sigmoid of the second half."""
    half, gate = ops.split(x, 2, axis)
    return ops.multiply(half, ops.sigmoid(gate))


for _name in {*__all__} - {"deserialize", "get", "serialize"}:
    registry.register("activation", globals()[_name], _name)


def get(identifier: Any) -> Any:
    """The activation meant by a name, a function, or None (linear).

    Raises: NameLookupError for an unknown name, ArgumentError for something that cannot be called.
    """
    return linear if identifier is None else registry.get("activation", identifier)


def serialize(activation: Any) -> Any:
    """The name (or config) from which `deserialize` finds the activation again."""
    return registry.to_config(activation)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The activation of a name or config; `custom_objects` knows those of your own."""
    return linear if config is None else registry.get("activation", config, custom_objects)


def fused_name(activation: Any) -> str | None:
    """The name under which `ops.bias_activation` does this activation in one pass with the bias."""
    name = getattr(activation, "__name__", "")
    return name if name in ops.FUSED and globals()[name] is activation else None


guard(__name__)
