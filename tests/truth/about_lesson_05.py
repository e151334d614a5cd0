"""Lesson 5: what if I call it twice?"""

from __future__ import annotations

import numpy as np

from tests.truth.claims import KERAS, asks, gradients, measured, says


def called_twice(keras):
    left, right = keras.Input((64,), name="left"), keras.Input((64,), name="right")
    eye = keras.layers.Dense(32, activation="relu", name="enc")
    return left, right, eye, eye(left), eye(right)


@says("lesson 5", "Weights belong to layers, outputs to calls.")
@asks("5.1")
def a_second_call_makes_a_node_and_no_weights(keras):
    left, right, eye, a, b = called_twice(keras)
    model = keras.Model([left, right], [a, b])
    layers = sum(bool(layer.weights) for layer in model.layers)
    counts = layers, len(eye._inbound_nodes), model.count_params()

    assert a is not b
    return {
        "1 layer, 2 nodes, 2,080 weights": counts == (1, 2, 2080),
        "2 layers, 2 nodes, 4,160 weights": counts == (2, 2, 4160),
        "1 layer, 2 nodes, 4,160 weights": counts == (1, 2, 4160),
        "1 layer, 1 node, 2,080 weights": counts == (1, 1, 2080),
    }


@says("5.2", "Here, as in Keras 2, the call on `right` counts just as much.", on=("funclab",))
@asks("5.2", on=("funclab",))
def the_output_of_a_layer_called_twice_is_refused_here(keras):
    *_, eye, a, b = called_twice(keras)
    try:
        output = eye.output
    except AttributeError:
        output = None

    return {
        "`a`": output is a,
        "`b`": output is b,
        "the list `[a, b]`": output == [a, b],
        "an error": output is None,
    }


@says(
    "5.2",
    "So it is in Keras 3, without a word.",
    "(Keras 3 gives that of the first call: lesson 14.)",
    on=KERAS,
)
def the_output_of_a_layer_called_twice_is_that_of_the_first_call_in_keras_3(keras):
    *_, eye, a, _ = called_twice(keras)

    assert eye.output is a


@says(
    "lesson 5",
    "(Keras 3 still lists calls in this order, in `_inbound_nodes`, but has no `get_output_at`: "
    "there, keep what each call returns, as in `a` and `b`.",
    on=KERAS,
)
@says(
    "lesson 14",
    "As lesson 5 said, Keras 3 (2023) still lists the calls, but takes no number to ask for one.",
    on=KERAS,
)
def keras_3_lists_calls_in_order_and_has_no_index_for_them(keras):
    *_, eye, a, b = called_twice(keras)
    made = [node.output_tensors[0] for node in eye._inbound_nodes]

    assert made[0] is a and made[1] is b and len(made) == 2
    assert not hasattr(eye, "get_output_at")


@asks("5.3")
def every_call_is_counted(keras):
    left, right = keras.Input((64,)), keras.Input((64,))
    late = keras.layers.Dense(32, name="late")
    late(keras.Input((64,), name="scrap"))
    late(left)
    wanted = late(right)
    [index] = [i for i, node in enumerate(late._inbound_nodes) if node.output_tensors[0] is wanted]

    return {
        "1: the call on `scrap` is in no model": index == 1,
        "2: every call is counted": index == 2,
        "its place in the model, counted from the top": index == 1,
    }


@says(
    "lesson 5",
    "Nodes count all calls, in order of time, and a shared weight gets the sum of their gradients.",
)
@asks("5.4")
def a_shared_weight_gets_the_sum_of_the_gradients(keras):
    x = keras.Input((2,))
    shared = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    model = keras.Model(x, shared(x[:, :1]) + shared(x[:, 1:]))
    [gradient] = gradients(keras, model, np.array([[1.0, 2.0]]))

    assert len(shared._inbound_nodes) == 2
    return {
        "2, from the last call": np.isclose(gradient, 2),
        "1.5, the mean": np.isclose(gradient, 1.5),
        "3, the sum": np.isclose(gradient, 3),
    }


@says("lesson 5", "Sharing means one layer, called several times; equal numbers are not enough.")
def equal_weights_drift_apart_in_a_step(keras):
    left, right = keras.Input((4,)), keras.Input((4,))
    one, two = keras.layers.Dense(3), keras.layers.Dense(3)
    model = keras.Model([left, right], keras.layers.Dense(1)((one(left) - two(right)) ** 2))
    two.set_weights(one.get_weights())
    model.compile("sgd", "mse")
    random = np.random.RandomState(0)
    pair = [random.rand(8, 4), random.rand(8, 4)]
    assert np.array_equal(one.get_weights()[0], two.get_weights()[0])

    model.train_on_batch(pair, np.ones((8, 1)))

    assert not np.array_equal(one.get_weights()[0], two.get_weights()[0])


def judged(keras, draw, join, shared=True):
    """How often a model is right about pairs: those it learned from, and unseen ones."""
    from funclab.datasets import digits

    train, test = digits.load_pairs(300, seed=draw)
    keras.utils.set_random_seed(draw)
    layers = keras.layers
    left, right = keras.Input((64,)), keras.Input((64,))
    one = layers.Dense(32, activation="relu")
    two = one if shared else layers.Dense(32, activation="relu")
    same = layers.Dense(1, activation="sigmoid")(join(one(left), two(right)))
    model = keras.Model([left, right], same)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit([train.left, train.right], train.same, epochs=40, verbose=0)
    return [
        model.evaluate([part.left, part.right], part.same, verbose=0)[1] for part in (train, test)
    ]


def squared(a, b):
    return (a - b) ** 2


@asks("5.5")
@measured
def a_shared_eye_judges_better(keras):
    shared = np.array([judged(keras, draw, squared)[1] for draw in range(5)])
    apart = np.array([judged(keras, draw, squared, shared=False)[1] for draw in range(5)])
    lead = shared.mean() - apart.mean()

    return {
        "the one with two eyes: it has more weights": lead < -0.01,
        "the one with the shared eye": lead > 0.01,
        "both are as good: their pictures look the same": abs(lead) <= 0.01,
    }


@asks("5.6")
@measured
def end_to_end_it_only_guesses(keras):
    join = keras.layers.concatenate
    own, unseen = np.mean([judged(keras, i, lambda a, b: join([a, b])) for i in range(3)], axis=0)

    assert own > 0.62
    return {
        "about half: it is guessing": abs(unseen - 0.5) < 0.05,
        "77 %: the eye is the same": unseen > 0.7,
        "85 %: it keeps more": unseen > 0.8,
    }
