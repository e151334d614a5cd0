"""Activation functions, and softmax; sigmoid and tanh are in elementwise.py."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from funclab.engine.kernels import elementwise as kernels
from funclab.engine.kernels import softmax as rows
from funclab.errors import warn
from funclab.graph import shape_math
from funclab.graph.op import Array, Op, Work
from funclab.graph.shape_math import Shape, show
from funclab.ops.arithmetic import multiply, subtract
from funclab.ops.base import Data, Elementwise, function_of, shape_of, with_settings
from funclab.ops.elementwise import exp, row, tanh
from funclab.ops.reduction import logsumexp
from funclab.registry.parameters import guarded


class Relu(Elementwise):
    """A ramp: out = x above the threshold (at most max_value), else slope * (x - threshold).

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g on the ramp, slope * g below it, 0 where out is limited to max_value.
    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines",
        ICML 2010; with a slope, Maas et al., "Rectifier nonlinearities improve neural network
        acoustic models", ICML 2013.
    """

    negative_slope: float = 0.0
    max_value: float | None = None
    threshold: float = 0.0

    @property
    def is_plain(self) -> bool:
        return self == Relu()

    @property
    def bends(self) -> tuple[float, float, float]:
        ceiling = math.inf if self.max_value is None else self.max_value
        return self.negative_slope, ceiling, self.threshold

    def forward(self, x: Array, out: Array) -> None:
        if self.is_plain:
            kernels.relu(x, out)
        else:
            kernels.bent_relu(x, *self.bends, out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        if self.is_plain:
            kernels.relu_vjp(g, out, gx)
        else:
            kernels.bent_relu_vjp(g, x, *self.bends, gx)


class Elu(Elementwise):
    """A ramp that bends smoothly: out = x above 0, alpha * (e^x - 1) below.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g above 0; g * alpha * e^x = g * (out + alpha) below.
    Source: Clevert et al., "Fast and accurate deep network learning by exponential linear units",
        ICLR 2016.
    """

    alpha: float = 1.0

    def forward(self, x: Array, out: Array) -> None:
        kernels.elu(x, 1.0, self.alpha, out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        kernels.elu_vjp(g, x, out, 1.0, self.alpha, gx)


SELU_SCALE = 1.0507009873554805
SELU_ALPHA = 1.6732632423543772
SELU = SELU_SCALE, SELU_SCALE * SELU_ALPHA

Selu, selu = row(
    "Selu", lambda x, out: kernels.elu(x, *SELU, out),
    "scale * elu(x, alpha), scaled so that layers keep mean 0 and variance 1",
    "g * scale above 0; g * (out + scale * alpha) below",
    lambda g, x, out, gx: kernels.elu_vjp(g, x, out, *SELU, gx),
    source='Klambauer et al., "Self-normalizing neural networks", NIPS 2017, equation 2',
)  # fmt: skip


class Silu(Elementwise):
    """A ramp with a smooth start: out = x * sigmoid(x). Also called swish.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g * s * (1 + x * (1 - s)), with s = sigmoid(x).
    Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016; Ramachandran et al.,
        "Searching for activation functions", 2017.
    """

    def work(self, x: Shape) -> Work:
        return ((x, None),)

    def forward(self, x: Array, out: Array, s: Array) -> None:
        kernels.sigmoid(x, s)
        np.multiply(x, s, out)

    def vjp(self, g: Array, x: Array, out: Array, s: Array, gx: Array) -> None:
        kernels.times_sigmoid_vjp(g, x, s, gx)


class Gelu(Elementwise):
    """A ramp with a smooth start: out = x * P(Z <= x), with Z standard normal.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g * (P + x * p), with p the normal density, or the slope of the approximate P.
    Numerics: with `approximate`, P is computed as (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2.
    Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016, section 2.
    """

    approximate: bool = False

    def work(self, x: Shape) -> Work:
        return ((x, None),)

    def forward(self, x: Array, out: Array, p: Array) -> None:
        if self.approximate:
            kernels.gelu_argument(x, p)
            np.tanh(p, p)
            kernels.gelu_end(x, p, out)
        else:
            kernels.gelu(x, p, out)

    def vjp(self, g: Array, x: Array, out: Array, p: Array, gx: Array) -> None:
        if self.approximate:
            kernels.gelu_tanh_vjp(g, x, p, gx)
        else:
            kernels.gelu_vjp(g, x, p, gx)


Softplus, softplus = row(
    "Softplus", kernels.softplus, "log(1 + e^x): a relu without the corner, always positive",
    "g * sigmoid(x) = g * (1 - e^-out)",
    lambda g, x, out, gx: (kernels.sigmoid(x, gx), np.multiply(gx, g, gx)),
    numerics="computed as max(x, 0) + log1p(e^-|x|), so e^x cannot overflow",
    source='Dugas et al., "Incorporating second-order functional knowledge", NIPS 2000',
)  # fmt: skip
Softsign, softsign = row(
    "Softsign", lambda x, out: np.divide(x, np.add(np.absolute(x, out), 1, out), out),
    "x / (1 + |x|): like tanh, but approaching -1 and 1 more slowly", "g / (1 + |x|)^2",
    lambda g, x, out, gx: np.divide(g, np.square(np.add(np.absolute(x, gx), 1, gx), gx), gx),
)  # fmt: skip
HardSigmoid, hard_sigmoid = row(
    "HardSigmoid", lambda x, out: np.clip(np.divide(np.add(x, 3, out), 6, out), 0, 1, out),
    "(x + 3) / 6, clipped to 0 to 1: a piecewise linear sigmoid",
    "g / 6 where -3 < x < 3, else 0",
    lambda g, x, out, gx: np.divide(np.multiply(g, np.abs(x) < 3, gx), 6, gx),
)  # fmt: skip

relu, elu = guarded(with_settings(Relu, "x")), guarded(with_settings(Elu, "x"))


@guarded
def gelu(x: Any, approximate: bool = True) -> Any:
    """x * P(Z <= x) for a standard normal Z; with `approximate`, P is computed with tanh."""
    return Gelu(approximate)(x)


def relu6(x: Any) -> Any:
    """relu, at most 6."""
    return Relu(max_value=6.0)(x)


@guarded
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """x above 0, negative_slope * x below."""
    return Relu(negative_slope)(x)


silu = swish = function_of(Silu)


def hard_silu(x: Data) -> Any:
    """x * hard_sigmoid(x). Also called hard swish."""
    return multiply(x, hard_sigmoid(x))


def mish(x: Any) -> Any:
    """x * tanh(softplus(x))."""
    return multiply(x, tanh(softplus(x)))


class AlongAxis(Op, abstract=True):
    """An op on each vector along one axis; out has the shape of x."""

    makes = "float"
    axis: int = -1

    def shape(self, x: Shape) -> Shape:
        shape_math.axis_index(self.axis, len(x))
        return x

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        # Along the last axis, every vector becomes a row of a matrix, as the kernels need it.
        if self.axis == -1:
            return tuple(a if a is None else a.reshape(-1, a.shape[-1]) for a in arrays)
        return arrays


class Softmax(AlongAxis):
    """out = e^x / the sum of e^x along `axis`: positive numbers that add up to 1.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = out * (g - the sum of g * out along the axis).
    Numerics: computed from x - max(x), so nothing overflows.
    Source: Bridle, "Training stochastic model recognition algorithms as networks can lead to
        maximum mutual information estimation of parameters", NIPS 1989.
    """

    def forward(self, x: Array, out: Array) -> None:
        if self.axis == -1:
            rows.softmax(x, out)
        else:
            np.subtract(x, x.max(self.axis, keepdims=True), out)
            np.exp(out, out)
            np.divide(out, out.sum(self.axis, keepdims=True), out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        if self.axis == -1:
            rows.softmax_vjp(g, out, gx)
        else:
            np.multiply(g, out, gx)
            np.subtract(g, gx.sum(self.axis, keepdims=True), gx)
            np.multiply(gx, out, gx)


class LogSoftmax(AlongAxis):
    """out = log(softmax(x)) along `axis`.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g - softmax(x) * the sum of g along the axis.
    Numerics: computed as x - m - log(sum e^(x - m)) with m = max(x), which is accurate where the
        log of a small probability is not.
    """

    def forward(self, x: Array, out: Array) -> None:
        np.subtract(x, x.max(self.axis, keepdims=True), out)
        np.subtract(out, np.log(np.exp(out).sum(self.axis, keepdims=True)), out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.exp(out, gx)
        np.multiply(gx, g.sum(self.axis, keepdims=True), gx)
        np.subtract(g, gx, gx)


def softmax(x: Data, axis: Any = -1) -> Any:
    """Probabilities from scores along `axis`, or jointly along several axes."""
    shape = shape_of(x)
    if isinstance(axis, (tuple, list)):
        return exp(log_softmax(x, axis))
    axis = shape_math.axis_index(axis, len(shape))
    if shape[axis] == 1:
        warn(
            f"You are using a softmax over axis {axis} of a tensor of shape {show(shape)}. This "
            "axis has size 1, so every result is 1. Did you mean to use a sigmoid instead?"
        )
    return Softmax(_last(axis, len(shape)))(x)


def log_softmax(x: Any, axis: Any = -1) -> Any:
    """The logarithm of the probabilities that softmax gives."""
    if isinstance(axis, (tuple, list)):
        return subtract(x, logsumexp(x, axis, keepdims=True))
    return LogSoftmax(_last(axis, len(shape_of(x))))(x)


def _last(axis: int, rank: int) -> int:
    """The axis, written as -1 if it is the last one."""
    return -1 if axis == rank - 1 else axis
