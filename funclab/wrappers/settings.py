"""Estimators whose settings are arguments of their own, so that a search can change them."""

from __future__ import annotations

import inspect
from typing import Any

from sklearn.base import ClassifierMixin

from funclab import layers, ops
from funclab.errors import ArgumentError, suggest
from funclab.graph.shape_math import Array
from funclab.models import Model
from funclab.optimizers import Adam
from funclab.training.fitting import fit
from funclab.wrappers.estimator import Classifying, Estimator, Regressing

DATA = ("X", "y")


def dense_classifier(
    X: Array, y: Array, units: Any = 32, activation: Any = "relu", learning_rate: float = 0.01
) -> Model:
    """The default model of a `Classifier`: Dense layers and a softmax, trained with Adam.

    X: samples.
    y: one-hot rows.
    units: the units of the hidden layer, or a list of these for several hidden layers.
    activation: the activation of each hidden layer.
    learning_rate: Adam's learning rate.
    """
    return _dense_model(
        X, y, units, activation, learning_rate, "softmax", "categorical_crossentropy"
    )


def dense_regressor(
    X: Array, y: Array, units: Any = 32, activation: Any = "relu", learning_rate: float = 0.01
) -> Model:
    """The default model of a `Regressor`: Dense layers, trained with Adam.

    X: samples.
    y: a row of numbers for each sample.
    units: the units of the hidden layer, or a list of these for several hidden layers.
    activation: the activation of each hidden layer.
    learning_rate: Adam's learning rate.
    """
    return _dense_model(X, y, units, activation, learning_rate, None, "mse")


def _dense_model(
    X: Array, y: Array, units: Any, activation: str, learning_rate: float, last: Any, loss: str
) -> Model:
    """Dense layers in double precision, as scikit-learn's own estimators compute."""
    inputs = x = layers.Input(X.shape[1:], dtype="float64")
    if X.ndim > 2:
        x = layers.Flatten(dtype="float64")(x)
    for count in [units] if suggest.is_whole(units) else units:
        x = layers.Dense(count, activation=activation, dtype="float64")(x)
    model = Model(inputs, layers.Dense(y.shape[1], activation=last, dtype="float64")(x))
    model.compile(Adam(learning_rate), loss)
    return model


class OwnEstimator(Estimator):
    """An estimator whose parameters are those of `fit` and those of a function that makes a model.

    Every parameter of the function is one of the estimator: `get_params`, `set_params`, `clone` and
    searches know it by its name.
    """

    def __init__(
        self, build: Any, *, epochs: int = 50, batch_size: int = 32,
        random_state: Any = None, warm_start: bool = False,
        fit_kwargs: dict[str, Any] | None = None, **settings: Any,
    ) -> None:  # fmt: skip
        self.build = build
        self.epochs = epochs
        self.batch_size = batch_size
        self.random_state = random_state
        self.warm_start = warm_start
        self.fit_kwargs = fit_kwargs
        defaults = self._own_settings()
        for name, value in settings.items():
            if hasattr(type(self), name):
                raise ArgumentError(
                    f"A setting of {type(self).__name__} cannot be called {name!r}.",
                    why="the estimator has a method or attribute of that name.",
                    fix="give the parameter of the function another name.",
                )
            if name not in defaults or value is not defaults[name]:
                setattr(self, name, value)

    def _own_settings(self) -> dict[str, Any]:
        """The function's parameters other than the data, each with its set or default value."""
        known = {}
        for parameter in _parameters(self.build):
            if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                default = None if parameter.default is parameter.empty else parameter.default
                known[parameter.name] = default
        named = {name for name in vars(self) if not name.startswith("_") and name[-1] != "_"}
        names = [*known, *sorted(named - known.keys())]
        fixed = set(self._get_param_names())
        settings = {name: getattr(self, name, known.get(name)) for name in names}
        return {k: v for k, v in settings.items() if k not in fixed and k not in DATA}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters: those of the constructor, and those of the function.

        deep: whether the parameters of estimators among them are listed too.
        """
        return super().get_params(deep) | self._own_settings()

    def _make_model(self, X: Array, y: Array) -> Any:
        if not callable(self.build):
            raise ArgumentError(
                f"`build` is a function that returns a compiled model. Received: {self.build!r}.",
                why="every fit trains a new model.",
                fix="write def build(X, y, units=32): ... return model, and pass build.",
            )
        parameters = _parameters(self.build)
        takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
        taken = {parameter.name for parameter in parameters}
        settings = self._own_settings()
        unknown = sorted(settings.keys() - taken)
        if unknown and not takes_all:
            raise ArgumentError(
                f"{type(self).__name__} has no parameter {unknown[0]!r}.",
                why=f"the function that makes its model takes {', '.join(sorted(taken))}.",
                fix=f"for an argument of `fit`, write fit_kwargs={{{unknown[0]!r}: ...}}."
                if unknown[0] in inspect.signature(fit).parameters
                else "correct the name, or give the function a parameter of that name.",
            )
        data = {name: value for name, value in zip(DATA, (X, y)) if takes_all or name in taken}
        return self.build(**data, **settings)

    def _fit_settings(self) -> dict[str, Any]:
        return {"epochs": self.epochs, "batch_size": self.batch_size, **(self.fit_kwargs or {})}


class Classifier(Classifying, ClassifierMixin, OwnEstimator):
    """A classifier of scikit-learn made of a model.

    build: a function that returns a compiled model. It gets X and, as one-hot rows, y, if it has
        parameters of these names; its other parameters are parameters of this estimator. The
        default makes Dense layers, with the parameters `units`, `activation` and `learning_rate`.
    epochs: how many epochs each fit trains for.
    batch_size: samples in a batch.
    random_state: an integer or RandomState for repeatable fits; None for NumPy's global generator.
    warm_start: whether each fit continues with the model of the last.
    fit_kwargs: more arguments of the model's `fit`.
    settings: values for parameters of the function.

    Classes may be of any kind; a loss named "sparse..." gets them as numbers, and a model with one
    output as 0 and 1.

    >>> import numpy as np
    >>> X = np.array([[0.0], [0.1], [0.9], [1.0]])
    >>> Classifier(units=8, random_state=0).fit(X, ["low", "low", "high", "high"]).predict(X)
    array(['low', 'low', 'high', 'high'], dtype='<U4')
    """

    def __init__(
        self, build: Any = dense_classifier, *, epochs: int = 50, batch_size: int = 32,
        random_state: Any = None, warm_start: bool = False,
        fit_kwargs: dict[str, Any] | None = None, **settings: Any,
    ) -> None:  # fmt: skip
        super().__init__(
            build, epochs=epochs, batch_size=batch_size, random_state=random_state,
            warm_start=warm_start, fit_kwargs=fit_kwargs, **settings,
        )  # fmt: skip

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, in the order of `classes_`.

        X: samples as in `fit`.

        Shapes: X (samples, features) -> (samples, classes).
        Raises: scikit-learn's NotFittedError before `fit`.
        """
        outputs = self._outputs(X)
        if self._gives_scores:
            make = ops.sigmoid if self._single else ops.softmax
            outputs = make(outputs)
        if self._single:
            return ops.concatenate([1 - outputs, outputs], axis=1)
        return outputs


class Regressor(Regressing, OwnEstimator):
    """A regressor of scikit-learn made of a model.

    build: a function that returns a compiled model. It gets X and y, with a row for each sample, if
        it has parameters of these names; its other parameters are parameters of this estimator. The
        default makes Dense layers, with the parameters `units`, `activation` and `learning_rate`.
    epochs: how many epochs each fit trains for.
    batch_size: samples in a batch.
    random_state: an integer or RandomState for repeatable fits; None for NumPy's global generator.
    warm_start: whether each fit continues with the model of the last.
    fit_kwargs: more arguments of the model's `fit`.
    settings: values for parameters of the function.
    """

    def __init__(
        self, build: Any = dense_regressor, *, epochs: int = 50, batch_size: int = 32,
        random_state: Any = None, warm_start: bool = False,
        fit_kwargs: dict[str, Any] | None = None, **settings: Any,
    ) -> None:  # fmt: skip
        super().__init__(
            build, epochs=epochs, batch_size=batch_size, random_state=random_state,
            warm_start=warm_start, fit_kwargs=fit_kwargs, **settings,
        )  # fmt: skip


def _parameters(function: Any) -> list[inspect.Parameter]:
    """The parameters of a function; none if it has no signature or is not a function."""
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []
