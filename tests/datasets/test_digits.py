"""The digits that lessons use: the data as published, and pairs that are fair."""

import base64
import hashlib
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from funclab.datasets import digits, shipped
from funclab.errors import ArgumentError

# Taken from scikit-learn's copy, images first: a changed pixel or another order shows here.
AS_PUBLISHED = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"


def test_the_images_are_those_of_the_source_in_its_order():
    (x_train, y_train), (x_test, y_test) = digits.load_data()

    images, labels = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    assert images.shape == (1797, 8, 8) and images.dtype == np.uint8
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest() == AS_PUBLISHED


def test_the_license_text_stands_beside_the_data():
    text = (shipped.FOLDER / "DIGITS_LICENSE.txt").read_text()

    assert "Creative Commons Attribution 4.0" in text
    assert "Alpaydin" in text and "10.24432/C50P49" in text


@pytest.mark.parametrize("seed", range(3))
def test_pairs_are_half_same_half_different_and_never_one_image_twice(seed):
    train, test = digits.load_pairs(300, seed=seed)

    for pairs in (train, test):
        equal = pairs.left_digit == pairs.right_digit
        np.testing.assert_array_equal(equal, pairs.same == 1)
        assert pairs.same.mean() == 0.5
        assert not (pairs.left == pairs.right).all(axis=1).any()


def test_test_pairs_show_only_images_that_no_training_pair_has():
    train, test = digits.load_pairs(1000, seed=0)

    seen = {row.tobytes() for row in np.concatenate([train.left, train.right])}
    assert not any(row.tobytes() in seen for row in np.concatenate([test.left, test.right]))


def test_a_seed_gives_the_same_pairs_again_and_another_seed_gives_others():
    first, again, other = (digits.load_pairs(50, seed=seed)[0] for seed in (4, 4, 5))

    np.testing.assert_array_equal(first.left, again.left)
    assert not np.array_equal(first.left, other.left)
    assert first.left.dtype == np.float32 and 0 <= first.left.min() < first.left.max() <= 1


def test_one_pair_cannot_be_half_same_half_different():
    with pytest.raises(ArgumentError, match="1 pairs"):
        digits.load_pairs(1)


def test_drawn_digits_have_a_title_that_a_screen_reader_says():
    picture = digits.draw(np.full((2, 64), 0.5), ["a <b>", 7])

    svg = picture.svg
    assert "<title>Handwritten digits: a &lt;b&gt;, 7</title>" in svg
    assert ElementTree.fromstring(svg).get("role") == "img"
    assert repr(picture) == "<2 handwritten digits: a <b>, 7>"


def test_a_notebook_keeps_pixels_of_drawn_digits_for_viewers_that_strip_svg():
    image = np.zeros((8, 8))
    image[2, 5], image[6, 1] = 16, 8
    middles = {(i, j): (8 + 10 * j + 5, 8 + 10 * i + 5) for i in range(8) for j in range(8)}

    kept = digits.draw([image], ["two dots"])._repr_mimebundle_()

    drawn = Image.open(io.BytesIO(base64.b64decode(kept["image/png"]))).convert("RGB")
    seen = {place: drawn.getpixel(dot) for place, dot in middles.items()}
    ink = np.array([0x17, 0x21, 0x2B])  # of the light theme
    assert seen.pop((2, 5)) == tuple(ink)
    assert np.abs(np.subtract(seen.pop((6, 1)), (255 + ink) / 2)).max() <= 0.5
    assert {*seen.values()} == {(255, 255, 255)}
    assert set(kept) == {"image/svg+xml", "image/png", "text/plain"}


def test_a_larger_sheet_is_drawn_with_smaller_pixels():
    sheets = np.zeros((3, 12, 12, 1))
    sheets[:, 11, 11] = 16

    svg = digits.draw(sheets, ["a", "b", "c"]).svg

    [pixel] = re.findall(r'<rect x="(\S+)" y="(\S+)" width="(\S+)"[^>]* fill-opacity', svg)[:1]
    assert svg.count("fill-opacity") == 3
    assert pixel == ("81.33", "81.33", "6.667")
    whole, card = (int(re.search(rf'{before}width="(\d+)"', svg)[1]) for before in ("", 'y="1.5" '))
    assert card < whole / 3
