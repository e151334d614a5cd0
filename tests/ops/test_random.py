"""funclab.random: repeatable with a seed, new numbers at every draw of a stream."""

import numpy as np
import pytest

import funclab
from funclab import Input, Layer, Model, ops, random, utils
from funclab.errors import ArgumentError

MANY = (4000,)
DRAWS = {
    "uniform": lambda seed=None: random.uniform(MANY, 2, 4, seed=seed),
    "normal": lambda seed=None: random.normal(MANY, mean=3.0, stddev=2.0, seed=seed),
    "truncated_normal": lambda seed=None: random.truncated_normal(MANY, 3.0, 2.0, seed=seed),
    "randint": lambda seed=None: random.randint(MANY, 2, 5, seed=seed),
    "gamma": lambda seed=None: random.gamma(MANY, 3.0, seed=seed),
    "beta": lambda seed=None: random.beta(MANY, 2.0, 6.0, seed=seed),
    "binomial": lambda seed=None: random.binomial(MANY, 10, 0.3, seed=seed),
    "categorical": lambda seed=None: random.categorical(np.log([[0.2, 0.8]]), 4000, seed=seed),
    "dropout": lambda seed=None: random.dropout(np.ones(MANY, "float32"), 0.25, seed=seed),
    "shuffle": lambda seed=None: random.shuffle(np.arange(4000), seed=seed),
}
# Mean and standard deviation, by the formulas of the distributions; and the dtype.
EXPECTED = {
    "uniform": (3, 2 / 12**0.5, "float32"),
    "normal": (3, 2, "float32"),
    "truncated_normal": (3, 2 * 0.8796, "float32"),
    "randint": (3, (2 / 3) ** 0.5, "int32"),
    "gamma": (3, 3**0.5, "float32"),
    "beta": (0.25, (12 / 64 / 9) ** 0.5, "float32"),
    "binomial": (3, 2.1**0.5, "float32"),
    "categorical": (0.8, 0.4, "int32"),
    "dropout": (1, (1 / 3) ** 0.5, "float32"),
    "shuffle": (1999.5, 4000 / 12**0.5, "int64"),
}


@pytest.fixture(autouse=True)
def recorded_always():
    """Nothing is recorded in these tests: a draw gives numbers at once."""


@pytest.mark.parametrize("name", DRAWS)
def test_the_numbers_have_the_mean_and_the_spread_of_their_distribution(name):
    numbers = DRAWS[name](seed=5)

    mean, spread, dtype = EXPECTED[name]
    assert str(numbers.dtype) == dtype
    assert abs(numbers.mean() - mean) < 4 * spread / 4000**0.5 + 1e-6
    np.testing.assert_allclose(numbers.std(), spread, rtol=0.06)


@pytest.mark.parametrize("name", DRAWS)
def test_a_seed_repeats_the_numbers_and_a_stream_goes_on(name):
    draw = DRAWS[name]
    first, second = random.SeedGenerator(3), random.SeedGenerator(3)

    before, after = draw(seed=first), draw(seed=first)

    np.testing.assert_array_equal(draw(seed=3), draw(seed=3))
    np.testing.assert_array_equal(draw(seed=second), before)
    assert (before != after).any()


@pytest.mark.parametrize("name", DRAWS)
def test_set_random_seed_governs_draws_without_a_seed(name):
    utils.set_random_seed(11)
    first, other = DRAWS[name](), DRAWS[name]()
    utils.set_random_seed(11)

    np.testing.assert_array_equal(DRAWS[name](), first)
    assert (first != other).any()


class Noise(Layer):
    """Adds noise, drawn from `seed`."""

    def __init__(self, seed=None, **settings):
        super().__init__(**settings)
        self.seed = seed

    def call(self, x):
        return x + random.normal(ops.shape(x), seed=self.seed)


def predictions(layer):
    """What a model that calls the layer predicts for the same zeros, three times."""
    x = Input((4,))
    model = Model(x, layer(x))
    return [model.predict(np.zeros((3, 4), "float32"), verbose=0) for _ in range(3)]


@pytest.mark.parametrize("seed", [None, random.SeedGenerator(1)])
def test_a_layer_of_ones_own_draws_new_numbers_at_every_run(seed):
    first, second, third = predictions(Noise(seed))

    assert first.shape == (3, 4)
    assert (first != second).all()
    assert (second != third).all()


def test_a_whole_number_as_seed_gives_a_layer_the_same_numbers_at_every_run():
    first, second, third = predictions(Noise(4))

    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, third)
    np.testing.assert_allclose(first, random.normal((3, 4), seed=4), rtol=1e-6)


def test_the_stream_of_a_layer_is_saved_with_its_model(tmp_path):
    x = Input((4,))
    model = Model(x, Noise(random.SeedGenerator(1), name="noise")(x))
    zeros = np.zeros((3, 4), "float32")
    model.predict(zeros, verbose=0)
    model.save_weights(tmp_path / "m.weights.h5")
    expected = model.predict(zeros, verbose=0)
    again = Model(x, Noise(random.SeedGenerator(9), name="noise")(x))
    again.load_weights(tmp_path / "m.weights.h5")

    np.testing.assert_array_equal(again.predict(zeros, verbose=0), expected)


def test_draws_on_tensors_are_nodes_of_the_graph():
    x = Input((4,))
    kept = random.dropout(x, 0.5, seed=random.SeedGenerator(2))
    classes = random.categorical(x, 5, seed=2)
    mixed = random.shuffle(x, axis=1, seed=2)

    model = Model(x, [kept, classes, mixed])
    outputs = model.predict(np.arange(8, dtype="float32").reshape(2, 4), verbose=0)

    assert [tensor.shape for tensor in (kept, classes, mixed)] == [(None, 4), (None, 5), (None, 4)]
    assert [output.shape for output in outputs] == [(2, 4), (2, 5), (2, 4)]
    assert sorted(outputs[2][0]) == [0, 1, 2, 3]


def test_a_generator_is_made_again_from_its_config():
    generator = random.SeedGenerator(5, name="noise")
    random.normal((2,), seed=generator)

    again = random.SeedGenerator.from_config(generator.get_config())

    np.testing.assert_array_equal(again.next(), [5, 0])
    np.testing.assert_array_equal(again.state, [5, 1])
    with pytest.raises(ArgumentError, match="Argument `seed` must be an integer"):
        random.SeedGenerator("five")


def test_random_is_a_room_like_the_others():
    assert funclab.random is random
