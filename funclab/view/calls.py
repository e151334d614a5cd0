"""The calls face: one box for each call, so that data flows one way and nothing loops."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.view import words
from funclab.view.scene import Box, Edge, End, Group, Plate, Scene

FOLD = "fold"


class Calls:
    """Builds the scene of a graph. `prefix` keeps keys inside an open frame apart."""

    def __init__(self, model: Any, expand: bool, limit: int, prefix: str = "") -> None:
        graph = words.graph_of(model)
        assert graph is not None
        self.model, self.graph, self.expand, self.limit = model, graph, expand, limit
        self.prefix = prefix
        self.scene = Scene(words.clean(model.name), "calls")
        self.head, self.hidden, self.tail = fold(graph.nodes, limit)
        self.folded = set(self.hidden)
        self.shared = shared_layers(graph)

    def build(self) -> Scene:
        """The scene, without positions."""
        visible = [*self.head, *self.tail]
        for node in visible:
            self.scene.boxes.append(self._box(node))
        if self.hidden:
            self.scene.boxes.insert(len(self.head), self._fold_box())
            self.scene.hidden = len(self.hidden)
        self._wire(visible)
        self.scene.groups = self._groups(visible)
        return self.scene

    def key(self, node: Node) -> str:
        return f"{self.prefix}{node.operation.name}[{node.index}]"

    def _box(self, node: Node) -> Box:
        layer = node.operation
        box = Box(
            key=self.key(node),
            name=words.clean(layer.name),
            detail=words.detail(layer) + place_words(self.graph, node),
            role=role(self.graph, node),
            node=node.index,
            group=self.shared.get(layer),
            frozen=words.is_frozen(layer),
            wrapper=words.inner_layer(layer) is not None,
            nested=words.graph_of(layer) is not None,
            inputs=0 if node in self.graph.input_nodes else len(node.arguments.tensors),
            outputs=len(node.output_tensors),
            write=write_line(node),
        )
        box.inside = self._inside(box, layer) if self.expand else None
        box.title = self._sentence(box, node)
        return box

    def _inside(self, box: Box, layer: Operation) -> Scene | None:
        if words.graph_of(layer) is not None:
            return Calls(layer, True, self.limit, f"{box.key}/").build()
        inner = words.inner_layer(layer)
        if inner is None:
            return None
        wrapped = wrapped_box(inner, f"{box.key}/")
        if words.graph_of(inner) is not None:
            wrapped.inside = Calls(inner, True, self.limit, f"{wrapped.key}/").build()
        return Scene(box.name, "calls", boxes=[wrapped])

    def _sentence(self, box: Box, node: Node) -> str:
        given = [words.tensor_id(self.graph, tensor) for tensor in node.arguments.tensors]
        takes = f" takes {words.listed(given)} and" if given and box.inputs else ""
        made = [
            f"{words.tensor_id(self.graph, one)} of shape {words.shape_text(one.shape)}"
            for one in node.output_tensors
        ]
        return f"{box.name}, {box.detail}, node {node.index}:{takes} makes {words.listed(made)}."

    def _fold_box(self) -> Box:
        layers = len({node.operation for node in self.hidden})
        return Box(
            key=f"{self.prefix}{FOLD}",
            name=f"… {words.plural(len(self.hidden), 'more call')}",
            detail=f"of {words.plural(layers, 'layer')}, left out here",
            role=FOLD,
            title=f"{words.plural(len(self.hidden), 'call')} in the middle are not drawn.",
            inputs=1,
        )

    # Tensors and edges.
    def _wire(self, visible: list[Node]) -> None:
        shown, inner = set(visible), self.folded
        positions: dict[Tensor, list[int]] = {}
        for i, tensor in enumerate(self.graph.outputs):
            positions.setdefault(self._own(tensor), []).append(i)
        readers: dict[Tensor, list[tuple[Node, int]]] = {}
        for node in self.graph.nodes:
            if node not in self.graph.input_nodes:
                for i, tensor in enumerate(node.arguments.tensors):
                    readers.setdefault(self._own(tensor), []).append((node, i))
        for node in [*self.head, *self.hidden, *self.tail]:
            for i, tensor in enumerate(node.output_tensors):
                uses = readers.get(tensor, [])
                read_outside = any(reader not in inner for reader, _ in uses)
                if node in shown or tensor in positions or read_outside:
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
        if tensor in positions:
            plate.output = True
            several = len(self.graph.outputs) > 1
            plate.label = ", ".join(f"outputs[{i}]" for i in positions[tensor]) * several
        source = self._end(node)
        source.index, source.count = index, len(node.output_tensors)
        self.scene.plates.append(plate)
        self.scene.edges.append(Edge(source, End(plate.key), name, plate.mask))
        for reader, i in unique_readers(uses, self.folded):
            target = self._end(reader)
            if target.key != f"{self.prefix}{FOLD}":
                target.index, target.count = i, len(reader.arguments.tensors)
            self.scene.edges.append(Edge(End(plate.key), target, name, plate.mask))

    def _end(self, node: Node) -> End:
        hidden = node in self.folded
        return End(f"{self.prefix}{FOLD}" if hidden else self.key(node))

    def _groups(self, visible: list[Node]) -> list[Group]:
        every = words.calls_by_layer(self.graph)
        calls: dict[Operation, list[str]] = {}
        for node in visible:
            calls.setdefault(node.operation, []).append(self.key(node))
        return [
            with_capsule(
                group_of(layer, number, calls[layer], len(every[layer])), words.is_frozen(layer)
            )
            for layer, number in self.shared.items()
            if layer in calls
        ]


Part = TypeVar("Part")


def fold(nodes: list[Part], limit: int) -> tuple[list[Part], list[Part], list[Part]]:
    """The first, the hidden and the last. No cut of a topological order makes a loop."""
    if len(nodes) <= limit:
        return nodes, [], []
    keep = max(1, min(20, limit // 2))
    return nodes[:keep], nodes[keep:-keep], nodes[-keep:]


def shared_layers(graph: Graph) -> dict[Operation, int]:
    """Layers with several calls in a graph, numbered in order of their first call."""
    several = [layer for layer, nodes in words.calls_by_layer(graph).items() if len(nodes) > 1]
    return {layer: i for i, layer in enumerate(several)}


def role(graph: Graph, node: Node) -> str:
    if node in graph.input_nodes:
        return "input"
    return "output" if any(one in graph.outputs for one in node.output_tensors) else "plain"


def place_words(graph: Graph, node: Node) -> str:
    """Which of the model's inputs a node is, when there are several."""
    if node not in graph.input_nodes or len(graph.input_nodes) < 2:
        return ""
    return f" · inputs[{graph.input_nodes.index(node)}]"


def write_line(node: Node) -> str:
    return f"{words.clean(node.operation.name)}.get_output_at({node.index})"


def wrapped_box(layer: Any, prefix: str) -> Box:
    """The layer inside a wrapper: it has no node of its own there."""
    return Box(
        key=f"{prefix}{layer.name}",
        name=words.clean(layer.name),
        detail=words.detail(layer),
        frozen=words.is_frozen(layer),
        nested=words.graph_of(layer) is not None,
        outputs=0,
        title=f"{words.clean(layer.name)}, {words.detail(layer)}, applied by the wrapper around.",
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
        title=f"tensor {name}: shape {shape}, {tensor.dtype}{note}",
    )


def unique_readers(uses: Iterable[tuple[Node, int]], hidden: set[Node]) -> list[tuple[Node, int]]:
    """The readers of a tensor; all those folded away count as one."""
    found: list[tuple[Node, int]] = []
    folded = False
    for reader, i in uses:
        if reader not in hidden:
            found.append((reader, i))
        elif not folded:
            folded = True
            found.append((reader, i))
    return found


def group_of(layer: Any, number: int, keys: list[str], calls: int) -> Group:
    """A shared layer, without a capsule."""
    numbers = words.arithmetic(layer) if words.weights_of(layer) else ""
    return Group(number, words.clean(layer.name), keys, calls, numbers)


def with_capsule(group: Group, frozen: bool) -> Group:
    """The capsule shows what the layer owns once; without weights there is none."""
    if group.numbers:
        group.weights = group.numbers
        last = "frozen: training leaves them" if frozen else "gradients of all add up here"
        group.caption = [f"used by {group.size} calls,", last]
    return group
