"""The scene: all that a picture of a model shows, as plain data. Every view renders one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from funclab.view.draw.geometry import COLOURS, MARKS, Area, Points


@dataclass
class Row:
    """A node in the layers face: one call, with what it was given and what it made."""

    index: int
    inputs: list[str]
    outputs: list[str]
    shapes: list[str]
    note: str = ""
    """Why a row has no edges, such as a call outside this model."""


@dataclass
class Box(Area):
    """A call (calls face) or a layer (layers face)."""

    key: str
    name: str
    detail: str
    """What it does, in full."""
    brief: str | None = None
    """The part of it that is drawn under the name, if that is not all."""
    several: bool = False
    """Whether its layer has several nodes, so that the index of this one is shown."""
    role: str = "plain"
    """input, output, plain; for several calls: block (closed), open (a frame), repeat (the frame of
    a run of blocks, of which one is drawn)."""
    node: int | None = None
    group: int | None = None
    frozen: bool = False
    wrapper: bool = False
    nested: bool = False
    inputs: int = 0
    outputs: int = 1
    rows: list[Row] = field(default_factory=list)
    inside: Scene | None = None
    title: str = ""
    """A sentence for tooltips and screen readers."""
    note: str = ""
    """A short line on the nodes of the layer that are not in the picture."""
    aside: float = 0
    """How much room at the right, under the name, is left for what a view writes."""
    ordered: bool = True
    """Whether the order of several inputs matters, so that they are numbered."""
    weights: int = 0
    """How many numbers its layer learns or keeps."""
    marks: dict[str, str] = field(default_factory=dict)
    """What a view writes before the name, each text with its colour."""
    outline: str | None = None
    """The dashes of a line around it; empty for a solid line."""
    outlined: str = "fault"
    """The colour of this line."""
    ports: list[tuple[float, float, str]] = field(default_factory=list)
    """The centres of the ports that are drawn, and what is written on each."""
    starts: list[str] = field(default_factory=list)
    """The key of the first call of each repetition, of a run of blocks."""
    shown: int = 0
    """Which repetition is the one drawn inside."""
    varies: list[str] = field(default_factory=list)
    """How repetitions that are alike differ, such as `filters 64 · 128 · 256`."""
    members: list[str] = field(default_factory=list)
    """The keys of all calls in a block."""
    block: dict[str, Any] = field(default_factory=dict)
    """What a panel says of a block."""
    calls: Callable[[], list[tuple[str, ...]]] = list
    """The calls in a closed block, as lines of a table: see `graph_text.TITLES`."""

    @property
    def times(self) -> int:
        """How many times what is inside is repeated."""
        return len(self.starts) or 1

    @property
    def heading(self) -> str:
        """The name, with the number of repetitions: `conv4 ×6`."""
        return f"{self.name} ×{self.times}".lstrip() if self.starts else self.name

    @property
    def inner_corner(self) -> complex:
        """Where the corner of what is inside is."""
        assert self.inside is not None
        left = self.middle.real - self.inside.width / 2
        return complex(left, self.bottom - self.inside.height)

    @property
    def gathers(self) -> bool:
        """Whether it is a block, open or closed: it stands for several calls."""
        return self.role in ("block", "open", "repeat")

    @property
    def opens(self) -> bool:
        """Whether there is something inside to be shown."""
        return self.nested or self.wrapper


@dataclass
class Plate(Area):
    """A tensor: its shape over its name `layer[node:tensor]`."""

    key: str
    name: str
    shape: str
    dtype: str
    label: str = ""
    """Which of the model's outputs it is, if it is one and there are several."""
    output: bool = False
    mask: bool = False
    numbered: bool = False
    """Whether its layer has several nodes, so that its name is shown even in dense pictures."""
    hidden: bool = False
    """Left out, because in lines a shape is only shown where it changes."""
    title: str = ""
    tensor_key: str = ""
    """The key of the tensor, unique in the picture."""
    border: str = ""
    """"in" or "out" where the tensor only crosses the border of a frame: a point without words."""


@dataclass
class End:
    """Where an edge meets a box: port `index` of `count`, and the row in the layers face."""

    key: str
    index: int = 0
    count: int = 1
    row: int | None = None


@dataclass
class Edge:
    """A tensor on its way from one end to another."""

    source: End
    target: End
    tensor: str
    mask: bool = False
    path: Points = field(default_factory=list)
    """A start, then three points for each cubic curve."""
    tensor_key: str = ""
    """The key of the tensor, unique in the picture."""


@dataclass
class Label(Area):
    """Words at the head of a column: which tensor comes in; or a band behind rows alike in size."""

    text: str
    band: int = 0
    """The number of the band from the top; 0 for words alone."""


@dataclass
class Group(Area):
    """A shared layer: the boxes that are its calls, and its weights, which exist once."""

    number: int
    name: str
    calls: list[str]
    size: int
    """How many calls there are in this graph, drawn or folded away."""
    numbers: str = ""
    """The weights as arithmetic."""
    total: int = 0
    """How many calls there are, with those inside the models that are called."""
    cut_off: int = 0
    """How many of the calls in this graph get no gradient."""
    frozen: bool = False
    weights: str = ""
    """What the capsule shows; empty without a capsule."""
    caption: list[str] = field(default_factory=list)
    ties: list[Points] = field(default_factory=list)

    @property
    def mark(self) -> str:
        return MARKS[self.number % len(MARKS)]

    @property
    def colour(self) -> int:
        return self.number % COLOURS


@dataclass
class Scene:
    """A picture before it is drawn; positions are filled in by the layout."""

    name: str
    face: str
    direction: str = "TB"
    frame: str = ""
    """The key of the frame that it fills; empty for a whole picture."""
    boxes: list[Box] = field(default_factory=list)
    plates: list[Plate] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    dots: list[tuple[float, float]] = field(default_factory=list)
    """Where wires split."""
    spine: list[list[str]] = field(default_factory=list)
    """The boxes on the longest path through the model, for each column."""
    heads: list[str] = field(default_factory=list)
    """The boxes with which columns begin."""
    kept: list[str] = field(default_factory=list)
    """Where columns are to begin, as in the picture before a block was opened."""
    density: str = "full"
    under: bool = False
    """Whether weights capsules are under the picture, not beside it."""
    axis: float = 0
    """Where the spine is across the flow."""
    around: dict[str, list[str]] = field(default_factory=dict)
    """The blocks that are open without a frame around them, each with the keys of its calls."""
    moved: bool = False
    """Whether the focus decided which blocks are open."""
    title: str = ""
    description: str = ""
    choice: str = "full"
    """How it is drawn: one of the `choices`."""
    choices: list[str] = field(default_factory=lambda: ["full"])
    """The ways to draw it, from the most text to the least."""
    code: dict[str, str] = field(default_factory=dict)
    """For each box, by its key, the line of code at its left, if there is room for that."""
    width: float = 0
    height: float = 0

    def items(self) -> Iterator[Box | Plate]:
        yield from self.boxes
        yield from self.plates

    def walk(self) -> Iterator[Scene]:
        """This scene and those inside its open frames."""
        yield self
        for box in self.boxes:
            if box.inside is not None:
                yield from box.inside.walk()

    def placed(self, corner: complex = 0j) -> Iterator[tuple[Scene, complex]]:
        """This scene and those inside its open frames, each with the position of its corner."""
        yield self, corner
        for box in self.boxes:
            if box.inside is not None:
                yield from box.inside.placed(corner + box.inner_corner)

    @property
    def every_box(self) -> list[Box]:
        """The boxes of this scene and those in its frames."""
        return [box for part in self.walk() for box in part.boxes]

    @property
    def holders(self) -> dict[str, str]:
        """For each call without a box of its own, the innermost block that it is in."""
        drawn = {box.key for box in self.every_box}
        return {key: box.key for box in self.every_box for key in box.members if key not in drawn}

    def to_dict(self) -> dict[str, Any]:
        """The scene as data for JSON."""
        data = asdict(self, dict_factory=_worked_out)
        for group, own in zip(data["groups"], self.groups):
            group |= {"mark": own.mark, "colour": own.colour}
        return data


def _worked_out(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """The fields of a part, with what is worked out only when asked for."""
    return {name: value() if callable(value) else value for name, value in fields}
