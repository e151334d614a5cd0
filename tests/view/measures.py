"""Measures of how readable a picture is: texts, parts and wires that do not touch, and a straight
main line."""

from __future__ import annotations

import re
from itertools import combinations, compress, pairwise
from typing import Any, NamedTuple

import graphviz
import numpy as np

from funclab.view.draw import theme
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import Area, Points, area
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import text_width
from funclab.view.scene.diagram import Diagram
from funclab.view.scene.scene import Edge, Scene
from funclab.view.scene.sizes import TAB

STEPS = 24
"""Points along each curve of a wire."""
Wires = dict[tuple[str, str, str], list[complex]]
Array = np.ndarray[Any, Any]
ASCENT, DESCENT = 0.74, 0.2
"""How far letters and digits reach above and below the baseline, as parts of their size."""


class Text(NamedTuple):
    words: str
    size: float
    area: Area


class Texts(Canvas):
    """A canvas that notes where each text stands, whatever it is shifted by."""

    def __init__(self) -> None:
        super().__init__(theme.palette("light"))
        self.texts: list[Text] = []
        self.origins = [0j]

    def open(self, title: str, kind: str = "", **data: str) -> None:
        self.origins.append(self.origins[-1])

    def shift(self, origin: complex, **data: str) -> None:
        self.origins.append(self.origins[-1] + origin)

    def close(self) -> None:
        self.origins.pop()

    def text_line(self, start: complex, text: str, font: Font) -> None:
        width = text_width(text, font.size, bold=font.bold, mono=font.mono)
        left = start + self.origins[-1] - width * {"middle": 0.5, "end": 1}.get(font.anchor, 0)
        place = area(left - ASCENT * font.size * 1j, width, (ASCENT + DESCENT) * font.size)
        self.texts.append(Text(text, font.size, place))


class Icons(Texts):
    """The same, and where icons are: marks, locks, and the buttons that the explorer adds to boxes
    that open (`picture.js`): at the right, before the numbers of rows, and left in open blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.icons: list[Text] = []
        self.button, self.framed, self.right = "", False, 0.0
        self.plus: Area | None = None

    def open(self, title: str, kind: str = "", **data: str) -> None:
        super().open(title, kind, **data)
        if kind == "row" and self.plus is not None:
            self.plus.x = self.right - 52
        elif "key" in data:
            self.button, self.plus = data.get("sign", ""), None
            self.framed = kind == "box frame" and " to " in data["key"]

    def rect(self, area_: Area, paint: Paint, radius: float = 0) -> None:
        if self.button and paint.fill:  # not a second line around the box
            x = area_.x + 6 if self.framed else area_.right - 28
            corner = complex(x, area_.y + float(self.button)) + self.origins[-1]
            self.button, self.right = "", area_.right + self.origins[-1].real
            self.plus = area(corner, 18, 18)
            self.icons.append(Text("+", 18, self.plus))

    def bar(self, area: Area, width: float, radius: float, fill: str) -> None:
        pass

    def arrow(self, tip: complex, ahead: complex, fill: str) -> None:
        pass

    def path(self, data: str, paint: Paint) -> None:
        if not paint.fill:
            return  # a wire
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", data)]
        xs, ys = numbers[::2], numbers[1::2]
        corner = complex(min(xs), min(ys)) + self.origins[-1]
        place = area(corner, max(xs) - min(xs), max(ys) - min(ys))
        self.icons.append(Text("lock or mark", place.height, place))


def icons_over_words(picture: Picture) -> list[tuple[str, str]]:
    """Icons that cover, even in part, a text or another icon."""
    canvas = Icons()
    picture.draw(canvas)
    both = [*canvas.icons, *canvas.texts]
    return [
        (one.words, other.words)
        for i, one in enumerate(canvas.icons)
        for other in both[i + 1 :]
        if other.words and overlap(one.area, other.area, -1)
    ]


def texts(picture: Picture) -> list[Text]:
    canvas = Texts()
    picture.draw(canvas)
    return canvas.texts


def overlap(a: Area, b: Area, least: float = 0.5) -> bool:
    return min(a.right, b.right) - max(a.x, b.x) > least and (
        min(a.bottom, b.bottom) - max(a.y, b.y) > least
    )


def overlapping_texts(picture: Picture) -> list[tuple[str, str]]:
    """Pairs of texts that share a place, or are less than a pixel apart."""
    pairs = combinations([text for text in texts(picture) if text.words], 2)
    return [(a.words, b.words) for a, b in pairs if overlap(a.area, b.area, -1)]


def wires_through_texts(picture: Diagram) -> list[tuple[str, str]]:
    """Wires that run through a text, in frames too."""
    written, through = texts(picture), []
    for scene, corner in picture.scene.placed():
        areas = [text.area.grown(-1) for text in written]
        for place in areas:
            place.x, place.y = place.x - corner.real, place.y - corner.imag
        for edge in scene.edges:
            reached = compress(written, reach(edge.path, areas))
            name = f"{edge.source.key} -> {edge.target.key}"
            through += [(name, text.words) for text in reached]
    return through


def bent(scene: Scene) -> list[tuple[str, str]]:
    """Edges from one box of the main line to the next in its column that are not straight."""
    makers = {edge.target.key: edge.source.key for edge in scene.edges}
    follows = {pair for column in scene.spine for pair in pairwise(column)}
    return [
        (makers[edge.source.key], edge.target.key)
        for edge in scene.edges
        if (makers.get(edge.source.key), edge.target.key) in follows
        and not edge.target.index
        and {way for way, *_ in stretches(edge)} - {scene.direction == "TB"}
    ]


def crossings(wires: Wires) -> int:
    """Pairs of wires of different tensors that cross. A wire is named by its tensor and ends."""
    pieces = [(name[0], np.array(line[:-1]), np.array(line[1:])) for name, line in wires.items()]
    return sum(a[0] != b[0] and cross(a[1:], b[1:]) for a, b in combinations(pieces, 2))


def cross(a: tuple[Array, Array], b: tuple[Array, Array]) -> bool:
    """Whether two lines cross: a piece of each from one side of the other's to its other side."""
    (p, q), (r, s) = (a[0][:, None], a[1][:, None]), b
    apart = side(p, q, r) * side(p, q, s), side(r, s, p) * side(r, s, q)
    return bool(((apart[0] < -1e-6) & (apart[1] < -1e-6)).any())


def side(a: Array, b: Array, c: Array) -> Array:
    """On which side of the line from a to b the point c lies."""
    return ((b - a).conj() * (c - a)).imag


def wires(scene: Scene) -> Wires:
    return {
        (edge.tensor, edge.source.key, f"{edge.target.key} {edge.target.index}"): points(edge.path)
        for edge in scene.edges
    }


def wires_of_dot(scene: Scene) -> Wires:
    """The same boxes and wires, placed and drawn by Graphviz."""
    graph = graphviz.Digraph(node_attr={"shape": "box", "fixedsize": "true", "label": ""})
    names = {item.key: f"n{i}" for i, item in enumerate(scene.items())}
    for item in scene.items():
        graph.node(
            names[item.key], width=f"{item.width / 72:.3f}", height=f"{item.height / 72:.3f}"
        )
    edges = [edge for edge in scene.edges if {edge.source.key, edge.target.key} <= set(names)]
    for i, edge in enumerate(edges):
        graph.edge(names[edge.source.key], names[edge.target.key], label=str(i))
    plain = graph.pipe(format="plain", encoding="utf-8")
    paths = {}
    for words in (line.split() for line in plain.splitlines()):
        if words[0] != "edge":
            continue
        count = int(words[3])
        numbers = list(map(float, words[4 : 4 + 2 * count]))
        path = list(zip(numbers[::2], numbers[1::2], strict=True))
        edge = edges[int(words[4 + 2 * count])]
        end = f"{edge.target.key} {edge.target.index}"
        paths[edge.tensor, edge.source.key, end] = points(path)
    return paths


def areas(scene: Scene) -> dict[str, Area]:
    areas: dict[str, Area] = {item.key: item for item in scene.items()}
    return areas | {f"weights {group.name}": group for group in scene.groups if group.width}


def overlapping(scene: Scene) -> list[tuple[str, str]]:
    """Pairs of parts that share a place."""
    return [
        (first, second)
        for (first, a), (second, b) in combinations(areas(scene).items(), 2)
        if a.meets(b)
    ]


def points(curves: Points) -> list[complex]:
    """Points along the curves of an edge or tie."""
    path = [complex(x, y) for x, y in curves]
    along = []
    for i in range(0, len(path) - 1, 3):
        a, b, c, d = path[i : i + 4]
        for t in (step / STEPS for step in range(STEPS + 1)):
            u = 1 - t
            along.append(u**3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t**3 * d)
    return along


def crossed_boxes(scene: Scene) -> list[tuple[str, str]]:
    """Edges with the parts that they run over, other than their own ends."""
    inner = {key: area.grown(-1) for key, area in areas(scene).items()}
    return [
        (f"{edge.source.key} -> {edge.target.key}", key)
        for edge in scene.edges
        for key, reached in zip(inner, reach(edge.path, list(inner.values())), strict=True)
        if reached
    ]


def reach(curves: Points, some: list[Area]) -> list[bool]:
    """For each of some areas, whether the curves run through it."""
    at = np.array(points(curves))[:, None]
    low = np.array([area.corner for area in some])
    high = np.array([complex(area.right, area.bottom) for area in some])
    x, y = at.real, at.imag
    within = (low.real < x) & (x < high.real) & (low.imag < y) & (y < high.imag)
    return within.any(axis=0).tolist()


def hidden_arrows(scene: Scene, straight: float = 8, bent: float = 6) -> list[str]:
    """Edges to a number on a box whose last straight part is too short to show an arrow, straight
    on from the box or after a bend, which shows part of it."""
    numbers = [complex(x, y) for box in scene.boxes for x, y, _ in box.ports]
    plates = {plate.key for plate in scene.plates}
    starts = {edge.target.key: edge for edge in scene.edges if edge.target.key in plates}
    hidden = []
    for edge in (edge for edge in scene.edges if edge.target.key not in plates):
        *_, (_, _, low, high) = parts = stretches(edge)
        seen, least = high - low, bent
        if len(parts) == 1 and edge.source.key in starts:
            least, first = straight, stretches(starts[edge.source.key])
            seen += sum(end - start for *_, start, end in first)
        if seen < least and any(abs(complex(*edge.path[-1]) - port) < TAB for port in numbers):
            hidden.append(f"{edge.source.key} -> {edge.target.key}")
    return hidden


def inside(point: complex, area: Area) -> bool:
    return area.x < point.real < area.right and area.y < point.imag < area.bottom


def stretches(edge: Edge) -> list[tuple[bool, float, float, float]]:
    """The straight parts of an edge: upright or not, where they lie, where they begin and end."""
    path, straight = edge.path, []
    for i in range(0, len(path) - 1, 3):
        xs, ys = zip(*path[i : i + 4], strict=True)
        if max(xs) - min(xs) < 0.1:
            straight.append((True, xs[0], min(ys), max(ys)))
        elif max(ys) - min(ys) < 0.1:
            straight.append((False, ys[0], min(xs), max(xs)))
    return straight


def side_by_side(scene: Scene, distance: float) -> list[tuple[str, str]]:
    """Edges of different tensors, parts of which run closer to each other than a distance."""
    return [
        (first.tensor, second.tensor)
        for first, second in combinations(scene.edges, 2)
        if first.tensor != second.tensor
        and any(
            a[0] == b[0] and abs(a[1] - b[1]) < distance and min(a[3], b[3]) - max(a[2], b[2]) > 4
            for a in stretches(first)
            for b in stretches(second)
        )
    ]
