"""Dense, Embedding, Activation and Lambda."""

import json
from typing import Any

import numpy as np
import pytest

from funclab import Input, Model, activations, ops
from funclab.engine.plan import Plan
from funclab.errors import (
    ConfigError,
    DataError,
    ShapeError,
    WeightsError,
)
from funclab.graph.tape import Tape
from funclab.graph.value import Value
from funclab.layers import LSTM, Conv2D, Dense, EinsumDense, Embedding, Lambda, functions

ROWS = np.random.default_rng(0).standard_normal((5, 4)).astype("float32")


OFFSETS = (1.0, 2.0)


def steps_of(layer: Any) -> list[str]:
    """The ops of a call, by name."""
    with Tape():
        plan = Plan(layer(Value((5, 4))), wrt=())
    return [call.op.name for call in plan.calls]


def test_bias_and_activation_are_one_step_where_they_can_be():
    assert steps_of(Dense(3, activation="relu")) == ["matmul", "bias_activation"]
    assert steps_of(Dense(3, activation=activations.tanh)) == ["matmul", "bias_activation"]
    assert steps_of(Dense(3, activation="relu", use_bias=False)) == ["matmul", "relu"]
    assert steps_of(Dense(3, activation="softmax")) == ["matmul", "bias_activation", "softmax"]


def test_the_bias_of_all_last_axes_is_added_in_one_step():
    whole = EinsumDense("ab,bcd->acd", (2, 3), bias_axes="cd", activation="relu")
    stretched = EinsumDense("ab,bcd->acd", (2, 3), bias_axes="c", activation="relu")

    assert steps_of(whole) == ["einsum", "bias_activation"]
    assert steps_of(stretched) == ["einsum", "add", "relu"]


@pytest.mark.parametrize(
    ("equation", "output_shape", "bias_axes", "bias_shape"),
    [
        ("abc,cde->abde", (None, 2, 3), "de", (2, 3)),
        ("abc,cde->adbe", (2, None, 3), "de", (2, 1, 3)),
        ("abc,cde->abde", (None, 2, 3), "d", (2, 1)),
    ],
)
def test_the_bias_of_an_einsum_is_added_along_its_axes(
    equation, output_shape, bias_axes, bias_shape
):
    layer = EinsumDense(equation, output_shape, bias_axes=bias_axes, bias_initializer="normal")
    x = Input((None, 4))
    model = Model(x, layer(x))

    for length in (1, 5):
        rows = np.random.default_rng(0).standard_normal((6, length, 4), "float32")
        made = model.predict(rows, verbose=0)

        expected = np.einsum(equation, rows, layer.kernel.array) + layer.bias.array
        assert layer.bias.shape == bias_shape
        np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-5)


def test_an_einsum_kernel_begins_as_wide_as_that_of_a_dense_layer_of_its_size():
    layer = EinsumDense("abc,cde->abde", (None, 20, 30), kernel_initializer="he_normal")
    layer(np.ones((1, 2, 50), "float32"))

    assert np.std(layer.kernel.array) == pytest.approx(np.sqrt(2 / 50), rel=0.02)


@pytest.mark.parametrize(
    ("equation", "output_shape", "shape", "says"),
    [
        ("abc,cd->abd", (3, 4), (5, 6), "do not match at shared dimension 'b'"),
        ("abc,cd->abd", 4, (5, 6), "output_shape=.* does not fit"),
        ("ab,bc->ac", 4, (5, 6), "does not fit an input with 3 axes"),
    ],
)
def test_inputs_that_do_not_fit_an_equation_are_refused(equation, output_shape, shape, says):
    with pytest.raises(ShapeError, match=says):
        EinsumDense(equation, output_shape)(Input(shape))


def test_weights_may_be_given_to_the_constructor():
    kernel, bias = np.ones((4, 2), "float32"), np.full(2, 3.0, "float32")
    layer = Dense(2, weights=[kernel, bias])

    np.testing.assert_allclose(layer(ROWS), ROWS @ kernel + bias, rtol=1e-6)


def test_weights_that_do_not_fit_leave_the_layer_unbuilt():
    layer = Dense(2, weights=[np.ones((3, 2))])

    with pytest.raises(WeightsError, match="weight list of length 1"):
        layer(ROWS)

    assert not layer.built
    assert layer.weights == []


def test_input_shape_declares_a_first_layer():
    declared = [
        Dense(2, input_shape=(4,)),
        Dense(2, input_dim=4),
        Dense(2, batch_input_shape=(None, 4)),
    ]

    assert [layer.declared_shape for layer in declared] == [(None, 4)] * 3
    assert Embedding(9, 2, input_length=7).declared_shape == (None, 7)


def test_a_very_wide_layer_is_built_at_once_and_holds_no_memory():
    layer = Dense(1000)

    layer(Input((100_000_000,)))

    assert layer.count_params() == 100_000_001_000
    assert not layer.kernel.allocated


def test_regularizers_and_constraints_go_with_the_weights():
    layer = Dense(2, kernel_regularizer="l2", bias_constraint="non_neg")
    layer(ROWS)

    assert layer.kernel.regularizer(np.ones(3)) == pytest.approx(0.03)
    np.testing.assert_array_equal(layer.bias.constraint(np.array([-1.0, 1.0])), [0, 1])
    assert [float(loss) for loss in layer.losses] == pytest.approx(
        [0.01 * np.square(layer.get_weights()[0]).sum()], rel=1e-5
    )


def test_an_activity_penalty_is_a_mean_over_the_batch():
    layer = Dense(2, activity_regularizer="l2")
    data = Value((5, 4))
    with Tape() as tape:
        output = layer(data)
    plan = Plan([*tape.losses, output], wrt=())
    np.copyto(plan.array(data), ROWS)

    plan.run()

    penalty = 0.01 * np.square(plan.array(output)).sum() / 5
    assert float(plan.array(tape.losses[0])) == pytest.approx(penalty, rel=1e-5)


def test_another_number_of_features_is_refused():
    layer = Dense(2, name="top")
    layer(ROWS)

    with pytest.raises(ShapeError, match=r"axis -1 of input shape to have value 4 .*\(None, 7\)"):
        layer(Input((7,)))


def test_a_word_without_a_row_is_named():
    with pytest.raises(DataError, match="4 is not in"):
        Embedding(4, 2)(np.array([[1, 4]]))


def test_a_function_gets_arguments_mask_and_training():
    def told(x: Any, factor: float, training: bool = False) -> Any:
        return x * factor + (100.0 if training else 0.0)

    layer = Lambda(told, arguments={"factor": 3.0})

    np.testing.assert_allclose(layer(ROWS), ROWS * 3, rtol=1e-6)
    np.testing.assert_allclose(layer(ROWS, training=True), ROWS * 3 + 100, rtol=1e-6)


def test_a_saved_function_finds_the_names_of_its_module_again():
    offset = 2.0
    layer = Lambda(lambda x, power=3: ops.power(x, power) + offset + len(OFFSETS))
    config = json.loads(json.dumps(layer.get_config()))

    with functions.safe_mode(False):
        copy = Lambda.from_config(config)

    np.testing.assert_allclose(copy(ROWS), layer(ROWS))
    assert copy.get_config() == layer.get_config()


def test_code_in_a_file_is_refused_in_safe_mode():
    plain = Lambda(ops.square).get_config()
    code = Lambda(lambda x: x * 2).get_config()

    with functions.safe_mode(True):
        assert Lambda.from_config(plain).function is ops.square
        with pytest.raises(ConfigError, match="Requested the deserialization of a `Lambda` layer"):
            Lambda.from_config(code)


def test_custom_objects_stand_in_for_saved_functions():
    config = Lambda(steps_of, name="odd").get_config()

    made = Lambda.from_config(config, custom_objects={"steps_of": ops.tanh})

    assert made.function is ops.tanh


@pytest.mark.parametrize(
    ("layer", "shape", "fix"),
    [
        (Conv2D(2, 3), (8, 8), "with one channel that is Input(shape=(8, 8, 1))"),
        (LSTM(2), (5,), "with one feature that is Input(shape=(5, 1))"),
    ],
)
def test_an_input_that_lacks_its_last_axis_is_told_what_that_axis_is(layer, shape, fix):
    with pytest.raises(ShapeError) as caught:
        layer(Input(shape))

    assert fix in str(caught.value)
