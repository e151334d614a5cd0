"""A scene on a canvas: edges, tensors, boxes and what is inside them, weights capsules."""

from __future__ import annotations

from funclab.view.draw.area import Points, area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import curved, of_length
from funclab.view.draw.marks import mark_path
from funclab.view.draw.text import shorten, text_width
from funclab.view.scene import sizes
from funclab.view.scene.boxes import draw_box
from funclab.view.scene.scene import Box, Edge, Group, Label, Plate, Scene
from funclab.view.scene.sizes import Density, density_of

ARROW, HALF_ARROW = 8, 4
DOTS, DASHES = "1.5 4", "4 3"
MASK_DISTANCE = 4 * (1 + 1j)
"""How far beside its tensor a mask runs, whichever way its line goes."""
DOT = 2.5


def draw_scene(canvas: Canvas, scene: Scene) -> None:
    """Draw everything, from the back to the front: ties, edges, tensors, boxes, capsules."""
    groups: dict[int | None, Group] = {group.number: group for group in scene.groups}
    boxes = {box.key for box in scene.boxes if not box.gathers or box.inside is None}
    plates = density_of(scene).plates
    ends = set() if plates else {plate.key for plate in scene.plates if plate.output}
    for group in scene.groups:
        paint = Paint("", f"group{group.colour}", 1.4, DOTS)
        for tie in group.ties:
            canvas.path(curved(_points(tie)), paint)
    for label in scene.labels:
        _draw_label(canvas, label)
    for edge in scene.edges:
        leaves = edge.target.key in ends
        colour = "output" if leaves else "line"
        _draw_edge(canvas, edge, leaves or edge.target.key in boxes, colour)
    for x, y in scene.dots:
        canvas.circle(complex(x, y), DOT, Paint("line"))
    for plate in scene.plates:
        if plates and not plate.border:
            _draw_plate(canvas, plate)
        elif plate.width and not plate.border:
            _draw_shape(canvas, plate, density_of(scene))
    for box in scene.boxes:
        draw_box(canvas, scene, box, groups.get(box.group))
        if box.inside is not None:
            _draw_inside(canvas, box, box.inside)
            canvas.close()
    for group in scene.groups:
        if group.width:
            _draw_capsule(canvas, group)


def _draw_inside(canvas: Canvas, box: Box, inside: Scene) -> None:
    left = box.middle.real - inside.width / 2
    canvas.shift(complex(left, box.bottom - inside.height))
    draw_scene(canvas, inside)
    canvas.close()


def _points(path: Points) -> list[complex]:
    return [complex(x, y) for x, y in path]


def _draw_edge(canvas: Canvas, edge: Edge, arrow: bool, colour: str) -> None:
    """The way of a tensor, with an arrow where a call takes it and its mask beside it."""
    points = _points(edge.path)
    tip = points[-1]
    before = next((point for point in reversed(points) if point != tip), tip)
    ahead = of_length(tip - before, ARROW)
    side = of_length(ahead * 1j, HALF_ARROW)
    if arrow:
        points[-1] = tip - ahead / 2
    mask = " with its mask" if edge.mask else ""
    data = {"key": edge.tensor, "source": edge.source.key, "target": edge.target.key}
    data |= {"tensor": edge.tensor_key} if edge.tensor_key else {}
    canvas.open(f"{edge.tensor}{mask}", "edge", **data)
    canvas.path(curved(points), Paint("", colour, 1.5))
    if edge.mask:
        beside = [point + MASK_DISTANCE for point in points]
        canvas.path(curved(beside), Paint("", "neutral", 1.5, DASHES))
    if arrow:
        back = tip - ahead
        canvas.polygon([tip, back + side, back - side], colour)
    canvas.close()


def _draw_plate(canvas: Canvas, plate: Plate) -> None:
    data = {"tensor": plate.tensor_key} if plate.tensor_key else {}
    canvas.open(plate.title, "plate", key=plate.key, **data)
    paint = Paint("paper", "rim", 1.2)
    if plate.output:
        paint = Paint("output-fill", "output", 1.2)
    canvas.rect(plate, paint)
    font = Font(sizes.MONO, mono=True, anchor="middle")
    start = complex(plate.middle.real, plate.y + 16)
    for line in sizes.plate_lines(plate):
        canvas.text_line(start, line, font)
        start += sizes.LINE * 1j
        font = Font(sizes.SMALL, "soft", mono=True, anchor="middle")
    canvas.close()


def _draw_label(canvas: Canvas, label: Label) -> None:
    if not label.band:
        canvas.text_line(label.corner + 11j, label.text, Font(sizes.SMALL, "soft", mono=True))
        return
    if label.band % 2:
        canvas.rect(label, Paint("plain"))
    middle = complex(label.x + 12, label.middle.imag + 4)
    canvas.text_line(middle, label.text, Font(13, "soft", bold=True))


def _draw_shape(canvas: Canvas, plate: Plate, density: Density) -> None:
    """The shape of a tensor beside its wire, after the bar that stands for it."""
    data = {"tensor": plate.tensor_key} if plate.tensor_key else {}
    canvas.open(plate.title, "plate", key=plate.key, **data)
    canvas.rect(plate.grown(1), Paint())
    width, height = sizes.glyph(plate)
    middle = complex(plate.x, plate.y + 7)
    colour = "output" if plate.output else "rim"
    canvas.rect(area(middle - height / 2 * 1j, width, height), Paint(colour))
    shape, more = sizes.plate_lines(plate, density)
    start = middle + width + (6 + 4j)
    canvas.text_line(start, shape, Font(density.shape, mono=True))
    if more:
        beside = start + text_width(shape, density.shape, mono=True) + 7
        under = complex(plate.x, start.imag + 14)
        font = Font(density.shape, "soft", mono=True)
        canvas.text_line(under if plate.height > 14 else beside, more, font)
    canvas.close()


def _draw_capsule(canvas: Canvas, group: Group) -> None:
    colour = f"group{group.colour}"
    title = f"weights of {group.name}: {group.weights}, {' '.join(group.caption)}"
    canvas.open(title, "capsule", key=group.name)
    canvas.rect(group, Paint("paper", colour, 1.5, DOTS), min(group.height / 2, 30))
    heading = Font(sizes.CAPSULE, bold=True, anchor="middle")
    name = f"{shorten(group.name, sizes.LONGEST_NAME)} weights"
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
