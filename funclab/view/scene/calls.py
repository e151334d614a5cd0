"""The calls face: one box for each call, so that data flows one way and nothing loops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from copy import copy
from typing import Any

from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.shape_math import show
from funclab.graph.structure import reachable
from funclab.view.draw.remembering import remembered
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean, shorten
from funclab.view.scene import words
from funclab.view.scene.blocks import Blocks, Entry, Held, Opened, Several, nodes_of, reads
from funclab.view.scene.insides import Recorded, inside, parts
from funclab.view.scene.scene import Box, Group, Scene
from funclab.view.scene.wiring import Wires

UNORDERED = ("Add", "Multiply", "Average", "Maximum", "Minimum")
"""Layers for which the order of the inputs does not matter."""

Expanded = bool | Collection[str]
"""Whether nested models are drawn open: all, none, or those with these keys."""


class Sharing:
    """The layers that are used more than once, numbered alike in all parts of a picture."""

    def __init__(self, model: Any) -> None:
        graph = words.graph_of(model)
        self.outside = say("scene_elsewhere" if isinstance(model, Piece) else "scene_outside")
        """How to say where calls are that belong to none of these graphs."""
        inner = list(parts(graph))
        self.owners = {node: part.name for part in inner[1:] for node in part.graph.nodes}
        """The model inside this one to which a node belongs, by name."""
        self.boxes: dict[str, Box] = {}
        """The boxes of calls by key, made once for several pictures of the same face of a model."""
        self.wires: dict[tuple[Graph, str], Wires] = {}
        """The same for the wires of a graph, or of one inside a frame, by its prefix."""
        layers = [node.operation for part in inner for node in part.graph.nodes]
        wrapped = [words.inner_layer(layer) for layer in layers]
        self.totals = Counter([*layers, *filter(None, wrapped)])
        """How many times each layer runs when the model runs once."""
        graphs = dict.fromkeys(part.graph for part in inner)
        places = Counter(layer for graph in graphs for layer in self.calls_of(graph))
        self.numbers: dict[Operation, int] = {}
        for graph in graphs:
            for layer, calls in self.calls_of(graph).items():
                # The Input of a nested model may be an Input of the outer one too; it runs nothing.
                if (len(calls) > 1 or places[layer] > 1) and not calls[0].is_input:
                    self.numbers.setdefault(layer, len(self.numbers))

    def of(self, graph: Graph) -> dict[Operation, int]:
        """The shared layers that are called in one of the graphs, with their numbers."""
        calls = self.calls_of(graph)
        return {layer: number for layer, number in self.numbers.items() if layer in calls}

    @remembered
    def calls_of(self, graph: Graph) -> dict[Operation, list[Node]]:
        """The calls in a graph by layer."""
        return words.calls_by_layer(graph)

    @remembered
    def blocks(self, graph: Graph) -> Blocks:
        """The blocks of a graph."""
        return Blocks(graph)


def caption_groups(scene: Scene) -> None:
    """Write in each weights capsule how many calls use the weights; in a second capsule of the same
    weights, write where the first one is.

    The layers of a model that is called twice may be drawn twice; their weights exist only once.
    """
    places: dict[int, str] = {}
    for part in scene.walk():
        for group in (group for group in part.groups if group.weights):
            n, learned = group.total, group.total - group.cut_off
            if group.number in places:
                where = shorten(places[group.number], 28)
                same = say("scene_same_as" if where else "scene_same_as_outside", where=where)
                group.caption = [same, say("scene_uses_in_all", n=n)]
                continue
            places[group.number] = part.frame
            used = "scene_used_some_here" if n > group.size else "scene_used"
            some = "scene_learns_from" if learned else "scene_learns_from_none"
            last = "scene_frozen" if group.frozen else some if group.cut_off else "scene_learns"
            group.caption = [say(used, n=n, here=group.size), say(last, n=learned)]


def absent(layer: Operation, inside: set[Node], sharing: Sharing) -> str:
    """Which nodes of a layer are not in a graph, and where they are; empty if all are in it."""
    elsewhere: dict[str, list[int]] = {}
    for node in layer.inbound_nodes:
        if node not in inside:
            elsewhere.setdefault(whereabouts(node, sharing), []).append(node.index)
    return "; ".join(f"{_numbers(nodes)}: {where}" for where, nodes in elsewhere.items())


def whereabouts(node: Node, sharing: Sharing) -> str:
    """Where a node is that is not in the graph being drawn."""
    if node.index == 0 and words.graph_of(node.operation) is not None:
        return say("scene_made_with_model")
    owner = sharing.owners.get(node)
    return say("scene_inside", owner=shorten(owner, 20)) if owner else sharing.outside


def _numbers(nodes: list[int]) -> str:
    in_a_row = nodes[-1] - nodes[0] == len(nodes) - 1
    key = "scene_node" if len(nodes) == 1 else "scene_nodes_of" if in_a_row else "scene_nodes"
    return say(key, n=len(nodes), first=nodes[0], last=nodes[-1])


class Piece:
    """Part of a graph in the form of a model, with inputs and outputs that are not numbered."""

    def __init__(self, name: str, graph: Graph) -> None:
        self.name, self.graph = name, graph


class Calls:
    """Builds the scene of a graph. `prefix` keeps keys inside an open frame distinct; `focus` is
    the key of what must not be in a closed block. With more than `most` calls, if it is not 0,
    there are at most so many boxes, some of them blocks; those with keys in `unfolded` are open, or
    with a minus before the key, closed.
    """

    face = "calls"

    def __init__(
        self,
        model: Any,
        expand: Expanded,
        most: int = 0,
        prefix: str = "",
        focus: str = "",
        sharing: Sharing | None = None,
        unfolded: Collection[str] = (),
    ) -> None:
        graph = words.graph_of(model)
        assert graph is not None
        self.model, self.graph, self.expand, self.most = model, graph, expand, most
        self.prefix, self.focus, self.unfolded = prefix, focus, unfolded
        self.piece = isinstance(model, Piece)
        self.sharing = sharing or Sharing(model)
        self.shared = self.sharing.of(graph)
        self.every = self.sharing.calls_of(graph)
        self.nodes = set(graph.nodes)
        self.met: set[Operation] = set()
        self.focused = self._focus()
        whole = getattr(model, "output_structure", graph.outputs)
        if (graph, prefix) not in self.sharing.wires:
            wires = Wires(graph, prefix, None if self.piece else whole)
            self.sharing.wires[graph, prefix] = wires
        self.wires = self.sharing.wires[graph, prefix]

    def _focus(self) -> Node | None:
        if not self.focus or not self.focus.startswith(clean(self.prefix)):
            return None
        focus, keys = f"{self.focus}/", {node: self.key(node) for node in self.graph.nodes}
        return next((node for node in keys if focus.startswith(f"{clean(keys[node])}/")), None)

    def build(self) -> Scene:
        """The scene, without positions."""
        entries, moved = self._entries(), False
        if self.focused is not None and not all(isinstance(entry, Node) for entry in entries):
            focused = self._entries(self.focused)
            moved, entries = _drawn(focused) != _drawn(entries), focused
        scene = self._scene(entries, self.prefix[:-1])
        scene.moved = scene.moved or moved
        if self._has_blocks:
            opened, closed = self._by_hand()
            around = self.sharing.blocks(self.graph).around(self.most, opened, closed)
            scene.around = {
                f"{self.prefix}{key}": list(map(self.key, nodes)) for key, nodes in around.items()
            }
        if not self.prefix:
            caption_groups(scene)
        return scene

    def length(self) -> int:
        """How many boxes follow each other at least; this takes less time than to make them."""
        return _length(self.sharing.blocks(self.graph), self._entries())

    def _entries(self, focus: Node | None = None) -> list[Entry]:
        """The calls and blocks that get a box, with the way to one call open."""
        if not self._has_blocks:
            return list(self.graph.nodes)  # inputs first
        opened, closed = self._by_hand()
        return self.sharing.blocks(self.graph).entries(self.most, opened, closed, focus)

    @property
    def _has_blocks(self) -> bool:
        return 0 < self.most < len(self.graph.nodes)

    def _by_hand(self) -> tuple[list[str], list[str]]:
        """The blocks of this graph that a reader has opened, and closed."""
        prefix = clean(self.prefix)
        opened = [key.removeprefix(prefix) for key in self.unfolded if key.startswith(prefix)]
        prefix = f"-{prefix}"
        return opened, [key.removeprefix(prefix) for key in self.unfolded if key.startswith(prefix)]

    def _scene(self, entries: Sequence[Entry], frame: str, prefix: str | None = None) -> Scene:
        """The scene of all calls, or of those in a frame, whose names lose their `prefix`."""
        scene = Scene(clean(self.model.name), self.face, frame=frame)
        boxes: dict[Node, Box] = {}
        for entry in entries:
            box = self._box(entry) if isinstance(entry, Node) else self._box_of_several(entry)
            if prefix and isinstance(entry, Node):
                box.name = box.name.removeprefix(f"{clean(prefix)}_")
            scene.boxes.append(box)
            boxes |= dict.fromkeys(nodes_of(entry), box)
            scene.moved = scene.moved or (box.inside is not None and box.inside.moved)
        self.wires.connect(scene, boxes, prefix is None)
        scene.groups = self._groups(entries)
        return scene

    def key(self, node: Node) -> str:
        return f"{self.prefix}{node.key}"

    def _box(self, node: Node) -> Box:
        key = self.key(node)
        if key not in self.sharing.boxes:
            self.sharing.boxes[key] = self._new_box(node, key)
        box = copy(self.sharing.boxes[key])
        if box.note and node.operation not in self.met:
            box.title = say("scene_not_here", call=box.title, note=box.note)
        self.met.add(node.operation)
        box.inside = self._inside(box, node) if self._is_open(key) else None
        return box

    def _is_open(self, key: str) -> bool:
        return self.expand if isinstance(self.expand, bool) else clean(key) in self.expand

    def _inside(self, box: Box, node: Node) -> Scene | None:
        """What is in the box of a call: a graph, or the layer that is wrapped."""
        graph, inner = inside(node), words.inner_layer(node.operation)
        if graph is not None:
            own = words.graph_of(node.operation) is None
            model = Piece(node.operation.name, graph) if own else node.operation
            return self._within(model, box.key)
        if inner is None:
            return None
        wrapped = Box(  # a wrapped layer has no node of its own here
            key=f"{box.key}/{inner.name}",
            name=clean(inner.name),
            detail=words.detail(inner),
            frozen=words.is_frozen(inner),
            nested=words.graph_of(inner) is not None,
            outputs=0,
            title=say("scene_wrapped", name=clean(inner.name), detail=words.detail(inner)),
        )
        if wrapped.nested and self._is_open(wrapped.key):
            wrapped.inside = self._within(inner, wrapped.key)
        return Scene(box.name, self.face, frame=box.key, boxes=[wrapped])

    def _new_box(self, node: Node, key: str) -> Box:
        layer, which = node.operation, self._which_input(node)
        told, weights = words.call_words(node), words.weights_of(layer)
        brief = words.brief(node, told) + which
        box = Box(
            key=key,
            name=clean(layer.name),
            detail=told + which,
            brief=which.removeprefix(" · ") if " · inputs[" in which else brief,
            several=len(layer.inbound_nodes) > 1,
            role=role(self.graph, node),
            node=node.index,
            group=self.shared.get(layer),
            frozen=bool(weights) and words.is_frozen(layer),
            wrapper=words.inner_layer(layer) is not None,
            nested=inside(node) is not None,
            inputs=len(reads(self.graph, node)),
            outputs=len(node.output_tensors),
            note=absent(layer, self.nodes, self.sharing),
            ordered=words.kind(layer) not in UNORDERED,
            weights=words.count(weights),
        )
        box.title = self._sentence(box, node)
        return box

    def _which_input(self, node: Node) -> str:
        """Which of several inputs of the model a node is, and its dtype, if it is not float32."""
        inputs, dtype = self.graph.input_nodes, node.output_tensors[0].dtype
        if self.piece or node not in inputs:
            return ""
        which = f" · inputs[{inputs.index(node)}]" if len(inputs) > 1 else ""
        return which + (f" · {dtype}" if dtype != "float32" else "")

    def _within(self, model: Any, key: str) -> Scene:
        settings = (self.focus, self.sharing, self.unfolded)
        return type(self)(model, self.expand, self.most, f"{key}/", *settings).build()

    def _sentence(self, box: Box, node: Node) -> str:
        inputs = [words.tensor_id(self.graph, tensor) for tensor in reads(self.graph, node)]
        outputs = [
            say("scene_shaped", name=words.tensor_id(self.graph, tensor), shape=show(tensor.shape))
            for tensor in node.output_tensors
        ]
        facts = {"name": box.name, "detail": box.detail, "i": node.index}
        key = "scene_call" if inputs else "scene_input"
        return say(key, **facts, takes=inputs, makes=outputs)

    def _box_of_several(self, entry: Entry) -> Box:
        assert isinstance(entry, (Held, Opened))
        blocks = self.sharing.blocks(self.graph)
        box = blocks.box(entry, self.prefix)
        if isinstance(entry, Held):
            box.group = self.shared.get(self._mark(entry))
        else:
            box.inside = self._scene(entry.entries, box.key, blocks.prefix(entry))
        return box

    def _mark(self, entry: Held) -> Any:
        """The shared layer in a block; the first, if there are several."""
        return next((node.operation for node in entry.nodes if node.operation in self.shared), None)

    def _groups(self, entries: Sequence[Entry]) -> list[Group]:
        """The shared layers that are drawn, or are in closed blocks, each with these boxes."""
        keys: dict[Operation, list[str]] = {}
        drawn = set[int]()
        for entry in entries:
            if isinstance(entry, (Node, Several)):
                node = nodes_of(entry)[0]
                keys.setdefault(node.operation, []).append(self.key(node))
                drawn.add(self.shared.get(node.operation, -1))
            elif isinstance(entry, Held) and (layer := self._mark(entry)) is not None:
                keys.setdefault(layer, []).append(f"{self.prefix}{entry.key}")
        groups = [self._group(layer, keys[layer]) for layer in self.shared if layer in keys]
        for group in groups:
            group.weights *= group.number in drawn
        return groups

    def _group(self, layer: Operation, keys: list[str]) -> Group:
        numbers = words.arithmetic(layer)
        return Group(
            self.shared[layer],
            clean(layer.name),
            keys,
            size=len(self.every[layer]),
            numbers=numbers,
            total=self.sharing.totals[layer],
            cut_off=len(set(self.every[layer]) - learning(self.graph)),
            frozen=words.is_frozen(layer),
            weights=numbers if self.face == "calls" else "",  # without weights there is no capsule
        )


def _length(blocks: Blocks, entries: Sequence[Entry]) -> int:
    """The number of boxes on the longest path through some of them, with those in open frames."""
    reached: dict[Node, int] = {}
    for entry in entries:
        nodes = nodes_of(entry)
        sources = (source for node in nodes for source in blocks.sources[node])
        before = max((reached.get(node, 0) for node in sources), default=0)
        own = _length(blocks, entry.entries) if isinstance(entry, Opened) else 1
        reached |= dict.fromkeys(nodes, before + own)
    return max(reached.values(), default=0)


def _drawn(entries: Sequence[Entry]) -> list[Any]:
    """Which boxes are drawn."""
    inner = ((_drawn(entry.entries), entry.shown) for entry in entries if isinstance(entry, Opened))
    keys = [getattr(entry, "key", "") for entry in entries]
    return [keys, *inner]


def learning(graph: Graph) -> set[Node]:
    """The calls that get a gradient from the outputs: ops like stop_gradient block it."""

    def before(node: Node) -> list[Node]:
        ends = isinstance(node.operation, OpOperation) and not node.operation.op.differentiable
        return [] if ends else [graph.producer(tensor)[0] for tensor in reads(graph, node)]

    return set(reachable([graph.producer(tensor)[0] for tensor in graph.outputs], before))


def role(graph: Graph, node: Node) -> str:
    if node in graph.input_nodes:
        return "input"
    makes_output = any(tensor in graph.outputs for tensor in node.output_tensors)
    return "output" if makes_output else "plain"


def write_line(node: Node) -> str:
    """The line of Python that gives a node's output; empty for a call within a layer's `call`."""
    here = f"{clean(node.operation.name)}.get_output_at({node.index})"
    return "" if isinstance(node, Recorded) else here
