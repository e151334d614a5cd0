"""The explorer: a model's graph to be clicked, searched and walked by keys."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import traitlets

from funclab.errors import TensorTypeError
from funclab.graph.graph import Graph
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.view import words
from funclab.view.diagram import MOST_CALLS, diagram
from funclab.view.live.base import View
from funclab.view.live.facts import facts_of, more_of, objects_of, tape_of
from funclab.view.tensor_path import Behind, source_inputs

PROJECTOR_CALLS = 11
"""As many boxes as a class can read from the last row; the rest is folded."""


class Explorer(View):
    """A model's graph, alive. `selected` is the key of a node `dense[1]`, a layer `dense` or a
    tensor `dense[1:0]`, and may be set and observed from Python.
    """

    scripts = ("explorer_panel", "explorer")
    blank_state: ClassVar[dict[str, Any]] = {
        "face": "calls", "selected": "", "open": False, "zoom": 0, "level": 0, "op": 0,
        "more": False, "table": False,
    }  # fmt: skip

    selected = traitlets.Unicode()

    def __init__(self, model: Any, direction: str | None = None, **settings: Any) -> None:
        self.model, self.direction = model, direction
        facts, self.objects = facts_of(model), objects_of(model)
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
            self.pictures = {
                **self.pictures,
                key: self._draw(self.state["face"], self.state["open"]),
            }

    def _draw(self, face: str, opened: bool) -> str:
        limit = PROJECTOR_CALLS if self.look == "projector" else MOST_CALLS
        drawn = diagram(self.model, face, opened, self.direction, most_calls=limit)
        return bare(drawn)

    def svg(self) -> str:
        look = "auto" if self.look == "projector" else self.look
        return diagram(
            self.model, self.state["face"], self.state["open"], self.direction, look=look
        ).svg

    def answer_to(self, content: dict[str, Any]) -> dict[str, Any] | None:
        kind, key = content.get("ask"), content.get("key", "")
        if key not in self.objects:
            return None
        if kind == "tape":
            return {"kind": kind, "key": key, "value": tape_of(self.objects[key])}
        if kind == "more":
            return {"kind": kind, "key": key, "value": more_of(self.objects[key])}
        return None

    def complete(self) -> None:
        """Put everything a page without a kernel may ask for into the view itself."""
        faces = [(face, opened) for face in ("calls", "layers") for opened in (False, True)]
        self.pictures = {
            f"{face}{'+' if opened else ''}": self._draw(face, opened)
            for face, opened in faces
            if self.facts["nested"] or not opened
        }
        facts: dict[str, Any] = self.facts  # type: ignore[assignment]
        nodes, layers = facts["nodes"], facts["layers"]
        self.facts = {
            **facts,
            "tape": {key: tape_of(self.objects[key]) for key in nodes},
            "more": {key: more_of(self.objects[key]) for key in layers},
        }


def bare(picture: Any) -> str:
    """A picture without its style sheet: that of the live view is on the page already."""
    return re.sub(r"<style>.*?</style>", "", picture.svg, flags=re.DOTALL)


class Calls:
    """All that leads to the calls of one layer, in the form of a model."""

    def __init__(self, layer: Operation) -> None:
        self.name = layer.name
        outputs = [one for node in layer.inbound_nodes for one in node.output_tensors]
        inputs = [one for tensor in outputs for one in source_inputs(tensor)]
        self.graph = Graph(list(dict.fromkeys(inputs)), outputs)


def explore(
    thing: Any,
    *,
    direction: str | None = None,
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **state: Any,
) -> Explorer:
    """The live picture of a model; of a layer, with all its calls; or of the way to a tensor.

    `state` may hold what `Explorer.line()` writes, such as face="layers" or selected="dense[1]".
    Raises: NeverCalledError for a layer without calls; TensorTypeError for anything else;
    ArgumentError for an unknown setting.
    """
    subject = thing
    if isinstance(thing, Tensor):
        subject = Behind(thing)
        state = {"selected": thing.id, **state}
    elif not isinstance(thing, Operation):
        raise TensorTypeError(
            f"explore was given {thing!r}, which has no graph.",
            why="models, layers and tensors have one: calls of layers make it.",
            fix="pass a model, a layer that was called, or what a layer call returned.",
        )
    elif words.graph_of(thing) is None:
        thing.get_output_at(0)  # says it well when there is none
        subject = Calls(thing)
        state = {"face": "layers", "selected": thing.name, **state}
    return Explorer(subject, direction, look=look, ask=ask, tour=tour, state=state)


def _variable(name: str) -> str:
    return name if name.isidentifier() else "model"
