"""Settings and calls of layers that few people write."""

import numpy as np
import pytest

from funclab import Input, Layer, Model
from funclab import layers as L
from funclab.errors import ArgumentError, ConfigError, DataError

STEPS = np.array([[[0.0, 8], [2, 4], [100, 100], [-9, 50]]], "float32")
FIRST_TWO = np.array([[True, True, False, False]])


class Seen(Layer):
    """What a layer's `call` is given."""

    def call(self, inputs):
        return inputs


VALUES = {
    "one number as a vector": (
        lambda: L.Discretization([0.0, 1.0], output_mode="one_hot")(np.float32(0.5)),
        [0, 1, 0],
    ),
    "a column of numbers has one vector each": (
        lambda: L.CategoryEncoding(3, output_mode="one_hot")([[1], [2]]),
        [[0, 1, 0], [0, 0, 1]],
    ),
    "one known number as a vector": (
        lambda: L.IntegerLookup(vocabulary=[3, 4], output_mode="multi_hot")(np.array(4)),
        [0, 0, 1],
    ),
    "the name of multi_hot in Keras 2": (
        lambda: L.CategoryEncoding(3, output_mode="binary")([[0, 2, 2]]),
        [[1, 0, 1]],
    ),
    "what is counted has weights": (
        lambda: L.CategoryEncoding(3, output_mode="count")([0, 1, 1], count_weights=[1.0, 2, 3]),
        [1, 5, 0],
    ),
    "masked steps do not count in a batch's statistics": (
        lambda: L.BatchNormalization(epsilon=0.0)(STEPS, mask=FIRST_TWO, training=True)[:, :2],
        [[[-1, 1], [1, -1]]],
    ),
}


@pytest.mark.parametrize("says", VALUES)
def test_a_rare_call_has_the_value_that_follows_from_its_meaning(says):
    call, expected = VALUES[says]

    np.testing.assert_allclose(call(), expected, rtol=1e-5)


REFUSED = {
    "in TF-IDF output mode, the `idf_weights` argument must also be provided": (
        ArgumentError,
        lambda: L.StringLookup(vocabulary=["a"], output_mode="tf_idf"),
    ),
    "`idf_weights` must be set if output_mode is 'tf_idf'": (
        ArgumentError,
        lambda: L.StringLookup(output_mode="tf_idf").set_vocabulary(["a"]),
    ),
    "all inputs should be in vocabulary, found OOV values [9]": (
        DataError,
        lambda: L.IntegerLookup(vocabulary=[3, 4], num_oov_indices=0)([9]),
    ),
    "A line of the vocabulary of integer_lookup is not a whole number: 'x'": (
        ConfigError,
        lambda: L.IntegerLookup().set_assets({"vocabulary.txt": "1\nx"}),
    ),
    "Invalid value for argument `input_shape` of compute_output_shape": (
        ArgumentError,
        lambda: L.Dense(2).compute_output_shape("odd"),
    ),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_does_not_fit_is_refused(words):
    kind, call = REFUSED[words]

    with pytest.raises(kind) as caught:
        call()

    assert words in str(caught.value)


def test_a_token_with_a_line_break_cannot_be_saved():
    lookup = L.StringLookup()
    lookup.adapt(np.array(["a\nb"], object))

    with pytest.raises(ConfigError, match="cannot be saved: a token holds a line break"):
        lookup.get_assets()


def test_floats_are_cast_to_the_dtype_of_a_layer_unless_it_says_autocast_false():
    x = Input((2,), dtype="float64")

    assert Seen()(x).dtype == "float32"
    assert Seen(autocast=False)(x).dtype == "float64"


def test_the_halves_of_a_bidirectional_layer_are_named_once():
    both = L.Bidirectional(L.LSTM(2, name="forward_words"))

    assert both.forward_layer.name == "forward_words"
    assert both.backward_layer.name == "backward_words"


def test_of_several_masks_a_layer_passes_on_the_only_one():
    one, other = np.array([[True]]), np.array([[False]])

    layer = Seen()

    assert layer.compute_mask([STEPS, STEPS], [None, one]) is one
    assert layer.compute_mask([STEPS, STEPS], [None, None]) is None
    assert layer.compute_mask([STEPS, STEPS], [other, one]) is None


class Doubled(Layer):
    def call(self, inputs, training=True):
        return inputs * 2 if training else inputs


class Around(Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = Doubled()

    def call(self, inputs, training=False):
        return self.inner(inputs)


def test_the_default_of_training_counts_where_nothing_else_says_it_as_in_keras():
    ones, x = np.ones((1, 2), "float32"), Input((2,))
    model = Model(x, Doubled()(x))

    assert np.array_equal(Doubled()(ones), 2 * ones)
    assert np.array_equal(Around()(ones), ones)  # the outer default comes first
    assert np.array_equal(model(ones), 2 * ones)
    assert np.array_equal(model.predict(ones, verbose=0), ones)
