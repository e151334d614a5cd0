"""Lines of things that belong together or do not: the picture of errors that are no whole graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from funclab.errors import Instead, Item, Pair, Pairs
from funclab.view.draw.area import Area, area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import polyline
from funclab.view.draw.grid import html_grid, text_grid
from funclab.view.draw.text import clean, plural, prose, shorten, text_width
from funclab.view.faults.frame import Fault
from funclab.view.scene import sizes

LEFT, ROW, HEIGHT = 22, 78, 54
LONGEST, LONGEST_NOTE = 34, 44
GAP, ARROW, LINK = 6, 8, 60
NOTE, HEADING = 12, 13
TITLES = ("", "from", "to", "what breaks")
FILLS = {"input": "input-fill", "output": "output-fill"}


@dataclass(frozen=True)
class Line:
    """Things from left to right, linked; the last link is broken when there is a note."""

    items: list[Item]
    note: str = ""
    heading: str = ""

    @property
    def empty(self) -> bool:
        """Whether an end is missing."""
        return any(one.kind == "nothing" for one in self.items)

    @property
    def cells(self) -> tuple[str, str, str, str]:
        first, *_, last = map(spoken, self.items)
        middle = [spoken(one) for one in self.items[1:-1]]
        sign = "✗" if self.note else "-" if self.empty else "✓"
        return (sign, " → ".join([first, *middle]), last, self.note)

    @property
    def sentence(self) -> str:
        """The line for those who hear it."""
        _, first, last, note = self.cells
        start = f"{self.heading}: " if self.heading else ""
        if self.empty:
            end = next((spoken(one) for one in self.items if one.kind != "nothing"), first)
            return f"{start}{end} {f'has no partner: {note}' if note else 'goes without'}."
        return (
            f"{start}{first} {f'does not reach {last}: {note}' if note else f'goes with {last}'}."
        )


def spoken(item: Item) -> str:
    return clean(" ".join(filter(None, [item.name, item.detail]))) or "a new tensor"


@dataclass(repr=False)
class FaultLines(Fault):
    """A drawn fault. Notebooks show its `svg`; `print` shows its `text`."""

    title: str
    lines: list[Line]
    fix: str
    look: str = "auto"

    @property
    def text(self) -> str:
        table = text_grid(TITLES, [one.cells for one in self.lines])
        return "\n".join([self.title, "", *table, "", f"Fix: {self.fix}"])

    @property
    def table(self) -> str:
        """The lines as an HTML table."""
        return html_grid(self.title, TITLES, [one.cells for one in self.lines])

    @property
    def description(self) -> str:
        """The lines in sentences."""
        return " ".join([*(one.sentence for one in self.lines), f"To mend it: {self.fix}"])

    def draw_fault(self, canvas: Canvas) -> tuple[float, float]:
        starts, widths = columns(self.lines)
        headings = any(one.heading for one in self.lines)
        y = 0.0
        for line in self.lines:
            y += 22 if headings else 0
            draw_line(canvas, line, starts, widths, y)
            y += ROW
        return starts[-1] + widths[-1] + LEFT, y - ROW + HEIGHT + 8


def pairs_picture(pairs: Pairs, fix: str, tensors: Sequence[Any] = ()) -> FaultLines:
    """A model's inputs or outputs, each beside what was given for it."""
    rows, given = list(pairs.rows), [one for one in pairs.rows if one.given]
    if len(given) == len(tensors):
        names = iter(tensors)
        rows = [one._replace(given=next(names).id) if one.given else one for one in rows]
    return FaultLines(_title(pairs, rows), [_line(one, pairs.side) for one in rows], fix)


def _title(pairs: Pairs, rows: Sequence[Pair]) -> str:
    """What is wrong, in a sentence."""
    bad = [one for one in rows if one.note]
    alone = [one for one in bad if not (one.name and one.given)]
    strange = [one for one in bad if "of this name" in one.note]
    whole = f" of {pairs.model}" if pairs.model else ""
    if strange:
        return clean(f"{pairs.model} has no {pairs.side} {strange[0].given}")
    if len(alone) == 1 and alone[0].name:
        return clean(f"The {pairs.side} {alone[0].name}{whole} has no partner")
    if alone:
        count = plural(len([one for one in rows if one.name]), pairs.side)
        return clean(
            f"{pairs.model} has {count}, and was given {len([one for one in rows if one.given])}"
        )
    one = bad[0] if bad else Pair()
    given = " ".join(filter(None, [one.given, one.given_shape]))
    return clean(f"{given} cannot be given to the {pairs.side} {one.name}{whole}")


def _line(pair: Pair, side: str) -> Line:
    place = Item(side, pair.name, pair.shape) if pair.name else Item("nothing", "", f"no {side}")
    given = Item("nothing", "", "nothing")
    if pair.given:
        given = Item("tensor" if "[" in pair.given else "array", pair.given, pair.given_shape)
    items = [place, given] if side == "output" else [given, place]
    return Line(items, pair.note)


def instead_picture(facts: Instead, fix: str) -> FaultLines:
    """What was written, where the edge ends in the air, and what to write."""
    lines = [Line(facts.wrong, facts.note, "as written")]
    if facts.right:
        lines.append(Line(facts.right, "", "write instead"))
    return FaultLines(clean(facts.title), lines, fix)


# Drawing.
def columns(lines: Sequence[Line]) -> tuple[list[float], list[float]]:
    """Where the columns start and how wide they are; short lines leave the middle out."""
    count = max(len(one.items) for one in lines)
    widths = [0.0] * count
    for line in lines:
        for at, item in zip(seats(line, count), line.items, strict=True):
            widths[at] = max(widths[at], width_of(item))
    notes = [text_width(shorten(one.note, LONGEST_NOTE), NOTE, bold=True) for one in lines]
    link = max(LINK, (max(notes) + 24) / max(1, count - 1))
    starts = [float(LEFT)]
    for width in widths[:-1]:
        starts.append(starts[-1] + width + link)
    return starts, widths


def seats(line: Line, count: int) -> list[int]:
    """The columns of a line's items: the last item is always in the last."""
    return [*range(len(line.items) - 1), count - 1]


def texts(item: Item) -> tuple[str, str]:
    """The upper and the lower line: a tensor is its shape over its name."""
    whole = item.kind == "tensor" and item.name.endswith("]")  # its indices are never left out
    name = (sizes.shorten_id if whole else shorten)(prose(clean(item.name)), LONGEST)
    detail = shorten(item.detail, LONGEST)
    if item.kind == "tensor" and detail.startswith("("):
        return detail, name
    return name, detail


def width_of(item: Item) -> float:
    mono = item.kind in ("tensor", "array")
    upper, lower = texts(item)
    widest = max(
        text_width(upper, 12 if mono else sizes.NAME, bold=not mono, mono=mono),
        text_width(lower, sizes.DETAIL, mono=mono),
    )
    return max(92.0, widest + 36)


def draw_line(
    canvas: Canvas, line: Line, starts: list[float], widths: list[float], y: float
) -> None:
    canvas.open(line.sentence, "line")
    if line.heading:
        sign, ink = ("✗", "fault") if line.note else ("✓", "output")
        heading = Font(HEADING, ink, bold=True)
        canvas.text_line(complex(LEFT, y - 6), f"{sign} {line.heading}", heading)
    places = [
        area(complex(starts[at], y), width_of(item), HEIGHT)
        for at, item in zip(seats(line, len(starts)), line.items, strict=True)
    ]
    for at, place, item in zip(seats(line, len(starts)), places, line.items, strict=True):
        if item.kind != "tensor":
            place.width = widths[at]
        draw_item(canvas, place, item)
    last = len(places) - 2
    for i, (one, other) in enumerate(zip(places, places[1:], strict=False)):
        note = line.note if i == last else ""
        if line.empty and not note:
            continue
        hollow = [item.kind == "nothing" for item in line.items[i : i + 2]]
        draw_link(canvas, complex(one.right, one.middle.imag), other.corner.real, note, hollow)
    canvas.close()


def draw_item(canvas: Canvas, place: Area, item: Item) -> None:
    """Rounded: a layer. Square: a tensor. Dashed: an array, or a place for something."""
    upper, lower = texts(item)
    round_one = item.kind in ("layer", "place", "input", "output")
    colour = item.kind if item.kind in FILLS else "rim"
    dash = "" if item.kind in ("layer", "tensor", *FILLS) else "4 3"
    fill = FILLS.get(item.kind, "plain" if item.kind == "layer" else "paper")
    canvas.rect(place, Paint(fill, colour, 1.4, dash), 8 if round_one else 0)
    if item.kind in ("layer", *FILLS):
        canvas.bar(place, sizes.BAR, 8, "neutral" if item.kind == "layer" else item.kind)
    mono = item.kind in ("tensor", "array")
    start = complex(place.x + (20 if not mono else 16), place.y + (24 if lower else 32))
    first = Font(12, mono=True) if mono else Font(sizes.NAME, bold=True)
    if item.kind == "nothing":
        canvas.text_line(start + 8j, lower, Font(sizes.DETAIL, "soft"))
        return
    canvas.text_line(start, upper, first)
    canvas.text_line(start + 18j, lower, Font(sizes.DETAIL, "soft", mono=mono))


def draw_link(canvas: Canvas, start: complex, end: float, note: str, hollow: list[bool]) -> None:
    """An arrow; with a note a double red line that breaks, or ends in the air before nothing."""
    length = end - start.real
    if not note:
        tip = start + length - 2
        canvas.path(polyline([start, tip - ARROW / 2]), Paint("", "line", 1.5))
        canvas.polygon([tip, tip - ARROW + 4j, tip - ARROW - 4j], "line")
        return
    middle = start + length / 2
    pieces = [(start, middle - GAP), (middle + GAP, start + length)]
    for (one, other), missing in zip(pieces, hollow, strict=True):
        for shift in (-2j, 2j):
            if not missing:
                canvas.path(polyline([one + shift, other + shift]), Paint("", "fault", 2))
    canvas.text_line(middle + 5j, "✗", Font(15, "fault", bold=True, anchor="middle"))
    font = Font(NOTE, "fault", bold=True, anchor="middle")
    canvas.text_line(middle - 12j, shorten(note, LONGEST_NOTE), font)
