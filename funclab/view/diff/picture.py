"""Two models side by side: what differs in words, and a graph of each model, marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from funclab.view.diff.sentences import Entry
from funclab.view.draw.canvas import shown
from funclab.view.draw.picture import html_grid
from funclab.view.draw.sentences import say, titles
from funclab.view.draw.text import clean
from funclab.view.scene import graph_text, words
from funclab.view.scene.choosing import MOST_CALLS
from funclab.view.scene.diagram import PROJECTOR_CALLS, Diagram, Graphs, chooser
from funclab.view.scene.scene import Box, Scene

SIDES = ("left", "right")
ROOM, ON_A_WALL = (300, 360), (200, 228)
"""The width and height for each of the two graphs, on a screen and on a projector."""
MOST_NUMBERS = 6
"""How many numbers of sentences a box shows."""


@dataclass(repr=False)
class Comparison(Graphs):
    """What two models do not have in common; false if there is nothing."""

    left: str
    right: str
    entries: list[Entry]
    notes: list[str] = field(default_factory=list)
    """What does not count as a difference, but is worth knowing: whose the weights are."""
    shared: list[Entry] = field(default_factory=list)
    """The layers that are in both models; the kind of each is its mark in both pictures."""
    pairs: list[tuple[str, str]] = field(default_factory=list)
    """The calls that do the same job: one of each model."""
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
        return say("diff_title", heading=self.heading)

    @property
    def heading(self) -> str:
        n, m = self.numbers
        return say("diff_heading", left=self.left, right=self.right, n=n, m=m)

    @property
    def headings(self) -> list[str]:
        """The names of both sides."""
        return [say(f"diff_{side}", name=name_of(self, side)) for side in SIDES]

    @property
    def description(self) -> str:
        return " ".join([*(f"{entry.sentence}." for entry in self.entries), *self.notes])

    @property
    def text(self) -> str:
        """The differences as lines of text, by kind."""
        width = max([len(entry.kind) for entry in self.entries], default=0)
        lines = [f"{entry.kind:<{width}}  {entry.sentence}" for entry in self.entries]
        if not lines:
            lines = [say("diff_none")]
        return "\n".join([self.heading, "", *lines, *([""] if self.notes else []), *self.notes])

    @property
    def table(self) -> str:
        """The differences as an HTML table with a caption and marked headings."""
        rows = []
        for entry in (*self.entries, *self.shared):
            sides = (", ".join(keys) or "-" for keys in (entry.left, entry.right))
            rows.append((entry.kind, *sides, entry.sentence))
        told = "".join(f"<p>{shown(note)}</p>" for note in self.notes if note[:2] != "= ")
        return html_grid(self.title, titles("diff_titles"), rows) + told

    def graph_text(self, dialect: graph_text.Dialect) -> str:
        """Both graphs, with the numbers of the differences."""
        scenes = zip(self.headings, [graph.numbered for graph in halves(self)])
        return graph_text.side_by_side(self.title, dict(scenes), dialect)

    def to_dict(self) -> dict[str, Any]:
        """The differences as data for JSON."""
        return {
            "left": self.left,
            "right": self.right,
            "numbers": list(self.numbers),
            "entries": list(map(asdict, self.entries)),
            "notes": self.notes,
            "shared": list(map(asdict, self.shared)),
        }

    def __repr__(self) -> str:
        return say("diff_repr", left=self.left, right=self.right, n=len(self))

    def between(self, left: str, right: str) -> list[int]:
        """The differences between two calls that do the same job, by their place in the list."""
        about = enumerate(self.entries)
        return [i for i, entry in about if left in entry.left and right in entry.right]


class Half(Diagram):
    """One of the two graphs. What differs between two calls is written on the line that joins them;
    a box that no such line leads to has a dashed line around it, and before its name the numbers of
    the sentences about it. A layer in both models has a tag with the same letter on both sides."""

    def __init__(self, scene: Scene, difference: Comparison, side: str) -> None:
        super().__init__(scene)
        self.boxes = boxes_of(scene)
        self.numbers: dict[str, list[str]] = {}
        """The numbers of the sentences about each box, by its key."""
        pairs, between = difference.pairs, difference.between
        joined = {(i, pair[side == "right"]) for pair in pairs for i in between(*pair)}
        for i, entry in enumerate(difference):
            calls = [call for call in getattr(entry, side) if (i, call) not in joined]
            for key in dict.fromkeys(self.keys_of(calls)):
                self.numbers.setdefault(key, []).append(str(i + 1))
        self.tags = {key: layer.kind for layer in difference.shared for key in getattr(layer, side)}

    def mark(self) -> Scene:
        """The scene with numbers and tags as marks of its boxes, before it is placed."""
        for box in self.scene.every_box:
            key = clean(box.key)
            numbers = self.numbers.get(key, [])
            if len(numbers) > MOST_NUMBERS:
                numbers = [*numbers[: MOST_NUMBERS - 1], "…"]
            marks = {", ".join(numbers): "ink", self.tags.get(key, ""): "neutral"}
            box.marks = {words: colour for words, colour in marks.items() if words}
            box.outline, box.outlined = "6 3" if numbers else None, "ink"
        for group in self.scene.groups:
            group.weights = ""  # capsules stand at the sides of both graphs
        for part in self.scene.walk():
            for plate in part.plates:
                plate.numbered = False  # lines say which call is which
        return self.scene

    @property
    def numbered(self) -> Scene:
        """The scene with numbers and tags in the text of its boxes."""
        for box in self.scene.every_box:
            key = clean(box.key)
            numbers = [f"difference {', '.join(self.numbers[key])}"] if key in self.numbers else []
            marks = [box.detail, *numbers, self.tags.get(key, "")]
            box.detail = " · ".join(filter(None, marks))
        return self.scene

    def keys_of(self, calls: Iterable[str]) -> list[str]:
        """The boxes that calls are drawn in, or folded away in."""
        return [key for call in calls if (key := shown_at(call, self.boxes))]


def halves(difference: Comparison, large: bool = False) -> list[Half]:
    """Both graphs, drawn in the same way: the way that the larger one needs."""
    graphs = [half(difference, side, large) for side in SIDES]
    scenes = [graph.scene for graph in graphs]
    choice = max((scene.choices.index(scene.choice), scene.choice) for scene in scenes)[1]
    return [
        graph
        if choice == graph.scene.choice or choice not in graph.scene.choices
        else half(difference, side, large, choice)
        for graph, side in zip(graphs, SIDES)
    ]


def half(difference: Comparison, side: str, large: bool = False, choice: str | None = None) -> Half:
    """The graph of one side; nested models are open if an entry is about something in them."""
    most_calls, room = (PROJECTOR_CALLS // 2, ON_A_WALL) if large else (MOST_CALLS, ROOM)
    model = difference.models[side == "right"]
    keys = [key for entry in difference for key in getattr(entry, side)]
    shared = [key for layer in difference.shared for key in getattr(layer, side)]
    focus = keys[0] if keys else _opposite(difference, side)
    nested = {path for key in (*keys, *shared) for path in _paths(key)}
    ways = chooser(model, expand_nested=nested, most_calls=most_calls, focus=focus)
    plain = ways.build
    ways.build = lambda most: Half(plain(most), difference, side).mark()
    # On a wall, two lines in a box: a longer one would not fit.
    fit = ways.fit(room, 1 if large and len(ways.names) > 1 else choice)
    return Half(ways.draw(fit), difference, side)


def name_of(difference: Comparison, side: str) -> str:
    """The name of a model, with its mark if it is a layer of the other one."""
    marks = [layer.kind for layer in difference.shared if not getattr(layer, side)]
    return " ".join([getattr(difference, side), *marks])


def _opposite(difference: Comparison, side: str) -> str:
    """The call at about the place where the other side has its first difference."""
    graphs = map(words.graph_of, difference.models)
    own, others = ([clean(node.key) for node in graph.nodes] if graph else [] for graph in graphs)
    if side == "right":
        own, others = others, own
    other = SIDES[side == "left"]
    wanted = next((key.split("/")[0] for entry in difference for key in getattr(entry, other)), "")
    return own[min(others.index(wanted), len(own) - 1)] if wanted in others else ""


def _paths(key: str) -> Iterator[str]:
    """The boxes around a box.

    >>> list(_paths("each[0]/inner/dense[1]"))
    ['each[0]', 'each[0]/inner']
    """
    steps = key.split("/")
    return ("/".join(steps[:i]) for i in range(1, len(steps)))


def boxes_of(scene: Scene) -> dict[str, Box]:
    """All boxes by key, including those in open frames, at their place in the whole picture."""
    return {
        clean(box.key): replace(box, x=box.x + corner.real, y=box.y + corner.imag)
        for part, corner in scene.placed()
        for box in part.boxes
    }


def shown_at(key: str, boxes: dict[str, Box]) -> str:
    """The key of a call's box, or of the box that it is folded away in; empty if there is none."""
    if key in boxes:
        return key
    folds = (name for name, box in boxes.items() if key in map(clean, box.members))
    frame = key.rpartition("/")[0]
    return next(folds, "") or (shown_at(frame, boxes) if frame else "")
