"""Lesson 4: can one model answer three questions?"""

from __future__ import annotations

import numpy as np

from tests.truth.claims import asks, backend, fails, measured, says

SPARSE = "sparse_categorical_crossentropy"


def birds(keras):
    """A model of two inputs and three outputs, and its losses."""
    layers = keras.layers
    measures, island = keras.Input((3,), name="measures"), keras.Input((3,), name="island")
    body = layers.Dense(16, activation="relu", name="body")(layers.concatenate([measures, island]))
    kind = layers.Dense(3, activation="softmax", name="species")(body)
    sex = layers.Dense(1, activation="sigmoid", name="sex")(body)
    kilos = layers.Dense(1, name="mass")(body)
    model = keras.Model([measures, island], [kind, sex, kilos])
    losses = {"species": SPARSE, "sex": "binary_crossentropy", "mass": "mse"}
    return model, losses


def penguins(unit=1000):
    from funclab.datasets import penguins

    (x, y), (x_test, y_test) = penguins.load_data(scaled=True)
    return x, {**y, "mass": y["mass"] / unit}, x_test, {**y_test, "mass": y_test["mass"] / unit}


@says("lesson 4", "Losses and curves are named after layers.")
@asks("4.1")
def losses_are_named_after_layers(keras):
    model, losses = birds(keras)
    model.compile("adam", losses)
    x, y, *_ = penguins()
    names = set(model.fit(x, y, verbose=0).history)

    return {
        "`kind_loss`, `sex_loss`, `kilos_loss`": {"kind_loss", "kilos_loss"} <= names,
        "`loss_1`, `loss_2`, `loss_3`, in order of the outputs": "loss_1" in names,
        "`species_loss`, `sex_loss`, `mass_loss`": names
        == {"loss", "species_loss", "sex_loss", "mass_loss"},
    }


@says(
    "4.2",
    "The error is small, and the accuracy is 0 all the same: above 0.5, an answer counts as class "
    "1, and no bird weighs 1 kg.",
)
@asks("4.2")
def accuracy_does_not_suit_a_mass(keras):
    x = keras.Input((1,))
    model = keras.Model(x, keras.layers.Activation("linear")(x))

    def accuracy(answers):
        model.compile("adam", "mse", metrics=["accuracy"])
        masses = np.array(answers)[:, None]
        return model.evaluate(masses, masses, verbose=0)[1]

    error = fails(lambda: accuracy([3.0]))
    assert accuracy([0.0, 1.0]) == 1
    return {
        "about 80 %": accuracy([3.45, 4.2, 5.0]) > 0.5,
        "an error: accuracy does not fit a mass": error,
        "0 %, however well it learns": accuracy([3.45, 4.2, 5.0]) == 0,
    }


@asks("4.3")
def numpy_compares_each_answer_with_each_target(keras):
    answers, targets = np.array([[1], [2], [3]]), np.array([1, 2, 3])
    error = fails(lambda: answers - targets)
    mean = ((answers - targets) ** 2).mean()

    return {
        "0: every answer is right": mean == 0,
        "an error: the shapes differ": error,
        "1.33": np.isclose(mean, 4 / 3),
    }


@says("lesson 4", "`fit` takes care of this by itself.")
def fit_compares_each_answer_with_its_own_target(keras):
    x = keras.Input((1,))
    model = keras.Model(x, keras.layers.Activation("linear")(x))
    model.compile("adam", "mse")

    assert model.evaluate(np.array([[1.0], [2], [3]]), np.array([1.0, 2, 3]), verbose=0) == 0


@says("lesson 4", "A model needs all the Inputs that its calls read.")
@asks("4.4")
def an_input_cannot_be_left_out(keras):
    model, _ = birds(keras)
    error = fails(lambda: keras.Model(model.inputs[0], model.outputs))

    assert not fails(lambda: keras.Model(model.inputs, model.outputs))
    return {
        "it leaves the island out and answers from the measures": not error,
        "it fills in zeros for the island": not error,
        "it fails": error,
    }


@says("lesson 4", "(Keras with PyTorch refuses such targets.)")
def a_target_of_four_makes_the_crossentropy_negative(keras):
    x = keras.Input((1,))
    model = keras.Model(x, keras.layers.Activation("linear")(x))
    model.compile("sgd", "binary_crossentropy")
    two, four = np.full((4, 1), 2.0), np.full((4, 1), 4.0)

    if backend(keras) == "torch":
        assert fails(lambda: model.evaluate(two, four, verbose=0))
    else:
        assert model.evaluate(two, four, verbose=0) < -40


def learned(keras, unit, weight=1.0, draw=0):
    from funclab.datasets import penguins

    (x, y), (x_test, y_test) = penguins.load_data(draw, scaled=True)
    for part in (y, y_test):
        part["mass"] = part["mass"] / unit
    keras.utils.set_random_seed(draw)
    model, losses = birds(keras)
    metrics = {"species": "accuracy", "sex": "accuracy", "mass": "mae"}
    weights = {"species": 1.0, "sex": 1.0, "mass": weight}
    model.compile(keras.optimizers.Adam(0.01), losses, loss_weights=weights, metrics=metrics)
    model.fit(x, y, epochs=60, verbose=0)
    logs = model.evaluate(x_test, y_test, verbose=0, return_dict=True)
    return logs["mass_mae"] * unit, logs["sex_accuracy"]


@says("lesson 4", "Training makes the sum smaller, so one large loss can drown out the others.")
@asks("4.5")
@measured
def in_grams_mass_is_not_learned(keras):
    draws = range(3)
    grams = np.mean([learned(keras, 1, draw=draw) for draw in draws], axis=0)
    kilograms = np.mean([learned(keras, 1000, draw=draw) for draw in draws], axis=0)

    return {
        "at the same error: 0.27 kg is 270 g": np.isclose(grams[0], kilograms[0], rtol=0.5),
        "nearer: larger errors make larger steps": grams[0] < kilograms[0],
        "thousands of grams off, and it is worse at sex, too": grams[0] > 2000
        and grams[1] < kilograms[1],
    }


@asks("4.6")
@measured
def a_loss_weight_does_not_replace_a_unit(keras):
    draws = range(3)
    grams = np.mean([learned(keras, 1, draw=draw) for draw in draws], axis=0)
    small = np.mean([learned(keras, 1, 1e-6, draw) for draw in draws], axis=0)
    sex, mass = small[1] > grams[1] + 0.02, small[0] < 1000

    return {
        "both sex and mass": sex and mass,
        "sex only": sex and not mass,
        "nothing: loss weights only change the printed total": not sex,
    }
