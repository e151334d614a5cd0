"""Positions from Graphviz: which order in each rank, and where along it. Never its drawing."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from funclab.view.scene.layout.ranks import Key, Layered

POINTS_PER_INCH = 72
LONG_LINK_WEIGHT = 8


def program() -> Path | None:
    """Where Graphviz is: `dot`, or the `graphviz-pure` of funclab[dot]."""
    names = [shutil.which("dot"), shutil.which("graphviz-pure")]
    names.append(shutil.which("graphviz-pure", path=sysconfig.get_path("scripts")))
    return next((Path(name) for name in names if name), None)


def positions(layout: Layered, across: dict[Key, float], gap: float) -> dict[Key, float] | None:
    """Where dot puts everything along the ranks; None when there is no dot, or it gives up."""
    binary = program()
    if binary is None:
        return None
    numbers = {key: f"n{i}" for i, key in enumerate(k for rank in layout.ranks for k in rank)}
    source = _source(layout, across, gap, numbers)
    try:
        with _engine(binary):
            plain = source.pipe(format="plain", encoding="utf-8", quiet=True)
    except (subprocess.CalledProcessError, OSError):
        return None
    found = {}
    for line in plain.splitlines():
        words = line.split()
        if words[:1] == ["node"]:
            found[words[1]] = float(words[2]) * POINTS_PER_INCH
    return {key: found[name] for key, name in numbers.items()}


def _source(layout: Layered, across: dict[Key, float], gap: float, numbers: dict[Key, str]) -> Any:
    import graphviz

    graph = graphviz.Digraph(
        graph_attr={"nodesep": f"{gap / POINTS_PER_INCH:.3f}", "ranksep": "0.5", "splines": "line"},
        node_attr={"shape": "box", "fixedsize": "true", "height": "0.2", "label": ""},
        edge_attr={"arrowhead": "none"},
    )
    for rank in layout.ranks:
        same = graphviz.Digraph(graph_attr={"rank": "same"})
        for key in rank:
            same.node(numbers[key], width=f"{max(across[key], 1) / POINTS_PER_INCH:.3f}")
        graph.subgraph(same)
    for key, lower in layout.below.items():
        for other, _ in lower:
            long = isinstance(key, int) or isinstance(other, int)
            weight = LONG_LINK_WEIGHT if long else 2
            graph.edge(numbers[key], numbers[other], weight=str(weight))
    return graph


@contextmanager
def _engine(binary: Path) -> Iterator[None]:
    """Let the graphviz package start this program, whatever its name is."""
    from graphviz.backend import dot_command

    usual = dot_command.DOT_BINARY
    dot_command.DOT_BINARY = binary
    try:
        yield
    finally:
        dot_command.DOT_BINARY = usual
