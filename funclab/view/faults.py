"""The piece of graph at fault: what an error draws under its text."""

from __future__ import annotations

from typing import Any

from funclab.errors import FunclabError, GraphError, NeverCalledError
from funclab.graph.graph import Graph
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.view import words
from funclab.view.calls import Calls, plate_of
from funclab.view.canvas import Canvas, Font, Paint
from funclab.view.diagram import MOST_CALLS, Diagram
from funclab.view.geometry import curved
from funclab.view.layout import place
from funclab.view.measure import text_width
from funclab.view.nodes import node_table
from funclab.view.scene import Box, Edge, End, Points, Scene
from funclab.view.tensor_path import maker, source_inputs

NOTE, GAP = 13, 22


class FaultDiagram(Diagram):
    """A picture in which some boxes are marked in red, each with a few words beside it.

    Edges into a box of `broken` are double and red: the call that was tried and does not exist.
    """

    def __init__(self, scene: Scene, notes: dict[str, str], broken: str = "") -> None:
        super().__init__(scene)
        self.notes, self.broken = notes, broken

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        width, height = super().draw(canvas)
        for edge in self.scene.edges:
            if edge.target.key == self.broken:
                self._double(canvas, edge.path)
        for box in self.scene.boxes:
            if box.key in self.notes:
                width = max(width, self._mark(canvas, box, self.notes[box.key]))
        return width, height + GAP

    @staticmethod
    def _double(canvas: Canvas, path: Points) -> None:
        for shift in (-2, 2):
            canvas.path(curved([complex(x + shift, y) for x, y in path]), Paint("", "fault", 2))

    @staticmethod
    def _mark(canvas: Canvas, box: Box, note: str) -> float:
        """A red frame around the box, and the note to its right; returns where it ends."""
        canvas.rect(box.grown(4), Paint("", "fault", 2.5), 11)
        start = complex(box.right + 14, box.middle.imag + 5)
        text = f"✗ {note}"
        canvas.text_line(start, text, Font(NOTE, "fault", bold=True))
        return start.real + text_width(text, NOTE, bold=True) + 12


def picture_of_fault(error: FunclabError) -> Any:
    """What to draw for an error; None when it is not about a graph."""
    about = error.graph
    if isinstance(about, Operation):
        tensors = getattr(error, "tensors", None)
        if tensors:
            return failed_call(about, tensors, error)
        shown = about.inbound_nodes and not isinstance(error, NeverCalledError)
        return node_table(about) if shown and words.graph_of(about) is None else None
    if isinstance(error, GraphError) and isinstance(about, tuple):
        return missing_input(*about)
    if isinstance(about, list):
        return same_names([one for one in about if isinstance(one, Operation)])
    return None


class Piece:
    """A graph in the form of a model, for the builder of scenes."""

    def __init__(self, name: str, graph: Graph) -> None:
        self.name, self.graph = name, graph


def missing_input(graph: Graph, node: Any) -> FaultDiagram:
    """The whole way to the outputs, with the input that was left out and its look-alikes."""
    found = [one for output in graph.outputs for one in source_inputs(output)]
    given = [one for one in graph.inputs if maker(one).is_input]
    whole = Graph(list(dict.fromkeys([*found, *given])), graph.outputs)
    scene = Calls(Piece("the way to the outputs", whole), False, MOST_CALLS).build()
    for box in scene.boxes:  # whose place among the inputs would be that of no real model
        box.detail = box.detail.partition(" · inputs[")[0]
    missing = node.output_tensors[0]
    notes = {node.key: "not among the inputs"}
    for one in given:
        if one not in found and one.shape == missing.shape:
            notes[maker(one).key] = "given instead: same shape, another tensor"
    return _drawn(scene, notes, f"{words.clean(node.operation.name)} is missing among the inputs")


def failed_call(layer: Operation, tensors: list[Tensor], error: FunclabError) -> FaultDiagram:
    """The layers that made the tensors, and the call of `layer` that failed."""
    scene = Scene(words.clean(layer.name), "calls")
    key = f"{layer.name}[?]"
    for i, tensor in enumerate(dict.fromkeys(tensors)):
        node = maker(tensor)
        if node.key not in [box.key for box in scene.boxes]:
            operation = node.operation
            scene.boxes.append(
                Box(node.key, words.clean(operation.name), words.detail(operation), node=node.index)
            )
        plate = plate_of(tensor, words.clean(tensor.id), "")
        scene.plates.append(plate)
        scene.edges.append(Edge(End(node.key), End(plate.key), plate.name))
        scene.edges.append(Edge(End(plate.key), End(key, i, len(tensors)), plate.name))
    inputs = len(tensors)
    scene.boxes.append(
        Box(key, words.clean(layer.name), words.detail(layer), inputs=inputs, title=error.what)
    )
    title = f"{words.clean(layer.name)} cannot take what it was given"
    return _drawn(scene, {key: words.shorten(error.why, 90)}, title, key)


def same_names(layers: list[Operation]) -> FaultDiagram:
    """The layers that carry one name."""
    scene = Scene("one name", "calls", "LR")
    for i, layer in enumerate(layers):
        scene.boxes.append(Box(f"{i}", words.clean(layer.name), words.detail(layer), outputs=0))
    notes = {str(len(layers) - 1): f"{len(layers)} layers with one name are still {len(layers)}"}
    return _drawn(scene, notes, "Several layers carry one name")


def _drawn(scene: Scene, notes: dict[str, str], title: str, broken: str = "") -> FaultDiagram:
    scene.title = title
    scene.description = f"{title}. {' '.join(notes.values())}."
    place(scene)
    return FaultDiagram(scene, notes, broken)
