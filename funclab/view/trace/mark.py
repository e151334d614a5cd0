"""The diagram of a still picture: the model, with the present step marked on it."""

from __future__ import annotations

from collections.abc import Iterator

from funclab.view.draw.area import Area, area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import curved, of_length
from funclab.view.draw.text import text_width
from funclab.view.live.said import say
from funclab.view.scene.drawing import draw_scene
from funclab.view.scene.scene import Edge, Scene
from funclab.view.trace.still import Still

BACK = "7 4"
TAG = Font(11, "paper", bold=True, anchor="middle")


def draw_marked(canvas: Canvas, scene: Scene, still: Still, corner: complex) -> None:
    """The scene with its corner at a point; the step's box is ringed, and its edges are strong:
    dashed, with an arrow back, where gradients go."""
    canvas.shift(corner)
    draw_scene(canvas, scene)
    if still.phase != "update":
        for edge, origin in _edges(scene, 0j):
            about = still.kind != "add_into" and edge.source.key == still.key
            if about or (edge.source.key, edge.target.key) in still.flows:
                _draw_way(canvas, edge, origin, still.phase == "backward")
    places = dict(_areas(scene, 0j))
    weights = still.phase == "update" or still.kind == "add_into"
    keys = [*still.marks, still.key] if weights else [still.key, *reversed(still.marks)]
    for mark in still.marks:
        if mark in places:
            canvas.rect(places[mark].grown(4), Paint("", "ink", 1.5, "2 3"), 10)
    if not any(key in places for key in keys) and any("[" in key for key in keys):
        keys.append("fold")
    for key in keys:
        if key in places:
            ring = places[key].grown(4)
            canvas.rect(ring, Paint("", "ink", 2.5), 10)
            _draw_tag(canvas, ring, "sum" if still.kind == "add_into" else still.phase)
            break
    canvas.close()


def _draw_way(canvas: Canvas, edge: Edge, origin: complex, back: bool) -> None:
    points = [complex(x, y) + origin for x, y in edge.path]
    colour = "group0" if back else "input"
    canvas.path(curved(points), Paint("", colour, 3.5, BACK if back else ""))
    if back:
        start = points[0]
        ahead = of_length(next((one for one in points if one != start), start + 1j) - start, 9)
        side = of_length(ahead * 1j, 5)
        canvas.polygon([start, start + ahead + side, start + ahead - side], colour)


def _draw_tag(canvas: Canvas, ring: Area, sign: str) -> None:
    words = say(f"trace_sign_{sign}")
    width = text_width(words, 11, bold=True) + 14
    pill = area(complex(ring.right - width - 6, ring.bottom - 9), width, 18)
    canvas.rect(pill, Paint("ink"), 9)
    canvas.text_line(pill.middle + 4j, words, TAG)


def _origin(scene: Scene, at: complex) -> Iterator[tuple[Scene, complex]]:
    """A scene and those inside its open boxes, each with where its corner lies."""
    yield scene, at
    for box in scene.boxes:
        if box.inside is not None:
            left = box.middle.real - box.inside.width / 2
            yield from _origin(box.inside, at + complex(left, box.bottom - box.inside.height))


def _areas(scene: Scene, at: complex) -> Iterator[tuple[str, Area]]:
    for one, origin in _origin(scene, at):
        named = [(item.key, item) for item in one.items()]
        named += [(group.name, group) for group in one.groups if group.width]
        for key, item in named:
            yield key, area(item.corner + origin, item.width, item.height)


def _edges(scene: Scene, at: complex) -> Iterator[tuple[Edge, complex]]:
    for one, origin in _origin(scene, at):
        yield from ((edge, origin) for edge in one.edges)
