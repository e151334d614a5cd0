"""Lesson 1: what does a call build?"""

from __future__ import annotations

import numpy as np

from tests.truth.claims import asks, fails, reader, same, says


@says("lesson 1", "A layer is a rule; each call of it makes a node and a tensor.")
@asks("1.1")
def a_call_returns_a_tensor_without_numbers(keras):
    layer = keras.layers.Dense(32)
    x = layer(keras.Input((64,)))
    y = layer(keras.Input((64,)))

    assert y is not x and len(layer._inbound_nodes) == 2
    return {
        "a layer with 32 units": isinstance(x, keras.layers.Layer),
        "32 numbers for each image, already computed": not fails(lambda: np.array(x) + 0),
        "a tensor: a place in the graph that will hold 32 numbers for each image": x.shape
        == (None, 32),
    }


@asks("1.2")
def weights_do_not_depend_on_the_number_of_images(keras):
    model = reader(keras)
    model.predict(np.zeros((1297, 64)), verbose=0)
    count = model.get_layer("hidden").count_params()

    return {
        "32": count == 32,
        "64 × 32 + 32 = 2,080": count == 2080,
        "2,080 × 1,297": count == 2080 * 1297,
    }


@says(
    "lesson 1",
    "A model is what lies between tensors.",
    "Names in Python point to the graph, and the graph does not need them.",
)
@asks("1.3")
def a_model_needs_no_variables(keras):
    pixels = keras.Input((64,), name="pixels")
    x = keras.layers.Dense(8, name="hidden")(pixels)
    digit = keras.layers.Dense(10, name="digit")(x)
    model = keras.Model(pixels, digit)
    data = np.eye(64)[:4]
    before = model.predict(data, verbose=0)
    del x
    banana = digit
    del digit
    changed = not same([before], [model.predict(data, verbose=0)])
    again = keras.Model(pixels, banana)

    assert [layer.name for layer in again.layers] == ["pixels", "hidden", "digit"]
    return {
        "everything before `x` is cut off": len(model.layers) < 3,
        "its output is now called banana": "banana" in model.output_names,
        "nothing": not changed and list(model.output_names) == ["digit"],
    }


@asks("1.4")
def numpy_between_two_layers_is_an_error(keras):
    x = keras.layers.Dense(32)(keras.Input((64,)))
    error = fails(lambda: np.maximum(x, 0))

    assert keras.ops.maximum(x, 0).shape == (None, 32)
    return {
        "the same as with relu": not error,
        "it works, but the picture does not show it": not error,
        "an error": error,
    }


@asks("1.5")
def a_layer_cannot_be_an_output(keras):
    error = fails(lambda: keras.Model(keras.Input((64,)), keras.layers.Dense(10)))

    return {
        "a model that ends in `rule`": not error,
        "a model with `rule` put behind `pixels`": not error,
        "an error": error,
    }
