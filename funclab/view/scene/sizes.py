"""How large boxes, plates, rows and capsules are, and the text that fits in them."""

from __future__ import annotations

from dataclasses import dataclass

from funclab.view.draw.text import shorten, text_width
from funclab.view.scene.scene import Box, Group, Plate, Row, Scene

NAME, DETAIL, MONO, SMALL, PILL, CAPSULE = 15, 12, 12, 11, 11, 13
LONGEST_NAME, LONGEST_DETAIL, LONGEST_OF_ROWS, LONGEST_ID = 28, 36, 56, 34
BAR, PAD = 8, 12
BOX_HEIGHT, NARROWEST = 54, 150
EQUAL, EQUAL_ROWS = 230, 330
LINE = 16
ROW_GAP, ROW_PAD = 6, 6
HEADER = 48
MARK, LOCK, SIGN = 20, 18, 26
NOTE = 17
"""How much higher a box is for its note."""
FRAME_PAD = 22
CAPSULE_PAD = 24


@dataclass(frozen=True)
class Texts:
    """The words of a box as they are drawn."""

    name: str
    detail: str
    pill: str


def box_texts(box: Box) -> Texts:
    pill = "" if box.node is None else node_words(box.node)
    longest = LONGEST_OF_ROWS if box.rows else LONGEST_DETAIL
    detail = box.detail if box.brief is None else box.brief
    return Texts(shorten(box.heading, LONGEST_NAME), shorten(detail, longest), pill)


def plate_lines(plate: Plate) -> list[str]:
    lines = [shorten(plate.shape, LONGEST_ID), shorten_id(plate.name)]
    return [*lines, plate.label] if plate.label else lines


def shorten_id(name: str, length: int = LONGEST_ID) -> str:
    """A tensor's name made to fit; its indices stay whole."""
    stem, bracket, indices = name.rpartition("[")
    return shorten(stem, length - len(indices) - 1) + bracket + indices


def row_texts(row: Row) -> tuple[list[str], list[str]]:
    """The lines to the left and to the right of a row's arrow."""
    if row.note:
        return [row.note], []
    return [shorten_id(one) for one in row.inputs], [
        shorten(shape, LONGEST_ID) for shape in row.shapes
    ]


def row_height(row: Row) -> float:
    left, right = row_texts(row)
    return max(1, len(left), len(right)) * LINE + ROW_PAD


def row_columns(box: Box) -> tuple[float, float, float]:
    """The widths of index, inputs and shapes, common to all rows of a box."""
    lefts, rights = [0.0], [0.0]
    for row in box.rows:
        left, right = row_texts(row)
        if not row.note:
            lefts += [text_width(one, MONO, mono=True) for one in left]
            rights += [text_width(one, MONO, mono=True) for one in right]
    index = max([pill_width(node_words(row.index)) for row in box.rows], default=0)
    return index + 8, max(lefts), max(rights)


def node_words(index: int) -> str:
    """What stands in the pill of a node."""
    return f"node {index}"


def pill_width(text: str) -> float:
    return text_width(text, PILL, bold=True) + 16


def measure_box(box: Box) -> None:
    """Give a box its size; an open frame has that of its inside as well."""
    texts = box_texts(box)
    first = text_width(texts.name, NAME, bold=True) + (MARK if box.group is not None else 0)
    first += pill_width(texts.pill) + 14 if texts.pill else 0
    first += LOCK if box.frozen else 0
    first += SIGN if box.opens and box.rows else 0
    second = max(text_width(texts.detail, DETAIL), text_width(box.note, SMALL))
    second += SIGN if box.opens else 0
    box.width = max(NARROWEST, BAR + PAD + max(first, second) + PAD)
    box.height = BOX_HEIGHT + (NOTE if box.note else 0)
    if box.rows:
        _measure_rows(box)
    if box.inside is not None:
        box.width = max(box.width, box.inside.width + FRAME_PAD)
        box.height += box.inside.height
    box.width = max(box.width, 26 * max(box.inputs, box.outputs) + 20)
    box.width = 2 * round(box.width / 2 + 0.5)


def equal_widths(scene: Scene) -> None:
    """Boxes of about the same width get the same one."""
    most = EQUAL_ROWS if scene.face == "layers" else EQUAL
    if scene.face == "layers" and scene.direction == "LR":
        return  # they do not stand below each other
    boxes = [box for box in scene.boxes if box.inside is None and box.width <= most]
    for box in boxes:
        box.width = max(one.width for one in boxes)


def _measure_rows(box: Box) -> None:
    index, left, right = row_columns(box)
    notes = [text_width(row.note, DETAIL) + index for row in box.rows if row.note]
    arrow = 30
    whole = max([index + left + arrow + right, *notes])
    box.width = max(box.width, BAR + 10 + whole + 22)
    box.height = HEADER + sum(row_height(row) + ROW_GAP for row in box.rows) + 6


def row_centres(box: Box) -> list[float]:
    """The middle of each row, from the top of the box."""
    centres, top = [], float(HEADER)
    for row in box.rows:
        centres.append(top + row_height(row) / 2)
        top += row_height(row) + ROW_GAP
    return centres


def measure_plate(plate: Plate) -> None:
    if plate.border:
        return
    lines = plate_lines(plate)
    widest = max(text_width(line, MONO, mono=True) for line in lines)
    plate.width = 2 * round(widest / 2 + 0.5) + 20
    plate.height = LINE * len(lines) + 8


def measure_group(group: Group) -> None:
    if not group.weights:
        return
    lines = [(f"{shorten(group.name, LONGEST_NAME)} weights", 13, True)]
    lines += [(line, SMALL, False) for line in group.caption]
    widths = [text_width(text, size, bold) for text, size, bold in lines]
    widths[0] += MARK
    widths.append(text_width(group.weights, MONO, mono=True))
    group.width = max(widths) + 2 * CAPSULE_PAD
    group.height = 22 + LINE * (1 + len(group.caption)) + 14
