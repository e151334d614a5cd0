"""Frames on a canvas. The live view draws the same in `trace_frames.js`.

Above zero is orange; below zero is blue and carries a sign besides: a printed minus, a bar that
goes the other way, or hatching. The stronger the colour, the larger the number.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from funclab.view.draw.area import Area, area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.canvas import number as coordinate
from funclab.view.trace.frames import Frame

ROW, CELL, COLUMN, SLIM = 18, 54, 84, 9
"""Sizes of a row, of a number in it, of a lying bar, and of its row without the number."""
ID, IDS_ACROSS = 44, 6
BARS_WIDTH, BARS_HEIGHT = 150, 72
LEVELS = 8
WORDS = Font(11, mono=True, anchor="middle")
ODD = Font(11, "fault", bold=True, anchor="middle")
PRINTED_STRENGTH, STRENGTH = 0.45, 0.95
"""How strong the strongest colour is, with numbers printed on it and without."""


def size_of(frame: Frame) -> tuple[float, float]:
    """Width and height of a frame's picture."""
    tiles, rows, columns = frame.numbers.shape
    if frame.kind == "number":
        return max(76, 13 * len(frame.text(frame.numbers.reshape(-1)[0]))), 44
    if frame.kind == "ids":
        return ID * min(columns, IDS_ACROSS), ROW * math.ceil(columns / IDS_ACROSS)
    if frame.kind == "bars":
        lying = (COLUMN + (CELL if frame.printed else 0), row_of(frame) * columns)
        return lying if frame.lying else (BARS_WIDTH, BARS_HEIGHT)
    if frame.printed:
        return CELL * columns, ROW * rows
    unit, across = unit_of(frame), tiles_across(tiles)
    down = math.ceil(tiles / across)
    return across * (columns * unit + 3) - 3, down * (rows * unit + 3) - 3


def tiles_across(tiles: int) -> int:
    return math.ceil(math.sqrt(tiles))


def unit_of(frame: Frame) -> float:
    """The side of one number's square."""
    tiles, rows, columns = frame.numbers.shape
    return max(3, min(16, 128 // (max(rows, columns) * tiles_across(tiles))))


def row_of(frame: Frame) -> float:
    """The height of one lying bar with what stands beside it."""
    return ROW if frame.printed else SLIM


def draw_frame(canvas: Canvas, frame: Frame, corner: complex) -> None:
    """Draw a frame, whose upper left corner is given."""
    if frame.kind == "number":
        text = frame.text(frame.numbers.reshape(-1)[0])
        middle = corner + complex(size_of(frame)[0] / 2, 30)
        canvas.text_line(middle, text, Font(20, bold=True, mono=True, anchor="middle"))
    elif frame.kind == "ids":
        _draw_ids(canvas, frame, corner)
    elif frame.kind == "bars" and frame.lying:
        _draw_rows(canvas, frame, corner)
    elif frame.kind == "bars":
        _draw_columns(canvas, frame, corner)
    else:
        _draw_cells(canvas, frame, corner)
    if frame.mark is not None:
        _draw_mark(canvas, marked_area(frame, corner))


def marked_area(frame: Frame, corner: complex) -> Area:
    """Where the marked number of a frame is drawn: its field, or its bar with all room for it."""
    assert frame.mark is not None
    if frame.kind != "bars":
        return list(_cells(frame, corner))[frame.mark][0]
    if frame.lying:
        at = corner + complex(0, row_of(frame) * frame.mark)
        return area(at, size_of(frame)[0], row_of(frame))
    width = BARS_WIDTH / frame.numbers.size
    return area(corner + width * frame.mark, width, BARS_HEIGHT)


def _draw_mark(canvas: Canvas, place: Area) -> None:
    """An outline that stands out from light and from dark fields: dark, with a light rim."""
    canvas.rect(place.grown(1), Paint("", "paper", 4.5), 2)
    canvas.rect(place.grown(1), Paint("", "ink", 2.2), 2)


def _draw_ids(canvas: Canvas, frame: Frame, corner: complex) -> None:
    """Whole numbers that are names, not sizes: written one after another."""
    for i, number in enumerate(frame.numbers.reshape(-1)):
        down, right = divmod(i, IDS_ACROSS)
        at = corner + complex(ID * right, ROW * down)
        canvas.rect(area(at, ID, ROW), Paint("", "rim", 0.8))
        canvas.text_line(at + complex(ID / 2, ROW - 5), frame.text(number), WORDS)


def _draw_rows(canvas: Canvas, frame: Frame, corner: complex) -> None:
    """A short vector: each number with its bar, to the right above zero and to the left below."""
    numbers, row = frame.numbers.reshape(-1), row_of(frame)
    zero = corner.real + COLUMN * (1 - frame.zero)
    reach = COLUMN * frame.reach
    for i, number in enumerate(numbers):
        y = corner.imag + row * i
        length = reach * number / frame.top if math.isfinite(number) else 0
        box = area(complex(zero + min(0, length), y + row / 6), abs(length), row * 2 / 3)
        if _counts(frame, i):
            canvas.rect(box, Paint(colour(number)))
        at = complex(corner.real + COLUMN + CELL / 2, y + 13)
        if frame.printed:
            _draw_number(canvas, frame, at, number, i)
        elif not math.isfinite(number):
            canvas.text_line(complex(zero - 6, y + 8), "×", ODD)
    _line(canvas, complex(zero, corner.imag), complex(0, row * len(numbers)))


def _draw_columns(canvas: Canvas, frame: Frame, corner: complex) -> None:
    """A long vector: a bar for each number, up above zero and down below."""
    numbers = frame.numbers.reshape(-1)
    width = BARS_WIDTH / len(numbers)
    zero = corner.imag + BARS_HEIGHT * frame.zero
    reach = BARS_HEIGHT * frame.reach
    for i, number in enumerate(numbers):
        if not math.isfinite(number):
            canvas.text_line(complex(corner.real + width * (i + 0.5), zero - 3), "×", ODD)
        elif _counts(frame, i):
            height = reach * number / frame.top
            left = complex(corner.real + width * i, zero - max(0, height))
            canvas.rect(area(left, max(1, width - 1), abs(height)), Paint(colour(number)))
    _line(canvas, complex(corner.real, zero), complex(BARS_WIDTH, 0))


def _draw_cells(canvas: Canvas, frame: Frame, corner: complex) -> None:
    """Squares, or fields with the number in each."""
    cells = list(_cells(frame, corner))
    strength = PRINTED_STRENGTH if frame.printed else STRENGTH
    levels: dict[tuple[str, int], list[str]] = defaultdict(list)
    signs: list[str] = []
    for box, number, counted in cells:
        share = abs(number) / frame.top if math.isfinite(number) else 1.0
        level = round(min(1.0, share) * LEVELS)
        if counted and level:
            levels[colour(number), level].append(_outline(box))
        if not math.isfinite(number) or not (counted or frame.printed):
            signs.append(_cross(box))
        elif number < 0 and level and not frame.printed:
            signs.append(_stroke(box))
    for (name, level), outlines in sorted(levels.items()):
        canvas.parts.append(f'<g fill-opacity="{level / LEVELS * strength:.2f}">')
        canvas.path("".join(outlines), Paint(name))
        canvas.close()
    if signs:
        canvas.path("".join(signs), Paint("", "ink", 0.6))
    columns = frame.numbers.shape[2]
    for i, (box, number, _) in enumerate(cells if frame.printed else ()):
        at = complex(box.middle.real, box.bottom - 5)
        _draw_number(canvas, frame, at, number, i // columns)
    width, height = size_of(frame)
    canvas.rect(area(corner, width, height), Paint("", "rim", 0.8))


def _draw_number(canvas: Canvas, frame: Frame, at: complex, number: float, step: int) -> None:
    """A number with its middle at a point; struck through where a mask leaves it out."""
    counts = _counts(frame, step)
    font = WORDS if counts else Font(11, "soft", mono=True, anchor="middle")
    canvas.text_line(at, frame.text(number), font)
    if not counts:
        _line(canvas, at - CELL / 2 + (4 - 4j), complex(CELL - 8, 0))


def _cells(frame: Frame, corner: complex) -> Iterator[tuple[Area, float, bool]]:
    """Each number with its place, and whether its mask lets it count."""
    tiles, rows, columns = frame.numbers.shape
    unit, across = unit_of(frame), tiles_across(tiles)
    wide, high = (CELL, ROW) if frame.printed else (unit, unit)
    for tile in range(tiles):
        down, right = divmod(tile, across)
        shift = complex(right * (columns * unit + 3), down * (rows * unit + 3))
        for row in range(rows):
            for column in range(columns):
                at = corner + shift + complex(column * wide, row * high)
                number = float(frame.numbers[tile, row, column])
                yield area(at, wide, high), number, _counts(frame, row)


def _counts(frame: Frame, step: int) -> bool:
    return not frame.counted or frame.counted[step]


def colour(number: float) -> str:
    """The colour's name: orange above zero, blue below, red for what is no finite number."""
    if not math.isfinite(number):
        return "fault"
    return "group0" if number > 0 else "input"


def _outline(box: Area) -> str:
    wide, high = coordinate(box.width), coordinate(box.height)
    return f"M{coordinate(box.x)},{coordinate(box.y)}h{wide}v{high}h-{wide}Z"


def _stroke(box: Area) -> str:
    wide, high = coordinate(box.width), coordinate(box.height)
    return f"M{coordinate(box.x)},{coordinate(box.bottom)}l{wide},-{high}"


def _cross(box: Area) -> str:
    wide, high = coordinate(box.width), coordinate(box.height)
    return f"{_stroke(box)}M{coordinate(box.x)},{coordinate(box.y)}l{wide},{high}"


def _line(canvas: Canvas, start: complex, way: complex) -> None:
    end = start + way
    data = f"M{start.real:.1f},{start.imag:.1f}L{end.real:.1f},{end.imag:.1f}"
    canvas.path(data, Paint("", "line", 1))
