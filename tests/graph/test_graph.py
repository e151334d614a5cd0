"""The graph between inputs and outputs, and its errors."""

import numpy as np
import pytest

from funclab import Input, Model
from funclab.errors import GraphError
from funclab.graph.graph import Graph
from funclab.layers import Dense


def chain(depth):
    x = first = Input((4,))
    layer = Dense(4)
    for _ in range(depth):
        x = layer(x)
    return first, x


def test_nodes_come_after_those_they_need():
    first, last = chain(5)

    graph = Graph([first], [last])

    seen = set(graph.inputs)
    for node in graph.nodes:
        assert node.is_input or set(node.input_tensors) <= seen
        seen.update(node.output_tensors)
    assert [node.index for node in graph.nodes[1:]] == [0, 1, 2, 3, 4]


def test_calls_outside_the_model_are_not_in_its_graph():
    x, other = Input((3,)), Input((3,))
    dense = Dense(2)
    dense(other)
    out = dense(x)

    graph = Graph([x], [out])

    assert [node.index for node in graph.nodes if node.operation is dense] == [1]


def test_a_graph_five_thousand_calls_deep_is_walked():
    first, last = chain(5000)

    assert len(Graph([first], [last]).nodes) == 5001


def test_a_missing_input_is_named_with_the_layers_passed_on_the_way():
    a, b = Input((3,), name="left"), Input((3,), name="right")
    out = Dense(2, name="head")(Dense(3, name="body")(a) + b)

    with pytest.raises(GraphError) as caught:
        Graph([a], [out])

    text = str(caught.value)
    assert isinstance(caught.value, RuntimeError)
    assert isinstance(caught.value, ValueError)
    assert "Graph disconnected: cannot obtain value for tensor" in text
    assert 'at layer "right"' in text
    assert "'body'" in text
    assert "same shape" not in text


def test_an_input_that_leads_nowhere_is_named_as_the_look_alike_of_the_missing_one():
    a, b, other = (Input((3,), name=name) for name in ("left", "right", "other"))

    with pytest.raises(GraphError) as caught:
        Graph([a, other], [a + b])

    assert "other[0:0] has the same shape (None, 3), but it is another tensor" in str(caught.value)


def test_an_input_of_another_shape_is_not_a_look_alike():
    a, b, wide = Input((3,)), Input((3,)), Input((9,))

    with pytest.raises(GraphError) as caught:
        Graph([a, wide], [a + b])

    assert "same shape" not in str(caught.value)


def test_an_input_inside_a_nested_model_is_found_when_only_the_inputs_lead_there():
    x, inside = Input((3,), name="x"), Input((3,), name="inside")
    hidden = Dense(2, name="hidden")(inside)
    nested = Model(inside, Dense(1, name="top")(hidden), name="nested")
    nested(x)

    with pytest.raises(GraphError) as caught:
        Graph([x], [hidden])

    assert "inside is an input inside nested" in str(caught.value)
    assert 'Model(nested.input, nested.get_layer("hidden").output)(x)' in caught.value.fix


@pytest.mark.parametrize(
    ("inputs", "outputs", "words"),
    [
        (lambda x: [Dense(2)], lambda x: [x], "Input tensors to a Model must be Keras tensors"),
        (lambda x: [x], lambda x: [Dense(2, name="d")], "call the layer, y = d"),
        (lambda x: [x], lambda x: [np.ones(3)], "all `outputs` values must be KerasTensors"),
        (lambda x: [], lambda x: [x], "`inputs` argument cannot be empty"),
    ],
)
def test_only_tensors_make_a_graph(inputs, outputs, words):
    x = Input((3,))

    with pytest.raises(ValueError, match=words):
        Graph(inputs(x), outputs(x))


def test_depth_counts_from_the_outputs_and_a_shared_layer_is_as_deep_as_its_deepest_call():
    first, last = chain(3)
    out = Dense(1, name="head")(last)

    graph = Graph([first], [out])

    assert graph.layers_by_depth[0][0].name == "head"
    assert [layer.name for layer in graph.layers][0] == first.name
    assert len(graph.layers) == 3


def test_an_input_that_no_output_needs_is_still_listed():
    a, b = Input((3,), name="used"), Input((3,), name="unused")

    graph = Graph([a, b], [Dense(2)(a)])

    assert "unused" in [layer.name for layer in graph.layers]
