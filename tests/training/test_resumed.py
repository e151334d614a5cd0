"""A training that was interrupted, and continues from its backup, gives the numbers that it would
have given."""

from __future__ import annotations

import numpy as np
import pytest

from funclab import (
    Input,
    Model,
    callbacks,
    initializers,
    layers,
    losses,
    metrics,
    optimizers,
    utils,
)
from funclab.callbacks import BackupAndRestore

ROWS, SIZE, EPOCHS = 22, 5, 4
BATCHES = -(-ROWS // SIZE)
X = np.random.default_rng(0).normal(size=(ROWS, 4)).astype("float32")
Y = X.sum(axis=1, keepdims=True)
HELD_OUT = X[:7] + 1, Y[:7]


class Killed(BaseException):
    """As if the process had ended: nothing catches it."""


class Killing(callbacks.Callback):
    """Ends the process after so many batches."""

    def __init__(self, batches):
        super().__init__()
        self.left = batches

    def on_train_batch_begin(self, batch, logs=None):
        if not self.left:
            raise Killed
        self.left -= 1


def dropping(optimizer):
    x = Input((4,))
    y = layers.Dense(6, "relu")(layers.GaussianNoise(0.1)(x))
    y = layers.Dropout(0.5)(layers.BatchNormalization()(y))
    model = Model(x, layers.Dense(1)(y))
    model.compile(optimizer, losses.Huber(), metrics=["mae", metrics.RootMeanSquaredError()])
    return model


def remembering(optimizer):
    x = Input((4,), batch_size=1)
    y = layers.LSTM(3, stateful=True)(layers.Reshape((2, 2))(x))
    model = Model(x, layers.Dense(1)(y))
    model.compile(optimizer, "mse")
    return model


class Numbered(utils.Sequence):
    """Batches by number."""

    def __len__(self):
        return BATCHES

    def __getitem__(self, i):
        return X[i * SIZE : (i + 1) * SIZE], Y[i * SIZE : (i + 1) * SIZE]


class Again:
    """Batches that may be read again and again, in order only."""

    def __iter__(self):
        return (Numbered()[i] for i in range(BATCHES))


def watching():
    """Callbacks whose decisions depend on earlier epochs."""
    return [
        callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
        callbacks.ReduceLROnPlateau(factor=1 / 3, patience=1, min_delta=0.05),
        callbacks.EarlyStopping(patience=2, min_delta=0.02, restore_best_weights=True),
    ]


ARRAYS = {"x": X, "y": Y, "batch_size": SIZE}
RUNS = {
    "dropout": (dropping, lambda: optimizers.Adam(0.05), ARRAYS),
    "callbacks": (
        dropping,
        lambda: optimizers.Nadam(0.3),
        ARRAYS | {"validation_data": HELD_OUT, "watching": True},
    ),
    "averages": (
        dropping,
        lambda: optimizers.SGD(
            optimizers.schedules.CosineDecay(0.1, 30), momentum=0.9, use_ema=True,
            gradient_accumulation_steps=3,
        ),
        ARRAYS | {"shuffle": "batch", "validation_split": 0.2},
    ),
    "steps": (
        dropping,
        lambda: optimizers.RMSprop(0.1),
        ARRAYS | {"batch_size": 6, "steps_per_epoch": 2},
    ),
    "sequence": (dropping, lambda: optimizers.Adagrad(0.1), {"x": Numbered()}),
    "iterable": (dropping, lambda: optimizers.Lion(0.01), {"x": Again()}),
    "stateful": (remembering, lambda: optimizers.Ftrl(0.1), {"x": X[:7], "y": Y[:7]}),
}  # fmt: skip


def run(name, seed, *more):
    """Train as a new process would: with other random numbers, which the backup replaces."""
    make, optimizer, settings = RUNS[name]
    settings = dict(settings)
    utils.set_random_seed(seed)
    watched = watching() if settings.pop("watching", False) else []
    model = make(optimizer())
    fitted = model.fit(**settings, epochs=EPOCHS, verbose=0, callbacks=[*more, *watched])
    return model, fitted


def numbers(model):
    """Everything that further training depends on."""
    optimizer = model.optimizer
    return [
        *model.get_weights(), *optimizer.get_weights(), optimizer.current_rate.copy(),
        optimizer.rates.copy(), *initializers.rng().bit_generator.state["state"].values(),
    ]  # fmt: skip


@pytest.mark.parametrize("save_freq", ["epoch", 2])
@pytest.mark.parametrize("name", RUNS)
def test_a_resumed_training_is_equal_to_the_last_bit(name, save_freq, tmp_path):
    whole, history = run(name, 1)
    expected = numbers(whole)
    moments = np.linspace(1, int(whole.optimizer.steps_taken[0]) - 1, 4).astype(int)

    for killed in moments:
        folder = tmp_path / str(killed)
        with pytest.raises(Killed):
            run(name, 1, BackupAndRestore(folder, save_freq), Killing(killed))

        seed = 2 if folder.exists() else 1  # there is no backup yet: it begins anew
        model, resumed = run(name, seed, BackupAndRestore(folder, save_freq))

        for key, values in resumed.history.items():
            assert values == history.history[key][-len(values) :], (killed, key)
        for array, right in zip(numbers(model), expected, strict=True):
            np.testing.assert_array_equal(array, right, str(killed))
