"""Layers that normalize activations: to mean 0 and variance 1, or to norm 1."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from funclab import ops
from funclab.errors import ArgumentError, ShapeError, suggest
from funclab.graph.shape_math import axis_index, reduced_axes, show
from funclab.layers.base import Layer
from funclab.layers.checks import fraction
from funclab.layers.merge import to_rank
from funclab.layers.spec import InputSpec
from funclab.registry.parameters import MEANINGS, wrong_value

LIMITS = ("rmin", "rmax", "dmax")
"""The keys of renorm_clipping."""
TINY = 1e-7
"""The number that Keras adds to the number of steps that count."""
KEPT = "it is the fraction of the running mean that each batch keeps."


MEANINGS |= {
    "GroupNormalization.groups": "into how many groups the channels are divided; -1 for one each",
    "BatchNormalization.axis": "the axis of the channels",
    "GroupNormalization.axis": "the axis of the channels",
    **dict.fromkeys(
        [f"{name}Normalization.axis" for name in ("Layer", "RMS", "Unit")],
        "the axis, or axes, along which the numbers are normalized",
    ),
    "BatchNormalization.momentum": "how much of the moving statistics each batch keeps",
    "renorm": "whether to correct batches towards earlier statistics (batch renormalization)",
    "renorm_clipping": "limits of that correction: a dict with rmin, rmax and dmax; None for none",
    "renorm_momentum": "how much of the statistics for that correction each batch keeps",
    "center": "whether beta is added",
    "scale": "whether the result is multiplied by gamma",
    "synchronized": "accepted for compatibility; there is only one device",
}


class Affine(Layer, abstract=True):
    """A layer that normalizes, then multiplies by gamma and adds beta."""

    supports_masking = True
    axis: Any = -1
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None

    def add_gamma_and_beta(self, shape: Any) -> None:
        self.gamma = self.named_weight("gamma", shape) if self.scale else None
        self.beta = self.named_weight("beta", shape) if self.center else None


class BatchNormalization(Affine):
    """Each channel normalized to mean 0 and variance 1, then multiplied by gamma, plus beta.

    In training, it uses the statistics of the batch and updates the moving statistics; otherwise,
    and always if the layer is frozen (trainable = False), it uses the moving statistics. A batch
    that `fit` splits across several machines is normalized as a whole if `synchronized`, else each
    part separately.
    Shapes: x (batch, ...) -> out (same as x); the channels are on `axis`.
    Weights: gamma, beta, moving_mean, moving_variance (channels,); the last two are not trainable,
        nor are moving_stddev, renorm_mean and renorm_stddev (channels,), with `renorm`.
    Raises: ArgumentError for an axis that is not one integer, or for keys in renorm_clipping other
        than rmin, rmax and dmax.
    Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing
        internal covariate shift", ICML 2015, algorithms 1 and 2; with `renorm` Ioffe, "Batch
        renormalization", NIPS 2017, algorithm 1.

    >>> layer = BatchNormalization()
    >>> layer(Input((8, 8, 3))).shape, layer.count_params()
    ((None, 8, 8, 3), 12)
    """

    mixes_samples = True
    """The output for a sample depends on the other samples of the batch."""

    momentum: float = 0.99
    moving_mean_initializer: Any = "zeros"
    moving_variance_initializer: Any = "ones"
    renorm: bool = False
    renorm_clipping: Any = None
    renorm_momentum: float = 0.99
    synchronized: bool = False
    order = (
        *("axis", "momentum", "epsilon", "center", "scale", "beta_initializer"),
        *("gamma_initializer", "moving_mean_initializer", "moving_variance_initializer"),
        *("beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint"),
        *("renorm", "renorm_clipping", "renorm_momentum", "synchronized"),
    )

    def prepare(self) -> None:
        self.axis = _one_axis(self.axis)
        if self.momentum != 1:
            fraction("momentum", self.momentum, KEPT)
        limits = self.renorm_clipping
        known = limits is None or (isinstance(limits, dict) and {*limits} <= {*LIMITS})
        if not known or _limit(limits, "rmin") > _limit(limits, "rmax", math.inf):
            wanted = "a dict of numbers with the keys rmin, rmax (not below rmin) and dmax"
            example = '{"rmin": 0.5, "rmax": 2.0, "dmax": 1.0}'
            raise wrong_value(type(self).__name__, "renorm_clipping", limits, wanted, example)

    def build(self, input_shape: Any) -> None:
        axis = axis_index(self.axis, len(input_shape))
        channels = (input_shape[axis],)
        self.add_gamma_and_beta(channels)
        self.moving_mean = self.named_weight("moving_mean", channels, trainable=False)
        self.moving_variance = self.named_weight("moving_variance", channels, trainable=False)
        if self.renorm:
            begin = {"shape": channels, "trainable": False}
            deviation = {"initializer": self._first_deviation, **begin}
            self.moving_stddev = self.add_weight(name="moving_stddev", **deviation)
            mean = self.moving_mean_initializer
            self.renorm_mean = self.add_weight(name="renorm_mean", initializer=mean, **begin)
            self.renorm_stddev = self.add_weight(name="renorm_stddev", **deviation)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: channels[0]})
        self.built = True

    def _first_deviation(self, shape: Any, dtype: str = "float32") -> Any:
        return np.sqrt(self.moving_variance_initializer(shape, dtype))

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        mean, variance = self.moving_mean, self.moving_variance
        end = {"axis": self.axis, "epsilon": self.epsilon}
        if not (training and self.trainable):
            settings = {"offset": self.beta, "scale": self.gamma, **end}
            return ops.batch_normalization(inputs, mean, variance, **settings)
        if self.renorm:
            return self._renormalized(inputs, mask)
        scale = ops.ones(mean.shape, self.dtype) if self.gamma is None else self.gamma
        offset = ops.zeros(mean.shape, self.dtype) if self.beta is None else self.beta
        settings = {"mask": mask, "momentum": self.momentum, **end}
        settings["synchronized"] = bool(self.synchronized)
        return ops.normalize_batch(inputs, scale, offset, mean, variance, **settings)

    def _renormalized(self, x: Any, mask: Any) -> Any:
        """Normalized by the batch's statistics, corrected towards those of earlier batches by the
        factor r and the shift d, through which no gradient flows."""
        mean, variance = _batch_moments(x, axis_index(self.axis, x.ndim), mask)
        deviation = ops.sqrt(ops.add(variance, self.epsilon))
        usual = ops.maximum(self.renorm_stddev, math.sqrt(self.epsilon))
        r = ops.divide(deviation, usual)
        d = ops.divide(ops.subtract(mean, self.renorm_mean), usual)
        limits, far = self.renorm_clipping, math.inf
        if limits:
            r = ops.clip(r, _limit(limits, "rmin", -far), _limit(limits, "rmax", far))
            d = ops.clip(d, -_limit(limits, "dmax", far), _limit(limits, "dmax", far))
        scale, offset = ops.stop_gradient(r), ops.stop_gradient(d)
        if self.gamma is not None:
            scale, offset = ops.multiply(scale, self.gamma), ops.multiply(offset, self.gamma)
        offset = offset if self.beta is None else ops.add(offset, self.beta)
        moving = {
            self.renorm_mean: (mean, self.renorm_momentum),
            self.renorm_stddev: (deviation, self.renorm_momentum),
            self.moving_mean: (mean, self.momentum),
            self.moving_stddev: (deviation, self.momentum),
        }
        made = {
            variable: ops.add(ops.multiply(variable, kept), ops.multiply(batch, 1 - kept))
            for variable, (batch, kept) in moving.items()
        }
        square = ops.subtract(ops.square(made[self.moving_stddev]), self.epsilon)
        for variable, value in {**made, self.moving_variance: ops.relu(square)}.items():
            ops.assign(variable, value)
        settings = {"offset": offset, "scale": scale, "epsilon": self.epsilon}
        return ops.batch_normalization(x, mean, variance, self.axis, **settings)


def _limit(limits: Any, name: str, default: float = 0.0) -> float:
    return default if not limits or limits.get(name) is None else limits[name]


def _batch_moments(x: Any, axis: int, mask: Any) -> tuple[Any, Any]:
    """Mean and variance of each channel, over the steps that count."""
    axes = [i for i in range(x.ndim) if i != axis]
    if mask is None:
        return ops.moments(x, axes)
    counts = ops.logical_and(ops.cast(to_rank(mask, x.ndim), "bool"), ops.ones_like(x, "bool"))
    number = ops.add(ops.sum(ops.cast(counts, x.dtype), axes, keepdims=True), TINY)
    mean = ops.divide(ops.sum(ops.where(counts, x, 0.0), axes, keepdims=True), number)
    far = ops.where(counts, ops.subtract(x, mean), 0.0)
    variance = ops.divide(ops.sum(ops.square(far), axes, keepdims=True), number)
    return ops.squeeze(mean, axes), ops.squeeze(variance, axes)


def _one_axis(axis: Any) -> int:
    number = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
    if isinstance(number, int):
        return number
    raise ArgumentError(
        f"BatchNormalization needs one whole number as `axis`. Received: axis={axis!r}.",
        why="it is the axis of the channels, each of which is normalized by itself.",
        fix="write axis=-1 for channels at the end, axis=1 for channels after the batch.",
    )


class AlongAxes(Layer, abstract=True):
    """A layer that normalizes along one or more axes."""

    told: ClassVar = {
        "Shapes": "x (batch, ...) -> out (same as x)",
        "Raises": "ArgumentError unless the axis is an integer or several integers",
    }
    axis: Any = -1

    def prepare(self) -> None:
        axis, wanted = self.axis, "an int or a list/tuple of ints"
        several = axis if isinstance(axis, (list, tuple)) and axis else [axis]
        if not all(map(suggest.is_whole, several)):
            raise wrong_value(type(self).__name__, "axis", axis, wanted, "-1")
        self.axis = axis if several == [axis] else sorted(several)  # as Keras orders them

    def get_config(self) -> dict[str, Any]:
        """In Keras, a built layer has a list of axes, even if it is only one."""
        config = super().get_config()
        axes = [self.axis] if isinstance(self.axis, int) and self.weights else self.axis
        return {**config, "axis": axes}

    def lengths(self, shape: Any) -> list[Any]:
        """The lengths of the axes."""
        axes = [self.axis] if isinstance(self.axis, int) else self.axis
        reduced_axes(len(shape), tuple(axes))
        return [shape[axis] for axis in axes]


class LayerNormalization(Affine, AlongAxes):
    """Each sample normalized to mean 0 and variance 1 along `axis`, times gamma, plus beta.

    Weights: gamma, beta (the lengths of the axes).
    Source: Ba et al., "Layer normalization", 2016, equation 4.

    >>> LayerNormalization()(np.array([[1.0, 2.0, 3.0]])).round(2)
    array([[-1.22,  0.  ,  1.22]], dtype=float32)
    """

    order = tuple(Affine.fields)

    def build(self, input_shape: Any) -> None:
        self.add_gamma_and_beta(self.lengths(input_shape))
        self.built = True

    def call(self, inputs: Any) -> Any:
        return ops.layer_normalization(inputs, self.gamma, self.beta, self.axis, self.epsilon)


class GroupNormalization(Affine):
    """Each sample's groups of channels normalized to mean 0 and variance 1, times gamma plus beta.

    With groups=-1 each channel is its own group (instance normalization); with groups=1 all
    channels are one group.
    Shapes: x (batch, ...) -> out (same as x); the channels are on `axis`.
    Weights: gamma, beta (channels,).
    Raises: ArgumentError unless `groups` is a positive integer or -1; ShapeError if the channels
        cannot be divided into this many groups.
    Source: Wu and He, "Group normalization", ECCV 2018, equation 7.

    >>> GroupNormalization(groups=2)(np.array([[1.0, 3.0, 10.0, 30.0]])).round(2)
    array([[-1.,  1., -1.,  1.]], dtype=float32)
    """

    groups: int = 32
    order = ("groups", *Affine.fields)

    def build(self, input_shape: Any) -> None:
        axis = axis_index(self.axis, len(input_shape))
        channels = input_shape[axis]
        groups = self.group_count(channels or 0)
        if not axis or channels is None or channels % groups:
            raise _undivided(self, channels, groups, show(input_shape))
        self.add_gamma_and_beta((channels,))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: channels})
        self.built = True

    def group_count(self, channels: int) -> int:
        return max(channels, 1) if self.groups == -1 else self.groups

    def call(self, inputs: Any) -> Any:
        axis, last = axis_index(self.axis, inputs.ndim), inputs.ndim - 1
        x = inputs if axis == last else ops.moveaxis(inputs, axis, -1)
        shape, groups = x.shape, self.group_count(x.shape[-1])
        x = ops.reshape(x, (*shape[:-1], groups, shape[-1] // groups))
        along = [*range(1, last), last + 1]
        x = ops.layer_normalization(x, axis=along, epsilon=self.epsilon)
        x = ops.reshape(x, shape)
        x = x if self.gamma is None else ops.multiply(x, self.gamma)
        x = x if self.beta is None else ops.bias_add(x, self.beta)
        return x if axis == last else ops.moveaxis(x, -1, axis)


def _undivided(layer: Any, channels: int | None, groups: int, shape: str) -> ShapeError:
    fault = f"Axis {layer.axis} of the input should have a defined dimension, and not be the batch."
    if channels is not None:
        must = "cannot be more than" if groups > channels else "must be a multiple of"
        fault = f"Number of groups ({groups}) {must} the number of channels ({channels})."
    return ShapeError(
        f"{fault} {layer.name} received inputs of shape {shape}.",
        why="the channels are divided into groups of one size.",
        fix="choose `groups` so that it divides the channels, or the axis of the channels.",
        graph=layer,
    )


class RMSNormalization(AlongAxes):
    """Each sample divided by the root of its mean square along `axis`, times scale.

    Weights: scale (the lengths of the axes), which is broadcast from the last axis on.
    Source: Zhang and Sennrich, "Root mean square layer normalization", NeurIPS 2019, equation 4.

    >>> RMSNormalization()(np.array([[1.0, 7.0]])).round(2)
    array([[0.2, 1.4]], dtype=float32)
    """

    axis: Any = -1
    epsilon: float = 1e-6

    def build(self, input_shape: Any) -> None:
        shape = self.lengths(input_shape)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")
        self.built = True

    def call(self, x: Any) -> Any:
        return ops.rms_normalization(x, self.scale, self.axis, self.epsilon)


class UnitNormalization(AlongAxes):
    """Each sample divided by its norm along `axis`: the root of the sum of squares becomes 1.


    >>> UnitNormalization()(np.array([[3.0, 4.0]]))
    array([[0.6, 0.8]], dtype=float32)
    """

    supports_masking = True
    axis: Any = -1

    def call(self, inputs: Any) -> Any:
        reduced_axes(inputs.ndim, self.axis)
        return ops.normalize(inputs, self.axis, order=2, epsilon=1e-12)
