"""Lengths that remember their arithmetic, and layers of one's own that are explained by them."""

from __future__ import annotations

import copy
import math
import random

import numpy as np
import pytest

from funclab import Input, Layer, Model, Sequential, layers, ops, utils
from funclab.graph import structure
from funclab.view.shapes.length import LONGEST, Length
from funclab.view.shapes.rule import rule
from tests.layers.examples import EXAMPLES
from tests.view.shapes.rule_cases import node_of


def value(text):
    return eval(text.replace("×", "*"), {"__builtins__": {}, "ceil": math.ceil})


def made_at_random(draw, depth):
    """A length from random arithmetic, of lengths and of plain numbers."""
    number = draw.randint(1, 9)
    if depth == 0:
        return Length(number) if draw.random() < 0.7 else number
    a, b = (made_at_random(draw, depth - 1) for _ in range(2))
    steps = [lambda: a + b, lambda: a - b, lambda: a * b, lambda: a // (b or 1)]
    steps += [lambda: a % (b or 1), lambda: -(-a // (b or 1)), lambda: max(a, b), lambda: -a]
    return draw.choice(steps)()


def test_the_text_of_a_length_is_arithmetic_that_gives_its_value(trial):
    for seed in range(2000):
        with trial(f"seed {seed}"):
            made = made_at_random(random.Random(seed), 3)
            if isinstance(made, Length):
                assert value(made.text(99)) == value(made.arithmetic()) == int(made)


def test_a_length_is_a_whole_number_wherever_one_is_wanted():
    length = Length(28) - 3

    assert length == 25 and hash(length) == hash(25) and f"{length}" == "25"
    assert type(copy.copy(length)) is type(copy.deepcopy(length)) is int
    assert np.zeros(length).shape == (25,)
    assert getattr(max(length, 7), "equation", "") == "28 - 3 = 25"


def test_long_arithmetic_shows_its_last_steps():
    length = Length(100)
    for _ in range(20):
        length = (length + 3) // Length(2)

    text = getattr(length, "equation", "")
    assert len(text) <= LONGEST + len(" = 3")
    assert text.endswith("+ 3) // 2 = 3")


class Scaled(Layer):
    def __init__(self, units, **settings):
        super().__init__(**settings)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight((input_shape[-1], self.units))
        self.inner = layers.Dense(self.units)

    def call(self, inputs):
        print("called")
        return ops.matmul(inputs, self.w)


class Fixed(Layer):
    """Its weight is there before the first call."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.w = self.add_weight((7, 5))

    def call(self, inputs):
        return ops.matmul(inputs, self.w)


class Masked(Layer):
    supports_masking = True

    def call(self, inputs, mask):
        return inputs[:, 1:] * ops.expand_dims(ops.cast(mask, "float32"), -1)[:, 1:]


class Block(Layer):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.look, self.pool = layers.Conv2D(6, 3), layers.MaxPooling2D()

    def call(self, inputs):
        return self.pool(self.look(inputs))


class Look(Layer):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.parts = [layers.Dense(8), layers.Dense(8), layers.Dense(6)]

    def call(self, inputs):
        query, key, seen = (part(inputs) for part in self.parts)
        scores = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))))
        return ops.matmul(scores, seen)


class WithZeros(Layer):
    def call(self, inputs):
        return ops.concatenate([inputs, ops.zeros((ops.shape(inputs)[0], 3))], axis=1)


class Declared(Layer):
    def call(self, inputs):
        half = int(inputs.shape[-1]) // 2
        return ops.reshape(inputs, (-1, 2, half))[:, 0]

    def compute_output_shape(self, input_shape):
        return input_shape[0], input_shape[-1] // 2


class Step(Layer):
    state_size = 5

    def __init__(self, units, **settings):
        super().__init__(**settings)
        self.units = units
        self.turn = layers.Dense(units)

    def call(self, inputs, states):
        new = ops.tanh(self.turn(inputs) + states[0])
        return new, [new]


class Whole(Model):
    def __init__(self):
        super().__init__()
        self.answer = layers.Dense(3)

    def call(self, inputs):
        return self.answer(inputs)


@pytest.mark.parametrize(
    ("layer", "shape", "texts"),
    [
        (Scaled(5), (7,), ["units = 5"]),
        (Scaled(5), (None, 7), ["same as input axis 1", "units = 5"]),
        (Fixed(), (7,), ["w.shape[1] = 5"]),
        (Block(), (13, 9, 1), ["((13 - 3) // 1 + 1 - 2) // 2 + 1 = 5",
                               "((9 - 3) // 1 + 1 - 2) // 2 + 1 = 3", "look.filters = 6"]),
        (Look(), (None, 4), ["same as input axis 1", "parts[2].units = 6"]),
        (WithZeros(), (4,), ["4 + 3 = 7"]),
        (Declared(), (8,), ["8 // 2 = 4"]),
        (layers.RNN(Step(5)), (9, 3), ["cell.turn.units = 5"]),
        (layers.TimeDistributed(Scaled(3)), (9, 4), ["same as input axis 1", "units = 3"]),
        (Whole(), (4,), ["answer.units = 3"]),
        (layers.Lambda(lambda x: x[:, ::2]), (9, 4), ["ceil(9 / 2) = 5", "same as input axis 2"]),
        (Sequential([layers.Dense(2)]), (4,), None),
    ],
    ids=lambda part: type(part).__name__,
)  # fmt: skip
def test_a_layer_of_ones_own_is_explained_by_what_its_call_does(layer, shape, texts):
    axes = rule(node_of(layer(Input(shape)))).axes

    name = getattr(layer, "name", "")
    assert [axis.text for axis in axes[1:]] == (texts or [f"2, as {name} makes it"])
    assert axes[0].batch


def test_a_layer_that_needs_a_mask_is_explained_on_one():
    masked = layers.Masking()(Input((9, 4)))

    axes = rule(node_of(Masked()(masked))).axes

    assert [axis.text for axis in axes[1:]] == ["9 - 1 = 8", "same as input axis 2"]


def test_an_explanation_prints_nothing_and_uses_up_no_names_or_random_numbers(capsys):
    layer = Scaled(4, name="scaled")
    node = node_of(layer(Input((7,))))
    kernel, inner = layer.w, layer.inner
    capsys.readouterr()
    utils.set_random_seed(1)
    expected = ops.convert_to_numpy(layers.Dense(2)(np.ones((1, 3)))), layers.Dense(1).name
    utils.set_random_seed(1)

    rule(node)

    assert capsys.readouterr().out == ""
    assert layer.w is kernel and layer.inner is inner and layer.inbound_nodes == [node]
    drawn = ops.convert_to_numpy(layers.Dense(2)(np.ones((1, 3))))
    assert (drawn == expected[0]).all()
    count = int(expected[1].rpartition("_")[2])
    assert layers.Dense(1).name == f"dense_{count + 2}"


@pytest.mark.parametrize("example", EXAMPLES[::6], ids=str)
def test_after_an_explanation_all_lengths_are_plain_again(example):
    layer = example.layer()
    node = node_of(example.call(layer, example.tensors()))

    rule(node)

    again = node_of(example.call(layer, example.tensors()))
    shapes = [*node.output_shapes, *again.output_shapes]
    shapes += [weight.shape for weight in getattr(layer, "weights", [])]
    lengths = [n for shape in structure.flatten(shapes) for n in structure.flatten(shape)]
    assert {type(n) for n in lengths} <= {int, type(None)}


class Deep(Layer):
    """Its setting is also the number of axes that it adds."""

    def __init__(self, count, **settings):
        super().__init__(**settings)
        self.count = count

    def call(self, inputs):
        for _ in range(self.count):
            inputs = ops.expand_dims(inputs, -1)
        return ops.convert_to_tensor(np.ones((1, *[2] * self.count), "float32")) + inputs[:, 0]


def test_a_setting_that_changes_how_many_axes_there_are_explains_none_of_them():
    axes = rule(node_of(Deep(2)(Input((3,))))).axes

    assert [axis.text for axis in axes[1:]] == ["2, found by running the call on shapes"] * 2
