"""One process that measures one workload with one library.

python -m bench.worker funclab mlp
    builds, warms up, then reads commands (fit, train_on_batch, predict, memory), one a line,
    and answers each with a line of JSON
python -m bench.worker --start funclab
    import, build and first fit of the guide's MLP, then the end
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.workloads import WORKLOADS, Workload, first

PREDICTIONS = 50
FIRST_STEPS = 20


class Bench:
    """A built and warm model; each method is one round of one measurement, in microseconds."""

    def __init__(self, keras: Any, workload: Workload) -> None:
        self.workload = workload
        self.x, self.y = workload.data()
        self.batch = first(self.x, workload.batch), first(self.y, workload.batch)
        self.sample = first(self.x, 1)
        self.model = workload.build(keras)

    def warm(self) -> None:
        self.model.fit(*self.batch, batch_size=self.workload.batch, verbose=0)
        for measure in (self.fit, self.train_on_batch, self.predict):
            measure()

    def fit(self) -> float:
        """Per training step, inside fit: gathering of shuffled batches and metrics included."""
        options = {"batch_size": self.workload.batch, "epochs": 1, "verbose": 0}
        start = time.perf_counter()
        self.model.fit(self.x, self.y, **options)
        return microseconds(start) / self.workload.steps

    def train_on_batch(self) -> float:
        """Per call, on one batch over and over."""
        start = time.perf_counter()
        for _ in range(self.workload.steps):
            self.model.train_on_batch(*self.batch)
        return microseconds(start) / self.workload.steps

    def predict(self) -> float:
        """Median of many calls, each of one sample."""
        return statistics.median(self.predict_once() for _ in range(PREDICTIONS))

    def predict_once(self) -> float:
        start = time.perf_counter()
        self.model.predict(self.sample, verbose=0)
        return microseconds(start)

    def memory(self) -> float:
        """The peak of this process so far, data included, in megabytes."""
        return peak_memory()


def microseconds(start: float) -> float:
    return (time.perf_counter() - start) * 1e6


def peak_memory() -> float:
    """Read from /proc on Linux, as ru_maxrss there counts what the parent held when it forked."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(text for text in status.read_text().splitlines() if "VmHWM" in text)
        return int(line.split()[1]) / 1024
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset / 2**20
    import resource

    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def serve(module: str, name: str) -> None:
    sys.setrecursionlimit(100_000)  # Keras goes through a graph in calls of calls
    bench = Bench(import_module(module), WORKLOADS[name])
    bench.warm()
    answer("ready")
    for line in sys.stdin:
        measure: Callable[[], float] = getattr(bench, line.strip())
        answer(measure())


def start(module: str) -> None:
    """Seconds from a bare interpreter to a fitted model, step by step."""
    clock = [time.perf_counter()]

    def lap() -> float:
        clock.append(time.perf_counter())
        return clock[-1] - clock[-2]

    workload = WORKLOADS["mlp"]
    x, y = workload.data(FIRST_STEPS)
    lap()
    keras = import_module(module)
    seconds = {"import": lap()}
    model = workload.build(keras)
    seconds["build"] = lap()
    model.fit(x, y, batch_size=workload.batch, epochs=1, verbose=0)
    seconds["first fit"] = lap()
    answer(seconds)


def answer(value: Any) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--start":
        start(sys.argv[2])
    else:
        serve(*sys.argv[1:])
