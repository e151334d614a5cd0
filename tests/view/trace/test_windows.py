"""The window of a step: its numbers are those of loops that multiply and add one by one."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, utils
from funclab.errors import ArgumentError
from funclab.view.trace.windows import MOST_CHANNELS, MOST_FILTERS, MOST_NUMBERS

Numbers = np.ndarray


def traced(layer: Any, shape: tuple[int, ...]) -> tuple[Any, Numbers]:
    """The window of a layer in slow motion, and its first sample as (row, column, channel)."""
    utils.set_random_seed(3)
    x = Input(shape, name="x")
    model = Model(x, layer(x))
    for weight in model.weights:
        weight.assign(np.random.default_rng(len(weight.path)).normal(size=weight.shape))
    batch = np.random.default_rng(1).normal(size=(2, *shape)).astype("float32")
    window = funclab.trace(model, batch).stills[-1].window
    return window, batch[0] if batch.ndim == 4 else batch[0][None]


def numbers(window: Any, name: str) -> Numbers:
    return np.array(window[name]["numbers"]).reshape(window[name]["shape"])


def read(image: Numbers, row: int, column: int, channel: int) -> float:
    inside = 0 <= row < image.shape[0] and 0 <= column < image.shape[1]
    return float(image[row, column, channel]) if inside else 0.0


CONVOLUTIONS = [
    (layers.Conv2D(3, 3, activation="relu"), (6, 7, 1), (0, 0)),
    (layers.Conv2D(3, (3, 2), strides=2, padding="same"), (7, 8, 2), (1, 0)),
    (layers.Conv2D(4, 3, groups=2, use_bias=False), (6, 6, 4), (0, 0)),
    (layers.Conv2D(2, 3, dilation_rate=2, activation="tanh"), (8, 8, 3), (0, 0)),
    (layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same"), (5, 5, 2), (1, 1)),
    (layers.Conv1D(3, 4, padding="same", activation="relu"), (9, 2), (0, 1)),
]


@pytest.mark.parametrize(("layer", "shape", "before"), CONVOLUTIONS)
def test_a_convolution_is_the_sum_of_the_products_in_its_window(layer, shape, before):
    window, image = traced(layer, shape)

    kernel, bias = np.asarray(layer.kernel), np.asarray(layer.bias) if layer.use_bias else None
    kernel = kernel if len(shape) == 3 else kernel[None]
    if isinstance(layer, layers.DepthwiseConv2D):
        kernel = kernel.reshape(*kernel.shape[:2], 1, -1)
    filters, depth = kernel.shape[3], kernel.shape[2]
    each = filters // (image.shape[2] // depth)
    sums, made = numbers(window, "sums"), numbers(window, "made")
    function = {"relu": lambda z: max(z, 0), "tanh": np.tanh}.get(window["activation"])
    assert window["before"] == [*before]
    for f, row, column in itertools.product(*map(range, sums.shape)):
        total = 0.0
        for i, j, channel in itertools.product(*map(range, kernel.shape[:3])):
            down = row * window["strides"][0] - before[0] + i * window["spread"][0]
            right = column * window["strides"][1] - before[1] + j * window["spread"][1]
            number = read(image, down, right, f // each * depth + channel)
            total += number * float(kernel[i, j, channel, f])
        assert sums[f, row, column] == pytest.approx(total, abs=1e-3)
        total += 0 if bias is None else float(bias[f])
        assert made[f, row, column] == pytest.approx(
            function(total) if function else total, abs=1e-3
        )
    stored, kernels = numbers(window, "x"), numbers(window, "kernel")
    assert np.allclose(stored[0, 0], image[:, :, 0], rtol=1e-4)
    assert np.allclose(kernels, kernel.transpose(3, 2, 0, 1), rtol=1e-4)


@pytest.mark.parametrize("name", ["MaxPooling2D", "AveragePooling2D"])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_a_pooling_takes_the_largest_or_the_mean_and_leaves_the_padding_out(name, padding):
    window, image = traced(getattr(layers, name)(3, strides=2, padding=padding), (6, 6, 2))

    made = numbers(window, "made")
    choose = max if name == "MaxPooling2D" else lambda all: sum(all) / len(all)
    for channel, row, column in itertools.product(*map(range, made.shape)):
        down, right = (2 * at - before for at, before in zip((row, column), window["before"]))
        places = itertools.product(range(down, down + 3), range(right, right + 3))
        inside = [(i, j) for i, j in places if 0 <= i < 6 and 0 <= j < 6]
        wanted = choose([float(image[i, j, channel]) for i, j in inside])
        assert made[channel, row, column] == pytest.approx(wanted, rel=1e-4)


def test_of_a_large_picture_the_middle_is_stored_and_that_is_said():
    layer = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")
    window, image = traced(layer, (96, 96, 16))

    made, stored = numbers(window, "made"), numbers(window, "x")
    whole = np.asarray(layer(image[None]))[0]
    count = made.shape[1]
    first = (48 - count) // 2
    assert made.size + numbers(window, "sums").size + stored.size <= MOST_NUMBERS
    assert (len(made), stored.shape[1]) == (MOST_FILTERS, MOST_CHANNELS)
    assert np.allclose(made[5], whole[first : first + count, first : first + count, 5], atol=1e-3)
    assert stored[0, 2, 0, 0] == pytest.approx(float(image[2 * first, 2 * first, 2]), rel=1e-4)
    assert window["notes"] == ["the first of 2 samples", f"{count} × {count} of 48 × 48 places"]


def test_of_a_separable_convolution_the_part_that_slides_is_shown():
    window, _ = traced(layers.SeparableConv2D(2, 3), (5, 5, 2))

    depthwise, stored = numbers(window, "kernel"), numbers(window, "x")
    products = stored[1, 0, :3, 1:4] * depthwise[1, 0]
    assert window["makes"] == "separable_conv2d[0] (conv)"
    assert numbers(window, "made")[1, 0, 1] == pytest.approx(float(products.sum()), abs=1e-3)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.Dense(2), (4,)),
        (layers.Conv3D(2, 2), (4, 4, 4, 1)),
        (layers.Conv2DTranspose(2, 2), (4, 4, 1)),
        (layers.GlobalMaxPooling2D(), (4, 4, 1)),
        (layers.ConvLSTM2D(2, 2), (2, 4, 4, 1)),
    ],
)
def test_other_layers_have_no_window(layer, shape):
    x = Input(shape)

    assert funclab.trace(Model(x, layer(x)), np.ones((2, *shape))).stills[-1].window is None


def test_a_number_that_is_none_leaves_the_window_out():
    x = Input((4, 4, 1))
    model = Model(x, layers.Conv2D(1, 2)(x))

    assert funclab.trace(model, np.full((1, 4, 4, 1), np.nan)).stills[-1].window is None


def test_the_sentence_says_what_is_added():
    x = Input((8, 8, 3), name="image")
    h = layers.Conv2D(4, 3, name="conv")(x)
    stills = funclab.trace(
        Model(x, layers.MaxPooling2D(name="pool")(h)), np.ones((1, 8, 8, 3))
    ).stills

    assert [still.words for still in stills[1:]] == [
        "Forward: a window of 3 × 3 slides over image[0:0]. At each place, 27 products are added: "
        "one number of conv[0:0].",
        "Forward: a window of 2 × 2 slides over conv[0:0]. At each place its largest number is one "
        "of pool[0:0].",
    ]


def test_the_line_of_a_view_keeps_the_place_of_the_window():
    x = Input((4, 4, 1))
    model = Model(x, layers.Conv2D(2, 2)(x))
    batch = np.ones((1, 4, 4, 1))

    view = funclab.trace(model, batch, step=1, place=(1, 2), filter=1)

    assert view.line().endswith(", step=1, place=[1, 2], filter=1)")
    for wrong in ({"place": [1]}, {"place": 3}, {"filter": -1}, {"channel": "a"}):
        with pytest.raises(ArgumentError):
            view.show(**wrong)


def test_a_page_gets_windows_beyond_what_is_stored_when_it_asks():
    x = h = Input((24, 24, 2))
    for i in range(6):
        h = layers.Conv2D(8, 3, padding="same", name=f"conv_{i}")(h)
    view = funclab.trace(Model(x, h), np.random.default_rng(0).normal(size=(1, 24, 24, 2)))

    stored = {int(key) for key in view.facts["windows"]}
    left = set(range(1, 7)) - stored
    assert stored and left
    assert all(view.told("windows", key) == view.stills[key].window for key in left)
    assert view.told("windows", 0) is view.told("windows", "1") is None
    assert len(view.complete()["facts"]["windows"]) == 6


def test_a_page_gets_further_filters_when_it_asks_and_all_are_in_one_without_a_kernel():
    x = Input((7, 7, 1))
    model = Model(x, layers.Conv2D(2 * MOST_FILTERS + 3, 3, name="conv")(x))
    view = funclab.trace(model, np.random.default_rng(0).normal(size=(1, 7, 7, 1)))
    (step,) = view.facts["windows"]
    kernel = model.get_layer("conv").kernel.numpy()

    for first, count in ((MOST_FILTERS, MOST_FILTERS), (2 * MOST_FILTERS, 3)):
        part = view.told("windows", f"{step} {first}")
        assert part["first"] == first
        wanted = kernel.transpose(3, 2, 0, 1)[first : first + count]
        assert np.allclose(numbers(part, "kernel"), wanted, rtol=0.01)
    for wrong in (f"{step} 0", f"{step} {MOST_FILTERS + 1}", "0 0", f"{step} a", f"a {step}", ""):
        assert view.told("windows", wrong) is None
    others = view.complete()["facts"]["windows"]
    assert {f"{step} {MOST_FILTERS}", f"{step} {2 * MOST_FILTERS}"} <= {*others}
