"""Lesson 11: how do I write my own?"""

from __future__ import annotations

import numpy as np

from tests.truth.claims import EVERYWHERE, KERAS, asks, backend, fails, gradients, measured, says


def weighted_mean(keras):
    """The lesson's layer, which counts how often its lines run."""

    class WeightedMean(keras.layers.Layer):
        runs = 0

        def build(self, input_shape):
            self.scores = self.add_weight(shape=input_shape[1:], initializer="zeros", name="scores")

        def call(self, rows):
            type(self).runs += 1
            shares = keras.ops.softmax(self.scores, axis=0)
            return keras.ops.sum(shares * rows, axis=1)

    return WeightedMean(name="mean")


def forecast(keras, mean):
    hours = keras.Input((24, 1))
    return keras.Model(hours, keras.layers.Dense(1, name="next")(mean(hours)))


@says("lesson 11", "`build` runs at a layer's first call, when the shape is known.")
@says(
    "misconception 34",
    "build makes the weights at the first call, when the shape of the input is known.",
)
@asks("11.1")
def a_layer_has_no_weights_before_its_first_call(keras):
    mean = weighted_mean(keras)
    before = len(mean.weights)
    mean(keras.Input((24, 1)))
    after = mean.count_params()

    assert after == 24
    return {
        "none": before == 0,
        "24, one for each hour": before == 24,
        "1, called `scores`": before == 1,
    }


def runs_of_call(keras, batches=40):
    mean = weighted_mean(keras)
    model = forecast(keras, mean)
    model.compile("sgd", "mse")
    before = type(mean).runs
    model.fit(np.ones((batches * 4, 24, 1)), np.ones((batches * 4, 1)), batch_size=4, verbose=0)
    return type(mean).runs - before, batches


@says(
    "lesson 11",
    "Here, the ops of `call` are recorded before the first batch, and each batch repeats them.",
    on=("funclab",),
)
@says(
    "misconception 35",
    "call runs on tensors without numbers, before the first batch.",
    on=("funclab",),
)
@asks("11.2", on=("funclab",))
def call_runs_before_the_first_batch_here(keras):
    runs, batches = runs_of_call(keras)

    return {
        "1,170 times, once for each batch": runs >= batches,
        "once, before the first batch": runs == 1,
        "131,040 times, once for each window in each epoch": runs >= 4 * batches,
    }


@says("11.2", "(Keras with PyTorch: for every batch.)", on=KERAS)
def call_runs_for_every_batch_with_pytorch_alone(keras):
    runs, batches = runs_of_call(keras)

    assert runs >= batches if backend(keras) == "torch" else runs < 6


def with_numpy(keras):
    class PlainMean(type(weighted_mean(keras))):
        def call(self, rows):
            grown = np.exp(self.scores.numpy())
            return keras.ops.sum(grown / grown.sum() * rows, axis=1)

    model = forecast(keras, PlainMean(name="plain"))
    before = model.get_weights()
    model.compile("sgd", "mse")
    model.fit(np.random.RandomState(0).rand(8, 24, 1), np.ones((8, 1)), verbose=0)
    return [not np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True)]


@says(
    "lesson 11",
    "Where NumPy computes from a weight, the way back ends, and here no error says so.",
    on=("funclab",),
)
@asks("11.3", on=("funclab",))
def numpy_ends_the_way_back_without_an_error(keras):
    error = fails(lambda: with_numpy(keras))
    scores, *others = (False, False) if error else with_numpy(keras)

    return {
        "it moves the scores: the numbers are the same as before": scores,
        "it stops with an error: no gradient reaches the scores": error,
        "it moves the weights of `next`, but the scores stay at 0": all(others) and not scores,
    }


@says("11.3", "(In Keras, this line is an error.)", on=KERAS)
def numpy_in_a_call_is_an_error_in_keras(keras):
    assert fails(lambda: with_numpy(keras))


def double(keras):
    def loss(y, answer):
        return keras.ops.where(y > answer, 2 * (y - answer), answer - y)

    return loss


@says("lesson 11", "A loss moves weights, and with them every answer.")
@says("misconception 36", "The loss moves weights, and the same weights make all answers.")
@asks("11.4")
def a_bias_gets_the_sum_of_the_gradients_of_all_answers(keras):
    x = keras.Input((1,))
    layer = keras.layers.Dense(1, name="next")
    model = keras.Model(x, layer(x))
    data = np.array([[1.0], [2.0]])
    answers = model.predict(data, verbose=0)
    _, gradient = gradients(keras, model, data, np.add(answers, [[10], [-10]]), double(keras))
    rose = model.predict(np.zeros((1, 1)), verbose=0)

    assert np.isclose(gradient, -0.5) and np.isclose(rose, 0.5)
    return {
        "nowhere: 10 too low and 10 too high cancel out": gradient == 0,
        "up, for both hours": gradient < 0,
        "up for the one hour, and down for the other": gradient > 0,
    }


def learned(keras, loss, optimizer=None):
    """How far off forecasts of 2011 are, and in how many hours there are enough bikes."""
    from funclab.datasets import bikes

    (x, y), _ = bikes.load_hours()
    keras.utils.set_random_seed(0)
    rate = keras.optimizers.schedules.CosineDecay(0.1, decay_steps=1170)
    model = forecast(keras, weighted_mean(keras))
    model.compile(optimizer or keras.optimizers.Adam(rate), loss)
    model.fit(x, y, batch_size=112, epochs=15, verbose=0)
    answers = model.predict(x, verbose=0)[:, 0]
    return np.abs(answers - y.reshape(-1)).mean(), (answers >= y.reshape(-1)).mean()


@asks("11.5")
@measured
def double_charges_make_enough_bikes_in_two_thirds(keras):
    _, enough = learned(keras, double(keras))

    return {
        "in half: the mistakes only cost more": enough < 0.55,
        "in two thirds": 0.63 < enough < 0.71,
        "in nearly all: each forecast that was too low rises": enough > 0.9,
    }


def sign(keras):
    class Sign(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, learning_rate):
            step = learning_rate * keras.ops.sign(gradient)
            if backend(keras) == "funclab":
                variable.assign_sub(step)
            else:
                self.assign_sub(variable, keras.ops.cast(step, variable.dtype))

    return Sign(0.01)


@says("lesson 11", "A step decides what a gradient does to a weight.")
@asks("11.6")
@measured
def a_step_by_the_sign_comes_as_close_as_adam(keras):
    adam, by_sign = learned(keras, "mae")[0], learned(keras, "mae", sign(keras))[0]

    return {
        "as close as Adam": abs(by_sign - adam) < 4,
        "as far off: it goes the same way, at the same rate": by_sign > 70,
        "further off: without the size, it cannot tell when to slow down": by_sign > 95,
    }


@says(
    "lesson 11",
    "A whole step, with a `GradientTape` around the loss, is a method `train_step(self, data)`, "
    "as in Keras.",
    on=EVERYWHERE,
)
def a_train_step_of_ones_own_is_called(keras):
    called = []

    class Own(keras.Model):
        def train_step(self, *data):
            called.append(data)
            return super().train_step(*data)

    x = keras.Input((1,))
    model = Own(x, keras.layers.Dense(1)(x))
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0)

    assert called
