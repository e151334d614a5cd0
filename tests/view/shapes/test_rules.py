"""Shape rules: the arithmetic shown for a call gives the shape that the call really makes."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from funclab import Input, Layer, Model, layers, ops
from funclab.graph import structure
from funclab.graph.node import Node
from funclab.ops.base import shape_of
from funclab.registry.parameters import first_parameter
from funclab.view.scene.parameters import parameters
from funclab.view.shapes.rule import rule
from funclab.view.shapes.steps import shape_steps
from tests.layers.examples import EXAMPLES
from tests.view.shapes.rule_cases import LOST, ON_TENSORS, length, node_of, on_tensors
from tests.view.shapes.shape_cases import CASES, TEXT


def assert_exact(node: Node, known: bool = True) -> None:
    """The rule is one in words, and its text gives the shape of every output."""
    shapes = list(map(shape_of, structure.flatten(node.arguments.args)))
    told = rule(node)

    assert told.known is known, f"{node}: its class needs a line in view/shapes/sentences.toml"
    said = [tuple(length(axis, node, shapes) for axis in axes) for axes in told.outputs]
    assert said == node.output_shapes


def inputs_of(shape: Any, name: str = "") -> Any:
    dtype = "string" if name in TEXT else None
    several = shape and isinstance(shape[0], tuple)
    return [Input(axes) for axes in shape] if several else Input(shape, dtype=dtype)


def called(layer: Any, shape: Any, **more: Any) -> Any:
    """A layer called on inputs: on a list of them, or each as an argument where it has a name."""
    inputs = inputs_of(shape, type(layer).__name__)
    spread = first_parameter(type(layer)) == "query"
    return layer(*inputs, **more) if spread else layer(inputs, **more)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_arithmetic_of_every_layer_gives_its_output_shape(example):
    known = example.name != "Lambda"  # what that does is known to its function only

    assert_exact(node_of(example.call(example.layer(), example.tensors())), known)


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_arithmetic_of_a_layer_gives_its_output_shape_whatever_its_settings(name):
    for settings, shape in itertools.product(*CASES[name]):
        assert_exact(node_of(called(getattr(layers, name)(**settings), shape)))


@pytest.mark.parametrize("name", [name for name in CASES if name.endswith("Attention")])
def test_attention_that_returns_its_scores_has_a_rule_for_them(name):
    for settings, shape in itertools.product(*CASES[name]):
        layer = getattr(layers, name)(**settings)
        assert_exact(node_of(called(layer, shape, return_attention_scores=True)))


TRACED = [example for example in ON_TENSORS if type(example.op).__name__ not in LOST]


@pytest.mark.parametrize("example", TRACED, ids=str)
def test_the_arithmetic_of_an_op_gives_its_output_shape(example):
    assert_exact(node_of(on_tensors(example)))


@pytest.mark.parametrize("name", LOST)
def test_a_length_that_numpy_computed_is_not_guessed(name):
    nodes = [node_of(on_tensors(e)) for e in ON_TENSORS if type(e.op).__name__ == name]

    explained = [[axis for axes in rule(node).outputs for axis in axes] for node in nodes]
    for node, axes in zip(nodes, explained, strict=True):
        assert [axis.length for axis in axes] == [n for shape in node.output_shapes for n in shape]
    assert any("found by running the call" in axis.text for axes in explained for axis in axes)


@pytest.mark.parametrize(
    ("layer", "shapes", "axis", "text"),
    [
        (layers.Conv2D(32, 3), [(28, 28, 1)], 1, "(28 - 3) // 1 + 1 = 26"),
        (layers.Conv2D(32, 3, 2, "same"), [(28, 28, 1)], 1, "ceil(28 / 2) = 14"),
        (layers.Flatten(), [(4, 4, 8)], 1, "4 × 4 × 8 = 128"),
        (layers.Concatenate(), [(64,), (64,)], 1, "64 + 64 = 128"),
        (layers.TimeDistributed(layers.Dense(5)), [(20, 8)], 2, "units = 5"),
    ],
)
def test_an_axis_is_told_as_the_arithmetic_of_its_layer(layer, shapes, axis, text):
    inputs = [Input(shape) for shape in shapes]

    axes = rule(node_of(layer(inputs if inputs[1:] else inputs[0]))).axes

    assert axes[axis].text == text


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (layers.Dense(20),
         "The last axis becomes units: 30 → 20; the others stay, nothing is flattened."),
        (layers.ReLU(), "Each element x below 0 becomes 0; the shape stays."),
        (layers.ReLU(6),
         "Each element x below 0 becomes 0, and above 6 becomes 6; the shape stays."),
        (layers.ReLU(negative_slope=0.1, threshold=2),
         "Each element x below 2 becomes 0.1 × (x - 2); the shape stays."),
        (layers.LeakyReLU(0.2), "Each element x below 0 becomes 0.2 × x; the shape stays."),
        (layers.Normalization(mean=1, variance=4, invert=True),
         "Each element is multiplied by the standard deviation and has the mean added; the "
         "shape stays."),
        (layers.Softmax(axis=1), "The elements along axis 1 become shares of 1; the shape stays."),
        (layers.Activation("relu"),
         "The activation acts on each element by itself; the shape stays."),
        (layers.Activation("softmax"),
         "The activation acts on the elements along the last axis; the shape stays."),
        (layers.UnitNormalization([1, 2]),
         "The elements along axes 1 and 2 are brought to length 1; the shape stays."),
        (layers.Conv1D(4, 2, dilation_rate=3, groups=2),
         "A window of 2, its elements 3 apart, moves over the sequence: one output position for "
         "each place where it fits; the channels become filters: 30 → 4, in 2 groups."),
    ],
)  # fmt: skip
def test_the_words_of_a_rule_say_what_the_settings_of_its_layer_do(layer, words):
    assert rule(node_of(layer(Input((10, 30))))).words == words


def test_a_time_distributed_layer_has_the_rule_of_its_layer_at_each_step():
    told = rule(node_of(layers.TimeDistributed(layers.Dense(5))(Input((20, 8)))))

    assert told.words.startswith("The rule of Dense, for each of 20 steps: The last axis")
    assert [axis.label for axis in told.axes] == ["batch", "1", "2"]


def test_a_nested_model_has_its_own_rule_and_names_the_line_that_shows_it():
    x = Input((28, 28, 1))
    vision = Model(x, layers.Flatten()(x), name="vision")
    photo = Input((28, 28, 1))

    told = rule(node_of(vision(photo)))

    assert "vision is a model: the shape follows its own rule" in told.words
    assert "funclab.shapes(vision) shows how" in told.words
    assert told.axes[1].text == "784, as vision makes it"


def test_the_weights_of_a_nested_model_are_counted_as_their_total_is_written():
    x = Input((64,))
    head = Model(x, layers.Dense(10)(layers.Dense(64)(x)))

    assert parameters(head).text == "4,160 + 650 = 4,810"
    assert parameters(Model(x, layers.Dense(64)(x))).text == "4,160"


class Twice(Layer):
    def call(self, inputs):
        return ops.concatenate([inputs, inputs], axis=-1)


class Taller(layers.Dense):
    def call(self, inputs):
        return ops.expand_dims(super().call(inputs), 1)


class Named(layers.Dense):
    pass


def test_a_layer_of_ones_own_is_explained_by_the_arithmetic_of_its_call():
    told = rule(node_of(Twice()(Input((3,)))))

    assert not told.known
    assert told.words == "The rule is what its call does; each length says where it comes from."
    assert told.text == "batch: any number of samples; 1: 3 + 3 = 6"


@pytest.mark.parametrize(
    ("layer", "known"),
    [(Taller(4), False), (Named(4), True), (type("Dense", (Twice,), {})(), False)],
)
def test_only_a_subclass_without_a_call_of_its_own_inherits_the_rule(layer, known):
    assert rule(node_of(layer(Input((3,))))).known is known


def test_the_batch_axis_has_no_number_wherever_it_is():
    x = Input((3, 4))
    turned = ops.transpose(x, (1, 0, 2))

    labels = [[axis.label for axis in rule(node_of(y)).axes] for y in (turned, turned * 2.0)]

    assert labels == [["0", "batch", "2"]] * 2


def test_a_fixed_batch_is_still_the_batch():
    x = Input((3,), batch_size=32)

    axis = rule(node_of(layers.Dense(4)(x))).axes[0]

    assert (axis.label, axis.text, axis.length) == ("batch", "32 samples", 32)


def test_an_input_says_which_lengths_of_its_shape_are_open():
    axes = rule(node_of(Input((4, None, 2)))).axes

    assert [axis.text for axis in axes[1:]] == ["shape[0] = 4", "shape[1] = n", "shape[2] = 2"]


def test_a_model_of_a_fixed_batch_is_walked_from_its_input_on():
    x = Input((3,), batch_size=32, name="x")

    steps = shape_steps(Model(x, layers.Dense(4)(x)))

    assert [row.name for row in steps[0].table] == ["batch", "features"]
    assert [row.rule for row in steps[0].table] == ["32 samples", "shape[0] = 3"]


def test_a_reduction_over_the_batch_leaves_no_batch():
    assert rule(node_of(ops.mean(Input((3,))))).axes == []
    assert [axis.label for axis in rule(node_of(ops.sum(Input((3,)), axis=0))).axes] == ["0"]


def test_a_chain_of_thousands_of_ops_is_followed():
    x = Input((3,))
    for _ in range(5000):
        x = x + 1.0

    assert rule(node_of(x)).axes[0].batch


def test_several_outputs_have_a_rule_each():
    told = rule(node_of(ops.split(Input((7,)), [3], axis=1)))

    assert [axes[1].text for axes in told.outputs] == ["ends[0] = 3", "7 - 3 = 4"]


@pytest.mark.parametrize(
    ("layer", "shape", "text"),
    [
        (layers.Dense(64), (784,), "784 × 64 + 64 = 50,240"),
        (layers.Conv2D(32, 3), (28, 28, 1), "3 × 3 × 1 × 32 + 32 = 320"),
        (layers.LSTM(64), (10, 256), "4 × ((256 + 64) × 64 + 64) = 82,176"),
        (layers.GRU(4), (10, 8), "3 × ((8 + 4) × 4 + 2 × 4) = 168"),
        (layers.GRU(4, reset_after=False), (10, 8), "3 × ((8 + 4) × 4 + 4) = 156"),
        (layers.SimpleRNN(4), (10, 8), "(8 + 4) × 4 + 4 = 52"),
        (layers.LSTM(64, use_bias=False), (10, 8), "4 × ((8 + 64) × 64) = 18,432"),
        (layers.Bidirectional(layers.LSTM(3)), (7, 2), "2 × (4 × ((2 + 3) × 3 + 3)) = 144"),
        (layers.RNN(layers.GRUCell(4)), (10, 8), "3 × ((8 + 4) × 4 + 2 × 4) = 168"),
        (layers.Embedding(1000, 64), (10,), "1000 × 64 = 64,000"),
        (layers.Flatten(), (3, 4), "0: nothing to learn"),
        (layers.BatchNormalization(), (7,), "4 × 7 = 28 (all but 14 of them trained)"),
        (
            layers.MultiHeadAttention(2, 3),
            ((5, 4), (5, 4)),
            "4 × 2 × 3 + 2 × 3 + 4 × 2 × 3 + 2 × 3 + 4 × 2 × 3 + 2 × 3 + 2 × 3 × 4 + 4 = 118",
        ),
        (layers.Dense(2, trainable=False), (3,), "3 × 2 + 2 = 8 (none of them trained)"),
    ],
)
def test_parameters_are_arithmetic_that_tells_what_is_not_trained(layer, shape, text):
    called(layer, shape)

    assert parameters(layer).text == text


def test_a_model_adds_up_its_layers_and_counts_shared_ones_once():
    x = Input((4,))
    shared = layers.Dense(4)
    inner = Model(x, layers.Dense(3)(shared(shared(x))))
    inner(Input((4,)))

    assert parameters(inner).text == "20 + 15 = 35"
    assert parameters(layers.TimeDistributed(inner)).total == 35


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_parameter_arithmetic_gives_what_the_layer_counts(example):
    layer = example.layer()
    example.call(layer, example.tensors())

    text = parameters(layer).text.partition(" (all")[0].partition(" (none")[0]

    if not layer.count_params():
        assert text == "0: nothing to learn"
        return
    left, _, right = text.rpartition(" = ")
    assert int(right.replace(",", "")) == layer.count_params()
    assert not left or eval(left.replace("×", "*")) == layer.count_params()


def test_an_op_has_no_weights_and_a_rule():
    node = node_of(Input((3,)) + Input((3,)))

    assert parameters(node.operation).text == "0: nothing to learn"
    assert rule(node).words == "It acts element by element: the same shape stays."


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda x: ops.squeeze(x, -1), "Without axis 3, of length 1."),
        (lambda x: ops.squeeze(x[:, :1]), "Without axes 1 and 3, of length 1."),
        (lambda x: ops.squeeze(x[:, :1], (1, 3)), "Without axes 1 and 3, of length 1."),
        (lambda x: ops.expand_dims(x, 1), "A new axis of length 1 is inserted at 1."),
        (lambda x: ops.expand_dims(x, (-1, 1)), "A new axis of length 1 is inserted at 1 and 5."),
        (lambda x: ops.sum(x, 1),
         "The elements along axis 1 are combined, and the axis disappears."),
        (lambda x: ops.sum(x, (1, 2), keepdims=True),
         "The elements along axes 1 and 2 are combined, and the axes keep length 1."),
        (lambda x: ops.mean(x, ()), "There is no axis to reduce: the shape stays."),
        (lambda x: x[:, 2], "Axis 1 goes, as the index 2 picks one position."),
        (lambda x: x[:, 1:3, 0],
         "Axis 1 keeps the positions from start to stop; axis 2 goes, as the index 0 picks one "
         "position."),
        (lambda x: x[:], "Everything is taken."),
        (lambda x: x[:, None, 1:], "Axis 1 keeps the positions from start to stop."),
    ],
)  # fmt: skip
def test_the_words_of_an_op_name_the_axes_that_it_is_about(make, words):
    assert rule(node_of(make(Input((4, 5, 1))))).words == words
