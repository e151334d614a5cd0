"""What ask mode asks before a face is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.draw.sentences import question, say
from funclab.view.inside.calls import Shown

Looked = tuple[Array, list[str], int]
"""Weights, words, and where padding begins."""


def questions(calls: Sequence[Shown], attention: Mapping[int, Looked | None]) -> dict[str, Any]:
    """The questions by the face and the number of the call that they come before; `attention` has
    the calls with attention, each with what it looks at in the first sample."""
    found: dict[str, list[Any]] = {}
    for i, call in enumerate(calls):
        kernel = call.recipe.kernel
        if call.recipe.kind == "sum" and kernel is not None:
            found[f"number {i}"] = [_products(call, kernel.shape)]
            if call.recipe.activation == "relu":
                found[f"number {i}"].append(_white(call.path))
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
