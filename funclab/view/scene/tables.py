"""A scene in words: sentences, a table of text, and a table for browsers and screen readers."""

from __future__ import annotations

from collections.abc import Iterator

from funclab.view.draw.canvas import shown
from funclab.view.draw.picture import html_grid, text_grid
from funclab.view.draw.text import listed
from funclab.view.scene.scene import Box, Scene
from funclab.view.scene.words import times

TITLES = ("call", "does", "takes", "makes", "output shape")
MOST_SENTENCES = 40

Line = tuple[str, str, str, str, str]


def call_lines(scene: Scene, indent: str = "") -> Iterator[Line]:
    """One line for each call: its node, what it does, takes and makes."""
    for box in scene.boxes:
        for name, *cells in _row_lines(box) if box.rows else [_box_line(scene, box)]:
            yield indent + name, *cells  # type: ignore[misc]
        if box.inside is not None:
            yield from call_lines(box.inside, f"{indent}  ")


def _row_lines(box: Box) -> Iterator[Line]:
    for row in box.rows:
        takes = row.note or ", ".join(row.inputs) or "-"
        makes, shapes = ", ".join(row.outputs) or "-", ", ".join(row.shapes) or "-"
        yield f"{box.name}[{row.index}]", box.detail, takes, makes, shapes


def _box_line(scene: Scene, box: Box) -> Line:
    shapes = {plate.name: plate.shape for plate in scene.plates}
    taken = [(edge.target.index, edge.tensor) for edge in scene.edges if edge.target.key == box.key]
    made = [(edge.source.index, edge.tensor) for edge in scene.edges if edge.source.key == box.key]
    takes = [tensor for _, tensor in sorted(taken)]
    makes = list(dict.fromkeys(tensor for _, tensor in sorted(made)))
    name = box.heading if box.node is None else f"{box.name}[{box.node}]"
    known = ", ".join(shapes.get(tensor, "") for tensor in makes)
    return name, box.detail, ", ".join(takes) or "-", ", ".join(makes) or "-", known or "-"


def group_lines(scene: Scene) -> Iterator[str]:
    """A sentence for each shared layer, however many times it is drawn."""
    told: set[int] = set()
    for one in scene.walk():
        for group in one.groups:
            if group.number not in told:
                told.add(group.number)
                weights = f"; its weights, {group.numbers}, exist once" if group.numbers else ""
                yield f"{group.name} is shared: called {times(group.total)}{weights}."


def description(scene: Scene) -> str:
    """The picture as sentences, for those who do not see it."""
    sentences = [box.title for one in scene.walk() for box in one.boxes]
    told = sentences[:MOST_SENTENCES]
    if len(sentences) > MOST_SENTENCES:
        told.append(f"And {len(sentences) - MOST_SENTENCES} more.")
    outputs = [f"{plate.name} of shape {plate.shape}" for plate in scene.plates if plate.output]
    if outputs:
        told.append(f"The result is {listed(outputs)}.")
    return " ".join([*told, *group_lines(scene)])


def text(scene: Scene) -> str:
    """The scene as a table of text."""
    table = text_grid(TITLES, list(call_lines(scene)))
    shared = list(group_lines(scene))
    after = ["", *shared] if shared else []
    return "\n".join([scene.title, "", *table, *after])


def html_table(scene: Scene) -> str:
    """The scene as an HTML table with a caption and marked headings."""
    notes = "".join(f"<p>{shown(line)}</p>" for line in group_lines(scene))
    return html_grid(scene.title, TITLES, list(call_lines(scene))) + notes
