"""The walk through the shapes as a picture, as text and as a table: a row for each call."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from funclab.errors.words import plural
from funclab.graph.shape_math import Shape, show
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import area
from funclab.view.draw.picture import Picture, html_grid
from funclab.view.draw.text import folded_lines, prose, shorten, text_width
from funclab.view.shapes.failure import Failure
from funclab.view.shapes.step import Step

TITLES = ("call", "takes", "rule", "axes", "makes", "parameters", "parameters so far")
LEFT, INDENT, RIGHT, WIDTH = 14, 32, 232, 664
"""Where names, details and shapes begin, and the width of a row: it fits a projector's window."""
BLOCK, BLOCK_LINE, LINE = 28, 36, 17
MONO, NAME, SMALL, WORDS = Font(12, mono=True), Font(14, bold=True), Font(12, "soft"), Font(13)
RED, RED_NAME = Font(13, "fault", bold=True), Font(14, "fault", bold=True)
LEGEND = "The dashed block is the batch: any number of samples, so it has no length of its own."
LONGEST_NAME, MOST_NAMES, MOST_SHAPES = 27, 8, 8
Line = tuple[str, Font]
Marked = tuple[Shape, Sequence[int]]
"""A shape, and its axes at fault."""


@dataclass(repr=False)
class Row(Picture):
    """A call: its name, the names of its inputs, the shapes in and out, and the explanation."""

    title: str
    name: Line
    names: list[Line]
    inputs: list[Marked]
    outputs: list[Marked]
    told: list[Line]

    @property
    def description(self) -> str:
        return " ".join(text for text, _ in self.told)

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        canvas.open(self.title, "step")
        _draw_lines(canvas, complex(LEFT, 22), [_fitted(self.name, RIGHT - LEFT)])
        names = [_fitted(line, RIGHT - INDENT) for line in self.names]
        _draw_lines(canvas, complex(INDENT, 40), names)
        bottom = self._draw_shapes(canvas)
        _draw_lines(canvas, complex(RIGHT, bottom + 18), self.told)
        canvas.close()
        return WIDTH, max(bottom + LINE * len(self.told), 24 + LINE * len(self.names)) + 14

    def _draw_shapes(self, canvas: Canvas) -> float:
        """Draw inputs → outputs, on several lines if necessary; returns where they end."""
        start = complex(RIGHT, 6)
        for shapes in (self.inputs, self.outputs):
            for i, (shape, bad) in enumerate(shapes[:MOST_SHAPES]):
                arrow = 24 if shapes is self.outputs and self.inputs and i == 0 else 0
                width = arrow + sum(map(_block_width, shape)) + 12
                if start.real + width > WIDTH and start.real > RIGHT:
                    start = complex(RIGHT, start.imag + BLOCK_LINE)
                if arrow:
                    canvas.text_line(start + 19j, "→", NAME)
                draw_shape(canvas, shape, start + arrow, bad)
                start += width
            if len(shapes) > MOST_SHAPES:
                canvas.text_line(start + 19j, f"and {len(shapes) - MOST_SHAPES} more", SMALL)
                start += 80
        return start.imag + BLOCK


def _block_width(length: int | None) -> float:
    return max(BLOCK, text_width(_block_text(length), 12, mono=True) + 14) + 5


def _block_text(length: int | None) -> str:
    return "?" if length is None else str(length)


def draw_shape(canvas: Canvas, shape: Shape, start: complex, bad: Sequence[int] = ()) -> None:
    """A shape as blocks: the batch is dashed and has no number, an axis at fault is red."""
    lengths = ["any" if length is None else str(length) for length in shape[1:]]
    canvas.open(" by ".join(["batch", *lengths]), "shape")
    for axis, length in enumerate(shape):
        batch, width = axis == 0, _block_width(length)
        colour = "fault" if axis in bad else "line" if batch else "ink"
        paint = Paint("paper", colour, 2.5 if axis in bad else 1.3, "4 3" * batch)
        canvas.rect(area(start, width - 5, BLOCK), paint)
        canvas.open("batch" if batch else f"axis {axis}", "batch" * batch)
        font = Font(12, "fault" if axis in bad else "ink", mono=True, anchor="middle")
        text = "" if batch else _block_text(length)
        canvas.text_line(start + complex(width / 2 - 2.5, 19), text, font)
        canvas.close()
        start += width
    canvas.close()


def _fitted(line: Line, room: float) -> Line:
    """A line, with its middle left out if it is wider than the room for it."""
    text, font = line

    def too_wide(length: int) -> bool:
        short = shorten(text, length)
        return text_width(short, font.size, font.bold, font.mono) > room - 8

    if not too_wide(len(text)):
        return line
    return shorten(text, bisect_left(range(len(text)), True, 4, key=too_wide) - 1), font


def _draw_lines(canvas: Canvas, start: complex, lines: Sequence[Line]) -> None:
    for i, (text, font) in enumerate(lines):
        canvas.text_line(start + LINE * i * 1j, text, font)


@dataclass(repr=False)
class Steps(Picture):
    """The walk through a model's shapes, which may end at a failed call."""

    name: str
    steps: list[Step]
    calls: int
    """How many nodes there are, folded or not: inputs, calls of layers, and ops."""
    failure: Failure | None = None
    look: str = "auto"

    @property
    def title(self) -> str:
        return f"Shapes of {self.name}"

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, index: int) -> Step:
        return self.steps[index]

    @property
    def total(self) -> int:
        """How many numbers all layers hold."""
        return self.steps[-1].total if self.steps else 0

    @property
    def caption(self) -> str:
        return f"{self.name}: {plural(self.calls, 'node')}, {plural(self.total, 'parameter')}"

    @property
    def text(self) -> str:
        """Each step as a few lines, the total of the weights, and the failed call."""
        lines = [self.caption, ""] if self.steps else []
        width = len(str(len(self.steps)))
        for i, step in enumerate(self.steps, 1):
            lines += _text_lines(step, f"{i:>{width}}. ")
        if self.total:
            total = plural(self.total, "parameter")
            lines += ["", f"In all {total}; what is shared counts once."]
        if self.failure:
            lines += [""] * bool(lines) + [str(self.failure)]
        return "\n".join(lines)

    @property
    def description(self) -> str:
        end = [f"The walk ends: {self.failure.what}"] if self.failure else []
        return " ".join([*(f"{step.key}: {step.words}" for step in self.steps), *end])

    @property
    def table(self) -> str:
        """The walk as an HTML table with a caption and marked headings."""
        cells = [_cells(i, step) for i, step in enumerate(self.steps, 1)]
        return html_grid(f"Shapes of {self.caption}", TITLES, cells)

    @property
    def rows(self) -> list[Row]:
        """A picture for each step, and one for the call that failed."""
        rows = [_step_row(number, step) for number, step in enumerate(self.steps, 1)]
        return [*rows, *([_failure_row(self.failure)] if self.failure else [])]

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        y = 38.0
        canvas.text_line(complex(LEFT, 26), self.title, Font(16, bold=True))
        for row in self.rows:
            canvas.shift(y * 1j)
            y += row.draw(canvas)[1]
            canvas.close()
        canvas.text_line(complex(LEFT, y + 14), LEGEND, SMALL)
        return WIDTH, y + 28


def _text_lines(step: Step, number: str) -> Iterator[str]:
    margin = " " * len(number)
    yield f"{number}{step.key}{f'  {step.detail}' if step.detail else ''}"
    yield f"{margin}{step.words}"
    if step.inputs:
        yield f"{margin}takes   {', '.join(f'{name} {show(s)}' for name, s in step.inputs)}"
    for output in step.outputs:
        yield f"{margin}makes   {output.name} {show(output.shape)}"
        if step.role in ("input", "call"):
            yield f"{margin}        {output.text}"
    if step.parameters:
        yield f"{margin}{step.weights}"


def _cells(i: int, step: Step) -> tuple[str, ...]:
    takes = ", ".join(f"{name} {show(shape)}" for name, shape in step.inputs) or "-"
    makes = ", ".join(f"{output.name} {show(output.shape)}" for output in step.outputs)
    axes = " | ".join(output.text for output in step.outputs)
    call = f"{i}. {step.key} {step.detail}".strip()
    return call, takes, step.words, axes, makes, step.parameters or "-", f"{step.total:,}"


def _step_row(number: int, step: Step) -> Row:
    told = [(step.words, WORDS)]
    for output in step.outputs[:1]:
        axes = [axis for axis in output.axes if not axis.batch][:4]
        told += [(f"axis {axis.label}: {axis.text}", MONO) for axis in axes]
    told += [(step.weights, MONO)] if step.parameters else []
    return Row(
        f"step {number}, {step.key}: {step.words}",
        (f"{number}. {step.key}", NAME),
        [(step.detail, SMALL), *_named(step.inputs)],
        [(shape, ()) for _, shape in step.inputs],
        [(output.shape, ()) for output in step.outputs],
        _folded(told),
    )


def _failure_row(failure: Failure) -> Row:
    """The failed call, its inputs with the axes at fault, and the error's what, why and fix."""
    wanted = [(f"It wants {failure.wanted}.", WORDS)] if failure.wanted else []
    texts = [*wanted, (failure.what, RED)]
    texts += [(f"Why: {failure.why}", WORDS), (f"Fix: {failure.fix}", WORDS)]
    return Row(
        f"{failure.name} fails: {failure.what}",
        (f"✗ {failure.name}", RED_NAME),
        [(failure.detail, SMALL), *_named(failure.inputs)],
        [(shape, failure.bad_axes(i)) for i, (_, shape) in enumerate(failure.inputs)],
        [],
        _folded(texts),
    )


def _folded(texts: list[Line]) -> list[Line]:
    """The texts wrapped to fit beside the names; bold letters take more room."""
    room = WIDTH - RIGHT - LEFT
    return [
        (line, font)
        for text, font in texts
        for line in folded_lines(prose(text), room / (1.13 if font.bold else 1), 13)
    ]


def _named(inputs: list[tuple[str, Shape]]) -> list[Line]:
    """The tensors that a call was given: on one line, or one on each line if that is too long."""
    names = [name for name, _ in inputs]
    line = f"from {', '.join(names)}"
    if len(line) <= LONGEST_NAME:
        return [(line, MONO)] if names else []
    shown = names[: MOST_NAMES - 1] if len(names) > MOST_NAMES else names
    more = [f"and {len(names) - len(shown)} more"] if len(names) > len(shown) else []
    return [(text, MONO) for text in ("from", *shown, *more)]
