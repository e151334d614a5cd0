"""The base class of metrics: numbers collected batch by batch, and a result computed from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, dataclass_transform

import numpy as np

from funclab import initializers, registry
from funclab.errors import plain, unwritten
from funclab.graph.shape_math import Array
from funclab.graph.value import Constant, Variable
from funclab.layers.arguments import dtype_name, floatx
from funclab.losses.base import multiplied, prefix
from funclab.losses.functions import as_float, is_symbolic
from funclab.metrics.recording import eager, recorded
from funclab.metrics.stateless import Stateless
from funclab.ops.nn.scores import Tally
from funclab.registry.parameters import MEANINGS, described, guarded, own_fields

registry.KINDS["metric"] = registry.Kind(
    takes=("y_true", "y_pred"),
    example='metrics=["accuracy"]',
    aliases={"acc": "accuracy"},
    elsewhere={
        "loss": "leave it out: the loss is always reported.",
        **dict.fromkeys(
            ("f1", "f1score"),
            "write metrics=[Precision(), Recall()], from funclab.metrics: f1 is made of both.",
        ),
    },
)


MEANINGS |= {
    "threshold": "the limit above which predictions count as positive",
    "k": "how many of the likeliest classes may include the right one",
    "thresholds": "a number, or several, above which a prediction is positive; None for 0.5",
    "num_thresholds": "how many points of the curve are computed",
    "curve": '"ROC", "PR" or "PRGAIN"',
    "summation_method": 'how high the curve is between two points: "interpolation" (the middle), '
    '"minoring" (the lower one) or "majoring" (the higher one)',
    "AUC.thresholds": "the points of the curve, instead of `num_thresholds`",
    "multi_label": "whether each label, along the last axis, has its own curve",
    "num_labels": "how many labels there are; None for those of the first batch",
    "label_weights": "a weight for each label",
    "top_k": "how many of the likeliest classes of a sample are predicted positive; None for all "
    "above the threshold",
    "class_id": "the only class that counts; None for all",
    "from_sorted_ids": "whether predictions are class numbers, the likeliest first",
    **{
        f"{wanted}At{limited.title()}.{limited}": f"the {limited} to reach, in [0, 1]"
        for wanted, limited in (
            ("Sensitivity", "specificity"),
            ("Specificity", "sensitivity"),
            ("Precision", "recall"),
            ("Recall", "precision"),
        )
    },
    "num_classes": "how many classes there are",
    "target_class_ids": "the classes whose mean is taken",
    "IoU.ignore_class": "the class number of targets that do not count",
    "sparse_y_true": "whether targets are class numbers rather than one-hot vectors",
    "sparse_y_pred": "whether predictions are class numbers rather than scores of each class",
    "average": 'None, "micro", "macro" or "weighted": how the scores of classes are combined',
    "FBetaScore.threshold": "the score above which a class is predicted; None for the largest only",
    "class_aggregation": 'None, "uniform_average" or "variance_weighted_average"',
    "num_regressors": "how many inputs the model has, for the adjusted score; 0 for the plain one",
    "beta": "how many times as important recall is as precision",
}


@dataclass_transform(eq_default=False)
class Metric(Stateless, registry.Rebuilt):
    """A metric. Subclasses write `update_state` (add a batch) and `result`.

    The collected numbers are kept in variables made by `add_variable`; `reset_state` resets them.
    `update_state(y_true, y_pred, sample_weight=None)` gets arrays.
    """

    on_tape = False
    """Whether `update_state` accepts values on the tape and so can become part of a plan."""

    def __init_subclass__(cls, abstract: bool = False) -> None:
        if own_fields(cls) and cls.__module__.startswith("funclab."):
            dataclass(eq=False, repr=False)(cls)
        guarded(cls)
        described(cls)
        if "update_state" in vars(cls):
            cls.update_state = recorded(cls.update_state)
        if "result" in vars(cls):
            cls.result = eager(cls.result)  # type: ignore[method-assign]
        if not abstract:
            registry.register_own("metric", cls, registry.to_snake_case(cls.__name__))

    def __init__(self, dtype: str | None = None, name: str | None = None, **_: Any) -> None:
        self.name = name or registry.auto_name(registry.to_snake_case(type(self).__name__))
        self.dtype = dtype_name(dtype) or floatx()
        self._variables: list[State] = []

    @property
    def variables(self) -> list[State]:
        """The variables of this metric, and of metrics in its attributes."""
        inner = [metric for metric in vars(self).values() if isinstance(metric, Metric)]
        return [*self._variables, *(state for metric in inner for state in metric.variables)]

    def add_variable(
        self,
        shape: Any = (),
        initializer: Any = "zeros",
        dtype: str | None = None,
        aggregation: str | None = None,
        name: str | None = None,
    ) -> State:
        """An array for collecting numbers; `initializer` gives its first value."""
        if isinstance(shape, str):  # in Keras 2, the name comes first
            shape, name = (), shape
        start = initializers.get(initializer or "zeros")(tuple(shape), dtype=dtype or self.dtype)
        state = State(np.array(start), name=name or "variable")
        self._variables.append(state)
        return state

    def add_weight(
        self,
        shape: Any = (),
        initializer: Any = "zeros",
        dtype: str | None = None,
        name: str | None = None,
    ) -> State:
        return self.add_variable(shape, initializer, dtype, name=name)

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Add a batch."""
        raise unwritten(self, "update_state")

    def result(self) -> Any:
        """The metric of all batches since the last reset."""
        raise unwritten(self, "result")

    def reset_state(self) -> None:
        """Forget all batches."""
        for state in self.variables:
            state.reset()

    def reset_states(self) -> None:
        self.reset_state()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add a batch and return the result so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    def __repr__(self) -> str:
        return plain(f"<{type(self).__name__} {self.name}>")


guarded(Metric)


class Mean(Metric):
    """The weighted mean of values; each sample counts once, however many elements it has.

    >>> mean = Mean()
    >>> mean.update_state([1.0, 3.0])
    >>> float(mean.result())
    2.0
    """

    on_tape = True

    def __init__(self, name: str | None = "mean", dtype: str | None = None) -> None:
        super().__init__(dtype, name)
        self.sums = Variable(np.zeros(2), trainable=False, name=self.name)
        self.sums.path = f"{self.name}/sums"
        self._see_sums()

    def _see_sums(self) -> None:
        self.total = State(self.sums.array[0:1].reshape(()), name="total")
        self.count = State(self.sums.array[1:2].reshape(()), name="count")
        self._variables = [self.total, self.count]

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._see_sums()

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values, immediately or as a step on the tape."""
        values = as_float(values)
        weights = []
        if sample_weight is not None:
            weights = [prefix(as_float(sample_weight, str(values.dtype)), values)]
        if is_symbolic(values):
            Tally()(self.sums, values, *weights)
            return
        if weights and weights[0].ndim == 0:
            weights = [np.broadcast_to(weights[0], values.shape).copy()]
        arrays = [np.ascontiguousarray(array) for array in (values, *weights)]
        out = np.zeros(())
        Tally().forward(*Tally().bind(self.sums.array, *arrays, out))

    def result(self) -> Any:
        total, count = self.sums.array
        return total / count if count else 0.0


class Sum(Metric):
    """The weighted sum of values.

    >>> total = Sum()
    >>> total.update_state([1.0, 3.0])
    >>> float(total.result())
    4.0
    """

    def __init__(self, name: str | None = "sum", dtype: str | None = None) -> None:
        super().__init__(dtype, name)
        self.total = self.add_variable(dtype="float64", name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        values = as_float(values)
        if sample_weight is not None:
            weights = prefix(as_float(sample_weight), values)
            values = values * weights.reshape(*weights.shape, *[1] * (values.ndim - weights.ndim))
        self.total.assign_add(values.sum(dtype="float64"))

    def result(self) -> Any:
        return float(self.total)


class MeanMetricWrapper(Mean):
    """The mean of a function of targets and predictions; masked steps do not count.

    >>> from funclab import losses
    >>> float(MeanMetricWrapper(losses.mse)([[1.0]], [[3.0]]))
    4.0
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        name: str | None = None,
        dtype: str | None = None,
        **settings: Any,
    ) -> None:
        own = getattr(fn, "__name__", "").strip("<>") or getattr(fn, "name", None)
        super().__init__(name or own, dtype)
        registry.check_function("metric", fn, **settings)
        self.fn, self.settings = fn, settings

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        values = self.fn(y_true, y_pred, **self.settings)
        if is_symbolic(y_pred) and not is_symbolic(values):
            values = Constant(as_float(values))  # a constant: the same for every batch
        mask = getattr(y_pred, "mask", None)
        if mask is not None:
            mask = as_float(mask, str(as_float(values).dtype))
            if sample_weight is not None:
                sample_weight = prefix(as_float(sample_weight, str(mask.dtype)), mask)
            sample_weight = multiplied(sample_weight, mask)
        super().update_state(values, sample_weight)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype, "fn": self.fn, **self.settings}


class State(np.lib.mixins.NDArrayOperatorsMixin):
    """Memory that is changed in place: a metric's sums, an optimizer's learning rate.

    It may be a view of memory to which a plan writes. Arithmetic, NumPy and funclab.ops use its
    present value.
    """

    def __init__(self, value: Any, dtype: Any = None, name: str = "state") -> None:
        self.array = np.asarray(value, dtype)
        self.initial = self.array.copy()
        self.name = name

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    @property
    def dtype(self) -> str:
        return str(self.array.dtype)

    @property
    def value(self) -> Array:
        return self.array

    def numpy(self) -> Any:
        """A copy of the value; a single number as a Python number."""
        return self.array.copy()[()]

    def assign(self, value: Any) -> None:
        self.array[...] = value

    def assign_add(self, value: Any) -> None:
        self.array[...] += np.asarray(value)

    def assign_sub(self, value: Any) -> None:
        self.array[...] -= np.asarray(value)

    def reset(self) -> None:
        """Restore the first value."""
        self.array[...] = self.initial

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.array, dtype)

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, out: tuple[Any, ...] = (), **settings: Any
    ) -> Any:
        """Apply NumPy to its present value; `state *= 2` changes it in place."""
        plain = [x.array if isinstance(x, State) else x for x in inputs]
        if out:
            settings["out"] = tuple(x.array if isinstance(x, State) else x for x in out)
        result = getattr(ufunc, method)(*plain, **settings)
        return out[0] if len(out) == 1 else result

    def __float__(self) -> float:
        return float(self.array)

    def __int__(self) -> int:
        return int(self.array)

    def __bool__(self) -> bool:
        return bool(self.array)

    def __getitem__(self, index: Any) -> Any:
        return self.array[index]

    def __format__(self, form: str) -> str:
        return format(self.numpy(), form)

    def __repr__(self) -> str:
        return f"<{self.name} = {self.numpy()}>"

    def __hash__(self) -> int:
        return id(self)
