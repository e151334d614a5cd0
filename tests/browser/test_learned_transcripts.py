"""What the views of a trained model say on a page from disk, and what each key changes.

The models are so small that all numbers were computed by hand. After a change of words,
`TRANSCRIPTS=1 pytest tests/browser/test_learned_transcripts.py` writes the files anew: read what
has changed, and check each number, before you commit it.
"""

from __future__ import annotations

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, optimizers
from funclab.callbacks import WeightPath
from tests.browser.test_transcripts import ALL_KEYS, check
from tests.browser.transcript import FOLDER, transcript
from tests.view.mistakes import models

WORDS = ["", "dogs", "cats", "bark", "sleep"]
STROKES = np.zeros((3, 5, 5, 1), "float32")
"""An upright stroke, a level one, and a level one of half the ink that is labelled as upright."""
STROKES[0, :, 2], STROKES[1, 2], STROKES[2, 1] = 1, 1, 0.5
BANDS = np.array([[0, 0], [1, 2], [2, 1], [-1, 3], [4, -2], [3, 3]], "float32")


def strokes() -> Model:
    """Two filters: ink to the left of none, and ink above none; a class for each."""
    image = Input((5, 5, 1), name="image")
    edges = layers.Conv2D(2, 2, activation="relu", name="edges")(image)
    pool = layers.MaxPooling2D(2, name="pool")(edges)
    flat = layers.Flatten(name="flat")(pool)
    way = layers.Dense(2, activation="softmax", name="way")(flat)
    model = Model(image, way, name="strokes")
    kernel = np.array([[[1, 1], [-1, 1]], [[1, -1], [-1, -1]]], "float32")[:, :, None]
    model.set_weights([kernel, [0, 0], np.tile(np.eye(2), (4, 1)) / 2, [0.25, 0]])
    return model


def headlines() -> Model:
    """Two heads look at words: one for what is equal, one for what is next to it in the table."""
    words = Input((4,), dtype="int32", name="words")
    vectors = layers.Embedding(5, 2, name="vectors")(words)
    looked = layers.MultiHeadAttention(2, 2, use_bias=False, name="heads")(vectors, vectors)
    mean = layers.GlobalAveragePooling1D(name="mean")(looked)
    model = Model(words, layers.Dense(1, activation="sigmoid", name="loud")(mean), name="news")
    eye, turn = np.eye(2), np.array([[0, 1], [1, 0]])
    both, values = np.stack([eye, turn], axis=1), np.stack([eye, 2 * eye], axis=1)
    table = [[0, 0], [1, 0], [0, 1], [2, 0], [0, 2]]
    keys = np.stack([eye, eye], axis=1)
    model.set_weights([table, both, keys, values, np.stack([eye, eye]), [[1], [-1]], [0.5]])
    return model


def sizes() -> Model:
    """A line: 1 for each metre, −2 for each kilogram, and 3."""
    row = Input((2,), name="row")
    model = Model(row, layers.Dense(1, name="price")(row), name="sizes")
    model.set_weights([[[1], [-2]], [3]])
    return model


def scores():
    """Scores of three classes for eight samples: five right answers, and three wrong ones."""
    found = np.zeros((8, 3), "float32")
    for i, (truth_says, size) in enumerate([(0, 2), (0, 1), (1, 3), (2, 1), (2, 2), (1, 1), (0, 3),
                                            (2, 0.5)]):  # fmt: skip
        found[i, truth_says] = size
    return found, np.array([0, 0, 1, 2, 2, 2, 1, 0])


def landscape():
    """A line that is fitted to 3 x + 1 in six steps of gradient descent."""
    x = Input((1,), name="x")
    model = Model(x, layers.Dense(1, kernel_initializer="zeros", name="line")(x), name="line")
    model.compile(optimizers.SGD(0.1), "mse")
    data = np.array([[0.0], [1.0], [2.0]])
    settings = {"batch_size": 3, "verbose": 0, "live": False, "callbacks": [WeightPath()]}
    return model.fit(data, 3 * data + 1, epochs=6, **settings).landscape(data, 3 * data + 1)


NAMED = {"labels": ["upright", "level"]}
IDS = np.array([[1, 3, 2, 4], [2, 4, 0, 0]])
WALKS = {
    "inside": (
        lambda: funclab.inside(strokes(), STROKES, [0, 1, 0], call="image[0]", **NAMED),
        [
            *("ArrowDown", "l", "]", "[", "[", "Enter", "ArrowRight", "ArrowRight", "ArrowDown"),
            *("]", "Home", "f", "ArrowDown", ".", ".", ",", "u", "Enter", "ArrowLeft", "ArrowUp"),
            *("Escape", "ArrowDown", "f", "ArrowDown", "Escape", "ArrowDown", "Enter", "]"),
            *("Escape", "ArrowDown", "Enter", "]", "/", "1", "Enter", "y", "r", *ALL_KEYS),
        ],
    ),
    "inside_attention": (
        lambda: funclab.inside(headlines(), IDS, [1, 0], call="heads[0]", tokens=WORDS),
        [
            *("Enter", "ArrowDown", "ArrowRight", "]", "]", "]", "[", "f", "ArrowDown", "Escape"),
            *("ArrowUp", "f", "]", "Escape", "Escape", ".", "ArrowUp", "Enter", "ArrowRight"),
            *("Escape", "ArrowDown", "ArrowDown", "ArrowDown", "Enter", *ALL_KEYS),
        ],
    ),
    "whatif": (
        lambda: funclab.whatif(strokes(), STROKES, [0, 1, 0], sample=2, **NAMED),
        [
            *("ArrowDown", "ArrowRight", "t", "t", "]", "[", "f", "Enter", "+", "-", "u", "o"),
            *("f", "f", "f", "f", "f", "s", "o", ".", "s", "f", "f", "d", "p", "ArrowRight"),
            *("p", "m", "ArrowDown", "m", "o", "y", "r", *ALL_KEYS),
        ],
    ),
    "whatif_row": (
        lambda: funclab.whatif(
            sizes(), BANDS, BANDS @ [[1.0], [-2]] + 3, sample=1, features=["metres", "kilograms"]
        ),
        ["ArrowDown", "f", "Enter", "+", "-", "o", "f", "f", "f", "s", "o", "t", ".", *ALL_KEYS],
    ),
    "whatif_words": (
        lambda: funclab.whatif(headlines(), IDS, [1, 0], sample=0, tokens=WORDS),
        ["ArrowRight", "f", "f", "f", "f", "s", "u", ".", "ArrowRight", "ArrowRight"],
    ),
    "mistakes": (
        lambda: funclab.mistakes(models.classes(3), *scores(), labels=["ant", "bee", "cow"]),
        [
            *("ArrowRight", "ArrowDown", "p", "p", ".", ".", ",", "m", "Escape", "f", "ArrowRight"),
            *("ArrowRight", "f", "ArrowUp", "ArrowDown", "ArrowDown", ".", "f", "/", "3", "Enter"),
            *("u", "y", "r", *ALL_KEYS),
        ],
    ),
    "mistakes_yes_or_no": (
        lambda: funclab.mistakes(
            models.yes_or_no(), np.array([[-2], [-1], [0.2], [1], [2], [3]]), [0, 1, 0, 1, 1, 0]
        ),
        ["ArrowDown", "ArrowRight", "[", "[", "]", ".", "f", "f", "ArrowDown", *ALL_KEYS],
    ),
    "mistakes_numbers": (
        lambda: funclab.mistakes(
            models.numbers(), np.array([[0], [1], [2], [3], [4], [5]]), [0, 1.5, 2, 1, 4.25, 8]
        ),
        ["ArrowRight", "ArrowRight", "ArrowUp", "ArrowDown", ".", ".", "f", "ArrowRight", "f"],
    ),
    "embedding": (
        lambda: funclab.embedding(BANDS, y=[0, 1, 0, 1, 0, 1], labels=["low", "high"]),
        [
            *("ArrowRight", "ArrowRight", "ArrowUp", "n", "n", "Enter", "ArrowLeft", "ArrowDown"),
            *("Escape", ".", ",", "/", "4", "Enter", "n", "Escape", "u", "y", "r", *ALL_KEYS),
        ],
    ),
    "landscape": (
        landscape,
        ["ArrowLeft", "Home", "ArrowLeft", "ArrowRight", "End", "u", "f", "y", "r", *ALL_KEYS],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WALKS)
def test_a_view_of_a_trained_model_says_what_was_computed_by_hand(opened_page, name):
    make, steps = WALKS[name]
    page = opened_page(make())

    said = transcript(page, steps)

    check(said, FOLDER / f"{name}.txt")
