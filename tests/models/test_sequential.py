"""A stack of layers."""

import numpy as np
import pytest

from funclab import Input, Sequential, models
from funclab.layers import Dense


def test_a_stack_with_an_input_is_built_at_once():
    model = Sequential([Input((3,)), Dense(4), Dense(2)])

    assert model.built
    assert model.output_shape == (None, 2)
    assert [layer.name for layer in model.layers] == ["dense", "dense_1"]


def test_a_stack_without_an_input_is_built_by_the_first_data():
    model = Sequential([Dense(4), Dense(2)])
    assert not model.built

    out = model(np.ones((5, 3)))

    assert out.shape == (5, 2)
    assert model.input_shape == (None, 3)


def test_keras_2_keywords_of_the_first_layer_declare_the_input():
    model = Sequential()
    model.add(Dense(4, input_shape=(3,)))
    model.add(Dense(2))

    assert model.input_shape == (None, 3)
    assert Sequential([Dense(1, input_dim=7)]).input_shape == (None, 7)


def test_adding_layers_one_by_one_calls_each_layer_once():
    model = Sequential([Input((3,))])
    for _ in range(3):
        model.add(Dense(4))

    assert [len(layer.inbound_nodes) for layer in model.layers] == [1, 1, 1]


def test_pop_takes_the_last_layer_away():
    model = Sequential([Input((3,)), Dense(4), Dense(2)])

    model.pop()

    assert model.output_shape == (None, 4)
    assert model(np.ones((1, 3))).shape == (1, 4)


def test_equal_names_are_refused():
    model = Sequential([Dense(3, name="a")])

    with pytest.raises(ValueError, match="should have unique names"):
        model.add(Dense(3, name="a"))

    assert len(model.layers) == 1


def test_a_function_is_not_a_layer():
    with pytest.raises(TypeError, match="Only instances of"):
        Sequential([lambda x: x])


def test_layers_cannot_be_replaced_as_a_list():
    with pytest.raises(AttributeError, match=r"Use `add\(\)` and `pop\(\)`"):
        Sequential().layers = []


def test_a_stack_is_rebuilt_from_its_config():
    model = Sequential([Input((3,)), Dense(4, activation="relu"), Dense(2)])
    copy = models.model_from_json(model.to_json())
    copy.set_weights(model.get_weights())

    np.testing.assert_array_equal(copy(np.ones((2, 3))), model(np.ones((2, 3))))


def test_a_stack_may_begin_with_a_model():
    inner = Sequential([Input((3,)), Dense(4)])

    model = Sequential([inner, Dense(2)])

    assert model.input_shape == (None, 3)
    assert model.output_shape == (None, 2)


def test_an_input_given_first_stays_when_a_model_follows_it():
    inner = Sequential([Input((3,)), Dense(4)])

    model = Sequential([Input((3,), name="mine"), inner])

    assert model.input_names == ["mine"]


def test_a_frozen_stack_is_frozen_when_it_is_rebuilt():
    model = Sequential([Input((3,)), Dense(4)], trainable=False)

    copy = models.model_from_json(model.to_json())

    assert not copy.trainable
    assert copy.trainable_weights == []
