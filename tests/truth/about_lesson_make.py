"""Lesson make: what can it make?"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

from tests.truth.claims import asks, images, measured, says

SPARSE = "sparse_categorical_crossentropy"


def trained(keras, model, x, y, loss, rate, epochs):
    """A model after training with Adam at a rate."""
    model.compile(keras.optimizers.Adam(rate), loss)
    model.fit(x, y, epochs=epochs, verbose=0)
    return model


@cache
def reader_of(keras):
    keras.utils.set_random_seed(0)
    image, layers = keras.Input((64,)), keras.layers
    ten = layers.Dense(10, activation="softmax")(layers.Dense(64, activation="relu")(image))
    x, y, *_ = images()
    return trained(keras, keras.Model(image, ten), x, y, SPARSE, 0.001, 40)


@cache
def squeezed(keras, n):
    """An encoder to n numbers and its decoder, trained together."""
    keras.utils.set_random_seed(0)
    image, numbers, layers = keras.Input((64,)), keras.Input((n,)), keras.layers
    encoder = keras.Model(image, layers.Dense(n)(layers.Dense(64, activation="relu")(image)))
    unfold = layers.Dense(64, activation="relu")(numbers)
    decoder = keras.Model(numbers, layers.Dense(64, activation="sigmoid")(unfold))
    x, *_ = images()
    trained(keras, keras.Model(image, decoder(encoder(image))), x, x, "mse", 0.003, 60)
    return encoder, decoder


def share_read(keras, pixels, labels):
    answers = reader_of(keras).predict(pixels, verbose=0).argmax(1)
    return float((answers == labels).mean())


@asks("make.1")
def an_autoencoder_has_the_image_as_its_target(keras):
    encoder, decoder = squeezed(keras, 8)
    _, _, x_test, _ = images()
    copies = decoder.predict(encoder.predict(x_test, verbose=0), verbose=0)
    error = float(((copies - x_test) ** 2).mean())
    mean = float(((x_test - images()[0].mean(0)) ** 2).mean())

    return {
        "the digit, as always": decoder.output_shape == (None, 10),
        "the image itself": copies.shape == x_test.shape and error < mean / 3,
        "none: without labels there is no loss": not error > 0,
    }


@says(
    "lesson make",
    "A code says where on a map an image lies, and a decoder draws well only where it was taught.",
)
@asks("make.2")
@measured
def two_numbers_keep_three_quarters(keras):
    _, _, x_test, y_test = images()
    read = {}
    for n in (2, 4, 8, 16):
        encoder, decoder = squeezed(keras, n)
        copies = decoder.predict(encoder.predict(x_test, verbose=0), verbose=0)
        read[n] = share_read(keras, copies, y_test)
    mean, axes = images()[0].mean(0), np.linalg.svd(images()[0] - images()[0].mean(0))[2][:2]
    straight = np.clip((x_test - mean) @ axes.T @ axes + mean, 0, 1)

    assert 0.88 < share_read(keras, x_test, y_test) < 0.96
    assert read[2] < read[4] < read[8] < read[16] and read[16] > 0.88
    assert share_read(keras, straight, y_test) < 0.55
    return {
        "10 %: two numbers tell nothing": read[2] < 0.2,
        "75 %": 0.66 < read[2] < 0.84,
        "92 %: nothing is lost": read[2] > 0.88,
    }


@asks("make.3")
@measured
def numbers_drawn_at_random_seldom_make_a_digit(keras):
    encoder, decoder = squeezed(keras, 8)
    codes = encoder.predict(images()[0], verbose=0)
    drawn = np.random.RandomState(0).normal(codes.mean(0), codes.std(0), (500, 8))
    sure = (
        reader_of(keras).predict(decoder.predict(drawn, verbose=0), verbose=0).max(1) > 0.9
    ).mean()

    return {
        "95 %: the decoder makes digits": sure > 0.85,
        "about 40 %": 0.25 < sure < 0.6,
        "10 %: noise": sure < 0.2,
    }


@says("lesson make", "A temperature flattens or sharpens the same probabilities.")
@asks("make.4")
def a_temperature_flattens_or_sharpens(keras):
    p = np.array([0.6, 0.3, 0.1])

    def at(t):
        return np.asarray(keras.ops.softmax(keras.ops.convert_to_tensor(np.log(p) / t)))

    hot = at(2.0)

    assert np.allclose(at(1.0), p, atol=1e-5) and at(0.5)[0] > p[0] > hot[0]
    assert (np.argsort(hot) == np.argsort(p)).all() and at(0.05)[0] > 0.999
    return {
        "0.47, 0.33, 0.19": np.allclose(hot, [0.47, 0.33, 0.19], atol=0.006),
        "0.78, 0.20, 0.02": np.allclose(hot, [0.78, 0.20, 0.02], atol=0.006),
        "0.30, 0.15, 0.05": np.allclose(hot, [0.30, 0.15, 0.05], atol=0.006),
    }


def possible():
    """All headlines that the rules allow, in a mixed order."""
    from funclab.datasets import headlines as h

    parts = product(h.ACTORS, h.ROUGH + h.POLITE, h.ACTORS, h.WHERE, h.WHEN)
    lines = [" ".join(filter(None, part)) for part in parts if part[0] != part[2]]
    return [lines[i * 4001 % len(lines)] for i in range(len(lines))]


@cache
def writer(keras, count, rounds):
    """A model that has read some headlines, word by word."""
    from funclab.datasets import headlines

    keras.utils.set_random_seed(0)
    words, start, layers = headlines.ids(possible()[:count]), len(headlines.WORDS), keras.layers
    seen = keras.Input((None,), dtype="int32")
    states = layers.LSTM(48, return_sequences=True)(layers.Embedding(start + 1, 16)(seen))
    model = keras.Model(seen, layers.Dense(start, activation="softmax")(states))
    before = np.pad(words, ((0, 0), (1, 0)), constant_values=start)[:, :-1]
    return trained(keras, model, before, words, SPARSE, 0.005, rounds)


def kept_and_copied(keras, count, rounds, temperature):
    """The share of what a writer makes that keeps the rules, and that it has read."""
    from funclab.datasets import headlines

    dice, rows = np.random.RandomState(0), np.full((300, 1), len(headlines.WORDS))
    for _ in range(9):
        p = writer(keras, count, rounds).predict(rows, verbose=0)[:, -1] ** (1 / temperature)
        fallen = (p.cumsum(1) > dice.rand(300, 1) * p.sum(1, keepdims=True)).argmax(1)
        rows = np.concatenate([rows, fallen[:, None]], axis=1)
    made = [headlines.text(row) for row in rows[:, 1:]]
    every = possible()
    return [float(np.mean([line in {*known} for line in made])) for known in (every, every[:count])]


@says("lesson make", "A writer gives probabilities, and dice choose.")
@asks("make.5")
@measured
def a_writer_keeps_most_rules_and_copies_little(keras):
    kept, copied = kept_and_copied(keras, 300, 60, 1)

    assert len(possible()) == 15_840
    return {
        "100 % keep them, 100 % are copied": copied > 0.9,
        "90 % keep them, 6 % are copied": 0.8 < kept < 0.97 and copied < 0.12,
        "25 % keep them, 0 % are copied": kept < 0.4,
    }


@says("lesson make", "Few texts and many rounds make a copier.")
@asks("make.6")
@measured
def few_texts_and_many_rounds_make_a_copier(keras):
    _, copied = kept_and_copied(keras, 50, 200, 0.3)
    kept, warm = kept_and_copied(keras, 50, 200, 1)

    assert warm < copied and kept > 0.75 and 0.5 < warm < 0.8
    return {
        "0.3 %: as much as chance": copied < 0.05,
        "nearly all": copied > 0.8,
        "half": 0.4 < copied < 0.6,
    }
