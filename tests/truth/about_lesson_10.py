"""Lesson 10: what does the error want?"""

from __future__ import annotations

import numpy as np

from tests.truth.claims import KERAS, asks, fails, images, measured, says

SPARSE = "sparse_categorical_crossentropy"


def reader(keras):
    """An image of 8 × 8, its layers `flat` and `enc`, and the model that reads it."""
    image, layers = keras.Input((8, 8), name="image"), keras.layers
    enc = layers.Dense(32, activation="relu", name="enc")
    code = enc(layers.Flatten(name="flat")(image))
    digit = layers.Dense(10, activation="softmax", name="digit")(code)
    return image, enc, code, keras.Model(image, digit, name="reader")


def fitted(model, targets=lambda y: y, loss=SPARSE):
    x, y, *_ = images()
    model.compile("adam", loss)
    model.fit(x[:64].reshape(-1, 8, 8), targets(y[:64]), verbose=0)


@asks("10.1")
def an_input_made_again_is_another_input(keras):
    _, _, code, _ = reader(keras)
    error = fails(lambda: keras.Model(keras.Input((8, 8), name="image"), code))
    other = fails(lambda: keras.Model(keras.Input((8, 8), name="again"), code))

    return {
        "it works: `again` has the same name and shape": not error,
        "it fails: two Inputs have one name": not other,
        "it fails: `code` was made from the first Input": error and other,
    }


@asks("10.2")
def a_model_of_the_inside_leads_from_another_input(keras):
    image, _, code, model = reader(keras)
    page = keras.Input((8, 8), name="page")
    model(page)
    made = keras.Model(page, keras.Model(image, code)(page))
    x = images()[0][:5].reshape(-1, 8, 8)
    expected = keras.Model(image, code).predict(x, verbose=0)
    both = fails(lambda: keras.Model([page, image], code))

    assert np.allclose(made.predict(x, verbose=0), expected)
    return {
        "`Model([page, image], code)`": not both
        and len(keras.Model([page, image], code).inputs) == 1,
        "`Model(page, reader.output)`": not fails(lambda: keras.Model(page, model.output)),
        "`Model(page, Model(image, code)(page))`": made.output.shape == (None, 32),
    }


@says("lesson 10", "An error appears where something no longer fits; the fault is often earlier.")
@asks("10.3")
def the_fault_is_before_the_layer_that_stops(keras):
    image, LSTM = keras.Input((8, 8)), keras.layers.LSTM
    alone = fails(lambda: LSTM(8, name="second")(image))
    stops = fails(lambda: LSTM(8)(LSTM(16)(image)))
    repaired = not fails(lambda: LSTM(8)(LSTM(16, return_sequences=True)(image)))

    return {
        "in `second`, which the error names": alone,
        "in `first`": stops and repaired,
        "in `image`: the batch axis is missing": image.shape[0] is not None or alone,
    }


@asks("10.4")
def a_call_of_a_model_is_no_call_of_its_layers(keras):
    _, enc, _, model = reader(keras)
    model(keras.Input((8, 8)))
    error = fails(lambda: enc.get_output_at(1))

    assert len(enc._inbound_nodes) == 1
    return {
        "what `enc` makes of `page`": not error,
        "the second of its 32 numbers": not error,
        "an error": error,
    }


@says("10.4", "(Keras 3 has no such indices: lesson 14.)", on=KERAS)
def layers_of_keras_3_have_no_indices(keras):
    assert not hasattr(reader(keras)[1], "get_output_at")


@says("lesson 10", "A fix that silences an error is not always a repair: ask what you meant.")
@asks("10.5")
def one_hot_targets_need_the_other_loss(keras):
    def one_hot(y):
        return np.eye(10)[y]

    *_, model = reader(keras)
    error = fails(lambda: fitted(model, one_hot))
    other_loss = not fails(lambda: fitted(reader(keras)[3], one_hot, "categorical_crossentropy"))
    other_targets = not fails(lambda: fitted(reader(keras)[3]))

    return {
        "nothing: ten outputs, ten targets": not error,
        "the targets and the loss do not fit; either can be changed": error
        and other_loss
        and other_targets,
    }


@asks("10.6")
def a_missing_flatten_is_a_fault_of_the_graph(keras):
    image, layers = keras.Input((8, 8)), keras.layers

    def model(x):
        hidden = layers.Dense(32, activation="relu")(x)
        return keras.Model(image, layers.Dense(10, activation="softmax")(hidden))

    broken = model(image)
    stops = fails(lambda: fitted(broken)) and broken.output.shape == (None, 8, 10)
    repaired = not fails(lambda: fitted(model(layers.Flatten()(image))))
    one_hot = fails(lambda: fitted(model(image), loss="categorical_crossentropy"))

    return {
        "in the loss, as before": not one_hot,
        "in the graph": stops and repaired,
    }


@says("lesson 10", "And a model without an error still has to be checked.")
@asks("10.7")
@measured
def without_an_error_two_of_four_read_well(keras):
    x, y, x_test, y_test = images()
    x, x_test = x.reshape(-1, 8, 8), x_test.reshape(-1, 8, 8)
    layers = keras.layers

    def learned(build, rows=False):
        keras.utils.set_random_seed(10)
        image = keras.Input((8, 8))
        model = keras.Model(image, layers.Dense(10, activation="softmax")(build(image)))
        model.compile(keras.optimizers.Adam(0.01), SPARSE, metrics=["accuracy"])
        targets, unseen = (
            np.repeat(part[:, None], 8, axis=1) if rows else part for part in (y, y_test)
        )
        model.fit(x, targets, epochs=12, verbose=0)
        return model.evaluate(x_test, unseen, verbose=0)[1]

    def hidden(rows):
        return layers.Dense(32, activation="relu")(rows)

    a = learned(lambda image: hidden(layers.Flatten()(image)))
    b = learned(lambda image: layers.GlobalAveragePooling1D()(hidden(image)))
    c = learned(hidden, rows=True)
    d = learned(lambda image: layers.Flatten()(image))

    near = {name: read > 0.93 - 0.06 for name, read in zip("abcd", (a, b, c, d), strict=True)}
    return {
        "all four: no error is left": all(near.values()),
        "A alone: D lacks its hidden layer": near["a"] and not any(near[n] for n in "bcd"),
        "A and D": near == {"a": True, "b": False, "c": False, "d": True},
    }


@asks("10.8")
@measured
def an_unusual_model_works(keras):
    x, y, x_test, y_test = images()
    keras.utils.set_random_seed(10)
    layers, image = keras.layers, keras.Input((8, 8))
    strip = keras.Input((None, 8))
    state = layers.LSTM(16)
    state(image)
    both = state(strip) + state(keras.ops.flip(strip, axis=1))
    model = keras.Model(strip, layers.Dense(10, activation="softmax", name="digit")(both))
    model.compile(keras.optimizers.Adam(0.01), SPARSE, metrics=["accuracy"])
    model.fit(x.reshape(-1, 8, 8), y, epochs=12, verbose=0)
    works = model.evaluate(x_test.reshape(-1, 8, 8), y_test, verbose=0)[1] > 0.75

    return {
        "`Input((None, 8))`: the number of rows is missing": not works,
        "`state(image)`: it shifts the indices, and nobody uses it": not works,
        "`digit`: another layer has this name": not works,
        "none": works,
    }
