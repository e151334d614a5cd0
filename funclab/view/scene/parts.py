"""The one walk over a model: its graph, and the graphs inside its layers, however deep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from funclab.graph.graph import Graph
from funclab.view.draw.text import clean
from funclab.view.scene.insides import insides


class Part(NamedTuple):
    """A graph in a model: the model's own, or that of a frame in it."""

    graph: Graph
    name: str = ""
    """The name of the layer around it."""
    prefix: str = ""
    """What its keys begin with among calls, such as "encoder[1]/"."""
    path: str = ""
    """The same among layers, such as "encoder/"."""
    place: tuple[str, ...] = ()
    """The calls around it, as a tape names them."""

    def key(self, name: str) -> str:
        return f"{self.prefix}{clean(name)}"


def parts(graph: Graph | Part | None, own: bool = True) -> Iterator[Part]:
    """A graph and those inside it, each after the one around it, once for each call.

    With `own`, also those of the calls that a user's own layers make.
    """
    if graph is None:
        return
    part = graph if isinstance(graph, Part) else Part(graph)
    yield part
    for node in part.graph.nodes:
        for way, layer, inner in insides(node, own):
            end = f"{clean(way)}/" if way else ""
            yield from parts(
                Part(
                    inner,
                    clean(layer.name),
                    f"{part.key(node.key)}/{end}",
                    f"{part.path}{clean(node.operation.name)}/{end}",
                    (*part.place, node.key),
                ),
                own,
            )
