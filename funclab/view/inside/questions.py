"""What ask mode asks before a face is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.draw.sentences import question, say, signed
from funclab.view.inside.calls import Shown

Looked = tuple[Array, list[str], int]
"""Weights, words, and where padding begins."""
Maps = tuple[int, Array, Sequence[int]]
"""A sample, what a call makes of it, and the channels, from the one that varies most."""


OPTIONS, LARGEST = 4, 25
"""How many maps there are to choose from, and how many numbers the kernel has at most."""


def questions(
    calls: Sequence[Shown],
    attention: Mapping[int, Looked | None],
    maps: Mapping[int, Maps],
) -> dict[str, Any]:
    """The questions by the face and the number of the call that they come before; `attention` has
    the calls with attention, each with what it looks at in the first sample; `maps` those of which
    a kernel makes a map of one channel."""
    found: dict[str, list[Any]] = {}
    for i, call in enumerate(calls):
        kernel = call.recipe.kernel
        if call.recipe.kind == "sum" and kernel is not None:
            found[f"number {i}"] = [_products(call, kernel.shape)]
            if call.recipe.activation == "relu":
                found[f"number {i}"].append(_white(call.path))
    for i, made in maps.items():
        found.get(f"number {i}", []).extend(_which(i, calls[i], made))
    for i, looked in attention.items():
        found[f"weights {i}"] = [_rows(calls[i].path)]
        if looked is not None:
            found[f"weights {i}"] += _word(calls[i].path, *looked)
    return found


def _products(call: Shown, shape: tuple[int, ...]) -> dict[str, Any]:
    """How many products make one number of a convolution or a Dense layer."""
    rows, columns, channels, filters = shape
    right = prod(shape[:3])
    wrong = {rows * columns, right + 1, right * filters, channels} - {right}
    options = sorted([right, *sorted(wrong)[:3]])
    sizes = " × ".join(str(n) for n in shape[:3] if n > 1) or "1"
    return question(
        f"inside products {call.path}",
        say("inside_ask_products", name=call.name),
        [f"{n:,}" for n in options],
        f"{right:,}",
        say("inside_why_products", sizes=sizes, n=right),
    )


def _rows(path: str) -> dict[str, Any]:
    """Whether rows or columns of attention weights sum to 1."""
    options = [say(f"inside_rows_{kind}") for kind in ("rows", "columns", "all")]
    return question(
        f"inside rows {path}", say("inside_ask_rows"), options, options[0], say("inside_why_rows")
    )


def _white(path: str) -> dict[str, Any]:
    """What was there before relu, where a map is empty."""
    options = [say(f"inside_white_{kind}") for kind in ("below", "zero", "above")]
    why = say("inside_why_white")
    return question(f"inside white {path}", say("inside_ask_white"), options, options[0], why)


def reads_one(call: Shown) -> bool:
    """Whether a call makes maps of one channel, with a kernel that can be seen at a glance."""
    kernel, (rows, columns, _) = call.recipe.kernel, call.plane
    if call.recipe.kind != "sum" or kernel is None or min(rows, columns) < 2:
        return False
    window = call.recipe.window
    return kernel.shape[2] == 1 and 1 < prod(kernel.shape[:2]) <= LARGEST and not (
        window.transposed or window.deep
    )  # fmt: skip


def _which(index: int, call: Shown, maps: Maps) -> list[dict[str, Any]]:
    """Which of four maps a kernel makes, that of the channel that varies most. Each is named by
    where it is largest, and how much of it is 0."""
    sample, array, order = maps
    channels: dict[str, int] = {}
    for channel in order:
        if len(channels) < OPTIONS and np.ptp(array[..., channel]) > 0:
            channels.setdefault(_map_name(array[..., channel]), channel)
    if len(channels) < OPTIONS or call.recipe.kernel is None:
        return []
    right, options = next(iter(channels)), sorted(channels)
    kernel = call.recipe.kernel[:, :, 0, channels[right]]
    values = {"name": call.name, "channel": channels[right], "sample": sample}
    rows = ["; ".join(" ".join(signed(v, 2) for v in row) for row in kernel.tolist())]
    shown = {
        "name": say("inside_ask_kernel", rows=rows),
        "kernel": [[float(f"{v:.3g}") for v in row] for row in kernel.tolist()],
    }
    pictures = [{"call": index, "sample": sample, "channel": channels[name]} for name in options]
    return [
        question(
            f"inside map {call.path}", say("inside_ask_map", **values), options, right,
            say("inside_why_map"), pictures=pictures, shown=shown,
        )
    ]  # fmt: skip


def _map_name(array: Array) -> str:
    """A map in words."""
    row, column = np.unravel_index(int(array.argmax()), array.shape)
    values = {"row": int(row), "column": int(column), "largest": f"{array.max():z.2f}"}
    zeros = int(array.size - np.count_nonzero(array))
    return say("inside_map_name", zeros=zeros, all=array.size, **values)


def _word(path: str, weights: Array, words: list[str], end: int) -> list[dict[str, Any]]:
    """At which word the last head looks most, for the second last word."""
    head, query = len(weights) - 1, max(0, end - 2)
    row = weights[head, query]
    order = [words[j] for j in np.argsort(-row, kind="stable")]
    answer, options = order[0], sorted(dict.fromkeys(order[:4]))
    if len(options) < 2:
        return []
    prompt = say("inside_ask_word", head=head, word=words[query])
    why = say("inside_why_word", weight=f"{row.max():.2f}")
    return [question(f"inside word {path}", prompt, options, answer, why)]
