"""Activation functions: for `Dense(64, activation="relu")`, or called on tensors and arrays.

>>> import numpy as np
>>> relu(np.array([-1.0, 2.0]))
array([0., 2.])
"""

from __future__ import annotations

from typing import Any

from funclab import ops, registry
from funclab.errors.missing_names import guard
from funclab.ops import (
    celu, elu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_swish, hard_tanh, leaky_relu,
    log_sigmoid, log_softmax, mish, relu, relu6, selu, sigmoid, silu, soft_shrink, softmax,
    softplus, softsign, sparse_plus, sparse_sigmoid, sparsemax, squareplus, swish, tanh,
    tanh_shrink, threshold,
)  # fmt: skip

__all__ = [
    "celu", "deserialize", "elu", "exponential", "gelu", "get", "glu", "hard_shrink",
    "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "leaky_relu", "linear", "log_sigmoid",
    "log_softmax", "mish", "relu", "relu6", "selu", "serialize", "sigmoid", "silu", "soft_shrink",
    "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus",
    "swish", "tanh", "tanh_shrink", "threshold",
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


registry.KINDS["activation"] = registry.Kind(
    takes=("x",),
    example='activation="relu"',
    of_whole="a second number of units is a second layer: Dense({})(x)",
    aliases={
        "none": "linear", "identity": "linear", "logistic": "sigmoid", "sig": "sigmoid",
        "lrelu": "leaky_relu", "leakyrelu": "leaky_relu", "prelu": "leaky_relu",
    },
)  # fmt: skip
for _name in {*__all__} - {"deserialize", "get", "serialize"}:
    registry.register("activation", globals()[_name], _name)


def get(identifier: Any) -> Any:
    """The activation for a name, a function, or None (linear).

    Raises: NameLookupError for an unknown name, ArgumentError for an object that is not callable.
    """
    return linear if identifier is None else registry.get("activation", identifier)


def serialize(activation: Any) -> Any:
    """The name (or config) from which `deserialize` restores the activation."""
    return registry.to_config(activation)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The activation for a name or config; `custom_objects` contains your own by name."""
    return linear if config is None else registry.get("activation", config, custom_objects)


def fused_name(activation: Any) -> str | None:
    """The name by which `ops.bias_activation` fuses this activation with the bias."""
    name = getattr(activation, "__name__", "")
    return name if name in ops.FUSED and globals()[name] is activation else None


guard(__name__)
