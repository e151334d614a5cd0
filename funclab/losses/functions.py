"""Loss functions: the error of each sample, from targets and predictions.

They take values on the tape, tensors, or arrays. The last axis is averaged or summed, unless a
function says otherwise.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from funclab import config, ops, registry
from funclab.errors import DataError
from funclab.graph import shape_math
from funclab.graph.array import is_watched
from funclab.graph.tensor import Operators
from funclab.layers.arguments import floatx
from funclab.ops.nn.scores import AbsoluteError, SquaredError


def known_as(*names: str) -> Callable[[Any], Any]:
    """Register a loss function under its own name and these names."""
    return lambda function: registry.register("loss", function, *names)


def is_symbolic(x: Any) -> bool:
    """Whether x is a tensor or a value on the tape, rather than numbers."""
    return isinstance(x, Operators)


def prepared(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Both as floats of one dtype and, if only a last axis of length 1 differs, of one rank."""
    y_pred = as_float(y_pred)
    y_true, y_pred = same_rank(as_float(y_true, str(y_pred.dtype)), y_pred)
    shape_math.broadcast(tuple(y_true.shape), tuple(y_pred.shape))
    return y_true, y_pred


def as_float(x: Any, dtype: str | None = None) -> Any:
    """x in a float dtype: the given one, else its own, else the default."""
    if not is_symbolic(x):
        x = as_numbers(x)
    own = str(x.dtype)
    wanted = dtype or (own if own.startswith("float") else floatx())
    if own == wanted:
        return x
    if is_symbolic(x) or is_watched(x):
        return ops.cast(x, wanted)
    return x.astype(wanted)


def as_numbers(x: Any) -> Any:
    """An array of numbers.

    Raises: DataError for text, None, and lists of unequal lengths.
    """
    try:
        array = np.asarray(x)
    except ValueError:  # lists of unequal lengths
        array = np.asarray(x, object)
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"Losses and metrics are computed from arrays of numbers. Received: {x!r}.",
            why=f"this is of type {type(x).__name__}, dtype {array.dtype}.",
            fix="pass arrays, such as numpy.array([[1.0], [0.0]]).",
        )
    return array


def same_rank(x: Any, y: Any) -> tuple[Any, Any]:
    """Remove or add a last axis of length 1 if that makes the ranks equal."""
    more = len(x.shape) - len(y.shape)
    if more == 1 and x.shape[-1] == 1:
        if len(y.shape) == 1:
            return x, ops.expand_dims(y, -1)
        return ops.squeeze(x, -1), y
    if more == -1 and y.shape[-1] == 1:
        if len(x.shape) == 1:
            return ops.expand_dims(x, -1), y
        return x, ops.squeeze(y, -1)
    return x, y


@known_as("mse", "MSE")
def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """The mean of (y_true - y_pred)^2 over the last axis.

    >>> mean_squared_error([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([0.25])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    if tuple(y_true.shape) == tuple(y_pred.shape) and y_pred.shape[-1:] not in ((), (0,)):
        return SquaredError()(y_true, y_pred)
    return ops.mean(ops.square(y_true - y_pred), axis=-1)


@known_as("mae", "MAE")
def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """The mean of |y_true - y_pred| over the last axis.

    >>> mean_absolute_error([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([0.5])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    if tuple(y_true.shape) == tuple(y_pred.shape) and y_pred.shape[-1:] not in ((), (0,)):
        return AbsoluteError()(y_true, y_pred)
    return ops.mean(ops.absolute(y_true - y_pred), axis=-1)


@known_as("mape", "MAPE")
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """100 times the mean of |y_true - y_pred| / |y_true|; a target of 0 counts as 1e-7.

    >>> mean_absolute_percentage_error([[1.0, 2.0]], [[0.5, 2.0]]).round(4)
    array([25.])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    size = ops.maximum(ops.absolute(y_true), config.epsilon())
    return 100.0 * ops.mean(ops.absolute((y_true - y_pred) / size), axis=-1)


@known_as("msle", "MSLE")
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """The mean of (log(1 + y_true) - log(1 + y_pred))^2, with both clipped to positive numbers.

    >>> mean_squared_logarithmic_error([[1.0, 2.0]], [[0.5, 2.0]]).round(4)
    array([0.0414])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    predicted = ops.log(ops.maximum(y_pred, config.epsilon()) + 1.0)
    wanted = ops.log(ops.maximum(y_true, config.epsilon()) + 1.0)
    return ops.mean(ops.square(predicted - wanted), axis=-1)


@known_as()
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Minus the cosine of the angle between target and prediction: -1 for the same direction.

    >>> cosine_similarity([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([-0.7071])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    return -ops.sum(_unit(y_true, axis) * _unit(y_pred, axis), axis=axis)


def _unit(x: Any, axis: int) -> Any:
    length = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return x * ops.rsqrt(ops.maximum(length, 1e-12))


@known_as("Huber", "huber_loss")
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """Half the squared error for errors up to `delta`, and linear beyond.

    Source: Huber, "Robust Estimation of a Location Parameter", 1964.

    >>> huber([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([0.125])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    error = y_pred - y_true
    size = ops.absolute(error)
    curve = 0.5 * ops.square(error)
    line = delta * size - 0.5 * delta**2
    near = ops.less_equal(size, delta)
    return ops.mean(ops.where(near, curve, line), axis=-1)


@known_as("logcosh")
def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """The mean of log(cosh(y_pred - y_true)): like squares near 0, like absolute values far off.

    Numerics: computed as e + softplus(-2 e) - log 2, which cannot overflow.

    >>> log_cosh([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([0.1201])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    error = y_pred - y_true
    log_2 = float(np.log(2.0))
    return ops.mean(error + ops.softplus(-2.0 * error) - log_2, axis=-1)


@known_as("kld", "KLD", "kullback_leibler_divergence")
def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """The sum of y_true log(y_true / y_pred), with both clipped to 1e-7 to 1.

    >>> kl_divergence([[0.5, 0.5]], [[0.25, 0.75]]).round(4)
    array([0.1438])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    y_true = ops.clip(y_true, config.epsilon(), 1)
    y_pred = ops.clip(y_pred, config.epsilon(), 1)
    return ops.sum(y_true * ops.log(y_true / y_pred), axis=-1)


@known_as()
def poisson(y_true: Any, y_pred: Any) -> Any:
    """The mean of y_pred - y_true log(y_pred): for counts.

    >>> poisson([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([0.8466])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    return ops.mean(y_pred - y_true * ops.log(y_pred + config.epsilon()), axis=-1)


def _shortfall(y_true: Any, y_pred: Any) -> Any:
    """max(0, 1 - y_true y_pred); targets of 0 and 1 count as -1 and 1."""
    y_true, y_pred = prepared(y_true, y_pred)
    zeros, ones = ops.equal(y_true, 0), ops.equal(y_true, 1)
    binary = ops.all(ops.logical_or(zeros, ones))
    signs = ops.where(binary, 2.0 * y_true - 1.0, y_true)
    return ops.maximum(1.0 - signs * y_pred, 0.0)


@known_as()
def hinge(y_true: Any, y_pred: Any) -> Any:
    """The mean of max(0, 1 - y_true y_pred), for targets of -1 and 1 (or 0 and 1).

    >>> hinge([[-1.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([1.])
    """
    return ops.mean(_shortfall(y_true, y_pred), axis=-1)


@known_as()
def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """The mean of max(0, 1 - y_true y_pred)^2, for targets of -1 and 1 (or 0 and 1).

    >>> squared_hinge([[-1.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([1.25])
    """
    return ops.mean(ops.square(_shortfall(y_true, y_pred)), axis=-1)


@known_as()
def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """max(0, 1 + the highest wrong score - the right score), for one-hot targets.

    >>> categorical_hinge([[0.0, 1.0]], [[0.4, 0.6]]).round(4)
    array([0.8])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    right = ops.sum(y_true * y_pred, axis=-1)
    wrong = ops.max((1.0 - y_true) * y_pred, axis=-1)
    return ops.maximum(wrong - right + 1.0, 0.0)


@known_as()
def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """-sum(y_true log(y_pred)) for one-hot targets; with from_logits, y_pred before a softmax.

    With label_smoothing s, targets become y_true (1 - s) + s / classes.

    >>> categorical_crossentropy([[0.0, 1.0]], [[0.25, 0.75]]).round(4)
    array([0.2877])
    """
    y_pred = as_float(y_pred)
    y_true = as_float(y_true, str(y_pred.dtype))
    if y_pred.shape[-1] == 1:
        warnings.warn(
            "categorical_crossentropy of a single class is always 0; did you mean "
            "'binary_crossentropy'?",
            SyntaxWarning,
            stacklevel=2,
        )
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + label_smoothing / y_true.shape[-1]
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


@known_as()
def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Any:
    """-log(y_pred) of the class y_true; samples of the class `ignore_class` do not count.

    >>> sparse_categorical_crossentropy([1], [[0.25, 0.75]]).round(4)
    array([0.2877])
    """
    y_pred = as_float(y_pred)
    if not is_symbolic(y_true):
        y_true = as_numbers(y_true)
        at = shape_math.axis_index(axis, len(y_pred.shape))
        check_classes(y_true, y_pred.shape[at], ignore_class)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[axis] == 1:
        y_true = ops.squeeze(y_true, axis)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits, axis)
    counts = ops.not_equal(y_true, ignore_class)
    chosen = ops.where(counts, y_true, 0)
    losses = ops.sparse_categorical_crossentropy(chosen, y_pred, from_logits, axis)
    losses = ops.where(counts, losses, 0.0)
    if is_symbolic(losses):
        losses.mask = counts
    return losses


def check_classes(y: Any, classes: int | None, ignored: int | None = None) -> None:
    """Refuse class indices for which there is no prediction."""
    counted = y if ignored is None else y[y != ignored]
    if classes is None or not counted.size or (0 <= counted.min() <= counted.max() < classes):
        return
    raise DataError(
        f"The targets go from {counted.min()} to {counted.max()}, a label value outside the valid "
        f"range of [0, {classes}).",
        why=f"a class number is the place of a probability among the {classes} predicted.",
        fix="number the classes from 0.",
    )


@known_as("bce", "BCE")
def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """The mean of -y_true log(y_pred) - (1 - y_true) log(1 - y_pred) along `axis`.

    With from_logits, y_pred is before a sigmoid; label_smoothing s moves targets towards 1/2.

    >>> binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([0.6931])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    losses = ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits)
    shape_math.axis_index(axis, len(losses.shape))
    # A single binary prediction per sample needs no mean.
    return ops.squeeze(losses, axis) if losses.shape[axis] == 1 else ops.mean(losses, axis=axis)


@known_as()
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """binary_crossentropy, weighted by (1 - p)^gamma for a predicted probability p of the target.

    With apply_class_balancing, class 1 is weighted by `alpha` and class 0 by 1 - alpha.
    Source: Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.

    >>> binary_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([0.1733])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    y_pred = ops.sigmoid(y_pred) if from_logits else y_pred
    chance = y_true * y_pred + (1.0 - y_true) * (1.0 - y_pred)
    losses = (1.0 - chance) ** gamma * ops.binary_crossentropy(y_true, y_pred)
    if apply_class_balancing:
        losses = losses * (y_true * alpha + (1.0 - y_true) * (1.0 - alpha))
    return ops.mean(losses, axis=axis)


@known_as()
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: Any = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """categorical_crossentropy, weighted by alpha (1 - p)^gamma for a predicted probability p.

    `alpha` is a number, or one for each class.
    Source: Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.

    >>> categorical_focal_crossentropy([[0.0, 1.0]], [[0.25, 0.75]]).round(4)
    array([0.0045])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + label_smoothing / y_true.shape[-1]
    y_pred = ops.softmax(y_pred, axis=axis) if from_logits else y_pred
    chance = ops.clip(
        y_pred / ops.sum(y_pred, axis=axis, keepdims=True), config.epsilon(), 1 - config.epsilon()
    )
    share = (1.0 - chance) ** gamma * np.asarray(alpha, str(y_pred.dtype))
    return ops.sum(share * -y_true * ops.log(chance), axis=axis)


@known_as()
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Any:
    """(1 - p^q) / q for the predicted probability p of the class y_true: robust to noisy labels.

    Source: Zhang & Sabuncu, "Generalized Cross Entropy Loss", NeurIPS 2018.

    >>> categorical_generalized_cross_entropy([[0.0, 1.0]], [[0.25, 0.75]], q=0.5).round(4)
    array([[1.    , 0.2679]])
    """
    y_pred = as_float(y_pred)
    y_true = y_true if is_symbolic(y_true) else as_numbers(y_true)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    chosen = ops.one_hot(ops.cast(y_true, "int64"), y_pred.shape[-1], dtype=str(y_pred.dtype))
    return (1.0 - ops.sum(y_pred * chosen, axis=-1) ** q) / q


for _function in (sparse_categorical_crossentropy, categorical_generalized_cross_entropy):
    _function.integer_targets = True
