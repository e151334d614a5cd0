"""The walk through the shapes as a picture, as text and as a table: a row for each call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from funclab.errors.words import plural
from funclab.graph.shape_math import Shape
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import area
from funclab.view.draw.picture import Picture, html_grid
from funclab.view.draw.sentences import few, say
from funclab.view.draw.text import narrowed, prose, text_width
from funclab.view.shapes.failure import Failure
from funclab.view.shapes.figure import Blocks
from funclab.view.shapes.lengths import draw_lengths, measured
from funclab.view.shapes.step import Step

TITLES = ("call", "takes", "rule", "axes", "makes", "parameters", "parameters so far")
WIDTH, LEFT, INDENT, RIGHT = 636, 16, 44, 256
"""How wide the picture is; where numbers, names and sentences begin."""
EDGE, READS, RULE = 2, 334, 418
BLOCK, BLOCK_LINE, LINE = 28, 36, 17
BLOCKS_HIGH, BLOCKS_LARGEST, ARROW = 92, 48, 52
MONO, NAME, SMALL, WORDS = Font(12, mono=True), Font(15, bold=True), Font(12, "soft"), Font(13)
RED, RED_NAME = Font(13, "fault", bold=True), Font(15, "fault", bold=True)
LONGEST_NAME, MOST_NAMES, MOST_SHAPES = 27, 8, 8
Line = tuple[str, Font]


@dataclass(repr=False)
class StepRow(Picture):
    """A step in a list: its call and its blocks, its sentence, its axes, and its weights."""

    number: int
    step: Step

    @property
    def title(self) -> str:
        return f"step {self.number}, {self.step.key}: {self.step.words}"

    @property
    def description(self) -> str:
        return self.step.words

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        step = self.step
        canvas.open(self.title, "step")
        canvas.circle(complex(LEFT + 10, 18), 10, Paint("rule"))
        number = Font(11, bold=True, anchor="middle")
        canvas.text_line(complex(LEFT + 10, 22), str(self.number), number)
        names = [(step.key, NAME), (step.detail, SMALL), *_named(step.inputs)]
        y = _draw_lines(canvas, complex(INDENT, 23), names, RIGHT - INDENT - 8)
        canvas.shift(y * 1j)
        Blocks(step, BLOCKS_LARGEST, ARROW).draw(canvas, RIGHT - 16, BLOCKS_HIGH)
        canvas.close()
        below = canvas.prose(complex(RIGHT, 23), [prose(step.words)], WIDTH - RIGHT, WORDS)
        below = self._axes(canvas, below + 6)
        below = _draw_lines(canvas, complex(RIGHT, below), self._weights())
        bottom = max(y + BLOCKS_HIGH, below) + 4
        canvas.rect(area(bottom * 1j, WIDTH, 1), Paint("rule"))
        canvas.close()
        return WIDTH, bottom + 2

    def _weights(self) -> list[Line]:
        step = self.step
        wide = text_width(step.weights, 12, mono=True) > WIDTH - RIGHT
        told = step.weights.split("; ") if wide else [step.weights]
        lines = [*step.makes[1:5], *(told if step.parameters else [])]
        return [(line, MONO) for line in lines]

    def _axes(self, canvas: Canvas, y: float) -> float:
        """The axes as lines of a table; returns where the next line would be."""
        for row in self.step.table:
            canvas.text_line(complex(RIGHT, y), row.name, Font(12, "label"))
            free = row.batch and row.makes == "None"
            canvas.open(row.name, "batch" * free)
            reads = row.reads if text_width(row.reads, 12, mono=True) < RULE - READS else "…"
            canvas.text_line(complex(READS, y), reads, MONO)
            makes = Font(12, bold=True, mono=True, anchor="end")
            canvas.text_line(complex(WIDTH - 2, y), row.makes, makes)
            canvas.close()
            size = 12 if len(row.rule) < 34 else 11
            canvas.text_line(complex(RULE, y), row.rule, Font(size, "soft", mono=size == 12))
            y += LINE + 1
        return y


@dataclass(repr=False)
class FailedRow(Picture):
    """The call that failed: its inputs with the axes at fault, and the error's what, why and
    fix. A `brief` one has the inputs only, for a page, on which words wrap as its width wants."""

    failure: Failure
    brief: bool = False

    @property
    def title(self) -> str:
        return f"{self.failure.name} fails: {self.failure.what}"

    @property
    def description(self) -> str:
        return " ".join(text for text, _ in self._told)

    @property
    def sentences(self) -> list[str]:
        """What was wrong; what is wanted, where that is known; why, and the fix."""
        failure = self.failure
        wanted = [f"It wants {failure.wanted}."] if failure.wanted else []
        told = [failure.what, *wanted, f"Why: {failure.why}", f"Fix: {failure.fix}"]
        return list(map(prose, told))

    @property
    def _told(self) -> list[Line]:
        """The sentences, what is wanted first."""
        what, *others = self.sentences
        told = [(what, RED), *((text, WORDS) for text in others)]
        return [told[1], told[0], *told[2:]] if self.failure.wanted else told

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        failure = self.failure
        canvas.open(self.title, "step")
        if self.brief:
            bottom = self._draw_inputs(canvas, EDGE)
            canvas.close()
            return EDGE + WIDTH - RIGHT, bottom + 4
        canvas.text_line(complex(LEFT + 5, 23), "✕", RED_NAME)
        names = [(failure.name, RED_NAME), (failure.detail, SMALL), *_named(failure.inputs)]
        left = _draw_lines(canvas, complex(INDENT, 23), names, RIGHT - INDENT - 8)
        bottom = self._draw_inputs(canvas, RIGHT)
        below = bottom + 22
        for text, font in self._told:
            below = canvas.prose(complex(RIGHT, below), [text], WIDTH - RIGHT, font)
        canvas.close()
        return WIDTH, max(left, below)

    def _draw_inputs(self, canvas: Canvas, left: float) -> float:
        """Draw the shapes, on several lines if necessary, and the lengths at fault; returns where
        they end."""
        start = complex(left, 6)
        shapes = [shape for _, shape in self.failure.inputs]
        for i, shape in enumerate(shapes[:MOST_SHAPES]):
            width = sum(map(_block_width, shape)) + 12
            if start.real + width > left + WIDTH - RIGHT and start.real > left:
                start = complex(left, start.imag + BLOCK_LINE)
            draw_shape(canvas, shape, start, self.failure.bad_axes(i))
            start += width
        if len(shapes) > MOST_SHAPES:
            more = say("shapes_more", n=len(shapes) - MOST_SHAPES)
            canvas.text_line(start + 19j, more, SMALL)
        bottom, rows = start.imag + BLOCK, measured(self.failure)
        if rows:
            bottom += draw_lengths(canvas, complex(left, bottom + 12), rows)[1] + 8
        return bottom


def _block_width(length: int | None) -> float:
    return max(BLOCK, text_width(_block_text(length), 12, mono=True) + 14) + 5


def _block_text(length: int | None) -> str:
    return "?" if length is None else str(length)


def draw_shape(canvas: Canvas, shape: Shape, start: complex, bad: Sequence[int]) -> None:
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


def _draw_lines(canvas: Canvas, start: complex, lines: Sequence[Line], room: float = inf) -> float:
    """Draw lines that are not empty, without their middle if they are wider than the room for them;
    returns where the next line would be."""
    for text, font in lines:
        if text:
            canvas.text_line(start, narrowed(text, room, font.size, font.bold, font.mono), font)
            start += LINE * 1j
    return start.imag


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
    def rows(self) -> list[Picture]:
        """A picture for each step, and one for the call that failed."""
        rows = [StepRow(number, step) for number, step in enumerate(self.steps, 1)]
        return [*rows, *([FailedRow(self.failure)] if self.failure else [])]

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        y = 44.0
        canvas.text_line(complex(LEFT, 24), self.title, NAME)
        for row in self.rows:
            canvas.shift(y * 1j)
            y += row.draw(canvas)[1]
            canvas.close()
        canvas.text_line(complex(LEFT, y + 18), say("shapes_any_batch"), SMALL)
        return WIDTH, y + 32


def _text_lines(step: Step, number: str) -> Iterator[str]:
    margin = " " * len(number)
    yield f"{number}{step.key}{f'  {step.detail}' if step.detail else ''}"
    yield f"{margin}{step.words}"
    if step.inputs:
        yield f"{margin}takes   {', '.join(step.takes)}"
    for output, made in zip(step.outputs, step.makes):
        yield f"{margin}makes   {made}"
        if step.role in ("input", "call"):
            yield f"{margin}        {output.text}"
    if step.parameters:
        yield f"{margin}{step.weights}"


def _cells(i: int, step: Step) -> tuple[str, ...]:
    takes, makes = ", ".join(step.takes) or "-", ", ".join(step.makes)
    axes = " | ".join(output.text for output in step.outputs)
    call = f"{i}. {step.key} {step.detail}".strip()
    return call, takes, step.words, axes, makes, step.parameters or "-", f"{step.total:,}"


def _named(inputs: list[tuple[str, Shape]]) -> list[Line]:
    """The tensors that a call was given: on one line, or one on each line if that is too long."""
    names = [name for name, _ in inputs]
    line = f"from {', '.join(names)}"
    if len(line) <= LONGEST_NAME:
        return [(line, MONO)] if names else []
    return [(text, MONO) for text in ("from", *few(names, MOST_NAMES, "shapes_more"))]
