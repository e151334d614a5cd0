"""The explorer: a model's graph to be clicked, searched and walked by keys."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import traitlets

from funclab.view import words
from funclab.view.diagram import MOST_CALLS, diagram
from funclab.view.live.base import View
from funclab.view.live.facts import facts_of, more_of, tape_of

PROJECTOR_CALLS = 12
"""As many boxes as a class can read from the last row; the rest is folded."""


class Explorer(View):
    """A model's graph, alive. `selected` is the key of a node `dense[1]`, a layer `dense` or a
    tensor `dense[1:0]`, and may be set and observed from Python.
    """

    script_name = "explorer"
    blank_state: ClassVar[dict[str, Any]] = {
        "face": "calls", "selected": "", "open": False, "zoom": 0, "level": 0, "op": 0,
        "more": False, "table": False,
    }  # fmt: skip

    selected = traitlets.Unicode()

    def __init__(self, model: Any, direction: str | None = None, **settings: Any) -> None:
        self.model, self.direction = model, direction
        facts = facts_of(model)
        layers = {node["layer"] for key, node in facts["nodes"].items() if "/" not in key}
        calls = sum("/" not in key for key in facts["nodes"])
        facts["counts"] = {"calls": calls, "layers": len(layers)}
        facts["nested"] = any("/" in key for key in facts["nodes"])
        super().__init__(
            title=f"Model {words.clean(model.name)}",
            call=f"funclab.explore({_variable(model.name)}$)",
            facts=facts,
            **settings,
        )
        self._add_picture()

    @traitlets.observe("state")
    def _follow_state(self, change: Any) -> None:
        self.selected = change["new"].get("selected", "")

    @traitlets.observe("selected")
    def _follow_selected(self, change: Any) -> None:
        if change["new"] != self.state.get("selected"):
            self.show(selected=change["new"])

    @traitlets.observe("state", "look")
    def _follow_face(self, _: Any) -> None:
        if self.pictures:
            self._add_picture()

    def _add_picture(self) -> None:
        key = f"{self.state['face']}{'+' if self.state['open'] else ''}"
        if key not in self.pictures:
            self.pictures = {**self.pictures, key: self._draw(self.state["face"], self.state["open"])}

    def _draw(self, face: str, opened: bool) -> str:
        limit = PROJECTOR_CALLS if self.look == "projector" else MOST_CALLS
        drawn = diagram(self.model, face, opened, self.direction, most_calls=limit)
        return re.sub(r"<style>.*?</style>", "", drawn.svg, flags=re.DOTALL)

    def svg(self) -> str:
        look = "auto" if self.look == "projector" else self.look
        return diagram(
            self.model, self.state["face"], self.state["open"], self.direction, look=look
        ).svg

    def answer_to(self, content: dict[str, Any]) -> dict[str, Any] | None:
        kind, key = content.get("ask"), content.get("key", "")
        if kind == "tape":
            return {"kind": kind, "key": key, "value": tape_of(self._find(key))}
        if kind == "more":
            return {"kind": kind, "key": key, "value": more_of(self._find(key))}
        return None

    def complete(self) -> None:
        """Put everything a page without a kernel may ask for into the view itself."""
        faces = [(face, opened) for face in ("calls", "layers") for opened in (False, True)]
        self.pictures = {
            f"{face}{'+' if opened else ''}": self._draw(face, opened)
            for face, opened in faces
            if self.facts["nested"] or not opened
        }
        nodes, layers = self.facts["nodes"], self.facts["layers"]
        self.facts = {
            **self.facts,
            "tape": {key: tape_of(self._find(key)) for key in nodes},
            "more": {key: more_of(self._find(key)) for key in layers},
        }

    def _find(self, key: str) -> Any:
        """The node or layer behind a key such as `encoder[1]/dense[0]`."""
        graph = words.graph_of(self.model)
        found: Any = None
        for part in key.split("/"):
            assert graph is not None
            name, _, index = part.rstrip("]").partition("[")
            found = next((one for one in graph.operations if one.name == name), None)
            if found is None:  # the layer inside a wrapper
                found = inner
            node = found.inbound_nodes[int(index)] if index else None
            inner = words.inner_layer(found)
            graph = words.graph_of(found) or graph
            found = node or found
        return found


def explore(model: Any, *, look: str = "auto", ask: bool = False, tour: Any = (), **state: Any) -> Any:
    """The live picture of a model, a layer or a tensor.

    `state` may hold what `Explorer.line()` writes, such as face="layers" or selected="dense[1]".
    """
    return Explorer(model, look=look, ask=ask, tour=tour, state=state)


def _variable(name: str) -> str:
    return name if name.isidentifier() else "model"


