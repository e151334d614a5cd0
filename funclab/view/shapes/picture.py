"""The walk through the shapes as a picture: a row for each call, its shape as blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from funclab.shape_math import Shape
from funclab.view.draw.area import area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import folded_lines, prose, shorten, text_width
from funclab.view.shapes.steps import Failure, Step, Steps

LEFT, BLOCKS, RIGHT = 14, 280, 550
BLOCK, LINE = 28, 17
MONO, NAME, SMALL, WORDS = Font(12, mono=True), Font(14, bold=True), Font(12, "soft"), Font(13)
RED, RED_NAME = Font(13, "fault", bold=True), Font(14, "fault", bold=True)
LEGEND = "The dashed block is the batch: any number of samples, so it has no length of its own."
LONGEST_RULE, WIDEST = 62, 560
WIDEST_GIVEN, MOST_GIVEN = 34, 8
Line = tuple[str, Font]


@dataclass
class Row:
    """A call: its name, what it was given, shapes with the axes at fault, and what is said."""

    label: str
    name: Line
    given: list[Line]
    shapes: list[tuple[Shape, Sequence[int]]]
    told: list[Line]

    @property
    def size(self) -> tuple[float, float]:
        lines = max(len(self.told), len(self.given) + 1)
        widest = max(text_width(text, font.size, font.bold, font.mono) for text, font in self.told)
        return RIGHT + widest + 14, 26 + max(LINE * lines, 34 * len(self.shapes))

    def draw(self, canvas: Canvas, y: float) -> None:
        canvas.open(self.label, "step")
        for x, lines in ((LEFT, [self.name]), (LEFT + 18, self.given), (RIGHT, self.told)):
            top = y + (36 if lines is self.given else 18)
            for i, (text, font) in enumerate(lines):
                canvas.text_line(complex(x, top + LINE * i), text, font)
        for i, (shape, bad) in enumerate(self.shapes):
            draw_blocks(canvas, shape, complex(BLOCKS, y + 4 + 34 * i), bad)
        canvas.close()


def draw_blocks(canvas: Canvas, shape: Shape, start: complex, bad: Sequence[int] = ()) -> None:
    """A shape as blocks: the batch is dashed and has no number, an axis at fault is red."""
    for axis, length in enumerate(shape):
        text = "" if axis == 0 else "?" if length is None else str(length)
        width = max(BLOCK, text_width(text, 12, mono=True) + 14)
        colour = "fault" if axis in bad else "line" if axis == 0 else "ink"
        paint = Paint("paper", colour, 2.5 if axis in bad else 1.3, "4 3" if axis == 0 else "")
        canvas.rect(area(start, width, BLOCK), paint)
        if text:
            middle = start + complex(width / 2, 19)
            canvas.text_line(middle, text, Font(12, mono=True, anchor="middle"))
        start += width + 5


@dataclass(repr=False)
class StepsPicture(Picture):
    """A drawn walk, which may end at a failed call."""

    steps: Steps
    failure: Failure | None = None
    look: str = "auto"

    @property
    def title(self) -> str:
        return f"Shapes of {self.steps.name}"

    @property
    def text(self) -> str:
        return self.steps.text

    @property
    def description(self) -> str:
        end = [f"The walk ends: {self.failure.what}"] if self.failure else []
        return " ".join([*(f"{step.key}: {step.words}" for step in self.steps), *end])

    @property
    def table(self) -> str:
        return self.steps.table

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        y, width = 44.0, 900.0
        canvas.text_line(complex(LEFT, 26), self.title, Font(16, bold=True))
        rows = [_step_row(number, step) for number, step in enumerate(self.steps, 1)]
        rows += [_failure_row(self.failure)] if self.failure else []
        for row in rows:
            row.draw(canvas, y)
            width = max(width, row.size[0])
            y += row.size[1]
        canvas.text_line(complex(LEFT, y + 14), LEGEND, SMALL)
        return width, y + 28


def _step_row(number: int, step: Step) -> Row:
    told: list[Line] = [(line, WORDS) for line in folded_lines(step.words, WIDEST, 13)]
    for output in step.outputs[:1]:
        axes = [axis for axis in output.axes if not axis["batch"]][:4]
        told += [
            (shorten(f"axis {one['label']}: {one['text']}", LONGEST_RULE), MONO) for one in axes
        ]
    told += [(f"weights {step.parameters}", MONO)] if step.parameters else []
    return Row(
        f"step {number}, {step.key}: {step.words}",
        (f"{number}. {shorten(step.key, 24)}", NAME),
        [(shorten(step.detail, 30), SMALL), *((line, MONO) for line in _given(step))],
        [(output.shape, ()) for output in step.outputs[:1]],
        told,
    )


def _failure_row(failure: Failure) -> Row:
    """The failed call, its inputs with the axes at fault, and what, why and fix."""
    texts = [(failure.what, RED), (f"Why: {failure.why}", WORDS), (f"Fix: {failure.fix}", WORDS)]
    bad = [[axis for given, axis in failure.bad if given == i] for i in range(len(failure.inputs))]
    return Row(
        f"{failure.name} fails: {failure.what}",
        (f"✗ {shorten(failure.name, 24)}", RED_NAME),
        [],
        [(shape, axes) for (_, shape), axes in zip(failure.inputs[:3], bad)],
        [(line, font) for text, font in texts for line in folded_lines(prose(text), WIDEST, 13)],
    )


def _given(step: Step) -> list[str]:
    """The tensors that a call was given: on one line, or one a line when that is too long."""
    names = [name for name, _ in step.inputs]
    line = f"from {', '.join(names)}"
    if not names or len(line) <= WIDEST_GIVEN:
        return [line] if names else []
    heads = ["from ", *["\u00a0" * 5] * len(names)]
    most = names[: MOST_GIVEN - 1] if len(names) > MOST_GIVEN else names
    lines = [
        shorten(f"{head}{name}", WIDEST_GIVEN) for head, name in zip(heads, most, strict=False)
    ]
    left = len(names) - len(most)
    return [*lines, f"{heads[1]}and {left} more"] if left else lines
