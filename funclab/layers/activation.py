"""Activation functions as layers."""

from __future__ import annotations

from typing import Any, ClassVar

from funclab import ops
from funclab.errors import suggest
from funclab.graph.shape_math import axis_index
from funclab.layers.base import Layer
from funclab.layers.checks import not_negative
from funclab.layers.spec import InputSpec
from funclab.registry.parameters import MEANINGS, wrong_value

LOWEST = -1e9
"""The score of a masked element: e to this power is 0, so a softmax ignores it."""


MEANINGS |= {
    "Activation.activation": "the activation: a name or a function",
    "Softmax.axis": "the axis, or axes, along which the results sum to 1",
    "max_value": "the largest value allowed; None for no limit",
    "negative_slope": "the slope below the threshold",
    "ReLU.threshold": "where the ramp begins",
    "relu.threshold": "where the ramp begins",
    "LeakyReLU.alpha": "the name of negative_slope in Keras 2",
    "shared_axes": "the axes, counted from 1, along which alpha is shared",
    "alpha": "the factor for negative inputs",
}


class SameShape(Layer, abstract=True):
    """A layer whose output has the shape of its input, and its mask."""

    told: ClassVar = {"Shapes": "x (any) -> out (same as x)"}
    supports_masking = True


class Activation(SameShape):
    """out = activation(x), for an activation given by name or as a function.

    Raises: NameLookupError for an unknown name.

    >>> Activation("relu")(np.array([[-1.0, 2.0]]))
    array([[0., 2.]], dtype=float32)
    """

    activation: Any

    def call(self, inputs: Any) -> Any:
        return self.activation(inputs)


class ReLU(SameShape):
    """x from `threshold` on (at most `max_value`), else negative_slope * (x - threshold).

    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines",
        ICML 2010.

    >>> ReLU(max_value=6)(np.array([[1.0, 2.0, 9.0]]))
    array([[1., 2., 6.]], dtype=float32)
    """

    max_value: float | None = None
    negative_slope: float = 0.0
    threshold: float = 0.0

    def call(self, inputs: Any) -> Any:
        return ops.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(SameShape):
    """x above 0, negative_slope * x below. Keras 2 calls the slope `alpha`.

    Source: Maas et al., "Rectifier nonlinearities improve neural network acoustic models",
        ICML 2013.

    >>> LeakyReLU(0.5)(np.array([[-1.0, 2.0]]))
    array([[-0.5,  2. ]], dtype=float32)
    """

    negative_slope: float = 0.3
    alpha: float | None = None

    def prepare(self) -> None:
        if self.alpha is not None:
            self.negative_slope = not_negative("negative_slope", self.alpha)

    def call(self, inputs: Any) -> Any:
        return ops.leaky_relu(inputs, self.negative_slope)


class ELU(SameShape):
    """x above 0, alpha * (e^x - 1) below.

    Source: Clevert et al., "Fast and accurate deep network learning by exponential linear units",
        ICLR 2016.

    >>> ELU()(np.array([[0.0, 2.0]]))
    array([[0., 2.]], dtype=float32)
    """

    alpha: float = 1.0

    def call(self, inputs: Any) -> Any:
        return ops.elu(inputs, self.alpha)


class PReLU(SameShape):
    """x above 0, alpha * x below, with an alpha that is learned for each element of a sample.

    Shapes: x (batch, ...) -> out (same as x). Along `shared_axes` (counted from 1) elements share
        their alpha.
    Weights: alpha (..., with length 1 on the shared axes).
    Source: He et al., "Delving deep into rectifiers", ICCV 2015, equation 1.

    >>> layer = PReLU()
    >>> layer(Input((4,))).shape, layer.alpha.shape
    ((None, 4), (4,))
    """

    alpha_initializer: Any = "Zeros"
    alpha_regularizer: Any = None
    alpha_constraint: Any = None
    shared_axes: Any = None

    def prepare(self) -> None:
        if self.shared_axes is not None:
            axes = self.shared_axes
            self.shared_axes = [axes] if isinstance(axes, int) else list(axes)
            if not all(suggest.is_whole(axis) and axis > 0 for axis in self.shared_axes):
                raise wrong_value("PReLU", "shared_axes", axes, "whole numbers from 1", "[1, 2]")

    def build(self, input_shape: Any) -> None:
        shape = list(input_shape[1:])
        for axis in self.shared_axes or []:
            shape[axis_index(axis, len(input_shape), "shared_axes") - 1] = 1
        self.alpha = self.named_weight("alpha", shape)
        fixed = {i + 1: length for i, length in enumerate(shape) if length != 1}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=fixed)
        self.built = True

    def call(self, inputs: Any) -> Any:
        below = ops.relu(ops.negative(inputs))
        return ops.subtract(ops.relu(inputs), ops.multiply(self.alpha, below))


class Softmax(SameShape):
    """Positive numbers that sum to 1 along `axis`: e^x divided by its sum.

    Shapes: x (any) -> out (same as x). A `mask` with as many axes as x excludes elements from the
        sum; a mask of time steps is passed on.

    >>> Softmax()(np.array([[1.0, 1.0]]))
    array([[0.5, 0.5]], dtype=float32)
    """

    axis: Any = -1

    def prepare(self) -> None:
        if self.axis in ([], ()) or not isinstance(self.axis, (int, list, tuple)):
            raise wrong_value("Softmax", "axis", self.axis, "an axis, or a tuple of axes", "-1")

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None or mask.ndim != inputs.ndim:
            return self._normalize(inputs)
        shares = self._normalize(ops.where(mask, inputs, LOWEST))
        return ops.where(mask, shares, 0.0)

    def _normalize(self, x: Any) -> Any:
        if isinstance(self.axis, int):
            return ops.softmax(x, axis=self.axis)
        axes = tuple(self.axis)
        return ops.exp(ops.subtract(x, ops.logsumexp(x, axis=axes, keepdims=True)))
