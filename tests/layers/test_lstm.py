"""The recurrent layers: states, masks and calls; their numbers are those of Keras, by parity."""

from typing import Any

import numpy as np
import pytest

from funclab import Input, Model, layers
from funclab.errors import ArgumentError, ShapeError
from funclab.layers import GRU, LSTM, SimpleRNN

STEPS = np.random.default_rng(0).standard_normal((3, 5, 4)).astype("float32")
MASK = np.array([[1, 1, 1, 0, 0], [1, 0, 1, 1, 0], [1, 1, 1, 1, 1]], bool)


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
def test_the_first_state_may_be_given(activation: str):
    layer = LSTM(2, activation=activation)
    h, c = np.full((3, 2), 0.5, "float32"), np.zeros((3, 2), "float32")

    begun = layer(STEPS, initial_state=[h, c])

    np.testing.assert_array_equal(layer([STEPS, h, c]), begun)
    assert not np.allclose(layer(STEPS), begun)


def test_a_decoder_begins_where_the_encoder_ended():
    source, target = Input((5, 4)), Input((None, 4))
    _, h, c = LSTM(2, return_state=True)(source)
    decoder = LSTM(2)

    output = decoder(target, initial_state=[h, c])

    assert decoder.get_input_at(0) == [target, h, c]
    model = Model([source, target], output)
    begun = model([STEPS, STEPS])
    assert begun.shape == (3, 2)
    assert not np.allclose(begun, decoder(STEPS))


def test_the_forget_gate_begins_open():
    layer = LSTM(2)
    layer(STEPS)

    np.testing.assert_array_equal(layer.get_weights()[2], [0, 0, 1, 1, 0, 0, 0, 0])
    other = LSTM(2, unit_forget_bias=False)
    other(STEPS)
    np.testing.assert_array_equal(other.get_weights()[2], np.zeros(8))


def test_weights_have_the_shapes_and_paths_of_keras():
    layer = LSTM(2)
    layer(Input((5, 4)))

    assert [(weight.path, weight.shape) for weight in layer.weights] == [
        ("lstm/lstm_cell/kernel", (4, 8)),
        ("lstm/lstm_cell/recurrent_kernel", (2, 8)),
        ("lstm/lstm_cell/bias", (8,)),
    ]


def test_a_stateful_layer_goes_on_where_it_stopped():
    layer = LSTM(2, stateful=True)
    whole = LSTM(2)
    whole(STEPS)
    first, second = STEPS[:, :2], STEPS[:, 2:]

    layer(first)
    layer.set_weights(whole.get_weights())
    layer.reset_states()
    layer(first)
    made = layer(second)

    np.testing.assert_allclose(made, whole(STEPS), rtol=1e-5, atol=1e-6)
    layer.reset_state()
    np.testing.assert_array_equal(layer.states[0].array, 0)


def test_a_stateful_layer_needs_a_batch_size():
    with pytest.raises(ShapeError, match="it needs to know its batch size") as caught:
        LSTM(2, stateful=True, name="memory")(Input((5, 4)))

    assert "memory" in str(caught.value)


def test_a_stateful_layer_refuses_another_batch_size():
    layer = LSTM(2, stateful=True)
    layer(STEPS)

    with pytest.raises(ShapeError, match="Expected batch size: 3. Received batch size: 2"):
        layer(STEPS[:2])


def test_recurrent_dropout_changes_training_only():
    layer = LSTM(2, recurrent_dropout=0.9, seed=1)

    assert layer(STEPS).tolist() == layer(STEPS).tolist()
    assert layer(STEPS, training=True).tolist() != layer(STEPS, training=True).tolist()


def test_training_matters_only_to_layers_that_drop():
    assert not LSTM(2).uses_training
    assert LSTM(2, dropout=0.1).uses_training


def test_an_unknown_length_is_allowed_unless_unrolled():
    assert LSTM(2, return_sequences=True)(Input((None, 4))).shape == (None, None, 2)
    with pytest.raises(ShapeError, match="Cannot unroll a RNN if the time dimension is undefined"):
        LSTM(2, unroll=True)(Input((None, 4)))


def test_too_few_states_are_refused():
    with pytest.raises(ArgumentError, match="memory expects 2 states, but received 1"):
        LSTM(2, name="memory")(STEPS, initial_state=[np.zeros((3, 2))])


def test_masked_steps_of_two_directions_are_zero():
    made = layers.Bidirectional(LSTM(2, return_sequences=True))(STEPS, mask=MASK)

    assert (made[~MASK] == 0).all()
    assert (made[MASK] != 0).all()


@pytest.mark.parametrize("kind", [GRU, SimpleRNN])
def test_a_single_state_may_be_given_without_a_list(kind: Any):
    layer, state = kind(2), np.full((3, 2), 0.5, "float32")
    layer(STEPS)

    alone, listed = layer(STEPS, initial_state=state), layer(STEPS, initial_state=[state])

    np.testing.assert_array_equal(alone, listed)
    assert not np.allclose(alone, layer(STEPS))


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("sequences", [False, True])
def test_what_is_masked_is_zero_when_asked(backwards: bool, sequences: bool):
    settings = {"go_backwards": backwards, "return_sequences": sequences}
    layer = LSTM(2, zero_output_for_mask=True, **settings)

    output = layer(STEPS, mask=MASK)

    read = MASK[:, ::-1] if backwards else MASK
    kept = read if sequences else read[:, -1]
    assert (output[~kept] == 0).all()
    assert (output[kept] != 0).all()


def test_both_directions_forget_the_last_batch():
    layer = layers.Bidirectional(LSTM(2, stateful=True))
    first = layer(STEPS)
    second = layer(STEPS)

    layer.reset_states()

    assert not np.allclose(first, second)
    np.testing.assert_array_equal(layer(STEPS), first)


def test_two_layers_that_read_in_one_direction_are_refused():
    with pytest.raises(ArgumentError, match="different `go_backwards`") as caught:
        layers.Bidirectional(LSTM(2), backward_layer=LSTM(2))

    assert caught.value.fix == "make the backward layer with go_backwards=True."
    with pytest.raises(ArgumentError, match='same value for attribute "return_sequences"'):
        layers.Bidirectional(
            LSTM(2), backward_layer=GRU(2, go_backwards=True, return_sequences=True)
        )
    both = layers.Bidirectional(LSTM(2), backward_layer=GRU(3, go_backwards=True))
    assert both(STEPS).shape == (3, 5)


@pytest.mark.parametrize("kind", [LSTM, GRU, SimpleRNN])
@pytest.mark.parametrize("mode", ["concat", None])
def test_each_direction_begins_with_its_half_of_the_states(kind: Any, mode: Any):
    layer = layers.Bidirectional(kind(2, return_state=True), merge_mode=mode)
    layer(STEPS)
    count = 4 if kind is LSTM else 2
    states = [np.full((3, 2), 0.1 * i, "float32") for i in range(1, count + 1)]

    outputs = layer(STEPS, initial_state=states)

    there = layer.forward_layer(STEPS, initial_state=states[: count // 2])
    back = layer.backward_layer(STEPS, initial_state=states[count // 2 :])
    merged = [there[0], back[0]] if mode is None else [np.concatenate([there[0], back[0]], -1)]
    expected = [*merged, *there[1:], *back[1:]]
    for output, wanted in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(output, wanted, rtol=1e-5)


@pytest.mark.parametrize("cls", [SimpleRNN, GRU, LSTM])
def test_a_stateful_layer_may_begin_from_given_states(cls: Any):
    layer, twin = cls(2, stateful=True), cls(2)
    x = np.random.default_rng(0).normal(size=(3, 4, 2)).astype("float32")
    first, _ = layer(x), twin(x)
    twin.set_weights(layer.get_weights())
    states = [np.full((3, 2), 0.25 * i, "float32") for i in range(1, len(layer.states or []) + 1)]

    layer.reset_states(states)

    np.testing.assert_allclose(layer(x), twin(x, initial_state=states), rtol=1e-6)
    layer.reset_state()
    np.testing.assert_allclose(layer(x), first, rtol=1e-6)
