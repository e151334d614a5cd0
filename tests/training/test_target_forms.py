"""Targets and weights in every form that means the same; what callbacks do with them."""

import numpy as np
import pytest

from funclab import Input, Model, callbacks, layers, optimizers, utils

X = np.random.default_rng(3).normal(size=(8, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


def model_of(units=1, activation=None, loss="mse", inputs=(3,), **settings):
    utils.set_random_seed(1)
    x = Input(inputs, name="x")
    model = Model(x, layers.Dense(units, activation, name="y")(x))
    model.compile("sgd", loss, metrics=["mae"] if loss == "mse" else None, **settings)
    return model


def logs(y, weight=None, **settings):
    model = model_of(**settings)
    history = model.fit(X, y, sample_weight=weight, epochs=2, verbose=0, shuffle=False)
    return {name: np.round(values, 6).tolist() for name, values in history.history.items()}


@pytest.mark.parametrize(
    "y",
    [Y[:, 0], Y[..., None], Y.tolist(), Y[:, 0].tolist(), [Y], (Y,), {"y": Y}, Y.astype("float64")],
    ids=["without its axis", "with one more", "rows", "numbers", "list", "tuple", "dict", "wide"],
)
def test_targets_in_another_form_give_the_same_losses(y):
    assert logs(y) == logs(Y)


@pytest.mark.parametrize("weight", [np.arange(8.0), np.arange(8.0)[:, None], list(range(8))])
def test_weights_in_another_form_give_the_same_losses(weight):
    by_hand = logs(Y, np.arange(8, dtype="float32"))

    assert logs(Y, weight) == by_hand
    assert by_hand["loss"] != logs(Y)["loss"]


def test_several_predictions_take_targets_with_one_more_axis():
    targets = np.repeat(Y, 2, axis=1)

    assert logs(targets[..., None], units=2) == logs(targets, units=2)


@pytest.mark.parametrize(
    ("loss", "activation", "y"),
    [
        ("sparse_categorical_crossentropy", "softmax", np.arange(8) % 4),
        ("categorical_crossentropy", "softmax", np.eye(4)[np.arange(8) % 4]),
    ],
)
def test_class_numbers_and_one_hot_rows_give_one_loss(loss, activation, y):
    made = logs(y, units=4, activation=activation, loss=loss)

    assert (
        made["loss"]
        == logs(
            (np.arange(8) % 4)[:, None],
            units=4,
            activation="softmax",
            loss="sparse_categorical_crossentropy",
        )["loss"]
    )


def test_averages_of_the_weights_stand_in_while_a_model_is_evaluated():
    model = model_of()
    model.compile(optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), "mse")
    model.fit(X, Y, epochs=2, verbose=0)
    model.set_weights([weight * 2 + 1 for weight in model.get_weights()])
    weights, alone = model.get_weights(), model.evaluate(X, Y, verbose=0)
    averages = [model.optimizer.averages.of(w)["average"].copy() for w in model.weights]

    swapped = model.evaluate(X, Y, callbacks=callbacks.SwapEMAWeights(), verbose=0)

    assert all(map(np.array_equal, model.get_weights(), weights))
    assert swapped != alone
    model.set_weights(averages)
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(swapped, rel=1e-6)


def test_a_checkpoint_says_where_it_saves(tmp_path, capsys):
    keep = callbacks.ModelCheckpoint(tmp_path / "m{epoch:02d}.keras", verbose=1)

    model_of().fit(X, Y, epochs=2, verbose=0, callbacks=[keep])

    printed = capsys.readouterr().out.split("\n")
    assert printed == [
        *("", f"Epoch 1: saving model to {tmp_path / 'm01.keras'}"),
        *("", f"Epoch 2: saving model to {tmp_path / 'm02.keras'}", ""),
    ]
