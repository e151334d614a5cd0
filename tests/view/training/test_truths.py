"""What a view of a training draws and says, against a training computed apart, in NumPy alone."""

from __future__ import annotations

import numpy as np
import pytest

import funclab
from funclab import compare_runs, watch
from funclab.view.draw.chart import brief
from tests.view.counted import line
from tests.view.training.live_runs import X, Y, fresh

BATCH, RATE, EPOCHS, KEPT = 24, 0.01, 3, 72
"""Of 96 samples, the first 72 are trained on; the others are for validation."""


def answers(weights, x):
    """The hidden units' activations, and the probabilities."""
    (w, b, v, c), x = weights, x.astype(float)
    hidden = np.maximum(x @ w + b, 0)
    scores = np.exp(hidden @ v + c)
    return hidden, scores / scores.sum(axis=1, keepdims=True)


def measured(weights, x, y):
    """Loss and accuracy."""
    _, chances = answers(weights, x)
    right = chances.argmax(axis=1) == y
    return -np.log(chances[np.arange(len(y)), y]).mean(), right.mean()


def step(weights, x, y):
    """The weights after a step of gradient descent."""
    _, _, v, _ = weights
    hidden, chances = answers(weights, x)
    above = (chances - np.eye(3)[y]) / len(y)
    below = (above @ v.T) * (hidden > 0)
    gradients = x.T @ below, below.sum(axis=0), hidden.T @ above, above.sum(axis=0)
    return [value - RATE * gradient for value, gradient in zip(weights, gradients)]


@pytest.fixture(scope="module")
def trained():
    """The view of a training, and what each epoch gives: batch losses, then mean loss, accuracy,
    and both in validation."""
    model = fresh()
    weights = [array.astype(float) for array in model.get_weights()]
    settings = {"batch_size": BATCH, "shuffle": False, "verbose": 0, "live": True}
    model.fit(X, Y, epochs=EPOCHS, validation_split=0.25, **settings)
    batches, epochs = [], []
    for _ in range(EPOCHS):
        for at in range(0, KEPT, BATCH):
            x, y = X[at : at + BATCH], Y[at : at + BATCH]
            batches.append(measured(weights, x, y))
            weights = step(weights, x, y)
        own = np.mean(batches[-KEPT // BATCH :], axis=0)
        epochs.append([*own, *measured(weights, X[KEPT:], Y[KEPT:])])
    return funclab.watch(model), np.array(batches), np.array(epochs).T


def test_the_curves_have_the_losses_and_accuracies_of_every_epoch(trained):
    view, _, (loss, accuracy, checked, checked_accuracy) = trained
    charts = {chart["key"]: chart for chart in view.curves["charts"]}

    wanted = {"loss": (loss, checked), "accuracy": (accuracy, checked_accuracy)}
    for key, (training, validation) in wanted.items():
        lines = {line["label"]: line["values"] for line in charts[key]["lines"]}
        assert [*lines] == ["training", "validation"]
        np.testing.assert_allclose([*map(float, lines["training"])], training, rtol=5e-3)
        np.testing.assert_allclose([*map(float, lines["validation"])], validation, rtol=5e-3)
        run = view.runs[-1]["values"]
        np.testing.assert_allclose(run[key], training, rtol=1e-3)
        np.testing.assert_allclose(run[f"val_{key}"], validation, rtol=1e-3)


def test_it_counts_the_epochs_and_batches_that_were_trained(trained):
    view, batches, _ = trained

    assert view.curves["epochs"] == [1, 2, 3]
    assert view.runs[-1]["epochs"] == [1, 2, 3]
    assert "3 epochs" in view.picture().title
    dots = view.runs[-1]["dots"]
    assert [dot["x"] for dot in dots] == pytest.approx(np.arange(1, 10) / 3, abs=1e-3)
    losses = [dot["values"]["loss"] for dot in dots]
    np.testing.assert_allclose(losses, batches[:, 0], rtol=1e-3)


def test_caption_and_names_say_the_last_numbers_and_which_is_lower(trained):
    view, _, (loss, accuracy, checked, checked_accuracy) = trained
    last = f"After epoch 3: loss {brief(loss[-1])}, falling, in validation {brief(checked[-1])}."

    assert view.curves["caption"].startswith(last)
    svg = view.curves["charts"][0]["svgs"][""]
    assert f"loss: training {brief(loss[-1])}, validation {brief(checked[-1])}" in svg
    svg = view.curves["charts"][1]["svgs"][""]
    ends = f"training {brief(accuracy[-1])}, validation {brief(checked_accuracy[-1])}"
    assert f"accuracy: {ends}" in svg
    lower, rises = view.curves["questions"]
    assert lower["answer"] == ("training" if loss[-1] < checked[-1] else "validation")
    assert rises["answer"] == ("yes" if checked[-1] > 1.02 * min(checked) else "no")


def test_validation_is_dashed_and_drawn_at_the_end_of_an_epoch_and_means_in_its_middle(trained):
    view, _, _ = trained
    training, validation = view.picture().charts[0].lines

    assert (training.label, training.dashed, training.back) == ("training", False, 0.5)
    assert (validation.label, validation.dashed, validation.back) == ("validation", True, 0)


def test_an_earlier_run_is_a_line_beside_those_of_the_present_one():
    x, y, more = np.array([[1.0], [2]]), np.array([[2.0], [4]]), np.array([[3.0]])
    lines = {}
    for validated in (True, False):
        model = line(2, validated=True)
        settings = {"validation_data": (more, 2 * more)} if validated else {}
        model.fit(x, y, epochs=2, verbose=0, live=True, **settings)
        (chart,) = watch(model).curves["charts"]
        lines[validated] = {one["label"]: [*map(float, one["values"])] for one in chart["lines"]}

    assert [*lines[True]] == ["run 1, validation", "training", "validation"]
    assert lines[True]["run 1, validation"] == pytest.approx([9, 2.25])
    assert lines[True]["validation"] == pytest.approx([0.5625, 0.140625], rel=5e-3)
    assert lines[True]["training"] == pytest.approx([0.625, 0.15625], rel=5e-3)
    assert [*lines[False]] == ["run 1", "training"]
    assert lines[False]["run 1"] == pytest.approx([10, 2.5])


@pytest.mark.filterwarnings("ignore:The loss")
def test_a_curve_without_a_number_is_told_as_one():
    model = line(1)
    x = np.array([[np.nan], [1.0]])
    history = model.fit(x, x, epochs=2, verbose=0, live=False)

    said = compare_runs(history, labels=["lost"]).picture().description

    assert "nan" in said
