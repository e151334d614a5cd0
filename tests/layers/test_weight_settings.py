"""Initializers, regularizers and constraints."""

import json
from typing import Any

import numpy as np
import pytest

from funclab import constraints, initializers, regularizers
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError, NameLookupError, ShapeError
from funclab.graph.value import Variable

SHAPE = (300, 200)
X = np.array([[3.0, -4.0], [0.3, 0.4]], "float32")

# name: (mean, standard deviation, largest absolute value) of a weight of shape (300, 200)
DRAWN = {
    "random_uniform": (0, 0.05 / 3**0.5, 0.05),
    "uniform": (0, 0.05 / 3**0.5, 0.05),
    "random_normal": (0, 0.05, None),
    "normal": (0, 0.05, None),
    "truncated_normal": (0, 0.05 * 0.8796, 0.1),
    "variance_scaling": (0, 300**-0.5, None),
    "glorot_uniform": (0, (2 / 500) ** 0.5, (6 / 500) ** 0.5),
    "glorot_normal": (0, (2 / 500) ** 0.5, None),
    "he_uniform": (0, (2 / 300) ** 0.5, (6 / 300) ** 0.5),
    "he_normal": (0, (2 / 300) ** 0.5, None),
    "lecun_uniform": (0, 300**-0.5, (3 / 300) ** 0.5),
    "lecun_normal": (0, 300**-0.5, None),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_random_initializer_has_its_mean_deviation_and_limits(name: str):
    mean, deviation, limit = DRAWN[name]

    drawn = initializers.get(name)(SHAPE)

    assert drawn.dtype == "float32"
    assert drawn.mean() == pytest.approx(mean, abs=deviation / 50)
    assert drawn.std() == pytest.approx(deviation, rel=0.02)
    assert limit is None or 0.95 * limit < np.abs(drawn).max() <= limit


def test_a_seed_makes_equal_numbers_and_none_makes_new_ones():
    seeded, free = initializers.HeNormal(seed=3), initializers.HeNormal()

    np.testing.assert_array_equal(seeded(SHAPE), seeded(SHAPE))
    assert (free(SHAPE) != free(SHAPE)).any()


def test_a_convolution_counts_its_window_as_inputs():
    assert initializers.fans((3, 3, 8, 16)) == (72, 144)
    assert initializers.fans((5,)) == (5, 5)


def test_an_orthogonal_matrix_has_rows_at_right_angles():
    wide = initializers.Orthogonal(gain=2.0)((3, 4), dtype="float64")
    tall = initializers.Orthogonal()((5, 2, 3), dtype="float64").reshape(10, 3)

    np.testing.assert_allclose(wide @ wide.T, 4 * np.eye(3), atol=1e-12)
    np.testing.assert_allclose(tall.T @ tall, np.eye(3), atol=1e-12)


def test_constants_fill_a_weight():
    np.testing.assert_array_equal(initializers.Constant(0.5)((2, 2)), np.full((2, 2), 0.5))
    np.testing.assert_array_equal(initializers.get(X)((2, 2)), X)
    np.testing.assert_array_equal(initializers.get("identity")((2, 3)), np.eye(2, 3))
    np.testing.assert_array_equal(initializers.get("one")((2,)), [1, 1])
    np.testing.assert_array_equal(initializers.get("zeros")((2,)), [0, 0])


def test_initializers_that_do_not_fit_the_shape_say_so():
    for initializer in (initializers.Constant(X), initializers.Orthogonal(), "identity"):
        with pytest.raises(ShapeError, match=r"\(3,\)"):
            initializers.get(initializer)((3,))


ROOMS = [
    (initializers, initializers.VarianceScaling(2.0, "fan_avg", "uniform", seed=4)),
    (initializers, initializers.GlorotUniform(seed=3)),
    (regularizers, regularizers.L1L2(0.1, 0.2)),
    (regularizers, regularizers.OrthogonalRegularizer(0.1, "columns")),
    (constraints, constraints.MinMaxNorm(0.5, 1.5, 0.3, axis=1)),
]


@pytest.mark.parametrize(
    ("room", "thing"), ROOMS, ids=lambda value: getattr(value, "__name__", value)
)
def test_settings_survive_json(room: Any, thing: Any):
    text = json.dumps(room.serialize(thing))

    copy = room.deserialize(json.loads(text))

    assert type(copy) is type(thing)
    assert copy.get_config() == thing.get_config()


@pytest.mark.parametrize("room", [initializers, regularizers, constraints])
def test_get_takes_names_classes_configs_objects_and_functions(room: Any):
    name = {"initializers": "he_normal", "regularizers": "l2", "constraints": "max_norm"}
    thing = room.get(name[room.__name__.rpartition(".")[2]])
    cls = type(thing)

    def own(x: Any, dtype: Any = None) -> Any:
        return x

    assert type(room.get(cls)) is cls
    assert type(room.get({"class_name": cls.__name__, "config": {}})) is cls
    assert room.get(thing) is thing
    assert room.get(own) is own
    assert room.get(None) is None


@pytest.mark.parametrize("room", [initializers, regularizers, constraints])
def test_get_refuses_what_it_does_not_know(room: Any):
    with pytest.raises(NameLookupError, match="Could not interpret .* identifier: 'nonsense'"):
        room.get("nonsense")
    with pytest.raises(ArgumentError, match="Could not interpret .* identifier: 3"):
        room.get(3)


PENALTIES = {
    "l1": 0.01 * np.abs(X).sum(),
    "l2": 0.01 * np.square(X).sum(),
    "l1_l2": 0.01 * np.abs(X).sum() + 0.01 * np.square(X).sum(),
    "L1L2": 0.0,
}


@pytest.mark.parametrize("name", PENALTIES)
def test_a_penalty_is_a_sum_over_the_weights(name: str):
    assert float(regularizers.get(name)(X)) == pytest.approx(PENALTIES[name], rel=1e-6)


def test_the_functions_of_keras_2_make_regularizers():
    both = regularizers.l1_l2(l1=0.1, l2=0.2)

    assert float(both(X)) == pytest.approx(0.1 * np.abs(X).sum() + 0.2 * np.square(X).sum())
    assert regularizers.l1(0.5).get_config() == {"l1": 0.5}
    assert regularizers.l2(0.5).get_config() == {"l2": 0.5}


@pytest.mark.usefixtures("recorded")
def test_the_gradient_of_a_penalty_is_its_slope():
    weight = Variable(X.astype("float64"))
    plan = Plan(regularizers.L1L2(0.1, 0.2)(weight))

    plan.run()

    np.testing.assert_allclose(plan.grads[weight], 0.1 * np.sign(X) + 0.4 * X, rtol=1e-6)


def test_the_orthogonal_penalty_is_the_mean_cosine_of_pairs():
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)

    penalty = regularizers.OrthogonalRegularizer(0.5)(X)

    assert float(penalty) == pytest.approx(0.5 * abs(unit[0] @ unit[1]), rel=1e-5)


LENGTHS = np.linalg.norm(X, axis=1)
OBEYING = {
    "non_neg": (constraints.NonNeg(), np.maximum(X, 0)),
    "max_norm": (constraints.MaxNorm(1.0, axis=1), X / np.maximum(LENGTHS, 1)[:, None]),
    "unit_norm": (constraints.UnitNorm(axis=1), X / LENGTHS[:, None]),
    "min_max_norm": (
        constraints.MinMaxNorm(1.0, 2.0, axis=1),
        X * (np.clip(LENGTHS, 1, 2) / LENGTHS)[:, None],
    ),
    "at half the rate": (
        constraints.MinMaxNorm(1.0, 2.0, rate=0.5, axis=1),
        X * ((np.clip(LENGTHS, 1, 2) + LENGTHS) / 2 / LENGTHS)[:, None],
    ),
}


@pytest.mark.parametrize("name", OBEYING)
def test_a_constraint_gives_the_nearest_weights_that_obey(name: str):
    constraint, expected = OBEYING[name]

    made = constraint(X)

    assert made.dtype == X.dtype
    np.testing.assert_allclose(made, expected, rtol=1e-5, atol=1e-6)


def test_constraints_have_the_names_of_keras_2():
    assert isinstance(constraints.get("maxnorm"), constraints.MaxNorm)
    assert constraints.max_norm(3.0).max_value == 3.0
