"""Images from files, to arrays and back, beside Pillow."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from funclab import utils
from funclab.errors import ArgumentError, DataError

PIXELS = np.random.RandomState(0).randint(0, 256, (6, 10, 3)).astype("uint8")


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "picture.png"
    Image.fromarray(PIXELS).save(path)
    return path


def test_an_image_is_read_in_each_mode_and_given_back_as_it_was(picture, tmp_path):
    assert np.array_equal(utils.img_to_array(utils.load_img(picture)), PIXELS)
    gray = utils.img_to_array(utils.load_img(picture, color_mode="grayscale"))
    assert np.array_equal(gray[..., 0], np.asarray(Image.fromarray(PIXELS).convert("L")))
    seen = utils.img_to_array(utils.load_img(picture, color_mode="rgba"))
    assert np.array_equal(seen[..., :3], PIXELS) and (seen[..., 3] == 255).all()
    with open(picture, "rb") as file:
        assert np.array_equal(utils.img_to_array(utils.load_img(file)), PIXELS)
    for scale in (False, True):
        utils.save_img(tmp_path / "again.png", PIXELS, scale=scale)
        again = utils.img_to_array(utils.load_img(tmp_path / "again.png"))
        factor = 255 / PIXELS.max() if scale else 1
        assert np.array_equal(again, np.floor(PIXELS * np.float32(factor)))


def test_an_image_is_resized_or_cropped_to_a_size(picture):
    small = utils.load_img(picture, target_size=(3, 5), interpolation="box")
    means = PIXELS.reshape(3, 2, 5, 2, 3).mean(axis=(1, 3))

    assert np.abs(utils.img_to_array(small) - means).max() <= 1  # Pillow rounds after each axis
    square = utils.load_img(picture, target_size=(6, 6), keep_aspect_ratio=True)
    assert np.array_equal(utils.img_to_array(square), PIXELS[:, 2:8])


def test_numbers_become_pixels_and_channels_may_come_first():
    array = np.array([[[-1.0], [0.0], [3.0]]])
    assert np.asarray(utils.array_to_img(array)).tolist() == [[0, 63, 255]]
    first = utils.array_to_img(PIXELS.transpose(2, 0, 1), "channels_first", scale=False)
    assert np.array_equal(np.asarray(first), PIXELS)
    assert np.asarray(utils.array_to_img(np.zeros((2, 2, 1)))).tolist() == [[0, 0], [0, 0]]
    deep = utils.array_to_img(np.full((1, 1, 1), 1000.0), scale=False)
    assert deep.mode == "I" and np.asarray(deep).item() == 1000


def test_jpeg_has_no_transparency(tmp_path):
    seen = np.concatenate([PIXELS, np.full((6, 10, 1), 200, "uint8")], axis=2)
    utils.save_img(tmp_path / "picture.jpg", seen)

    assert utils.load_img(tmp_path / "picture.jpg").size == (10, 6)


def test_what_is_no_image_is_refused(picture, tmp_path):
    with pytest.raises(DataError, match="rank 3"):
        utils.array_to_img(np.zeros((2, 2, 2)))
    with pytest.raises(ArgumentError, match="color_mode"):
        utils.load_img(picture, color_mode="cmyk")
    with pytest.raises(ArgumentError, match="interpolation"):
        utils.load_img(picture, target_size=(2, 2), interpolation="cubic")
    with pytest.raises(FileNotFoundError):
        utils.load_img(tmp_path / "nothing.png")
