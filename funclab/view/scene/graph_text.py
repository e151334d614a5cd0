"""A scene as lines and sentences, and as text for other programs: DOT and Mermaid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from funclab.view.draw import theme
from funclab.view.draw.sentences import say, times, titles
from funclab.view.draw.text import shorten, steady
from funclab.view.scene.drawing import colours
from funclab.view.scene.scene import Box, Group, Scene
from funclab.view.scene.wiring import joined

TITLES = titles("scene_titles")
MOST_SENTENCES = 40

Line = tuple[str, str, str, str, str]
LONGEST = 120
"""The most characters in a line of a label: Mermaid refuses a page of more than 50,000."""
_SPECIAL = re.compile(r"[^\w ,.()=+→×·−-]")
"""Characters that Mermaid may interpret even between quotation marks."""


def call_lines(scene: Scene, indent: str = "") -> Iterator[Line]:
    """One line for each call: its node, what it does, and the tensors it takes and makes; and one
    for each block, before those of its calls."""
    for box in scene.boxes:
        for row in box.rows:
            takes = row.note or ", ".join(row.inputs) or "-"
            makes, shapes = ", ".join(row.outputs) or "-", ", ".join(row.shapes) or "-"
            yield f"{indent}{box.name}[{row.index}]", box.detail, takes, makes, shapes
        if not box.rows:
            name, *cells = _box_line(scene, box)
            yield indent + name, *cells  # type: ignore[misc]
        for name, *cells in box.calls():
            yield f"{indent}  {name}", *cells  # type: ignore[misc]
        if box.inside is not None:
            yield from call_lines(box.inside, f"{indent}  ")


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
    for part in scene.walk():
        for group in part.groups:
            if group.total and group.number not in told:
                told.add(group.number)
                weights = group.numbers and say("scene_exist_once", numbers=group.numbers)
                called = times(group.total)
                yield say("scene_shared", name=group.name, times=called, weights=weights)


def description(scene: Scene) -> str:
    """The picture as sentences, for screen readers."""
    sentences = [box.title for box in scene.every_box]
    told = sentences[:MOST_SENTENCES]
    if len(sentences) > MOST_SENTENCES:
        told.append(say("scene_and_more", n=len(sentences) - MOST_SENTENCES))
    plates = [plate for plate in scene.plates if plate.output]
    outputs = [say("scene_shaped", name=plate.name, shape=plate.shape) for plate in plates]
    if outputs:
        told.append(say("scene_result", outputs=outputs))
    return " ".join([*told, *group_lines(scene)])


@dataclass(frozen=True)
class Dialect:
    """How each part of a graph is written."""

    head: str
    box: str
    frame: str
    output: str
    edge: str
    end: str
    clusters: bool = False
    """Whether an edge ends at a box inside a frame, with the frame given as an attribute."""

    def quoted(self, lines: list[str]) -> str:
        texts = [steady(shorten(line, LONGEST)) for line in lines if line]
        if not self.clusters:
            coded = [_SPECIAL.sub(lambda sign: f"#{ord(sign[0])};", text) for text in texts]
            return f'"{"<br/>".join(coded)}"'
        text = "\n".join(texts)
        for sign, written in (("&", "&amp;"), ("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n")):
            text = text.replace(sign, written)
        return f'"{text}"'


DOT = Dialect(
    "digraph {title} {{\n  graph [rankdir={direction} compound=true fontname=Helvetica]\n"
    '  node [shape=box style="rounded,filled" fontname=Helvetica]\n'
    "  edge [fontname=Helvetica fontsize=11]\n",
    '{name} [label={label} color="{line}" fillcolor="{fill}"]',
    'subgraph cluster_{name} {{ label={label} style="rounded,filled" color="{line}" '
    'fillcolor="{fill}"',
    "{name} [label={label} shape=plaintext style=solid]",
    "{tail} -> {head} [label={label}{mask}{clusters}]",
    "}",
    clusters=True,
)
MERMAID = Dialect(
    "flowchart {direction}\n",
    "{name}[{label}]\nstyle {name} stroke:{line},fill:{fill},color:{ink}",
    "subgraph {name}[{label}]\ndirection {direction}\nstyle {name} stroke:{line},fill:{fill}",
    "{name}([{label}])\nstyle {name} fill:none,stroke:none",
    "{start} {arrow}|{label}| {end}",
    "end",
)


def written(scene: Scene, dialect: Dialect) -> str:
    """The scene as text: boxes, tensors on the edges, opened boxes as frames around others."""
    return _whole(scene.title, scene.direction, dialect, _lines(scene, dialect, "n"))


def side_by_side(title: str, scenes: dict[str, Scene], dialect: Dialect) -> str:
    """Several scenes as one text, each in a frame with its name."""
    lines = []
    for i, (name, scene) in enumerate(scenes.items()):
        frame = dialect.frame.format(
            name=f"side{i}",
            label=dialect.quoted([name]),
            direction=scene.direction,
            line=theme.LIGHT["line"],
            fill=theme.LIGHT["paper"],
        )
        lines += [*frame.splitlines(), *_lines(scene, dialect, f"n{i}_"), dialect.end]
    return _whole(title, "TB", dialect, lines)


def _whole(title: str, direction: str, dialect: Dialect, lines: list[str]) -> str:
    head = dialect.head.format(title=dialect.quoted([title]), direction=direction)
    close = "}\n" if dialect.clusters else ""
    return head + "".join(f"  {line}\n" for line in lines) + close


def _lines(scene: Scene, dialect: Dialect, prefix: str) -> list[str]:
    items = [item for part in scene.walk() for item in part.items()]
    items = [item for item in items if isinstance(item, Box) or item.output]
    names = {item.key: f"{prefix}{i}" for i, item in enumerate(items)}
    return [line for part in _parts(scene, dialect, names) for line in part.splitlines()]


def _parts(scene: Scene, dialect: Dialect, names: dict[str, str]) -> Iterator[str]:
    groups: dict[int | None, Group] = {group.number: group for group in scene.groups}
    for box in scene.boxes:
        group = groups.get(box.group)
        line, fill = (theme.LIGHT[colour] for colour in colours(box, group))
        label, pattern = _label(box, group), dialect.box
        if box.inside is not None:
            label, pattern = [" · ".join(label)], dialect.frame
        yield pattern.format(
            name=names[box.key],
            label=dialect.quoted(label),
            direction=scene.direction,
            line=line,
            fill=fill,
            ink=theme.LIGHT["ink"],
        )
        if box.inside is not None:
            yield from _parts(box.inside, dialect, names)
            yield dialect.end
    for plate in scene.plates:
        if plate.output:
            label = dialect.quoted([plate.label, plate.name, plate.shape])
            yield dialect.output.format(name=names[plate.key], label=label)
    yield from _arrows(scene, dialect, names)


def _arrows(scene: Scene, dialect: Dialect, names: dict[str, str]) -> Iterator[str]:
    boxes = {box.key: box for box in scene.boxes}
    shapes = {plate.name: plate.shape for plate in scene.plates}
    for row in (row for box in scene.boxes for row in box.rows):
        shapes |= zip(row.outputs, row.shapes)
    for edge in joined(scene, outputs=True):
        start, end = edge.source.key, edge.target.key
        clusters = [
            f" {word}=cluster_{names[key]}"
            for word, key in (("ltail", start), ("lhead", end))
            if start != end and key in boxes and boxes[key].inside is not None
        ]
        yield dialect.edge.format(
            start=names[start],
            end=names[end],
            tail=names[_inner(boxes.get(start), start, -1)],
            head=names[_inner(boxes.get(end), end, 0)],
            label=dialect.quoted([edge.tensor, shapes.get(edge.tensor, "")]),
            mask=" style=dashed" * edge.mask,
            arrow="-.->" if edge.mask else "-->",
            clusters="".join(clusters),
        )


def _inner(box: Box | None, key: str, at: int) -> str:
    """The box inside a frame at which Graphviz lets an edge of the frame begin or end."""
    if box is None or box.inside is None:
        return key
    inner = box.inside.boxes[at]
    return _inner(inner, inner.key, at)


def _label(box: Box, group: Group | None) -> list[str]:
    """The lines of a box: its name and call, and what it is."""
    name = box.name if box.node is None else f"{box.name}[{box.node}]"
    shared = [say("scene_label_shared", n=group.total)] if group is not None else []
    return [name, box.detail, *[say("scene_label_frozen")] * box.frozen, *shared]
