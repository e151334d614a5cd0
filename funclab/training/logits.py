"""Warnings about outputs that do not match their losses, such as a softmax applied twice.

The kind of an output is read from the graph; if it is not certain, there is no warning.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funclab import activations
from funclab.errors import warn
from funclab.layers import Activation, Dropout, Flatten, Permute, Reshape, Softmax, TimeDistributed
from funclab.metrics import Accuracy
from funclab.training.matching import Output

# For each crossentropy, the activation that belongs to it, and its class.
BELONGS = {
    "categorical_crossentropy": ("softmax", "CategoricalCrossentropy"),
    "sparse_categorical_crossentropy": ("softmax", "SparseCategoricalCrossentropy"),
    "binary_crossentropy": ("sigmoid", "BinaryCrossentropy"),
    "categorical_focal_crossentropy": ("softmax", "CategoricalFocalCrossentropy"),
    "binary_focal_crossentropy": ("sigmoid", "BinaryFocalCrossentropy"),
}
# The results of other activations are not probabilities: they may be below 0 or above 1.
OPEN = ("linear", "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "tanh")
CLOSED = ("softmax", "sigmoid", "hard_sigmoid")
# Layers that pass on their inputs, number by number.
PASSING = (Dropout, Flatten, Reshape, Permute)


def warn_of_logits(tensors: Sequence[Any], outputs: Sequence[Output]) -> None:
    """One warning for each output whose last activation and loss do not match."""
    for tensor, output in zip(tensors, outputs):
        function = getattr(getattr(output.loss, "fn", None), "__name__", "")
        if function not in BELONGS:
            continue
        _warn_of_exact_hits(output)
        wanted, loss = BELONGS[function]
        name, before = last_activations(tensor)
        from_logits = bool(getattr(output.loss, "settings", {}).get("from_logits"))
        if from_logits and name in CLOSED:
            warn(
                f"{output.name} ends in a {name}, and its loss has from_logits=True, which applies "
                f'one again, so that the loss can hardly fall. Take activation="{name}" out of '
                f'{output.name}, or compile with loss="{function}".'
            )
        elif not from_logits and name in OPEN:
            warn(
                f"{output.name} has no {wanted} ({name} instead), but {function} compares "
                f'probabilities. Write activation="{wanted}" in {output.name}, or compile with '
                f"loss={loss}(from_logits=True)."
            )
        elif name == "softmax" and wanted == "sigmoid" and tensor.shape[-1] != 1:
            warn(
                f"{output.name} is a softmax over classes, but {function} takes each of them for a "
                "question of its own, and its accuracy counts every zero that is right. Compile "
                'with loss="categorical_crossentropy".'
            )
        elif name in CLOSED and isinstance(tensor.node.operation, Dropout):
            warn(
                f"{output.name} is a Dropout after the {name}, which sets probabilities to 0. Put "
                f"the Dropout before the layer with the {name}."
            )
        elif name == before == "softmax":
            warn(
                f"{output.name} is a softmax of a softmax, which makes all classes nearly equal. "
                "Take one of the two out."
            )


def _warn_of_exact_hits(output: Output) -> None:
    if any(type(metric) is Accuracy for metric in output.metrics):
        warn(
            f"The metric Accuracy counts predictions of {output.name} that are equal to the "
            'targets, which probabilities never are. Write metrics=["accuracy"].'
        )


def last_activations(tensor: Any) -> tuple[str, str]:
    """The names of the activation that made a tensor and of the one right before it; "" if they are
    not known."""
    layer = tensor.node.operation
    kind, parents = type(layer), tensor.node.input_tensors
    if getattr(layer, "outputs", None) and parents:  # a nested model
        return last_activations(layer.outputs[tensor.index])
    if kind in PASSING:
        return last_activations(parents[0])
    if kind is TimeDistributed:
        layer = layer.layer
    if kind in (Softmax, Activation):
        name = "softmax" if kind is Softmax else _name(layer.activation)
        before, earlier = last_activations(parents[0])
        return (before, earlier) if name == "linear" else (name, before)
    is_ours = type(layer).__module__.startswith("funclab.layers.") and hasattr(layer, "kernel")
    return (_name(getattr(layer, "activation", None)) if is_ours else "", "")


def _name(activation: Any) -> str:
    name = getattr(activation, "__name__", "")
    is_ours = name in OPEN + CLOSED and getattr(activations, name) is activation
    return name if is_ours else ""
