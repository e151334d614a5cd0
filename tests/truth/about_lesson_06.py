"""Lesson 6: can a model be a layer?"""

from __future__ import annotations

import warnings

import numpy as np

from tests.truth.claims import asks, backend, fails, images, measured, reader, same, says

SPARSE = "sparse_categorical_crossentropy"


@says(
    "lesson 6",
    "Calling a model copies nothing: it makes one more node, with the same layers and weights.",
)
@asks("6.1")
def calling_a_model_copies_nothing(keras):
    model, (x, *_) = reader(keras), images()
    nodes = len(model._inbound_nodes)
    page = keras.Input((64,), name="page")
    outer = keras.Model(page, model(page))
    together = len({id(weight) for weight in [*model.weights, *outer.weights]})
    equal = same([model.predict(x[:9], verbose=0)], [outer.predict(x[:9], verbose=0)])

    assert len(model._inbound_nodes) == nodes + 1
    return {
        "4,820, and it only guesses: a fresh copy": together == 8 and not equal,
        "4,820, and it reads as well as `reader`: a trained copy": together == 8 and equal,
        "2,410, and it reads as well as `reader`": together == 4
        and outer.count_params() == 2410
        and equal,
    }


@says(
    "lesson 6",
    "Here, as in Keras 2, making a model counts as its first call: node 0 leads from `image` to "
    "`digit`.",
)
def making_a_model_counts_as_a_call_only_here(keras):
    assert len(reader(keras)._inbound_nodes) == (1 if backend(keras) == "funclab" else 0)


@says("lesson 6", "A clone has new layers with the same settings, and new weights.")
@asks("6.2")
def a_clone_has_new_weights(keras):
    model, (x, y, *_) = reader(keras), images()
    model.compile("adam", SPARSE)
    model.fit(x, y, epochs=1, verbose=0)
    clone = keras.models.clone_model(model)
    clone.predict(x[:1], verbose=0)
    kept = same(model.get_weights(), clone.get_weights())
    shared = any(layer in model.layers for layer in clone.layers if layer.weights)
    settings = [layer.get_config()["units"] for layer in clone.layers[1:]]

    assert settings == [32, 10]
    return {
        "as well as `reader`: a clone keeps the weights": kept,
        "as well as `reader`, and training one trains both": shared,
        "like a model that has never been trained": not kept and not shared,
    }


@says("lesson 6", "When a layer is trained, every model that holds it changes.")
@asks("6.3")
def training_one_model_changes_another_that_holds_its_layer(keras):
    model, (x, y, *_) = reader(keras), images()
    eye = keras.Model(model.input, model.get_layer("hidden").output)
    page = keras.Input((64,))
    other = keras.Model(page, keras.layers.Dense(1)(eye(page)))
    before = model.predict(x[:9], verbose=0)
    other.compile("adam", "mse")
    other.fit(x[:64], y[:64] * 1.0, verbose=0)
    stays = same([before], [model.predict(x[:9], verbose=0)])

    return {
        "they stay: `reader` is another model": stays,
        "they stay: the twins train a copy of `eye`": stays,
        "they change: one of its layers was trained": not stays,
    }


@says("lesson 6", "Inner tensors belong to the inner Input.")
@asks("6.4")
def an_inner_tensor_cannot_be_used_outside(keras):
    model, page = reader(keras), keras.Input((64,), name="page")
    code = model.get_layer("hidden").output
    model(page)
    error = fails(lambda: keras.Model(page, code))

    assert not fails(lambda: keras.Model(page, keras.Model(model.input, code)(page)))
    return {
        "a model that gives the code of `page`": not error,
        "the same as `eye`: both Inputs have 64 pixels": not error,
        "an error": error,
    }


def borrowed(keras):
    """A model of a layer `eye` and a layer `head`, compiled, and these two."""
    x = keras.Input((4,))
    eye, head = keras.layers.Dense(3), keras.layers.Dense(1)
    model = keras.Model(x, head(eye(x)))
    model.compile("sgd", "mse")
    return model, eye, head


def moved(model, layers, size=8):
    """Which of the layers a step of `fit` moves; None if it is an error."""
    before = [layer.get_weights() for layer in layers]
    random = np.random.RandomState(0)
    data = random.rand(size, 4), random.rand(size, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if fails(lambda: model.fit(*data, batch_size=size, verbose=0)):
            return None
    pairs = zip(before, layers, strict=True)
    return [not same(arrays, layer.get_weights()) for arrays, layer in pairs]


@asks("6.5")
def the_first_step_after_compile_settles_what_is_trained(keras):
    model, eye, head = borrowed(keras)
    eye.trainable = False
    of_eye, of_head = moved(model, [eye, head]) or (False, False)

    return {
        "all: `compile` came before the lock": of_eye and of_head,
        "those of `head` alone": of_head and not of_eye,
        "none: no gradient passes through a frozen layer": not of_head,
    }


@says("6.5", "`fit` would still warn you: older versions of Keras train them.", on=("funclab",))
def a_lock_after_compile_is_warned_of(keras):
    model, eye, _ = borrowed(keras)
    eye.trainable = False
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(np.ones((8, 4)), np.ones((8, 1)), verbose=0)

    assert "Keras 2 trained what was so when it was compiled" in str(caught[0].message)


@says(
    "lesson 6",
    "So does Keras with TensorFlow, while batches keep their shape, but without a warning; with "
    "PyTorch, the lock holds at once; with JAX, the next step is an error.",
)
def once_trained_a_new_lock_counts_differently_in_each_backend(keras):
    model, eye, head = borrowed(keras)
    moved(model, [eye, head])
    eye.trainable = False
    found = moved(model, [eye, head])

    goes_on, holds = [True, True], [False, True]
    expected = {"funclab": goes_on, "tensorflow": goes_on, "torch": holds, "jax": None}
    assert found == expected[backend(keras)]
    if backend(keras) == "tensorflow":
        assert moved(model, [eye, head], size=5) == holds


@says("lesson 6", "Set `trainable` before `compile`, and compile again after a change.")
@says("lesson 6", "Whoever sets `trainable` and then compiles need not remember that.")
@says(
    "misconception 24",
    "Once a model has been trained, set it and compile again.",
)
def a_lock_that_is_set_before_compile_holds_everywhere(keras):
    model, eye, head = borrowed(keras)
    assert moved(model, [eye, head]) == [True, True]
    eye.trainable = False
    model.compile("sgd", "mse")
    assert moved(model, [eye, head]) == [False, True]
    eye.trainable = True
    model.compile("sgd", "mse")
    assert moved(model, [eye, head]) == [True, True]


@asks("6.6")
@measured
def a_new_eye_reads_more_than_the_lent_one_held_fixed(keras):
    from funclab.datasets import digits

    x, y, x_test, y_test = images()
    layers = keras.layers

    def eye_of(units=32):
        image = keras.Input((64,))
        return keras.Model(image, layers.Dense(units, activation="relu")(image))

    def read(draw, eye):
        page = keras.Input((64,))
        model = keras.Model(page, layers.Dense(10, activation="softmax")(eye(page)))
        model.compile(keras.optimizers.Adam(0.01), SPARSE, metrics=["accuracy"])
        model.fit(x[draw::43], y[draw::43], epochs=50, verbose=0)
        return model.evaluate(x_test, y_test, verbose=0)[1]

    new, lent = [], []
    for draw in range(3):
        keras.utils.set_random_seed(draw)
        new.append(read(draw, eye_of()))
        eye, (pairs, _) = eye_of(), digits.load_pairs(300, seed=draw)
        left, right = keras.Input((64,)), keras.Input((64,))
        gap = (eye(left) - eye(right)) ** 2
        twins = keras.Model([left, right], layers.Dense(1, activation="sigmoid")(gap))
        twins.compile("adam", "binary_crossentropy")
        twins.fit([pairs.left, pairs.right], pairs.same, epochs=40, verbose=0)
        eye.trainable = False
        lent.append(read(draw, eye))

    return {
        "the twins' eye: it has seen 600 images": np.mean(lent) > np.mean(new),
        "the new eye": np.mean(new) > np.mean(lent) + 0.05,
        "neither: thirty digits are too few, so both guess": max(*new, *lent) < 0.2,
    }
