"""What a layer's calls leave behind: nodes, indices, and what can be asked about them."""

import numpy as np
import pytest

from funclab import Input, Model, layers, ops
from funclab.errors import FunclabError
from funclab.layers import Dense


def shared_layer():
    a, b = Input((140, 256)), Input((140, 256))
    dense = Dense(32, name="shared")
    return dense, a, b, dense(a), dense(b)


def test_a_layer_called_once_has_an_input_and_an_output():
    a = Input((3,))
    dense = Dense(2)

    out = dense(a)

    assert dense.input is a
    assert dense.output is out
    assert dense.output == out
    assert (dense.input_shape, dense.output_shape) == ((None, 3), (None, 2))


ASKS = ["input", "output", "input_shape", "output_shape", "input_mask", "output_mask"]


@pytest.mark.parametrize("asked", ASKS)
def test_a_negative_index_counts_the_calls_from_the_last(asked):
    embedding = layers.Embedding(9, 2, mask_zero=True)
    dense = Dense(4)
    for length in (2, 3, 5):
        dense(embedding(Input((length,), dtype="int32")))
    ask = getattr(dense, f"get_{asked}_at")

    answers = [ask(i) for i in (-3, -2, -1)]

    assert answers == [ask(i) for i in (0, 1, 2)]
    assert len(set(map(str, answers))) == 3
    for index in (-4, 3):
        question = asked.replace("_", " ")
        with pytest.raises(
            FunclabError, match=f"get {question} at node {index}, .* only 3"
        ) as error:
            ask(index)
        assert error.value.fix == "use an index from 0 to 2."


def test_of_one_call_the_only_index_is_named():
    dense = Dense(4)
    dense(Input((3,)))

    with pytest.raises(FunclabError, match="only 1") as error:
        dense.get_output_at(1)

    assert error.value.fix == "use index 0."


def test_the_output_of_a_shared_layer_is_ambiguous_in_the_words_of_the_guide():
    dense, *_ = shared_layer()

    with pytest.raises(AttributeError) as caught:
        dense.output  # noqa: B018

    assert str(caught.value).startswith(
        'Layer shared has multiple inbound nodes, hence the notion of "layer output" is '
        "ill-defined. Use `get_output_at(node_index)` instead."
    )
    assert not hasattr(dense, "output")
    assert not hasattr(dense, "input")


def test_equal_shapes_of_all_calls_are_the_layers_shape():
    dense, *_ = shared_layer()

    assert dense.input_shape == (None, 140, 256)
    assert dense.output_shape == (None, 140, 32)


def test_different_shapes_must_be_asked_for_by_node():
    dense = Dense(4)
    dense(Input((3,)))
    dense(Input((5, 3)))

    with pytest.raises(AttributeError, match="with different input shapes"):
        dense.input_shape  # noqa: B018

    assert dense.get_input_shape_at(1) == (None, 5, 3)
    assert dense.get_output_shape_at(0) == (None, 4)


def test_history_reads_as_a_tuple_and_by_name():
    dense, *_, out_b = shared_layer()

    layer, node_index, tensor_index = out_b._keras_history

    assert (layer, node_index, tensor_index) == (dense, 1, 0)
    assert out_b._keras_history.operation is dense
    assert out_b._keras_history.layer is dense


def test_a_node_names_its_ends_as_in_keras_2():
    _, a, _, out_a, out_b = shared_layer()
    dropped = layers.Dropout(0.5)(out_a)

    merged = layers.Subtract(name="merged")([out_b, dropped])

    node = merged._keras_history.operation.inbound_nodes[0]
    assert node.outbound_layer.name == "merged"
    assert [layer.name for layer in node.inbound_layers] == ["shared", "dropout"]
    assert (node.node_indices, node.tensor_indices) == ([1, 0], [0, 0])
    assert node.get_config() == {
        "outbound_layer": "merged",
        "inbound_layers": ["shared", "dropout"],
        "node_indices": [1, 0],
        "tensor_indices": [0, 0],
        "arguments": {},
    }
    assert merged._keras_shape == merged.shape == (None, 140, 32)
    assert [x._uses_learning_phase for x in (a, out_b, dropped, merged)] == [
        False,
        False,
        True,
        True,
    ]


def test_an_output_of_several_is_known_by_its_number():
    x = Input((4, 3))
    lstm = layers.LSTM(2, return_state=True, name="memory")

    _, h, c = lstm(x)
    merged = layers.Add()([c, h])

    assert (h.id, c.id) == ("memory[0:1]", "memory[0:2]")
    assert merged._keras_history.operation.inbound_nodes[0].tensor_indices == [2, 1]


def test_an_input_has_one_node_without_inbound_layers():
    x = Input((3,), name="x")
    layer = x._keras_history.operation

    node = layer.inbound_nodes[0]

    assert node.inbound_layers == []
    assert node.input_tensors == node.output_tensors == [x]
    assert node.is_input


def test_a_layer_fed_with_a_list_has_one_node_with_several_inbound_layers():
    a, b = Input((2,)), Input((2,))

    merged = layers.Concatenate()([a, b])

    node = merged._keras_history.operation.inbound_nodes[0]
    assert node.inbound_layers == [a._keras_history.operation, b._keras_history.operation]
    assert merged._keras_history.operation.input == [a, b]


def test_a_list_that_grows_after_the_call_does_not_change_the_call():
    parts = [Input((3,)), Input((3,))]
    y = layers.Add(name="add")(parts)
    parts.append(y)

    model = Model(parts[:2], y)

    assert model.predict([np.ones((1, 3)), np.ones((1, 3))], verbose=0).tolist() == [[2, 2, 2]]


def test_a_node_is_listed_once_with_each_producer():
    x = Input((2,))
    add = layers.Add()

    add([x, x])

    assert x._keras_history.operation.outbound_nodes == add.inbound_nodes
    assert add.input == [x, x]


def test_operators_make_nodes_and_equality_does_not():
    x = Input((4,))

    y = (x * 2.0 + 1.0)[:, 1:3]

    assert y.shape == (None, 2)
    assert y._keras_history.operation.inbound_nodes[0].input_tensors[0].shape == (None, 4)
    assert (x == y) is False
    assert x == x


def test_a_tensor_is_not_true_or_false():
    x = Input((3,))

    with pytest.raises(TypeError, match="symbolic"):
        bool(x > 0)


def test_an_op_on_tensors_is_a_node_of_an_operation_that_is_not_a_layer():
    x = Input((4, 2))

    y = ops.transpose(x, (0, 2, 1))

    assert y.shape == (None, 2, 4)
    assert not y._keras_history.operation.is_layer
