"""Initializers, and the generator of random numbers."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any

import numpy as np

from funclab import registry
from funclab.errors import ShapeError, unwritten
from funclab.graph import structure
from funclab.graph.array import gives_arrays
from funclab.graph.shape_math import Array, Lengths, show
from funclab.registry.parameters import MEANINGS, wrong_value
from funclab.registry.within import within

_rng: np.random.Generator | None = None  # made when first needed: numpy.random loads slowly
_own: ContextVar[np.random.Generator | None] = ContextVar("own generator", default=None)


MEANINGS |= {
    "gain": "the factor of the result",
    "minval": "the smallest number",
    "maxval": "the largest number",
    "mean": "the mean",
    "input_axes": "the axes that count the inputs; None for all but the last",
    "output_axes": "the axes that count the outputs; None for the last, and those of a window",
    "VarianceScaling.scale": "the variance, times the number of connections",
    "VarianceScaling.mode": 'which connections count: "fan_in", "fan_out" or "fan_avg"',
    "distribution": '"truncated_normal", "untruncated_normal" or "uniform"',
    "stddev": "the standard deviation",
    "seed": "the seed of the random numbers; None for a new one each time",
    "value": "the number, or an array in the shape of the weight",
}


def seed(value: int) -> None:
    """Restart the random numbers of initializers, shuffling and dropout."""
    global _rng
    _rng = np.random.default_rng(value)


def draw_from(generator: np.random.Generator) -> None:
    """From now on, draw all random numbers from this generator, until the next `seed`."""
    global _rng
    _rng = generator


def rng() -> np.random.Generator:
    """The generator for everything random that does not have its own seed."""
    global _rng
    own = _own.get()
    if own is None:
        own = _rng = _rng or np.random.default_rng()
    return own


def random_state() -> dict[str, Any]:
    """The state of that generator, as plain data."""
    state = rng().bit_generator.state
    return structure.map_structure(lambda leaf: getattr(leaf, "tolist", lambda: leaf)(), state)


def restore_random_state(state: dict[str, Any]) -> None:
    """Draw the numbers that were drawn after `random_state`."""
    generator = rng().bit_generator
    if generator.state["bit_generator"] != state["bit_generator"]:
        kinds = [np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937, np.random.Philox]
        known = {kind.__name__: kind for kind in [*kinds, np.random.SFC64]}
        generator = known[state["bit_generator"]]()
        draw_from(np.random.Generator(generator))
    generator.state = state


def using(generator: np.random.Generator) -> AbstractContextManager[None]:
    """Within the block, draw all random numbers from this generator, not from the usual one.

    Only in this thread: training in the background continues with the usual generator.
    """
    return within(_own, generator)


registry.KINDS["initializer"] = registry.Kind(
    takes=("shape", "dtype=None"),
    example='kernel_initializer="glorot_uniform"',
    from_number="initializers.Constant({})",
    aliases={
        **dict.fromkeys(("xavier", "xavier_uniform", "glorot"), "glorot_uniform"),
        "xavier_normal": "glorot_normal", "he": "he_normal", "kaiming": "he_normal",
        "normal": "random_normal", "uniform": "random_uniform", "gaussian": "random_normal",
    },
)  # fmt: skip


class Initializer(registry.Configured, kind="initializer", calls=gives_arrays):
    """Makes the first value of a weight of a given shape."""

    def __call__(self, shape: Lengths, dtype: str = "float32") -> Array:
        raise unwritten(self, "__call__")

    def clone(self) -> Any:
        return type(self).from_config(self.get_config())


class Zeros(Initializer):
    """All zeros.

    >>> Zeros()((2, 2))
    array([[0., 0.],
           [0., 0.]], dtype=float32)
    """

    def __call__(self, shape: Lengths, dtype: str = "float32") -> Array:
        return np.zeros(shape, dtype)


class Ones(Initializer):
    """All ones.

    >>> Ones()((2, 2))
    array([[1., 1.],
           [1., 1.]], dtype=float32)
    """

    def __call__(self, shape: Lengths, dtype: str = "float32") -> Array:
        return np.ones(shape, dtype)


class Constant(Initializer):
    """One number everywhere, or an array that fills the weight.

    >>> Constant(0.5)((2, 2))
    array([[0.5, 0.5],
           [0.5, 0.5]], dtype=float32)
    """

    value: Any = 0.0

    def __post_init__(self) -> None:
        if np.asarray(self.value).dtype.kind not in "biuf":
            raise wrong_value(
                "Constant", "value", self.value, "a number or an array of numbers", "0.1"
            )

    def __call__(self, shape: Lengths, dtype: str = "float32") -> Array:
        value = np.asarray(self.value)
        if value.ndim and value.shape != tuple(shape):
            raise ShapeError(
                f"A Constant initializer of shape {show(value.shape)} cannot fill a weight of "
                f"shape {show(shape)}.",
                why="an array must give every element of the weight its value.",
                fix=f"pass a number, or an array of shape {show(shape)}.",
            )
        return np.full(shape, value, dtype)


class Identity(Initializer):
    """Ones (times `gain`) on the diagonal of a matrix, zeros elsewhere.

    >>> Identity()((2, 2))
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """

    gain: float = 1.0

    def __call__(self, shape: Lengths, dtype: str = "float32") -> Array:
        check_rank("Identity", shape, len(shape) == 2, "two axes")
        return self.gain * np.eye(*shape, dtype=dtype)


def check_rank(name: str, shape: Lengths, fits: bool, wanted: str) -> None:
    if not fits:
        raise ShapeError(
            f"{name} initializer can only be used for {wanted} of a weight. "
            f"Received: shape={show(shape)} of rank {len(shape)}.",
            why="it is defined for matrices.",
            fix="use another initializer here, such as 'glorot_uniform' or 'zeros'.",
        )


class Random(Initializer):
    """An initializer that draws: from its own stream if it has a seed, else from the shared one."""

    def generator(self) -> np.random.Generator:
        seed = getattr(self, "seed", None)
        return rng() if seed is None else np.random.default_rng(seed % 2**64)

    def uniform(self, low: float, high: float, shape: Lengths, dtype: str) -> Array:
        numbers = self.generator().random(shape, _drawn(dtype))
        numbers *= high - low
        numbers += low
        return numbers.astype(dtype, copy=False)

    def normal(self, mean: float, stddev: float, shape: Lengths, dtype: str) -> Array:
        numbers = self.generator().standard_normal(shape, _drawn(dtype))
        return _shift(numbers, mean, stddev).astype(dtype, copy=False)

    def truncated(self, mean: float, stddev: float, shape: Lengths, dtype: str) -> Array:
        """Normal numbers, redrawn if they are more than two standard deviations from the mean."""
        generator, kind = self.generator(), _drawn(dtype)
        numbers = generator.standard_normal(math.prod(shape), kind)
        outside = np.flatnonzero(np.abs(numbers) > 2)
        while outside.size:
            numbers[outside] = generator.standard_normal(outside.size, kind)
            outside = outside[np.abs(numbers[outside]) > 2]
        numbers = numbers.reshape(shape)
        return _shift(numbers, mean, stddev).astype(dtype, copy=False)


class RandomUniform(Random):
    """Uniformly distributed between `minval` and `maxval`.

    >>> RandomUniform(seed=1)((3, 2)).shape
    (3, 2)
    """

    minval: float = -0.05
    maxval: float = 0.05
    seed: int | None = None

    def __call__(self, shape: Lengths, dtype: str = "float32") -> Array:
        return self.uniform(self.minval, self.maxval, shape, dtype)


class RandomNormal(Random):
    """Normally distributed with the given mean and standard deviation.

    >>> RandomNormal(seed=1)((3, 2)).shape
    (3, 2)
    """

    mean: float = 0.0
    stddev: float = 0.05
    seed: int | None = None

    def __call__(self, shape: Lengths, dtype: str = "float32") -> Array:
        return self.normal(self.mean, self.stddev, shape, dtype)


class TruncatedNormal(RandomNormal):
    """Normally distributed, but never more than two standard deviations from the mean.

    >>> TruncatedNormal(seed=1)((3, 2)).shape
    (3, 2)
    """

    def __call__(self, shape: Lengths, dtype: str = "float32") -> Array:
        return self.truncated(self.mean, self.stddev, shape, dtype)


MODES = ("fan_in", "fan_out", "fan_avg")
DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")
# The standard deviation of a standard normal truncated at 2: dividing by it corrects the result.
CUT_DEVIATION = 0.87962566103423978


class VarianceScaling(Random):
    """Random numbers with variance scale / n, where n is given by `mode`.

    n is the number of inputs per output (fan_in), of outputs per input (fan_out), or the mean of
    both (fan_avg).
    Raises: ArgumentError for an unknown mode or distribution, or a scale that is not positive.

    >>> VarianceScaling(seed=1)((3, 2)).shape
    (3, 2)
    """

    scale: float = 1.0
    mode: str = "fan_in"
    distribution: str = "truncated_normal"
    seed: int | None = None
    input_axes: Any = None
    output_axes: Any = None

    def __post_init__(self) -> None:
        if self.distribution == "normal":
            self.distribution = "truncated_normal"
        for name, known in (("mode", MODES), ("distribution", DISTRIBUTIONS)):
            if (value := getattr(self, name)) not in known:
                raise wrong_value(
                    type(self).__name__, name, value, f"one of {known}", repr(known[0])
                )
        if not 0 < self.scale < math.inf:
            raise wrong_value(type(self).__name__, "scale", self.scale, "a number above 0", "1.0")

    def __call__(self, shape: Lengths, dtype: str = "float32") -> Array:
        fan_in, fan_out = fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return self.uniform(-limit, limit, shape, dtype)
        if self.distribution == "untruncated_normal":
            return self.normal(0.0, math.sqrt(variance), shape, dtype)
        return self.truncated(0.0, math.sqrt(variance) / CUT_DEVIATION, shape, dtype)


def _row(name: str, says: str, source: str, scale: float, mode: str, distribution: str) -> Any:
    """A VarianceScaling with fixed scale, mode and distribution."""

    def __init__(
        self: Any, seed: int | None = None, input_axes: Any = None, output_axes: Any = None
    ) -> None:
        VarianceScaling.__init__(self, scale, mode, distribution, seed, input_axes, output_axes)

    example = f">>> {name}(seed=1)((3, 2)).shape\n    (3, 2)\n    "
    doc = f"{says}.\n\n    Source: {source}.\n\n    {example}"
    attributes = {"__init__": __init__, "__doc__": doc, "__module__": __name__}
    return type(name, (VarianceScaling,), attributes)


GlorotUniform = _row(
    "GlorotUniform",
    "Uniform in +-sqrt(6 / (fan_in + fan_out)), which keeps the signal's variance through a layer",
    """Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010, equation 16""",
    1.0, "fan_avg", "uniform",
)  # fmt: skip
GlorotNormal = _row(
    "GlorotNormal", "Truncated normal with variance 2 / (fan_in + fan_out)",
    "as GlorotUniform, equation 12", 1.0, "fan_avg", "truncated_normal",
)  # fmt: skip
HeUniform = _row(
    "HeUniform", "Uniform in +-sqrt(6 / fan_in): like GlorotUniform, but for layers with a relu",
    'He et al., "Delving deep into rectifiers", ICCV 2015, equation 10',
    2.0, "fan_in", "uniform",
)  # fmt: skip
HeNormal = _row(
    "HeNormal", "Truncated normal with variance 2 / fan_in, for layers with a relu",
    "as HeUniform", 2.0, "fan_in", "truncated_normal",
)  # fmt: skip
LecunUniform = _row(
    "LecunUniform", "Uniform in +-sqrt(3 / fan_in)",
    'LeCun et al., "Efficient backprop", 1998, section 4.6', 1.0, "fan_in", "uniform",
)  # fmt: skip
LecunNormal = _row(
    "LecunNormal", "Truncated normal with variance 1 / fan_in, as selu needs it",
    "as LecunUniform", 1.0, "fan_in", "truncated_normal",
)  # fmt: skip


class Orthogonal(Random):
    """A matrix whose rows (or columns, if it is tall) are orthogonal and have the norm `gain`.

    Source: Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks", ICLR 2014; Mezzadri, "How to generate random matrices from the classical
    compact groups", 2007, for the signs.

    >>> Orthogonal(seed=1)((3, 2)).shape
    (3, 2)
    """

    gain: float = 1.0
    seed: int | None = None

    def __call__(self, shape: Lengths, dtype: str = "float32") -> Array:
        check_rank("Orthogonal", shape, len(shape) >= 2, "at least two axes")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        q, r = np.linalg.qr(self.normal(0.0, 1.0, tall, dtype))
        q *= np.sign(np.diag(r))
        return self.gain * (q.T if rows < columns else q).reshape(shape)


def fans(shape: Any, input_axes: Any = None, output_axes: Any = None) -> tuple[float, float]:
    """How many inputs affect one output, and how many outputs one input affects."""
    if input_axes is not None and output_axes is not None:
        first, last = (math.prod(shape[i] for i in axes) for axes in (input_axes, output_axes))
        return first, last
    if len(shape) < 2:
        n = shape[0] if shape else 1
        return n, n
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


def _drawn(dtype: Any) -> Any:
    """NumPy draws float32 and float64; anything else is cast from float64."""
    if np.dtype(dtype).kind != "f":
        raise wrong_value(
            "a random initializer", "dtype", str(dtype), "a dtype of floats", '"float32"'
        )
    return np.float32 if str(dtype) == "float32" else np.float64


def _shift(numbers: Array, mean: float, stddev: float) -> Array:
    numbers *= stddev
    if mean:
        numbers += mean
    return numbers
