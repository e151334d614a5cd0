"""Convolution and pooling: what the parity tests with Keras do not cover."""

import numpy as np
import pytest

from funclab import Input, layers
from funclab.errors import ShapeError


def test_a_causal_convolution_does_not_see_the_future():
    steps = np.random.default_rng(0).standard_normal((1, 6, 2)).astype("float32")
    later = steps.copy()
    later[:, 4:] = 9
    layer = layers.Conv1D(3, 2, padding="causal", dilation_rate=2)

    before, after = layer(steps), layer(later)

    np.testing.assert_array_equal(before[:, :4], after[:, :4])
    assert before.shape == (1, 6, 3)
    np.testing.assert_allclose(before[:, 0], steps[:, 0] @ layer.get_weights()[0][1], rtol=1e-5)


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


def test_a_subclass_may_change_the_convolution_alone():
    class Halved(layers.Conv2D):
        def convolution_op(self, inputs, kernel):
            return super().convolution_op(inputs, kernel) / 2

    images = np.random.default_rng(0).random((2, 5, 5, 3)).astype("float32")
    settings = {"activation": "relu", "bias_initializer": "ones"}
    plain, halved = layers.Conv2D(4, 3, **settings), Halved(4, 3, **settings)
    halved(images)

    plain(images)
    plain.set_weights([halved.get_weights()[0] / 2, halved.get_weights()[1]])

    np.testing.assert_allclose(halved(images), plain(images), rtol=1e-5)
