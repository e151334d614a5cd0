"""What training loops written by hand cost, in steps of `fit`: `python -m bench.eager`.

CPU time of a small network, batches of 32, Adam. Rounds of all loops alternate in one process; the
medians of the rounds are compared. In a loop of one's own, every batch runs in Python; a
`train_step` of one's own runs in `fit`, which keeps the plan of it.
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from funclab import GradientTape, Input, Model, data, layers, losses, metrics, optimizers

STEPS, BATCH = 64, 32
NUMBERS = np.random.default_rng(0)
X = NUMBERS.standard_normal((STEPS * BATCH, 64), "float32")
Y = NUMBERS.integers(0, 10, STEPS * BATCH)
LOSS = losses.SparseCategoricalCrossentropy(from_logits=True)


class OwnStep(Model):
    """A model with the usual step, written out."""

    def train_step(self, data):
        x, y = data
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
        weights = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        return self.compute_metrics(x, y, y_pred)


def network(kind=Model) -> Model:
    x = Input((64,))
    hidden = layers.Dense(64, activation="relu")(layers.Dense(64, activation="relu")(x))
    return kind(x, layers.Dense(10)(hidden))


def fit(model: Model) -> Callable[[], None]:
    model.compile(optimizers.Adam(), LOSS, metrics=["accuracy"])
    return lambda: model.fit(X, Y, batch_size=BATCH, epochs=1, verbose=0, shuffle=False)


def on_dataset(model: Model) -> Callable[[], None]:
    model.compile(optimizers.Adam(), LOSS, metrics=["accuracy"])
    batches = data.Dataset.from_tensor_slices((X, Y)).shuffle(1024).batch(BATCH)
    return lambda: model.fit(batches, epochs=1, verbose=0)


def by_hand(model: Model) -> Callable[[], None]:
    optimizer, accuracy = optimizers.Adam(), metrics.SparseCategoricalAccuracy()

    def epoch() -> None:
        for begin in range(0, len(X), BATCH):
            x, y = X[begin : begin + BATCH], Y[begin : begin + BATCH]
            with GradientTape() as tape:
                logits = model(x, training=True)
                loss = LOSS(y, logits)
            gradients = tape.gradient(loss, model.trainable_weights)
            optimizer.apply_gradients(zip(gradients, model.trainable_weights))
            accuracy.update_state(y, logits)

    return epoch


def on_arrays() -> Callable[[], None]:
    layer, x = layers.Dense(64), X[:BATCH]
    return lambda: [layer(x) for _ in range(STEPS)] and None


def main(rounds: int = 9) -> None:
    loops = {
        "fit": fit(network()),
        "fit on a shuffled dataset": on_dataset(network()),
        "train_step": fit(network(OwnStep)),
        "loop with a GradientTape": by_hand(network()),
        "Dense(array)": on_arrays(),
    }
    for _ in range(2):
        for run in loops.values():
            run()
    spent: dict[str, list[float]] = {name: [] for name in loops}
    for _ in range(rounds):
        for name, run in loops.items():
            begin = time.process_time()
            run()
            spent[name].append(time.process_time() - begin)
    medians = {name: statistics.median(times) for name, times in spent.items()}
    for name, median in medians.items():
        step = median / STEPS * 1e6
        print(f"{name}: {step:,.0f} us of CPU, {median / medians['fit']:.1f} steps of fit")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
