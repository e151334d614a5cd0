"""Data as people bring them: many images and classes, long texts, gaps, frames. All views have a
limit that they name, and what they store stays small."""

from __future__ import annotations

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers
from funclab.errors import FunclabError

STORED = 300_000
VIEWS = [funclab.inside, funclab.whatif, funclab.mistakes, funclab.embedding]


def thousand() -> tuple[Model, np.ndarray, np.ndarray]:
    """3,000 images of 1,000 kinds, whole numbers from 0 to 255."""
    random = np.random.RandomState(0)
    image = Input((12, 12, 1), name="image")
    y = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(image))
    model = Model(image, layers.Dense(1000, activation="softmax", name="kind")(y))
    x = random.randint(0, 256, (3000, 12, 12, 1)).astype("uint8")
    return model, x, random.randint(0, 1000, 3000)


def texts(length: int = 2000) -> tuple[Model, np.ndarray, np.ndarray]:
    random = np.random.RandomState(0)
    words = Input((length,), dtype="int32", name="words")
    y = layers.GlobalAveragePooling1D()(layers.Embedding(5000, 8)(words))
    model = Model(words, layers.Dense(3, activation="softmax")(y))
    return model, random.randint(1, 5000, (150, length)), random.randint(0, 3, 150)


def table() -> tuple[Model, np.ndarray, np.ndarray]:
    random = np.random.RandomState(0)
    row = Input((4,), name="row")
    return Model(row, layers.Dense(1, name="price")(row)), random.rand(60, 4), random.rand(60)


@pytest.mark.parametrize("data", [thousand, texts, lambda: texts(300)])
def test_what_is_stored_of_many_images_and_long_texts_is_small(data):
    model, x, y = data()
    x, y = x[:3000], y[:3000]

    for make in VIEWS:
        try:
            view = make(model, x, y)
        except FunclabError as error:
            assert make is funclab.whatif and "up to 400 words" in str(error) and error.fix
            continue
        assert len(view._held()) < STORED and len(view.svg()) < STORED, make
        withheld = make(model, x, y, store=False)
        assert len(withheld._held()) < len(view._held()) / 2 or make is funclab.embedding


def test_limits_of_large_data_are_said():
    model, x, y = thousand()

    assert (
        "Of 3,000 samples, the first 2000 are read."
        in funclab.inside(model, x, y).facts["left_out"]
    )
    notes = funclab.embedding(model, x, y).facts["notes"]
    assert "These are the first 500 of 3,000 rows; at_most= shows more." in notes
    assert funclab.whatif(model, x, y).facts["read"] == 500


def test_rows_with_gaps_are_drawn_or_left_out_or_refused_with_a_line_to_write():
    model, x, y = table()
    x[3, 2], x[7] = np.nan, np.nan

    assert "NaN" in str(funclab.whatif(model, x, y, sample=3))
    assert funclab.inside(model, x, y).svg()
    assert "2 samples with NaN are left out." in funclab.mistakes(model, x, y).facts["notes"]
    with pytest.raises(FunclabError, match="NaN") as caught:
        funclab.embedding(model, x, y)
    assert "np.isfinite" in caught.value.fix
