"""Dropout, noise and their random streams."""

from typing import Any

import numpy as np
import pytest

from funclab import layers, ops
from funclab.engine.plan import Plan
from funclab.graph.tape import Tape
from funclab.graph.value import Value
from funclab.utils import set_random_seed

ONES = np.ones((50, 40), "float32")
RANDOM = [
    (layers.Dropout, {"rate": 0.3}),
    (layers.AlphaDropout, {"rate": 0.3}),
    (layers.GaussianNoise, {"stddev": 0.5}),
    (layers.GaussianDropout, {"rate": 0.3}),
]
each_random = pytest.mark.parametrize(("cls", "settings"), RANDOM)


@each_random
def test_nothing_happens_outside_training(cls: Any, settings: Any):
    np.testing.assert_array_equal(cls(**settings)(ONES), ONES)


@each_random
def test_each_call_draws_anew(cls: Any, settings: Any):
    layer = cls(**settings)

    assert (layer(ONES, training=True) != layer(ONES, training=True)).any()


@each_random
def test_equal_seeds_give_equal_streams(cls: Any, settings: Any):
    first, second = cls(seed=5, **settings), cls(seed=5, **settings)

    for _ in range(2):
        np.testing.assert_array_equal(first(ONES, training=True), second(ONES, training=True))


@each_random
def test_set_random_seed_repeats_layers_without_a_seed(cls: Any, settings: Any):
    drawn = []
    for _ in range(2):
        set_random_seed(3)
        drawn.append(cls(**settings)(ONES, training=True))

    np.testing.assert_array_equal(*drawn)


@each_random
def test_the_stream_is_kept_with_the_variables_but_is_not_a_weight(cls: Any, settings: Any):
    layer = cls(**settings)

    assert layer.weights == []
    assert [variable.dtype for variable in layer.variables] == ["uint64"]


def test_dropout_zeroes_the_rate_and_keeps_the_mean():
    dropped = layers.Dropout(0.25, seed=1)(np.ones((400, 100), "float32"), training=True)

    assert set(np.unique(dropped)) == {np.float32(0), np.float32(1 / 0.75)}
    assert (dropped == 0).mean() == pytest.approx(0.25, abs=0.02)


def test_a_noise_shape_drops_whole_steps():
    dropped = layers.Dropout(0.5, noise_shape=(None, 1), seed=1)(ONES, training=True)

    assert all(len(np.unique(row)) == 1 for row in dropped)
    assert len(np.unique(dropped[:, 0])) == 2


def test_spatial_dropout_drops_whole_maps():
    images = np.ones((8, 5, 4, 6), "float32")

    last = layers.SpatialDropout2D(0.5, seed=1)(images, training=True)
    first = layers.SpatialDropout2D(0.5, data_format="channels_first", seed=1)(
        images, training=True
    )

    assert (last == last[:, :1, :1]).all()
    assert (first == first[:, :, :1, :1]).all()
    assert len(np.unique(last)) == len(np.unique(first)) == 2


def test_noise_has_the_mean_and_deviation_asked_for():
    zeros = np.zeros((300, 300), "float32")

    noise = layers.GaussianNoise(0.5, seed=1)(zeros, training=True)

    assert noise.mean() == pytest.approx(0, abs=0.01)
    assert noise.std() == pytest.approx(0.5, abs=0.01)


def test_gaussian_dropout_has_mean_one_and_variance_rate_over_the_rest():
    noise = layers.GaussianDropout(0.2, seed=1)(np.ones((300, 300), "float32"), training=True)

    assert noise.mean() == pytest.approx(1, abs=0.01)
    assert noise.var() == pytest.approx(0.25, abs=0.01)


def test_the_gradient_passes_where_the_signal_passed():
    layer, x = layers.Dropout(0.5, seed=1), Value((50, 40))
    with Tape(training=True):
        output = layer(x)
        plan = Plan([ops.sum(output), output], wrt=[x])
    np.copyto(plan.array(x), ONES)

    plan.run()

    np.testing.assert_array_equal(plan.grads[x], plan.array(output))


def test_activity_regularization_adds_its_penalty_per_sample():
    layer, x = layers.ActivityRegularization(l1=0.1, l2=0.01), Value((50, 40))
    with Tape() as tape:
        layer(x)
    plan = Plan(tape.losses[0], wrt=())
    np.copyto(plan.array(x), 2 * ONES)

    plan.run()

    penalty = 40 * (0.1 * 2 + 0.01 * 4)
    assert float(plan.array(tape.losses[0])) == pytest.approx(penalty, rel=1e-5)


def test_each_seed_has_a_stream_of_its_own():
    seeds = (1, 2, 3, 130, -1)

    drawn = [layers.Dropout(0.5, seed=seed)(ONES, training=True).tobytes() for seed in seeds]

    assert len(set(drawn)) == len(seeds)


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(0).standard_normal((400, 500)).astype("float32")

    made = layers.AlphaDropout(0.3, seed=1)(x, training=True)

    assert made.mean() == pytest.approx(0, abs=0.01)
    assert made.std() == pytest.approx(1, abs=0.01)
    _, count = np.unique(made, return_counts=True)  # what is dropped is one number
    assert count.max() / x.size == pytest.approx(0.3, abs=0.01)


def test_alpha_dropout_drops_whole_columns_where_its_noise_has_length_one():
    x = np.random.default_rng(0).standard_normal((5, 60)).astype("float32")

    made = layers.AlphaDropout(0.5, noise_shape=(1, None), seed=1)(x, training=True)

    dropped = np.isclose(made, made[:1]).all(0)
    assert 15 < dropped.sum() < 45
