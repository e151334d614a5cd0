"""The picture of a model, as an object that notebooks show and files keep."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

from funclab.errors import ArgumentError, GraphError
from funclab.view import words
from funclab.view.calls import Calls
from funclab.view.layout import place
from funclab.view.scene import Scene
from funclab.view.svg import svg

FACES = ("calls", "layers")
MOST_CALLS = 200
"""A longer model is drawn with its middle folded."""


class Diagram:
    """A drawn model. A notebook shows `svg`; `print` shows `text`."""

    def __init__(self, scene: Scene, look: str = "auto") -> None:
        self.scene, self.look = scene, look

    @cached_property
    def svg(self) -> str:
        """The picture."""
        return svg(self.scene, self.look)

    def __repr__(self) -> str:
        return f"<Diagram: {self.scene.title}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": repr(self)}

    def save(self, path: Any) -> None:
        """Write the picture (.svg) or its data (.json)."""
        target = Path(path)
        target.write_text(self.svg, encoding="utf-8")


def diagram(
    model: Any,
    face: str = "calls",
    expand_nested: bool = False,
    direction: str = "TB",
    layout: str = "auto",
    look: str = "auto",
) -> Diagram:
    scene = Calls(model, expand_nested, MOST_CALLS).build()
    scene.direction = direction
    scene.title = f"Model {words.clean(model.name)}"
    place(scene, layout)
    return Diagram(scene, look)
