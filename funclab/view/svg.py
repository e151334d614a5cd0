"""A scene as SVG: plain shapes with colours of their own, which a style sheet may overrule."""

from __future__ import annotations

from funclab.view import sizes, theme
from funclab.view.canvas import Canvas
from funclab.view.marks import lock_path, mark_path
from funclab.view.picture import document
from funclab.view.ports import TAB, has_tabs, offset
from funclab.view.scene import Box, Edge, End, Group, Plate, Points, Scene
from funclab.view.words import shorten

ARROW, HALF_ARROW = 8, 4


def svg(scene: Scene, look: str = "auto") -> str:
    """The picture of a scene whose parts have positions."""
    canvas = Canvas(theme.palette(look))
    draw_scene(canvas, scene)
    return document(canvas, scene.width, scene.height, scene.title, scene.description, look)


def draw_scene(canvas: Canvas, scene: Scene) -> None:
    groups = {group.number: group for group in scene.groups}
    for group in scene.groups:
        for tie in group.ties:
            canvas.path(_data(tie), stroke=f"group{group.colour}", width=1.4, dash="1.5 4")
    for edge in scene.edges:
        _draw_edge(canvas, scene, edge)
    for plate in scene.plates:
        _draw_plate(canvas, plate)
    for box in scene.boxes:
        _draw_box(canvas, scene, box, groups.get(-1 if box.group is None else box.group))
    for group in scene.groups:
        if group.width:
            _draw_capsule(canvas, group)


def _data(points: Points) -> str:
    """A path in SVG's words."""
    texts = [f"{x:.1f},{y:.1f}".replace(".0", "") for x, y in points]
    curves = [" ".join(texts[i : i + 3]) for i in range(1, len(texts), 3)]
    return f"M{texts[0]}" + "".join(f"C{curve}" for curve in curves)


def _draw_edge(canvas: Canvas, scene: Scene, edge: Edge) -> None:
    points = list(edge.path)
    x, y = points[-1]
    x0, y0 = next((point for point in reversed(points) if point != (x, y)), (x, y))
    length = max(1e-6, ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5)
    dx, dy = (x - x0) / length, (y - y0) / length
    is_plate = edge.target.key in {plate.key for plate in scene.plates}
    if not is_plate:
        points[-1] = (x - dx * ARROW / 2, y - dy * ARROW / 2)
    mask = " with its mask" if edge.mask else ""
    ends = {"key": edge.tensor, "source": edge.source.key, "target": edge.target.key}
    canvas.open(f"{edge.tensor}{mask}", "edge", **ends)
    canvas.path(_data(points), stroke="line", width=1.5)
    if edge.mask:
        shift = (0, 4) if scene.direction == "LR" else (4, 0)
        beside = [(px + shift[0], py + shift[1]) for px, py in points]
        canvas.path(_data(beside), stroke="line", width=1, dash="4 3")
    if not is_plate:
        back = (x - dx * ARROW, y - dy * ARROW)
        left = (back[0] - dy * HALF_ARROW, back[1] + dx * HALF_ARROW)
        right = (back[0] + dy * HALF_ARROW, back[1] - dx * HALF_ARROW)
        corners = " ".join(f"{px:.1f},{py:.1f}" for px, py in ((x, y), left, right))
        canvas.polygon(corners, fill="line")
    canvas.close()


def _draw_plate(canvas: Canvas, plate: Plate) -> None:
    canvas.open(plate.title, "plate", key=plate.key)
    colour, fill = ("output", "output-fill") if plate.output else ("rim", "paper")
    canvas.rect(plate.x, plate.y, plate.width, plate.height, 0, fill, colour, 1.2)
    middle, top = plate.x + plate.width / 2, plate.y + 4
    for i, line in enumerate(sizes.plate_lines(plate)):
        size, ink = (sizes.MONO, "ink") if i == 0 else (sizes.SMALL, "soft")
        baseline = top + sizes.LINE * i + 12
        canvas.text_line(middle, baseline, line, size, ink, mono=True, anchor="middle")
    canvas.close()


def _colours(box: Box, group: Group | None) -> tuple[str, str]:
    if group is not None:
        return f"group{group.colour}", f"group{group.colour}-fill"
    if box.role in ("input", "output"):
        return box.role, f"{box.role}-fill"
    return "neutral", "plain"


def _draw_box(canvas: Canvas, scene: Scene, box: Box, group: Group | None) -> None:
    canvas.open(box.title, "box", key=box.key)
    colour, fill = _colours(box, group)
    dash = "5 4" if box.role == "fold" else ""
    if box.wrapper:
        canvas.rect(box.x - 4, box.y - 4, box.width + 8, box.height + 8, 11, "", colour, 1.2)
    canvas.rect(box.x, box.y, box.width, box.height, 8, fill, colour, 1.5, dash)
    if box.role != "fold":
        canvas.bar(box.x, box.y, box.height, sizes.BAR, 8, colour)
    _draw_heading(canvas, box, group, colour)
    if scene.face == "calls":
        _draw_tabs(canvas, scene, box, colour)
    if box.inside is not None:
        canvas.shift(
            box.x + (box.width - box.inside.width) / 2, box.y + box.height - box.inside.height
        )
        draw_scene(canvas, box.inside)
        canvas.close()
    _draw_rows(canvas, box, colour)
    canvas.close()


def _draw_heading(canvas: Canvas, box: Box, group: Group | None, colour: str) -> None:
    texts = sizes.box_texts(box)
    x = box.x + sizes.BAR + sizes.PAD
    if group is not None:
        canvas.path(mark_path(group.mark, x + 7, box.y + 19), fill=colour)
        x += sizes.MARK
    canvas.text_line(x, box.y + 24, texts.name, sizes.NAME, "ink", bold=True)
    left = box.x + sizes.BAR + sizes.PAD
    canvas.text_line(left, box.y + 42, texts.detail, sizes.DETAIL, "soft")
    right = box.x + box.width - 10
    if texts.pill:
        width = sizes.pill_width(texts.pill)
        right -= width
        canvas.rect(right, box.y + 10, width, 18, 9, colour)
        middle = right + width / 2
        canvas.text_line(
            middle, box.y + 23, texts.pill, sizes.PILL, "on-colour", bold=True, anchor="middle"
        )
    if box.frozen:
        canvas.path(lock_path(right - sizes.LOCK + 2, box.y + 12), fill="soft")


def _draw_tabs(canvas: Canvas, scene: Scene, box: Box, colour: str) -> None:
    """Numbered ports, where the order of several inputs or outputs matters."""
    for count, leaving in ((box.inputs, False), (box.outputs, True)):
        for i in range(count if has_tabs(box, count) else 0):
            across = offset(scene, box, End(box.key, i, count), leaving, False)
            if scene.direction == "LR":
                x = box.x + (box.width if leaving else 0)
                y = box.y + box.height / 2 + across
            else:
                x = box.x + box.width / 2 + across
                y = box.y + (box.height if leaving else 0)
            canvas.rect(x - TAB / 2, y - TAB / 2, TAB, TAB, 0, "paper", colour, 1.2)
            if count > 1:
                canvas.text_line(x, y + 4, str(i), 10, "ink", bold=True, anchor="middle")


def _draw_rows(canvas: Canvas, box: Box, colour: str) -> None:
    index, left, _ = sizes.row_columns(box)
    for row, centre in zip(box.rows, sizes.row_centres(box), strict=True):
        height, y = sizes.row_height(row), box.y + centre
        x = box.x + sizes.BAR + 8
        dash = "4 3" if row.note else ""
        canvas.rect(
            x, y - height / 2, box.width - sizes.BAR - 16, height, 5, "paper", colour, 1, dash
        )
        canvas.text_line(x + 8, y + 4, str(row.index), 13, colour, bold=True)
        for i in range(len(row.outputs)):
            shift = (i - (len(row.outputs) - 1) / 2) * sizes.LINE
            canvas.circle(box.x + box.width, y + shift, 3.5, colour)
        x += 8 + index
        inputs, shapes = sizes.row_texts(row)
        if row.note:
            canvas.text_line(x, y + 4, row.note, sizes.DETAIL, "soft")
            continue
        for lines, at in ((inputs, x), (shapes, x + left + 24 if left else x + 18)):
            first = y - sizes.LINE * (len(lines) - 1) / 2 + 4
            for i, line in enumerate(lines):
                canvas.text_line(at, first + sizes.LINE * i, line, sizes.MONO, "ink", mono=True)
        arrow = x + left + 6 if left else x
        canvas.text_line(arrow, y + 4, "→", sizes.MONO, "soft", mono=True)


def _draw_capsule(canvas: Canvas, group: Group) -> None:
    colour = f"group{group.colour}"
    words = f"weights of {group.name}: {group.weights}, {' '.join(group.caption)}"
    canvas.open(words, "capsule", key=group.name)
    radius = min(group.height / 2, 30)
    canvas.rect(group.x, group.y, group.width, group.height, radius, "paper", colour, 1.5, "1.5 4")
    middle, y = group.x + group.width / 2, group.y + 25
    name = f"{shorten(group.name, sizes.LONGEST_NAME)} weights"
    half = canvas.width_of(name, 13) / 2
    canvas.path(mark_path(group.mark, middle - half - 3, y - 5), fill=colour)
    canvas.text_line(middle + sizes.MARK / 2, y, name, 13, "ink", bold=True, anchor="middle")
    canvas.text_line(middle, y + 18, group.weights, sizes.MONO, "ink", mono=True, anchor="middle")
    for i, line in enumerate(group.caption):
        baseline = y + 36 + (sizes.LINE - 1) * i
        canvas.text_line(middle, baseline, line, sizes.SMALL, "soft", anchor="middle")
    canvas.close()
