"""What watching a training costs: CPU time of a kernel with the live view, and without it.

    python -m bench.watched               nine rounds
    python -m bench.watched 5             another number

CPU time of the kernel's process counts, not the time on the clock: a browser that draws the curves,
or anything else on the machine, is not the kernel's. Each round trains twice, without the view and
with it, in an order that changes, and is long enough that the last picture, which is drawn once,
hardly counts. Medians are compared, as single rounds differ by a fifth on a shared machine.
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
x, y = numbers.random((1312, 32), "float32"), numbers.integers(0, 10, 1312)
def spent(live, epochs):
    image = Input((32,))
    hidden = Dense(96, activation="relu")(Dense(96, activation="relu")(image))
    model = Model(image, Dense(10, activation="softmax")(hidden))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    begin = time.process_time()
    model.fit(x, y, epochs=epochs, verbose=0, live=live)
    return time.process_time() - begin
"""
EPOCHS, STEPS = 2000, 41


def main(rounds: int = 9) -> None:
    with tempfile.TemporaryDirectory() as cache:
        kernel = Kernel({"NUMBA_CACHE_DIR": cache})
        try:
            warm = "spent(False, 5), spent(True, 5);"
            kernel.run({"setup": SETUP, "warm": warm})
            pairs = [measured(kernel, first=bool(i % 2)) for i in range(rounds)]
        finally:
            kernel.close()
    alone, watched = (statistics.median(times) for times in zip(*pairs))
    steps, ratio = EPOCHS * STEPS / alone, watched / alone
    print(f"fit at {steps:,.0f} steps/s: {ratio:.3f} times the CPU time when it is watched")


def measured(kernel: Kernel, first: bool) -> tuple[float, float]:
    """The CPU seconds of one training without a view, and of one with it, which may come first."""
    code = f"print(spent({first}, {EPOCHS}), spent({not first}, {EPOCHS}))"
    said: list[str] = []

    def hear(message: dict) -> None:
        said.append(message["content"].get("text", ""))

    kernel.client.execute_interactive(code, timeout=600, output_hook=hear)
    one, other = map(float, "".join(said).split())
    return (other, one) if first else (one, other)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
