"""The tensors of a scene, and the edges between the boxes that make and read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any

from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.shape_math import show
from funclab.graph.tensor import Tensor
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.scene import words
from funclab.view.scene.blocks import reads
from funclab.view.scene.scene import Box, Edge, End, Plate, Scene


class Wires:
    """Who reads each tensor of a graph, and which of the model's outputs it is."""

    def __init__(self, graph: Graph, prefix: str, outputs: Any = None) -> None:
        """`outputs`: those of the model, in their structure, if they are to be told apart."""
        self.graph, self.prefix = graph, prefix
        several = len(graph.outputs) > 1 or isinstance(outputs, dict)
        labelled = outputs is not None and several
        self.labels = [label for _, label in words.indexed(outputs, "outputs")] * labelled
        self.positions: dict[Tensor, list[int]] = {}
        for i, tensor in enumerate(graph.outputs):
            self.positions.setdefault(graph.stand_ins.get(tensor, tensor), []).append(i)
        self.rows: dict[Node, int] = {}
        """In the layers face, the rows of calls whose layer has several nodes."""
        self.readers: dict[Tensor, list[tuple[Node, int]]] = {}
        for node in graph.nodes:
            for i, tensor in enumerate(reads(graph, node)):
                self.readers.setdefault(tensor, []).append((node, i))
        self.plates: dict[tuple[Tensor, bool], Plate] = {}
        """Those that were made: the pictures of one model are of the same tensors."""

    def connect(self, scene: Scene, boxes: Mapping[Node, Box], whole: bool) -> None:
        """Add the tensors and edges between boxes, each of which stands for some calls.

        Where they are not the `whole` graph but the inside of a frame, tensors cross its border.
        """
        nodes = () if whole else boxes
        for tensor in dict.fromkeys(t for node in nodes for t in reads(self.graph, node)):
            if self.graph.producer(tensor)[0] not in boxes:
                border = self._border(scene, tensor, "in")
                self._read(scene, border, End(border.key), None, boxes, self.readers[tensor])
        for node, box in boxes.items():
            gathers = box.gathers
            for i, tensor in enumerate(node.output_tensors):
                uses = self.readers.get(tensor, [])
                ends = tensor in self.positions
                if gathers and not ends and all(boxes.get(reader) is box for reader, _ in uses):
                    continue
                leaves = ends or any(reader not in boxes for reader, _ in uses)
                plate, row = self._plate(tensor, whole), self.rows.get(node)
                plate.numbered = len(node.operation.inbound_nodes) > 1
                start = source = End(box.key, i, len(node.output_tensors), row)
                if row is None or ends:  # a row names its tensors itself
                    scene.plates.append(plate)
                    scene.edges.append(edge_of(plate, source, End(plate.key)))
                    start = End(plate.key) if row is None else source
                self._read(scene, plate, start, box, boxes, uses)
                if leaves and not whole:
                    border = self._border(scene, tensor, "out")
                    scene.edges.append(edge_of(plate, End(plate.key), End(border.key)))

    def _plate(self, tensor: Tensor, whole: bool) -> Plate:
        if (tensor, whole) not in self.plates:
            self.plates[tensor, whole] = self._new_plate(tensor, whole)
        return copy(self.plates[tensor, whole])

    def _new_plate(self, tensor: Tensor, whole: bool) -> Plate:
        plate = plate_of(tensor, words.tensor_id(self.graph, tensor), self.prefix)
        if whole and tensor in self.positions:
            plate.output = True
            labels = [clean(self.labels[i]) for i in self.positions[tensor] if self.labels]
            plate.label = ", ".join(labels)
        return plate

    def _border(self, scene: Scene, tensor: Tensor, way: str) -> Plate:
        """Where a tensor crosses the border of a frame."""
        plate = self._plate(tensor, False)
        plate.key, plate.border = f"{scene.frame} {way} {plate.name}", way
        scene.plates.append(plate)
        return plate

    def _read(
        self,
        scene: Scene,
        plate: Plate,
        start: End,
        source: Box | None,
        boxes: Mapping[Node, Box],
        uses: list[tuple[Node, int]],
    ) -> None:
        """An edge to each call that reads a tensor; calls drawn as one box count as one."""
        told: set[str] = set()
        for reader, i in uses:
            box = boxes.get(reader)
            if box is None:
                continue
            target = End(box.key, i, len(reader.arguments.tensors), self.rows.get(reader))
            if box.gathers:
                if box is source or box.key in told:
                    continue
                told.add(box.key)
                target = End(box.key)
            scene.edges.append(edge_of(plate, start, target))


def joined(scene: Scene, outputs: bool = False) -> Iterator[Edge]:
    """An edge from each box to every box that reads what it makes, and to the `outputs`, if wanted.

    What comes into a frame is shown by the edge to the frame itself.
    """
    plates = {plate.key: plate for plate in scene.plates}
    makers = {edge.target.key: edge.source for edge in scene.edges if edge.target.key in plates}
    for edge in scene.edges:
        start, end = plates.get(edge.source.key), plates.get(edge.target.key)
        if (end.output and outputs) if end else not (start and start.border):
            source = makers.get(edge.source.key, edge.source)
            yield Edge(source, edge.target, edge.tensor, edge.mask)


def edge_of(plate: Plate, source: End, target: End) -> Edge:
    return Edge(source, target, plate.name, plate.mask, tensor_key=plate.tensor_key)


def plate_of(tensor: Tensor, name: str, prefix: str) -> Plate:
    shape = show(tensor.shape)
    mask = tensor.mask is not None
    return Plate(
        key=f"{prefix}tensor {tensor.id}",
        name=name,
        shape=shape,
        dtype=tensor.dtype,
        mask=mask,
        tensor_key=f"{prefix}{tensor.id}",
        title=say("scene_tensor", name=name, shape=shape, dtype=tensor.dtype, mask=mask),
    )
