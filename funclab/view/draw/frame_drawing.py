"""Draws frames: on a canvas for still pictures, and as SVG of their own for the live view.

Above zero is orange; below zero is blue and has a sign as well: a printed minus, a bar that goes
the other way, or hatching. The stronger the colour, the larger the number.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator

from funclab.view.draw import samples, theme
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.frames import LONGEST_WORD, Frame
from funclab.view.draw.geometry import Area, area, polyline
from funclab.view.draw.samples import BLANK
from funclab.view.draw.text import shorten

ROW, CELL, SLIM = 18, 54, 9
"""Sizes of a row, of a number in it, and at most of the row of a bar without its number."""
ID, ACROSS, WORDS_ACROSS = 44, 264, 380
"""The least width of a word's number, or of a word; and how wide a line of them is at most."""
LETTER, LABELLED = 6.7, 12
"""The width of a letter of a name, and the least height or width of a field that has one."""
SIDE, BETWEEN, GAP = 144, 3, 5
"""The side of a picture made of squares, and the gap between its tiles."""
LEVELS = 8
WORDS = Font(11, mono=True, anchor="middle")
ODD = Font(11, "fault", bold=True, anchor="middle")
LEFT_OUT = Font(11, "soft", mono=True, anchor="middle")
LARGE = Font(20, bold=True, mono=True, anchor="middle")
ROW_NAME, COLUMN_NAME = Font(11, "soft", mono=True, anchor="end"), Font(11, "soft", mono=True)
LINE = Paint("", "line", 1)
PRINTED_STRENGTH, STRENGTH = 0.45, 0.95
"""How strong the strongest colour is, with and without numbers printed on it."""
# What the style sheet of a live view sets for every frame: its font, and the colours of what has a
# class. Pixels have none, but colours of their own.
FONTS = re.compile(r' (font-size|font-family)="[^"]*"')
COLOURS = re.compile(r'(class="[^"]+")( fill="none")?(?: fill="#[^"]*")?(?: stroke="#[^"]*")?')


def svg_of(frame: Frame) -> str:
    """A frame as SVG for a live view, whose style sheet has the colours and the font."""
    canvas = Canvas(theme.LIGHT)
    _draw(canvas, frame)
    width, height = (side + 2 for side in size_of(frame))
    kind = "fl-frame fl-number" if frame.kind == "number" else "fl-frame"
    size = f'viewBox="-1 -1 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    markup = COLOURS.sub(r"\1\2", FONTS.sub("", canvas.text))
    return f'<svg {size} class="{kind}" role="img">{markup}</svg>'


def size_of(frame: Frame) -> tuple[float, float]:
    """Width and height of a frame's picture, with the names beside and above it."""
    width, height = _size(frame)
    beside = _margin(frame)
    return width + beside.real, height + beside.imag


def _margin(frame: Frame) -> complex:
    """The room for the names of rows to the left, and for those of columns above."""
    left, above = (
        max((len(_name(name)) for name in names), default=0) * LETTER
        for names in (frame.rows, frame.columns)
    )
    high = ROW if _level(frame) else above + GAP
    return complex(left + GAP if left else 0, high if above else 0)


def _level(frame: Frame) -> bool:
    """Whether the names of columns have room above these as they are usually read."""
    wide = max((len(_name(name)) for name in frame.columns), default=0) * LETTER
    return frame.printed and wide <= CELL


def _name(name: str) -> str:
    return shorten(name, LONGEST_WORD) or BLANK


def _size(frame: Frame) -> tuple[float, float]:
    if frame.pixels is not None:
        return samples.size_of(frame.pixels, SIDE, SIDE)
    tiles, rows, columns = frame.numbers.shape
    if frame.kind == "number":
        return max(76, 13 * len(frame.texts[0])), 44
    if frame.kind == "ids":
        wide, across = _ids(frame)
        return wide * min(columns, across), ROW * math.ceil(columns / across)
    if frame.kind == "bars":
        return frame.wide + (CELL if frame.printed else 0), _row(frame) * columns
    wide, high = _field(frame)
    across = _across(frame)
    width, height = columns * wide + BETWEEN, rows * high + BETWEEN
    return across * width - BETWEEN, math.ceil(tiles / across) * height - BETWEEN


def draw_frame(canvas: Canvas, frame: Frame, corner: complex) -> None:
    """Draw a frame, whose upper left corner is given."""
    canvas.shift(corner)
    _draw(canvas, frame)
    canvas.close()


def _draw(canvas: Canvas, frame: Frame) -> None:
    """Draw a frame, and outline the marked number: dark with a light rim, so that it is visible on
    every field."""
    draw = {"ids": _draw_ids, "bars": _draw_bars, "pixels": _draw_pixels}
    beside = _margin(frame)
    if beside:
        _write_names(canvas, frame, beside)
        canvas.shift(beside)
    if frame.kind == "number":
        canvas.text_line(complex(size_of(frame)[0] / 2, 30), frame.texts[0], LARGE)
    else:
        draw.get(frame.kind, _draw_fields)(canvas, frame)
    if frame.mark is not None:
        outline = _marked_area(frame, frame.mark).grown(1)
        canvas.rect(outline, Paint("", "paper", 4.5), 2)
        canvas.rect(outline, Paint("", "ink", 2.2), 2)
    if beside:
        canvas.close()


def _write_names(canvas: Canvas, frame: Frame, beside: complex) -> None:
    """The names of rows to the left of a picture, and those of columns above it: upwards, if the
    columns are narrow."""
    wide, high = (frame.wide, _row(frame)) if frame.kind == "bars" else _field(frame)
    for i, name in enumerate(map(_name, frame.rows)):
        at = complex(beside.real - GAP, beside.imag + high * (i + 0.5) + 4)
        canvas.text_line(at, name, ROW_NAME)
    for i, name in enumerate(map(_name, frame.columns)):
        middle = beside.real + wide * (i + 0.5)
        if _level(frame):
            canvas.text_line(complex(middle, beside.imag - GAP), name, WORDS)
        else:
            canvas.upward_line(complex(middle + 4, beside.imag - GAP), name, COLUMN_NAME)


def _draw_pixels(canvas: Canvas, frame: Frame) -> None:
    if frame.pixels is not None:
        samples.draw_sample(canvas, frame.pixels, 0j, SIDE, SIDE)


def _marked_area(frame: Frame, mark: int) -> Area:
    """Where a number of a frame is drawn: its field, or all the room for its bar."""
    if frame.kind == "bars":
        return area(complex(0, _row(frame) * mark), _size(frame)[0], _row(frame))
    return area(_corner(frame, mark), *_field(frame))


def _row(frame: Frame) -> float:
    """The height of one bar with the number beside it."""
    if frame.printed:
        return ROW
    return LABELLED if frame.rows else min(SLIM, SIDE / frame.numbers.size)


def _across(frame: Frame) -> int:
    return math.ceil(math.sqrt(len(frame.numbers)))


def _field(frame: Frame) -> tuple[int, int]:
    """Width and height of the field of one number."""
    if frame.printed:
        return CELL, ROW
    unit = max(3, min(16, SIDE // (max(frame.numbers.shape[1:]) * _across(frame))))
    unit = max(unit, LABELLED) if frame.rows or frame.columns else unit
    return unit, unit


def _ids(frame: Frame) -> tuple[float, int]:
    """How wide a word or its number is, and how many are side by side."""
    wide = max(ID, LETTER * max(map(len, frame.texts), default=0) + 8)
    return wide, max(1, int((WORDS_ACROSS if frame.words else ACROSS) // wide))


def _corner(frame: Frame, i: int) -> complex:
    """The upper left corner of the field of a number, by its index in the flattened frame."""
    _, rows, columns = frame.numbers.shape
    wide, high = _field(frame)
    tile, inside = divmod(i, rows * columns)
    down, right = divmod(tile, _across(frame))
    row, column = divmod(inside, columns)
    x = right * (columns * wide + BETWEEN) + column * wide
    return complex(x, down * (rows * high + BETWEEN) + row * high)


def _draw_ids(canvas: Canvas, frame: Frame) -> None:
    """Whole numbers that are ids, not sizes: written one after another."""
    wide, across = _ids(frame)
    for i, text in enumerate(frame.texts):
        down, right = divmod(i, across)
        at = complex(wide * right, ROW * down)
        canvas.rect(area(at, wide, ROW), Paint("", "rim", 0.8))
        canvas.text_line(at + complex(wide / 2, ROW - 5), text, WORDS)


def _draw_bars(canvas: Canvas, frame: Frame) -> None:
    """A vector: each number as a bar, to the right above zero and to the left below."""
    row, zero = _row(frame), frame.wide * frame.zero
    reach = max(zero, frame.wide - zero) / frame.top
    bars: dict[str, str] = defaultdict(str)
    for i, number in enumerate(frame.numbers.reshape(-1)):
        middle = row * (i + 0.5)
        if math.isfinite(number) and number and frame.counts(i):
            bars[colour(number)] += f"M{zero:g},{middle:.1f}h{reach * number:.1f}"
        if frame.printed:
            _write(canvas, frame, complex(frame.wide + CELL / 2, middle + 4), i)
        elif not math.isfinite(number):
            canvas.text_line(complex(zero, middle + 4), "×", ODD)
    for name, data in bars.items():  # a bar is part of a line as thick as the bar is high
        canvas.path(data, Paint("", name, row * 2 / 3))
    axis = [complex(zero), complex(zero, row * frame.numbers.size)]
    canvas.path(polyline(axis), LINE)


def _draw_fields(canvas: Canvas, frame: Frame) -> None:
    """Squares, or fields with the number in each: one path for each colour and strength."""
    wide, high = _field(frame)
    strength = PRINTED_STRENGTH if frame.printed else STRENGTH
    paths: dict[tuple[str, int], list[str]] = defaultdict(list)
    signs: list[str] = []
    for start, length, (name, level, sign) in _runs(frame):
        at = _corner(frame, start)
        x, y = round(at.real), round(at.imag)
        if level:  # a field is part of a line as thick as the field is high
            paths[name, level].append(f"M{x},{y + high / 2:g}h{length * wide}")
        for left in range(x, x + length * wide if sign else 0, wide):
            signs.append(f"M{left},{y + high}l{wide},-{high}")
            signs += [f"M{left},{y}l{wide},{high}"] if sign == "×" else []
    for (name, level), data in sorted(paths.items()):
        canvas.path("".join(data), Paint("", name, high, "", level / LEVELS * strength))
    if signs:
        canvas.path("".join(signs), Paint("", "ink", 0.6))
    for i in range(frame.numbers.size if frame.printed else 0):
        _write(canvas, frame, _corner(frame, i) + complex(CELL / 2, ROW - 5), i)
    canvas.rect(area(0j, *_size(frame)), Paint("", "rim", 0.8))


def _runs(frame: Frame) -> Iterator[tuple[int, int, tuple[str, int, str]]]:
    """Runs of neighbours in a row that look alike: where, how many, and how they look."""
    columns = frame.numbers.shape[2]
    looks = [_look(frame, i, number) for i, number in enumerate(frame.numbers.reshape(-1))]
    start = 0
    for i in range(1, len(looks) + 1):
        if i == len(looks) or i % columns == 0 or looks[i] != looks[start]:
            yield start, i - start, looks[start]
            start = i


def _look(frame: Frame, i: int, number: float) -> tuple[str, int, str]:
    """Colour, strength and sign of a field."""
    counts, finite = frame.counts(i), math.isfinite(number)
    share = min(1.0, abs(number) / frame.top) if finite else 1.0
    level = round(share * LEVELS) if counts else 0
    crossed = not finite or not (counts or frame.printed)
    hatched = number < 0 and level and not frame.printed
    return colour(number), level, "×" if crossed else "/" if hatched else ""


def _write(canvas: Canvas, frame: Frame, at: complex, i: int) -> None:
    """A number centred at a point; struck through if a mask leaves it out."""
    counts = frame.counts(i)
    canvas.text_line(at, frame.texts[i], WORDS if counts else LEFT_OUT)
    if not counts:
        canvas.path(polyline([at - CELL / 2 + (4 - 4j), at + CELL / 2 - (4 + 4j)]), LINE)


def colour(number: float) -> str:
    """The colour's name: orange above zero, blue below, red for what is not a finite number."""
    if not math.isfinite(number):
        return "fault"
    return "group0" if number > 0 else "input"
