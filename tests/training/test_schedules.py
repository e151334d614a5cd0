"""Learning rates that depend on the number of steps, compared with those of Keras."""

from __future__ import annotations

import numpy as np
import pytest

from funclab.graph.value import Variable
from funclab.optimizers import SGD, schedules

STEPS = [0, 2, 3, 4, 6, 7, 10, 14, 20]
# The rates of Keras 3.15 at these steps.
RATES = {
    "exponential": (
        schedules.ExponentialDecay(1.0, 4, 0.5),
        [1.0, 0.70711, 0.5946, 0.5, 0.35355, 0.2973, 0.17678, 0.08839, 0.03125],
    ),
    "exponential, in steps": (
        schedules.ExponentialDecay(1.0, 4, 0.5, staircase=True),
        [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.125, 0.03125],
    ),
    "inverse": (
        schedules.InverseTimeDecay(1.0, 4, 0.5),
        [1.0, 0.8, 0.72727, 0.66667, 0.57143, 0.53333, 0.44444, 0.36364, 0.28571],
    ),
    "inverse, in steps": (
        schedules.InverseTimeDecay(1.0, 4, 0.5, staircase=True),
        [1.0, 1.0, 1.0, 0.66667, 0.66667, 0.66667, 0.5, 0.4, 0.28571],
    ),
    "piecewise": (
        schedules.PiecewiseConstantDecay([3, 6], [1.0, 0.5, 0.25]),
        [1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25],
    ),
    "cosine": (
        schedules.CosineDecay(0.1, 10, alpha=0.2),
        [0.1, 0.09236, 0.08351, 0.07236, 0.04764, 0.03649, 0.02, 0.02, 0.02],
    ),
    "cosine after a warm-up from 0": (
        schedules.CosineDecay(0.0, 10, alpha=0.1, warmup_target=0.5, warmup_steps=4),
        [0.0, 0.25, 0.375, 0.5, 0.45703, 0.40725, 0.20547, 0.05, 0.05],
    ),
    "polynomial": (
        schedules.PolynomialDecay(1.0, 10, 0.1, power=2.0),
        [1.0, 0.676, 0.541, 0.424, 0.244, 0.181, 0.1, 0.1, 0.1],
    ),
    "polynomial, again and again": (
        schedules.PolynomialDecay(1.0, 5, 0.1, cycle=True),
        [1.0, 0.64, 0.46, 0.28, 0.46, 0.37, 0.1, 0.16, 0.1],
    ),
    "cosine with restarts": (
        schedules.CosineDecayRestarts(1.0, 4),
        [1.0, 0.5, 0.14645, 1.0, 0.85355, 0.69134, 0.14645, 0.96194, 0.5],
    ),
    "cosine with restarts of one length": (
        schedules.CosineDecayRestarts(1.0, 4, t_mul=1.0, m_mul=0.5, alpha=0.1),
        [1.0, 0.55, 0.2318, 0.55, 0.325, 0.1659, 0.2125, 0.15625, 0.128125],
    ),
    "cosine after a warm-up": (
        schedules.CosineDecay(0.1, 10, warmup_target=0.5, warmup_steps=4),
        [0.1, 0.3, 0.4, 0.5, 0.45225, 0.39695, 0.17275, 0.0, 0.0],
    ),
}


@pytest.mark.parametrize("name", RATES)
def test_a_schedule_gives_the_rates_of_keras(name):
    schedule, rates = RATES[name]

    copy = type(schedule).from_config(schedule.get_config())

    for rule in (schedule, copy):
        np.testing.assert_allclose([rule(step) for step in STEPS], rates, atol=1e-5)


def test_a_schedule_of_an_array_of_steps_gives_the_rates_of_keras_as_an_array():
    made = {  # the numbers are those of Keras 3.15 with TensorFlow
        schedules.ExponentialDecay(0.1, 10, 0.9): [0.1, 0.09895193, 0.09791484, 0.09688862],
        schedules.CosineDecay(0.1, 10): [0.1, 0.09755283, 0.09045085, 0.07938927],
        schedules.InverseTimeDecay(0.1, 10, 0.9): [0.1, 0.09174312, 0.08474576, 0.07874016],
        schedules.PolynomialDecay(0.1, 10): [0.1, 0.09001, 0.08002, 0.07003],
        schedules.PiecewiseConstantDecay([2], [1.0, 0.5]): [1.0, 1.0, 1.0, 0.5],
    }
    for schedule, expected in made.items():
        for steps in (np.arange(4), np.arange(4.0), Variable(np.arange(4.0))):
            rates = schedule(steps)
            assert rates.numpy().dtype == "float32"
            np.testing.assert_allclose(rates.numpy(), expected, 1e-6)
        assert schedule(np.arange(4).reshape(2, 2)).shape == (2, 2)


def test_an_optimizer_keeps_its_schedule_as_keras_writes_it():
    config = SGD(schedules.ExponentialDecay(1.0, 4, 0.5)).get_config()["learning_rate"]

    assert config["module"] == "keras.optimizers.schedules"
    assert config["class_name"] == "ExponentialDecay"
    assert config["config"]["decay_steps"] == 4
    assert SGD(config).schedule(4) == 0.5


def test_a_schedule_is_rebuilt_from_its_config():
    schedule = schedules.CosineDecayRestarts(0.1, 5, m_mul=0.5)

    again = schedules.deserialize(schedules.serialize(schedule))

    assert again.get_config() == schedule.get_config()


def test_a_schedule_of_ones_own_trains():
    class Halved(schedules.LearningRateSchedule):
        def __call__(self, step):
            return 1.0 / 2**step

    w = Variable(np.zeros(1))
    optimizer = SGD(Halved())
    for _ in range(3):
        optimizer.apply([np.ones(1)], [w])

    assert w.array.tolist() == [-(1 + 1 / 2 + 1 / 4)]
