"""A small picture of a model: its calls alone, with lines straight from call to call.

For views in which the graph stands beside something else. The tensors are those of the large one.
"""

from __future__ import annotations

import re
from typing import Any

from funclab.view.draw.text import clean
from funclab.view.scene import tables
from funclab.view.scene.calls import Calls
from funclab.view.scene.diagram import Diagram
from funclab.view.scene.layout.place import place
from funclab.view.scene.wiring import joined

LOW = 560
"""The height that gaps may fill."""
PROJECTOR_CALLS = 11
"""Boxes that a class can read from the last row, with the one that stands for the others."""


def compact(
    model: Any, direction: str = "TB", most_calls: int = PROJECTOR_CALLS, capsules: bool = True
) -> Diagram:
    """The calls of a model as a small picture; one of more calls has its middle folded.

    Without `capsules`, shared layers are tied together, but their weights are not drawn.
    """
    scene = Calls(model, False, most_calls).build()
    scene.title = clean(model.name)
    scene.description = tables.description(scene)
    scene.edges, scene.plates = list(joined(scene)), []
    for group in scene.groups:
        group.weights *= capsules
    scene.direction = direction
    place(scene, room=LOW)
    return Diagram(scene)


def fitting(model: Any, width: float, most_calls: int = PROJECTOR_CALLS) -> Diagram:
    """The small picture from left to right where that fits a width, else from top to bottom; and
    without the weights of shared layers, where even that is too wide."""
    for direction, capsules in (("LR", True), ("TB", True), ("TB", False)):
        drawn = compact(model, direction, most_calls, capsules)
        if drawn.scene.width <= width:
            break
    return drawn


def bare(picture: Any) -> str:
    """A picture without its style sheet: that of the live view is on the page already."""
    return re.sub(r"<style>.*?</style>", "", picture.svg, flags=re.DOTALL)
