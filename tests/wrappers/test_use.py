"""What scikit-learn does with estimators, done with models of funclab."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import clone
from sklearn.datasets import make_classification, make_regression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import funclab
from funclab.errors import ArgumentError, DataError, NotCompiledError
from funclab.layers import Conv2D, Dense, Flatten
from funclab.wrappers import (
    Classifier,
    Regressor,
    SKLearnClassifier,
    SKLearnRegressor,
    SKLearnTransformer,
)

X, Y = make_classification(120, 6, n_clusters_per_class=2, class_sep=1.5, random_state=1)
NAMES = np.array(["no", "yes"])[Y]


def build(X, y, units=8, rate=0.05, last="softmax", loss="categorical_crossentropy", outputs=2):
    inputs = funclab.Input(X.shape[1:])
    hidden = Dense(units, activation="relu")(inputs)
    model = funclab.Model(inputs, Dense(outputs, activation=last)(hidden))
    model.compile(funclab.optimizers.Adam(rate), loss)
    return model


def test_a_grid_search_tries_settings_of_the_function_and_of_fit():
    search = GridSearchCV(
        Classifier(build, random_state=0), {"units": [1, 16], "epochs": [1, 20]}, cv=2
    )

    search.fit(X, NAMES)

    assert search.best_params_ == {"units": 16, "epochs": 20}
    assert search.best_estimator_.model_.layers[1].units == 16
    assert search.score(X, NAMES) > 0.85


def test_a_model_stands_in_a_pipeline_whose_search_names_it():
    pipeline = make_pipeline(StandardScaler(), Classifier(build, epochs=10, random_state=0))

    search = GridSearchCV(pipeline, {"classifier__units": [2, 8]}, cv=2).fit(X, NAMES)

    assert set(search.predict(X)) == {"no", "yes"}
    assert search.cv_results_["param_classifier__units"].tolist() == [2, 8]


def test_cross_validation_scores_a_regressor():
    data, numbers = make_regression(200, 4, noise=1.0, random_state=0)

    scores = cross_val_score(
        Regressor(epochs=40, random_state=0), data, numbers / numbers.std(), cv=3
    )

    assert scores.min() > 0.9


def test_a_clone_has_the_settings_and_no_model():
    fitted = Classifier(build, units=4, epochs=2, random_state=0).fit(X, Y)

    copy = clone(fitted)

    assert copy.get_params() == fitted.get_params()
    assert copy.get_params()["units"] == 4 and copy.get_params()["rate"] == 0.05
    assert not hasattr(copy, "model_")


def test_fits_with_one_random_state_are_the_same_to_the_last_bit():
    first, second = (Classifier(build, epochs=3, random_state=1).fit(X, Y) for _ in range(2))
    other = Classifier(build, epochs=3, random_state=2).fit(X, Y)

    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))
    assert (first.predict_proba(X) != other.predict_proba(X)).any()


def test_a_fitted_estimator_can_be_pickled_and_predicts_the_same():
    fitted = Classifier(build, epochs=3, random_state=0).fit(X, NAMES)

    copy = pickle.loads(pickle.dumps(fitted))

    np.testing.assert_array_equal(copy.predict_proba(X), fitted.predict_proba(X))
    assert copy.history_.history == fitted.history_.history


@pytest.mark.parametrize(
    ("last", "loss", "outputs"),
    [
        ("softmax", "categorical_crossentropy", 2),
        ("softmax", "sparse_categorical_crossentropy", 2),
        (None, funclab.losses.CategoricalCrossentropy(from_logits=True), 2),
        ("sigmoid", "binary_crossentropy", 1),
        (None, funclab.losses.BinaryCrossentropy(from_logits=True), 1),
    ],
)
def test_targets_and_probabilities_follow_the_loss_and_the_outputs_of_the_model(
    last, loss, outputs
):
    fitted = Classifier(
        build, last=last, loss=loss, outputs=outputs, epochs=15, random_state=0
    ).fit(X, NAMES)

    probabilities = fitted.predict_proba(X)

    assert probabilities.shape == (len(X), 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert (fitted.predict(X) == NAMES).mean() > 0.85
    np.testing.assert_array_equal(
        fitted.predict(X), fitted.classes_[(probabilities[:, 1] > 0.5).astype(int)]
    )


def test_with_warm_start_a_fit_goes_on_where_the_last_one_ended():
    estimator = Regressor(units=8, epochs=1, random_state=0, warm_start=True).fit(X, X[:, 0])
    first, model = estimator.history_.history["loss"][0], estimator.model_

    for _ in range(20):
        estimator.fit(X, X[:, 0])

    assert estimator.model_ is model
    assert estimator.history_.history["loss"][0] < first / 2


def test_images_are_samples_too():
    images = np.random.RandomState(0).rand(40, 6, 6, 1).astype("float32")
    bright = images.mean(axis=(1, 2, 3)) > 0.5

    def convolution(X, y):
        inputs = funclab.Input(X.shape[1:])
        outputs = Dense(2, activation="softmax")(Flatten()(Conv2D(2, 3)(inputs)))
        model = funclab.Model(inputs, outputs)
        model.compile("adam", "categorical_crossentropy")
        return model

    predicted = Classifier(convolution, epochs=2).fit(images, bright).predict(images)

    assert predicted.shape == (40,) and predicted.dtype == bool


def test_kerass_estimators_take_keras_arguments():
    estimator = SKLearnClassifier(
        model=build, model_kwargs={"units": 3}, fit_kwargs={"epochs": 2}, warm_start=False
    )

    estimator.fit(X, NAMES, epochs=4)

    assert estimator.epoch_ == 4
    assert estimator.model_.layers[1].units == 3
    raw = estimator.decision_function(X)
    np.testing.assert_array_equal(estimator.predict(X), estimator.classes_[raw.argmax(axis=1)])


def test_a_model_is_copied_for_each_fit_and_trained_itself_with_warm_start():
    model = build(X, Y, last=None, loss="mse", outputs=1)
    before = model.get_weights()

    fitted = SKLearnRegressor(model).fit(X, X[:, 0])
    after = model.get_weights()
    warm = SKLearnRegressor(model, warm_start=True).fit(X, X[:, 0])

    assert fitted.model_ is not model and warm.model_ is model
    assert all(np.array_equal(a, b) for a, b in zip(before, after))
    assert not all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))


def test_a_transformer_puts_the_models_output_in_the_place_of_features():
    transformer = SKLearnTransformer(
        build, model_kwargs={"last": None, "loss": "mse", "outputs": 1}
    )

    made = transformer.fit_transform(X, Y)

    np.testing.assert_array_equal(made, transformer.model_.predict(X, verbose=0))


def test_a_search_in_several_processes_finds_what_one_finds():
    search = GridSearchCV(Classifier(build, epochs=3, random_state=0), {"units": [2, 8]}, cv=2)
    alone = search.fit(X, Y).cv_results_["mean_test_score"]

    with parallel_config("loky", n_jobs=2):
        together = search.fit(X, Y).cv_results_["mean_test_score"]

    np.testing.assert_array_equal(alone, together)


def test_sample_weights_are_passed_on_to_the_models_fit():
    weights = np.where(X[:, 0] > 0, 1.0, 0.0)
    search = GridSearchCV(Regressor(epochs=60, random_state=0), {"units": [8]}, cv=2)

    search.fit(X, np.where(weights > 0, 1.0, -1.0), sample_weight=weights)

    assert search.predict(X).mean() > 0.5  # samples with -1 do not count


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Classifier(build, unit=3), ArgumentError, "no parameter 'unit'"),
        (lambda: Classifier(build, verbose=1), ArgumentError, "fit_kwargs={'verbose': ...}"),
        (lambda: Classifier(lambda X: None), ArgumentError, "it was given None"),
        (lambda: Classifier("mlp"), ArgumentError, "Received: 'mlp'"),
        (lambda: SKLearnClassifier(3), ArgumentError, "Received: 3"),
        (lambda: SKLearnClassifier(funclab.Sequential([Dense(2)])), NotCompiledError, "compiled"),
    ],
)
def test_what_cannot_be_fitted_says_why(make, error, words):
    estimator = make()

    with pytest.raises(error, match=words):
        estimator.fit(X, Y)


def test_one_class_alone_is_refused():
    with pytest.raises(DataError, match="only one class"):
        Classifier().fit(X, np.zeros(len(X)))


def test_a_setting_with_the_name_of_a_method_is_refused():
    with pytest.raises(ArgumentError, match="cannot be called 'score'"):
        Classifier(score=3)
