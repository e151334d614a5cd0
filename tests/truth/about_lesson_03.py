"""Lesson 3: how does it get better?"""

from __future__ import annotations

import warnings

import numpy as np

from tests.truth.claims import EVERYWHERE, asks, backend, images, measured, reader, same, says

SPARSE = "sparse_categorical_crossentropy"
NO_TENSORFLOW = tuple(one for one in EVERYWHERE if one != "tensorflow")


@says(
    "lesson 3",
    "A step: forward to the loss, back for the gradients, and the optimizer moves each weight, SGD "
    "by −rate · gradient.",
)
def a_step_of_sgd_is_the_rate_times_the_gradient(keras):
    x = keras.Input((1,))
    model = keras.Model(x, keras.layers.Dense(1, use_bias=False)(x))
    model.set_weights([np.array([[1.0]])])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    loss = model.train_on_batch(np.array([[2.0]]), np.array([[6.0]]))

    assert np.isclose(loss, 16)
    assert np.isclose(model.get_weights()[0], 1 - 0.1 * -16)


@asks("3.1")
def the_first_loss_of_ten_classes_is_about_the_logarithm_of_ten(keras):
    keras.utils.set_random_seed(1)
    model, (x, y, *_) = reader(keras), images()
    model.compile("adam", SPARSE)
    loss = model.evaluate(x, y, verbose=0)

    near = {"0": 0.0, "ln 10 = 2.3": 2.3, "10 %": 0.1}
    return {option: abs(loss - value) < 0.5 for option, value in near.items()}


@says(
    "lesson 3",
    "`compile` says how, `fit` goes on from the current weights, and `evaluate` and `predict` "
    "change no weight.",
)
@asks("3.2")
def compile_changes_no_weight(keras):
    keras.utils.set_random_seed(1)
    model, (x, y, *_) = reader(keras), images()
    model.compile("adam", SPARSE)
    first = model.evaluate(x, y, verbose=0)
    model.fit(x, y, epochs=2, verbose=0)
    before, ended = model.get_weights(), model.evaluate(x, y, verbose=0)
    model.predict(x, verbose=0)
    model.compile("adam", SPARSE)
    unchanged = same(before, model.get_weights())
    again = model.evaluate(x, y, verbose=0)

    assert unchanged
    return {
        "at 2.4, as before": np.isclose(again, first, rtol=0.1),
        "where the first run ended": np.isclose(again, ended),
        "halfway between the two": np.isclose(again, (first + ended) / 2, rtol=0.1),
    }


@asks("3.3")
def dropout_is_on_only_in_training(keras):
    drop, ones = keras.layers.Dropout(0.5), np.ones((100, 100), "float32")
    on = keras.ops.convert_to_numpy(drop(ones, training=True))
    off = keras.ops.convert_to_numpy(drop(ones, training=False))

    assert set(np.unique(on)) == {0, 2} and 0.45 < (on == 0).mean() < 0.55
    return {"dropout was on for one, off for the other": (off == 1).all()}


def trained(keras, optimizer, loss=SPARSE, epochs=20):
    keras.utils.set_random_seed(1)
    model, (x, y, x_test, y_test) = reader(keras), images()
    model.compile(optimizer, loss, metrics=["accuracy"])
    history = model.fit(x, y, epochs=epochs, verbose=0)
    return model.evaluate(x_test, y_test, verbose=0)[1], history.history["loss"][-1]


@asks("3.4")
@measured
def a_rate_of_ten_only_guesses(keras):
    one, ten = (trained(keras, keras.optimizers.SGD(rate))[0] for rate in (1.0, 10.0))

    return {
        "both do better": min(one, ten) > 0.93,
        "rate 1 does as well, rate 10 only guesses": one > 0.85 and ten < 0.2,
        "both only guess": max(one, ten) < 0.2,
    }


def softmax_twice(keras):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        return *trained(keras, "adam", loss), [str(one.message) for one in caught]


@says(
    "lesson 3",
    "Keras with JAX or PyTorch does the same, without a warning; with TensorFlow, it finds the "
    "logits before the softmax, reads those instead, and warns.",
)
@says("3.5", "(Keras with TensorFlow goes back to the logits and takes softmax once.)")
@measured
def softmax_twice_depends_on_the_backend(keras):
    right, loss, warned = softmax_twice(keras)
    once, loss_of_one = trained(keras, "adam")

    assert any("from_logits" in one for one in warned) == (
        backend(keras) in ("tensorflow", "funclab")
    )
    if backend(keras) == "tensorflow":
        assert np.isclose(loss, loss_of_one, rtol=0.01) and np.isclose(right, once, atol=0.01)
    else:
        assert loss > 1.4 > loss_of_one


@asks("3.5", on=NO_TENSORFLOW)
@measured
def softmax_twice_learns_with_a_loss_that_stays_high(keras):
    right, loss, _ = softmax_twice(keras)

    assert np.isclose(-np.log(np.e / (np.e + 9)), 1.46, atol=0.01)
    return {
        "an error": False,
        "guessing: 10 % right": right < 0.2,
        "80 to 90 % right, and a loss that stays above 1.4": 0.78 < right < 0.92 and loss > 1.4,
    }


@asks("3.6")
def predict_moves_no_weight(keras):
    model, (x, *_) = reader(keras), images()
    before = model.get_weights()
    model.predict(x[:500], verbose=0)
    moved = [not np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True)]

    return {
        "all of them, a little": all(moved),
        "none": not any(moved),
        "only those of the last layer": any(moved[2:]),
    }
