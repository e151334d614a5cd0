"""The loss of a batch: the losses of its samples, weighted, masked and reduced to one number."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from funclab import ops, registry
from funclab.errors import ArgumentError, ShapeError, suggest, unwritten
from funclab.graph.array import as_array
from funclab.graph.shape_math import show
from funclab.layers.arguments import dtype_name, floatx
from funclab.layers.merge import to_rank
from funclab.losses import functions, structured
from funclab.losses.functions import as_float, is_symbolic, same_rank
from funclab.ops.nn.scores import Total
from funclab.registry.parameters import MEANINGS, described, guarded, meaning, signed

REDUCTIONS = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None)


registry.KINDS["loss"] = registry.Kind(
    takes=("y_true", "y_pred"),
    example='loss="mse"',
    aliases={
        "l2": "mse", "l1": "mae", "rmse": "mse", "squared_error": "mse",
        **dict.fromkeys(("logloss", "log_loss", "bce_loss", "binary"), "binary_crossentropy"),
        "categorical": "categorical_crossentropy",
        **dict.fromkeys(
            ("sparse", "sparse_crossentropy", "nll"), "sparse_categorical_crossentropy"
        ),
    },
    elsewhere={
        "crossentropy": 'write loss="sparse_categorical_crossentropy" for class numbers, '
        '"categorical_crossentropy" for one-hot rows, "binary_crossentropy" for yes or no.',
        **dict.fromkeys(
            ("accuracy", "acc"),
            'write metrics=["accuracy"]: a loss needs a gradient to learn from, and accuracy has '
            "none.",
        ),
    },
)  # fmt: skip


MEANINGS |= {
    "reduction": '"sum_over_batch_size" (the mean of all losses), "mean_with_sample_weight", "sum" '
    'or "none"',
    "delta": "the error beyond which the loss is linear",
    "apply_class_balancing": "whether `alpha` weights class 1 against class 0",
    "gamma": "how much less well-predicted elements count; 0 for equal weights",
    "BinaryFocalCrossentropy.alpha": "the weight of class 1, in [0, 1]; class 0 has 1 - alpha",
    "CategoricalFocalCrossentropy.alpha": "the weight of all classes, or one for each",
    "q": "between 0, the crossentropy, and 1, the absolute error",
    "Tversky.alpha": "the weight of false negatives",
    "Tversky.beta": "the weight of false positives",
    "Dice.axis": "the axes that are summed; None for all, and one loss for the batch",
    "Tversky.axis": "the axes that are summed; None for all, and one loss for the batch",
    "Circle.gamma": "the scale of the exponents",
    "margin": "how far distances should stay from 0 and 1",
    "remove_diagonal": "whether pairs of a sample with itself are excluded",
    "fn": "a function of (y_true, y_pred)",
    "settings": "more keyword arguments for `fn`",
    "from_logits": "whether predictions are logits, before a softmax or sigmoid",
    "label_smoothing": "the fraction, in [0, 1], by which targets are moved towards the mean",
    "ignore_class": "the class number whose samples do not count",
}


class Loss(registry.Rebuilt):
    """A loss, called on targets and predictions. Subclasses write `call`.

    `call(y_true, y_pred)` returns one number for each sample (or step); `reduction` says how they
    are combined: "sum_over_batch_size" (or "mean"), the mean of all; "mean_with_sample_weight",
    their sum divided by that of the weights; "sum"; or "none". Masked steps do not count.

    Raises: ArgumentError for an unknown reduction.
    """

    integer_targets = False
    """Whether the targets are class indices, which stay integers."""

    def __init_subclass__(cls) -> None:
        guarded(cls)
        registry.register_own("loss", described(cls))

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        self.name = name or registry.auto_name(registry.to_snake_case(type(self).__name__))
        if reduction not in REDUCTIONS:
            raise ArgumentError(
                f"Invalid value for argument `reduction`. Expected one of {list(REDUCTIONS)}. "
                f"Received: reduction={reduction!r}",
                why=f"it says how {self.name} makes one number of the samples' losses.",
                fix='leave it out for the mean, or pass "sum" or "none".',
            )
        self.reduction, self.dtype = reduction, dtype_name(dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        raise unwritten(self, "call")

    def mask(self, y_true: Any, losses: Any) -> Any:
        """Which samples' losses count, for a loss that ignores some of them."""
        return getattr(losses, "mask", None)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        own = getattr(y_pred, "_keras_mask", None)
        y_pred = as_float(y_pred, self.dtype or (None if is_symbolic(y_pred) else floatx()))
        if not self.integer_targets:
            y_true = as_float(y_true, str(y_pred.dtype))
        elif not is_symbolic(y_true):
            y_true = functions.as_numbers(y_true)
        losses = self.call(y_true, y_pred)
        mask = _both(own, self.mask(y_true, losses))
        made = reduced(losses, sample_weight, mask, self.reduction)
        return as_array(made) if type(made) is np.ndarray else made

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments."""
        return {key: value for key, value in super().get_config().items() if key != "dtype"}

    def __repr__(self) -> str:
        config = {key: value for key, value in self.get_config().items() if key != "fn"}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in config.items())})"


guarded(Loss)


class LossFunctionWrapper(Loss):
    """A loss made of a function of targets and predictions.

    >>> float(LossFunctionWrapper(lambda y_true, y_pred: abs(y_true - y_pred))([[1.0]], [[3.0]]))
    2.0
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", None), reduction, dtype)
        registry.check_function("loss", fn, **settings)
        self.fn, self.settings = fn, settings
        self.integer_targets = getattr(fn, "integer_targets", False)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        if not hasattr(y_true, "shape"):  # a structure of targets, left to the function
            return self.fn(y_true, y_pred, **self.settings)
        return self.fn(*same_rank(y_true, y_pred), **self.settings)


FITS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "from_logits": (suggest.is_switch, "True"),
    "q": (lambda value: suggest.is_number(value) and 0 < value < 1, "0.5"),
    "remove_diagonal": (suggest.is_switch, "False"),
    "apply_class_balancing": (suggest.is_switch, "True"),
    "label_smoothing": (lambda value: suggest.is_number(value) and 0 <= value <= 1, "0.1"),
    "threshold": (lambda value: suggest.is_number(value) and 0 <= value <= 1, "0.5"),
    "delta": (lambda value: suggest.is_number(value) and value > 0, "1.0"),
    "k": (lambda value: isinstance(value, int) and value > 0, "5"),
    "axis": (lambda value: value is None or isinstance(value, (int, tuple, list)), "-1"),
}
"""For each setting, a check of its type, and an example."""


def check_settings(name: str, settings: dict[str, Any]) -> None:
    """Raise an ArgumentError for a setting of the wrong kind."""
    for key, value in settings.items():
        is_data = getattr(value, "shape", ()) != () and key != "alpha"
        fits, example = FITS.get(key, (lambda value: True, ""))
        if is_data or not fits(value):
            raise ArgumentError(
                f"Invalid value for argument `{key}` of {name}. Received: {key}={value!r}.",
                why="the first parentheses make it, and hold its settings; a call computes it."
                if is_data
                else f"`{key}` is {meaning((name,), key)}.",
                fix=f"write {name}()(y_true, y_pred)."
                if is_data
                else suggest.number(key, value, example),
            )


def class_of(
    base: Any,
    name: str,
    function: Callable[..., Any],
    says: str,
    common: dict[str, Any],
    order: Sequence[str] = (),
) -> Any:
    """A class of losses or metrics that compute `function`: a subclass of `base`.

    Its constructor takes the function's settings and the arguments `common` to all such classes,
    in this order or in `order`.
    """
    settings = list(inspect.signature(function).parameters.values())[2:]
    defaults = {setting.name: setting.default for setting in settings}
    order = order or [*defaults, *common]
    kind, known = inspect.Parameter.POSITIONAL_OR_KEYWORD, defaults | common
    named = [inspect.Parameter(key, kind, default=known[key]) for key in order]
    signature = inspect.Signature([inspect.Parameter("self", kind), *named])

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        bound = signature.bind(self, *args, **kwargs)
        bound.apply_defaults()
        chosen = {key: bound.arguments[key] for key in order}
        chosen["name"] = chosen["name"] or common["name"] or function.__name__
        vars(self).update({key: chosen[key] for key in defaults if key in chosen})
        check_settings(name, chosen)
        base.__init__(self, function, **chosen)

    module = base.__module__.rpartition(".")[0]  # where pickles find the class
    constructor = signed(__init__, signature, f"{name}.__init__")
    attributes = {"__init__": constructor, "__doc__": says, "__module__": module}
    return type(name, (base,), attributes)


def reduced(losses: Any, weight: Any, mask: Any, reduction: str | None) -> Any:
    """One number from the losses of samples, their weights and a mask (each may be None)."""
    losses = as_float(losses)
    dtype = str(losses.dtype)
    if len(losses.shape) == 0:  # one loss for the whole batch, multiplied by each weight
        weights = multiplied(*(None if w is None else as_float(w, dtype) for w in (weight, mask)))
        if weights is None or len(weights.shape) == 0:
            return losses if weights is None else losses * weights
        losses = losses + ops.zeros_like(weights)
    given = weight
    weight = None if weight is None else prefix(as_float(weight, dtype), losses)
    mask = None if mask is None else prefix(as_float(mask, dtype), losses)
    weights = multiplied(weight, mask)
    if reduction in ("none", None):
        return losses if weights is None else losses * to_rank(weights, len(losses.shape))
    arrays = [losses] if weights is None else [losses, weights]
    if mask is not None and reduction in ("mean", "sum_over_batch_size"):
        arrays.append(mask)  # the mean is over the steps that count
    elif weights is not None and reduction == "mean_with_sample_weight":
        arrays.append(weights if mask is not None else weights * (1.0 / _spread(given, losses)))
    return Total(mean=reduction != "sum")(*arrays)


def _spread(weight: Any, losses: Any) -> int:
    """How many losses each weight applies to. If weights have as many axes as the losses, Keras
    sums them as given, even if they are broadcast."""
    shapes = tuple(np.shape(weight) if isinstance(weight, list) else weight.shape), losses.shape
    if len(shapes[0]) != len(shapes[1]):
        return 1
    return math.prod(b or 1 for a, b in zip(*shapes) if a == 1)


def prefix(weight: Any, values: Any) -> Any:
    """A weight in the shape of the first axes of `values`, without trailing axes of length 1."""
    shape = tuple(weight.shape)
    wanted = tuple(values.shape)
    kept = len(shape)
    while kept and shape[kept - 1] == 1 and (kept > len(wanted) or wanted[kept - 1] != 1):
        kept -= 1
    differ = [pair for pair in zip(shape[:kept], wanted) if len({*pair} - {None, 1}) > 1]
    if kept > len(wanted) or differ:
        raise ShapeError(
            f"Weights of shape {show(shape)} do not fit losses or values of shape {show(wanted)}.",
            why="there is one weight for each sample, or for each element.",
            fix=f"pass an array of shape {show(wanted[:1])}, with a weight for each sample.",
        )
    if kept == len(shape):
        return weight
    return ops.squeeze(weight, tuple(range(kept, len(shape))))


def multiplied(weight: Any, mask: Any) -> Any:
    """Weight times mask, if both exist; the one with fewer axes applies to whole rows."""
    if weight is None or mask is None:
        return mask if weight is None else weight
    rank = max(len(weight.shape), len(mask.shape))
    return to_rank(weight, rank) * to_rank(mask, rank)


def _both(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return b if a is None else a
    return ops.logical_and(a, b)


COMMON = {"reduction": "sum_over_batch_size", "name": None, "dtype": None}


class MaskingLoss(LossFunctionWrapper):
    """A loss that ignores samples: those of the class `ignore_class`, or those without a pair."""

    def mask(self, y_true: Any, losses: Any) -> Any:
        if self.fn is structured.circle:
            return ops.greater(losses, 0.0)
        if self.settings["ignore_class"] is None:
            return None
        counts = ops.not_equal(y_true, self.settings["ignore_class"])
        return counts if counts.shape == losses.shape else ops.reshape(counts, losses.shape)


def _loss(
    name: str, /, base: Any = LossFunctionWrapper, order: Sequence[str] = (), **defaults: Any
) -> Any:
    """The class for the function with that name, with its docstring."""
    own_name = registry.to_snake_case(name)
    function = getattr(functions, own_name, None) or getattr(structured, own_name)
    common = COMMON | {"name": function.__name__} | defaults
    return class_of(base, name, function, function.__doc__, common, order)


MeanSquaredError = _loss("MeanSquaredError")
MeanAbsoluteError = _loss("MeanAbsoluteError")
MeanAbsolutePercentageError = _loss("MeanAbsolutePercentageError")
MeanSquaredLogarithmicError = _loss("MeanSquaredLogarithmicError")
LogCosh, Huber = _loss("LogCosh"), _loss("Huber", name="huber_loss")
KLDivergence, Poisson = _loss("KLDivergence"), _loss("Poisson")
Hinge, SquaredHinge = _loss("Hinge"), _loss("SquaredHinge")
CategoricalHinge = _loss("CategoricalHinge")
CosineSimilarity = _loss("CosineSimilarity")
BinaryCrossentropy = _loss("BinaryCrossentropy")
CategoricalCrossentropy = _loss("CategoricalCrossentropy")
SparseCategoricalCrossentropy = _loss(
    "SparseCategoricalCrossentropy",
    MaskingLoss,
    ("from_logits", "ignore_class", "reduction", "axis", "name", "dtype"),
)
BinaryFocalCrossentropy = _loss("BinaryFocalCrossentropy")
CategoricalFocalCrossentropy = _loss("CategoricalFocalCrossentropy")
CategoricalGeneralizedCrossEntropy = _loss(
    "CategoricalGeneralizedCrossEntropy", order=("q", *COMMON), q=0.5
)
Dice = _loss("Dice", order=("reduction", "name", "axis", "dtype"))
Tversky = _loss("Tversky", order=("alpha", "beta", "reduction", "name", "axis", "dtype"))
Circle = _loss("Circle", MaskingLoss, ("gamma", "margin", "remove_diagonal", *COMMON))
CTC = _loss("CTC")
