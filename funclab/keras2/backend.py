"""`keras.backend` as Keras 2 had it: `from keras import backend as K`.

Every function takes tensors of a graph, values in a layer's `call`, variables and arrays. The
functions are those of funclab.ops under Keras 2's names. Variables made here are not trained unless
a layer's `trainable_weights` is set to hold them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from funclab import ops, registry
from funclab import random as keras_random
from funclab.config import floatx, image_data_format, set_image_data_format
from funclab.errors import warn
from funclab.errors.missing_names import guard
from funclab.graph.shape_math import Array, Shape
from funclab.graph.tape import current_tape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Variable
from funclab.keras2 import functions, windows
from funclab.keras2.functions import value_of
from funclab.layers.checks import stream
from funclab.layers.input import Input
from funclab.ops import random
from funclab.utils import backend as keras_3

GRAPHS = (
    "function", "gradients", "in_test_phase", "in_train_phase", "learning_phase", "rnn",
)  # fmt: skip
SAME = (
    "abs", "all", "any", "cast", "clip", "cos", "dot", "elu", "equal", "exp",
    "greater", "greater_equal", "hard_sigmoid", "in_top_k", "less", "less_equal", "log",
    "logsumexp", "max", "maximum", "mean", "min", "minimum", "not_equal", "one_hot", "ones_like",
    "prod", "round", "sigmoid", "sign", "sin", "softmax", "softplus", "softsign", "square",
    "squeeze", "stack", "std", "stop_gradient", "sum", "tanh", "tile", "transpose", "var",
    "zeros_like", "arange", "categorical_crossentropy", "ndim", "dtype", "is_tensor",
)  # fmt: skip
"""Functions with the same name and meaning in funclab.ops."""

RENAMED = {
    "pow": "power", "permute_dimensions": "transpose", "repeat_elements": "repeat",
    "reverse": "flip", "identity": "copy", "flatten": "ravel",
    "depthwise_conv2d": "depthwise_conv", "separable_conv2d": "separable_conv",
    "separable_conv1d": "separable_conv",
}  # fmt: skip
"""Functions with another name in funclab.ops."""

ALONG = {
    "argmax": -1, "argmin": -1, "concatenate": -1, "expand_dims": -1, "cumsum": 0, "cumprod": 0,
}  # fmt: skip
"""Functions along an axis, and the default axis."""

INITIAL = {
    "zeros": np.zeros, "ones": np.ones, "eye": np.eye,
}  # fmt: skip
"""Functions that make a variable with the values of a NumPy array."""


def _along(name: str, usual: int) -> Callable[..., Any]:
    op = getattr(ops, name)

    def along(x: Any, axis: int = usual) -> Any:
        return op(x, axis=axis)

    along.__name__, along.__doc__ = name, op.__doc__
    return along


def _variable_of(name: str, make: Callable[..., Array]) -> Callable[..., Variable]:
    def made(shape: Any, dtype: str | None = None, name: str | None = None) -> Variable:
        return variable(make(shape), dtype, name)

    made.__name__, made.__doc__ = name, f"A variable that begins as numpy.{name}(shape)."
    return made


globals().update({name: getattr(keras_3, name) for name in keras_3.__all__})
globals().update({name: getattr(functions, name) for name in GRAPHS})
globals().update({name: getattr(windows, name) for name in windows.__all__})
globals().update({name: getattr(ops, name) for name in SAME})
globals().update({name: getattr(ops, new) for name, new in RENAMED.items()})
globals().update({name: _along(name, axis) for name, axis in ALONG.items()})
globals().update({name: _variable_of(name, make) for name, make in INITIAL.items()})


# Variables, constants and placeholders, and their values.
def variable(
    value: Any, dtype: str | None = None, name: str | None = None, constraint: Any = None
) -> Variable:
    """A value that persists, and that K.set_value and K.update can change."""
    array = np.asarray(value, dtype or floatx())
    named = name or registry.auto_name("Variable")
    made = Variable(array, trainable=False, name=named, constraint=constraint)
    made.computes = False  # K.function and K.gradients follow what is computed from it
    return made


def constant(value: Any, dtype: str | None = None, shape: Any = None, name: Any = None) -> Array:
    """An array of constant numbers; a single number fills the whole `shape`."""
    array = np.asarray(value, dtype or floatx())
    return array if shape is None else np.broadcast_to(array, tuple(shape)).copy()


def placeholder(
    shape: Any = None,
    ndim: int | None = None,
    dtype: str | None = None,
    sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """A tensor to be fed, as `Input` makes it; `shape` has the batch axis, unlike that of Input."""
    whole = (None,) * (ndim or 0) if shape is None else tuple(shape)
    return Input(batch_shape=whole, dtype=dtype, sparse=sparse or None, name=name)


def eval(x: Any) -> Any:
    """The numbers of a variable, or of what was computed from variables."""
    return value_of(x)


get_value = eval


def batch_get_value(tensors: Sequence[Any]) -> list[Any]:
    """The numbers of each of several variables."""
    return [value_of(x) for x in tensors]


def set_value(x: Any, value: Any) -> None:
    """Set a variable, such as model.optimizer.lr, to a number or an array."""
    x.assign(np.asarray(value, x.dtype))


def batch_set_value(tuples: Sequence[tuple[Any, Any]]) -> None:
    """Set each of several variables: pairs (variable, value)."""
    for x, value in tuples:
        set_value(x, value)


def update(x: Any, new_x: Any) -> Any:
    """Set a variable to a new value whenever the model is trained; or, outside of a layer, in the
    `updates` of K.function."""
    tape = current_tape()
    return x if tape.scope and not tape.training else ops.assign(x, new_x)


def update_add(x: Any, increment: Any) -> Any:
    """As `update`, with an increment that is added to the variable."""
    return update(x, x + increment)


def update_sub(x: Any, decrement: Any) -> Any:
    """As `update`, with a decrement that is subtracted from the variable."""
    return update(x, x - decrement)


def moving_average_update(x: Any, value: Any, momentum: float) -> Any:
    """As `update`, with a weighted mean of the old and a new value."""
    return update(x, x * momentum + value * (1.0 - momentum))


# Shapes and kinds.
def shape(x: Any) -> Shape:
    """The lengths of the axes; None for a batch size that is not known yet."""
    return tuple(x.shape)


int_shape = get_variable_shape = shape


def count_params(x: Any) -> int:
    """How many numbers a weight holds."""
    return int(np.prod(x.shape))


def cast_to_floatx(x: Any) -> Array:
    """An array in the default float dtype."""
    return np.asarray(x, floatx())


def is_placeholder(x: Any) -> bool:
    """Whether x is an Input."""
    return isinstance(x, Tensor) and x.node.operation.inbound_nodes[0].is_input


def is_sparse(tensor: Any) -> bool:
    """Whether a tensor is stored sparsely; never in funclab."""
    return False


def to_dense(tensor: Any) -> Any:
    """The tensor itself: there are no sparse tensors."""
    return tensor


def image_dim_ordering() -> str:
    """Keras 1's name for `image_data_format`: "tf" or "th"."""
    return {"channels_last": "tf", "channels_first": "th"}[image_data_format()]


def set_image_dim_ordering(dim_ordering: str) -> None:
    """Keras 1's `set_image_data_format`: "tf" (channels last) or "th" (channels first)."""
    formats = {"tf": "channels_last", "th": "channels_first"}
    set_image_data_format(formats.get(dim_ordering, dim_ordering))


reset_uids = registry.reset_names


@contextlib.contextmanager
def name_scope(name: str) -> Iterator[None]:
    """Accepted for Keras: layers name what is computed in them."""
    yield


def set_learning_phase(value: int) -> None:
    """Changes nothing: layers behave as in training in `fit`, and as in inference in `predict` and
    `evaluate`. Warns for 1, with which Keras 2 also predicted as in training."""
    if value not in (0, False):
        warn(
            f"K.set_learning_phase({value!r}) changes nothing: Dropout and BatchNormalization act "
            "as in training while the model is trained, and only then. For their outputs in "
            "training, write model(x, training=True)."
        )


# Arithmetic.
def sqrt(x: Any) -> Any:
    """The square root; that of a number below 0 is 0."""
    return ops.sqrt(ops.maximum(x, 0.0))


def relu(x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """x above `threshold` (at most `max_value`), alpha * (x - threshold) below."""
    return ops.relu(x, float(alpha), max_value, float(threshold))


def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """For each sample, the sum of products over one axis of x and one of y; without `axes`, the
    last axis of x and the last but one of y (or the last, if y is a matrix)."""
    if axes is None:
        axes = (len(x.shape) - 1, len(y.shape) - 2 or 1)
    return ops.batch_dot(x, y, axes)


def l2_normalize(x: Any, axis: Any = None) -> Any:
    """x divided by its L2 norm along an axis (None: along all)."""
    squared = ops.sum(ops.square(x), axis, keepdims=True)
    return x * ops.rsqrt(ops.maximum(squared, 1e-12))


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One where the condition holds, the other elsewhere; either may be a function to call."""
    yes, no = (x() if callable(x) else x for x in (then_expression, else_expression))
    if not hasattr(condition, "shape"):
        return yes if condition else no
    return functions.kept(condition, yes, no)


# Changes of shape.
def reshape(x: Any, shape: Sequence[Any]) -> Any:
    """The same elements in another shape, including the batch; one length may be -1 or None."""
    return ops.reshape(x, tuple(shape))


def batch_flatten(x: Any) -> Any:
    """All elements of each sample along one axis."""
    return ops.reshape_samples(x, (-1,))


def repeat(x: Any, n: int) -> Any:
    """The vector of each sample, n times along a new axis: (batch, k) -> (batch, n, k)."""
    return ops.repeat(ops.expand_dims(x, 1), n, axis=1)


def gather(reference: Any, indices: Any) -> Any:
    """The rows with these indices."""
    return ops.take(reference, ops.cast(indices, "int32"), axis=0)


def slice(x: Any, start: Sequence[int], size: Sequence[int]) -> Any:
    """A block that begins at `start`; -1 in `size` means everything up to the end."""
    ends = (None if n == -1 else i + n for i, n in zip(start, size))
    ranges = zip(start, ends)
    return x[tuple(np.s_[i:j] for i, j in ranges)]


def temporal_padding(x: Any, padding: tuple[int, int] = (1, 1)) -> Any:
    """Zeros before and after the steps of each sample."""
    return ops.pad(x, ((0, 0), padding, (0, 0)))


def bias_add(x: Any, bias: Any, data_format: str | None = None) -> Any:
    """x plus a number for each channel."""
    if (data_format or image_data_format()) == "channels_last" or len(x.shape) < 3:
        return x + bias
    return x + ops.reshape(bias, (1, -1, *(1,) * (len(x.shape) - 2)))


def batch_normalization(
    x: Any, mean: Any, var: Any, beta: Any, gamma: Any, axis: int = -1, epsilon: float = 1e-3
) -> Any:
    """gamma * (x - mean) / sqrt(var + epsilon) + beta."""
    return ops.batch_normalization(x, mean, var, axis, beta, gamma, epsilon)


def normalize_batch_in_training(
    x: Any, gamma: Any, beta: Any, reduction_axes: Any, epsilon: float = 1e-3
) -> tuple[Any, Any, Any]:
    """x normalized to mean 0 and variance 1 along axes, times gamma plus beta; also the mean and
    the variance."""
    mean, var = ops.moments(x, reduction_axes, keepdims=True)
    normed = (x - mean) * ops.rsqrt(var + epsilon) * gamma + beta
    return normed, *(ops.squeeze(part, reduction_axes) for part in (mean, var))


# Functions of slices.
def map_fn(fn: Callable[[Any], Any], elems: Any, name: Any = None, dtype: Any = None) -> Any:
    """What a function returns for each slice along the first axis, whose length must be known."""
    return ops.map(fn, elems)


def foldl(
    fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, name: Any = None
) -> Any:
    """fn(... fn(fn(initializer, first), second) ..., last), of slices along the first axis."""
    start, rest = (elems[0], elems[1:]) if initializer is None else (initializer, elems)
    return ops.scan(lambda total, x: (fn(total, x), None), start, rest)[0]


def foldr(
    fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, name: Any = None
) -> Any:
    """As `foldl`, from the last slice to the first."""
    return foldl(fn, ops.flip(elems, 0), initializer)


# Losses.
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """The categorical cross-entropy, for targets that are class numbers."""
    target = target if "int" in str(target.dtype) else ops.cast(target, "int32")
    return ops.sparse_categorical_crossentropy(target, output, from_logits, axis)


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """The cross-entropy of each element, for targets between 0 and 1."""
    target = target if "float" in str(target.dtype) else ops.cast(target, floatx())
    return ops.binary_crossentropy(target, output, from_logits)


def ctc_batch_cost(y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Any:
    """The negative log-likelihood of the labels under each step's probabilities (CTC loss). The
    last class is the blank.

    Shapes: y_true (batch, labels), y_pred (batch, steps, classes), lengths (batch, 1) -> (batch,
        1).
    """
    y_true, steps, labels = (ops.cast(x, "int32") for x in (y_true, input_length, label_length))
    scores = ops.log(y_pred + keras_3.epsilon())
    lengths = ops.squeeze(labels, -1), ops.squeeze(steps, -1)
    return ops.expand_dims(ops.ctc_loss(y_true, scores, *lengths, y_pred.shape[-1] - 1), -1)


def ctc_decode(
    y_pred: Any, input_length: Any, greedy: bool = True, beam_width: int = 100, top_paths: int = 1
) -> tuple[list[Any], Any]:
    """The labels decoded from the probabilities of each step, the most likely first, padded with
    -1; and how likely they are. The last class is the blank.

    Shapes: y_pred (batch, steps, classes), input_length (batch) -> labels (batch, steps) of each
        path, scores (batch, paths).
    """
    scores = ops.log(y_pred + keras_3.epsilon())
    labels, likely = ops.ctc_decode(
        scores, ops.cast(input_length, "int32"), "greedy" if greedy else "beam_search",
        beam_width, top_paths, mask_index=y_pred.shape[-1] - 1,
    )  # fmt: skip
    return [labels[i] for i in range(labels.shape[0])], likely


# Random numbers.
def random_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: str | None = None, seed: Any = None
) -> Any:
    """Normally distributed numbers, drawn anew whenever they are computed."""
    return random.random_normal(shape, mean, stddev, dtype or floatx(), state=stream(seed))


def random_uniform(
    shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: str | None = None, seed: Any = None
) -> Any:
    """Uniformly distributed numbers, drawn anew whenever they are computed."""
    return random.random_uniform(shape, minval, maxval, dtype or floatx(), state=stream(seed))


def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: str | None = None, seed: Any = None
) -> Any:
    """Normally distributed numbers, none further than two `stddev` from the mean."""
    return keras_random.truncated_normal(shape, mean, stddev, dtype or floatx(), seed)


def random_binomial(shape: Any, p: float = 0.0, dtype: str | None = None, seed: Any = None) -> Any:
    """1 with probability p, else 0."""
    drawn = random_uniform(shape, seed=seed)
    return ops.cast(drawn < p, dtype or floatx())


def _random_variable(draw: Callable[..., Any]) -> Callable[..., Variable]:
    def made(
        shape: Any,
        first: float,
        second: float,
        dtype: Any = None,
        name: Any = None,
        seed: Any = None,
    ) -> Variable:
        return variable(value_of(draw(shape, first, second, seed=seed)), dtype, name)

    made.__doc__ = f"A variable that begins with numbers of {draw.__name__}."
    return made


random_normal_variable = _random_variable(random_normal)
random_uniform_variable = _random_variable(random_uniform)


def dropout(x: Any, level: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """x with elements set to 0 with probability `level`, and the others scaled to keep the mean."""
    return random.dropout(x, level, noise_shape, state=stream(seed))


guard(__name__)
