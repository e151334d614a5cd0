"""Graphs as text for Graphviz and Mermaid."""

from __future__ import annotations

import html
import json
import re
import subprocess

import pytest

import funclab
from funclab.view import diagram
from funclab.view.draw.text import shorten, steady
from funclab.view.scene.graph_text import LONGEST
from tests.view import gallery, models

LABEL = r'"((?:[\w ,.()=+→×·−…-]|#\d+;|<br/>)*)"'
"""Nothing that Mermaid could take for more than text."""
MERMAID_LINES = "|".join(
    [
        r"flowchart (TB|LR)", r"direction (TB|LR)", r"end", rf"n\d+\[{LABEL}\]",
        rf"n\d+\(\[{LABEL}\]\)", rf"subgraph n\d+\[{LABEL}\]", r"style n\d+ [\w:#,-]+",
        rf"n\d+ (-->|-\.->)\|{LABEL}\| n\d+",
    ]
)  # fmt: skip


def read_by_graphviz(text):
    run = subprocess.run(
        ["dot", "-Tjson"], input=text, capture_output=True, encoding="utf-8", check=True
    )
    assert run.stderr == ""
    return json.loads(run.stdout)


def first_line(label):
    return html.unescape(label.replace("\\\\", "\\").replace('\\"', '"')).split("\\n")[0]


@pytest.mark.parametrize("face", ["calls", "layers"])
@pytest.mark.parametrize("make", models.FLAT)
def test_graphviz_reads_every_graph_without_a_warning(make, face):
    picture = diagram(make(), face=face, expand_nested=True)

    graph = read_by_graphviz(picture.to_dot())

    boxes = [box for scene in picture.scene.walk() for box in scene.boxes]
    names = {
        steady(shorten(box.name if box.node is None else f"{box.name}[{box.node}]", LONGEST))
        for box in boxes
        if box.inside is None
    }
    assert names <= {first_line(part.get("label", "")) for part in graph["objects"]}


def test_the_graphviz_package_draws_a_graph():
    svg = diagram(models.called_twice()).to_graphviz().pipe("svg", encoding="utf-8")

    assert "<svg" in svg and "node" in svg


@pytest.mark.parametrize("face", ["calls", "layers"])
@pytest.mark.parametrize("make", models.FLAT)
def test_mermaid_text_holds_names_as_text_only(make, face):
    picture = diagram(make(), face=face, expand_nested=True)

    lines = picture.to_mermaid().splitlines()

    assert [line for line in lines if not re.fullmatch(f" *({MERMAID_LINES})", line)] == []
    written = re.sub(r"#(\d+);", lambda code: chr(int(code[1])), "\n".join(lines))
    for scene in picture.scene.walk():
        assert all(steady(shorten(box.name, 40))[:20] in written for box in scene.boxes)


def test_an_edge_goes_from_call_to_call_and_carries_its_tensor_and_shape():
    text = diagram(models.siamese()).to_mermaid()

    left, encoder = (re.search(rf'(n\d+)\["{name}', text) for name in ("left#", "encoder#91;1"))
    assert left and encoder
    edge = f'{left[1]} -->|"left#91;0#58;0#93;<br/>(None, 64)"| {encoder[1]}\n'
    assert edge in text
    assert "shared#58; 2 calls" in text


def test_masks_are_dashed_in_both():
    picture = diagram(models.masked())

    assert picture.to_dot().count("style=dashed") == picture.to_mermaid().count("-.->") > 0


def test_an_edge_into_an_opened_model_ends_at_its_frame():
    graph = read_by_graphviz(diagram(models.siamese(), expand_nested=True).to_dot())

    frames = {part["name"] for part in graph["objects"] if part["name"].startswith("cluster")}
    assert len(frames) == 2
    assert {edge["lhead"] for edge in graph["edges"] if "lhead" in edge} == frames
    assert {edge["ltail"] for edge in graph["edges"] if "ltail" in edge} == frames


def test_a_repeat_that_is_drawn_once_is_a_frame_between_its_neighbours():
    picture = gallery.drawn("transformer_4")

    graph = read_by_graphviz(picture.to_dot())

    frame = next(part["name"] for part in graph["objects"] if part["name"].startswith("cluster"))
    assert [end for edge in graph["edges"] for end in ("lhead", "ltail") if edge.get(end) == frame]
    assert "subgraph n2" in picture.to_mermaid()


@pytest.mark.parametrize("ending", ["gv", "dot", "mmd"])
def test_diagrams_and_views_write_both_kinds_of_text(tmp_path, ending):
    model = models.called_twice()

    paths = [model.plot().save(tmp_path / f"model.{ending}")]
    paths.append(funclab.explore(model).save(tmp_path / f"view.{ending}"))

    for path in paths:
        begins = "flowchart TB\n" if ending == "mmd" else 'digraph "Model called_twice'
        assert path.read_text(encoding="utf-8").startswith(begins)
