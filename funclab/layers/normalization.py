"""Layers that bring activations to mean 0 and variance 1."""

from __future__ import annotations

from typing import Any

from funclab import ops
from funclab.errors import ArgumentError
from funclab.layers.base import Layer
from funclab.layers.checks import fraction
from funclab.layers.spec import InputSpec
from funclab.shape_math import axis_index

KEPT = "it is the fraction of the running mean that each batch keeps."


class BatchNormalization(Layer):
    """Each channel brought to mean 0 and variance 1, then scaled by gamma and moved by beta.

    In training by the statistics of the batch, which the moving statistics follow; otherwise, and
    always when the layer is frozen (trainable = False), by the moving statistics.
    Shapes: x (batch, ...) -> out (same as x); the channels are on `axis`.
    Weights: gamma, beta, moving_mean, moving_variance (channels,); the last two are not trainable.
    Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing
        internal covariate shift", ICML 2015, algorithms 1 and 2.
    """

    mixes_samples = True
    """The output for a sample depends on the other samples of the batch."""

    supports_masking = True
    axis: Any = -1
    momentum: float = 0.99
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    moving_mean_initializer: Any = "zeros"
    moving_variance_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None
    synchronized: bool = False

    def prepare(self) -> None:
        self.axis = _one_axis(self.axis)
        if self.momentum != 1:
            fraction("momentum", self.momentum, KEPT)

    def build(self, input_shape: Any) -> None:
        axis = axis_index(self.axis, len(input_shape))
        channels = (input_shape[axis],)
        self.gamma = self.named_weight("gamma", channels) if self.scale else None
        self.beta = self.named_weight("beta", channels) if self.center else None
        self.moving_mean = self.named_weight("moving_mean", channels, trainable=False)
        self.moving_variance = self.named_weight("moving_variance", channels, trainable=False)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: channels[0]})
        self.built = True

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        mean, variance = self.moving_mean, self.moving_variance
        end = {"axis": self.axis, "epsilon": self.epsilon}
        if not (training and self.trainable):
            settings = {"offset": self.beta, "scale": self.gamma, **end}
            return ops.batch_normalization(inputs, mean, variance, **settings)
        scale = ops.ones(mean.shape, self.dtype) if self.gamma is None else self.gamma
        offset = ops.zeros(mean.shape, self.dtype) if self.beta is None else self.beta
        settings = {"mask": mask, "momentum": self.momentum, **end}
        return ops.normalize_batch(inputs, scale, offset, mean, variance, **settings)


def _one_axis(axis: Any) -> int:
    number = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
    if isinstance(number, int):
        return number
    raise ArgumentError(
        f"BatchNormalization needs one whole number as `axis`. Received: axis={axis!r}.",
        why="it is the axis of the channels, each of which is normalized by itself.",
        fix="write axis=-1 for channels at the end, axis=1 for channels after the batch.",
    )
