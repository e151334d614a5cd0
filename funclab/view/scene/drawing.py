"""A scene on a canvas: edges, tensors, boxes and what is inside them, weights capsules."""

from __future__ import annotations

from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import (
    Points,
    area,
    curved,
    lock_path,
    mark_path,
    of_length,
    rounded,
)
from funclab.view.draw.sentences import say
from funclab.view.draw.text import shorten, text_width
from funclab.view.scene import sizes
from funclab.view.scene.scene import Box, Edge, Group, Label, Plate, Row, Scene
from funclab.view.scene.sizes import TAB, Density, density_of

ARROW = 8
DOTS, DASHES = "1.5 4", "4 3"
MASK_DISTANCE = 4 * (1 + 1j)
"""How far from the line of its tensor that of a mask runs, in any direction."""
DOT = 2.5
DETAIL = Font(sizes.DETAIL, "soft")
PILL = Font(sizes.PILL, "on-colour", bold=True, anchor="middle")
INK_PILL = Font(sizes.PILL, "paper", bold=True, anchor="middle")
PLAIN_PILL = Font(sizes.PILL, "soft", bold=True, anchor="middle")
TAB_NUMBER = Font(11, bold=True, anchor="middle")
VALUE, VALUE_ARROW = Font(sizes.MONO, mono=True), Font(sizes.MONO, "soft", mono=True)

ROUND, DOUBLE = 8, 4
PILL_HEIGHT = 18
PORT = 3.5
ROW_LEFT, ROW_INSET, ARROW_GAP, SHAPE_GAP = 16, 8, 6, 18


def draw_scene(canvas: Canvas, scene: Scene) -> None:
    """Draw everything, from the back to the front: ties, edges, tensors, boxes, capsules."""
    groups: dict[int | None, Group] = {group.number: group for group in scene.groups}
    boxes = {box.key for box in scene.boxes if not box.gathers or box.inside is None}
    ends = {plate.key for plate in scene.plates if plate.output}
    for group in scene.groups:
        paint = Paint("", f"group{group.colour}", 1.4, DOTS)
        for tie in group.ties:
            canvas.path(curved(_points(tie)), paint)
    for label in scene.labels:
        _draw_label(canvas, label, density_of(scene))
    for edge in scene.edges:
        leaves = edge.target.key in ends
        colour = "output" if leaves else "line"
        _draw_edge(canvas, edge, leaves or edge.target.key in boxes, colour)
    for x, y in scene.dots:
        canvas.circle(complex(x, y), DOT, Paint("line"))
    for plate in scene.plates:
        if plate.width and not plate.border:
            _draw_shape(canvas, plate, density_of(scene))
    for box in scene.boxes:
        draw_box(canvas, scene, box, groups.get(box.group))
        if box.inside is not None:
            canvas.shift(box.inner_corner)
            draw_scene(canvas, box.inside)
            canvas.close()
            canvas.close()
    for group in scene.groups:
        if group.width:
            _draw_capsule(canvas, group)


def _points(path: Points) -> list[complex]:
    return [complex(x, y) for x, y in path]


def _draw_edge(canvas: Canvas, edge: Edge, arrow: bool, colour: str) -> None:
    """The path of a tensor, with an arrow where a call takes it, and its mask beside it."""
    points = _points(edge.path)
    tip = points[-1]
    before = next((point for point in reversed(points) if point != tip), tip)
    ahead = of_length(tip - before, ARROW)
    if arrow:
        points[-1] = tip - ahead / 2
    title = say("scene_edge", name=edge.tensor, mask=edge.mask)
    ends = {"source": edge.source.key, "target": edge.target.key}
    canvas.open(title, "edge", key=edge.tensor, **ends, tensor=edge.tensor_key)
    canvas.path(curved(points), Paint("", colour, 1.5))
    if edge.mask:
        beside = [point + MASK_DISTANCE for point in points]
        canvas.path(curved(beside), Paint("", "neutral", 1.5, DASHES))
    if arrow:
        canvas.arrow(tip, ahead, colour)
    canvas.close()


def _draw_label(canvas: Canvas, label: Label, density: Density) -> None:
    if not label.band:
        canvas.text_line(label.corner + 11j, label.text, Font(sizes.SMALL, "soft", mono=True))
        return
    if label.band % 2:
        canvas.rect(label, Paint("plain"))
    left, size = (8, sizes.SMALL) if density.brief else (12, 13)
    start = complex(label.x + left, label.middle.imag + 4)
    canvas.text_line(start, label.text, Font(size, "soft", bold=True))


def _draw_shape(canvas: Canvas, plate: Plate, density: Density) -> None:
    """The shape of a tensor beside its wire, and its name; or a bar for the shape before it."""
    canvas.open(plate.title, "plate", key=plate.key, tensor=plate.tensor_key)
    canvas.rect(plate.grown(1), Paint())
    width, height = sizes.glyph(plate, density)
    start = complex(plate.x, plate.y + 7)
    if width:
        colour = "output" if plate.output else "rim"
        canvas.rect(area(start - height / 2 * 1j, width, height), Paint(colour))
        start += width + 6
    shape, more = sizes.plate_lines(plate, density)
    start += 4j
    canvas.text_line(start, shape, Font(density.shape, mono=True))
    if more:
        beside = start + text_width(shape, density.shape, mono=True) + 7
        under = complex(plate.x, start.imag + 14)
        font = Font(density.shape, "label", mono=True)
        canvas.text_line(under if plate.height > 14 else beside, more, font)
    canvas.close()


def _draw_capsule(canvas: Canvas, group: Group) -> None:
    colour = f"group{group.colour}"
    uses = " ".join(group.caption)
    title = say("scene_capsule", name=group.name, numbers=group.weights, uses=uses)
    canvas.open(title, "capsule", key=group.name)
    canvas.rect(group, Paint("paper", colour, 1.5, DOTS), min(group.height / 2, 30))
    heading = Font(sizes.CAPSULE, bold=True, anchor="middle")
    name = say("scene_capsule_name", name=shorten(group.name, sizes.LONGEST_NAME))
    start = complex(group.middle.real, group.y + 25)
    half = text_width(name, sizes.CAPSULE, bold=True) / 2
    canvas.path(mark_path(group.mark, start - half - (3 + 5j)), Paint(colour))
    canvas.text_line(start + sizes.MARK / 2, name, heading)
    start += 18j
    canvas.text_line(start, group.weights, Font(sizes.MONO, mono=True, anchor="middle"))
    start += 18j
    for line in group.caption:
        canvas.text_line(start, line, Font(sizes.SMALL, "soft", anchor="middle"))
        start += 15j
    canvas.close()


def draw_box(canvas: Canvas, scene: Scene, box: Box, group: Group | None) -> None:
    """Draw a box. Its element stays open if there is more to draw inside; the caller closes it."""
    density = density_of(scene)
    kind = "box" if box.inside is None else "box frame"
    # where a view puts the button that opens it
    sign = f"{sizes.sign_top(box, density):g}" if box.opens or box.gathers else ""
    canvas.open(box.title, kind, key=box.key, sign=sign)
    colour, fill = colours(box, group)
    if box.gathers and box.starts:
        _draw_cards(canvas, box)
    if box.gathers and box.inside is not None:
        _draw_frame(canvas, box, group, colour, density)
        return
    if box.wrapper:
        canvas.rect(box.grown(DOUBLE), Paint("", colour, 1.2), ROUND + DOUBLE)
    radius = ROUND if density.two_lines else ROUND - 3
    rim = "rim" if density.rows and colour == "neutral" else colour
    canvas.rect(box, Paint(fill, rim, 1 if density.rows else 1.25), radius)
    _draw_outline(canvas, box, density)
    _draw_bar(canvas, box, colour, density)
    if box.gathers:
        _draw_block(canvas, box, group, colour, density)
        return
    draw_heading(canvas, box, group, colour, density)
    _draw_ports(canvas, box, colour)
    for row, centre in zip(box.rows, sizes.row_centres(box)):
        _draw_row(canvas, box, row, box.y + centre, colour)
    if box.inside is None:
        canvas.close()


def _draw_bar(canvas: Canvas, box: Box, colour: str, density: Density) -> None:
    """The coloured bar inside a box, along its left side; in a frame, beside its heading."""
    height = density.height if box.inside is not None or box.rows else box.height
    size = (7, 4) if density.full else (4, 3)
    canvas.bar(area(box.corner, box.width, height), colour, *size)


def _draw_cards(canvas: Canvas, box: Box) -> None:
    """Two cards behind a box that is repeated."""
    for shift in (sizes.CARDS, sizes.CARDS / 2):
        left, right = box.x + shift + 4, box.right + shift
        top, low = box.y + shift + 4, box.bottom + shift
        card = [complex(left, box.bottom), complex(left, low), complex(right, low)]
        card += [complex(right, top), complex(box.right, top)]
        canvas.path(curved(rounded(card, ROUND)), Paint("", "rim", 1))


def _draw_block(
    canvas: Canvas, box: Box, group: Group | None, colour: str, density: Density
) -> None:
    """What a closed block says: its title, how often it is repeated, and what it holds."""
    title, times, lines = sizes.block_texts(box, density)
    start = box.corner + density.bar + density.pad
    two = density.two_lines and bool(lines)
    line = round(density.height * 0.4) if two else (box.height + density.name) / 2 - 2
    start += _draw_marks(canvas, box, start + (line - 5) * 1j, density)
    if group is not None:
        canvas.path(mark_path(group.mark, start + (7 + 1j * (line - 5))), Paint(colour))
        start += sizes.MARK
    name = Font(density.name, bold=True)
    canvas.text_line(start + 1j * line, title, name)
    wide = text_width(title, density.name, bold=True) + 8
    end = box.right - density.pad - text_width(times, density.name, bold=True)
    canvas.text_line(complex(end if two else start.real + wide, box.y + line), times, name)
    if not two:
        start += wide + (text_width(times, density.name, bold=True) + 8) * bool(times) + 1j * line
    else:
        start = box.corner + density.bar + density.pad + 1j * round(density.height * 0.83)
    for text in lines:
        canvas.text_line(start, text, Font(density.detail, "soft"))
        start += sizes.CONTENT * 1j
    canvas.close()


def _draw_frame(
    canvas: Canvas, box: Box, group: Group | None, colour: str, density: Density
) -> None:
    """The frame around an open block; of a repeat, with a tick for each repetition, of which the
    one shown is filled."""
    assert box.inside is not None
    canvas.rect(
        box, Paint("plain", colour if box.starts else "rim", 1.5 if box.starts else 1), ROUND
    )
    _draw_outline(canvas, box, density)
    title, detail, varies = sizes.repeat_texts(box, density)
    start = box.corner + sizes.sign_before_heading(box) + (12 + 21j)
    start += _draw_marks(canvas, box, start - 5j, density)
    if group is not None:
        canvas.path(mark_path(group.mark, start + (7 - 5j)), Paint(colour))
        start += sizes.MARK
    canvas.text_line(start, title, Font(sizes.NAME, bold=True))
    wide = text_width(title, sizes.NAME, bold=True) + 10
    canvas.text_line(start + wide, detail, Font(sizes.SMALL, "soft"))
    for i, line in enumerate(varies, 1):
        canvas.text_line(start + i * sizes.LINE * 1j, line, Font(sizes.SMALL, "soft"))
    if box.role == "repeat":
        _draw_ticks(canvas, box, colour)


def _draw_ticks(canvas: Canvas, box: Box, colour: str) -> None:
    rack = sizes.ticks(box)
    step = rack.width / box.times
    for i, key in enumerate(box.starts):
        title = say("scene_tick", i=i + 1, n=box.times, first=key)
        canvas.open(title, "tick", repetition=str(i), start=key)
        tick = area(rack.corner + i * step, max(1.0, step - min(3.0, step / 3)), rack.height)
        canvas.rect(tick, Paint("neutral" if i == box.shown else "paper", colour, 1), 1.5)
        canvas.close()


def colours(box: Box, group: Group | None) -> tuple[str, str]:
    """The colours of a box's line and filling."""
    name = "neutral"
    if group is not None:
        name = f"group{group.colour}"
    elif box.role in ("input", "output"):
        name = box.role
    return name, "plain" if name == "neutral" else f"{name}-fill"


def draw_heading(
    canvas: Canvas, box: Box, group: Group | None, colour: str, density: Density
) -> None:
    """Mark, name and detail of a box, the node index in its pill, the lock of frozen weights."""
    if box.rows:
        density = sizes.DENSITIES["full"]
    texts = sizes.box_texts(box, density)
    start = box.corner + density.bar + density.pad
    two = sizes.in_two_lines(box, density)
    # The heading of an open frame stands at its top, above what is inside.
    height = density.height if box.inside is not None else box.height
    line = round(density.height * 0.4) if two else (height + density.name) / 2 - 2
    if two:
        detail = Font(density.detail, "soft")
        canvas.text_line(start + 1j * round(density.height * 0.83), texts.detail, detail)
    if box.note and density.full:
        canvas.text_line(start + 58j, box.note, Font(sizes.SMALL, "soft"))
    middle = (line - 5) * 1j if two else 1j * height / 2
    start += _draw_marks(canvas, box, start + middle, density)
    if group is not None:
        canvas.path(mark_path(group.mark, start + (7 + 1j * (line - 5))), Paint(colour))
        start += sizes.MARK
    name = Font(density.name, bold=True)
    canvas.text_line(start + 1j * line, texts.name, name)
    if not two and texts.detail:
        start += text_width(texts.name, density.name, bold=True) + 8
        canvas.text_line(start + 1j * line, texts.detail, Font(density.detail, "soft"))
    end = complex(box.right - 10, box.y) + middle
    if box.opens and not box.rows and sizes.sign_beside_name(box, density):
        end -= sizes.SIGN
    if texts.pill:
        end -= sizes.pill_width(texts.pill)
        high = pill_height(density)
        _pill(canvas, _under_ports(box, end, texts.pill, high), texts.pill, colour, high)
    if box.frozen:
        canvas.path(lock_path(end - sizes.LOCK + (6 - 7j)), Paint("soft"))


def _under_ports(box: Box, start: complex, pill: str, height: float) -> complex:
    """The middle of the left side of a pill, lower if a port of an open frame would cover it."""
    left, right = start.real - sizes.TAB / 2, start.real + sizes.pill_width(pill) + sizes.TAB / 2
    top = box.y + sizes.TAB
    ports = [y for x, y, _ in box.ports if box.inside is not None and left < x < right and y < top]
    free = max(ports, default=-sizes.TAB) + sizes.TAB / 2 + 1 + height / 2
    return complex(start.real, max(start.imag, free))


def _pill(
    canvas: Canvas, start: complex, text: str, colour: str, height: float = PILL_HEIGHT
) -> float:
    """White words on a colour, given the middle of its left side; returns how wide it is."""
    width, font = sizes.pill_width(text), INK_PILL if colour == "ink" else PILL
    if colour == "neutral":  # colour belongs to what is special
        colour, font = "rule", PLAIN_PILL
    canvas.rect(area(start - height / 2 * 1j, width, height), Paint(colour), height / 2)
    canvas.text_line(start + (width / 2 + 4j), text, font)
    return width


def _draw_marks(canvas: Canvas, box: Box, start: complex, density: Density) -> float:
    """The marks of a view, from left to right; returns how wide they are."""
    end = start
    for words, colour in box.marks.items():
        end += _pill(canvas, end, words, colour, pill_height(density)) + sizes.MARK_GAP
    return (end - start).real


def _draw_outline(canvas: Canvas, box: Box, density: Density) -> None:
    """The line of a view around a box, under the numbers of its inputs."""
    if box.outline is not None:
        margin = 1 if density.rows else 4
        canvas.rect(box.grown(margin), Paint("", box.outlined, 2.2, box.outline), 7 + margin)


def pill_height(density: Density) -> float:
    """As high as fits in a box, or in the upper part of one with two lines."""
    return min(PILL_HEIGHT, density.height - (16 if density.two_lines else 4))


def _draw_ports(canvas: Canvas, box: Box, colour: str) -> None:
    """Ports where the order of several inputs matters, and on open frames."""
    for x, y, words in box.ports:
        corner = complex(x, y) - TAB / 2 * (1 + 1j)
        canvas.rect(area(corner, TAB, TAB), Paint("paper", colour, 1.2))
        canvas.text_line(complex(x, y + 4), words, TAB_NUMBER)


def _draw_row(canvas: Canvas, box: Box, row: Row, y: float, colour: str) -> None:
    """A call: its number, what it was given, an arrow, and the shapes of what it made."""
    index, wide, _ = sizes.row_columns(box)
    height = sizes.row_height(row)
    canvas.open(f"node {row.index}", "row", row=str(row.index))
    corner = complex(box.x + ROW_LEFT, y - height / 2)
    frame = area(corner, box.width - ROW_LEFT - ROW_INSET, height)
    canvas.rect(frame, Paint("paper", colour, 1, "4 3" if row.note else ""), 5)
    _pill(canvas, complex(frame.x + 2, y), sizes.node_words(row.index), colour)
    start = complex(frame.x + 2 + index, y + 4)
    if row.note:
        canvas.text_line(start, row.note, DETAIL)
    else:
        inputs, shapes = sizes.row_texts(row)
        _draw_lines(canvas, start, inputs)
        start += wide + ARROW_GAP if wide else 0
        canvas.text_line(start, "→", VALUE_ARROW)
        _draw_lines(canvas, start + SHAPE_GAP, shapes)
        for height in _spread(len(row.outputs)):
            canvas.circle(complex(box.right, y + height), PORT, Paint(colour))
    canvas.close()


def _draw_lines(canvas: Canvas, start: complex, lines: list[str]) -> None:
    for line, height in zip(lines, _spread(len(lines))):
        canvas.text_line(start + height * 1j, line, VALUE)


def _spread(count: int) -> list[float]:
    """The heights of some lines around their common middle."""
    return [sizes.LINE * (i - (count - 1) / 2) for i in range(count)]
