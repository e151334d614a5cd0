"""Lesson 7: what if the paper slips?"""

from __future__ import annotations

import numpy as np

from tests.truth.claims import asks, fails, measured, says

SPARSE = "sparse_categorical_crossentropy"


def sheet(images, right=0, down=0):
    papers = np.zeros((len(images), 12, 12, 1), "float32")
    papers[:, 2 + down : 10 + down, 2 + right : 10 + right, 0] = images / 16
    return papers


def read(keras, end, right=0, down=0, epochs=12):
    """How often a model reads unseen digits that have slipped, trained on those in the middle."""
    from funclab.datasets import digits

    (x, y), (x_test, y_test) = digits.load_data()
    keras.utils.set_random_seed(2)
    paper = keras.Input((12, 12, 1))
    model = keras.Model(paper, keras.layers.Dense(10, activation="softmax")(end(paper)))
    model.compile(keras.optimizers.Adam(0.01), SPARSE, metrics=["accuracy"])
    model.fit(sheet(x), y, epochs=epochs, verbose=0)
    slips = [(0, 0), (right, down)]
    return [model.evaluate(sheet(x_test, *slip), y_test, verbose=0)[1] for slip in slips]


def as_list(keras, order=None):
    def end(paper):
        flat = keras.layers.Flatten()(paper)
        flat = flat if order is None else keras.ops.take(flat, order, axis=1)
        return keras.layers.Dense(32, activation="relu")(flat)

    return end


@asks("7.1")
@measured
def a_dense_reader_guesses_two_pixels_further_right(keras):
    middle, right = read(keras, as_list(keras), right=2)

    assert middle > 0.88
    return {
        "97 %: they are the same digits": right > 0.85,
        "about 70 %: most of the ink still overlaps": 0.6 < right < 0.8,
        "about 11 %: it is guessing": right < 0.2,
    }


@says(
    "lesson 7",
    "A Dense layer reads a list and does not know which pixels are neighbours.",
)
@asks("7.2")
@measured
def shuffled_pixels_are_read_as_well(keras):
    [shuffled, _] = read(keras, as_list(keras, np.arange(144) * 55 % 144))

    return {
        "about 10 %: nobody can read that": shuffled < 0.2,
        "about 50 %: neighbours are torn apart": 0.4 < shuffled < 0.6,
        "as many as before": shuffled > 0.88,
    }


@says("lesson 7", "A window is used only where it fits; padding makes room.")
@asks("7.3")
def a_window_is_used_only_where_it_fits(keras):
    paper = keras.Input((12, 12, 1))
    layer = keras.layers.Conv2D(8, 3)
    rows, columns = layer(paper).shape[1:3]
    facts = rows, columns, layer.count_params()

    assert keras.layers.Conv2D(8, 3, padding="same")(paper).shape == (None, 12, 12, 8)
    return {
        "10 × 10 positions, 80 weights": facts == (10, 10, 80),
        "12 × 12 positions, 80 weights": facts == (12, 12, 80),
        "10 × 10 positions, 8,000 weights": facts == (10, 10, 8000),
        "12 × 12 positions, 1,160 weights": facts == (12, 12, 1160),
    }


@says(
    "lesson 7",
    "A convolution carries a few weights over all positions, and its result moves along with what "
    "it sees.",
    "A maximum over all positions loses where it was.",
)
@says("misconception 30", "A maximum or a mean over all positions forgets where.")
@asks("7.4")
def what_a_convolution_makes_moves_along(keras):
    paper, layers = keras.Input((12, 12, 1)), keras.layers
    edges = layers.Conv2D(1, 3)(paper)
    ends = [pool()(edges) for pool in (layers.GlobalMaxPooling2D, layers.GlobalAveragePooling2D)]
    model = keras.Model(paper, [edges, *ends])
    ink = np.zeros((2, 12, 12, 1), "float32")
    ink[0, 4:7, 4:6], ink[1, 4:7, 5:7] = 1, 1
    made, top, mean = (np.asarray(part) for part in model.predict(ink, verbose=0))

    assert np.allclose(top[0], top[1]) and np.allclose(mean[0], mean[1], atol=1e-5)
    moved = np.allclose(made[0][:, :-1], made[1][:, 1:], atol=1e-5)
    return {
        "not at all": np.allclose(made[0], made[1]),
        "the same numbers stand one column further right": moved,
        "in all numbers: it is another image": not moved,
    }


@asks("7.5")
@measured
def a_reader_with_windows_loses_by_a_slip_into_the_corner(keras):
    def end(paper):
        x = keras.layers.Conv2D(8, 3, activation="relu")(paper)
        x = keras.layers.Conv2D(16, 3, activation="relu")(x)
        return keras.layers.GlobalMaxPooling2D()(x)

    middle, corner = read(keras, end, right=2, down=2, epochs=6)

    return {
        "about 11 %, like `reader`": corner < 0.2,
        "more than `reader`, but fewer than in the middle": 0.25 < corner < middle - 0.05,
        "exactly as many as in the middle": corner == middle,
    }


@says("7.6", "Where two lengths differ, adding needs one of them to be 1.")
@says("misconception 16", "Adding needs equal lengths on each axis, or a 1.")
@says("2.3", "Adding needs equal lengths on each axis, or a 1.")
@asks("7.6")
def adding_needs_equal_lengths_or_a_one(keras):
    near = keras.layers.Conv2D(6, 3, padding="same")(keras.Input((12, 12, 1)))
    more = keras.layers.Conv2D(16, 3)(near)
    error = fails(lambda: keras.layers.add([near, more]))

    column = keras.Input((12, 1, 6))
    assert keras.layers.add([near, column]).shape == (None, 12, 12, 6)
    return {
        "`(None, 12, 12, 22)`": not error,
        "`(None, 12, 12, 16)`: the smaller image is padded": not error,
        "an error": error,
    }
