"""A scene in words: a sentence, a table of text, and a table for browsers and screen readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from funclab.view.scene import Scene
from funclab.view.words import listed, plural, times

TITLES = ("call", "does", "takes", "makes", "output shape")
MOST_SENTENCES = 40

Line = tuple[str, str, str, str, str]


def call_lines(scene: Scene, indent: str = "") -> Iterator[Line]:
    """One line for each call: its node, what it does, takes and makes."""
    shapes = {plate.name: plate.shape for plate in scene.plates}
    for box in scene.boxes:
        if box.rows:
            for row in box.rows:
                takes = row.note or ", ".join(row.inputs) or "-"
                makes, made = ", ".join(row.outputs) or "-", ", ".join(row.shapes) or "-"
                yield f"{indent}{box.name}[{row.index}]", box.detail, takes, makes, made
        else:
            takes = _tensors(scene, box.key, True)
            makes = _tensors(scene, box.key, False)
            name = box.name if box.node is None else f"{box.name}[{box.node}]"
            made = ", ".join(shapes.get(one, "") for one in makes)
            yield indent + name, box.detail, ", ".join(takes) or "-", ", ".join(makes), made
        if box.inside is not None:
            yield from call_lines(box.inside, f"{indent}  ")


def _tensors(scene: Scene, key: str, taken: bool) -> list[str]:
    """Names of the tensors that a call takes, in order, or makes."""
    ends = [(edge.target if taken else edge.source, edge.tensor) for edge in scene.edges]
    found = sorted(((end.index, name) for end, name in ends if end.key == key), key=_first)
    return list(dict.fromkeys(name for _, name in found)) if not taken else [n for _, n in found]


def _first(pair: tuple[int, str]) -> int:
    return pair[0]


def group_lines(scene: Scene) -> Iterator[str]:
    for one in scene.walk():
        for group in one.groups:
            calls = times(group.size)
            weights = f"; its weights, {group.numbers}, exist once" if group.numbers else ""
            yield f"{group.name} is shared: called {calls}{weights}."


def description(scene: Scene) -> str:
    """The picture as sentences, for those who do not see it."""
    sentences = [box.title for one in scene.walk() for box in one.boxes]
    told = sentences[:MOST_SENTENCES]
    if len(sentences) > MOST_SENTENCES:
        told.append(f"And {plural(len(sentences) - MOST_SENTENCES, 'more box')[:-1]}es.")
    outputs = [f"{plate.name} of shape {plate.shape}" for plate in scene.plates if plate.output]
    if outputs:
        told.append(f"The model returns {listed(outputs)}.")
    return " ".join([*told, *group_lines(scene)])


def text(scene: Scene) -> str:
    """The scene as a table of text."""
    lines = [TITLES, *call_lines(scene)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(TITLES))]
    table = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join([scene.title, "", table[0], rule, *table[1:], *_after(group_lines(scene))])


def _after(lines: Iterator[str]) -> Sequence[str]:
    found = list(lines)
    return ["", *found] if found else []


def html_table(scene: Scene) -> str:
    """The scene as an HTML table with a caption and marked headings."""
    heads = "".join(f'<th scope="col">{title}</th>' for title in TITLES)
    rows = []
    for name, *cells in call_lines(scene):
        rest = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{rest}</tr>')
    notes = "".join(f"<p>{escape(line)}</p>" for line in group_lines(scene))
    caption = f"<caption>{escape(scene.title)}</caption>"
    body = f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<table class="funclab-table">{caption}{body}</table>{notes}'
