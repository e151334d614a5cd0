"""Small training runs, each with something that may be wrong, or that only looks like it."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np

import funclab
from funclab import Input, Model, layers
from funclab.callbacks import LearningRateScheduler
from funclab.layers import BatchNormalization, Dense, Dropout
from funclab.optimizers import SGD, Adam


class Run(NamedTuple):
    """A trained model, its data, and what was found."""

    model: Any
    found: dict[str, str]


def classes(rng: Any, n: int = 200, noise: float = 0.3, columns: int = 4) -> tuple[Any, Any]:
    """Two classes that a small model can tell apart, but no single column."""
    x = rng.normal(size=(n, columns)).astype("float32")
    y = (x[:, 0] + x[:, 1] + noise * rng.normal(size=n) > 0).astype("int32")
    return x, y


def amounts(rng: Any, n: int = 200) -> tuple[Any, Any]:
    x = rng.normal(size=(n, 4)).astype("float32")
    return x, (x @ np.array([1, -2, 0.5, 1], "float32") + 0.3 * rng.normal(size=n)).astype(
        "float32"
    )


def net(columns: int = 4, units: Any = (8,), activation: Any = "relu", first: Any = (),
        out: Any = None) -> Model:  # fmt: skip
    x = end = Input((columns,))
    for layer in first:
        end = layer(end)
    for number in units:
        end = Dense(number, activation)(end)
    return Model(x, (out or Dense(2, "softmax"))(end))


def run(
    model: Any,
    x: Any,
    y: Any,
    loss: str = "sparse_categorical_crossentropy",
    optimizer: Any = None,
    validation: Any = None,
    epochs: int = 15,
    **fit: Any,
) -> Run:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.compile(optimizer or Adam(0.02), loss)
        model.fit(x, y, epochs=epochs, verbose=0, validation_data=validation, **fit)
        found = funclab.diagnose(model, x, y, validation_data=validation)
    return Run(model, {name: sentence for name, sentence, _ in found})


def regression(model: Any, x: Any, y: Any, **settings: Any) -> Run:
    return run(model, x, y, "mse", **settings)


def one() -> Dense:
    return Dense(1)


# Not a number.
def nan_in_data(rng: Any) -> Run:
    x, y = amounts(rng)
    x[17, 2] = np.nan
    return regression(net(out=one()), x, y, epochs=2)


def nan_in_statistics(rng: Any) -> Run:
    x, y = amounts(rng)
    scale, spoilt = layers.Normalization(name="scale"), x.copy()
    spoilt[3] = np.nan
    scale.adapt(spoilt)
    return regression(net(first=[scale], out=one()), x, y, epochs=2)


def nan_from_steps(rng: Any) -> Run:
    return regression(net(out=one()), *amounts(rng), optimizer=SGD(1e20), epochs=3)


def sound(rng: Any) -> Run:
    return regression(net(out=one()), *amounts(rng))


def sound_statistics(rng: Any) -> Run:
    x, y = amounts(rng)
    scale = layers.Normalization()
    scale.adapt(x)
    return regression(net(first=[scale], out=one()), x, y)


def steps_that_broke_statistics(rng: Any) -> Run:
    """Moving statistics are nan because the loss was, not the other way round."""
    model = net(first=[BatchNormalization()], units=(8, 8), out=one())
    return regression(model, *amounts(rng), optimizer=SGD(1e20), epochs=3)


# Curves.
def large_steps(rng: Any) -> Run:
    x, y = amounts(rng)
    return regression(net(units=(), out=one()), x, y, optimizer=SGD(1.5), epochs=4)


def one_bad_epoch(rng: Any) -> Run:
    rates = LearningRateScheduler(lambda epoch, rate: 0.5 if epoch == 5 else 0.05)
    model, x, y = net(units=(), out=one()), *amounts(rng)
    return regression(model, x, y, optimizer=SGD(0.05), callbacks=[rates], epochs=12)


def warm_up(rng: Any) -> Run:
    rates = LearningRateScheduler(lambda epoch, rate: 0.01 * (epoch + 1))
    return regression(net(out=one()), *amounts(rng), optimizer=SGD(0.01), callbacks=[rates])


def lagging(rng: Any) -> Run:
    """The issue's case: good in training, bad when the same data are evaluated."""
    x, y = classes(rng)
    first = [layers.Rescaling(1.0, 30.0), BatchNormalization()]
    model = net(first=first, units=(16,))
    return run(model, x, y, epochs=8, evaluate_each_epoch=True, batch_size=100)


def lagging_validation(rng: Any) -> Run:
    x, y = classes(rng)
    first = [layers.Rescaling(1.0, 30.0), BatchNormalization()]
    return run(net(first=first, units=(16,)), x, y, epochs=8, validation=classes(rng),
               batch_size=100)  # fmt: skip


def settled(rng: Any) -> Run:
    model = net(first=[BatchNormalization(momentum=0.5)], units=(16,))
    return run(model, *classes(rng), evaluate_each_epoch=True)


def dropped(rng: Any) -> Run:
    """Dropout makes the loss in training the higher one."""
    model = net(first=[Dropout(0.5)], units=(16,))
    x, y = classes(rng)
    return run(model, x, y, validation=classes(rng), evaluate_each_epoch=True)


def overfitted(rng: Any) -> Run:
    x, y = classes(rng, 40, 2.0, 10)
    model = net(10, units=(64, 64))
    return run(model, x, y, validation=classes(rng, 100, 2.0, 10), epochs=40)


def small_validation(rng: Any) -> Run:
    """Validation on twelve samples goes up and down."""
    return run(net(), *classes(rng, 400, 1.0), validation=classes(rng, 12, 1.0), epochs=30,
               optimizer=SGD(0.1))  # fmt: skip


def plateau(rng: Any) -> Run:
    return run(net(units=()), *classes(rng, 400, 1.0), validation=classes(rng, 400, 1.0), epochs=40,
               optimizer=SGD(0.2))  # fmt: skip


def short_run(rng: Any) -> Run:
    return regression(net(out=one()), *amounts(rng), optimizer=SGD(0.002), epochs=10)


def done(rng: Any) -> Run:
    return regression(net(units=(), out=one()), *amounts(rng), optimizer=SGD(0.1), epochs=25)


def learned(rng: Any) -> Run:
    """Nothing is left to learn, but the loss still falls by half in every few epochs."""
    x, y = classes(rng, noise=0.0)
    x += np.where(x[:, :1] + x[:, 1:2] > 0, 1, -1) * np.array([1, 1, 0, 0], "float32")
    return run(net(), x, y, epochs=60, optimizer=Adam(0.05))


# The model on data.
def too_simple(rng: Any) -> Run:
    """A straight line for a circle."""
    x = rng.normal(size=(200, 4)).astype("float32")
    y = ((x[:, 0] ** 2 + x[:, 1] ** 2) > 1.4).astype("int32")
    return run(net(units=()), x, y, epochs=40, optimizer=SGD(0.1))


def noisy_but_learned(rng: Any) -> Run:
    return run(net(units=()), *classes(rng, 200, 1.0), epochs=30, optimizer=SGD(0.5))


def punished(rng: Any) -> Run:
    """The loss is high because of the penalty for weights, not because of the answers."""
    hidden = Dense(16, "relu", kernel_regularizer="l2", bias_regularizer="l2")
    penalty = layers.ActivityRegularization(l2=0.05)
    return run(net(first=[hidden, penalty], units=()), *classes(rng), epochs=40)


def dead(rng: Any) -> Run:
    low = Dense(8, "relu", bias_initializer=funclab.initializers.Constant(-20.0), name="low")
    return run(net(first=[low], units=()), *classes(rng), epochs=3)


def few_samples(rng: Any) -> Run:
    """Units that are silent on twenty samples need not be so on others."""
    low = Dense(8, "relu", bias_initializer=funclab.initializers.Constant(-4.0))
    return run(net(first=[low], units=()), *classes(rng, 20), epochs=2)


def sparse(rng: Any) -> Run:
    """Most units are silent for most samples, and each for some is not."""
    low = Dense(8, "relu", bias_initializer=funclab.initializers.Constant(-1.0))
    return run(net(first=[low], units=()), *classes(rng), epochs=3)


def deep(scale: float, activation: str) -> Model:
    start = funclab.initializers.RandomNormal(stddev=scale)
    hidden = [Dense(8, activation, kernel_initializer=start) for _ in range(10)]
    return net(first=hidden, units=())


def vanishing(rng: Any) -> Run:
    return run(deep(0.3, "sigmoid"), *classes(rng), epochs=3, optimizer=SGD(0.01))


def exploding(rng: Any) -> Run:
    return run(deep(3.0, "linear"), *classes(rng), epochs=1, optimizer=SGD(1e-30))


def deep_but_well_begun(rng: Any) -> Run:
    hidden = [Dense(8, "relu", kernel_initializer="he_normal") for _ in range(6)]
    return run(net(first=hidden, units=()), *classes(rng), epochs=2, optimizer=SGD(0.01))


def done_learning(rng: Any) -> Run:
    """All gradients are small, because the answers are right."""
    x, y = classes(rng, noise=0.0)
    return run(net(units=(16, 16), activation="sigmoid"), x, y, epochs=60, optimizer=Adam(0.05))


def out_of_reach(rng: Any) -> Run:
    return regression(net(out=Dense(1, "sigmoid")), *amounts(rng), epochs=3)


def within_reach(rng: Any) -> Run:
    x, y = amounts(rng)
    return regression(net(out=Dense(1, "sigmoid")), x, (y > 0).astype("float32"), epochs=3)


def all_frozen(rng: Any) -> Run:
    model = net()
    model.trainable = False
    return run(model, *classes(rng), epochs=3)


def base_frozen(rng: Any) -> Run:
    model = net()
    model.layers[1].trainable = False
    return run(model, *classes(rng), epochs=3)


def without_weights_before(rng: Any) -> Run:
    return run(net(units=()), *classes(rng), epochs=3)


# Data.
def unscaled(rng: Any) -> Run:
    x, y = classes(rng)
    return run(net(), 100 * x + 300, y, epochs=3)


def scaled_by_a_layer(rng: Any) -> Run:
    x, y = classes(rng)
    x = 100 * x + 300
    scale = layers.Normalization()
    scale.adapt(x)
    return run(net(first=[scale]), x, y, epochs=3)


def word_numbers(rng: Any) -> Run:
    x = rng.integers(0, 900, (200, 5))
    first = [layers.Embedding(900, 4), layers.Flatten()]
    return run(net(5, first=first), x, rng.integers(0, 2, 200), epochs=2)


def rare_class(rng: Any) -> Run:
    x, _ = classes(rng)
    y = np.zeros(200, "int32")
    y[:10] = 1
    return run(net(units=()), x, y, epochs=10, optimizer=SGD(0.1))


def rare_but_found(rng: Any) -> Run:
    x, _ = classes(rng, 400)
    y = (x[:, 0] + x[:, 1] > 1.8).astype("int32")
    return run(net(), x, y, epochs=40, class_weight={0: 1.0, 1: 4.0})


def one_answer_for_even_classes(rng: Any) -> Run:
    x, y = classes(rng)
    return run(net(units=()), x + 5, y, epochs=1, optimizer=SGD(0.001))


def shuffled_targets(rng: Any) -> Run:
    x, y = classes(rng)
    return run(net(), x, rng.permutation(y), epochs=6, optimizer=SGD(0.05))


def not_yet_learned(rng: Any) -> Run:
    return run(net(), *classes(rng), epochs=1, optimizer=SGD(0.001))


def parity(rng: Any) -> Run:
    """Neighbours differ, but the model has learned."""
    x = rng.integers(0, 2, (200, 5)).astype("float32")
    y = (x[:, 0] != x[:, 1]).astype("int32")
    return run(net(5, units=(32, 16)), x, y, epochs=40)


def leaking(rng: Any) -> Run:
    x, y = classes(rng)
    x[:, 3] = 10 * y + rng.normal(size=200)
    return run(net(), x, y, epochs=5)


def leaking_amounts(rng: Any) -> Run:
    x, y = amounts(rng)
    x[:, 2] = 3 * y + 1
    return regression(net(out=one()), x, y, epochs=5)


def good_column(rng: Any) -> Run:
    x, y = classes(rng)
    x[:, 3] = y + 0.4 * rng.normal(size=200)
    return run(net(), x, y, epochs=5)


def single_column(rng: Any) -> Run:
    """With one column there is nothing else that could tell."""
    x = rng.normal(size=(200, 1)).astype("float32")
    return run(net(1), x, (x[:, 0] > 0).astype("int32"), epochs=5)


def same_samples(rng: Any) -> Run:
    x, y = classes(rng)
    return run(net(), x, y, validation=(x[:60], y[:60]), epochs=3)


def other_samples(rng: Any) -> Run:
    return run(net(), *classes(rng), validation=classes(rng, 60), epochs=3)


def few_possible_samples(rng: Any) -> Run:
    """With five bits there are 32 different samples, and they are met again."""
    x = rng.integers(0, 2, (200, 5)).astype("float32")
    y = (x[:, 0] != x[:, 1]).astype("int32")
    return run(net(5), x[:150], y[:150], validation=(x[150:], y[150:]), epochs=3)
