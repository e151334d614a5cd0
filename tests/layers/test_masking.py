"""Masks: which layers make them, pass them on, and use them up."""

import warnings
from typing import Any

import numpy as np
import pytest

from funclab import Input, Model, layers, ops
from funclab.engine.plan import Plan
from funclab.graph.tape import Tape
from funclab.graph.value import Constant, Value

WORDS = np.array([[3, 1, 0, 0], [2, 0, 4, 1]], "int32")
STEPS = np.arange(24, dtype="float32").reshape(2, 4, 3) + 1
STEPS[0, 2:] = STEPS[1, 1] = 0
KEPT = WORDS != 0


def mask_of(layer: Any, *inputs: Any, **settings: Any) -> Any:
    """The mask of a layer's output, computed."""
    with Tape():
        mask = layer(*inputs, **settings).mask
    return None if mask is None else number(mask)


def number(value: Value) -> Any:
    plan = Plan(value, wrt=())
    plan.run()
    return plan.array(value)


def run(layer: Any, inputs: Any) -> Any:
    with Tape():
        return number(layer(inputs))


def run_with(layer: Any, inputs: Any, **settings: Any) -> Any:
    with Tape():
        return number(layer(inputs, **settings))


def masked(x: Any = STEPS, mask: Any = KEPT) -> Constant:
    value = Constant(x)
    value.mask = Constant(mask) if mask is not None else None
    return value


def test_an_embedding_masks_zeros_when_asked():
    assert mask_of(layers.Embedding(5, 2), Constant(WORDS)) is None
    made = mask_of(layers.Embedding(5, 2, mask_zero=True), Constant(WORDS))
    np.testing.assert_array_equal(made, KEPT)


def test_masking_hides_the_steps_that_equal_its_value():
    layer = layers.Masking(mask_value=0.0)

    np.testing.assert_array_equal(mask_of(layer, Constant(STEPS)), KEPT)
    np.testing.assert_array_equal(layer(STEPS), STEPS)


def test_masking_sets_hidden_steps_to_zero():
    data = np.full((1, 2, 3), 7.0, "float32")
    data[0, 1, 0] = 8

    np.testing.assert_array_equal(layers.Masking(7.0)(data)[0], [[0, 0, 0], [8, 7, 7]])


@pytest.mark.parametrize("name", ["Dense", "Activation", "Dropout", "BatchNormalization"])
def test_layers_that_know_masks_pass_them_on(name: str):
    settings = {"Dense": [2], "Activation": ["relu"], "Dropout": [0.5]}.get(name, [])
    layer = getattr(layers, name)(*settings)

    np.testing.assert_array_equal(mask_of(layer, masked()), KEPT)


def test_a_layer_that_does_not_know_masks_warns_once_and_drops_them():
    layer = layers.Conv1D(2, 2, name="window")

    with pytest.warns(UserWarning, match="'window' .* does not support masking"):
        assert mask_of(layer, masked()) is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer(masked())


@pytest.mark.usefixtures("recorded")
def test_a_function_that_returns_its_input_loses_the_mask_of_the_output_only():
    layer, given = layers.Lambda(lambda x: x), masked()

    with pytest.warns(UserWarning, match="does not support masking"):
        output = layer(given)

    assert output.mask is None
    assert given.mask is not None


def test_an_explicit_mask_wins_and_stays_with_the_output():
    given = masked()
    other = Constant(~KEPT)

    np.testing.assert_array_equal(mask_of(layers.Dense(2), given, mask=other), ~KEPT)
    np.testing.assert_array_equal(mask_of(layers.Dropout(0.5), given, mask=other), ~KEPT)
    np.testing.assert_array_equal(given.mask.array, KEPT)


def test_a_layer_with_a_rule_for_masks_supports_them():
    class Halve(layers.Layer):
        def call(self, inputs: Any, mask: Any = None) -> Any:
            return inputs[:, ::2]

        def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
            return None if mask is None else mask[:, ::2]

    np.testing.assert_array_equal(mask_of(Halve(), masked()), KEPT[:, ::2])
    assert mask_of(Halve(), Constant(STEPS)) is None


def test_a_product_of_sequences_has_no_mask():
    assert mask_of(layers.Dot(axes=2), [masked(), masked()]) is None


def test_concatenation_in_time_lays_masks_end_to_end():
    joined = mask_of(layers.Concatenate(axis=1), [masked(), masked(mask=None)])

    np.testing.assert_array_equal(joined, np.hstack([KEPT, np.ones_like(KEPT)]))


COMBINE = {"Multiply": np.prod, "Maximum": np.max, "Minimum": np.min}
MASKS = np.array([[[1, 1, 0, 0], [1, 0, 0, 1]], [[1, 0, 1, 0], [1, 1, 0, 0]]], bool)


@pytest.mark.parametrize("name", COMBINE)
@pytest.mark.parametrize("order", [[0, 1], [1, 0], [0, 1, 1], [0, None, 1], [None, 0], [0, None]])
def test_a_masked_step_does_not_take_part_in_products_and_extremes(name: str, order: list):
    data = [np.random.default_rng(i).standard_normal((2, 4, 3)) for i, _ in enumerate(order)]
    masks = [np.ones((2, 4), bool) if i is None else MASKS[i] for i in order]

    made = run(
        getattr(layers, name)(dtype="float64"),
        [masked(x, None if i is None else MASKS[i]) for x, i in zip(data, order, strict=True)],
    )

    for step in zip(*np.nonzero(np.any(masks, axis=0)), strict=True):
        parts = [x[step] for x, mask in zip(data, masks, strict=True) if mask[step]]
        np.testing.assert_allclose(made[step], COMBINE[name](parts, axis=0))
    if name == "Multiply":
        assert (made[~np.any(masks, axis=0)] == 0).all()


@pytest.mark.parametrize("name", ["Add", "Average", "Multiply", "Maximum", "Minimum"])
def test_merged_masks_are_joint(name: str):
    joint = mask_of(getattr(layers, name)(), [masked(STEPS, mask) for mask in MASKS])
    partly = mask_of(getattr(layers, name)(), [masked(STEPS, MASKS[0]), masked(mask=None)])

    np.testing.assert_array_equal(joint, MASKS[0] | MASKS[1])
    assert partly is None


def test_concatenation_of_features_joins_masks_where_all_parts_have_one():
    joint = mask_of(layers.Concatenate(), [masked(STEPS, mask) for mask in MASKS])
    partly = mask_of(layers.Concatenate(), [masked(STEPS, MASKS[0]), masked(mask=None)])

    np.testing.assert_array_equal(joint, MASKS[0] | MASKS[1])
    assert partly.all()


def test_a_pooled_mean_counts_unmasked_steps_only():
    expected = [STEPS[0, :2].mean(axis=0), STEPS[1, [0, 2, 3]].mean(axis=0)]

    made = run(layers.GlobalAveragePooling1D(), masked(STEPS + 0))

    np.testing.assert_allclose(made, expected, rtol=1e-6)


def test_a_softmax_gives_hidden_elements_nothing():
    shares = layers.Softmax()(STEPS[..., :2], mask=np.array([True, False]).reshape(1, 1, 2))

    np.testing.assert_allclose(shares, np.broadcast_to([1.0, 0.0], (2, 4, 2)))


def test_time_distributed_gives_the_mask_of_each_step_to_the_layer():
    words = np.stack([WORDS, WORDS[::-1]], axis=1)
    embedded = layers.Embedding(5, 2, mask_zero=True)
    reader = layers.LSTM(2)
    data = layers.Embedding(5, 2, mask_zero=True)
    stories = Input((2, 4), dtype="int32")

    states = layers.TimeDistributed(reader)(embedded(stories))

    model = Model(stories, states)
    assert states.mask.shape == (None, 2)
    data(WORDS)
    data.set_weights(embedded.get_weights())
    inputs = Input((4,), dtype="int32")
    alone = Model(inputs, reader(data(inputs)))
    np.testing.assert_allclose(model(words)[:, 0], alone(WORDS), rtol=1e-5)


def test_a_mask_that_a_time_distributed_layer_makes_ends_there():
    layer = layers.TimeDistributed(layers.Embedding(5, 2, mask_zero=True))

    assert mask_of(layer, Constant(np.stack([WORDS, WORDS], axis=1))) is None


def test_a_time_distributed_layer_keeps_the_mask_of_all_steps_that_are_left():
    sentences = masked(np.stack([STEPS, STEPS], axis=1), np.stack([KEPT, ~KEPT], axis=1))
    reader = layers.TimeDistributed(layers.LSTM(2, return_sequences=True))

    np.testing.assert_array_equal(mask_of(reader, sentences), np.stack([KEPT, ~KEPT], axis=1))


def test_a_normalization_at_every_step_leaves_masked_samples_out():
    layer = layers.TimeDistributed(layers.BatchNormalization(epsilon=0.0))
    data = np.random.default_rng(0).standard_normal((5, 2, 3)).astype("float32")
    mask = np.array([[1, 1, 1, 0, 0], [1, 0, 1, 0, 1]], bool).T

    with Tape(training=True):
        made = number(layer(masked(data, mask)))

    for step in range(2):
        kept = made[mask[:, step], step]
        np.testing.assert_allclose(kept.mean(0), 0, atol=1e-5)
        np.testing.assert_allclose(kept.std(0), 1, atol=1e-4)


def test_first_states_hide_the_mask_that_a_sequence_carries_unless_it_is_passed():
    layer, states = layers.GRU(2, name="decoder"), [np.full((2, 2), 0.5, "float32")]

    with pytest.warns(UserWarning, match="Layer 'decoder' .* a mask has to be passed by name"):
        unmasked = run_with(layer, masked(), initial_state=states)

    given = run_with(layer, masked(), initial_state=states, mask=Constant(KEPT))
    np.testing.assert_array_equal(unmasked, layer(STEPS, initial_state=states))
    np.testing.assert_array_equal(given, layer(STEPS, initial_state=states, mask=KEPT))
    assert not np.allclose(given, unmasked)


def test_a_mask_of_steps_outlives_time_distributed():
    layer = layers.TimeDistributed(layers.Dense(2))

    np.testing.assert_array_equal(mask_of(layer, masked()), KEPT)


def test_an_lstm_hands_on_the_mask_of_sequences_only():
    assert mask_of(layers.LSTM(2), masked()) is None
    made = mask_of(layers.LSTM(2, return_sequences=True), masked())
    np.testing.assert_array_equal(made, KEPT)


def test_values_without_masks_are_left_alone():
    assert layers.Dense(2)(Value((2, 3))).mask is None


def test_a_layer_of_ones_own_gets_the_mask_of_each_tensor_by_its_name():
    class Two(layers.Layer):
        def call(self, a, b, a_mask=None, b_mask=None):
            return np.array([1.0, 10.0], "float32") * ops.stack(
                [ops.cast(a_mask, "float32"), ops.cast(b_mask, "float32")], axis=-1
            )

    x, y = Input((4,), dtype="int32"), Input((4,), dtype="int32")
    embedding = layers.Embedding(5, 2, mask_zero=True)
    model = Model([x, y], Two()(embedding(x), b=embedding(y)))

    outputs = model.predict([WORDS, WORDS[::-1]], verbose=0)

    np.testing.assert_array_equal(outputs[..., 0], KEPT)
    np.testing.assert_array_equal(outputs[..., 1], 10 * KEPT[::-1])
