"""The walk through the shapes as a picture: a line for each call, its shape as blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from funclab.view.draw.area import area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import folded_lines, prose, shorten, text_width
from funclab.view.shapes.steps import Failure, Step, Steps

LEFT, BLOCKS, RIGHT = 14, 280, 550
BLOCK, LINE, ROW = 28, 17, 76
MONO, NAME, SMALL = Font(12, mono=True), Font(14, bold=True), Font(12, "soft")
LEGEND = "The dashed block is the batch: any number of samples, so it has no length of its own."
LONGEST_RULE, WIDEST = 62, 560
WIDEST_GIVEN, MOST_GIVEN = 34, 8


@dataclass(repr=False)
class StepsPicture(Picture):
    """A drawn walk; the batch is always a dashed block without a number."""

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
        return " ".join([*(f"{one.key}: {one.words}" for one in self.steps), *end])

    @property
    def table(self) -> str:
        return self.steps.table

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        y, width = 44.0, 900.0
        canvas.text_line(complex(LEFT, 26), self.title, Font(16, bold=True))
        for number, step in enumerate(self.steps, 1):
            width = max(width, self._draw_step(canvas, number, step, y))
            y += self._height(step)
        if self.failure is not None:
            width = max(width, self._draw_failure(canvas, self.failure, y))
            y += self._failure_height(self.failure)
        canvas.text_line(complex(LEFT, y + 14), LEGEND, SMALL)
        return width, y + 28

    def _height(self, step: Step) -> float:
        rules = max((len(_rules(one.axes)) for one in step.outputs), default=0)
        lines = len(folded_lines(step.words, WIDEST, 13)) + rules + bool(step.parameters)
        return max(ROW, 34 + LINE * max(lines, 1.5 + len(_given(step))))

    def _draw_step(self, canvas: Canvas, number: int, step: Step, y: float) -> float:
        canvas.open(f"step {number}, {step.key}: {step.words}", "step", key=step.key)
        canvas.text_line(complex(LEFT, y + 18), f"{number}. {shorten(step.key, 24)}", NAME)
        canvas.text_line(complex(LEFT + 18, y + 36), shorten(step.detail, 30), SMALL)
        for i, line in enumerate(_given(step)):
            canvas.text_line(complex(LEFT + 18, y + 52 + LINE * i), line, MONO)
        for one in step.outputs[:1]:
            self._draw_blocks(canvas, one.shape, complex(BLOCKS, y + 4))
        lines = folded_lines(step.words, WIDEST, 13)
        words = len(lines)
        lines += [line for one in step.outputs[:1] for line in _rules(one.axes)]
        lines += [f"weights {step.parameters}"] if step.parameters else []
        for i, line in enumerate(lines):
            font = Font(13) if i < words else MONO
            canvas.text_line(complex(RIGHT, y + 18 + LINE * i), line, font)
        canvas.close()
        return (
            RIGHT + max(text_width(line, 13, mono=i >= words) for i, line in enumerate(lines)) + 14
        )

    @staticmethod
    def _draw_blocks(
        canvas: Canvas, shape: Sequence[int | None], start: complex, bad: Sequence[int] = ()
    ) -> None:
        x = start.real
        for axis, length in enumerate(shape):
            text = "" if axis == 0 else "?" if length is None else str(length)
            width = max(BLOCK, text_width(text, 12, mono=True) + 14)
            colour = "fault" if axis in bad else "line" if axis == 0 else "ink"
            paint = Paint("paper", colour, 2.5 if axis in bad else 1.3, "4 3" if axis == 0 else "")
            canvas.rect(area(complex(x, start.imag), width, BLOCK), paint, 0)
            if text:
                at = complex(x + width / 2, start.imag + 19)
                canvas.text_line(at, text, Font(12, mono=True, anchor="middle"))
            x += width + 5

    def _draw_failure(self, canvas: Canvas, failure: Failure, y: float) -> float:
        canvas.open(f"{failure.name} fails: {failure.what}", "failure")
        canvas.text_line(complex(LEFT, y + 18), f"✗ {shorten(failure.name, 24)}", _red(14))
        for i, (_, shape) in enumerate(failure.inputs[:3]):
            bad = [axis for given, axis in failure.bad if given == i]
            self._draw_blocks(canvas, shape, complex(BLOCKS, y + 4 + 34 * i), bad)
        lines = _told(failure)
        for i, line in enumerate(lines):
            font = _red(13) if line.startswith("✗") else Font(13)
            canvas.text_line(complex(RIGHT, y + 18 + 20 * i), line.removeprefix("✗"), font)
        canvas.close()
        return RIGHT + max(text_width(line, 13, bold=True) for line in lines) + 14

    @staticmethod
    def _failure_height(failure: Failure) -> float:
        return 24 + max(34 * len(failure.inputs[:3]), 20 * len(_told(failure)))


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


def _told(failure: Failure) -> list[str]:
    """What, why and fix of a failed call, in lines; those of the first begin with a sign."""
    what, *rest = (
        folded_lines(prose(line), WIDEST, 13)
        for line in (failure.what, f"Why: {failure.why}", f"Fix: {failure.fix}")
    )
    return [*(f"✗{line}" for line in what), *(line for lines in rest for line in lines)]


def _red(size: float) -> Font:
    return Font(size, "fault", bold=True)


def _rules(axes: Sequence[dict[str, Any]]) -> list[str]:
    """The arithmetic of the axes behind the batch, those that say something."""
    return [
        shorten(f"axis {axis['label']}: {axis['text']}", LONGEST_RULE)
        for axis in axes
        if not axis["batch"]
    ][:4]
