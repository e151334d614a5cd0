"""Convolution and pooling, against loops over every window."""

from typing import Any

import numpy as np
import pytest

from funclab import Input, layers, ops
from funclab.engine.plan import Plan
from funclab.errors import ShapeError
from funclab.graph.value import Variable
from funclab.shape_math import conv_length, same_padding

IMAGES = np.random.default_rng(0).standard_normal((2, 7, 6, 4)).astype("float32")


def padded(x: Any, size: Any, strides: Any, dilation: Any, padding: str, fill: float) -> Any:
    if padding == "valid":
        return x
    pads = [
        same_padding(n, *window)
        for n, *window in zip(x.shape[1:3], size, strides, dilation, strict=True)
    ]
    return np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=fill)


def windows(
    x: Any,
    size: Any,
    strides: Any = (1, 1),
    dilation: Any = (1, 1),
    padding: str = "valid",
    fill: float = 0,
) -> Any:
    """Every window of images: (batch, rows, columns, height, width, channels)."""
    whole = padded(x, size, strides, dilation, padding, fill)
    settings = list(zip(size, strides, dilation, strict=True))
    counts = [
        conv_length(n, *window, padding) for n, window in zip(x.shape[1:3], settings, strict=True)
    ]
    rows, columns = (
        [[i * stride + k * step for k in range(width)] for i in range(count)]
        for count, (width, stride, step) in zip(counts, settings, strict=True)
    )
    return np.stack([np.stack([whole[:, r][:, :, c] for c in columns], 1) for r in rows], 1)


SETTINGS = [
    {},
    {"strides": 2},
    {"padding": "same"},
    {"padding": "same", "strides": (2, 3)},
    {"dilation_rate": (2, 1)},
    {"padding": "same", "dilation_rate": 2},
    {"groups": 2},
    {"activation": "relu", "bias_initializer": "random_normal"},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_a_convolution_is_a_product_with_every_window(settings: dict[str, Any]):
    layer = layers.Conv2D(6, (3, 2), **settings)

    made = layer(IMAGES)

    seen = windows(IMAGES, (3, 2), layer.strides, layer.dilation_rate, layer.padding)
    kernel, bias = layer.get_weights()
    parts = np.split(seen, layer.groups, axis=-1)
    kernels = np.split(kernel, layer.groups, axis=-1)
    pairs = zip(parts, kernels, strict=True)
    products = [np.einsum("brchwi,hwio->brco", *pair) for pair in pairs]
    expected = np.concatenate(products, axis=-1) + bias
    if "activation" in settings:
        expected = np.maximum(expected, 0)
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-5)


def test_channels_first_gives_the_same_numbers_in_another_order():
    last = layers.Conv2D(3, 2, activation="tanh")
    first = layers.Conv2D(3, 2, activation="tanh", data_format="channels_first")
    expected = last(IMAGES)
    turned = IMAGES.transpose(0, 3, 1, 2)

    first(turned)
    first.set_weights(last.get_weights())

    np.testing.assert_allclose(first(turned), expected.transpose(0, 3, 1, 2), rtol=1e-5, atol=1e-6)


def test_a_causal_convolution_does_not_see_the_future():
    steps = np.random.default_rng(0).standard_normal((1, 6, 2)).astype("float32")
    later = steps.copy()
    later[:, 4:] = 9
    layer = layers.Conv1D(3, 2, padding="causal", dilation_rate=2)

    before, after = layer(steps), layer(later)

    np.testing.assert_array_equal(before[:, :4], after[:, :4])
    assert before.shape == (1, 6, 3)
    np.testing.assert_allclose(before[:, 0], steps[:, 0] @ layer.get_weights()[0][1], rtol=1e-5)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("size", "strides"), [(2, None), ((3, 2), 1), ((2, 3), (1, 2))])
def test_pooling_takes_the_largest_or_the_mean_of_every_window(
    size: Any, strides: Any, padding: str
):
    largest = layers.MaxPooling2D(size, strides, padding)
    mean = layers.AveragePooling2D(size, strides, padding)

    settings = (largest.pool_size, largest.strides, (1, 1), padding)
    with np.errstate(invalid="ignore"):
        seen = windows(IMAGES, *settings, fill=-np.inf)
        here = np.where(np.isinf(seen), np.nan, seen)
    np.testing.assert_allclose(largest(IMAGES), seen.max(axis=(3, 4)))
    np.testing.assert_allclose(mean(IMAGES), np.nanmean(here, axis=(3, 4)), rtol=1e-5, atol=1e-6)


def test_global_pooling_leaves_one_number_per_channel():
    turned = IMAGES.transpose(0, 3, 1, 2)

    mean = layers.GlobalAveragePooling2D()(IMAGES)
    kept = layers.GlobalMaxPooling2D(data_format="channels_first", keepdims=True)(turned)

    np.testing.assert_allclose(mean, IMAGES.mean(axis=(1, 2)), rtol=1e-5)
    np.testing.assert_allclose(kept, turned.max(axis=(2, 3), keepdims=True))


def test_pooling_has_its_short_names():
    assert layers.MaxPool2D is layers.MaxPooling2D
    assert layers.AvgPool2D is layers.AveragePooling2D
    assert layers.GlobalAvgPool2D is layers.GlobalAveragePooling2D
    assert layers.Convolution2DTranspose is layers.Conv2DTranspose
    assert layers.SeparableConvolution1D is layers.SeparableConv1D


@pytest.mark.parametrize(
    ("settings", "more"),
    [((3, 2), 1), ((3, 2, "same"), None), ((2, 3), None), ((4, 3, "same"), None), ((2, 1), None)],
)
def test_a_transposed_convolution_leads_back_to_a_shape_that_a_convolution_had(settings, more):
    images = Input((12, 12, 2))
    smaller = layers.Conv2D(5, *settings)(images)

    larger = layers.Conv2DTranspose(2, *settings, output_padding=more)(smaller)

    assert larger.shape == images.shape


def test_a_transposed_convolution_gives_the_gradients_of_a_convolution():
    small, kernel = IMAGES, np.random.default_rng(1).standard_normal((3, 2, 5, 4))
    image = Variable(np.zeros((2, 15, 12, 5)))
    plan = Plan(ops.sum(ops.multiply(ops.conv(image, kernel, 2), small.astype("float64"))))

    plan.run()

    made = ops.conv_transpose(small.astype("float64"), kernel, 2)
    np.testing.assert_allclose(made, plan.grads[image])


def test_a_depthwise_convolution_is_one_with_a_group_for_each_channel():
    grouped, apart = layers.Conv2D(8, 3, groups=4), layers.DepthwiseConv2D(3, depth_multiplier=2)
    expected = grouped(IMAGES)
    kernel, bias = grouped.get_weights()

    apart(IMAGES)
    apart.set_weights([kernel.reshape(3, 3, 4, 2), bias])

    np.testing.assert_allclose(apart(IMAGES), expected, rtol=1e-5, atol=1e-6)


def test_a_separable_convolution_mixes_what_a_depthwise_one_keeps_apart():
    whole = layers.SeparableConv2D(3, 2, use_bias=False)
    made = whole(IMAGES)
    depthwise, pointwise = whole.get_weights()

    apart = ops.depthwise_conv(IMAGES, depthwise)

    np.testing.assert_allclose(made, apart @ pointwise[0, 0], rtol=1e-4, atol=1e-6)


def test_adaptive_pooling_of_a_length_that_divides_is_pooling():
    adaptive = layers.AdaptiveAveragePooling2D((7, 3))(IMAGES)

    np.testing.assert_allclose(adaptive, layers.AveragePooling2D((1, 2))(IMAGES))


def test_bilinear_interpolation_lies_on_the_line_between_two_pixels():
    row = np.array([0.0, 4.0]).reshape(1, 1, 2, 1)

    made = layers.UpSampling2D((1, 4), interpolation="bilinear")(row)

    assert made.ravel().tolist() == [0, 0, 0.5, 1.5, 2.5, 3.5, 4, 4]


def test_a_shared_convolution_takes_images_of_any_size():
    layer = layers.Conv2D(16, 3, padding="same")

    layer(Input((32, 32, 3)))
    assert layer.input_shape == (None, 32, 32, 3)
    layer(Input((64, 64, 3)))

    assert layer.get_input_shape_at(1) == (None, 64, 64, 3)
    with pytest.raises(AttributeError, match="different input shapes"):
        _ = layer.input_shape


def test_channels_must_divide_into_the_groups():
    with pytest.raises(ShapeError, match="evenly divisible by the number of groups"):
        layers.Conv2D(4, 3, groups=4)(Input((8, 8, 6)))
