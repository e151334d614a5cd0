"""A scene as the layout sees it: cells that hold a box and its tensors, and wires between them.

Positions run across the flow and along it: in a picture from top to bottom, these are x and y.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from funclab.view.scene import sizes
from funclab.view.scene.scene import Box, Edge, End, Plate, Row, Scene
from funclab.view.scene.sizes import TAB, Density

BESIDE_BOX = 10
"""How far from its box a shape is."""
LANE, FIRST_LANE = 11, 14
"""The distance between parallel lines, and that of the first from a box with rows."""
FAN, CORNER = 8, 12
"""Room for lines to ports beyond the box, and how far from its corners a line leaves it."""
STEP = 26
"""The distance between ports on one side of a box."""


@dataclass(eq=False)
class Cell:
    """A box with the tensors it makes; without a box, where a column begins or ends."""

    key: str
    order: int
    box: Box | None = None
    plate: Plate | None = None
    """A tensor with a cell of its own, because a row made it."""
    plates: dict[int, Plate] = field(default_factory=dict)
    """The tensors by the number of the port (row and output) that they leave from."""
    entering: list[Wire] = field(default_factory=list)
    leaving: list[Wire] = field(default_factory=list)
    rank: int = 0
    track: Track | None = None
    number: int = 0
    """Its position on its track."""
    near: float = 0
    far: float = 0
    """How far the box reaches from the axis, across the flow."""
    before: float = 0
    after: float = 0
    """The same for the text after it."""
    margin: float = 0
    """The width of what is drawn around the box."""
    size: float = 0
    tail: float = 0
    """How long the box is along the flow, and the room for its tensors after it."""
    cards: float = 0
    """How far the cards behind a repeat reach, or the lines to ports beyond the box."""
    outs: dict[int, float] = field(default_factory=dict)
    """Where its ports are, from the axis."""
    start: float = 0

    def reach(self, side: int, words: bool) -> float:
        """How far the box with its ports, or the text after it, reaches to a side."""
        if words:
            return self.after if side > 0 else self.before
        tabs = TAB if any(wire.side == side and wire.tab for wire in self.entering) else 0
        own = self.far + self.cards if side > 0 else self.near
        return own + max(self.margin, tabs)

    @property
    def at(self) -> float:
        return self.track.at if self.track else 0

    @property
    def end(self) -> float:
        return self.start + self.size

    @property
    def middle(self) -> float:
        return self.start + self.size / 2

    def beside(self, port: int) -> float:
        """How far a port is beyond the straight edge of the box, such as in its round corner."""
        out = self.outs.get(port, 0)
        if self.box is None or self.box.rows:
            return 0
        return out - min(max(out, CORNER - self.near), self.far - CORNER)


@dataclass(eq=False)
class Wire:
    """A tensor on its way from one cell to another that reads it."""

    source: Cell
    target: Cell
    port: int
    edge: Edge
    side: int = 0
    """Where it enters: 0 with the flow, -1 and 1 at the sides."""
    tab: bool = False
    """Whether the number of the input is drawn."""
    into: float = 0
    """Where it enters, from the axis of the target (or its middle, at a side)."""
    lane: Lane | Track | None = None
    """The line that it follows past the ranks between its ends."""

    @property
    def index(self) -> int:
        return self.edge.target.index

    @property
    def backward(self) -> bool:
        return self.target.rank <= self.source.rank

    @property
    def out(self) -> float:
        return self.source.at + self.source.outs.get(self.port, 0)

    @property
    def entry(self) -> float:
        return self.target.at + self.into


@dataclass(eq=False)
class Lane:
    """A line past everything, for one tensor."""

    low: int
    high: int
    at: float = 0


@dataclass(eq=False)
class Track:
    """Cells on one straight line, and the ranks that it keeps for itself."""

    cells: list[Cell]
    low: int = 0
    high: int = 0
    at: float = 0
    host: Track | None = None
    side: int = 1
    near: tuple[float, ...] = ()


def port_of(end: End) -> int:
    return (end.row or 0) * 100 + end.index


def cells_of(scene: Scene) -> list[Cell]:
    """All cells, with the wires between them, in the order of the scene."""
    cells = {box.key: Cell(box.key, i, box) for i, box in enumerate(scene.boxes)}
    plates = {plate.key: plate for plate in scene.plates}
    makers: dict[str, tuple[Cell, int]] = {}
    for plate in scene.plates:
        if plate.border:  # a point on the border of a frame
            order = -1 if plate.border == "in" else len(cells)
            cells[plate.key] = Cell(plate.key, order, plates={0: plate}, outs={0: 0.0})
            del plates[plate.key]
    for edge in scene.edges:
        if edge.target.key in plates and edge.source.row is not None:
            plate = plates.pop(edge.target.key)
            cells[plate.key] = Cell(plate.key, len(cells), plate=plate)
        elif edge.target.key in plates:
            cell, port = cells[edge.source.key], port_of(edge.source)
            while port in cell.plates:  # each of the calls that are left out has a first output
                port += 1
            cell.plates[port] = plates[edge.target.key]
            makers[edge.target.key] = (cell, port)
    for edge in scene.edges:
        if edge.target.key in cells:
            known = makers.get(edge.source.key)
            source, port = known or (cells[edge.source.key], port_of(edge.source))
            wire = Wire(source, cells[edge.target.key], port, edge)
            source.leaving.append(wire)
            wire.target.entering.append(wire)
    return sorted(cells.values(), key=lambda cell: cell.order)


def measure(scene: Scene, cells: list[Cell], density: Density) -> None:
    """Give every cell its extents and every port its place."""
    sideways = scene.direction == "LR"
    for cell in cells:
        box = cell.box
        if cell.plate is not None:
            size = (cell.plate.width, cell.plate.height)
            across, cell.size = size[::-1] if sideways else size
            cell.near = cell.far = across / 2
        if box is None:
            continue
        across, cell.size = (box.height, box.width) if sideways else (box.width, box.height)
        in_lines = density.rows and not sideways
        cell.near = sizes.AXIS if in_lines else across / 2
        if box.gathers and box.inside is not None:
            inside, free = box.inside, (box.width - box.inside.width) / 2
            cell.near = inside.axis + (box.height - inside.height if sideways else free)
        cell.far = across - cell.near
        cell.cards = sizes.CARDS * (box.gathers and bool(box.starts))
        cell.margin = 4.0 * box.wrapper
        cell.before = cell.after = 0
        ports = sorted({wire.port for wire in cell.leaving} | set(cell.plates)) or [0]
        cell.outs = dict.fromkeys(ports, 0.0)
        if box.rows:
            lanes = max(inputs_of(box.rows), outputs_of(box.rows)) * LANE
            cell.margin = 0 if sideways else FIRST_LANE + lanes
            for port in ports:
                row, index = divmod(port, 100)
                lane = cell.far + FIRST_LANE + LANE * (outputs_of(box.rows[row:]) - 1 - index)
                count = len(box.rows[row].outputs)
                cell.outs[port] = row_offset(box, row, index, count) if sideways else lane
        elif len(ports) > 1:
            widths = [plate.height if sideways else plate.width for plate in cell.plates.values()]
            widths = [] if density.beside else widths
            apart = sizes.BESIDE + TAB  # between neighbouring tensors
            step = max([STEP, *(width + apart for width in widths)])
            first = 0 if in_lines else (len(ports) - 1) / 2  # in lines, on the axis
            cell.outs = {port: (i - first) * step for i, port in enumerate(ports)}
            if any(cell.beside(port) for port in ports):
                cell.cards += FAN
        _words(cell, density, sideways)


def inputs_of(rows: list[Row]) -> int:
    """How many tensors come in at some rows."""
    return sum(len(row.inputs) for row in rows)


def outputs_of(rows: list[Row]) -> int:
    """How many tensors go out at some rows."""
    return sum(len(row.outputs) for row in rows)


def row_offset(box: Box, row: int, index: int, count: int) -> float:
    """How far below the middle of a box a tensor of a row comes in or goes out."""
    spread = (index - (count - 1) / 2) * sizes.LINE
    return sizes.row_centres(box)[row] - box.height / 2 + spread


def _words(cell: Cell, density: Density, sideways: bool) -> None:
    """The room that the tensors of a cell need."""
    cell.tail = density.tail if cell.plates and not sideways else 2
    shown = {port: plate for port, plate in cell.plates.items() if plate.width}
    for port, plate in shown.items():
        out = cell.outs[port]
        if sideways:
            cell.tail = max(cell.tail, plate.width + 18)
            reach = (plate.height + 4, 4.0)
        elif density.beside:
            cell.margin += BESIDE_BOX + plate.width
            continue
        else:
            cell.tail = max(cell.tail, density.beneath + plate.height)
            reach = (0.0, sizes.BESIDE + plate.width)
        cell.before = max(cell.before, reach[0] - out)
        cell.after = max(cell.after, reach[1] + out)
    cell.tail += cell.cards


def put(cell: Cell, density: Density, sideways: bool) -> None:
    """Place the box and the tensors of a cell whose position is known."""
    item = cell.box or cell.plate
    if item is not None:
        corner = (cell.at - cell.near, cell.start)
        item.x, item.y = corner[::-1] if sideways else corner
    right = cell.at + cell.far
    for port, plate in cell.plates.items():
        out = cell.at + cell.outs[port]
        if sideways:
            plate.x, plate.y = cell.end + 8 + cell.cards, out - 3 - plate.height
        elif density.beside and plate.width:
            plate.x = right + BESIDE_BOX
            right = plate.right
            plate.y = cell.middle - plate.height / 2
        else:
            plate.x, plate.y = out + sizes.BESIDE, cell.end + density.beneath + cell.cards
