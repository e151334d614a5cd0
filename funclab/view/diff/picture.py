"""Two models side by side: a number at every call that differs, a letter at what is in both."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from funclab.graph.node import Node
from funclab.view.diff.findings import Findings
from funclab.view.draw.area import area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import clean, text_width
from funclab.view.scene import words
from funclab.view.scene.diagram import MOST_CALLS, Diagram, diagram
from funclab.view.scene.scene import Box, Scene

APART, HEAD, LINE, INDENT = 40, 34, 20, 24
SIGNS = {"added": "+", "removed": "−", "changed": "~", "rewired": "↷", "shared": "∩", "calls": "#"}
NARROWEST, LETTERS = 760, 0.5
"""The least width of the sentences below, and the usual width of a letter of size 1."""
PILL, MOST_PILLS = 11, 6
TAG_HEIGHT = 18


@dataclass(repr=False)
class Half(Picture):
    """One of the two graphs. What is in both models has a tag there, with the same letter."""

    drawn: Diagram
    tags: dict[str, str]
    """By the keys of boxes."""
    look: str = "auto"

    @property
    def title(self) -> str:
        return self.drawn.title

    @property
    def description(self) -> str:
        return self.drawn.description

    @property
    def text(self) -> str:
        return self.drawn.text

    @property
    def table(self) -> str:
        return self.drawn.table

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        width, height = self.drawn.draw(canvas)
        self.draw_tags(canvas)
        return width, height + TAG_HEIGHT

    def draw_tags(self, canvas: Canvas) -> None:
        for key, box in boxes_of(self.drawn.scene).items():
            if key in self.tags:
                draw_tag(canvas, box, self.tags[key])


def half(difference: Findings, side: str, most_calls: int = MOST_CALLS) -> Half:
    """The graph of one side: models inside it are open where something in them is told of."""
    model = difference.models[side == "right"]
    keys = [key for one in difference for key in getattr(one, side)]
    shared = {key: one.mark for one in difference.shared for key in getattr(one, side)}
    opened = {path for key in (*keys, *shared) for path in _paths(key)}
    focus = keys[0] if keys else _opposite(difference, model, side)
    drawn = diagram(model, expand_nested=opened, most_calls=most_calls, focus=focus)
    return Half(drawn, shared)


def name_of(difference: Findings, side: str) -> str:
    """The name of a model; with a mark, if it is a layer of the other one."""
    marks = [one.mark for one in difference.shared if not getattr(one, side)]
    return " = ".join([getattr(difference, side), *marks])


def _opposite(difference: Findings, model: Any, side: str) -> str:
    """The call that stands about where the first difference is on the other side."""
    other = "left" if side == "right" else "right"
    wanted = next((key.split("/")[0] for one in difference for key in getattr(one, other)), "")
    places = list(map(_key, _nodes(difference.models[other == "right"])))
    nodes = _nodes(model)
    if wanted not in places:
        return ""
    return _key(nodes[min(places.index(wanted), len(nodes) - 1)])


def _nodes(model: Any) -> list[Node]:
    graph = words.graph_of(model)
    return graph.nodes if graph is not None else []


def _key(node: Node) -> str:
    return f"{clean(node.operation.name)}[{node.index}]"


def _paths(key: str) -> Iterator[str]:
    """The boxes around a box.

    >>> list(_paths("each[0]/inner/dense[1]"))
    ['each[0]', 'each[0]/inner']
    """
    parts = key.split("/")
    for i in range(1, len(parts)):
        yield "/".join(parts[:i])


def boxes_of(scene: Scene, origin: complex = 0j) -> dict[str, Box]:
    """All boxes by key, those in open frames, too, placed where they are in the whole picture."""
    found = {}
    for box in scene.boxes:
        placed = replace(box, x=box.x + origin.real, y=box.y + origin.imag)
        found[clean(box.key)] = placed
        if box.inside is not None:
            left = placed.middle.real - box.inside.width / 2
            found |= boxes_of(box.inside, complex(left, placed.bottom - box.inside.height))
    return found


def draw_tag(canvas: Canvas, box: Box, mark: str) -> None:
    """= A, on the lower edge of a box."""
    text = f"= {mark}"
    width = text_width(text, 12, bold=True) + 12
    middle = complex(box.right - 10 - width / 2, box.bottom + 4)  # clear of the text
    corner = middle - complex(width, TAG_HEIGHT) / 2
    canvas.rect(area(corner, width, TAG_HEIGHT), Paint("ink"), 4)
    canvas.text_line(middle + 4.5j, text, Font(12, "paper", bold=True, anchor="middle"))


@dataclass(repr=False)
class DiffPicture(Picture):
    """Both graphs; the number in each mark is that of a sentence below."""

    difference: Findings
    look: str = "auto"
    halves: list[Half] = field(init=False)

    def __post_init__(self) -> None:
        self.halves = [half(self.difference, side) for side in ("left", "right")]

    @property
    def title(self) -> str:
        return f"Differences, {self.difference.title}"

    @property
    def description(self) -> str:
        told = [f"{entry.sentence}." for entry in self.difference]
        return " ".join([*told, *self.difference.notes])

    @property
    def text(self) -> str:
        return self.difference.text

    @property
    def table(self) -> str:
        return self.difference.table

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        difference, x, height = self.difference, 0.0, 0.0
        for one, side in zip(self.halves, ("left", "right")):
            name = f"{side}: {name_of(difference, side)}"
            scene = one.drawn.scene
            canvas.text_line(complex(x + 14, 22), name, Font(15, bold=True))
            canvas.shift(complex(x, HEAD))
            one.drawn.draw(canvas)
            self._draw_marks(canvas, boxes_of(scene), side)
            one.draw_tags(canvas)
            canvas.close()
            x += max(scene.width, text_width(name, 15, bold=True) + 14) + APART
            height = max(height, scene.height + TAG_HEIGHT)
        return self._draw_lines(canvas, x - APART, HEAD + height + 20)

    def _draw_marks(self, canvas: Canvas, boxes: dict[str, Box], side: str) -> None:
        """A dashed line around each box that differs, and the numbers of its sentences."""
        numbers: dict[str, list[str]] = {}
        for number, entry in enumerate(self.difference, 1):
            for key in dict.fromkeys(_shown(key, boxes) for key in getattr(entry, side)):
                numbers.setdefault(key, []).append(str(number))
        numbers.pop("", None)
        for key in numbers:
            canvas.rect(boxes[key].grown(4), Paint("", "fault", 2, "6 3"), 11)
        for key, some in numbers.items():
            shown = some if len(some) <= MOST_PILLS else [*some[: MOST_PILLS - 1], "…"]
            for i, number in enumerate(shown):
                _draw_pill(canvas, complex(boxes[key].x + 2 + i * 24, boxes[key].y - 4), number)

    def _draw_lines(self, canvas: Canvas, width: float, y: float) -> tuple[float, float]:
        """The sentences below, no wider than the graphs if these are wide."""
        width = max(width, NARROWEST)
        for line, first in _wrapped(self._sentences(), width):
            y += LINE
            canvas.text_line(complex(14 if first else 14 + INDENT, y), line, Font(13))
        return width, y + LINE

    def _sentences(self) -> Iterator[str]:
        for number, one in enumerate(self.difference, 1):
            yield f"{number}. {SIGNS.get(one.kind, '·')} {one.kind}: {one.sentence}"
        if not self.difference:
            yield "No difference: the same layers, set alike and called in the same way."
        yield from self.difference.notes


def _shown(key: str, boxes: dict[str, Box]) -> str:
    """The box of a call, or the one that it is folded away in; nothing if there is none."""
    if key in boxes:
        return key
    place = key.rpartition("/")[0]
    folds = [
        name
        for name, box in boxes.items()
        if box.role == "fold" and name.rpartition("/")[0] == place
    ]
    return folds[0] if folds else _shown(place, boxes) if place else ""


def _draw_pill(canvas: Canvas, middle: complex, number: str) -> None:
    canvas.circle(middle, PILL, Paint("fault"))
    font = Font(12, "on-colour", bold=True, anchor="middle")
    canvas.text_line(middle + 4j, number, font)


def _wrapped(sentences: Iterable[str], width: float) -> Iterator[tuple[str, bool]]:
    """Lines, and for each whether a sentence begins there."""
    most = int((width - 28 - INDENT) / (13 * LETTERS))
    for sentence in sentences:
        for i, line in enumerate(textwrap.wrap(sentence, most, break_on_hyphens=False)):
            yield line, i == 0
