"""Models with the classes that no other case has, and which classes a set of cases has.

They are exchanged by `make interop` only; there are no records of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from funclab import registry
from tests.parity.case import Case, normal, settle, uniform

LOSSES = (
    *("CategoricalHinge", "CosineSimilarity", "Hinge", "KLDivergence", "LogCosh"),
    *("MeanAbsolutePercentageError", "MeanSquaredLogarithmicError", "Poisson", "SquaredHinge"),
)
METRICS = (
    *("Accuracy", "CategoricalAccuracy"),
    *("BinaryAccuracy", "CategoricalHinge", "CosineSimilarity", "FalseNegatives"),
    *("FalsePositives", "Hinge", "KLDivergence", "LogCoshError", "MeanAbsolutePercentageError"),
    *("MeanSquaredLogarithmicError", "Poisson", "RootMeanSquaredError", "SquaredHinge"),
    *("TopKCategoricalAccuracy", "TrueNegatives", "TruePositives"),
)
WITHOUT_MODEL = {
    # Base classes, and one whose function no file holds.
    *("Lambda", "LossFunctionWrapper", "MaskingLoss", "MeanMetricWrapper", "Model", "Moments"),
    # In Keras on JAX these stand before a model, not in it.
    *("HashedCrossing", "Hashing", "IntegerLookup", "StringLookup", "TextVectorization"),
}
"""Classes that no model can have."""

CASES: dict[str, Case] = {}


def _model(keras: Any, loss: Any, metrics: Any = ()) -> Any:
    x = keras.Input((3,))
    model = keras.Model(x, keras.layers.Dense(2, activation="sigmoid")(x))
    model.compile("sgd", loss, metrics=[*metrics])
    return model


def _loss(keras: Any, name: str) -> Any:
    return _model(keras, getattr(keras.losses, name)())


def _metrics(keras: Any, names: Any) -> Any:
    return _model(keras, "mse", [getattr(keras.metrics, name)() for name in names])


for name in LOSSES:
    CASES[f"class_{name}"] = Case(
        settle(_loss, f"class_{name}", name), normal(3), uniform(2, low=0.1)
    )
CASES["metric_classes"] = Case(
    settle(_metrics, "metric_classes", METRICS), normal(3), uniform(2, low=0.1)
)


def known_classes() -> set[str]:
    """The layers, optimizers, schedules, losses and metrics of funclab that are loaded."""
    kinds = ("layer", "optimizer", "schedule", "loss", "metric")
    return {
        cls.__name__
        for kind in kinds
        for cls in registry.registered(kind).values()
        if isinstance(cls, type) and cls.__module__.startswith("funclab.")
    }


def words(text: str) -> set[str]:
    """The words in quotes in a model's JSON text, with the names of its classes among them."""
    return set(re.findall(r'"(\w+)"', text))


def classes_without(texts: Iterable[str]) -> set[str]:
    """The classes that no model has, of which these are the JSON texts."""
    found = set().union(*map(words, texts))
    return known_classes() - found - WITHOUT_MODEL


def cover(texts: dict[str, str], chosen: Iterable[str]) -> list[str]:
    """The names of a few models that together have each class that any model has.

    They are the chosen ones and, as long as a class is missing, the model with the most of these.
    """
    known = known_classes()
    classes = {name: words(text) & known for name, text in texts.items()}
    names = list(chosen)
    missing = set().union(*classes.values())
    missing.difference_update(*(classes.get(name, ()) for name in names))
    while missing:
        names.append(max(classes, key=lambda name: len(classes[name] & missing)))
        missing -= classes[names[-1]]
    return names
