"""How one number is made: plain loops give what recipes say and what the engine made."""

from __future__ import annotations

import math

import numpy as np
import pytest

from funclab import Input, Model, activations, layers, ops
from funclab.graph.value import Constant, Variable
from funclab.view.inside.calls import shown_calls
from funclab.view.inside.numbers import ACTIVATIONS, activated
from funclab.view.inside.recipes import plane
from funclab.view.inside.store import source_arrays, values_of
from funclab.view.learned.look import Look

IMAGE, ROWS = (7, 9, 4), (6, 4)
CONVOLUTIONS = [
    layers.Conv2D(3, 3, name="plain"),
    layers.Conv2D(3, 3, strides=2, padding="same", activation="relu", name="strided"),
    layers.Conv2D(3, (2, 3), padding="same", activation="tanh", name="padded"),
    layers.Conv2D(3, 3, dilation_rate=2, activation="elu", name="dilated"),
    layers.Conv2D(3, 3, padding="same", use_bias=False, activation="silu", name="without_bias"),
    layers.Conv2D(4, 3, groups=2, name="grouped"),
    layers.Conv2D(3, 1, activation="softmax", name="softmax"),
    layers.DepthwiseConv2D(3, depth_multiplier=2, activation="relu6", name="depthwise"),
]
OTHERS = [
    layers.MaxPooling2D(3, strides=2, padding="same", name="largest"),
    layers.AveragePooling2D((2, 3), name="mean"),
    layers.AveragePooling2D(3, strides=2, padding="same", name="mean_padded"),
    layers.GlobalAveragePooling2D(name="global_mean"),
    layers.GlobalMaxPooling2D(name="global_largest"),
    layers.BatchNormalization(name="batch"),
    layers.LayerNormalization(name="layer"),
    layers.Activation("gelu", name="gelu"),
    layers.LeakyReLU(name="leaky"),
    layers.Flatten(name="flat"),
    layers.SeparableConv2D(3, 3, name="separable"),
    layers.Conv2DTranspose(3, 3, strides=2, padding="same", activation="relu", name="back"),
    layers.Conv2DTranspose(3, (2, 4), strides=(1, 3), use_bias=False, name="back_valid"),
    layers.Conv2DTranspose(2, 3, strides=3, output_padding=1, name="back_padded"),
    layers.Conv2DTranspose(2, 3, dilation_rate=2, name="back_dilated"),
    layers.EinsumDense("abcd,de->abce", (None, None, 3), bias_axes="e", name="einsum"),
    layers.UpSampling2D((2, 3), name="larger"),
    layers.UpSampling2D((2, 3), interpolation="bilinear", name="smooth"),
    layers.UpSampling2D(2, interpolation="bicubic", name="smoother"),
    layers.Resizing(5, 4, name="smaller"),
    layers.GroupNormalization(2, name="groups"),
    layers.GroupNormalization(-1, scale=False, name="alone"),
    layers.GroupNormalization(1, center=False, name="together"),
]


def looked(outputs, inputs, *shapes):
    random = np.random.RandomState(0)
    model = Model(inputs, outputs)
    for weight in model.weights:
        weight.assign(
            random.uniform(0.1, 1, weight.shape) - (0.5 if "kernel" in weight.path else 0)
        )
    x = [random.normal(size=(2, *shape)).astype("float32") for shape in shapes]
    return Look(model, x if len(x) > 1 else x[0])


def call_named(look, name):
    return next(call for call in shown_calls(look) if call.path == f"{name}[0]")


def made(look, call) -> np.ndarray:
    return values_of(look, 1, [call.value])[0].reshape(call.plane)


def by_hand(x, w, b, layer, act, i, j, k) -> float:
    """A convolution at one place, in plain loops, in float64."""
    (s, t), (d, e), (u, v) = layer.strides, layer.dilation_rate, w.shape[:2]
    p = q = 0
    if layer.padding == "same":
        high, wide = (math.ceil(n / m) for n, m in zip(x.shape, (s, t)))
        p = max(0, (high - 1) * s + (u - 1) * d + 1 - x.shape[0]) // 2
        q = max(0, (wide - 1) * t + (v - 1) * e + 1 - x.shape[1]) // 2
    groups = x.shape[2] // w.shape[2]
    start = k // (w.shape[3] // groups) * w.shape[2]
    total = float(b[k])
    for m in range(u):
        for n in range(v):
            row, column = i * s + m * d - p, j * t + n * e - q
            if 0 <= row < x.shape[0] and 0 <= column < x.shape[1]:
                for c in range(w.shape[2]):
                    total += float(x[row, column, start + c]) * float(w[m, n, c, k])
    return act(total)


ACTS = {
    "linear": lambda z: z,
    "relu": lambda z: max(z, 0.0),
    "relu6": lambda z: min(max(z, 0.0), 6.0),
    "tanh": math.tanh,
    "elu": lambda z: z if z > 0 else math.exp(z) - 1,
    "silu": lambda z: z / (1 + math.exp(-z)),
}


@pytest.mark.parametrize("layer", CONVOLUTIONS[:-2] + CONVOLUTIONS[-1:], ids=lambda one: one.name)
def test_a_convolution_is_the_sum_that_loops_give(layer):
    x = Input(IMAGE, name="x")
    look = looked([layer(x)], x, IMAGE)
    call = call_named(look, layer.name)
    image, output = look.arrays[0][1], made(look, call)
    depthwise = layer.name == "depthwise"
    kernel = layer.kernel.numpy() if not depthwise else layer.get_weights()[0]
    kernel = kernel.reshape(*kernel.shape[:2], 1, -1) if depthwise else kernel
    bias = layer.get_weights()[1] if layer.use_bias else np.zeros(output.shape[2])
    act = ACTS["relu6" if depthwise else layer.activation.__name__]

    for i, j, k in np.ndindex(output.shape):
        if (i + j + k) % 3:
            continue
        number = call.recipe.number(source_arrays(look, call, 1), (i, j), k)
        wanted = by_hand(image, kernel, bias, layer, act, i, j, k)
        assert math.isclose(number.result, wanted, rel_tol=1e-6, abs_tol=1e-6)
        assert math.isclose(output[i, j, k], wanted, rel_tol=1e-3, abs_tol=1e-5)
        parts = sum(row.partial for row in number.rows)
        assert math.isclose(parts, number.total)
        assert math.isclose(act(number.total + number.bias), wanted, abs_tol=1e-6)


def agrees_everywhere(look, call) -> int:
    output, count = made(look, call), 0
    sources = source_arrays(look, call, 1)
    for i, j, k in np.ndindex(output.shape):
        if (i + 2 * j + k) % 3 == 0:
            number = call.recipe.number(sources, (i, j), k)
            assert number.agrees(float(output[i, j, k])), (call.path, i, j, k)
            assert math.isclose(number.result, output[i, j, k], rel_tol=1e-3, abs_tol=1e-5)
            count += 1
    return count


@pytest.mark.parametrize("layer", [*CONVOLUTIONS[-2:-1], *OTHERS], ids=lambda one: one.name)
def test_other_calls_of_images_are_what_their_recipes_say(layer):
    x = Input(IMAGE, name="x")
    look = looked([layer(x)], x, IMAGE)

    assert agrees_everywhere(look, call_named(look, layer.name))


def test_a_transposed_convolution_is_what_every_number_writes_to_its_window():
    x = Input((4, 5, 2), name="x")
    layer = layers.Conv2DTranspose(3, 3, strides=2, use_bias=False, name="back")
    look = looked([layer(x)], x, (4, 5, 2))
    call, image = call_named(look, "back"), look.arrays[0][1]
    kernel, wanted = layer.kernel.numpy(), np.zeros((9, 11, 3))
    for i, j, u, v in np.ndindex(4, 5, 3, 3):
        wanted[2 * i + u, 2 * j + v] += kernel[u, v] @ image[i, j]

    sources = source_arrays(look, call, 1)
    for i, j, k in np.ndindex(wanted.shape):
        number = call.recipe.number(sources, (i, j), k)
        assert math.isclose(number.result, wanted[i, j, k], rel_tol=1e-6, abs_tol=1e-6)
    assert [row.inside.sum() for row in call.recipe.number(sources, (3, 4), 0).rows] == [2, 2]


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv1DTranspose(3, 3, strides=2, name="back_1"),
        layers.EinsumDense("...b,bc->...c", 5, activation="relu", name="einsum_1"),
        layers.UpSampling1D(3, name="longer"),
        layers.GroupNormalization(2, name="groups_1"),
        layers.Conv1D(3, 2, padding="causal", activation="relu", name="causal"),
        layers.Conv1D(3, 3, strides=2, name="strided_1"),
        layers.Dense(5, activation="sigmoid", name="dense"),
        layers.Dense(5, activation="softmax", name="classes"),
        layers.MaxPooling1D(2, name="largest_1"),
        layers.GlobalAveragePooling1D(name="mean_1"),
    ],
    ids=lambda one: one.name,
)
def test_calls_of_sequences_are_what_their_recipes_say(layer):
    x = Input(ROWS, name="x")
    look = looked([layer(x)], x, ROWS)

    assert agrees_everywhere(look, call_named(look, layer.name))


VOLUME = (4, 5, 6, 2)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv3D(3, 2, activation="relu", name="volume"),
        layers.Conv3D(3, (3, 2, 3), strides=(1, 2, 2), padding="same", name="volume_same"),
        layers.Conv3D(3, 2, dilation_rate=2, name="volume_dilated"),
        layers.Conv3DTranspose(3, (2, 3, 2), strides=2, name="volume_back"),
        layers.MaxPooling3D(2, padding="same", name="volume_largest"),
        layers.AveragePooling3D((3, 2, 2), strides=(2, 1, 1), padding="same", name="volume_mean"),
        layers.GlobalAveragePooling3D(name="volume_global"),
    ],
    ids=lambda one: one.name,
)
def test_calls_of_volumes_are_what_their_recipes_say(layer):
    x = Input(VOLUME, name="x")
    look = looked([layer(x)], x, VOLUME)

    assert agrees_everywhere(look, call_named(look, layer.name))


def test_a_window_of_a_volume_has_the_rows_of_each_slice():
    x = Input(VOLUME, name="x")
    layer = layers.Conv3D(1, (2, 3, 3), padding="same", use_bias=False, name="volume")
    look = looked([layer(x)], x, VOLUME)
    call, volume = call_named(look, "volume"), look.arrays[0][1]

    depth, row, column = 2, 1, 4
    number = call.recipe.number(source_arrays(look, call, 1), (depth * 5 + row, column), 0)

    part = volume[depth : depth + 2, row - 1 : row + 2, column - 1 : column + 2]
    wanted = sum(
        layer.kernel.numpy()[u, v, w, :, 0] @ part[u, v, w] for u, v, w in np.ndindex(2, 3, 3)
    )
    assert math.isclose(number.result, wanted, rel_tol=1e-5)
    assert [row.values.shape for row in number.rows] == [(6, 3)] * 2


def test_a_pixel_of_a_larger_image_is_the_mean_of_its_neighbours_by_their_distance():
    x = Input((3, 4, 1), name="x")
    look = looked(
        [layers.UpSampling2D(2, interpolation="bilinear", name="smooth")(x)], x, (3, 4, 1)
    )
    call, image = call_named(look, "smooth"), look.arrays[0][1, ..., 0]

    inner = call.recipe.number(source_arrays(look, call, 1), (2, 3), 0)
    corner = call.recipe.number(source_arrays(look, call, 1), (0, 0), 0)

    # The middle of pixel (2, 3) is at (1.25, 1.75) of the old ones, with middles at 0.5, 1.5, ...
    near, far = image[1, 1] * 0.75 + image[1, 2] * 0.25, image[0, 1] * 0.75 + image[0, 2] * 0.25
    assert math.isclose(inner.result, near * 0.75 + far * 0.25, rel_tol=1e-6)
    assert math.isclose(corner.result, image[0, 0], rel_tol=1e-6)


def test_merges_are_what_their_recipes_say():
    a, b = Input(ROWS, name="a"), Input(ROWS, name="b")
    merges = [
        layers.Add(name="sum")([a, b, a]),
        layers.Subtract(name="difference")([a, b]),
        layers.Multiply(name="product")([a, b]),
        layers.Average(name="mean")([a, b]),
        layers.Maximum(name="largest")([a, b]),
        layers.Minimum(name="smallest")([a, b]),
        layers.Concatenate(name="joined")([a, b]),
        layers.Concatenate(axis=1, name="after")([a, b]),
    ]
    look = looked([*merges, a * 2.0 + b], [a, b], ROWS, ROWS)
    calls = [call for call in shown_calls(look) if call.recipe.kind in ("merge", "joined")]

    assert len(calls) == 10
    for call in calls:
        sources = source_arrays(look, call, 1)
        assert all(array.shape == (1, 1, 1) or array.shape == plane(ROWS) for array in sources), (
            call.path
        )
        assert agrees_everywhere(look, call)


def test_a_dense_layer_in_two_nested_models_and_what_is_handed_on():
    x = Input((4,), name="x")
    inner = Model(x, layers.Dense(3, name="inside")(layers.Dropout(0.5, name="drop")(x)), name="m")
    y = Input((4,), name="y")
    look = looked([layers.Add(name="sum")([inner(y), inner(y * 2.0)])], y, (4,))
    calls = {call.path: call for call in shown_calls(look)}

    assert [p for p in calls if "inside" in p] == ["m[1]/inside[0]", "m[2]/inside[0]"]
    assert all(
        calls[path].group == calls["m[1]/inside[0]"].group for path in calls if "inside" in path
    )
    assert calls["m[1]/drop[0]"].recipe.kind == "copy"
    for path in ("m[1]/inside[0]", "m[2]/inside[0]", "sum[0]", "m[1]/drop[0]"):
        assert agrees_everywhere(look, calls[path])


def test_a_recipe_ends_at_the_call_before():
    chain = [
        layers.Conv2D(2, 2, name="conv"),
        layers.Activation("tanh", name="bent"),
        layers.BatchNormalization(name="batch"),
        layers.ReLU(name="cut"),
        layers.MaxPooling2D(2, name="pool"),
        layers.Flatten(name="flat"),
        layers.Dense(3, name="dense"),
        layers.Activation("softmax", name="classes"),
    ]
    y = x = Input(IMAGE, name="x")
    for layer in chain:
        y = layer(y)
    look = looked(y, x, IMAGE)
    calls = [call_named(look, name) for name in ("x", *(layer.name for layer in chain))]
    kinds = ["sum", "activation", "normal", "activation", "largest", "copy", "sum", "activation"]

    assert [call.recipe.kind for call in calls[1:]] == kinds
    for before, call in zip(calls, calls[1:]):
        assert call.recipe.sources == [before.value]


def test_padding_is_no_part_of_a_mean_and_counts_as_zero_in_a_sum():
    x = Input(IMAGE, name="x")
    layer = layers.Conv2D(1, 3, padding="same", name="same")
    look = looked([layer(x)], x, IMAGE)
    call = call_named(look, "same")

    number = call.recipe.number(source_arrays(look, call, 0), (0, 0), 0)

    assert len(number.rows) == 4
    for row in number.rows:
        assert row.inside.tolist() == [[False] * 3, [False, True, True], [False, True, True]]
        assert not row.values[~row.inside].any()


def test_calls_without_a_recipe_are_only_shown():
    x = Input(IMAGE, name="x")
    made_ = [
        layers.Cropping2D(1, name="cut")(x),
        layers.ZeroPadding2D(1, name="zero")(x),
    ]
    look = looked([*made_, ops.sort(x)], x, IMAGE)

    kinds = {call.path: call.recipe.kind for call in shown_calls(look) if call.path != "x[0]"}

    assert set(kinds.values()) == {""}
    assert not any(isinstance(c.value, (Constant, Variable)) for c in shown_calls(look))


@pytest.mark.parametrize("name", ["relu", "softmax", *ACTIVATIONS])
def test_an_activation_of_one_number_is_that_of_its_layer(name):
    z = np.array([-1.5, 0.25, 2.0], "float32")

    mine = [activated(name, {}, z, k) for k in range(3)]

    layer = np.asarray(activations.get(name)(z[None]))[0]
    np.testing.assert_allclose(mine, layer, rtol=1e-5)


def test_an_activation_that_is_not_known_here_has_no_number():
    assert math.isnan(activated("mish", {}, np.array([0.5]), 0))
