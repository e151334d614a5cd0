"""Custom layers: what a subclass of Layer may do."""

from typing import Any

import numpy as np
import pytest

from funclab import Input, Model, layers, ops
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError, ShapeError, TensorTypeError
from funclab.graph.tape import Tape
from funclab.graph.value import Value
from funclab.layers import Dense, Layer


class Scale(Layer):
    def build(self, input_shape: Any) -> None:
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")

    def call(self, inputs: Any) -> Any:
        return inputs * self.factor


class Old(Layer):
    """Written for Keras 2."""

    def __init__(self, width: int, **kwargs: Any) -> None:
        self.width = width
        super().__init__(**kwargs)

    def build(self, input_shape: Any) -> None:
        shape = (input_shape[1], self.width)
        self.kernel = self.add_weight("kernel", shape, None, "ones", None, False)
        super().build(input_shape)

    def call(self, x: Any) -> Any:
        return x @ self.kernel


class Block(Layer):
    def __init__(self, widths: list[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widths = [Dense(width) for width in widths]
        self.ends = {"last": Dense(2)}

    def call(self, inputs: Any) -> Any:
        x = inputs
        for layer in self.widths:
            x = layer(x)
        return self.ends["last"](x)


class Residual(Layer):
    def __init__(self, inner: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, inputs: Any) -> Any:
        return inputs + self.inner(inputs)


class Pair(Layer):
    def build(self, left_shape: Any, right_shape: Any) -> None:
        self.shapes = left_shape, right_shape
        self.weight = self.add_weight((left_shape[-1], right_shape[-1]), "ones")

    def call(self, left: Any, right: Any) -> Any:
        return {"product": left @ self.weight * right, "both": (left, right)}


class Running(Layer):
    """The sum of all it has seen, as in the Keras guide."""

    def build(self, input_shape: Any) -> None:
        zeros = {"initializer": "zeros", "trainable": False}
        self.total = self.add_weight(shape=input_shape[1:], **zeros)

    def call(self, inputs: Any) -> Any:
        self.total.assign_add(ops.sum(inputs, axis=0))
        return self.total


class Fragile(Layer):
    """Works on inputs of four features only."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.first = Dense(3)
        self.notes: list[str] = []

    def build(self, input_shape: Any) -> None:
        self.notes.append("built")
        self.offset = self.add_weight((input_shape[-1],), "zeros")

    def call(self, inputs: Any) -> Any:
        return ops.reshape(self.first(inputs + self.offset), (-1, 3)) + inputs[:, :3] @ np.eye(3)


ROWS = np.arange(8, dtype="float32").reshape(2, 4)


def test_a_build_of_one_argument_gets_the_shape_of_the_first_input():
    class Gate(Layer):
        def build(self, right_shape: Any) -> None:
            self.shape = right_shape

        def call(self, left: Any, right: Any) -> Any:
            return left * ops.sum(right, axis=-1, keepdims=True)

    gate = Gate()

    gate(Input((3,)), Input((5,)))

    assert gate.shape == (None, 3)


def test_a_layer_makes_its_weights_at_the_first_call():
    layer = Scale()

    before = layer.weights
    layer(Input((4,)))

    assert before == []
    assert [weight.path for weight in layer.weights] == ["scale/factor"]
    assert layer.factor.shape == (4,)


def test_keras_2_order_of_add_weight_is_understood():
    layer = Old(3)

    np.testing.assert_allclose(layer(ROWS), ROWS @ np.ones((4, 3)))
    assert layer.kernel.name == "kernel"


def test_a_misspelled_argument_of_add_weight_is_named():
    with pytest.raises(ArgumentError, match="intializer"):
        Scale().add_weight((2,), intializer="zeros")


def test_a_weight_of_unknown_length_is_refused_with_the_layers_name():
    with pytest.raises(ArgumentError, match=r"layer scale needs a whole shape, not \(None,\)"):
        Scale()(Input((None,)))


def test_layers_in_lists_and_dicts_belong_to_the_layer():
    layer = Block([3, 5])

    layer(Input((4,)))

    assert len(layer.weights) == 6
    assert layer.count_params() == 4 * 3 + 3 + 3 * 5 + 5 + 5 * 2 + 2
    assert layer.weights[0].path == "block/dense/kernel"


def test_the_config_of_a_layer_holds_what_its_constructor_was_given():
    config = Block([3, 5], name="block").get_config()

    assert config["widths"] == [3, 5]
    assert len(Block.from_config(config).widths) == 2


def test_a_layer_given_to_a_constructor_is_rebuilt_from_the_config():
    layer = Residual(Dense(4, activation="tanh"))
    expected = layer(ROWS)

    copy = Residual.from_config(layer.get_config())
    copy(ROWS)
    copy.set_weights(layer.get_weights())

    assert isinstance(copy.inner, Dense)
    np.testing.assert_allclose(copy(ROWS), expected)


def test_a_layer_may_take_and_return_several_tensors():
    layer = Pair()
    left, right = Input((2,)), Input((3,))

    outputs = layer(left, right=right)

    assert layer.shapes == ((None, 2), (None, 3))
    assert outputs["product"].shape == (None, 3)
    assert isinstance(outputs["both"], tuple)
    assert layer.inbound_nodes[0].input_tensors == [left, right]


def test_the_first_input_may_be_passed_by_name():
    inputs = Input((4,))
    layer = Dense(2)

    output = layer(inputs=inputs)

    assert layer.input is inputs
    assert output.shape == (None, 2)


def test_a_variable_assigned_in_call_changes_at_every_call():
    layer = Running()

    first, second = layer(ROWS), layer(ROWS)

    np.testing.assert_allclose(first, ROWS.sum(axis=0))
    np.testing.assert_allclose(second, 2 * ROWS.sum(axis=0))
    assert layer.trainable_weights == []


def test_a_failed_first_call_leaves_no_weights_behind():
    layer = Fragile()

    with pytest.raises(ShapeError, match="fragile"):
        layer(Input((2,)))

    assert not layer.built
    assert not layer.first.built
    assert layer.weights == []
    assert layer.notes == []
    assert layer.inbound_nodes == []
    assert layer(ROWS).shape == (2, 3)
    assert layer.first.kernel.shape == (4, 3)


def test_a_build_by_hand_counts_as_the_build():
    layer = Scale()
    layer.build((None, 4))

    layer(ROWS)

    assert len(layer.weights) == 1


def test_a_number_added_in_call_is_a_loss_on_the_tape():
    class Costly(Layer):
        def call(self, inputs: Any) -> Any:
            self.add_loss(ops.sum(inputs))
            return inputs

    with Tape() as tape:
        Costly()(Value((2, 3)))

    assert [loss.shape for loss in tape.losses] == [()]


def test_training_is_filled_in_and_reaches_the_layers_inside():
    seen = []

    class Inner(Layer):
        def call(self, inputs: Any, training: Any = None) -> Any:
            seen.append(training)
            return inputs

    class Outer(Layer):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Inner()

        def call(self, inputs: Any) -> Any:
            return self.inner(inputs)

    layer = Outer()
    layer(ROWS)
    layer(ROWS, training=True)
    layer(Input((4,)))

    assert seen == [False, True, False]


def test_an_array_met_inside_a_call_stays_on_the_tape():
    class Placed(Layer):
        def __init__(self) -> None:
            super().__init__()
            self.places = layers.Embedding(4, 1, embeddings_initializer="ones")

        def call(self, inputs: Any) -> Any:
            return inputs + ops.reshape(self.places(np.arange(4)), (1, 4))

    layer = Placed()
    with Tape():
        plan = Plan(ops.sum(layer(Value((2, 4)))))

    plan.run()

    np.testing.assert_allclose(plan.grads[layer.places.embeddings], np.full((4, 1), 2.0))


def test_a_tensor_of_the_graph_outside_is_refused_in_a_call():
    outside = Input((4,), name="outside")

    with pytest.raises(TensorTypeError, match="returned <Tensor add"):
        layers.Lambda(lambda x: x + outside, name="leak")(Input((4,)))


def test_sub_layers_are_frozen_with_the_layer():
    layer = Block([3])
    layer(Input((4,)))

    layer.trainable = False

    assert layer.trainable_weights == []
    assert len(layer.non_trainable_weights) == 4


def test_a_layer_of_ones_own_works_in_a_model():
    inputs = Input((4,))
    model = Model(inputs, Block([3])(Scale()(inputs)))

    assert model(ROWS).shape == (2, 2)
    assert len(model.weights) == 5


def test_a_loss_added_outside_of_a_call_is_refused():
    dense = Dense(2, name="head")

    with pytest.raises(ArgumentError, match=r"head\.add_loss was used outside of a call"):
        dense.add_loss(1.0)


@pytest.mark.parametrize(
    "dtype", ["float32", "float64", "int8", "uint8", "int16", "int32", "int64", "bool"]
)
def test_a_layer_may_have_every_dtype_that_data_have(dtype: str):
    x = Input((2,), dtype=dtype)

    output = layers.Identity(dtype=dtype)(x)

    assert output.dtype == x.dtype == dtype


def test_the_shapes_that_a_layer_was_built_for_can_be_read():
    dense, pair, activation = Dense(2), Pair(), layers.ReLU()
    dense(activation(Input((3,))))
    pair(Input((4,)), Input((5,)))

    assert dense.get_build_config() == {"input_shape": (None, 3)}
    assert activation.get_build_config() is None
    assert pair.get_build_config() == {
        "shapes_dict": {"left_shape": (None, 4), "right_shape": (None, 5)}
    }


class Counting(Layer):
    """Counts its batches, in three ways; `build` sets a number once."""

    def build(self, input_shape: Any) -> None:
        zero = {"shape": (), "initializer": "zeros", "trainable": False}
        self.added, self.taken = self.add_weight(**zero), self.add_weight(**zero)
        self.last, self.begun = self.add_weight(**zero), self.add_weight(**zero)
        self.begun.assign_add(1.0)

    def call(self, inputs: Any) -> Any:
        self.last.assign(self.added)
        self.added.assign_add(1.0)
        self.taken.assign_sub(np.float32(1))
        return inputs


def test_a_layer_that_counts_in_its_call_counts_every_batch_as_in_keras():
    x = Input((3,))
    counting = Counting()
    model = Model(x, Dense(1)(counting(x)))
    model.compile("sgd", "mse")
    rows = np.ones((64, 3))

    model.fit(rows, rows[:, :1], batch_size=4, verbose=0)
    assert [float(v) for v in counting.weights] == [16, -16, 15, 1]

    model.predict(rows, batch_size=4, verbose=0)
    model.evaluate(rows, rows[:, :1], batch_size=4, verbose=0)
    model(rows)
    assert [float(v) for v in counting.weights] == [49, -49, 48, 1]  # as Keras 3 with JAX counts
