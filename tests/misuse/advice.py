"""The suggested fixes for a grid of shapes and targets, in one readable text.

`python -m tests.misuse.advice` writes advice.txt anew; look at what git shows of it. Each fix
is given once, below all cases for which it is suggested.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import permutations, product
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np

from funclab.graph.shape_math import clashes, same
from funclab.layers import advice as merging
from funclab.training.data import advice

WRITTEN = Path(__file__).with_name("advice.txt")
DECLARED = (
    *((None, 1), (None, 3), (None, 12), (None, None, 4), (None, 4, 3), (None, 8, 8, 1)),
    *((None, 8, 8, 3), (None, 3, 8, 6)),
)
DATA = (
    *((), (3,), (6,), (3, 6), (12, 3), (1, 12), (6, 4), (6, 3, 4), (6, 4, 5), (1, 6, 4, 3)),
    *((4, 3), (8, 4), (8, 8), (8, 8, 3), (6, 8, 8), (6, 8, 8, 1), (6, 8, 8, 4), (6, 6, 3, 8)),
    *((6, 8, 6, 3), (6, 7, 7, 3), (6, 2, 6)),
)
MERGED = (
    *((None, 4), (3, 6), (None, 5, 4), (None, 7, 4), (None, 5, 6), (None, None, 4)),
    *((None, 8, 8, 4), (None, 4, 4, 6), (None, 7, 6, 4), (None, None, 8, 4), (None, 8, 4, 4)),
)
OUTPUTS = ((None, 1), (None, 3), (None, 5, 3), (None, 8, 8, 3), (None, 2, 4, 4, 3))
TARGETS: dict[str, Any] = {
    "[]": [], "[0, 1]": [0, 1], "[1, 2]": [1, 2], "[0, 3]": [0, 3], "[-1, 1]": [-1, 1],
    "[[0], [2]]": [[0], [2]], "[0.5, 2]": [0.5, 2], "[[0, 1], [1, 0]]": [[0, 1], [1, 0]],
    "[[0, 0, 1]]": [[0, 0, 1]], "[[1, 1]]": [[1, 1]], "[-3, 5]": [-3, 5], "[0, 255]": [0, 255],
    "[0, 2, 7]": [0, 2, 7], "[7, 9]": [7, 9], "[[0.5, 256]]": [[0.5, 256]],
}  # fmt: skip
LOSSES = ("mse", "categorical_crossentropy", "sparse_categorical_crossentropy")


def of_data() -> Iterator[tuple[str, str]]:
    for declared, shape in product(DECLARED, DATA):
        if not same(declared, shape):
            readers = ("any", "several", "exactly")
            fixes = {reader: advice.for_data(declared, shape, reader) for reader in readers}
            for fix in dict.fromkeys(fixes.values()):
                takes = ", ".join(reader for reader in readers if fixes[reader] == fix)
                yield f"data {shape} for {declared}: {takes}", fix


def of_merging() -> Iterator[tuple[str, str]]:
    for pair in permutations(MERGED, 2):
        a, b = pair
        yield f"sum of {a} and {b}", merging.for_sum(pair)
        yield f"Dot of {a} and {b}", merging.for_dot(a, b)
        for axis in (-1, 0, 1):
            if len(a) != len(b) or set(clashes(a, b)) - {axis % len(a)}:
                yield f"Concatenate of {a} and {b}, axis {axis}", merging.for_join(pair, axis)
    three = ((None, 4, 4, 4), (None, 4, 4, 4), (None, 8, 8, 4))
    for shapes in (*permutations(three), MERGED[:1] * 7 + MERGED[1:2]):
        yield f"sum of {', '.join(map(str, shapes))}", merging.for_sum(shapes)


def of_targets() -> Iterator[tuple[str, str]]:
    for title, values in TARGETS.items():
        y = np.array(values)
        for shape, loss in product(OUTPUTS, LOSSES):
            for more in ((), ("words",), ("", "after")) if len(shape) > 2 else ((),):
                fix = advice.for_target("output", shape, y, loss, *more)
                yield " ".join((f"{loss} of {title} for {shape}", *more)), fix
        if y.size:
            low, high = float(y.min()), float(y.max())
            yield f"range of {title}", advice.for_range("output", low, high, y)
        if y.size and y.dtype.kind == "i":
            for classes in (1, 2, 3):
                fix = advice.for_classes("output", classes, y)
                yield f"{title} for {classes} classes", fix


def of_kinds() -> Iterator[tuple[str, str]]:
    days = np.array(["2024-01-01"], "datetime64[D]")
    odd: tuple[Any, ...] = ([1j], "x", ["1", "2.5"], ["a", "b"], days, days - days, [{}])
    for array in map(np.array, odd):
        yield f"array of {array.dtype}", advice.for_kind("x", array)


def of_orders() -> Iterator[tuple[str, str]]:
    for count in (1, 2, 3):
        for bits in product((False, True), repeat=count * count):
            order = advice.order_of(np.reshape(bits, (count, count)).tolist())
            if order:
                names = ("a", "b", "c")[:count]
                fixes = (advice.for_swapped("x", names, order, by_key) for by_key in (False, True))
                yield f"order {''.join('01'[bit] for bit in bits)}", " ".join(fixes)
    for count in (6, 7):
        turned = np.roll(np.eye(count, dtype=bool), 1, 0).tolist()
        yield f"{count} parts", str(advice.order_of(turned))


def text(rows: Callable[[], Iterator[tuple[str, str]]]) -> str:
    """Each fix, below the rows for which it is suggested."""
    said: defaultdict[str, list[str]] = defaultdict(list)
    for row, fix in rows():
        said[fix].append(row)
    return "\n".join(f"{fill('; '.join(rows), 99)}\n    {fix}" for fix, rows in said.items())


def written() -> str:
    return "\n".join(map(text, (of_data, of_merging, of_targets, of_kinds, of_orders))) + "\n"


if __name__ == "__main__":
    WRITTEN.write_text(written(), "utf-8")
