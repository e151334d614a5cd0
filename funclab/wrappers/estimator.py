"""What the estimators share: data checked by scikit-learn, targets in the form the model takes, and
a training run whose random numbers come from `random_state`."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from funclab import initializers
from funclab.callbacks.base import History
from funclab.errors import ArgumentError, DataError, NotCompiledError
from funclab.graph.shape_math import Array


class Estimator(BaseEstimator):
    """A model with scikit-learn's interface. Subclasses say which model, and how long it trains.

    After `fit`, `model_` is the model, `history_` its History, and `n_features_in_` the columns.
    """

    random_state: Any
    warm_start: Any
    model_: Any
    history_: History
    __metadata_request__fit = {"sample_weight": None}  # noqa: RUF012  (scikit-learn reads it)

    def _make_model(self, X: Array, y: Array) -> Any:
        """A new compiled model for this data."""
        raise NotImplementedError

    def _fit_settings(self) -> dict[str, Any]:
        """The arguments of the model's `fit`."""
        raise NotImplementedError

    def fit(self, X: Any, y: Any, **fit_params: Any) -> Any:
        """Make a model, and train it.

        X: an array of samples, or a DataFrame.
        y: the classes, or the numbers to predict, one for each sample.
        fit_params: arguments of the model's `fit`, such as epochs, callbacks or sample_weight; they
            take precedence over those of the constructor.

        Returns this object.
        Raises: scikit-learn's ValueError for data that it rejects; ArgumentError, DataError,
            NotCompiledError, and whatever the model's `fit` raises.
        """
        X, y = self._checked(X, y)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        with initializers.using(np.random.default_rng(seed)):
            if not (self.warm_start and hasattr(self, "model_")):
                self.model_ = trainable(self._make_model(X, self._as_rows(y)))
            settings = {"verbose": 0, **self._fit_settings(), **fit_params}
            self.history_ = self.model_.fit(X, self._targets(y), **settings)
        return self

    def _checked(self, X: Any, y: Any) -> tuple[Array, Array]:
        """The samples and targets of a fit as arrays."""
        X, y = validate_data(self, X, y, allow_nd=True, multi_output=True, y_numeric=True)
        self._flat = y.ndim == 1
        return X, y

    def _as_rows(self, y: Array) -> Array:
        """The targets as the function that makes the model sees them: a row for each sample."""
        return y.reshape(len(y), -1)

    def _targets(self, y: Array) -> Array:
        """The targets as the model takes them."""
        return self._as_rows(y)

    def _outputs(self, X: Any) -> Array:
        """The model's outputs for samples."""
        check_is_fitted(self, "model_")
        X = validate_data(self, X, reset=False, allow_nd=True)
        return np.asarray(self.model_.predict(X, verbose=0))

    def predict(self, X: Any) -> Array:
        """The numbers that the model predicts.

        X: samples as in `fit`.

        Shapes: X (samples, features) -> (samples,), or (samples, targets) for several targets.
        Raises: scikit-learn's NotFittedError before `fit`.
        """
        values = self._outputs(X)
        return values.reshape(-1) if self._flat and values.size == len(values) else values


class Classifying:
    """What a classifier does with classes: `classes_` holds them in order."""

    classes_: Array
    model_: Any

    def _checked(self: Any, X: Any, y: Any) -> tuple[Array, Array]:
        X, y = validate_data(self, X, y, allow_nd=True)
        check_classification_targets(y)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise DataError(
                "Classifier can't train when only one class is present.",
                why=f"every sample belongs to the class {self.classes_.tolist()}.",
                fix="pass samples of two classes or more.",
            )
        return X, numbers

    def _as_rows(self, y: Array) -> Array:
        return np.eye(len(self.classes_), dtype="float32")[y]

    def _targets(self, y: Array) -> Array:
        """One-hot rows; class numbers for a sparse loss; 0 and 1 for a single output."""
        if "sparse" in loss_name(self.model_.loss):
            return y
        return y.reshape(-1, 1).astype("float32") if self._single else self._as_rows(y)

    @property
    def _single(self) -> bool:
        """Whether the model has a single output, for two classes."""
        return self.model_.output_shape[-1] == 1

    @property
    def _gives_scores(self) -> bool:
        """Whether the model's outputs are logits, not probabilities."""
        return bool(getattr(self.model_.loss, "from_logits", False))

    def predict(self: Any, X: Any) -> Array:
        """The class of each sample.

        X: samples as in `fit`.

        Shapes: X (samples, features) -> (samples,).
        Raises: scikit-learn's NotFittedError before `fit`.
        """
        outputs = self._outputs(X)
        if self._single:
            return self.classes_[(outputs[:, 0] > (0 if self._gives_scores else 0.5)).astype(int)]
        return self.classes_[outputs.argmax(axis=-1)]


class Regressing(RegressorMixin):
    """What a regressor does; it can predict several numbers for each sample."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def loss_name(loss: Any) -> str:
    """The name of a loss: text, a function or an object."""
    return str(getattr(loss, "name", getattr(loss, "__name__", loss)))


def trainable(model: Any) -> Any:
    """The model, if it can be trained.

    Raises: ArgumentError for what is not a model; NotCompiledError.
    """
    if not hasattr(model, "fit") or isinstance(model, type):
        raise ArgumentError(
            f"An estimator needs a model; it was given {model!r}.",
            why="`fit` trains what the function returns.",
            fix="end the function with model.compile(...) and return model.",
        )
    if not model.compiled or not model.loss:
        raise NotCompiledError(
            "Given model needs to be compiled, and have a loss and an optimizer.",
            why=f"{model.name} is to be trained by `fit`, which needs them.",
            fix='write model.compile("adam", "mse") in the function that makes it.',
        )
    return model
