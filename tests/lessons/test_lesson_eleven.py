"""What lesson 11 says it measured, and what it says about funclab, is true."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from funclab import GradientTape, Input, Model, layers, ops, optimizers
from funclab.teach import catch_up


@pytest.fixture(scope="module")
def lesson() -> dict[str, Any]:
    """The variables that the lesson leaves behind."""
    names: dict[str, Any] = {}
    catch_up(11, names=names)
    return names


def bikes(lesson, year: int) -> tuple[Any, Any]:
    part = "train" if year == 2011 else "test"
    return lesson[f"x_{part}"], lesson[f"y_{part}"]


def answers(lesson, run, year: int = 2011):
    return run.model.predict(bikes(lesson, year)[0], verbose=0)


def off(lesson, run, year: int = 2011) -> float:
    return float(np.abs(answers(lesson, run, year) - bikes(lesson, year)[1]).mean())


def enough(lesson, run, year: int = 2011) -> float:
    return float((answers(lesson, run, year) >= bikes(lesson, year)[1]).mean())


def test_a_weighted_mean_is_closer_than_the_last_hour(lesson):
    x, y = bikes(lesson, 2011)

    assert 48 < np.abs(x[:, -1] - y).mean() < 50
    assert 35 < off(lesson, lesson["run"]) < 38


def test_the_last_hour_counts_most_and_then_the_same_time_yesterday(lesson):
    scores = lesson["mean"].scores.numpy()[:, 0]

    assert [*np.argsort(scores)[::-1][:3]] == [23, 1, 0]


def test_call_runs_when_the_layer_is_called_and_once_for_all_batches_of_a_size():
    ran = []

    class Twice(layers.Layer):
        def call(self, x: Any) -> Any:
            ran.append(x.shape)
            return 2 * x

    x = Input((1,))
    model = Model(x, layers.Dense(1)(Twice()(x)))
    model.compile("sgd", "mse")

    model.fit(np.ones((12, 1)), np.ones((12, 1)), batch_size=4, epochs=5, verbose=0, live=False)

    assert ran == [(None, 1), (4, 1)]


def test_what_numpy_computes_from_a_weight_gets_no_gradient(lesson):
    stuck = lesson["stuck"]
    before = stuck.get_weights()
    stuck.compile("sgd", "mae")

    stuck.train_on_batch(*(part[:8] for part in bikes(lesson, 2011)))

    moved = [not np.array_equal(a, b) for a, b in zip(before, stuck.get_weights())]
    assert moved == [False, True, True]


def test_a_double_charge_raises_every_forecast(lesson):
    equal, dear = lesson["equal"], lesson["dear"]

    for year in (2011, 2012):
        rose = answers(lesson, dear, year) > answers(lesson, equal, year)
        assert rose.mean() > 0.995
    assert 20 < (answers(lesson, dear, 2012) - answers(lesson, equal, 2012)).mean() < 35


def test_the_price_decides_in_how_many_hours_there_are_enough(lesson):
    equal, dear = lesson["equal"], lesson["dear"]

    assert enough(lesson, equal) == pytest.approx(1 / 2, abs=0.02)
    assert enough(lesson, dear) == pytest.approx(2 / 3, abs=0.02)
    assert enough(lesson, equal, 2012) == pytest.approx(0.58, abs=0.03)
    assert enough(lesson, dear, 2012) == pytest.approx(0.73, abs=0.03)


def test_by_the_old_measure_the_new_model_is_worse(lesson):
    assert 2 < off(lesson, lesson["dear"]) - off(lesson, lesson["equal"]) < 4


def test_the_sign_alone_comes_as_close_as_adam_and_sgd_only_near_one_rate(lesson):
    learn = lesson["learn"]

    assert abs(off(lesson, lesson["sign"]) - off(lesson, lesson["equal"])) < 1
    assert off(lesson, lesson["sgd"]) > 60
    assert 37 < off(lesson, learn("mae", optimizers.SGD(0.003))) < 40


def test_a_step_that_is_never_long_rescues_sgd(lesson):
    class Careful(optimizers.Optimizer):
        def update_step(self, gradient, variable, learning_rate):
            variable.assign_sub(np.clip(learning_rate * gradient, -0.05, 0.05))

    assert off(lesson, lesson["learn"]("mae", Careful(0.01))) < 38


def test_a_training_step_written_in_the_model_with_a_tape_is_called(lesson):
    class Mine(Model):
        def train_step(self, data: Any) -> Any:
            x, y = data
            with GradientTape() as tape:
                loss = ops.mean(ops.abs(self(x, training=True) - y))
            weights = self.trainable_weights
            self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
            return {"mine": loss}

    model = Mine(lesson["hours"], lesson["forecast"].output)
    x, y = lesson["x_train"][:8], lesson["y_train"][:8]
    before = [weight.numpy().copy() for weight in model.trainable_weights]
    off = np.abs(model.predict(x, verbose=0) - np.reshape(y, (-1, 1))).mean()
    model.compile("sgd", "mae")

    logs = model.fit(x, y, batch_size=8, verbose=0).history

    assert logs == {"mine": [pytest.approx(off, rel=1e-4)]}
    assert not all(map(np.array_equal, before, model.get_weights()))
