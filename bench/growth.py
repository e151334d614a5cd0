"""How the time of a training step grows: with the batch, the width, the depth and the sequence.

    python -m bench.growth                     a table, and build/growth.svg
    python -m bench.growth width depth         only these

Where time doubles with the work, the curve is straight on these logarithmic axes. The reason for
any deviation is written below the curve.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import funclab
from bench.workloads import one_hot, perceptron, values, yes_or_no
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import MARKS, area, mark_path, polyline
from funclab.view.draw.picture import Picture

ROUNDS, LONGEST = 5, 1.0
"""How often a step is timed, in as many steps as fit into so many seconds."""


@dataclass(frozen=True)
class Growth:
    """What grows, and how far: `make` gives a model, a batch and makers of data for a size."""

    title: str
    sizes: list[int]
    make: Callable[[int], tuple[Any, int, Any, Any]]
    reason: str
    """Why the curve is not straight all the way."""


def mlp(width: int, batch: int) -> tuple[Any, int, Any, Any]:
    model = perceptron(funclab, width)
    model.compile("rmsprop", "categorical_crossentropy")
    return model, batch, values(784), one_hot(10)


def chain(depth: int) -> tuple[Any, int, Any, Any]:
    x = y = funclab.Input((64,))
    for _ in range(depth):
        y = funclab.layers.Dense(64, activation="relu")(y)
    model = funclab.Model(x, funclab.layers.Dense(10, activation="softmax")(y))
    model.compile("rmsprop", "categorical_crossentropy")
    return model, 32, values(64), one_hot(10)


def recurrent(steps: int) -> tuple[Any, int, Any, Any]:
    x = funclab.Input((steps, 16))
    y = funclab.layers.Dense(1, activation="sigmoid")(funclab.layers.LSTM(64)(x))
    model = funclab.Model(x, y)
    model.compile("rmsprop", "binary_crossentropy")
    return model, 32, values(steps, 16), yes_or_no


GROWTHS = {
    "batch": Growth(
        "samples in a batch (784-64-64-10)", [1, 4, 16, 64, 256, 1024, 4096],
        lambda batch: mlp(64, batch),
        "Calls and the update of the weights do not grow, and weigh most below 64 samples; from "
        "some thousand on, the samples no longer fit into the processor's cache.",
    ),
    "width": Growth(
        "units in a layer (784-n-n-10, batch 32)", [16, 64, 256, 1024, 4096],
        lambda width: mlp(width, 32),
        "The weights between the two layers grow with the square, so the curve becomes steeper "
        "than a straight one where they are most of the work; below 64 units, calls are.",
    ),
    "depth": Growth(
        "layers in a chain (Dense(64), batch 32)", [1, 4, 16, 64, 256, 1024],
        chain,
        "Loss, metrics and gathering weigh most until a few layers are there; from some hundred "
        "on, weights, gradients and what the optimizer keeps no longer fit into the cache.",
    ),
    "steps": Growth(
        "steps of a sequence (LSTM(64), batch 32)", [4, 16, 64, 256, 1024],
        recurrent,
        "Every step costs the same, once the few calls around them no longer count.",
    ),
}  # fmt: skip


def microseconds(growth: Growth, size: int) -> float:
    """The least time of a training step."""
    model, batch, x, y = growth.make(size)
    random = np.random.default_rng(0)
    data = x(random, batch), y(random, batch)
    model.train_on_batch(*data)
    best, end = math.inf, time.perf_counter() + LONGEST
    while best == math.inf or time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(ROUNDS):
            model.train_on_batch(*data)
        best = min(best, (time.perf_counter() - start) / ROUNDS)
    return best * 1e6


@dataclass(repr=False)
class Curves(Picture):
    """Curves on axes that are both logarithmic, each with its reason under it."""

    times: dict[str, list[float]]
    title = "Time of a training step, as models and data grow"
    look: str = "auto"

    @property
    def description(self) -> str:
        return " ".join(f"{GROWTHS[name].title}: {GROWTHS[name].reason}" for name in self.times)

    @property
    def grid(self) -> Any:
        rows = [
            (name, f"{size:,}", f"{time:,.0f}", f"{exponent:.2f}")
            for name, times in self.times.items()
            for size, time, exponent in zip(GROWTHS[name].sizes, times, exponents(name, times))
        ]
        return ("what grows", "size", "us a step", "exponent"), rows

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        canvas.text_line(14 + 26j, self.title, Font(16, bold=True))
        y = 50.0
        for name, times in self.times.items():
            y = self._draw_one(canvas, GROWTHS[name], times, y) + 34
        return 660, y

    def _draw_one(self, canvas: Canvas, growth: Growth, times: list[float], top: float) -> float:
        width, height, left = 560, 150, 70
        canvas.text_line(complex(14, top + 12), growth.title, Font(13, bold=True))
        frame = area(complex(left, top + 24), width, height)
        canvas.rect(frame, Paint("plain", "rim"))
        logs = [[math.log(value) for value in column] for column in (growth.sizes, times)]

        def place(i: int) -> complex:
            right, up = (
                (column[i] - min(column)) / ((max(column) - min(column)) or 1) for column in logs
            )
            spot = complex(10 + right * (width - 20), 10 + (1 - up) * (height - 20))
            return frame.corner + spot

        points = [place(i) for i in range(len(times))]
        canvas.path(polyline(points), Paint("", "input", 2))
        for point, size, each in zip(points, growth.sizes, times):
            canvas.path(mark_path(MARKS[1], point, 3), Paint("input"))
            canvas.text_line(complex(point.real, top + height + 38), f"{size:,}", SMALL)
            canvas.text_line(point - 8j, f"{each:,.0f}", SMALL)
        text = complex(left, top + height + 56)
        return canvas.prose(text, [growth.reason], width, Font(12, "soft"))


SMALL = Font(11, "soft", anchor="middle")


def exponents(name: str, times: list[float]) -> list[float]:
    """How time grows from each size to the next: 0 not at all, 1 as the size, 2 as its square."""
    sizes = GROWTHS[name].sizes
    steps = zip(sizes, sizes[1:], times, times[1:])
    return [math.nan, *(math.log(t2 / t1) / math.log(n2 / n1) for n1, n2, t1, t2 in steps)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", default=list(GROWTHS), help=", ".join(GROWTHS))
    parser.add_argument("--to", type=Path, default=Path("build/growth.svg"))
    options = parser.parse_args()
    times = {
        name: [microseconds(GROWTHS[name], size) for size in GROWTHS[name].sizes]
        for name in options.names
    }
    curves = Curves(times)
    options.to.parent.mkdir(parents=True, exist_ok=True)
    curves.save(options.to)
    print(curves.text)
    for name in options.names:
        print(f"\n{name}: {GROWTHS[name].reason}")
    print(f"\n{options.to} is written.", file=sys.stderr)


if __name__ == "__main__":
    main()
