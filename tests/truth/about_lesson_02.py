"""Lesson 2: where does each shape come from?"""

from __future__ import annotations

import numpy as np

from tests.truth.claims import asks, fails, measured, says


@says(
    "lesson 2",
    "The axis in front counts examples and stays open.",
    "The weights of a Dense layer depend on its units and on the last axis that it reads, never on "
    "the number of days.",
)
@asks("2.1")
def the_axis_in_front_is_left_open(keras):
    hours = keras.Input((24, 1))
    layer = keras.layers.Dense(2)
    model = keras.Model(hours, layer(hours))
    shapes = [model.predict(np.zeros((days, 24, 1)), verbose=0).shape for days in (1, 3)]

    assert layer.count_params() == 4
    return {
        "zero": hours.shape[0] == 0,
        "a size that is filled in when the model is built": model.inputs[0].shape[0] is not None,
        "the number of days, left open": shapes == [(1, 24, 2), (3, 24, 2)],
    }


@asks("2.2")
def dense_replaces_the_last_axis(keras):
    day = keras.Input((24, 4))
    layer = keras.layers.Dense(8)
    error = fails(lambda: layer(day))
    shape = layer(day).shape

    assert layer.count_params() == 4 * 8 + 8
    return {
        "`(None, 8)`": shape == (None, 8),
        "`(None, 24, 8)`": shape == (None, 24, 8),
        "an error: flatten first": error,
    }


@says(
    "lesson 2",
    "Dense replaces the last axis, concatenate adds along one axis, Flatten and Reshape fold, and "
    "a mean ends an axis; the others are carried along.",
)
def each_layer_changes_its_axis(keras):
    day, layers = keras.Input((24, 4)), keras.layers

    assert layers.Dense(8)(day).shape == (None, 24, 8)
    assert layers.concatenate([day, day], axis=1).shape == (None, 48, 4)
    assert layers.Flatten()(day).shape == (None, 96)
    assert layers.Reshape((12, 8))(day).shape == (None, 12, 8)
    assert layers.GlobalAveragePooling1D()(day).shape == (None, 4)


@asks("2.3")
def concatenate_adds_along_the_last_axis(keras):
    day, air = keras.Input((24, 4)), keras.Input((24, 2))
    error = fails(lambda: keras.layers.concatenate([day, air]))
    shape = None if error else keras.layers.concatenate([day, air]).shape

    return {
        "`(None, 24, 6)`": shape == (None, 24, 6),
        "`(None, 48, 4)`": shape == (None, 48, 4),
        "an error: the shapes must be equal": error,
    }


@asks("2.4")
def reshape_leaves_the_batch_alone(keras):
    day = keras.Input((24, 4))
    shape = keras.layers.Reshape((12, 8))(day).shape

    return {
        "it is part of the 12": len(shape) == 2,
        "it stays in front": shape == (None, 12, 8),
        "it must be written: `Reshape((None, 12, 8))`": shape[0] is not None,
    }


@asks("2.5")
@measured
def a_mean_of_hours_cannot_tell_working_days_from_sundays(keras):
    from funclab.datasets import bikes

    (x, y), (x_test, y_test) = bikes.load_data()
    x, x_test = x[:, :, None] / 1000, x_test[:, :, None] / 1000
    keras.utils.set_random_seed(2)
    hours, layers = keras.Input((24, 1)), keras.layers
    mean = layers.GlobalAveragePooling1D()(layers.Dense(16, activation="relu")(hours))
    model = keras.Model(hours, layers.Dense(1, activation="sigmoid")(mean))
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=60, verbose=0)
    right = model.evaluate(x_test, y_test, verbose=0)[1]

    return {"68 %": right < 0.72, "85 %": 0.8 < right < 0.9, "98 %": right > 0.95}
