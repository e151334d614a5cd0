"""TimeDistributed around layers and models."""

from typing import Any

import numpy as np
import pytest

from funclab import Input, Model, layers
from funclab.errors import NameLookupError, TensorTypeError
from funclab.layers import BatchNormalization, Dense, TimeDistributed

STEPS = np.random.default_rng(0).standard_normal((2, 3, 4)).astype("float32")


def two_branches() -> Model:
    left, right = Input((4,), name="left"), Input((4,), name="right")
    hidden = Dense(5, activation="tanh")
    outputs = [layers.add([hidden(left), hidden(right)]), Dense(2)(left)]
    return Model([left, right], outputs)


def test_a_model_may_be_used_at_every_step():
    inputs = Input((4,))
    model = Model(inputs, Dense(2)(Dense(5, activation="relu")(inputs)))
    frames = Input((3, 4))

    outer = Model(frames, TimeDistributed(model)(frames))

    made = outer(STEPS)
    for t in range(3):
        np.testing.assert_allclose(made[:, t], model(STEPS[:, t]), rtol=1e-5)
    assert [id(weight) for weight in outer.weights] == [id(weight) for weight in model.weights]


def test_models_with_several_inputs_and_outputs_may_be_used():
    model = two_branches()

    made = TimeDistributed(model)([STEPS, STEPS[:, ::-1]])

    for t in range(3):
        expected = model([STEPS[:, t], STEPS[:, 2 - t]])
        for got, wanted in zip(made, expected, strict=True):
            np.testing.assert_allclose(got[:, t], wanted, rtol=1e-5, atol=1e-6)


def test_the_layer_inside_gets_no_nodes():
    inner = Dense(2)
    layer = TimeDistributed(inner)

    layer(Input((3, 4)))
    layer(Input((5, 4)))

    assert len(layer.inbound_nodes) == 2
    assert inner.inbound_nodes == []
    assert inner.weights == layer.weights


def test_the_length_may_be_unknown():
    layer = TimeDistributed(Dense(2))

    assert layer(Input((None, 4))).shape == (None, None, 2)
    assert layer(STEPS).shape == (2, 3, 2)


def test_batch_normalization_sees_one_step_after_another_in_training():
    wrapped, alone = TimeDistributed(BatchNormalization(momentum=0.5)), None
    alone = BatchNormalization(momentum=0.5)

    made = wrapped(STEPS, training=True)

    steps = [alone(STEPS[:, t], training=True) for t in range(3)]
    np.testing.assert_allclose(made, np.stack(steps, axis=1), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(wrapped.get_weights()[2], alone.get_weights()[2], rtol=1e-5)


def test_a_frozen_wrapper_freezes_the_layer_inside():
    layer = TimeDistributed(Dense(2))
    layer(STEPS)

    layer.trainable = False

    assert layer.layer.trainable_weights == []


def test_a_shared_layer_inside_and_outside_shares_its_weights():
    inner = Dense(2)
    rows, steps = Input((4,)), Input((3, 4))
    model = Model([rows, steps], [inner(rows), TimeDistributed(inner)(steps)])

    assert len(model.weights) == 2
    assert model.count_params() == 10


def test_the_config_holds_the_layer_inside():
    layer = TimeDistributed(Dense(2, activation="relu", name="inner"), name="outer")

    config = layer.get_config()

    assert config["layer"]["class_name"] == "Dense"
    assert config["layer"]["config"]["name"] == "inner"
    assert TimeDistributed.from_config(config).get_config() == config


@pytest.mark.parametrize("inner", [Dense, "dense", STEPS])
def test_what_is_not_a_layer_is_refused(inner: Any):
    with pytest.raises(TensorTypeError, match="isn't a supported layer type"):
        TimeDistributed(inner)


def test_both_halves_of_bidirectional_use_a_function_that_has_no_name():
    x = Input((4, 3))
    reader = layers.Bidirectional(layers.SimpleRNN(2, activation=lambda z: 0 * z + 5))

    model = Model(x, reader(x))

    assert np.array_equal(model.predict(np.ones((1, 4, 3)), verbose=0), [[5, 5, 5, 5]])


def test_a_lambda_in_a_config_cannot_be_found_by_its_name():
    cell = layers.SimpleRNNCell(2, activation=lambda z: z)

    with pytest.raises(NameLookupError) as told:
        layers.Bidirectional(layers.RNN(cell))

    assert "give the function a name with def" in told.value.fix
