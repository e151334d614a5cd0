"""scikit-learn's own checks of an estimator, every one of them."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import check_estimator

from funclab.wrappers import (
    Classifier,
    Regressor,
    SKLearnClassifier,
    SKLearnRegressor,
    SKLearnTransformer,
    dense_classifier,
    dense_regressor,
)

NOT_HERE = "check_array_api_input"
"""Asks for arrays of other libraries, and does nothing without one."""


def classes(X, y):
    return dense_classifier(X, y, (8,), learning_rate=0.05)


def numbers(X, y):
    return dense_regressor(X, y, (8,), learning_rate=0.05)


def failed(estimator) -> set[str]:
    """The checks that an estimator does not pass."""
    results = check_estimator(estimator, on_fail=None, on_skip=None)
    assert len(results) > 40
    wrong = [result for result in results if result["status"] != "passed"]
    return {result["check_name"] for result in wrong} - {NOT_HERE}


@pytest.mark.parametrize(
    "estimator",
    [
        Classifier(),
        Regressor(),
        Classifier(classes, epochs=30),
        Regressor(numbers, epochs=30),
        SKLearnRegressor(numbers, fit_kwargs={"epochs": 30}),
        SKLearnTransformer(numbers),
    ],
    ids=["Classifier", "Regressor", "own classes", "own numbers", "Keras regressor", "transformer"],
)
def test_an_estimator_passes_every_check_of_scikit_learn(estimator):
    assert failed(estimator) == set()


def test_the_classifier_of_keras_passes_all_but_those_of_its_decision_for_two_classes():
    # Of two classes Keras gives two columns, where scikit-learn wants one.
    estimator = SKLearnClassifier(classes, fit_kwargs={"epochs": 30})

    assert failed(estimator) == {"check_classifiers_train", "check_classifiers_classes"}
    assert failed(WithoutDecision(classes, fit_kwargs={"epochs": 30})) == set()


class WithoutDecision(SKLearnClassifier):
    """The same without the method that differs."""

    @property
    def decision_function(self):
        raise AttributeError
