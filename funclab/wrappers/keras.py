"""The estimators of Keras 3, with its arguments."""

from __future__ import annotations

from typing import Any

from sklearn.base import ClassifierMixin, TransformerMixin

from funclab.errors import ArgumentError
from funclab.graph.shape_math import Array
from funclab.models import Model, clone_model
from funclab.registry.parameters import MEANINGS, described
from funclab.wrappers.estimator import Classifying, Estimator, Regressing

MEANINGS |= {
    "KerasEstimator.model": "a compiled model, of which every fit trains a copy with new weights; "
    "or a function of X and y (a row for each sample, one-hot for classes), passed by name, that "
    "returns one",
    "warm_start": "whether each fit continues from the weights of the last; the model itself is "
    "then trained, not a copy of it",
    "model_kwargs": "more arguments of the function",
    "fit_kwargs": "arguments of the model's `fit`; those of this object's `fit` take precedence",
    "random_state": "an integer or a RandomState for repeatable fits; None for NumPy's global "
    "generator (Keras has no such argument)",
}


class KerasEstimator(Estimator):
    """An estimator made of a model, or of a function that makes one."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        described(cls)

    def __init__(
        self,
        model: Any,
        warm_start: bool = False,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
        *,
        random_state: Any = None,
    ) -> None:
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs
        self.random_state = random_state

    def _make_model(self, X: Array, y: Array) -> Any:
        if not isinstance(self.model, Model):
            if not callable(self.model):
                raise ArgumentError(
                    f"`model` is a model or a function that makes one. Received: {self.model!r}.",
                    why="`fit` trains it.",
                    fix="pass a compiled model, or a function of X and y that returns one.",
                )
            return self.model(X=X, y=y, **(self.model_kwargs or {}))
        if self.warm_start or not self.model.compiled:
            return self.model
        return clone_model(self.model)

    def _fit_settings(self) -> dict[str, Any]:
        return dict(self.fit_kwargs or {})

    @property
    def epoch_(self) -> int:
        """How many epochs the last fit took."""
        return len(self.history_.epoch) if hasattr(self, "history_") else 0


class SKLearnClassifier(Classifying, ClassifierMixin, KerasEstimator):
    """A classifier of scikit-learn made of a model, with the arguments that Keras 3 gives it.

    Classes may be of any kind; a loss named "sparse..." gets them as numbers, and a model with one
    output as 0 and 1.
    """

    def decision_function(self, X: Any) -> Array:
        """The model's outputs for samples, as in Keras: a column for each class.

        X: samples as in `fit`.

        Shapes: X (samples, features) -> (samples, outputs of the model).
        Raises: scikit-learn's NotFittedError before `fit`.
        """
        return self._outputs(X)


class SKLearnRegressor(Regressing, KerasEstimator):
    """A regressor of scikit-learn made of a model, with the arguments that Keras 3 gives it."""


class SKLearnTransformer(TransformerMixin, KerasEstimator):
    """A transformer of scikit-learn made of a model, with the arguments that Keras 3 gives it: its
    output takes the place of the features.
    """

    def transform(self, X: Any) -> Array:
        """The model's outputs for samples.

        X: samples as in `fit`.

        Shapes: X (samples, features) -> (samples, outputs of the model).
        Raises: scikit-learn's NotFittedError before `fit`.
        """
        return self._outputs(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = []
        return tags
