"""Lesson 13: what does a step cost?"""

from __future__ import annotations

import inspect

import numpy as np

from tests.truth.claims import asks, images, measured, reader, says

SPARSE = "sparse_categorical_crossentropy"


@says(
    "lesson 13",
    "A Dense or convolution layer multiplies by each weight of its kernel, at every position at "
    "which it uses them; biases are added, and an embedding looks its rows up.",
)
@asks("13.2")
def a_convolution_uses_each_weight_at_every_position(keras):
    before = keras.Input((10, 10, 8))
    layer = keras.layers.Conv2D(16, 3)
    _, rows, columns, _ = layer(before).shape
    kernel, bias = layer.get_weights()
    count = rows * columns * kernel.size

    # An input of ones and a kernel of ones: each output counts the products that it sums.
    model = keras.Model(before, layer(before))
    layer.set_weights([np.ones_like(kernel), np.zeros_like(bias)])
    assert model.predict(np.ones((1, 10, 10, 8)), verbose=0).sum() == count
    return {
        "1,152: one for each weight": count == kernel.size,
        "73,728, exactly as many as `wide`": count == 144 * 512,
        "115,200: 1,152 at each of 10 × 10 positions": count == 115_200,
    }


@says(
    "lesson 13",
    "A larger batch is cheaper for each example, but it makes fewer steps, and only steps change "
    "weights.",
)
@says("lesson 13", "Unless you say otherwise, `fit` takes 32 examples for a step.")
@asks("13.4")
@measured
def larger_batches_make_fewer_steps(keras):
    x, y, x_test, y_test = images()

    def learned(batch):
        keras.utils.set_random_seed(2)
        model = reader(keras)
        model.compile("adam", SPARSE, metrics=["accuracy"])
        model.fit(x, y, batch, epochs=12, verbose=0)
        return model.evaluate(x_test, y_test, verbose=0)[1], int(model.optimizer.iterations)

    (of_8, _), (of_32, steps), (of_all, few) = learned(8), learned(32), learned(1297)

    default = inspect.signature(keras.Model.fit).parameters["batch_size"].default
    assert (steps, few) == (41 * 12, 12) and default in (None, 32)
    return {
        "the one that sees all at once: each of its steps knows every digit": of_all > of_8,
        "no difference: all have seen every digit 12 times": abs(of_all - of_8) < 0.02,
        "the one with batches of 8": of_8 > of_32 - 0.02 and of_8 > of_all + 0.2,
    }
