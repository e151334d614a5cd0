"""What ask mode asks before a face is shown."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from funclab.view.draw.sentences import question, say
from funclab.view.inside.calls import Shown


def questions(calls: Sequence[Shown], attention: Sequence[int]) -> dict[str, Any]:
    """The questions by the face and the number of the call that they come before."""
    found: dict[str, Any] = {}
    for i, call in enumerate(calls):
        kernel = call.recipe.kernel
        if call.recipe.kind == "sum" and kernel is not None:
            found[f"number {i}"] = _products(call, kernel.shape)
    return found | {f"weights {i}": _rows(calls[i].path) for i in attention}


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
