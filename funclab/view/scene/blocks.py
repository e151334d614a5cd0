"""The boxes of a picture: calls, and blocks of calls for which there is no room."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from funclab.graph.graph import Graph
from funclab.graph.labels import labels
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import show
from funclab.graph.tensor import Tensor
from funclab.view.blocks.block import Block
from funclab.view.blocks.cut import Shown, Tree
from funclab.view.blocks.flow import Call, Flow
from funclab.view.blocks.words import Words
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.scene import words
from funclab.view.scene.scene import Box

NOT_COMPARED = {"name", "seed", "weights", "trainable"}
MOST_VALUES, MOST_DIFFERENCES, MOST_TENSORS = 4, 4, 4
"""How many values of a setting, settings that differ, and tensors are written out at most."""


def reads(graph: Graph, node: Node) -> list[Tensor]:
    """The tensors that a call reads, in order, by their names in this graph."""
    tensors = [] if node in graph.input_nodes else node.arguments.tensors
    return [graph.stand_ins.get(tensor, tensor) for tensor in tensors]


def settings(layer: Any) -> dict[str, Any]:
    """The constructor arguments of a layer, or the settings of an op."""
    if not getattr(layer, "is_layer", True):
        return asdict(layer.op)
    arguments = getattr(layer, "constructor_arguments", {})
    return {
        name: getattr(layer, name, value)
        for name, value in arguments.items()
        if name not in NOT_COMPARED
    }


def flow_of(graph: Graph) -> Flow:
    """The calls of a graph, as blocks are found in them."""
    calls = [_call(graph, node) for node in graph.nodes]
    return Flow(calls, [graph.producer(tensor)[0].key for tensor in graph.outputs])


def _call(graph: Graph, node: Node) -> Call:
    layer, shapes = node.operation, node.output_shapes
    return Call(
        node.key,
        clean(layer.name),
        "InputLayer" if node in graph.input_nodes else words.kind(layer),
        [graph.producer(tensor)[0].key for tensor in reads(graph, node)],
        tuple(shapes[0][1:]) if shapes else (),
        dict(_plain(settings(layer))),
        words.count(words.weights_of(layer)),
        layer,
        _inner(layer),
        _crosses(node),
    )


def _crosses(node: Node) -> bool:
    """Whether attention looks from one tensor at another; a mask does not count."""
    args, kwargs = node.arguments.args, node.arguments.kwargs
    given = {**dict(zip(("query", "value"), args)), **kwargs}
    attends = words.kind(node.operation) == "MultiHeadAttention"
    return attends and given["query"] is not given["value"]


def _plain(values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The settings that are numbers, words, or functions with a name."""
    for name, value in values.items():
        if isinstance(value, (int, float, str, tuple, list)):
            yield name, value
        elif callable(value) and hasattr(value, "__name__"):
            yield name, value.__name__


def _inner(layer: Operation) -> Any:
    """Equal for models that are made of the same calls."""
    graph = words.graph_of(layer)
    if graph is None:
        return None

    def parents(node: Node) -> list[tuple[Node, int]]:
        return [graph.producer(tensor) for tensor in reads(graph, node)]

    def label(node: Node, read: list[Any]) -> int:
        return hash((words.kind(node.operation), *read))

    return tuple(sorted(labels(graph.nodes, parents, label).values()))


@dataclass
class Held:
    """A closed block: the calls in it, and where each repetition begins."""

    key: str
    nodes: list[Node]
    block: Block


@dataclass
class Opened:
    """An open block, drawn as a frame around what is in it; of a run, one repetition is drawn."""

    key: str
    nodes: list[Node]
    block: Block
    entries: list[Entry]
    rounds: list[list[Node]]
    shown: int


@dataclass
class Several:
    """The calls of a layer with several nodes, in the layers face."""

    nodes: list[Node]


Entry = Node | Held | Opened | Several
"""The calls that share a box."""


def nodes_of(entry: Entry) -> list[Node]:
    """The calls that a box stands for, drawn or not."""
    return [entry] if isinstance(entry, Node) else entry.nodes


class Blocks:
    """The blocks of a graph, and the words in their boxes."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.tree = graph, Tree(flow_of(graph))
        self.words = Words(self.tree)
        known = {node.key: node for node in graph.nodes}
        self.nodes = [known[call.key] for call in self.tree.flow.calls]
        self.lines: dict[Node, tuple[str, ...]] = {}
        self.known: dict[tuple[Block, int], dict[str, Any]] = {}
        self.boxes: dict[tuple[Block, int, str], Box] = {}
        """Closed blocks, made once for several pictures, by the block, the number of its calls, and
        what the keys begin with."""
        self.readers: dict[Tensor, list[Node]] = {}
        self.sources: dict[Node, list[Node]] = {}
        for node in graph.nodes:
            taken = reads(graph, node)
            self.sources[node] = [graph.producer(tensor)[0] for tensor in taken]
            for tensor in taken:
                self.readers.setdefault(tensor, []).append(node)
        self.outputs = {graph.stand_ins.get(tensor, tensor) for tensor in graph.outputs}

    def entries(
        self,
        most: int,
        opened: Collection[str] = (),
        closed: Collection[str] = (),
        focus: Node | None = None,
    ) -> list[Entry]:
        """What is drawn in at most `most` boxes, with blocks that are opened or closed by their
        keys, and the way to a call open."""
        at = self.tree.flow.at[focus.key] if focus is not None else None
        boxes = self.tree.picture(most, opened, closed, at)
        return self._nested(boxes, 0, 0, at)

    def around(
        self, most: int, opened: Collection[str], closed: Collection[str]
    ) -> dict[str, list[Node]]:
        """The blocks that are open without a frame around them, and the calls in each."""
        boxes = self.tree.picture(most, opened, closed)
        around = (shown for box in boxes for shown, framed in box.around if not framed)
        blocks = dict.fromkeys(shown.block for shown in around)
        return {self.tree.key(block): self._nodes(block) for block in blocks}

    def sizes(self, most: int) -> dict[int, int]:
        """The numbers of boxes with which the graph can be drawn, from the most to the fewest, each
        with the size of its cut."""
        cuts = {len(self.tree.cut(step)): step for step in reversed(self.tree.steps(most))}
        return {n: cuts[n] for n in sorted(cuts, reverse=True) if n < len(self.nodes)}

    def _nested(
        self, boxes: Sequence[Shown], depth: int, peer: int, focus: int | None
    ) -> list[Entry]:
        """Boxes in order, with those of a frame inside it. `peer` is which of the alike blocks that
        a box stands for is drawn."""
        entries: list[Entry] = []
        for frame, group in groupby(boxes, lambda box: (box.frames[depth:] or [None])[0]):
            if frame is not None:
                entries.append(self._opened(frame, [*group], depth, peer, focus))
                continue
            for box in group:
                block = box.peers[peer]
                nodes = self._nodes(block)
                held = Held(self.tree.key(block), nodes, block)
                entries.append(nodes[0] if block.is_call else held)
        return entries

    def _opened(
        self, frame: Shown, boxes: list[Shown], depth: int, peer: int, focus: int | None
    ) -> Opened:
        block, shown = frame.peers[peer], 0
        rounds: list[list[Node]] = []
        if self.tree.is_drawn_once(block):
            rounds = [self._nodes(part) for part in block.parts]
            found = (i for i, part in enumerate(block.parts) if focus in part.nodes)
            shown = next(found, 0)
            peer = peer * len(rounds) + shown
        entries = self._nested(boxes, depth + 1, peer, focus)
        return Opened(self.tree.key(block), self._nodes(block), block, entries, rounds, shown)

    def prefix(self, entry: Opened) -> str:
        """What the names in a frame begin with."""
        block = entry.block.parts[entry.shown] if entry.rounds else entry.block
        return self.words.prefix(block)

    def _nodes(self, block: Block) -> list[Node]:
        return [self.nodes[i] for i in block.nodes]

    def box(self, entry: Held | Opened, prefix: str) -> Box:
        """The box of a block, without what is inside it."""
        if isinstance(entry, Opened):
            return self._new_box(entry, prefix)
        key = entry.block, len(entry.nodes), prefix
        if key not in self.boxes:
            self.boxes[key] = self._new_box(entry, prefix)
        return copy(self.boxes[key])

    def _new_box(self, entry: Held | Opened, prefix: str) -> Box:
        block, told = entry.block, self.words
        parts = block.parts if block.kind in ("run", "beside") else []
        if block.role == "family":
            parts = [each for part in parts for each in (part.parts if part.is_run else [part])]
        title, detail = clean(told.title(block)), clean(told.detail(block))
        if detail == title:  # there is no name for it
            detail = say("scene_nodes_in", n=len(entry.nodes))
        box = Box(f"{prefix}{entry.key}", title, detail, inputs=1)
        box.members = [f"{prefix}{node.key}" for node in entry.nodes]
        box.starts = [f"{prefix}{self.nodes[part.nodes[0]].key}" for part in parts]
        box.role = "block"
        if isinstance(entry, Opened):
            box.role = "repeat" if entry.rounds else "open"
            box.shown = entry.shown
        known = entry.block, len(entry.nodes)
        if known not in self.known:
            self.known[known] = self.facts(entry)
        box.block = self.known[known]
        if isinstance(entry, Held):
            box.calls = lambda: [self._line(node) for node in entry.nodes]
        box.varies = box.block["differ"] if box.role == "repeat" else []
        box.title = say("scene_block", title=box.name, n=len(entry.nodes), what=box.block["what"],
                        takes=box.block["reads"] or ["-"], makes=box.block["makes"] or ["-"],
                        open=box.role != "block")  # fmt: skip
        return box

    def facts(self, entry: Held | Opened) -> dict[str, Any]:
        """What the panel says of a block."""
        block, inside = entry.block, set(entry.nodes)
        taken = dict.fromkeys(t for node in entry.nodes for t in reads(self.graph, node))
        outer = [tensor for tensor in taken if self.graph.producer(tensor)[0] not in inside]
        made = [
            tensor
            for node in entry.nodes
            for tensor in node.output_tensors
            if tensor in self.outputs or not inside.issuperset(self.readers.get(tensor, ()))
        ]
        flow = self.tree.flow
        counts = {node.operation: flow.calls[flow.at[node.key]].weights for node in entry.nodes}
        return {
            "what": self.words.usual(block) or self.words.content(block),
            "content": clean(self.words.content(block)),
            "nodes": len(entry.nodes),
            "reads": self._tensors(outer),
            "makes": self._tensors(made),
            "weights": f"{sum(counts.values()):,}" if any(counts.values()) else "",
            "differ": self._differences(block),
            "whose": self._whose(block),
        }

    def _line(self, node: Node) -> tuple[str, ...]:
        """A call as a line of a table."""
        if node not in self.lines:
            takes = [words.tensor_id(self.graph, x) for x in reads(self.graph, node)]
            makes = [words.tensor_id(self.graph, x) for x in node.output_tensors]
            cells = [clean(node.key), words.call_words(node), ", ".join(takes), ", ".join(makes)]
            cells.append(", ".join(map(show, node.output_shapes)))
            self.lines[node] = tuple(cell or "-" for cell in cells)
        return self.lines[node]

    def _tensors(self, tensors: Iterable[Tensor]) -> list[str]:
        told = [
            say("scene_shaped", name=words.tensor_id(self.graph, x), shape=show(x.shape))
            for x in tensors
        ]
        more = len(told) - MOST_TENSORS
        return told if more <= 0 else [*told[:MOST_TENSORS], say("more", n=more)]

    def _differences(self, block: Block) -> list[str]:
        """How the blocks of a run differ: in the number of their calls, or `filters 64 · 128`."""
        if block.kind not in ("run", "beside") or block.role == "family":
            return []
        rounds = [self._nodes(part) for part in block.parts]
        counts = [len(nodes) for nodes in rounds]
        if len(set(counts)) > 1:
            return [say("scene_counts", values=_values(counts))]
        told: dict[str, None] = {}
        for nodes in zip(*rounds):
            every = [dict(_plain(settings(node.operation))) for node in nodes]
            for setting, values in words.differing(every).items():
                told.setdefault(clean(f"{setting} {_values(values)}"))
        return [*told][:MOST_DIFFERENCES]

    def _whose(self, block: Block) -> str:
        """Whether the blocks of a run have weights of their own, in words."""
        if block.kind not in ("run", "beside"):
            return ""
        calls = self.tree.flow.calls
        first, second = (
            {calls[i].own for i in part.nodes if calls[i].weights} for part in block.parts[:2]
        )
        if not first:
            return ""
        if first <= second:
            return say("scene_one_set")
        return say("scene_some_shared" if first & second else "scene_own_weights")


def _values(values: Sequence[Any]) -> str:
    """Values as a text; if there are many, only those that are a change."""
    texts = [words.value_text(value) for value in values]
    changes = [text for i, text in enumerate(texts) if i == 0 or text != texts[i - 1]]
    return " · ".join(texts if len(texts) <= MOST_VALUES else changes)
