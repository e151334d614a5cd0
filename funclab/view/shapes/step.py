"""The steps of a walk through shapes, as data, as text, and as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from funclab.view.draw.grid import html_grid
from funclab.view.draw.text import plural
from funclab.view.scene.words import shape_text

TITLES = ("call", "takes", "rule", "axes", "makes", "parameters", "parameters so far")


@dataclass(frozen=True)
class Output:
    """A tensor that a step makes, and where each of its axes comes from."""

    name: str
    shape: tuple[int | None, ...]
    axes: list[dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """One call, or several alike folded into one: what comes in, the rule, what comes out."""

    key: str
    name: str
    detail: str
    node: int
    inputs: list[tuple[str, tuple[int | None, ...]]]
    outputs: list[Output]
    words: str
    parameters: str
    """The weights as arithmetic, or why there are none to add."""
    added: int
    """How many numbers this step adds to the model."""
    total: int = 0
    """How many numbers the model holds up to here; a shared layer's count once."""
    role: str = "call"
    """input, call, again (a layer called before), or fold."""
    known: bool = True
    calls: int = 1

    @property
    def pattern(self) -> tuple[Any, ...]:
        """What two steps have in common when one can stand for both."""
        shapes = [shape for _, shape in self.inputs], [one.shape for one in self.outputs]
        return self.detail, self.role, shapes, self.added


@dataclass
class Steps:
    """The walk through a model's shapes."""

    name: str
    steps: list[Step]
    calls: int
    """How many calls there are, folded or not."""

    @property
    def total(self) -> int:
        """How many numbers all layers hold."""
        return self.steps[-1].total if self.steps else 0

    @property
    def text(self) -> str:
        """The walk as lines of text."""
        return text(self)

    @property
    def table(self) -> str:
        """The walk as an HTML table with a caption and marked headings."""
        return table(self)

    def to_dict(self) -> dict[str, Any]:
        """The walk as data that JSON can hold."""
        return json.loads(json.dumps({**asdict(self), "total": self.total}))

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __getitem__(self, index: int) -> Step:
        return self.steps[index]

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Shape steps of {self.name}: {plural(self.calls, 'call')}>"


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
    rows = [_row(i, step) for i, step in enumerate(walk.steps, 1)]
    return html_grid(f"Shapes of {caption(walk)}", TITLES, rows)


def _row(i: int, step: Step) -> tuple[str, ...]:
    takes = ", ".join(f"{name} {shape_text(shape)}" for name, shape in step.inputs) or "-"
    makes = ", ".join(f"{one.name} {shape_text(one.shape)}" for one in step.outputs)
    axes = " | ".join(axes_text(one.axes) for one in step.outputs)
    call = f"{i}. {step.key} {step.detail}".strip()
    return call, takes, step.words, axes, makes, step.parameters or "-", f"{step.total:,}"
