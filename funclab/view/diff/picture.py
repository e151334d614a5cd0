"""Two models side by side: a number at every call that differs, a letter at what is in both."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar

from funclab.graph.node import Node
from funclab.view.diff.sentences import Entry
from funclab.view.diff.shared import Shared
from funclab.view.draw.area import area
from funclab.view.draw.canvas import Canvas, Font, Paint, shown
from funclab.view.draw.grid import html_grid
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import clean, text_width
from funclab.view.scene import words
from funclab.view.scene.compact import PROJECTOR_CALLS
from funclab.view.scene.diagram import MOST_CALLS, Diagram, diagram
from funclab.view.scene.scene import Box, Scene

SIDES = ("left", "right")
TITLES = ("kind", *SIDES, "difference")
NONE = "No difference: the same layers, set alike and called in the same way."
APART, HEAD, LINE, INDENT = 40, 34, 20, 24
SIGNS = {"added": "+", "removed": "−", "changed": "~", "rewired": "↷", "shared": "∩", "calls": "#"}
ROOM, ON_A_WALL = (440, 420), (230, 300)
"""The width and height for each of the two graphs, near and on a projector."""
NARROWEST, LETTERS = 760, 0.5
"""The least width of the sentences below, and the usual width of a letter of size 1."""
PILL, MOST_PILLS = 11, 6
TAG_HEIGHT = 18


@dataclass(repr=False)
class Comparison(Picture):
    """What two models do not have in common; false when there is nothing.

    The picture is both graphs; the number in each mark is that of a sentence below.
    """

    fits: ClassVar[bool] = True

    left: str
    right: str
    entries: list[Entry]
    notes: list[str] = field(default_factory=list)
    """What is no difference in structure, but worth knowing: whose the weights are."""
    shared: list[Shared] = field(default_factory=list)
    """The layers that are in both models, each with the mark that both pictures carry."""
    numbers: tuple[int, int] = (0, 0)
    """How many numbers each model holds."""
    models: tuple[Any, Any] = field(default=(None, None), compare=False)
    look: str = "auto"

    def __bool__(self) -> bool:
        return bool(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __getitem__(self, index: int) -> Entry:
        return self.entries[index]

    @property
    def title(self) -> str:
        return f"Differences, {self.heading}"

    @property
    def heading(self) -> str:
        left, right = (f"{count:,} parameters" for count in self.numbers)
        return f"left: {self.left} ({left}); right: {self.right} ({right})"

    @property
    def description(self) -> str:
        return " ".join([*(f"{entry.sentence}." for entry in self.entries), *self.notes])

    @property
    def text(self) -> str:
        """The differences as lines of text, by kind."""
        width = max([len(entry.kind) for entry in self.entries], default=0)
        lines = [f"{entry.kind:<{width}}  {entry.sentence}" for entry in self.entries]
        if not lines:
            lines = [NONE]
        return "\n".join([self.heading, "", *lines, *([""] if self.notes else []), *self.notes])

    @property
    def table(self) -> str:
        """The differences as an HTML table with a caption and marked headings."""
        rows = [_row(entry.kind, entry) for entry in self.entries]
        rows += [_row(f"= {layer.mark}", layer) for layer in self.shared]
        told = "".join(f"<p>{shown(note)}</p>" for note in self.notes if note[:2] != "= ")
        return html_grid(self.title, TITLES, rows) + told

    def to_dict(self) -> dict[str, Any]:
        """The differences as data that JSON can hold."""
        return {
            "left": self.left,
            "right": self.right,
            "numbers": list(self.numbers),
            "entries": [entry.to_dict() for entry in self.entries],
            "notes": self.notes,
            "shared": [one.to_dict() for one in self.shared],
        }

    def __repr__(self) -> str:
        return f"<Difference of {self.left} and {self.right}: {_entries(len(self))}>"

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        x = height = 0.0
        for side, graph in zip(SIDES, halves(self), strict=True):
            name, scene = f"{side}: {name_of(self, side)}", graph.scene
            canvas.text_line(complex(x + 14, 22), name, Font(15, bold=True))
            canvas.shift(complex(x, HEAD))
            Diagram.draw(graph, canvas)
            self._draw_marks(canvas, boxes_of(scene), side)
            graph.draw_tags(canvas)
            canvas.close()
            x += max(scene.width, text_width(name, 15, bold=True) + 14) + APART
            height = max(height, scene.height + TAG_HEIGHT)
        return self._draw_lines(canvas, x - APART, HEAD + height + 20)

    def _draw_marks(self, canvas: Canvas, boxes: dict[str, Box], side: str) -> None:
        """A dashed line around each box that differs, and the numbers of its sentences."""
        numbers: dict[str, list[str]] = {}
        for number, entry in enumerate(self.entries, 1):
            for key in dict.fromkeys(shown_at(key, boxes) for key in getattr(entry, side)):
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
        for number, one in enumerate(self.entries, 1):
            yield f"{number}. {SIGNS.get(one.kind, '·')} {one.kind}: {one.sentence}"
        if not self.entries:
            yield NONE
        yield from self.notes


def _row(kind: str, entry: Entry | Shared) -> tuple[str, ...]:
    return kind, ", ".join(entry.left) or "-", ", ".join(entry.right) or "-", entry.sentence


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


class Half(Diagram):
    """One of the two graphs. What is in both models has a tag there, with the same letter."""

    def __init__(self, drawn: Diagram, tags: dict[str, str]) -> None:
        super().__init__(drawn.scene)
        self.tags = tags
        """By the keys of boxes."""

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        width, height = super().draw(canvas)
        self.draw_tags(canvas)
        return width, height + TAG_HEIGHT

    def draw_tags(self, canvas: Canvas) -> None:
        for key, box in boxes_of(self.scene).items():
            if key in self.tags:
                draw_tag(canvas, box, self.tags[key])


def halves(difference: Comparison, large: bool = False) -> list[Half]:
    """Both graphs, drawn in the same way: as the one does that has less room."""
    graphs = [half(difference, side, large) for side in SIDES]
    choice = max((one.scene.choices.index(one.scene.choice), one.scene.choice) for one in graphs)[1]
    return [
        graph
        if choice == graph.scene.choice or choice not in graph.scene.choices
        else half(difference, side, large, choice)
        for graph, side in zip(graphs, SIDES, strict=True)
    ]


def half(difference: Comparison, side: str, large: bool = False, choice: str | None = None) -> Half:
    """The graph of one side: models inside it are open where something in them is told of."""
    most_calls, room = (PROJECTOR_CALLS // 2, ON_A_WALL) if large else (MOST_CALLS, ROOM)
    model = difference.models[side == "right"]
    keys = [key for one in difference for key in getattr(one, side)]
    shared = {key: one.mark for one in difference.shared for key in getattr(one, side)}
    focus = keys[0] if keys else _opposite(difference, model, side)
    draw = partial(
        diagram,
        model,
        expand_nested={path for key in (*keys, *shared) for path in _paths(key)},
        most_calls=most_calls,
        focus=focus,
        room=room,
        choice=1 if large else choice,  # two lines in a box: a longer one would not fit
        look="auto",
    )
    drawn = draw()
    boxes = [box for scene in drawn.scene.walk() for box in scene.boxes]
    holding = [box.key for box in boxes if box.role == "repeat" and focus in box.members]
    if holding and focus not in {box.key for box in boxes}:
        drawn = draw(unfolded=holding)
    return Half(drawn, shared)


def name_of(difference: Comparison, side: str) -> str:
    """The name of a model; with a mark, if it is a layer of the other one."""
    marks = [one.mark for one in difference.shared if not getattr(one, side)]
    return " = ".join([getattr(difference, side), *marks])


def _opposite(difference: Comparison, model: Any, side: str) -> str:
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
    """= A, at the lower left of a box."""
    text = f"= {mark}"
    width = text_width(text, 12, bold=True) + 12
    middle = complex(box.x + 10 + width / 2, box.bottom + 4)  # clear of the texts
    corner = middle - complex(width, TAG_HEIGHT) / 2
    canvas.rect(area(corner, width, TAG_HEIGHT), Paint("ink"), 4)
    canvas.text_line(middle + 4.5j, text, Font(12, "paper", bold=True, anchor="middle"))


def shown_at(key: str, boxes: dict[str, Box]) -> str:
    """The box of a call, or the one that it is folded away in; nothing if there is none."""
    if key in boxes:
        return key
    folds = (name for name, box in boxes.items() if key in map(clean, box.members))
    place = key.rpartition("/")[0]
    return next(folds, "") or (shown_at(place, boxes) if place else "")


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
