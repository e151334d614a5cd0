"""Rows of things that belong together or do not: the picture of errors about less than a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from funclab.errors import Instead, Item, Pair, Pairs
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import Area, area, polyline
from funclab.view.draw.picture import Cells
from funclab.view.draw.sentences import say, titles
from funclab.view.draw.text import clean, prose, shorten, text_width
from funclab.view.faults.diagram import CROSS, LEFT, Fault
from funclab.view.scene import sizes

ROW, HEIGHT = 78, 54
LONGEST, LONGEST_NOTE = 34, 44
GAP, ARROW, LINK = 6, 8, 60
NOTE, HEADING = Font(12, "fault", bold=True, anchor="middle"), 13
UPPER, UPPER_MONO = Font(sizes.NAME, bold=True), Font(sizes.MONO, mono=True)
FILLS = {"layer": "plain", "input": "input-fill", "output": "output-fill"}


@dataclass(frozen=True)
class Line:
    """Things from left to right, linked; the last link is broken when there is a note."""

    items: list[Item]
    note: str = ""
    heading: str = ""

    @property
    def empty(self) -> bool:
        """Whether an end is missing."""
        return any(item.kind == "nothing" for item in self.items)

    @property
    def cells(self) -> tuple[str, str, str, str]:
        *first, last = map(spoken, self.items)
        sign = "✗" if self.note else "-" if self.empty else "✓"
        return (sign, " → ".join(first), last, self.note)

    @property
    def sentence(self) -> str:
        """The line as a sentence for screen readers."""
        _, first, last, note = self.cells
        if self.empty:
            first = next(spoken(item) for item in self.items if item.kind != "nothing")
            key = "faults_alone" if note else "faults_needs_none"
        else:
            key = "faults_broken" if note else "faults_goes"
        sentence = say(key, first=first, last=last, note=note)
        return f"{self.heading}: {sentence}" if self.heading else sentence


def spoken(item: Item) -> str:
    return clean(" ".join(filter(None, [item.name, item.detail]))) or say("faults_new_tensor")


@dataclass(repr=False)
class FaultLines(Fault):
    """An error drawn as lines. Notebooks show its `svg`; `print` shows its `text`."""

    title: str
    lines: list[Line]
    fix: str
    look: str = "auto"

    @property
    def grid(self) -> tuple[Cells, list[Cells]]:
        return titles("faults_titles"), [line.cells for line in self.lines]

    @property
    def description(self) -> str:
        """The lines in sentences."""
        return " ".join([*(line.sentence for line in self.lines), say("faults_fix", fix=self.fix)])

    def draw_fault(self, canvas: Canvas) -> tuple[float, float]:
        starts, widths = columns(self.lines)
        row = ROW + (22 if any(line.heading for line in self.lines) else 0)
        for i, line in enumerate(self.lines):
            draw_line(canvas, line, starts, widths, row * i + row - ROW)
        return starts[-1] + widths[-1] + LEFT, row * len(self.lines) - ROW + HEIGHT + 8


def pairs_picture(pairs: Pairs, fix: str, tensors: Sequence[Any]) -> FaultLines:
    """A model's inputs or outputs, each next to what was given for it."""
    rows = list(pairs.rows)
    if sum(bool(pair.given) for pair in rows) == len(tensors):
        ids = iter(tensor.id for tensor in tensors)
        rows = [pair._replace(given=next(ids)) if pair.given else pair for pair in rows]
    return FaultLines(clean(_title(pairs, rows)), [_line(pair, pairs.side) for pair in rows], fix)


def _title(pairs: Pairs, rows: Sequence[Pair]) -> str:
    """What is wrong, in a sentence."""
    model, side = pairs.model, pairs.side
    bad = [pair for pair in rows if pair.note] or [Pair()]
    alone = [pair for pair in bad if not (pair.name and pair.given)]
    unknown = [pair for pair in bad if "of this name" in pair.note]
    of_model = say("faults_of", model=model) if model else ""
    facts = {"model": model, "of": of_model, "input": side == "input"}
    if unknown:
        return say("faults_unknown", **facts, name=unknown[0].given)
    if len(alone) == 1 and alone[0].name:
        return say("faults_no_partner", **facts, name=alone[0].name)
    if alone:
        n = sum(bool(pair.name) for pair in rows)
        given = sum(bool(pair.given) for pair in rows)
        return say("faults_numbers", **facts, n=n, given=given)
    pair = bad[0]
    data = " ".join(filter(None, [pair.given, pair.given_shape]))
    return say("faults_unfit", **facts, name=pair.name, data=data)


def _line(pair: Pair, side: str) -> Line:
    own = Item(side, pair.name, pair.shape)
    if not pair.name:
        own = Item("nothing", "", say("faults_none", input=side == "input"))
    data = Item("nothing", "", say("faults_nothing"))
    if pair.given:
        data = Item("tensor" if "[" in pair.given else "array", pair.given, pair.given_shape)
    return Line([own, data] if side == "output" else [data, own], pair.note)


def instead_picture(facts: Instead, fix: str) -> FaultLines:
    """What was written, with an edge that leads nowhere, and what to write instead."""
    lines = [Line(facts.wrong, facts.note, say("faults_as_written"))]
    if facts.right:
        lines.append(Line(facts.right, "", say("faults_write_instead")))
    return FaultLines(clean(facts.title), lines, fix)


# Drawing.
def columns(lines: Sequence[Line]) -> tuple[list[float], list[float]]:
    """Where the columns start and how wide they are; short lines leave the middle out."""
    count = max(len(line.items) for line in lines)
    widths = [0.0] * count
    for line in lines:
        for column, item in zip(columns_of(line, count), line.items):
            widths[column] = max(widths[column], width_of(item))
    notes = [text_width(shorten(line.note, LONGEST_NOTE), NOTE.size, bold=True) for line in lines]
    link = max(LINK, (max(notes) + 24) / max(1, count - 1))
    starts = [LEFT + sum(widths[:i]) + link * i for i in range(count)]
    return starts, widths


def columns_of(line: Line, count: int) -> list[int]:
    """The columns of a line's items: the last item is always in the last column."""
    return [*range(len(line.items) - 1), count - 1]


def texts(item: Item) -> tuple[str, str]:
    """The upper and the lower line: a tensor is its shape over its name."""
    whole = item.kind == "tensor" and item.name.endswith("]")  # its indices are never left out
    name = (sizes.shorten_id if whole else shorten)(prose(clean(item.name)), LONGEST)
    detail = shorten(item.detail, LONGEST)
    if item.kind == "tensor" and detail.startswith("("):
        return detail, name
    return name, detail


def fonts(item: Item) -> tuple[Font, Font]:
    """The fonts of the upper and the lower line."""
    mono = item.kind in ("tensor", "array")
    return UPPER_MONO if mono else UPPER, Font(sizes.DETAIL, "soft", mono=mono)


def width_of(item: Item) -> float:
    lines = zip(texts(item), fonts(item))
    widths = [text_width(text, font.size, bold=font.bold, mono=font.mono) for text, font in lines]
    return max(92.0, max(widths) + 36)


def draw_line(
    canvas: Canvas, line: Line, starts: list[float], widths: list[float], y: float
) -> None:
    canvas.open(line.sentence, "line")
    if line.heading:
        sign, ink = ("✗", "fault") if line.note else ("✓", "output")
        heading = Font(HEADING, ink, bold=True)
        canvas.text_line(complex(LEFT, y - 6), f"{sign} {line.heading}", heading)
    areas: list[Area] = []
    for column, item in zip(columns_of(line, len(starts)), line.items):
        width = width_of(item) if item.kind == "tensor" else widths[column]
        areas.append(area(complex(starts[column], y), width, HEIGHT))
        draw_item(canvas, areas[-1], item)
    last = len(areas) - 2
    for i, (left, right) in enumerate(zip(areas, areas[1:])):
        note = line.note if i == last else ""
        if note or not line.empty:
            hollow = [item.kind == "nothing" for item in line.items[i : i + 2]]
            draw_link(canvas, complex(left.right, left.middle.imag), right.x, note, hollow)
    canvas.close()


def draw_item(canvas: Canvas, box: Area, item: Item) -> None:
    """Rounded: a layer. Square: a tensor. Dashed: an array, or a place for something."""
    (upper, lower), (upper_font, lower_font) = texts(item), fonts(item)
    colour = item.kind if item.kind in ("input", "output") else "rim"
    dash = "" if item.kind == "tensor" or item.kind in FILLS else "4 3"
    radius = 8 if item.kind == "place" or item.kind in FILLS else 0
    canvas.rect(box, Paint(FILLS.get(item.kind, "paper"), colour, 1.4, dash), radius)
    if item.kind in FILLS:
        canvas.bar(box, "neutral" if item.kind == "layer" else item.kind)
    start = box.corner + complex(16 if upper_font.mono else 20, 24 if lower else 32)
    if item.kind == "nothing":
        canvas.text_line(start + 8j, lower, lower_font)
        return
    canvas.text_line(start, upper, upper_font)
    canvas.text_line(start + 18j, lower, lower_font)


def draw_link(canvas: Canvas, start: complex, end: float, note: str, hollow: list[bool]) -> None:
    """An arrow; with a note, a double red line with a gap, or one that ends at a missing item."""
    length = end - start.real
    if not note:
        tip = start + length - 2
        canvas.path(polyline([start, tip - ARROW / 2]), Paint("", "line", 1.5))
        canvas.arrow(tip, ARROW, "line")
        return
    middle = start + length / 2
    pieces = [(start, middle - GAP), (middle + GAP, start + length)]
    for (left, right), missing in zip(pieces, hollow):
        for shift in (-2j, 2j):
            if not missing:
                canvas.path(polyline([left + shift, right + shift]), Paint("", "fault", 2))
    canvas.text_line(middle + 5j, "✗", CROSS)
    canvas.text_line(middle - 12j, shorten(note, LONGEST_NOTE), NOTE)
