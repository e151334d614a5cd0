"""Lesson 8: how is order read?"""

from __future__ import annotations

import numpy as np

from tests.truth.claims import asks, fails, measured, says

SPARSE = "sparse_categorical_crossentropy"


@says(
    "lesson 8",
    "It returns its last state, and the time axis ends; with `return_sequences=True`, it stays.",
)
@asks("8.1")
def a_recurrent_layer_returns_its_last_state(keras):
    hours, LSTM = keras.Input((24, 1)), keras.layers.LSTM
    shape = LSTM(16)(hours).shape
    every = LSTM(3, return_sequences=True, return_state=True)(hours)
    model = keras.Model(hours, every)
    rows, last, memory = model.predict(np.random.RandomState(0).rand(2, 24, 1), verbose=0)

    assert np.allclose(rows[:, -1], last) and not np.allclose(memory, last)
    assert rows.shape == (2, 24, 3)
    return {
        "`(None, 24, 16)`": shape == (None, 24, 16),
        "`(None, 16)`": shape == (None, 16),
        "`(None, 24, 1)`": shape == (None, 24, 1),
    }


@says("lesson 8", "A recurrent layer reads rows in order, with one set of weights.")
@asks("8.2")
def a_recurrent_layer_reads_any_number_of_rows(keras):
    read = keras.layers.LSTM(16)
    read(keras.Input((24, 1)))
    rows = keras.Input((None, 1))
    error = fails(lambda: read(rows))
    model = keras.Model(rows, read(rows))
    data = np.random.RandomState(0).rand(1, 30, 1)
    forward, backward = (model.predict(x, verbose=0) for x in (data, data[:, ::-1].copy()))

    assert not np.allclose(forward, backward, atol=1e-4)
    return {
        "an error: it was built for 24 rows": error,
        "twice the weights for twice as many hours": read.count_params() > 1152,
        "a call that reads any number of hours with the same weights": not error
        and read.count_params() == 1152,
    }


def story(keras, read, length=9, mask=True, draw=0):
    """How often a model says who was bitten in unseen headlines."""
    from funclab.datasets import headlines

    def whom(words):
        return np.array([headlines.ACTORS.index(headlines.story(row)[2]) for row in words])

    keras.utils.set_random_seed(draw)
    parts = headlines.load_data(500, seed=draw)
    zeros = ((0, 0), (0, length - 9))
    data, unseen = ((np.pad(part.words, zeros), whom(part.words)) for part in parts)
    words = keras.Input((length,), dtype="int32")
    vectors = keras.layers.Embedding(len(headlines.WORDS), 16, mask_zero=mask)(words)
    model = keras.Model(words, keras.layers.Dense(12, activation="softmax")(read(vectors)))
    model.compile(keras.optimizers.Adam(0.03), SPARSE, metrics=["accuracy"])
    model.fit(*data, batch_size=125, epochs=12, verbose=0)
    return model.evaluate(*unseen, verbose=0)[1]


@asks("8.4")
@measured
def a_mean_does_not_tell_who_was_bitten(keras):
    layers = keras.layers
    mean, in_order = story(keras, layers.GlobalAveragePooling1D()), story(keras, layers.LSTM(16))

    assert in_order > 0.95
    return {
        "100 %, like the LSTM: it has the same words": mean > 0.9,
        "about 60 %": 0.5 < mean < 0.72,
        "8 %: it guesses among twelve": mean < 0.2,
    }


@asks("8.5")
@measured
def without_a_mask_padding_washes_the_answer_out(keras):
    lstm = keras.layers.LSTM
    masked = np.mean([story(keras, lstm(16), 24, True, draw) for draw in range(2)])
    unmasked = np.mean([story(keras, lstm(16), 24, False, draw) for draw in range(2)])

    assert masked > 0.9
    return {
        "100 %: a zero stands for nothing": unmasked > 0.99,
        "99 %: the words are all there": unmasked > 0.95,
        "about 25 %": unmasked < 0.5,
    }


def changed_by_padding(keras, read):
    """Whether zeros behind three words change what a layer makes of them."""
    keras.utils.set_random_seed(3)
    words = keras.Input((None,), dtype="int32")
    # The row of the zero is larger than the others, so that it would win a maximum.
    table = keras.layers.Embedding(9, 4, mask_zero=True)
    model = keras.Model(words, read(table(words)))
    rows = np.random.RandomState(0).rand(9, 4)
    table.set_weights([np.where(np.arange(9)[:, None] == 0, 5.0, rows)])
    short, padded = np.array([[1, 2, 3]]), np.array([[1, 2, 3, 0, 0]])
    return not np.allclose(
        model.predict(short, verbose=0), model.predict(padded, verbose=0), atol=1e-5
    )


@says(
    "lesson 8",
    "Padding counts unless a mask says otherwise, and a mask is lost at ops and at layers that do "
    "not support it.",
)
@asks("8.6")
def a_mask_is_used_by_some_layers_and_lost_at_others(keras):
    layers, ops = keras.layers, keras.ops
    mean = layers.GlobalAveragePooling1D
    counts = {
        "`Dense`": changed_by_padding(keras, lambda x: mean()(layers.Dense(3)(x))),
        "`GlobalAveragePooling1D`": changed_by_padding(keras, mean()),
        "`GlobalMaxPooling1D`": changed_by_padding(keras, layers.GlobalMaxPooling1D()),
    }

    assert not changed_by_padding(keras, layers.LSTM(3))
    assert changed_by_padding(keras, lambda x: layers.LSTM(3)(ops.relu(x)))
    return {"none: a mask holds to the end": not any(counts.values()), **counts}


@asks("8.3")
@measured
def on_windows_of_a_day_flatten_is_ahead(keras):
    from funclab.datasets import bikes

    first, second = bikes.load_hours()
    x, y = (part[::5] / 1000 for part in first)
    x_test, y_test = (part[::5] / 1000 for part in second)

    def off(read):
        keras.utils.set_random_seed(8)
        hours = keras.Input((24, 1))
        model = keras.Model(hours, keras.layers.Dense(1)(read(hours)))
        model.compile(keras.optimizers.Adam(0.02), "mae")
        model.fit(x, y, batch_size=128, epochs=15, verbose=0)
        return model.evaluate(x_test, y_test, verbose=0)

    layers = keras.layers
    flat = off(lambda hours: layers.Dense(32, activation="relu")(layers.Flatten()(hours)))
    lstm = off(layers.LSTM(16))

    return {
        "the one with Flatten": flat < lstm,
        "the one with the LSTM: Dense cannot know which hours are neighbours": lstm < flat,
        "the one with the LSTM: it uses its weights 24 times": lstm < flat,
    }


@asks("8.7")
@measured
def a_lent_layer_that_is_held_needs_only_fifty_labels(keras):
    from funclab.datasets import headlines

    layers, (pool, test) = keras.layers, headlines.load_data(2500, seed=8)
    unusual = np.array([headlines.is_unusual(headlines.story(row)) for row in pool.words[:2000]])

    def text():
        words = keras.Input((9,), dtype="int32")
        vectors = layers.Embedding(len(headlines.WORDS), 8)(words)
        return keras.Model(words, layers.LSTM(16)(vectors))

    def fitted(model, x, y, size, epochs):
        model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
        model.fit(x, y, batch_size=size, epochs=epochs, verbose=0)
        return model

    keras.utils.set_random_seed(8)
    first, words = text(), keras.Input((9,), dtype="int32")
    asked = keras.Model(words, layers.Dense(1, activation="sigmoid")(first(words)))
    fitted(asked, pool.words[:2000], unusual.astype(int), 32, 15)

    def popular(draw, lent, free):
        keras.utils.set_random_seed(draw)
        own, words, hour = text(), keras.Input((9,), dtype="int32"), keras.Input((5,))
        if lent:
            own.set_weights(first.get_weights())
        own.trainable = free
        both = layers.Dense(16, activation="relu")(layers.concatenate([own(words), hour]))
        model = keras.Model([words, hour], layers.Dense(1, activation="sigmoid")(both))
        x, h, y = (part[2000 + 50 * draw : 2050 + 50 * draw] for part in pool)
        fitted(model, [x, h], y, 16, 60)
        return model.evaluate([test.words, test.hour], test.popular, verbose=0)[1]

    ways = {"new": (False, True), "free": (True, True), "held": (True, False)}
    right = {
        name: np.mean([popular(draw, *way) for draw in range(3)]) for name, way in ways.items()
    }
    ahead = max(right, key=right.get)

    return {
        "one with a new text layer: a fresh start is always fair": ahead == "new",
        "one with the lent layer, free to learn: it can learn more": ahead == "free",
        "one with the lent layer, held fixed": ahead == "held"
        and right["held"] > 0.95
        and right["held"] > right["new"] + 0.1,
        "no difference: fifty labels are fifty labels": max(right.values())
        < min(right.values()) + 0.03,
    }
