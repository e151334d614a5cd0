"""The calls face: one box for each call, so that data flows one way and nothing loops."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import copy
from typing import Any

from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.view.draw.text import clean, listed
from funclab.view.scene import words
from funclab.view.scene.faces import (
    UNORDERED,
    Opened,
    Piece,
    frame_scene,
    group_of,
    place_of,
    place_words,
    role,
    within,
    write_line,
)
from funclab.view.scene.folding import (
    Entry,
    Family,
    LeftOut,
    Several,
    calls_of,
    families,
    family_box,
    left_out_box,
    prefix_of,
    repeat_box,
    without_the_middle,
)
from funclab.view.scene.insides import inside
from funclab.view.scene.repeats import Item, Repetition, folded, parts_of
from funclab.view.scene.scene import Box, Group, Scene
from funclab.view.scene.sharing import Sharing, absent, caption_groups
from funclab.view.scene.wiring import Wires


class Calls:
    """Builds the scene of a graph. `prefix` keeps keys inside an open frame apart; `focus` is the
    key of what must not be folded away. `fold` draws "equal" repetitions once, or "alike" ones too,
    but for the boxes with keys in `unfolded`; of what is more than `limit`, the middle is left out.
    """

    face = "calls"

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
        entries, moved = without_the_middle(self._every(), self.limit, self.focused)
        scene = self._scene(entries, self.prefix[:-1])
        scene.moved = scene.moved or moved
        if not self.prefix:
            caption_groups(scene)
        return scene

    def _every(self) -> list[Entry]:
        """What there is a box for, before the middle is left out."""
        items = list(parts_of(self.graph))
        if self.fold:
            items = folded(self.graph, self.sharing.numbers, self.fold == "alike")
        entries = self._entries(items)
        together = any(isinstance(entry, (Repetition, Family)) for entry in entries)
        return entries if together else list(self.graph.nodes)  # inputs first

    def _entries(self, items: Sequence[Item], own: str = "") -> list[Entry]:
        """Calls, repeats that are not unfolded, and families; not the one with a prefix of its
        own frame."""
        entries: list[Entry] = []
        for item in items if own else families(items):
            if isinstance(item, tuple):
                entries += item
            elif isinstance(item, Family) or clean(self._key_of(item)) not in self.unfolded:
                entries.append(item)
            else:
                entries += [entry for block in item.blocks for entry in self._entries(block)]
        return entries

    def _scene(self, entries: Sequence[Entry], place: str, prefix: str | None = None) -> Scene:
        """The scene of all calls, or of those in a frame, whose names lose their `prefix`."""
        scene = Scene(clean(self.model.name), self.face, place=place)
        boxes: dict[Node, Box] = {}
        for entry in entries:
            box = self._box(entry) if isinstance(entry, Node) else self._box_of_several(entry)
            if prefix and isinstance(entry, Node):
                box.name = box.name.removeprefix(f"{clean(prefix)}_")
            scene.boxes.append(box)
            boxes |= dict.fromkeys(calls_of(entry), box)
            if not isinstance(entry, (Node, Several)):
                scene.hidden += len(calls_of(entry)) - self._drawn(entry, box)
            inner = box.inside is not None and box.inside.moved
            scene.moved = scene.moved or inner or box.shown > 0
        self.wires.connect(scene, boxes, prefix is None)
        scene.groups = self._groups(entries)
        return scene

    def _drawn(self, entry: Repetition | Family | LeftOut, box: Box) -> int:
        """How many of the calls that a box stands for are drawn."""
        if box.inside is not None:
            shown = entry.calls[box.shown] if isinstance(entry, Repetition) else calls_of(entry)
            return len(shown) - box.inside.hidden
        return 1 if isinstance(entry, Repetition) else 0

    def key(self, node: Node) -> str:
        return f"{self.prefix}{node.key}"

    def _key_of(self, entry: Repetition | Family) -> str:
        nodes, kind = calls_of(entry), "repeat" if isinstance(entry, Repetition) else "names"
        return f"{self.prefix}{kind} {nodes[0].key} to {nodes[-1].key}"

    def _box(self, node: Node) -> Box:
        key = self.key(node)
        if key not in self.sharing.boxes:
            self.sharing.boxes[key] = self._new_box(node, key)
        box = copy(self.sharing.boxes[key])
        box.inside = frame_scene(box, node, self.face, self.expand, self._within)
        return box

    def _new_box(self, node: Node, key: str) -> Box:
        layer = node.operation
        box = Box(
            key=key,
            name=clean(layer.name),
            detail=words.call_words(node) + self._input_words(node),
            brief=(words.brief(node) + self._input_words(node)).removeprefix(" · "),
            several=len(layer.inbound_nodes) > 1,
            role=role(self.graph, node),
            node=node.index,
            group=self.shared.get(layer),
            frozen=words.is_frozen(layer),
            wrapper=words.inner_layer(layer) is not None,
            nested=inside(node) is not None,
            inputs=0 if node in self.graph.input_nodes else len(node.arguments.tensors),
            outputs=len(node.output_tensors),
            write=write_line(node),
            note=absent(layer, self.graph, self.sharing),
            place=place_of(self.graph, node),
            ordered=words.kind(layer) not in UNORDERED,
            weights=words.count(words.weights_of(layer)),
        )
        box.title = self._sentence(box, node)
        return box

    def _input_words(self, node: Node) -> str:
        return "" if self.piece else place_words(self.graph, node)

    def _within(self, model: Any, key: str) -> Scene:
        return type(self)(
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

    def _box_of_several(self, entry: Entry) -> Box:
        if isinstance(entry, LeftOut):
            return left_out_box(entry, self.prefix)
        assert isinstance(entry, (Repetition, Family))
        key = self._key_of(entry)
        if isinstance(entry, Family):
            box = family_box(entry, key, self.prefix)
            if self.fold != "alike" or clean(key) in self.unfolded or self.focused in entry.calls:
                inside = self._entries(entry.items, entry.prefix)
                box.inside = self._scene(inside, key, entry.prefix)
            return box
        box = repeat_box(entry, key, self.prefix)
        box.shown = next((i for i, own in enumerate(entry.calls) if self.focused in own), 0)
        block, first = entry.calls[box.shown], entry.calls[0][0].operation
        if len(block) == 1:
            box.group, box.frozen = self.shared.get(first), words.is_frozen(first)
        else:
            prefix = prefix_of(block)
            box.name = clean(prefix)
            box.inside = self._scene(self._entries(entry.blocks[box.shown], prefix), key, prefix)
        return box

    def _groups(self, entries: Sequence[Entry]) -> list[Group]:
        """The shared layers that are drawn: each with the boxes that are its calls."""
        keys: dict[Operation, list[str]] = {}
        for entry in entries:
            if isinstance(entry, Node):
                keys.setdefault(entry.operation, []).append(self.key(entry))
            elif isinstance(entry, Several):
                keys[entry.calls[0].operation] = [self.key(entry.calls[0])]
            elif isinstance(entry, Repetition) and len(entry.calls[0]) == 1:
                keys.setdefault(entry.calls[0][0].operation, []).append(self._key_of(entry))
        groups = []
        for layer, number in self.shared.items():
            if layer in keys:
                group = group_of(layer, number, keys[layer], len(self.every[layer]))
                group.total = self.sharing.totals[layer]
                if self.face == "calls":
                    group.weights = group.numbers  # without weights there is no capsule
                groups.append(group)
        return groups
