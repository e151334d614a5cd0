"""The source of a model in detail: ops, settings, layers of one's own, and names of any kind."""

from __future__ import annotations

import ast

import numpy as np
import pytest

import funclab
from funclab import Input, Layer, Model, initializers, layers, ops
from funclab.errors import NotSupportedError
from funclab.graph import structure
from funclab.graph.operation import OpOperation
from funclab.ops.elementwise import Negative
from funclab.ops.nn.activation import Relu
from funclab.view.code.source import to_code
from funclab.view.code.text import LARGEST_ARRAY
from tests.ops.examples import BATCH
from tests.view.code.source_runs import assert_rebuilt, assert_same_numbers, run
from tests.view.shapes.rule_cases import ON_TENSORS, node_of, on_tensors


def test_ops_are_written_with_pythons_signs():
    x, y = Input((4,), name="x"), Input((4,), name="y")
    power = 2.0 - 3**x / y * 1e-9
    sliced = x[:, 1:, None] @ y[:, None]
    model = Model([x, y], abs(-power) % 2 // 1 + sliced[:, 0, ::-1] * (x > y))

    code = to_code(model)

    for line in (
        "power = 3 ** x",
        "subtract = 2.0 - multiply",
        "absolute = abs(negative)",
        "get_item = x[:, 1:, None]",
        "greater = x > y",
        "matmul = get_item @ get_item_1",
    ):
        assert f"\n{line}\n" in code
    assert "ops" not in code
    assert_rebuilt(model)


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lambda x: ops.power(-2.0, x), "power = (-2.0) ** x"),
        (lambda x: ops.less(0.5, x), "less = ops.less(0.5, x)"),  # it is not turned around
        (lambda x: ops.relu(x, negative_slope=0.1), "relu = ops.relu(x, negative_slope=0.1)"),
        (lambda x: ops.split(x, [], axis=1)[0], "split = Split(ends=(), axis=1)(x)"),
        (lambda x: Relu(0.5, 2.0)(x), "relu = ops.relu(x, negative_slope=0.5, max_value=2.0)"),
    ],
)
def test_an_op_is_written_so_that_it_is_this_very_op(make, line):
    x = Input((4,), name="x")
    model = Model(x, make(x))

    assert line in to_code(model)
    assert_rebuilt(model)


def test_ops_are_written_as_functions_where_these_make_the_same_op():
    x = Input((4, 6), name="x")
    made = [
        ops.relu(x, negative_slope=0.1),
        ops.reshape(x, (-1, 24)),
        ops.expand_dims(x, 1),
        ops.transpose(x, (0, 2, 1)),
        ops.where(x > 0, x, 0.0),
        ops.take(x, [0, 2], axis=1),
        ops.one_hot(ops.argmax(x, axis=-1), 6),
        ops.cast(x, "int32"),
        ops.pad(x, ((0, 0), (1, 2), (0, 0))),
        ops.stack([x, x], axis=1),
        ops.clip(x, -1.0, float("inf")),
        ops.logsumexp(x, axis=(1, 2)),
        ops.cumsum(x, axis=1),
        *ops.split(x, [1, 3], axis=1),
    ]
    model = Model(x, {str(i): tensor for i, tensor in enumerate(made)})

    code = to_code(model)

    assert "relu = ops.relu(x, negative_slope=0.1)" in code
    assert "stack = ops.stack([x, x], axis=1)" in code
    assert 'clip = ops.clip(x, x_min=-1.0, x_max=float("inf"))' in code
    assert "split, split_1, split_2 = ops.split(x, indices_or_sections=[1, 3], axis=1)" in code
    assert "from funclab.ops" not in code
    assert_rebuilt(model)


def test_names_that_ops_would_not_get_by_counting_are_set():
    x = Input((2,), name="x")
    x + 1.0
    model = Model(x, x + 2.0)

    assert '\nadd_1._keras_history.operation.name = "add_1"\n' in to_code(model)
    assert_rebuilt(model)


def test_an_op_used_at_two_places_is_one_op():
    x = Input((2,))
    turn = OpOperation(Negative(), name="turn")

    again = assert_rebuilt(Model(x, turn(turn(x))))

    assert len(again.operations) == 2


def test_small_arrays_are_written_out_exactly():
    x = Input((2, 3), name="x")
    scale = np.array([[0.1, 1 / 3, 1e-20], [np.inf, -np.inf, 7.0]], "float32")
    model = Model(x, x * scale + np.float32(0.1) + np.arange(3) * np.float64(1 / 3))

    again = assert_rebuilt(model)

    assert_same_numbers(model, again, np.ones((1, 2, 3), "float32"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda x: x * np.ones(2000, "float32"), "array of 2,000 numbers"),
        (layers.Lambda(lambda x: x * 2, name="shady"), "shady holds a function without a name"),
    ],
)
def test_what_cannot_be_written_is_refused(make, message):
    x = Input((2000,), name="x")

    with pytest.raises(NotSupportedError, match=message):
        to_code(Model(x, make(x)))


class Twice(Layer):
    def __init__(self, factor, inner=None, **kwargs):
        super().__init__(**kwargs)
        self.factor, self.inner = factor, inner

    def call(self, inputs):
        return (self.inner(inputs) if self.inner else inputs) * self.factor


class Saved(Layer):
    def __init__(self, sizes, **kwargs):
        super().__init__(**kwargs)
        self.hidden = sizes

    def call(self, inputs):
        return inputs

    def get_config(self):
        return {"name": self.name, "packed": {"sizes": list(self.hidden)}}

    @classmethod
    def from_config(cls, config):
        return cls(config["packed"]["sizes"], name=config["name"])


def test_layers_of_ones_own_are_written_by_class_name():
    x = Input((3,), name="x")
    model = Model(x, Saved((2, 3), name="saved")(Twice(3, layers.Dense(3), name="twice")(x)))

    code = to_code(model)

    assert "# Yours, to be defined before: Saved and Twice." in code
    assert 'twice = Twice(factor=3, inner=layers.Dense(3, name="dense"), name="twice")(x)' in code
    assert 'saved = Saved.from_config({"name": "saved", "packed": {"sizes": [2, 3]}})' in code
    assert_rebuilt(model, Twice=Twice, Saved=Saved)


class Own(Model):
    def __init__(self, units=4, **kwargs):
        x = Input((3,))
        super().__init__(x, layers.Dense(units)(x), **kwargs)
        self.units = units


class Plain(Model):
    pass


def test_models_of_ones_own_are_written_by_class_name():
    x = Input((3,), name="x")
    model = Model(x, Own(2, name="own")(x))

    assert 'own = Own(units=2, name="own")(x)' in to_code(model)
    assert run(to_code(model), Own=Own).count_params() == 8
    assert_rebuilt(Plain(x, layers.Dense(2)(x)), Plain=Plain)  # without a constructor of its own


def steep(x):
    return ops.relu(x) * 2.0


class Fixed(initializers.Initializer):
    def __init__(self, value=1.0):
        self.value = value

    def __call__(self, shape, dtype="float32"):
        return np.full(shape, self.value, dtype)


def test_settings_are_short_where_a_name_says_it_all():
    x = Input((3,), name="x")
    settings = {
        "activation": steep,
        "kernel_initializer": initializers.HeNormal(),
        "bias_initializer": Fixed(0.5),
        "kernel_regularizer": funclab.regularizers.L2(0.1),
        "bias_regularizer": "l2",
        "kernel_constraint": "non_neg",
    }
    model = Model(x, layers.Dense(2, name="y", **settings)(x))

    code = to_code(model)

    for part in (
        "activation=steep,",
        'kernel_initializer="he_normal",',
        "bias_initializer=Fixed(value=0.5),",
        "kernel_regularizer=regularizers.L2(l2=0.1),",
        'bias_regularizer="l2",',
        'kernel_constraint="non_neg",',
    ):
        assert part in code
    assert_rebuilt(model, steep=steep, Fixed=Fixed)


def test_windows_are_written_as_they_were_given():
    x = Input((9, 9, 1), name="x")
    y = layers.Conv2D(2, 3, strides=(1, 2), padding="same", name="y")(x)
    code = to_code(Model(x, layers.MaxPooling2D(3, name="z")(y)))

    assert 'layers.Conv2D(2, 3, strides=(1, 2), padding="same", name="y")(x)' in code
    assert 'layers.MaxPooling2D(pool_size=3, name="z")(y)' in code


HOSTILE = [
    'say "hi"; \\', "\\'\"", "\n\t\x00", "<script>alert('x')<\\script>",
    "\u202eright to left\u2066", "\u0645\u0631\u062d\u0628\u0627", "import os", "class", "layers",
    "model", "np", "Relu", "1st", "x" * 300, "\ud800", "{}{0}%s", "'''\"\"\"", "\u00b2",
]  # fmt: skip


def test_names_of_any_kind_are_quoted_and_never_run():
    x = y = Input((2,), name="\"); print('ran')#")
    for name in HOSTILE:
        y = layers.Dense(2, name=name)(y)
    model = Model(x, Relu(0.5, 2.0)(y) + y, name='"""')

    code = to_code(model)
    again = run(code)

    assert again.get_config() == model.get_config()
    assert {letter for letter in code if not letter.isprintable()} == {"\n"}
    assert "\u0645" not in code
    # The imports, one line for each layer, the input, two ops and the model: nothing more.
    assert len(ast.parse(code).body) == len(HOSTILE) + 5


WRITTEN_BY_CLASS = {
    *("ConvBias", "Einsum", "GRU", "LSTM", "LayerNormalization", "Normalization", "SimpleRNN"),
    *("MirrorPad", "Resize", "SingularValues", "SliceUpdate", "Split", "TopIndices"),
    # Their functions are nodes of their own on tensors.
    *("AdaptiveAveragePool", "AdaptiveMaxPool", "AffineTransform", "CTCDecode", "CTCLoss", "Conv"),
    *("ConvTranspose", "Isclose", "OneHotOfIds", "RMSNormalization", "Svd"),
}
"""Ops for which, with some settings, no function makes just this op."""


def test_a_function_of_several_ops_is_written_as_it_was_called():
    x, images = Input((4,), name="x"), Input((6, 6, 2), name="images")
    outputs = [
        ops.average(x, 1, weights=x),
        ops.dot_product_attention(images, images, images, scale=0.5),
        ops.top_k(x, 2, sorted=False)[0],
        ops.meshgrid(ops.ravel(x), ops.ravel(x), indexing="ij")[0],
        *ops.vsplit(ops.hstack([x, x]), [1]),
    ]
    model = Model([x, images], outputs)

    assert_rebuilt(model)

    code = to_code(model)
    assert "ops.average(x, axis=1, weights=x)" in code
    assert "ops.hstack([x, x])" in code
    assert "from funclab.ops" not in code


WRITTEN = [e for e in ON_TENSORS if all(array.size <= LARGEST_ARRAY for array in e.arrays(BATCH))]


@pytest.mark.covering
@pytest.mark.parametrize("example", WRITTEN, ids=str)
def test_the_source_of_an_op_makes_it_again(example):
    outputs = on_tensors(example)
    inputs = list(dict.fromkeys(node_of(outputs).arguments.tensors))
    named = {str(i): tensor for i, tensor in enumerate(structure.flatten(outputs))}
    model = Model(inputs, named)

    assert_rebuilt(model)

    by_class = "from funclab.ops" in to_code(model)
    assert not by_class or type(example.op).__name__ in WRITTEN_BY_CLASS
