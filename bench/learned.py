"""How soon views of trained models are there, on models of the lessons: `python -m bench.learned`.

Prints medians of five, in milliseconds of processor time and by the clock, of making a view and of
all that a notebook is given when it is displayed; how many kilobytes it stores; and the load of the
machine. Wanted: 500 by the clock, on two idle cores.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import funclab
from funclab.teach import catch_up

REPEATED = 5


def names_of(lesson: int) -> dict[str, Any]:
    """What a lesson has defined at its end."""
    names: dict[str, Any] = {}
    catch_up(lesson, names=names)
    return names


def views() -> dict[str, Callable[[], Any]]:
    """Each view, on the lesson's model that it is used with."""
    three, four, seven, eight, nine = map(names_of, (3, 4, 7, 8, 9))
    reader, images, digits = seven["reader"], seven["sheet"](seven["x_test"]), seven["y_test"]
    birds = four["trio"], four["x_test"], four["y_test"]
    points, words = three["points"], eight["headlines"].WORDS
    return {
        "inside": lambda: funclab.inside(reader, images, digits),
        "one number": lambda: funclab.inside(reader, images, digits, face="number"),
        "attention": lambda: funclab.attention(nine["attention"].model, *nine["data"]),
        "whatif": lambda: funclab.whatif(reader, images, digits),
        "drawing": lambda: funclab.whatif(reader, images, digits, face="change"),
        "whatif, a table": lambda: funclab.whatif(*birds, face="change"),
        "mistakes": lambda: funclab.mistakes(reader, images, digits),
        "embedding": lambda: funclab.embedding(reader, images, digits),
        "embedding, words": lambda: funclab.embedding(
            eight["in_order"].model.layers[1], tokens=words
        ),
        "landscape": lambda: funclab.landscape(three["run"], points, 3 * points + 1),
    }


def measured(make: Callable[[], Any]) -> tuple[float, float, float]:
    """Processor time and time in milliseconds, and kilobytes that are stored."""
    spent, taken, size = [], [], 0
    for _ in range(REPEATED):
        spent.append(-time.process_time())
        taken.append(-time.perf_counter())
        view = make()
        bundle = view._repr_mimebundle_()
        spent[-1] += time.process_time()
        taken[-1] += time.perf_counter()
        size = len(str(bundle[1]))
        view.close()
    return statistics.median(spent) * 1000, statistics.median(taken) * 1000, size / 1000


if __name__ == "__main__":
    for name, make in views().items():
        spent, taken, size = measured(make)
        load = os.getloadavg()[0]
        print(
            f"{spent:6.0f} ms {taken:6.0f} ms {size:5.0f} kB  load {load:4.1f}  {name}", flush=True
        )
