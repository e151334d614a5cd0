"""The diagram of a still picture: the model, with the present step marked on it."""

from __future__ import annotations

from collections.abc import Iterator

from funclab.view.draw.area import Area, area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import curved, of_length
from funclab.view.draw.text import text_width
from funclab.view.live.said import say
from funclab.view.scene.drawing import draw_scene
from funclab.view.scene.scene import Scene
from funclab.view.trace.still import Still

BACK = "7 4"
TAG = Font(11, "paper", bold=True, anchor="middle")


def draw_marked(canvas: Canvas, scene: Scene, still: Still, corner: complex) -> None:
    """The scene with its corner at a point; the step's box is ringed, and its edges are strong:
    dashed, with an arrow back, where gradients go."""
    canvas.shift(corner)
    draw_scene(canvas, scene)
    areas: dict[str, Area] = {}
    for inside, origin in _scenes(scene, 0j):
        areas |= {item.key: _moved(item, origin) for item in inside.items()}
        areas |= {group.name: _moved(group, origin) for group in inside.groups if group.width}
        for edge in inside.edges if still.phase != "update" else ():
            ends = (edge.source.key, edge.target.key)
            made = still.kind != "add_into" and edge.source.key == still.key
            if made or ends in still.flows:
                points = [complex(x, y) + origin for x, y in edge.path]
                _draw_way(canvas, points, still.phase == "backward")
    for key in still.marks:
        if key in areas:
            canvas.rect(areas[key].grown(4), Paint("", "ink", 1.5, "2 3"), 10)
    for key in [key for key in still.places if key in areas][:1]:
        ring = areas[key].grown(4)
        canvas.rect(ring, Paint("", "ink", 2.5), 10)
        _draw_tag(canvas, ring, say(f"trace_sign_{still.sign}"))
    canvas.close()


def _scenes(scene: Scene, corner: complex) -> Iterator[tuple[Scene, complex]]:
    """A scene and those inside its open boxes, each with where its corner lies."""
    yield scene, corner
    for box in scene.boxes:
        if box.inside is not None:
            left = box.middle.real - box.inside.width / 2
            yield from _scenes(box.inside, corner + complex(left, box.bottom - box.inside.height))


def _moved(item: Area, origin: complex) -> Area:
    return area(item.corner + origin, item.width, item.height)


def _draw_way(canvas: Canvas, points: list[complex], back: bool) -> None:
    colour = "group0" if back else "input"
    canvas.path(curved(points), Paint("", colour, 3.5, BACK if back else ""))
    if back:
        start = points[0]
        following = next((point for point in points if point != start), start + 1j)
        ahead = of_length(following - start, 9)
        side = of_length(ahead * 1j, 5)
        canvas.polygon([start, start + ahead + side, start + ahead - side], colour)


def _draw_tag(canvas: Canvas, ring: Area, words: str) -> None:
    width = text_width(words, 11, bold=True) + 14
    pill = area(complex(ring.right - width - 6, ring.bottom - 9), width, 18)
    canvas.rect(pill, Paint("ink"), 9)
    canvas.text_line(pill.middle + 4j, words, TAG)
