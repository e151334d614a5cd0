"""The graph between a model's input tensors and its output tensors."""

from __future__ import annotations

import functools
import operator
from collections import Counter
from collections.abc import Mapping, Sequence

from funclab.errors import GraphError, Item, TensorTypeError
from funclab.graph import explanations, structure
from funclab.graph.aside import number_apart
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.structure import flatten
from funclab.graph.tape import current_tape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value


class Graph:
    """All nodes needed to compute `outputs` from `inputs`, each after those it depends on.

    An input may be a tensor inside a larger graph: this graph then begins there. `stand_ins` maps
    such a tensor to the output of an input layer, which takes its place in `nodes`.
    """

    def __init__(
        self,
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        stand_ins: Mapping[Tensor, Tensor] | None = None,
    ) -> None:
        self.inputs, self.outputs = list(inputs), list(outputs)
        _check_tensors(self.inputs, "inputs", "Input")
        _check_tensors(self.outputs, "outputs", "Output")
        _check_redundant(self.inputs)
        self.stand_ins = dict(stand_ins or {})
        self.input_nodes = [self.producer(tensor)[0] for tensor in self.inputs]
        reachable, operations = self._collect()
        self.nodes: list[Node] = sorted(
            {*reachable, *self.input_nodes}, key=lambda node: (not node.is_input, node.time)
        )
        number_apart(self.nodes)
        self._set_depths(reachable, operations)
        _check_names(self.operations)

    def producer(self, tensor: Tensor) -> tuple[Node, int]:
        """The node that makes a tensor in this graph, and which of the node's outputs it is."""
        made = self.stand_ins.get(tensor, tensor)
        return made.node, made.index

    def parents(self, node: Node) -> list[Node]:
        return [self.producer(tensor)[0] for tensor in node.arguments.tensors]

    def consumers(self, tensor: Tensor) -> list[Node]:
        """The nodes of this graph that read a tensor."""
        return [node for node in self.nodes if tensor in node.arguments.tensors]

    @property
    def operations(self) -> list[Operation]:
        """Layers and ops, each once, from the inputs to the outputs."""
        deepest_first = sorted(self._by_depth, reverse=True)
        return [operation for depth in deepest_first for operation in self._by_depth[depth]]

    @property
    def layers(self) -> list[Operation]:
        return [operation for operation in self.operations if operation.is_layer]

    @property
    def layers_by_depth(self) -> dict[int, list[Operation]]:
        """Layers by their distance from the outputs."""
        by_depth = self._by_depth.items()
        return {depth: [x for x in operations if x.is_layer] for depth, operations in by_depth}

    def replay(self, values: Sequence[Value]) -> list[Value]:
        """Make the same calls again on the tape, starting from `values`."""
        tape, fed = current_tape(), dict(zip(self.inputs, values, strict=True))
        fed |= {self.stand_ins.get(tensor, tensor): value for tensor, value in fed.items()}
        outer, known = tape.place, dict(fed)
        for node in (node for nodes in self.nodes_by_depth.values() for node in nodes):
            tape.place = (*outer, node.key)
            if not (node.is_input or all(tensor in known for tensor in node.output_tensors)):
                args, kwargs = node.arguments.fill_in(known)
                outputs = node.operation(*args, **kwargs)
                known.update(zip(node.output_tensors, flatten(outputs), strict=True))
                known.update(fed)  # the graph may be cut at one output and need another
            tape.made[tape.place] = [known[x] for x in node.output_tensors if x in known]
        tape.place = outer
        return [known[tensor] for tensor in self.outputs]

    def _collect(self) -> tuple[list[Node], list[Operation]]:
        """The nodes the outputs depend on, each after its parents; operations as first met."""
        cut = set(self.inputs)
        # One walk finds both orders. No recursion: a graph may be thousands of layers deep.
        done: dict[Node, bool] = {}
        finished: list[Node] = []
        met: dict[Operation, None] = {}
        waiting = [self.producer(tensor)[0] for tensor in reversed(self.outputs)]
        while waiting:
            node = waiting[-1]
            if done.get(node):
                waiting.pop()
            elif node in done:
                done[node] = True
                finished.append(waiting.pop())
            else:
                done[node] = False
                met.setdefault(node.operation)
                if node.is_input and node not in self.input_nodes:
                    raise self._disconnected(node, finished)
                tensors = [] if node in self.input_nodes else node.arguments.tensors
                for tensor in reversed(tensors):
                    parent = self.producer(tensor)[0]
                    if done.get(parent) is False and tensor not in cut:
                        raise GraphError(
                            f"Tensor {parent.output_tensors[0]!r} from layer "
                            f'"{parent.operation.name}" is part of a cycle.',
                            why="its value would depend on itself.",
                            fix="build the graph by calling layers, which cannot make a cycle.",
                        )
                    waiting.append(parent)
        return finished, list(met)

    def _set_depths(self, reachable: list[Node], met: list[Operation]) -> None:
        """Depths as Keras counts them: 0 at the outputs; a layer is as deep as its deepest call."""
        depth: dict[Node, int] = {}
        layer_depth: dict[Operation, int] = {}
        masks = self._behind_masks()
        for node in reversed(reachable):
            here = max(depth.get(node, 0), layer_depth.get(node.operation, 0))
            depth[node] = layer_depth[node.operation] = here
            if node not in self.input_nodes:
                behind = dict.fromkeys(node.arguments.tensors, 0) | masks.get(node, {})
                for tensor, between in behind.items():
                    parent = self.producer(tensor)[0]
                    depth[parent] = max(here + between + 1, depth.get(parent, 0))
        for node in self.input_nodes:  # an input that no output needs is still an input
            depth.setdefault(node, 0)
            layer_depth.setdefault(node.operation, 0)
        first_met = {operation: i for i, operation in enumerate(met)}
        self._by_depth: dict[int, list[Operation]] = {}
        for operation in sorted(layer_depth, key=lambda operation: first_met.get(operation, -1)):
            self._by_depth.setdefault(layer_depth[operation], []).append(operation)
        self.nodes_by_depth: dict[int, list[Node]] = {}
        for node, here in sorted(depth.items(), key=lambda item: -item[1]):  # as Keras calls them
            self.nodes_by_depth.setdefault(here, []).append(node)

    def _behind_masks(self) -> dict[Node, Counter[Tensor]]:
        """For each call that reads masks, the tensors the masks are made from, each with the number
        of operations in between: Keras has these in its graph and counts them in its depths."""
        made: dict[Tensor, Counter[Tensor]] = {}
        read: dict[Node, Counter[Tensor]] = {}
        for node in self.nodes:
            tensors, steps = node.arguments.tensors, node.operation.mask_operations
            masked = [tensor for tensor in tensors if tensor in made]
            names = node.operation.mask_arguments
            # With more than one tensor, `mask` is read only if it is passed by name.
            alone = len(structure.flatten(node.arguments.args[:1])) == len(tensors)
            if masked and names and (alone or names != ["mask"] or "mask" in node.arguments.kwargs):
                read[node] = functools.reduce(operator.or_, (made[tensor] for tensor in masked))
            behind = Counter(dict.fromkeys(tensors, steps))
            for i, tensor in enumerate(masked):
                more = steps or len(masked) - max(i, 1)  # masks are combined one after another
                behind |= Counter({source: n + more for source, n in made[tensor].items()})
            made |= {tensor: behind for tensor in node.output_tensors if tensor.mask is not None}
        return read

    def _disconnected(self, node: Node, finished: list[Node]) -> GraphError:
        """The error, naming the nested model that the missing input belongs to, if any."""
        near = [*finished, *(call for source in self.input_nodes for call in reached(source))]
        for outer in (call.operation for call in near):
            if node in getattr(getattr(outer, "graph", None), "nodes", ()):
                return explanations.disconnected(self, node, finished, outer)
        return explanations.disconnected(self, node, finished, None)


def reached(node: Node) -> list[Node]:
    """A node and all nodes that depend on it, directly or not."""
    calls = [node]
    for call in calls:
        calls += [other for other in call.operation.outbound_nodes if other not in calls]
    return calls


def _check_tensors(tensors: Sequence[object], argument: str, word: str) -> None:
    if not tensors:
        raise GraphError(
            f"`{argument}` argument cannot be empty.",
            why="a model is the graph between its inputs and its outputs.",
            fix=f"pass at least one tensor as `{argument}`.",
        )
    for value in tensors:
        if not isinstance(value, Tensor) or not hasattr(value, "node"):
            raise TensorTypeError(
                f"{word} tensors to a Model must be Keras tensors: all `{argument}` values must be "
                f"KerasTensors. Received: {_described(value)} of type {type(value).__name__}.",
                why=f"{_kind(value)} is not a tensor; tensors come from Input() and from calling "
                "layers.",
                fix=_repair(value),
                facts=explanations.not_a_tensor(
                    value, Item("place", "Model", f"one of the {argument}")
                ),
            )


def _described(x: object) -> str:
    """How an error shows something that is not a tensor: an array by its shape, not its values."""
    shape = getattr(x, "shape", None)
    return repr(x) if isinstance(x, Operation) or shape is None else f"something shaped {shape}"


def _kind(x: object) -> str:
    return f"the layer {x.name}" if isinstance(x, Operation) else f"a {type(x).__name__}"


def _repair(value: object) -> str:
    if isinstance(value, Operation):
        return f"call the layer, y = {value.name}(x), and pass what it returns."
    return "pass Input(shape=...) or the result of a layer call."


def _check_redundant(inputs: Sequence[Tensor]) -> None:
    twice = [tensor for tensor, count in Counter(inputs).items() if count > 1]
    if twice:
        raise GraphError(
            "The list of inputs passed to the model is redundant. All inputs should only appear "
            f"once. Found: {[tensor.id for tensor in inputs]}.",
            why=f"{twice[0].id} appears in it {inputs.count(twice[0])} times.",
            fix="list each input tensor once; a tensor may be used by as many layers as you like.",
        )


def _check_names(operations: Sequence[Operation]) -> None:
    for name, count in Counter(operation.name for operation in operations).items():
        if count > 1:
            raise GraphError(
                f'The name "{name}" is used {count} times in the model. All layer names should be '
                "unique. (All operation names should be unique.)",
                why=f"{count} different layers carry the name {name}; equal names do not make "
                "layers shared, and outputs, losses and files find layers by name.",
                fix="give each its own `name=`, or use one layer object several times to share it.",
                graph=[operation for operation in operations if operation.name == name],
            )


def calls_before(tensors: Sequence[Tensor]) -> list[Node]:
    """All calls that some tensors depend on, in the order they were made, inputs first."""
    last = [tensor.node for tensor in tensors]
    nodes = structure.reachable(
        last, lambda node: [tensor.node for tensor in node.arguments.tensors]
    )
    return sorted(nodes, key=lambda node: (not node.is_input, node.time))


def source_inputs(*tensors: Tensor) -> list[Tensor]:
    """The input tensors that tensors depend on, the oldest first."""
    return [node.output_tensors[0] for node in calls_before(tensors) if node.is_input]
