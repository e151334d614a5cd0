"""The calls face: one box for each call, so that data flows one way and nothing loops."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.view.draw.text import clean, listed, plural
from funclab.view.scene import words
from funclab.view.scene.folding import Folding
from funclab.view.scene.scene import Box, Edge, End, Group, Plate, Scene
from funclab.view.scene.sharing import Sharing, absent, caption_groups

FOLD = "fold"
UNORDERED = ("Add", "Multiply", "Average", "Maximum", "Minimum")
"""Whose inputs may come in any order."""

Opened = bool | Collection[str]
"""Whether boxes are drawn open: all, none, or those with these keys."""


class Piece:
    """A piece of graph in the form of a model: where it begins and ends has no numbers."""

    def __init__(self, name: str, graph: Graph) -> None:
        self.name, self.graph = name, graph


class Calls:
    """Builds the scene of a graph. `prefix` keeps keys inside an open frame apart; `focus` is the
    key of what must not be folded away.
    """

    def __init__(
        self,
        model: Any,
        expand: Opened,
        limit: int,
        prefix: str = "",
        focus: str = "",
        sharing: Sharing | None = None,
    ) -> None:
        graph = words.graph_of(model)
        assert graph is not None
        self.model, self.graph, self.expand, self.limit = model, graph, expand, limit
        self.prefix, self.focus = prefix, focus
        self.piece = isinstance(model, Piece)
        self.sharing = sharing or Sharing(graph, *["elsewhere"] * self.piece)
        self.scene = Scene(clean(model.name), "calls", place=prefix[:-1])
        self.folding = Folding(graph.nodes, limit, self._focus())
        self.shared = self.sharing.of(graph)
        self.met: set[Operation] = set()

    def _focus(self) -> Node | None:
        if not self.focus.startswith(clean(self.prefix)):
            return None
        found = (node for node in self.graph.nodes if within(self.focus, self.key(node)))
        return next(found, None)

    def build(self) -> Scene:
        """The scene, without positions."""
        for node in self.graph.nodes:
            if node not in self.folding.run_of:
                self.scene.boxes.append(self._box(node))
            elif self.folding.starts_run(node):
                self.scene.boxes.append(self._fold_box(node))
        self.scene.hidden = self.folding.hidden
        insides = [box.inside for box in self.scene.boxes if box.inside is not None]
        self.scene.moved = self.folding.moved or any(one.moved for one in insides)
        self._wire()
        self.scene.groups = self._groups()
        if not self.prefix:
            caption_groups(self.scene)
        return self.scene

    def key(self, node: Node) -> str:
        return f"{self.prefix}{node.key}"

    def _box(self, node: Node) -> Box:
        layer = node.operation
        box = Box(
            key=self.key(node),
            name=clean(layer.name),
            detail=words.detail(layer) + self._input_words(node),
            role=role(self.graph, node),
            node=node.index,
            group=self.shared.get(layer),
            frozen=words.is_frozen(layer),
            wrapper=words.inner_layer(layer) is not None,
            nested=words.graph_of(layer) is not None,
            inputs=0 if node in self.graph.input_nodes else len(node.arguments.tensors),
            outputs=len(node.output_tensors),
            write=write_line(node),
            note=absent(layer, self.graph, self.sharing),
            place=place_of(self.graph, node),
            ordered=words.kind(layer) not in UNORDERED,
            weights=words.count(words.weights_of(layer)),
        )
        box.inside = self._inside(box, layer) if is_open(self.expand, box.key) else None
        box.title = self._sentence(box, node)
        return box

    def _input_words(self, node: Node) -> str:
        return "" if self.piece else place_words(self.graph, node)

    def _inside(self, box: Box, layer: Operation) -> Scene | None:
        if words.graph_of(layer) is not None:
            return self._within(layer, box.key)
        inner = words.inner_layer(layer)
        if inner is None:
            return None
        wrapped = wrapped_box(inner, f"{box.key}/")
        if wrapped.nested and is_open(self.expand, wrapped.key):
            wrapped.inside = self._within(inner, wrapped.key)
        return Scene(box.name, "calls", place=box.key, boxes=[wrapped])

    def _within(self, model: Any, key: str) -> Scene:
        return Calls(model, self.expand, self.limit, f"{key}/", self.focus, self.sharing).build()

    def _sentence(self, box: Box, node: Node) -> str:
        layer = node.operation
        given = [words.tensor_id(self.graph, tensor) for tensor in node.arguments.tensors]
        takes = f" takes {listed(given)} and" if given and box.inputs else ""
        made = [
            f"{words.tensor_id(self.graph, one)} of shape {words.shape_text(one.shape)}"
            for one in node.output_tensors
        ]
        note = f" Not in this picture: {box.note}." if box.note and layer not in self.met else ""
        self.met.add(layer)
        here = f"{box.name}, {box.detail}, node {node.index}"
        return f"{here}:{takes} makes {listed(made)}.{note}"

    def _fold_box(self, first: Node) -> Box:
        hidden = self.folding.runs[self.folding.run_of[first]]
        layers = len({node.operation for node in hidden})
        calls = plural(len(hidden), "call")
        return Box(
            key=self._place(first),
            name=f"… {plural(len(hidden), 'more call')}",
            detail=f"of {plural(layers, 'layer')}, left out here",
            role=FOLD,
            title=f"{calls} in between are not drawn, from {first.key} to {hidden[-1].key}.",
            inputs=1,
            first=self.key(first),
        )

    def _place(self, node: Node) -> str:
        """The key of the box that stands for a node: its own, or that of a fold."""
        run = self.folding.run_of.get(node)
        return self.key(node) if run is None else f"{self.prefix}{fold_key(run)}"

    # Tensors and edges.
    def _wire(self) -> None:
        positions: dict[Tensor, list[int]] = {}
        for i, tensor in enumerate(self.graph.outputs):
            positions.setdefault(self._own(tensor), []).append(i)
        readers: dict[Tensor, list[tuple[Node, int]]] = {}
        for node in self.graph.nodes:
            if node not in self.graph.input_nodes:
                for i, tensor in enumerate(node.arguments.tensors):
                    readers.setdefault(self._own(tensor), []).append((node, i))
        for node in self.graph.nodes:
            for i, tensor in enumerate(node.output_tensors):
                uses = readers.get(tensor, [])
                read_elsewhere = any(self._place(one) != self._place(node) for one, _ in uses)
                if node not in self.folding.run_of or tensor in positions or read_elsewhere:
                    self._tensor(tensor, node, i, uses, positions)

    def _own(self, tensor: Tensor) -> Tensor:
        return self.graph.stand_ins.get(tensor, tensor)

    def _tensor(
        self,
        tensor: Tensor,
        node: Node,
        index: int,
        uses: list[tuple[Node, int]],
        positions: dict[Tensor, list[int]],
    ) -> None:
        name = words.tensor_id(self.graph, tensor)
        plate = plate_of(tensor, name, self.prefix)
        plate.numbered = len(node.operation.inbound_nodes) > 1
        if tensor in positions:
            plate.output = True
            several = len(self.graph.outputs) > 1 and not self.piece
            plate.label = ", ".join(f"outputs[{i}]" for i in positions[tensor]) * several
        source = End(self._place(node), index, len(node.output_tensors))
        self.scene.plates.append(plate)
        self._edge(plate, source, End(plate.key))
        folds: set[str] = set()
        for reader, i in uses:
            target = End(self._place(reader), i, len(reader.arguments.tensors))
            if reader in self.folding.run_of:
                if target.key in folds or target.key == source.key:
                    continue  # readers folded away together count as one, with the maker as none
                folds.add(target.key)
                target = End(target.key)
            self._edge(plate, End(plate.key), target)

    def _edge(self, plate: Plate, source: End, target: End) -> None:
        edge = Edge(source, target, plate.name, plate.mask, tensor_key=plate.tensor_key)
        self.scene.edges.append(edge)

    def _groups(self) -> list[Group]:
        every = words.calls_by_layer(self.graph)
        calls: dict[Operation, list[str]] = {}
        for node in self.folding.shown:
            calls.setdefault(node.operation, []).append(self.key(node))
        groups = []
        for layer, number in self.shared.items():
            if layer in calls:
                group = group_of(layer, number, calls[layer], len(every[layer]))
                group.total = self.sharing.totals[layer]
                group.weights = group.numbers  # without weights there is no capsule
                groups.append(group)
        return groups


def within(key: str, frame: str) -> bool:
    """Whether a key is that of a box or of something inside it."""
    frame = clean(frame)
    return key == frame or key.startswith(f"{frame}/")


def is_open(expand: Opened, key: str) -> bool:
    return expand if isinstance(expand, bool) else clean(key) in expand


def fold_key(run: int) -> str:
    return FOLD if run == 0 else f"{FOLD} {run + 1}"


def role(graph: Graph, node: Node) -> str:
    if node in graph.input_nodes:
        return "input"
    return "output" if any(one in graph.outputs for one in node.output_tensors) else "plain"


def place_words(graph: Graph, node: Node) -> str:
    """Which of the model's inputs a node is, when there are several."""
    several = node in graph.input_nodes and len(graph.input_nodes) > 1
    return f" · inputs[{place_of(graph, node)}]" if several else ""


def place_of(graph: Graph, node: Node) -> int | None:
    return graph.input_nodes.index(node) if node in graph.input_nodes else None


def write_line(node: Node) -> str:
    return f"{clean(node.operation.name)}.get_output_at({node.index})"


def wrapped_box(layer: Any, prefix: str) -> Box:
    """The layer inside a wrapper: it has no node of its own there."""
    return Box(
        key=f"{prefix}{layer.name}",
        name=clean(layer.name),
        detail=words.detail(layer),
        frozen=words.is_frozen(layer),
        nested=words.graph_of(layer) is not None,
        outputs=0,
        title=f"{clean(layer.name)}, {words.detail(layer)}, applied by the wrapper around.",
    )


def plate_of(tensor: Tensor, name: str, prefix: str) -> Plate:
    shape = words.shape_text(tensor.shape)
    mask = tensor.mask is not None
    note = ", with a mask" if mask else ""
    return Plate(
        key=f"{prefix}tensor {tensor.id}",
        name=name,
        shape=shape,
        dtype=tensor.dtype,
        mask=mask,
        tensor_key=f"{prefix}{tensor.id}",
        title=f"tensor {name}: shape {shape}, {tensor.dtype}{note}",
    )


def group_of(layer: Any, number: int, keys: list[str], calls: int) -> Group:
    """A shared layer, without a capsule."""
    numbers = words.arithmetic(layer) if words.weights_of(layer) else ""
    frozen = words.is_frozen(layer)
    return Group(number, clean(layer.name), keys, calls, numbers, total=calls, frozen=frozen)
