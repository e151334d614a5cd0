"""Layers around other layers."""

from __future__ import annotations

from typing import Any

from funclab import ops, structure
from funclab.errors import ShapeError, TensorTypeError
from funclab.layers.base import Layer
from funclab.shape_math import show


class Wrapper(Layer, abstract=True):
    """A layer that uses another."""

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(layer, Layer):
            raise TensorTypeError(
                f"Layer {layer!r} supplied to Wrapper isn't a supported layer type: "
                f"{type(self).__name__} needs a layer object.",
                why="it is a class of layers, not a layer."
                if isinstance(layer, type)
                else f"it is of type {type(layer).__name__}.",
                fix=f"write {type(self).__name__}({_example(self, layer)})(x): the layer inside, "
                "the tensor in the call.",
            )
        self.layer = layer

    @property
    def uses_training(self) -> bool:  # type: ignore[override]
        return any(layer.uses_training for layer in self.sublayers)


def _example(wrapper: Any, given: Any) -> str:
    """A layer to be wrapped: of the class that was given, where one was."""
    if isinstance(given, type):
        return f"{given.__name__}(...)"
    return "Dense(8)" if isinstance(wrapper, TimeDistributed) else "LSTM(8)"


class TimeDistributed(Wrapper):
    """The same layer (or model) at every step of a sequence, with the same weights.

    Shapes: x (batch, time, ...) -> out (batch, time, *what the layer makes of (batch, ...)).
    Weights: those of the layer.
    Raises: TensorTypeError for what is not a layer; ShapeError for inputs without a time axis.

    All steps are computed at once, as a batch of batch * time samples. Only what normalizes over
    the batch (BatchNormalization, in training) sees one step after another, as in Keras. Of a mask,
    the part beyond (batch, time) goes to the layer; the steps that count stay masked in the output.
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        leaves = structure.flatten(inputs)
        for leaf in leaves:
            self._check(leaf)
        masks = mask if isinstance(mask, (list, tuple)) else [mask] * len(leaves)
        time = next((leaf.shape[1] for leaf in leaves if leaf.shape[1] is not None), None)
        if training and time is not None and _mixes_samples(self.layer):
            return self._step_by_step(inputs, time)
        folded = iter([_fold(*pair) for pair in zip(leaves, masks, strict=True)])
        outputs = self.layer(structure.map_structure(lambda _: next(folded), inputs))
        known = next((one for one in masks if one is not None), None)
        return structure.map_structure(lambda out: _unfold(out, time, known), outputs)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """`call` has attached the masks."""
        return None

    def _step_by_step(self, inputs: Any, time: int) -> Any:
        steps = [
            self.layer(structure.map_structure(lambda one, t=t: one[:, t], inputs))
            for t in range(time)
        ]
        together = zip(*map(structure.flatten, steps), strict=True)
        return structure.pack(steps[0], [ops.stack(list(outs), axis=1) for outs in together])

    def _check(self, leaf: Any) -> None:
        if leaf.ndim < 3:
            raise ShapeError(
                "`TimeDistributed` Layer should be passed an `input_shape` with at least 3 "
                f"dimensions: {self.name} received {show(leaf.shape)}.",
                why=f"{self.layer.name} is used at every step, so there must be a time axis after "
                "the batch, and something at each step.",
                fix=f"call {self.layer.name} directly, or give inputs (batch, time, features).",
                graph=self,
            )


def _mixes_samples(layer: Any) -> bool:
    inner = any(_mixes_samples(sublayer) for sublayer in layer.sublayers)
    return inner or getattr(layer, "mixes_samples", False)


def _fold(x: Any, mask: Any) -> Any:
    folded = ops.fold_time(x)
    if mask is not None and mask.ndim > 2:
        folded.mask = ops.fold_time(mask)
    return folded


def _unfold(out: Any, time: int | None, mask: Any) -> Any:
    unfolded = ops.unfold_time(out, time)
    if out.mask is not None:
        unfolded.mask = ops.unfold_time(out.mask, time)
    elif mask is not None:
        unfolded.mask = ops.any(mask, axis=tuple(range(2, mask.ndim))) if mask.ndim > 2 else mask
    return unfolded
