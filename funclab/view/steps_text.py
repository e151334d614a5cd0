"""A walk through shapes as text, and as a table for browsers and screen readers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from funclab.view.canvas import shown
from funclab.view.words import plural, shape_text

if TYPE_CHECKING:
    from funclab.view.steps import Step, Steps

TITLES = ("step", "call", "takes", "rule", "axes", "makes", "parameters", "parameters so far")


def caption(walk: Steps) -> str:
    return f"{walk.name}: {plural(walk.calls, 'call')}, {plural(walk.total, 'parameter')}"


def text(walk: Steps) -> str:
    """Each step as a few lines, and the sum of the weights at the end."""
    lines = [caption(walk), ""]
    width = len(str(len(walk.steps)))
    for i, step in enumerate(walk.steps):
        lines += _lines(step, f"{i + 1:>{width}}. ")
    if walk.total:
        lines += [
            "",
            f"In all {plural(walk.total, 'parameter')}; what is shared counts once.",
        ]
    return "\n".join(lines)


def _lines(step: Step, number: str) -> Iterator[str]:
    margin = " " * len(number)
    yield f"{number}{step.key}{f'  {step.detail}' if step.detail else ''}"
    yield f"{margin}{step.words}"
    if step.inputs:
        yield f"{margin}takes   {', '.join(f'{name} {shape_text(s)}' for name, s in step.inputs)}"
    for output in step.outputs:
        yield f"{margin}makes   {output.name} {shape_text(output.shape)}"
        if step.role in ("input", "call"):
            yield f"{margin}        {axes_text(output.axes)}"
    if step.parameters:
        so_far = f"; {step.total:,} so far" if step.added else ""
        yield f"{margin}weights {step.parameters}{so_far}"


def axes_text(axes: list[dict[str, Any]]) -> str:
    """`batch: any number of samples; 1: units = 64`"""
    return "; ".join(f"{axis['label']}: {axis['text']}" for axis in axes) or "a single number"


def table(walk: Steps) -> str:
    """One row for each step; every cell that others wrote is escaped."""
    heads = "".join(f'<th scope="col">{title}</th>' for title in TITLES)
    rows = "".join(_row(i, step) for i, step in enumerate(walk.steps))
    return (
        f'<table class="funclab-table"><caption>Shapes of {shown(caption(walk))}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(i: int, step: Step) -> str:
    takes = ", ".join(f"{name} {shape_text(shape)}" for name, shape in step.inputs) or "-"
    makes = ", ".join(f"{one.name} {shape_text(one.shape)}" for one in step.outputs)
    axes = " | ".join(axes_text(one.axes) for one in step.outputs)
    cells = [takes, step.words, axes, makes, step.parameters or "-", f"{step.total:,}"]
    call = f"{step.key} {step.detail}".strip()
    rest = "".join(f"<td>{shown(cell)}</td>" for cell in cells)
    return f'<tr><td>{i + 1}</td><th scope="row">{shown(call)}</th>{rest}</tr>'
