"""Cells, the layers that repeat them, and the fused ops against the same steps one by one."""

from typing import Any

import numpy as np
import pytest

from funclab import Input, Model, layers, ops
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError
from funclab.graph import structure
from funclab.graph.tape import Tape
from funclab.graph.value import Constant, Variable
from funclab.layers import GRU, LSTM, RNN, GRUCell, LSTMCell, SimpleRNN, SimpleRNNCell

STEPS = np.random.default_rng(0).standard_normal((3, 5, 4))
MASK = np.array([[1, 1, 1, 0, 0], [0, 0, 1, 1, 0], [1, 1, 1, 1, 1]], bool)
STATE = np.random.default_rng(1).standard_normal((3, 2))
KINDS = [(LSTM, {}), (SimpleRNN, {}), (GRU, {}), (GRU, {"reset_after": False})]
each_kind = pytest.mark.parametrize(("kind", "own"), KINDS)


class Plain(layers.Layer):
    """A cell as users write them; it counts its steps in a second state."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units, self.state_size = units, [units, 1]

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")

    def get_initial_state(self, batch_size: Any = None) -> Any:
        return [ops.zeros((batch_size, self.units)), ops.ones((batch_size, 1))]

    def call(self, inputs: Any, states: Any) -> Any:
        h = ops.tanh(ops.matmul(inputs, self.kernel) + states[0])
        return h * states[1], [h, states[1] + 1.0]


def numbers(layer: Any, mask: Any, start: bool) -> list[Any]:
    """The outputs of a layer, and the gradients of their weighted sum."""
    count = len(structure.flatten(layer.state_size))
    x, states = Variable(STEPS), [Variable(STATE * 0.5**i) for i in range(count)]
    rng = np.random.default_rng(2)
    with Tape():
        made = layer(
            x,
            initial_state=states if start else None,
            mask=None if mask is None else Constant(mask),
        )
        loss = sum(ops.sum(y * rng.standard_normal(y.shape)) for y in made)
    free = [*layer.trainable_weights, x, *(states if start else [])]
    plan = Plan(loss, wrt=free)
    plan.run()
    return [plan.array(loss), *(plan.grads[variable] for variable in free)]


@each_kind
@pytest.mark.parametrize("settings", [{}, {"return_sequences": True, "go_backwards": True}])
@pytest.mark.parametrize("mask", [None, MASK])
@pytest.mark.parametrize("start", [False, True])
def test_one_op_computes_what_the_steps_do_with_all_gradients(
    kind: Any, own: Any, settings: Any, mask: Any, start: bool
):
    shared = {**own, **settings, "return_state": True, "dtype": "float64"}
    fused = kind(2, bias_initializer="random_normal", **shared)
    in_steps = kind(2, activation=lambda x: ops.tanh(x), **shared)
    for layer in (fused, in_steps):
        layer.build(STEPS.shape)
    in_steps.set_weights(fused.get_weights())

    expected = numbers(in_steps, mask, start)

    assert None in in_steps.fused_settings().values()
    for number, wanted in zip(numbers(fused, mask, start), expected, strict=True):
        np.testing.assert_allclose(number, wanted, rtol=1e-9, atol=1e-12)


@each_kind
def test_the_cell_of_a_layer_does_one_of_its_steps(kind: Any, own: Any):
    layer = kind(2, return_state=True, **own)
    _, *states = layer(STEPS[:, :4])

    output, after = layer.cell(STEPS[:, 4], states)

    whole, *last = layer(STEPS)
    np.testing.assert_allclose(output, whole, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(after, last, rtol=1e-5, atol=1e-6)
    assert layer.cell.weights == layer.weights


@pytest.mark.parametrize(
    ("cell", "kind"), [(LSTMCell, LSTM), (GRUCell, GRU), (SimpleRNNCell, SimpleRNN)]
)
def test_a_cell_over_a_sequence_is_the_layer_of_its_kind(cell: Any, kind: Any):
    repeated, layer = RNN(cell(2), return_sequences=True), kind(2, return_sequences=True)
    layer(STEPS)
    repeated.build(STEPS.shape)
    repeated.set_weights(layer.get_weights())

    made = repeated(STEPS, mask=MASK)

    np.testing.assert_array_equal(made, layer(STEPS, mask=MASK))
    paths = [f"{repeated.name}/{repeated.cell.name}/{w.name}" for w in layer.weights]
    assert [w.path for w in repeated.weights] == paths


@pytest.mark.parametrize("backwards", [False, True])
def test_stacked_cells_are_layers_one_on_the_other(backwards: bool):
    stack = RNN([LSTMCell(3), GRUCell(2)], return_state=True, go_backwards=backwards)
    made = stack(STEPS, mask=MASK)
    first = LSTM(3, return_sequences=True, return_state=True, go_backwards=backwards)
    second = GRU(2)
    first(STEPS)
    second(np.ones((3, 5, 3)))
    first.set_weights(stack.get_weights()[:3])
    second.set_weights(stack.get_weights()[3:])

    sequence, *states = first(STEPS, mask=MASK)

    last = second(sequence, mask=MASK[:, ::-1] if backwards else MASK)
    for number, wanted in zip(structure.flatten(made), [last, *states, last], strict=True):
        np.testing.assert_allclose(number, wanted, rtol=1e-5, atol=1e-6)


def test_stacked_cells_called_once_hand_their_output_up():
    stack = layers.StackedRNNCells([GRUCell(3), LSTMCell(2)])
    lower, upper = stack.cells

    output, states = stack(STEPS[:, 0])

    h, _ = lower(STEPS[:, 0])
    assert output.tolist() == upper(h)[0].tolist()
    assert [np.shape(state) for state in structure.flatten(states)] == [(3, 3), (3, 2), (3, 2)]
    assert (stack.state_size, stack.output_size) == ([3, [2, 2]], 2)


def test_a_cell_of_ones_own_begins_where_it_says_and_keeps_all_its_states():
    layer = RNN(Plain(2), return_sequences=True, return_state=True)

    outputs, h, count = layer(STEPS, mask=MASK)

    np.testing.assert_array_equal(count[:, 0], 1 + MASK.sum(1))
    np.testing.assert_array_equal(outputs[1, 1], 0)  # no step before it to be repeated
    np.testing.assert_allclose(outputs[2, 4], h[2] * 5, rtol=1e-6)


def test_a_cell_of_ones_own_is_trained_saved_and_read_in_both_directions(tmp_path: Any):
    from funclab.models import load_model

    x = Input((None, 4))
    y = layers.Bidirectional(RNN([Plain(2), GRUCell(3)], return_sequences=True))(x)
    model = Model(x, RNN(Plain(2), go_backwards=True)(y))
    model.compile("adam", "mse")
    before = model.evaluate(STEPS, STATE, verbose=0)

    model.fit(STEPS, STATE, epochs=20, verbose=0)

    assert model.evaluate(STEPS, STATE, verbose=0) < before
    model.save(tmp_path / "m.keras")
    loaded = load_model(tmp_path / "m.keras", {"Plain": Plain})
    np.testing.assert_array_equal(loaded(STEPS), model(STEPS))


def test_a_stateful_layer_of_cells_goes_on_where_it_stopped():
    layer = RNN([LSTMCell(3), Plain(2)], stateful=True)
    layer.build(STEPS.shape)
    whole = RNN([LSTMCell(3), Plain(2)])
    whole(STEPS)
    layer.set_weights(whole.get_weights())

    layer(STEPS[:, :2])

    np.testing.assert_allclose(layer(STEPS[:, 2:]), whole(STEPS), rtol=1e-5, atol=1e-6)
    assert [state.shape for state in structure.flatten(layer.states)][-1] == (3, 1)


@pytest.mark.parametrize("repeated", [False, True])
def test_dropout_is_the_same_at_every_step(repeated: bool):
    settings = {"units": 1, "dropout": 0.5, "seed": 1}
    fused = LSTM(return_sequences=True, **settings)
    layer = RNN(LSTMCell(**settings), return_sequences=True) if repeated else fused
    ones = np.ones((40, 5, 1), "float32")
    layer(ones)
    forgetful = np.array([0, -100, 0, 0])  # so that each output depends on its own step only
    layer.set_weights([np.ones((1, 4)), np.zeros((1, 4)), forgetful])

    made = layer(ones, training=True)[..., 0]

    assert np.ptp(made, axis=1).max() < 1e-6
    assert len(np.unique(made[:, 0].round(4))) == 2
    assert layer.uses_training


@pytest.mark.parametrize("cell", [3, LSTMCell, layers.Dense(3), [LSTMCell(2), "GRU"]], ids=str)
def test_what_is_not_a_cell_is_refused(cell: Any):
    with pytest.raises(ArgumentError, match="should have a `call` method and a `state_size`"):
        RNN(cell)


def test_a_cell_that_returns_no_states_is_refused():
    class Forgetful(Plain):
        def call(self, inputs: Any, states: Any) -> Any:
            return super().call(inputs, states)[0]

    with pytest.raises(ArgumentError, match="returns its output and a list of 2 new states"):
        RNN(Forgetful(2))(STEPS)


def test_states_of_another_width_are_refused_by_stacked_cells_too():
    layer = RNN([LSTMCell(2), GRUCell(3)], name="tower")
    states = [[STATE, STATE], np.ones((3, 4))]

    with pytest.raises(ValueError, match="not compatible with its state size"):
        layer(STEPS, initial_state=states)
    assert layer(STEPS, initial_state=[[STATE, STATE], np.ones((3, 3))]).shape == (3, 3)


def test_an_lstm_of_maps_is_an_lstm_where_windows_see_one_pixel():
    maps = layers.ConvLSTM2D(3, 1, return_sequences=True)
    data = np.random.default_rng(0).standard_normal((3, 5, 2, 1, 4)).astype("float32")
    made = maps(data, mask=MASK)
    plain = LSTM(3, return_sequences=True)
    plain(STEPS)
    plain.set_weights(pixel(maps))

    for row in range(2):
        expected = plain(data[:, :, row, 0], mask=MASK)
        np.testing.assert_allclose(made[:, :, row, 0], expected, rtol=1e-5, atol=1e-6)


def pixel(layer: Any) -> list[Any]:
    """The weights of a layer whose windows see one pixel, as those of an LSTM."""
    return [weight[0, 0] if weight.ndim > 1 else weight for weight in layer.get_weights()]


def test_an_lstm_of_maps_goes_on_where_it_stopped_and_hides_masked_steps():
    data = np.random.default_rng(0).standard_normal((3, 5, 6, 4)).astype("float32")
    layer = layers.ConvLSTM1D(2, 3, stateful=True, padding="same")
    whole = layers.ConvLSTM1D(2, 3, padding="same", zero_output_for_mask=True)
    whole(data)
    layer.build(data.shape)
    layer.set_weights(whole.get_weights())

    layer(data[:, :2])

    np.testing.assert_allclose(layer(data[:, 2:]), whole(data), rtol=1e-5, atol=1e-6)
    assert (whole(data, mask=MASK)[:2] == 0).all()


def test_an_lstm_of_maps_needs_to_know_how_large_they_are():
    with pytest.raises(ValueError, match="only support static input shapes for the spatial"):
        layers.ConvLSTM2D(2, 3)(Input((4, None, 5, 1)))
    with pytest.raises(ArgumentError, match="not compatible with `dilation_rate > 1`"):
        layers.ConvLSTM2D(2, 3, strides=2, dilation_rate=2)
