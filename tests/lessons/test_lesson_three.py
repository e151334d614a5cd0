"""What lesson 3 says about its training runs is true, within bounds that hold on any processor."""

from __future__ import annotations

from typing import Any

import pytest

from funclab import optimizers
from funclab.losses import SparseCategoricalCrossentropy
from funclab.teach import catch_up

LOWEST_TWICE = 1.46
"""Softmax twice gives one of ten classes at most e / (e + 9) = 0.23, and -ln 0.23 = 1.46."""


@pytest.fixture(scope="module")
def lesson() -> dict[str, Any]:
    """The variables that the lesson leaves behind."""
    names: dict[str, Any] = {}
    catch_up(3, names=names)
    return names


def last(history, name="val_accuracy"):
    return history.history[name][-1]


def test_the_one_weight_arrives_at_three(lesson):
    assert lesson["one_weight"].get_weights()[0].item() == pytest.approx(3, abs=0.01)


def test_the_second_run_goes_on_where_the_first_ended(lesson):
    first, second = (lesson[name].history["loss"] for name in ("first", "second"))

    assert first[0] > 1.8
    assert 0.8 * first[-1] < second[0] < first[-1]


def test_with_dropout_training_looks_worse_than_it_is(lesson):
    history, model = lesson["history"], lesson["dropping"]
    loss, accuracy = model.evaluate(lesson["x_train"], lesson["y_train"], verbose=0)

    assert history.model is model
    assert last(history, "accuracy") < last(history) < accuracy
    assert loss < 0.7 * last(history, "loss")


@pytest.mark.parametrize(("rate", "low", "high"), [(0.1, 0.85, 1), (1, 0.85, 1), (10, 0, 0.2)])
def test_ten_times_the_rate_still_arrives_and_a_hundred_times_never(lesson, rate, low, high):
    assert low < last(lesson["learn"]("reader", optimizers.SGD(rate))) < high


@pytest.mark.filterwarnings("ignore:digit ends in a softmax")
def test_softmax_twice_reads_most_digits_and_its_loss_stays_up(lesson):
    twice = lesson["learn"]("twice", "adam", SparseCategoricalCrossentropy(from_logits=True))
    once = lesson["learn"]("once", "adam")

    assert last(twice) > 0.7 and last(twice, "loss") > LOWEST_TWICE
    assert last(once) > 0.85 and last(once, "loss") < 0.3
