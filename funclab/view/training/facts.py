"""What the page of a live training needs to know beforehand: its charts, and the graph beside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from funclab.callbacks.control import Monitor
from funclab.view.draw.text import clean
from funclab.view.scene import words
from funclab.view.scene.compact import bare, compact
from funclab.view.training.history import VALIDATION, parts

Facts = dict[str, Any]


def charts_of(names: Iterable[str], outputs: list[str]) -> list[Facts]:
    """A chart for every loss and metric, in order; validation goes with what it validates."""
    found: dict[str, Facts] = {}
    for name in names:
        base = name.removeprefix(VALIDATION)
        if base == "learning_rate":
            continue
        quantity, output = parts(base, outputs)
        found.setdefault(
            base,
            {
                "key": base,
                "title": clean(quantity.replace("_", " ")),
                "output": clean(output or ""),
                "upward": Monitor(base, "auto", 0).upward,
            },
        )
    return list(found.values())


def layers_of(model: Any) -> list[Facts]:
    """The layers directly inside, with the boxes that stand for their calls."""
    graph = words.graph_of(model)
    operations = graph.operations if graph is not None else model.layers
    nodes = graph.nodes if graph is not None else []
    return [
        {
            "key": layer.name,
            "name": clean(layer.name),
            "detail": words.detail(layer),
            "weights": words.arithmetic(layer) if words.weights_of(layer) else "",
            "boxes": [node.key for node in nodes if node.operation is layer],
        }
        for layer in operations
    ]


def pictures_of(model: Any) -> dict[str, str]:
    """The graph beside the curves, and one that is less wide; nothing for a model without one."""
    if words.graph_of(model) is None:
        return {}
    return {"graph": bare(compact(model)), "narrow": bare(compact(model, capsules=False))}
