"""The calls face: one box for each call, so that data flows one way and nothing loops."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.view.draw.text import clean, listed
from funclab.view.scene import words
from funclab.view.scene.folding import Entry, Folding, LeftOut, calls_of, left_out_box, repeat_box
from funclab.view.scene.repeats import Item, Repetition, folded
from funclab.view.scene.scene import Box, Group, Scene
from funclab.view.scene.sharing import Sharing, absent, caption_groups
from funclab.view.scene.wiring import Wires

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
    key of what must not be folded away. `fold` draws "equal" repetitions once, or "alike" ones too,
    but for the boxes with keys in `unfolded`; of what is more than `limit`, the middle is left out.
    """

    def __init__(
        self,
        model: Any,
        expand: Opened,
        limit: int,
        prefix: str = "",
        focus: str = "",
        sharing: Sharing | None = None,
        fold: str = "",
        unfolded: Collection[str] = (),
    ) -> None:
        graph = words.graph_of(model)
        assert graph is not None
        self.model, self.graph, self.expand, self.limit = model, graph, expand, limit
        self.prefix, self.focus, self.fold, self.unfolded = prefix, focus, fold, unfolded
        self.piece = isinstance(model, Piece)
        self.sharing = sharing or Sharing(graph, *["elsewhere"] * self.piece)
        self.shared = self.sharing.of(graph)
        self.every = words.calls_by_layer(graph)
        self.met: set[Operation] = set()
        self.focused = self._focus()
        self.wires = Wires(graph, prefix, not self.piece)

    def _focus(self) -> Node | None:
        if not self.focus.startswith(clean(self.prefix)):
            return None
        found = (node for node in self.graph.nodes if within(self.focus, self.key(node)))
        return next(found, None)

    def build(self) -> Scene:
        """The scene, without positions."""
        entries: list[Entry] = list(self.graph.nodes)
        if self.fold:
            shared = self.sharing.numbers
            entries = self._entries(folded(self.graph, shared, self.fold == "alike"))
        stands = {node: entry for entry in entries for node in calls_of(entry)}
        folding = Folding(entries, self.limit, stands.get(self.focused))  # type: ignore[arg-type]
        left: list[Entry] = []
        for entry in entries:
            if entry not in folding.run_of:
                left.append(entry)
            elif folding.starts_run(entry):
                run = folding.run_of[entry]
                left.append(
                    LeftOut(run, [node for one in folding.runs[run] for node in calls_of(one)])
                )
        scene = self._scene(left, self.prefix[:-1])
        scene.moved = scene.moved or folding.moved
        if not self.prefix:
            caption_groups(scene)
        return scene

    def _entries(self, items: Sequence[Item]) -> list[Entry]:
        """Calls and repeats, without those that are unfolded."""
        entries: list[Entry] = []
        for item in items:
            if not isinstance(item, Repetition):
                entries += item
            elif self._repeat_key(item) not in self.unfolded:
                entries.append(item)
            else:
                entries += [entry for block in item.blocks for entry in self._entries(block)]
        return entries

    def _scene(self, entries: Sequence[Entry], place: str, whole: bool = True) -> Scene:
        """The scene of some calls: of all, or of those that a repetition draws."""
        scene = Scene(clean(self.model.name), "calls", place=place)
        boxes: dict[Node, Box] = {}
        for entry in entries:
            box = self._box(entry) if isinstance(entry, Node) else self._box_of_several(entry)
            scene.boxes.append(box)
            boxes |= dict.fromkeys(calls_of(entry), box)
            scene.hidden += len(entry.nodes) if isinstance(entry, LeftOut) else 0
            if box.inside is not None:
                scene.moved = scene.moved or box.inside.moved or box.shown > 0
                scene.hidden += box.inside.hidden if isinstance(entry, Repetition) else 0
            if isinstance(entry, Repetition):
                scene.hidden += sum(map(len, entry.calls[1:]))
        self.wires.connect(scene, boxes, whole)
        scene.groups = self._groups(entries)
        return scene

    def key(self, node: Node) -> str:
        return f"{self.prefix}{node.key}"

    def _repeat_key(self, repeat: Repetition) -> str:
        return f"{self.prefix}repeat {repeat.calls[0][0].key} to {repeat.calls[-1][-1].key}"

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
        return Calls(
            model,
            self.expand,
            self.limit,
            f"{key}/",
            self.focus,
            self.sharing,
            self.fold,
            self.unfolded,
        ).build()

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

    def _box_of_several(self, entry: Repetition | LeftOut) -> Box:
        if isinstance(entry, LeftOut):
            return left_out_box(entry, self.prefix)
        box = repeat_box(entry, self._repeat_key(entry), self.prefix)
        box.shown = next((i for i, own in enumerate(entry.calls) if self.focused in own), 0)
        if len(entry.calls[0]) == 1:
            box.group = self.shared.get(entry.calls[0][0].operation)
            box.frozen = words.is_frozen(entry.calls[0][0].operation)
        else:
            block = self._entries(entry.blocks[box.shown])
            box.inside = self._scene(block, box.key, whole=False)
        return box

    def _groups(self, entries: Sequence[Entry]) -> list[Group]:
        """The shared layers that are drawn: each with the boxes that are its calls."""
        keys: dict[Operation, list[str]] = {}
        for entry in entries:
            if isinstance(entry, Node):
                keys.setdefault(entry.operation, []).append(self.key(entry))
            elif isinstance(entry, Repetition) and len(entry.calls[0]) == 1:
                keys.setdefault(entry.calls[0][0].operation, []).append(self._repeat_key(entry))
        groups = []
        for layer, number in self.shared.items():
            if layer in keys:
                group = group_of(layer, number, keys[layer], len(self.every[layer]))
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


def group_of(layer: Any, number: int, keys: list[str], calls: int) -> Group:
    """A shared layer, without a capsule."""
    numbers = words.arithmetic(layer) if words.weights_of(layer) else ""
    frozen = words.is_frozen(layer)
    return Group(number, clean(layer.name), keys, calls, numbers, total=calls, frozen=frozen)
