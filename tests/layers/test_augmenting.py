"""What the layers that change images at random may do, and how often."""

import numpy as np
import pytest

from funclab import Input, Sequential, layers
from funclab.errors import FunclabError

MANY = 2000
IMAGE = np.arange(12.0, dtype="float32").reshape(1, 3, 4, 1)
IMAGES = np.repeat(IMAGE, MANY, 0)
TONING = ("RandomBrightness", "RandomContrast")
LAYERS = {
    "RandomFlip": {},
    "RandomRotation": {"factor": 0.2},
    "RandomTranslation": {"height_factor": 0.3, "width_factor": 0.2},
    "RandomZoom": {"height_factor": 0.3},
    "RandomShear": {"x_factor": 0.4, "y_factor": 0.2},
    "RandomSharpness": {"factor": (0.1, 0.9), "value_range": (0, 12)},
    "Solarization": {"addition_factor": 0.3, "threshold_factor": 0.5, "value_range": (0, 12)},
    "RandomBrightness": {"factor": 0.2, "value_range": (0, 12)},
    "RandomContrast": {"factor": 0.4, "value_range": (0, 12)},
}
each_layer = pytest.mark.parametrize(("name", "settings"), LAYERS.items(), ids=LAYERS)


def made(name, settings, **more):
    return getattr(layers, name)(**settings, seed=3, **more)


@each_layer
def test_each_image_gets_a_change_of_its_own(name, settings):
    changed = made(name, settings)(IMAGES[:50])

    assert len({image.tobytes() for image in changed}) == (2 if name == "RandomFlip" else 50)


@each_layer
def test_the_same_seed_makes_the_same_changes(name, settings):
    first, second = (made(name, settings)(IMAGES[:5]) for _ in range(2))

    np.testing.assert_array_equal(first, second)


@each_layer
def test_images_change_in_fit_and_stay_in_predict_and_evaluate(name, settings):
    layer = made(name, settings)
    model = Sequential([Input((3, 4, 1)), layer, layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")

    np.testing.assert_allclose(
        model.predict(IMAGE, verbose=0), model.layers[-1](IMAGE.reshape(1, -1)), rtol=1e-5
    )
    drawn = layer.stream.numpy()[1]
    model.evaluate(IMAGE, np.zeros((1, 1)), verbose=0)
    assert layer.stream.numpy()[1] == drawn
    model.fit(IMAGE, np.zeros((1, 1)), verbose=0)
    assert layer.stream.numpy()[1] > drawn


@each_layer
def test_a_call_outside_of_training_changes_images_unless_told_not_to(name, settings):
    layer = made(name, settings)

    assert np.abs(layer(IMAGES[:9]) - IMAGES[:9]).max() > 0
    np.testing.assert_array_equal(layer(IMAGES[:9], training=False), IMAGES[:9])


@each_layer
def test_one_image_is_changed_like_a_batch_of_one(name, settings):
    alone = made(name, settings)(IMAGE[0])

    np.testing.assert_allclose(alone, made(name, settings)(IMAGE)[0], rtol=1e-6)


@each_layer
def test_channels_may_come_first(name, settings):
    first = made(name, settings, data_format="channels_first")(IMAGES[:5].transpose(0, 3, 1, 2))

    last = made(name, settings)(IMAGES[:5])
    np.testing.assert_allclose(first.transpose(0, 2, 3, 1), last, atol=1e-5)


@pytest.mark.parametrize(
    ("mode", "forms"),
    [
        ("horizontal", [np.s_[:, ::-1]]),
        ("vertical", [np.s_[::-1]]),
        # One number decides for both directions, as in Keras.
        ("horizontal_and_vertical", [np.s_[::-1, ::-1]]),
    ],
)
def test_half_of_the_images_are_mirrored(mode, forms):
    changed = layers.RandomFlip(mode, seed=3)(IMAGES)

    for form in forms:
        count = sum(np.array_equal(image, IMAGE[0][form]) for image in changed)
        assert abs(count - MANY / 2) < 4 * np.sqrt(MANY / 4)
    unchanged = sum(np.array_equal(image, IMAGE[0]) for image in changed)
    assert abs(unchanged - MANY / 2) < 4 * np.sqrt(MANY / 4)


def test_a_quarter_turn_is_that_of_numpy():
    square = np.arange(25.0, dtype="float32").reshape(1, 5, 5, 1)

    turned = layers.RandomRotation((0.25, 0.25))(square)

    np.testing.assert_allclose(turned[0], np.rot90(square[0]), atol=1e-4)


def test_a_shift_by_whole_pixels_repeats_what_is_left_behind():
    shifted = layers.RandomTranslation((1 / 3, 1 / 3), (0.25, 0.25), fill_mode="nearest")(IMAGE)

    padded = np.pad(IMAGE[0], ((1, 0), (1, 0), (0, 0)), mode="edge")
    np.testing.assert_allclose(shifted[0], padded[:3, :4], atol=1e-5)


def test_factors_are_spread_evenly_between_their_ends():
    added = layers.RandomBrightness((-0.2, 0.4), value_range=(-100, 100), seed=3)(IMAGES) - IMAGES

    shares = np.sort(added[:, 0, 0, 0]) / 200
    assert shares.min() >= -0.2
    assert shares.max() <= 0.4
    np.testing.assert_allclose(shares, np.linspace(-0.2, 0.4, MANY), atol=0.03)
    assert np.ptp(added, axis=(1, 2, 3)).max() < 1e-4


def test_pixels_stay_in_their_range():
    for name in TONING:
        changed = getattr(layers, name)(1.0, value_range=(2, 9), seed=3)(IMAGES)
        assert (changed.min(), changed.max()) == (2, 9)


def test_every_place_is_cropped_equally_often():
    crop = layers.RandomCrop(2, 3, seed=3)

    corners = [int(crop(IMAGE)[0, 0, 0, 0]) for _ in range(400)]

    assert {*corners} == {0, 1, 4, 5}
    assert all(abs(corners.count(corner) - 100) < 4 * np.sqrt(75) for corner in {*corners})


def test_a_crop_outside_of_training_is_the_middle():
    cropped = layers.RandomCrop(1, 2)(IMAGE, training=False)

    means = IMAGE[0, :2, :, 0].reshape(2, 2, 2).mean((0, 2))
    np.testing.assert_allclose(cropped[0, 0, :, 0], means)


@pytest.mark.parametrize(
    ("name", "settings", "told"),
    [
        ("RandomFlip", {"mode": "sideways"}, "mode"),
        ("RandomRotation", {"factor": 2}, "factor"),
        ("RandomRotation", {"factor": 0.1, "fill_mode": "mirror"}, "fill_mode"),
        ("RandomRotation", {"factor": 0.1, "interpolation": "cubic"}, "interpolation"),
        ("RandomTranslation", {"height_factor": (1, 2, 3), "width_factor": 0}, "height_factor"),
        ("RandomZoom", {"height_factor": -1}, "height_factor"),
        ("RandomBrightness", {"factor": "much"}, "factor"),
        ("RandomContrast", {"factor": (-0.5, 1)}, "factor"),
        ("RandomContrast", {"factor": 0.1, "value_range": 255}, "value_range"),
        ("RandomCrop", {"height": 0, "width": 2}, "height"),
    ],
)
def test_what_has_no_meaning_is_refused(name, settings, told):
    with pytest.raises(FunclabError, match=told):
        getattr(layers, name)(**settings)
