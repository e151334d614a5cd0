"""The concept test: items 11 to 20, in both forms."""

from __future__ import annotations

import warnings

import numpy as np

from tests.truth.about_concept_items import only
from tests.truth.about_lesson_03 import NO_TENSORFLOW
from tests.truth.claims import asks, fails, images, reader, same

SPARSE = "sparse_categorical_crossentropy"


def accepts(model, name):
    """Whether the loss of an output may be given under this name."""

    def attempt():
        model.compile("sgd", {name: "mse"})
        model.fit(np.ones((2, 3)), np.ones((2, model.output.shape[-1])), verbose=0)

    return not fails(attempt)


@asks("A.11")
def a_loss_goes_by_the_name_of_the_layer(keras):
    x = keras.Input((3,), name="x")
    price = keras.layers.Dense(1, name="out")(x)
    model = keras.Model(x, price)
    return {
        '"out"': accepts(model, "out"),
        '"price"': accepts(model, "price"),
        '"x"': accepts(model, "x"),
        "any name: it is the only Dense with one unit": accepts(model, "any"),
    }


@asks("B.11")
def a_loss_goes_by_the_name_of_the_layer_whatever_the_variable(keras):
    p = keras.Input((3,))
    mood = keras.layers.Dense(3, name="face")(p)
    smile = mood
    model = keras.Model(p, smile)
    return {
        '"face"': accepts(model, "face"),
        '"smile"': accepts(model, "smile"),
        '"mood"': accepts(model, "mood"),
        "any name: it is the only layer with three units": accepts(model, "any"),
    }


@asks("A.12")
def two_layers_cannot_have_one_name(keras):
    x, Dense = keras.Input((3,)), keras.layers.Dense
    return only(
        "an error: a model cannot hold two layers of the same name",
        [
            "they share their weights",
            "they are one layer, called twice",
            "nothing: the Python variables tell them apart",
        ],
        fails(lambda: keras.Model(x, Dense(3, name="eye")(Dense(3, name="eye")(x)))),
    )


@asks("B.12")
def layers_of_two_kinds_cannot_have_one_name(keras):
    x, layers = keras.Input((5, 3)), keras.layers
    return only(
        "an error: a model cannot hold two layers of the same name",
        [
            "they share their weights as far as the shapes fit",
            "they are one layer that does both",
            "nothing: the Python variables tell them apart",
        ],
        fails(lambda: keras.Model(x, layers.Dense(3, name="core")(layers.LSTM(3, name="core")(x)))),
    )


def shared_models(keras):
    """Two models, the second of which uses the layer of the first; and that layer."""
    p, f, g = keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)
    m, n = keras.Model(p, f(p)), keras.Model(p, g(f(p)))
    for model in (m, n):
        model.compile("sgd", "mse")
    return m, n, f


def trained(model):
    model.fit(np.eye(3), np.ones((3, model.output.shape[-1])), verbose=0)
    return [np.array(array) for array in model.get_weights()]


@asks("A.13")
def a_layer_stays_trained_in_another_model(keras):
    m, n, f = shared_models(keras)
    kept = same(trained(m), n.get_weights()[:2])
    before = m.get_weights()
    n.compile("sgd", "mse")
    redrawn = not same(before, f.get_weights())
    trained(n)
    separate = same(before, m.get_weights())

    return {
        "trained: it is the same layer": kept and not redrawn and not separate,
        "fresh: each model has its own weights": not kept,
        "trained, but as a copy that learns separately from now on": separate,
        "trained, until `n.compile` draws new weights": redrawn,
    }


@asks("B.13")
def a_layer_that_one_model_trains_is_used_by_the_other(keras):
    m, n, f = shared_models(keras)
    before = m.get_weights()
    trained(n)
    follows = same(m.get_weights(), f.get_weights()) and not same(before, m.get_weights())
    after = m.get_weights()
    m.compile("sgd", "mse")

    return {
        "the `f` that `n` has trained": follows,
        "its own `f`, as before": not follows,
        "the copy of `f` that was made when `m` was built": not follows,
        "an `f` with new weights, once `m` is compiled again": not same(after, m.get_weights()),
    }


def inner(keras, name):
    x = keras.Input((3,))
    hidden = keras.layers.Dense(4, name=name)(x)
    return keras.Model(x, keras.layers.Dense(2)(hidden))


@asks("A.14")
def an_inner_tensor_needs_the_inner_input(keras):
    eye, photo = inner(keras, "h"), keras.Input((3,))
    eye(photo)
    return only(
        "an error: the output of `h` depends on the Input inside `eye`, not on `photo`",
        [
            "you get what `h` makes of `photo`",
            "it works: `photo` has the same shape as the Input of `eye`",
            "it works: you get the `h` of the copy that the call has made",
        ],
        fails(lambda: keras.Model(photo, eye.get_layer("h").output)),
    )


@asks("B.14")
def what_reads_an_inner_tensor_needs_the_inner_input(keras):
    body, text = inner(keras, "mid"), keras.Input((3,))
    body(text)
    read = keras.layers.Dense(2)(body.get_layer("mid").output)
    return only(
        "an error: the output of `mid` depends on the Input inside `body`, not on `text`",
        [
            "`Dense(2)` reads what `mid` makes of `text`",
            "it works: `text` takes the place of an Input of the same shape",
            "it works: the call has made a copy of `mid` outside",
        ],
        fails(lambda: keras.Model(text, read)),
    )


@asks("A.15")
def a_second_fit_begins_where_the_first_ended(keras):
    keras.utils.set_random_seed(1)
    model, (x, y, *_) = reader(keras), images()
    model.compile("adam", SPARSE)
    losses = model.fit(x, y, epochs=5, verbose=0).history["loss"]
    again = model.fit(x, y, epochs=1, verbose=0).history["loss"][0]
    model.compile("adam", SPARSE)
    compiled = model.fit(x, y, epochs=1, verbose=0).history["loss"][0]

    return {
        "about where it ended": again < losses[-1] < losses[0],
        "where it began the first time": np.isclose(again, losses[0], rtol=0.2),
        "where it ended, but only if `compile` is not called in between": compiled > losses[-1],
    }


@asks("B.15")
def compile_keeps_the_weights(keras):
    model, (x, y, *_) = reader(keras), images()
    model.compile("adam", SPARSE)
    model.fit(x[:64], y[:64], verbose=0)
    before = model.get_weights()
    model.compile(keras.optimizers.Adam(1e-12), SPARSE)
    kept = same(before, model.get_weights())
    model.fit(x[:64], y[:64], verbose=0)
    goes_on = all(map(np.allclose, before, model.get_weights()))

    return {
        "those that the first run ended with": kept and goes_on,
        "new random weights, because of `compile`": not kept,
        "new random weights, because `fit` always starts from scratch": not goes_on,
    }


@asks("A.16")
def the_loss_of_an_epoch_is_a_mean_while_the_weights_change(keras):
    keras.utils.set_random_seed(1)
    model, (x, y, *_) = reader(keras), images()
    model.compile("adam", SPARSE)
    of_epoch = model.fit(x, y, verbose=0).history["loss"][0]
    before = model.get_weights()
    after = model.evaluate(x, y, verbose=0)

    return {
        "0.80 is a mean over the epoch, taken while the weights were getting better": after
        < of_epoch,
        "one of the two is wrong: both use the same data and the same weights": np.isclose(
            after, of_epoch
        ),
        "`evaluate` has trained the model a little further": not same(before, model.get_weights()),
    }


@asks("B.16")
def dropout_lowers_the_training_accuracy(keras):
    keras.utils.set_random_seed(1)
    x, y, *_ = images()
    pixels, layers = keras.Input((64,)), keras.layers
    hidden = layers.Dropout(0.5)(layers.Dense(32, activation="relu")(pixels))
    model = keras.Model(pixels, layers.Dense(10, activation="softmax")(hidden))
    model.compile("adam", SPARSE, metrics=["accuracy"])
    model.fit(x, y, epochs=3, verbose=0)
    before = model.get_weights()
    # With a rate of almost 0, the weights stay: only dropout tells the two accuracies apart.
    model.compile(keras.optimizers.SGD(1e-12), SPARSE, metrics=["accuracy"])
    logs = model.fit(x, y, validation_data=(x, y), verbose=0).history

    return {
        "the 70 % was measured during the epoch, with dropout on": logs["accuracy"][0]
        < logs["val_accuracy"][0] - 0.03,
        "validation trains the model on the validation data": not all(
            map(np.allclose, before, model.get_weights())
        ),
    }


@asks("A.17")
def numpy_compares_five_with_five(keras):
    size = (np.zeros(5) - np.zeros((5, 1))).size
    return {
        "every target with every answer: 25 numbers": size == 25,
        "each target with its own answer: 5 numbers": size == 5,
        "nothing: it raises an error": fails(lambda: np.zeros(5) - np.zeros((5, 1))),
        "one batch with the other: 1 number": size == 1,
    }


@asks("B.17")
def numpy_makes_a_table_of_three_and_three(keras):
    shape = (np.zeros(3) - np.zeros((3, 1))).shape
    return {
        "(3, 3)": shape == (3, 3),
        "(3,)": shape == (3,),
        "none: it raises an error": fails(lambda: np.zeros(3) - np.zeros((3, 1))),
        "(1,), because 3 is the batch": shape == (1,),
    }


def moves(model, layer):
    before = layer.get_weights()
    others = model.get_weights()
    trained(model)
    return not same(before, layer.get_weights()), not same(others, model.get_weights())


@asks("A.18")
def a_layer_frozen_before_compile_is_held(keras):
    _, model, eye = shared_models(keras)
    trained(model)
    eye.trainable = False
    model.compile("sgd", "mse")
    of_eye, any_moved = moves(model, eye)
    other = keras.Model(model.input, keras.layers.Dense(1)(eye(model.input)))
    other.compile("sgd", "mse")
    of_other, _ = moves(other, eye)

    return {
        "those of the other layers": any_moved and not of_eye and not of_other,
        "all: `eye` has to be frozen before the model is built": of_eye,
        "those of the other layers; but other models that use `eye` can still train it, even if "
        "they are compiled later": of_other,
        "all: `fit` trains a copy of `eye`": of_eye,
    }


@asks("B.18")
def freezing_counts_in_every_model(keras):
    m, n, f = shared_models(keras)
    p = m.input
    m = keras.Model(p, keras.layers.Dense(1)(f(p)))
    f.trainable = False
    for model in (m, n):
        model.compile("sgd", "mse")
    in_m, in_n = moves(m, f)[0], moves(n, f)[0]

    return {
        "neither": not in_m and not in_n,
        "`n`: freezing counts in `m` only, where it was set": in_n and not in_m,
        "both: it has to be set before the model is built": in_m and in_n,
        "each trains its own `f`, so freezing has to be set twice": in_m or in_n,
    }


def padded(keras, layer, steps, words):
    """The shape of what a layer returns, and whether it skips the zeros at the end."""
    x = keras.Input((None, 2))
    made = layer(x)
    model = keras.Model(x, made)
    data = np.zeros((1, steps, 2), "float32")
    data[:, :words] = 1
    both = [model.predict(part, verbose=0) for part in (data, data[:, :words])]
    return layer(keras.Input((steps, 2))).shape, np.allclose(*both, atol=1e-5)


@asks("A.19")
def an_lstm_counts_padding(keras):
    shape, skips = padded(keras, keras.layers.LSTM(16), 20, 12)
    return {
        "(None, 16): the state after all 20 steps, zeros included": shape == (None, 16)
        and not skips,
        "(None, 20, 16): a state for each step": shape == (None, 20, 16),
        "(None, 16): the state after 12 steps, because zeros are skipped": skips,
        "(None, 12, 16): a state for each step that is not zero": shape == (None, 12, 16),
    }


@asks("B.19")
def a_gru_counts_padding(keras):
    shape, skips = padded(keras, keras.layers.GRU(6), 9, 5)
    return {
        "(None, 6): the state after all 9 steps, zeros included": shape == (None, 6) and not skips,
        "(None, 9, 6): a state for each step": shape == (None, 9, 6),
        "(None, 6): the state after 5 steps, because zeros are skipped": skips,
        "(None, 5, 6): a state for each step that is not zero": shape == (None, 5, 6),
    }


@asks("A.20")
def accuracy_tells_nothing_of_a_mass(keras):
    x = keras.Input((1,))
    model = keras.Model(x, keras.layers.Activation("linear")(x))
    model.compile("sgd", "mse", metrics=["accuracy"])
    masses = np.array([[2.5], [3.5], [4.2]])
    loss, accuracy = model.evaluate(masses, masses, verbose=0)
    before = model.get_weights()
    model.predict(masses, verbose=0)

    return {
        "nothing about the model: accuracy compares classes, and a mass is not a class": loss == 0
        and accuracy == 0,
        "the model has learned nothing": loss > 0,
        "its weights change only when `predict` is called": not same(before, model.get_weights()),
    }


@asks("B.20", on=NO_TENSORFLOW)
def softmax_twice_keeps_the_loss_high(keras):
    x, layers = keras.Input((3,)), keras.layers
    model = keras.Model(x, layers.Activation("softmax")(x))
    once = keras.Model(x, layers.Activation("linear")(x))
    data, kinds = 50 * np.eye(3), np.arange(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for one in (model, once):
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            one.compile("sgd", loss, metrics=["accuracy"])
    (twice, right), (low, _) = (one.evaluate(data, kinds, verbose=0) for one in (model, once))

    return {
        "no error, but a loss that stays high even when many answers are right": right == 1
        and twice > 0.5,
        "an error": False,
        "the same as without either: the two cancel out": np.isclose(twice, low, atol=0.1),
    }
