"""The pictures of an explorer: drawn when they are asked for, a few kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from funclab.view.draw.text import clean
from funclab.view.scene.compact import PROJECTOR_CALLS, bare
from funclab.view.scene.diagram import MOST_CALLS, Diagram, diagram
from funclab.view.scene.scene import Scene

MOST_PICTURES, MOST_CHARACTERS = 8, 2_000_000
"""How much a view keeps for going back and forth."""
MOST_ON_A_PAGE = 6_000_000
"""How much a page without a kernel holds."""
FEW_FRAMES, MOST_FRAMES = 4, 40
"""A page holds all ways to open a few frames, and each of more by itself."""

State = dict[str, Any]


class Gallery:
    """Pictures by name. The script of the view makes the same names from a state: face, open
    frames, size, and what was kept from being folded away.
    """

    def __init__(self, model: Any, facts: dict[str, Any], direction: str | None) -> None:
        self.model, self.direction = model, direction
        self.layers, self.nodes = facts["layers"], facts["nodes"]
        self.tensors, self.frames = facts["tensors"], facts["frames"]
        self.pictures: dict[str, str] = {}
        self.shown: dict[str, set[str]] = {}
        self.last: tuple[str, Scene | None] = ("", None)

    def opened(self, wanted: Any) -> list[str]:
        """The frames that are open, in order, by their keys among calls."""
        if isinstance(wanted, bool):
            return list(self.frames) if wanted else []
        return [
            key
            for key, path in self.frames.items()
            if key in wanted or layer_key(key) in wanted or path in wanted
        ]

    def revealing(self, wanted: Any, key: str) -> Any:
        """What is to be open so that a key can be seen."""
        opened = self.opened(wanted)
        around = [one for one in self.frames if key.startswith(f"{one}/")]
        if set(around) <= set(opened):
            return wanted
        return [one for one in self.frames if one in opened or one in around]

    def open_in(self, state: State) -> list[str]:
        """The frames that are open in a state: those it names, and those around the selected."""
        return self.opened(self.revealing(state["open"], state["selected"]))

    def target(self, face: str, key: str) -> str:
        """The key of the box that stands for what is selected; nothing for nothing."""
        if key in self.tensors:
            key = self.tensors[key]["node"]
        if face == "layers":
            layer = self.nodes[key]["layer"] if key in self.nodes else key
            return self.layers[layer]["box"] if layer in self.layers else ""
        return next(iter(self.layers[key]["nodes"]), key) if key in self.layers else key

    def keys(self, face: str, opened: list[str]) -> list[str]:
        """The boxes of a face that are open."""
        if face == "calls":
            return opened
        return list(dict.fromkeys(self.frames[key] for key in opened))

    def name(self, face: str, opened: list[str], large: bool) -> str:
        every = len(opened) == len(self.frames)
        keys = "*" if every and opened else " ".join(self.keys(face, opened))
        return f"{face}|{keys}|{'large' if large else ''}"

    def draw(self, state: State, large: bool) -> bool:
        """Draw the picture of a state, unless there is one that shows what is selected in it."""
        face, opened = state["face"], self.open_in(state)
        name, target = self.name(face, opened, large), self.target(face, state["selected"])
        for known in [one for one in self.pictures if one == name or one.startswith(f"{name}@")]:
            if target in self.shown[known] or (not target and known == name):
                self.pictures[known] = self.pictures.pop(known)  # it was the last one used
                return False
        self._add(face, opened, large, target, name)
        while len(self.pictures) > MOST_PICTURES or (
            len(self.pictures) > 2 and sum(map(len, self.pictures.values())) > MOST_CHARACTERS
        ):
            self.pictures.pop(next(iter(self.pictures)))
        return True

    def _add(self, face: str, opened: list[str], large: bool, target: str, name: str) -> str:
        """Draw and keep a picture; returns the name that it got."""
        drawn = self._fitting(face, opened, large, target)
        full = f"{name}@{target}" if drawn.scene.moved else name
        self.pictures[full] = slim(bare(drawn))
        self.shown[full] = shown_in(drawn.scene)
        self.last = (name, drawn.scene)
        return full

    def _fitting(self, face: str, opened: list[str], large: bool, target: str) -> Diagram:
        """A picture; on a projector with at most twelve boxes, and what does not fit folded."""
        if not large:
            return self._diagram(face, opened, target, MOST_CALLS)
        for limit in (PROJECTOR_CALLS, 8, 6, 4, 2):
            drawn = self._diagram(face, opened, target, limit)
            if count(drawn.scene) <= PROJECTOR_CALLS + 1:
                return drawn
        apart = [
            key for key in opened if not target.startswith((f"{key}/", f"{self.frames[key]}/"))
        ]
        if not apart:
            return drawn
        return self._fitting(face, [key for key in opened if key != apart[-1]], large, target)

    def _diagram(
        self, face: str, opened: list[str], target: str, limit: int, look: str = "auto"
    ) -> Diagram:
        keys = set(self.keys(face, opened))
        return diagram(
            self.model, face, keys, self.direction, look=look, most_calls=limit, focus=target
        )

    def diagram(self, state: State, look: str) -> Diagram:
        """The static picture of a state."""
        face, opened = state["face"], self.open_in(state)
        name, target = self.name(face, opened, False), self.target(face, state["selected"])
        drawn, scene = self.last
        if scene is not None and drawn == name and (not target or target in shown_in(scene)):
            return Diagram(scene, look)  # as it stands in the view already
        return self._diagram(face, opened, target, MOST_CALLS, look)

    def draw_all(self, large: bool) -> None:
        """Draw what a page without a kernel may show, as far as there is room."""
        for face in ("calls", "layers"):
            for opened in self._ways_to_open():
                name = self.name(face, opened, large)
                if name not in self.pictures and not self._full():
                    self._add(face, opened, large, "", name)
            self._draw_folded(face, large)

    def _draw_folded(self, face: str, large: bool) -> None:
        """Pictures in which together everything can be seen that is folded away in the first."""
        name = self.name(face, [], large)
        top = [key for key in self.nodes if not any(key.startswith(f"{f}/") for f in self.frames)]
        seen = set(self.shown.get(name, ()))
        for target in dict.fromkeys(self.target(face, key) for key in top):
            if target not in seen and not self._full():
                seen |= self.shown[self._add(face, [], large, target, name)]

    def _ways_to_open(self) -> Iterator[list[str]]:
        frames = list(self.frames)
        yield []
        yield frames
        if len(frames) <= FEW_FRAMES:
            for chosen in product((False, True), repeat=len(frames)):
                way = [key for key, taken in zip(frames, chosen, strict=True) if taken]
                if way == self._with_outer(way):
                    yield way
        else:
            yield from (self._with_outer([key]) for key in frames[:MOST_FRAMES])

    def _with_outer(self, keys: list[str]) -> list[str]:
        return [
            frame
            for frame in self.frames
            if any(key == frame or key.startswith(f"{frame}/") for key in keys)
        ]

    def _full(self) -> bool:
        return sum(map(len, self.pictures.values())) > MOST_ON_A_PAGE


def layer_key(key: str) -> str:
    """A node's key without its index: that of its layer."""
    return re.sub(r"\[\d+\]$", "", key)


def shown_in(scene: Scene) -> set[str]:
    """The keys of all boxes in a picture, as the browser knows them."""
    return {clean(box.key) for one in scene.walk() for box in one.boxes}


def count(scene: Scene) -> int:
    return sum(len(one.boxes) for one in scene.walk())


def slim(markup: str) -> str:
    """A picture without what its page says already: colours have classes, titles are labels."""
    return re.sub(r'<title>[^<]*</title>| (?:fill|stroke)="#[0-9a-f]{6}"', "", markup)
