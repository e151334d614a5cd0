"""The densities of pictures: how much text there is in each place, its size, and how it is cut."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import log2, prod

from funclab.view.draw.geometry import Area
from funclab.view.draw.text import clean, shorten, text_width
from funclab.view.scene.scene import Box, Group, Plate, Row, Scene


@dataclass(frozen=True)
class Density:
    """How much text a picture has in each place, and its sizes. Text is never scaled."""

    height: float
    """The height of a box."""
    name: float
    detail: float
    shape: float
    """Sizes of type: of names, of details, of the shapes of tensors."""
    two_lines: bool
    """Whether the detail is under the name."""
    full: bool
    """Whether everything is written: names of tensors beside their shapes, nodes, notes."""
    tail: float
    """Room for the tensor under a box."""
    gap: float
    spring: float
    """The least distance to the next box, and how much it grows where there is room."""
    narrowest: float
    widest: float
    beside: bool = False
    """Whether the shape stands to the right of the box."""
    rows: bool = False
    """Whether each call from top to bottom has a row of its own."""
    content: int = 2
    """How many lines there are at most on what a closed block holds."""

    @property
    def brief(self) -> bool:
        """Whether shapes are written without the batch."""
        return self.widest < 200

    @property
    def beneath(self) -> float:
        """How far below a box the shape of what it makes stands."""
        return 13 if self.full else 2

    @property
    def bar(self) -> float:
        """The width of the coloured bar at the left of a box."""
        return BAR if self.full else BAR - 2

    @property
    def pad(self) -> float:
        """The room before and after the words in a box."""
        return PAD if self.full else PAD - 4

    @property
    def capsule_pad(self) -> float:
        """The room before and after the words in a capsule."""
        return CAPSULE_PAD if self.two_lines else CAPSULE_PAD - 10


DENSITIES = {
    "full": Density(56, 15, 12, 12, True, True, 28, 14, 16, 180, 330),
    "two lines": Density(42, 13, 11, 11, True, False, 16, 7, 8, 116, 250),
    "one line": Density(26, 13, 11, 11, False, False, 16, 4, 6, 92, 330),
    "one line, shapes beside": Density(26, 13, 11, 11, False, False, 1, 11, 12, 92, 300, True),
    "lines": Density(20, 12, 11, 11, False, False, 1, 3, 5, 120, 282, rows=True),
    "boxes": Density(42, 13, 11, 11, True, False, 16, 10, 16, 124, 199),
    "narrow boxes": Density(42, 12, 11, 11, True, False, 16, 5, 8, 100, 164, content=1),
    "low boxes": Density(26, 12, 11, 11, False, False, 16, 5, 8, 100, 300, content=1),
    "short": Density(30, 12, 11, 11, True, False, 16, 3, 6, 84, 132),
    "short lines": Density(18, 12, 11, 11, False, False, 1, 2, 5, 84, 160, rows=True),
}
NAME, DETAIL, MONO, SMALL, PILL, CAPSULE = 15, 12, 12, 11, 11, 13
LONGEST_NAME, LONGEST_OF_ROWS, LONGEST_ID = 28, 56, 34
BAR, PAD = 8, 12
LINE = 16
ROW_GAP, ROW_PAD = 6, 6
HEADER = 53
MARK, LOCK, SIGN = 20, 22, 26
MARK_GAP = 5
"""The room after a pill before the name."""
NOTE = 17
"""How much higher a box is for its note."""
FRAME_PAD, TAB = 22, 14
CAPSULE_PAD = 24
REPEAT, CARDS = 30, 8
"""The heading of a frame around a block, how far the cards behind a repeated one reach."""
CONTENT = 14
"""The height of a line on what a closed block holds."""
AXIS = 17
"""In the layouts in lines, how far from the left of a box the wire runs."""
UNEQUAL = 1.4
"""A box this much wider than most others keeps its own width."""
BESIDE, WIDEST_LINE = 9, 205
"""How far beside its wire a shape stands, and how wide it may be with the name beside it."""


def density_of(scene: Scene) -> Density:
    return DENSITIES[scene.density]


@dataclass(frozen=True)
class Texts:
    """The words of a box as they are drawn."""

    name: str
    detail: str
    pill: str


def box_texts(box: Box, density: Density = DENSITIES["full"]) -> Texts:
    shown = box.node is not None and (density.full or box.several)
    pill = node_words(box.node or 0) if shown else ""
    detail = clean(box.detail if box.brief is None else box.brief)
    name, room = shorten(box.name, LONGEST_NAME), density.widest - density.bar - 2 * density.pad
    if box.rows:
        return Texts(name, shorten(detail, LONGEST_OF_ROWS), pill)
    if density.full:
        return Texts(name, fitted(detail, room, density.detail), pill)
    beside = pill_width(pill) if pill else 0
    beside += MARK if box.group is not None else 0
    name = fitted(name, room - beside, density.name, bold=True)
    if not density.two_lines:
        room -= beside + text_width(name, density.name, bold=True) + 8
    return Texts(name, fitted(detail, room, density.detail), pill)


def in_two_lines(box: Box, density: Density) -> bool:
    """Whether there is something under the name; else the name is in the middle."""
    under = box_texts(box, density).detail or box.note or box.inside is not None or box.rows
    return density.two_lines and bool(under)


def fitted(text: str, room: float, size: float, bold: bool = False) -> str:
    """As much of a text as there is room for; empty if too little would be left to make sense."""
    first = text.partition(" · ")[0]
    while text and text_width(text, size, bold) > room:
        text, more, _ = text.removesuffix(" …").rpartition(" · ")
        text += " …" * bool(more)
    text = text or first
    if " " in text and not bold and text_width(text, size, bold) > room:
        text = text.partition(" ")[2] if text[0].isupper() else ""  # a size without the class
    while text and text_width(text, size, bold) > room:
        if len(text) <= 8:
            return text if bold else ""  # a name is never left out
        text = shorten(text, len(text) - 1)
    return text


def plate_lines(plate: Plate, density: Density = DENSITIES["full"]) -> list[str]:
    """The words beside a wire: the shape, and after it the name and a label."""
    shape = shorten(shape_words(plate.shape, density), LONGEST_ID)
    named = density.full or plate.numbered
    more = [
        shorten_id(plate.name, LONGEST_ID if density.full else 20) if named else "",
        plate.label,
    ]
    return [shape, " ".join(word for word in more if word)]


def shape_words(shape: str, density: Density) -> str:
    """A shape as it is drawn: where there is little room, without the batch, as `32×32×16`."""
    inside, _, dtype = shape.removeprefix("(").partition(")")
    axes = inside.split(", ")[1:]
    return "×".join(axes).replace("None", "?") + dtype if density.brief and axes else shape


def lengths(plate: Plate) -> list[int]:
    """The lengths of a tensor's axes that are known, without the batch."""
    return [int(word) for word in plate.shape.strip("()").split(", ")[1:] if word.isdigit()]


def glyph(plate: Plate, density: Density) -> tuple[float, float]:
    """The width and height of the bar that stands for a shape where there is little room, with the
    distance to the words."""
    if density.full:
        return 0, 0
    features, positions = extents(lengths(plate))
    return min(features, 30), min(positions, 16)


def extents(lengths: list[int]) -> tuple[float, float]:
    """How long a bar is for its features, and for its positions (their geometric mean)."""
    *space, features = lengths or [1]
    positions = prod(space) ** (1 / len(space)) if space else 1
    width, height = (3 + 2 * log2(max(1, size)) for size in (features, positions))
    return width, height


def shorten_id(name: str, length: int = LONGEST_ID) -> str:
    """A tensor's name cut to fit; its indices stay whole."""
    stem, bracket, indices = name.rpartition("[")
    return shorten(stem, length - len(indices) - 1) + bracket + indices


def row_texts(row: Row) -> tuple[list[str], list[str]]:
    """The lines to the left and to the right of a row's arrow."""
    if row.note:
        return [row.note], []
    return [shorten_id(name) for name in row.inputs], [
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
            lefts += [text_width(line, MONO, mono=True) for line in left]
            rights += [text_width(line, MONO, mono=True) for line in right]
    index = max([pill_width(node_words(row.index)) for row in box.rows], default=0)
    return index + 8, max(lefts), max(rights)


def node_words(index: int) -> str:
    """The words in the pill of a node."""
    return f"node {index}"


def pill_width(text: str) -> float:
    return text_width(text, PILL, bold=True) + 16


def marks_width(box: Box) -> float:
    """How wide the pills of a view before the name are."""
    return sum(pill_width(words) + MARK_GAP for words in box.marks)


def repeat_texts(box: Box, density: Density) -> tuple[str, str, list[str]]:
    """How many times a repeat is repeated, what it is, and the lines on how its blocks differ."""
    room = density.widest + 30 - rack_width(box) - marks_width(box) - sign_before_heading(box)
    longest = room - text_width(box.heading, NAME, bold=True)
    details = (box.detail, box.detail.partition(",")[0])
    detail = next((words for words in details if text_width(words, SMALL) <= longest), "")
    varies = [shorten(line, LONGEST_OF_ROWS) for line in box.varies[: most_varies(box, density)]]
    for i, line in enumerate(varies):
        if text_width(line, SMALL) > room:  # without the call
            varies[i] = fitted(line.rpartition(": ")[2], room, SMALL)
    return box.heading, detail, varies


def rack_width(box: Box) -> float:
    """How wide the ticks in the heading of a frame are."""
    return min(13 * len(box.starts), 170) if box.role == "repeat" else 0


def most_varies(box: Box, density: Density) -> int:
    """How many lines the frame of a repeat has on how its blocks differ."""
    return min(len(box.varies), 2 if density.brief else 4)


def heading_height(box: Box, density: Density) -> float:
    """How much of an open frame is above what is inside it."""
    if not box.gathers:
        return density.height + (NOTE if box.note and density.full else 0)
    return REPEAT + LINE * most_varies(box, density)


def ticks(box: Box) -> Area:
    """Where the ticks of a repeat are, in the heading of its frame."""
    width = rack_width(box)
    return Area(x=box.right - 10 - width, y=box.y + 9, width=width, height=12)


def block_texts(box: Box, density: Density) -> tuple[str, str, list[str]]:
    """The title of a closed block, how often it is repeated, and what it holds, in one or two
    lines that end with a sign if there is more; beside the title in a low box."""
    times = f"×{box.times}" if box.starts else ""
    room = density.widest - density.bar - 2 * density.pad
    beside = text_width(times, density.name, bold=True) + 8 + marks_width(box)
    beside += MARK if box.group is not None else 0
    title = fitted(box.name, room - beside, density.name, bold=True)
    lines: list[str] = []
    rest = re.split(r"(?<=[·|→]) ", box.detail)
    for last in [False, True][-density.content :]:
        free, count = room - SIGN, 1
        free -= 0 if density.two_lines else beside + text_width(title, density.name, bold=True)
        while count < len(rest) and text_width(" ".join(rest[: count + 1]), density.detail) <= free:
            count += 1
        line, rest = " ".join(rest[:count]), rest[count:]
        if last and rest:
            line = f"{line.rstrip(' ·|→')} …"
        lines.append(fitted(line, free, density.detail))
    return title, times, [line for line in lines if line]


def _measure_block(box: Box, density: Density) -> None:
    title, times, lines = block_texts(box, density)
    first = text_width(title, density.name, bold=True) + marks_width(box)
    first += MARK if box.group is not None else 0
    first += text_width(times, density.name, bold=True) + 8 if times else 0
    under = [text_width(line, density.detail) + SIGN for line in lines]
    beside = first + 8 + sum(under) if lines else first + SIGN
    inner = max(first, *under) if density.two_lines and lines else beside
    box.width = max(density.narrowest, density.bar + inner + 2 * density.pad)
    box.width = 2 * round(box.width / 2 + 0.5)
    box.height = density.height + CONTENT * max(0, len(lines) - 1)


def _measure_repeat(box: Box, density: Density) -> None:
    assert box.inside is not None
    title, detail, varies = repeat_texts(box, density)
    heading = text_width(title, NAME, bold=True) + 10 + text_width(detail, SMALL)
    heading += marks_width(box) + sign_before_heading(box)
    inside, rack = box.inside, rack_width(box)
    lines = [text_width(line, SMALL) + sign_before_heading(box) for line in varies]
    # A wire comes in at the axis of what is inside, with the heading on its left.
    off = inside.width - 2 * inside.axis if inside.direction == "TB" else 0
    left, right = 2 * max([heading, *lines]) + off, 2 * rack - off
    box.width = max(inside.width, max(left, right) + 48)
    box.height = heading_height(box, density) + inside.height


def measure_box(box: Box, density: Density) -> None:
    """Give a box its size; that of an open frame includes what is inside."""
    if box.gathers:
        (_measure_repeat if box.inside else _measure_block)(box, density)
        return
    if box.rows:
        density = DENSITIES["full"]
    texts = box_texts(box, density)
    first = text_width(texts.name, density.name, bold=True)
    first += marks_width(box) + (MARK if box.group is not None else 0)
    first += pill_width(texts.pill) + 14 if texts.pill else 0
    first += LOCK if box.frozen else 0
    first += SIGN if box.opens and (box.rows or sign_beside_name(box, density)) else 0
    note = box.note if density.full else ""
    detail = text_width(texts.detail, density.detail)
    second = max(detail, text_width(note, SMALL)) + (SIGN if box.opens else 0) + box.aside
    inner = max(first, second) if density.two_lines else first + (detail + 8 if detail else 0)
    box.width = max(density.narrowest, density.bar + inner + 2 * density.pad)
    box.height = density.height + (NOTE if note else 0)
    if box.rows:
        _measure_rows(box, first, second)
    if box.inside is not None:
        box.width = max(box.width, box.inside.width + FRAME_PAD)
        box.height += box.inside.height
    box.width = max(box.width, 26 * max(box.inputs, box.outputs) + 20)
    box.width = 2 * round(box.width / 2 + 0.5)


def sign_top(box: Box, density: Density) -> float:
    """How far below the top of a box the button that opens it is; it is 18 high."""
    if box.gathers and box.inside is not None:
        return 6
    if box.rows:
        return 9
    if has_room_under_name(density):
        return (box.height if box.gathers else density.height) - 21
    return (density.height - 18) / 2


def has_room_under_name(density: Density) -> bool:
    """Whether the button that opens a box fits beside the detail, clear of the line above it."""
    return density.two_lines and density.height >= 40


def sign_beside_name(box: Box, density: Density) -> bool:
    """Whether that button takes its room from the line of the name."""
    return not (in_two_lines(box, density) and has_room_under_name(density))


def sign_before_heading(box: Box) -> float:
    """How much of the heading of an open block the button that closes it takes, at its left."""
    return SIGN - 8 if box.inside is not None else 0


def equal_widths(boxes: list[Box], density: Density) -> None:
    """Give boxes below each other the same width; only much wider ones keep their own."""
    boxes = [box for box in boxes if box.inside is None]
    widths = sorted(box.width for box in boxes)
    middle = widths[len(widths) // 2] if widths else 0
    most = density.widest if density.rows else UNEQUAL * middle
    common = max((width for width in widths if width <= most), default=0)
    for box in boxes:
        box.width = max(box.width, common)


def _measure_rows(box: Box, first: float, second: float) -> None:
    index, left, right = row_columns(box)
    notes = [text_width(row.note, DENSITIES["full"].detail) + index for row in box.rows if row.note]
    arrow = 30
    whole = max([index + left + arrow + right, *notes])
    box.width = max(box.width, BAR + PAD + max(first, second) + PAD, BAR + 10 + whole + 22)
    box.height = HEADER + sum(row_height(row) + ROW_GAP for row in box.rows) + 6


def row_centres(box: Box) -> list[float]:
    """The middle of each row, from the top of the box."""
    centres, top = [], float(HEADER)
    for row in box.rows:
        centres.append(top + row_height(row) / 2)
        top += row_height(row) + ROW_GAP
    return centres


def measure_plate(plate: Plate, density: Density, sideways: bool) -> None:
    """Give a tensor its size: that of the words and the bar beside the wire.

    In pictures from left to right, everything else is under the shape.
    """
    lines = plate_lines(plate, density)
    widths = [text_width(line, density.shape, mono=True) for line in lines]
    bar = glyph(plate, density)[0]
    widths[0] += bar + 6 * bool(bar)
    whole = widths[0] + (7 + widths[1]) * bool(widths[1])
    stacked = widths[1] and (sideways or (density.full and whole > WIDEST_LINE))
    plate.width, plate.height = (max(widths), 28) if stacked else (whole, 14)
    if plate.hidden or plate.border:
        plate.width = plate.height = 0


def measure_group(group: Group, density: Density) -> None:
    if not group.weights:
        return
    lines = [(f"{shorten(group.name, LONGEST_NAME)} weights", 13, True)]
    lines += [(line, SMALL, False) for line in group.caption]
    widths = [text_width(text, size, bold) for text, size, bold in lines]
    widths[0] += MARK
    widths.append(text_width(group.weights, MONO, mono=True))
    group.width = max(widths) + 2 * density.capsule_pad
    group.height = 22 + LINE * (1 + len(group.caption)) + 14
