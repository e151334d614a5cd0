"""What watching a training costs: CPU time of a kernel with the live view, and without it.

    python -m bench.watched               three rounds
    python -m bench.watched 5             another number

CPU time of the kernel's process counts, not the time on the clock: a browser that draws the curves,
or anything else on the machine, is not the kernel's. Each round trains twice, without the view and
with it, and is long enough that the last picture, which is drawn once, hardly counts.
"""

import statistics
import sys
import tempfile

from bench.kernels import Kernel

SETUP = """
import time, numpy as np
from funclab import Input, Model
from funclab.layers import Dense
numbers = np.random.default_rng(0)
x, y = numbers.random((1312, 64), "float32"), numbers.integers(0, 10, 1312)
def spent(live, epochs):
    image = Input((64,))
    hidden = Dense(128, activation="relu")(Dense(128, activation="relu")(image))
    model = Model(image, Dense(10, activation="softmax")(hidden))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    begin = time.process_time()
    model.fit(x, y, epochs=epochs, verbose=0, live=live)
    return time.process_time() - begin
"""
EPOCHS, STEPS = 1000, 41


def main(rounds: int = 3) -> None:
    with tempfile.TemporaryDirectory() as cache:
        kernel = Kernel({"NUMBA_CACHE_DIR": cache})
        try:
            warm = "spent(False, 5), spent(True, 5);"
            kernel.run({"setup": SETUP, "warm": warm})
            pairs = [measured(kernel) for _ in range(rounds)]
        finally:
            kernel.close()
    steps = EPOCHS * STEPS / min(alone for alone, _ in pairs)
    ratio = statistics.median(watched / alone for alone, watched in pairs)
    print(f"fit at {steps:,.0f} steps/s: {ratio:.3f} times the CPU time when it is watched")


def measured(kernel: Kernel) -> list[float]:
    """The CPU seconds of one training without a view, and of one with it."""
    code = f"print(spent(False, {EPOCHS}), spent(True, {EPOCHS}))"
    said: list[str] = []

    def hear(message: dict) -> None:
        said.append(message["content"].get("text", ""))

    kernel.client.execute_interactive(code, timeout=600, output_hook=hear)
    return [float(word) for word in "".join(said).split()]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
