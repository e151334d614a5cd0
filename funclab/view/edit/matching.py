"""Which layers of one draft are those of another: what is read from code keeps its weights."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from funclab.graph import structure
from funclab.view.edit.draft import MOST_CALLS, Call, Draft, Layer, Leaf, Ref


def numbered(draft: Draft, before: Draft, unnamed: set[int]) -> Draft:
    """The draft with the numbers and names that its layers had before: they keep their weights."""
    same = _same_layers(draft, before)
    number = {key: same.get(key, key + before.next) for key in draft.layers}
    old = {key: before.layers[same[key]].name for key in unnamed & same.keys()}
    taken = {layer.name for key, layer in draft.layers.items() if key not in unnamed}
    layers: dict[int, Layer] = {}
    for key, layer in draft.layers.items():
        name = layer.name
        if key in unnamed:
            stem = re.sub(r"_\d+$", "", name)
            wanted = (old.get(key, name), stem, *(f"{stem}_{i}" for i in range(1, MOST_CALLS + 1)))
            name = next(name for name in wanted if name not in taken)
            taken.add(name)
        layers[number[key]] = replace(layer, id=number[key], name=name)

    def moved(leaf: Any) -> Any:
        return (
            Leaf(Ref(leaf.ref.call + before.next, leaf.ref.output))
            if isinstance(leaf, Leaf)
            else leaf
        )

    calls = {}
    for call in draft.calls.values():
        args, kwargs = structure.map_structure(moved, (call.args, call.kwargs))
        key = call.id + before.next
        calls[key] = Call(key, number[call.layer], args, kwargs)
    inputs, outputs = structure.map_structure(moved, (draft.inputs, draft.outputs))
    return replace(
        draft,
        name=draft.name or before.name,
        layers=layers,
        calls=calls,
        inputs=inputs,
        outputs=outputs,
        next=before.next + draft.next,
    ).tidied()


def _same_layers(draft: Draft, before: Draft) -> dict[int, int]:
    """For each layer, the one that it was before: of the same name, or else of the same class at
    the same place among those that are left."""
    named = {(layer.kind, layer.name): key for key, layer in before.layers.items()}
    same = {
        key: named[layer.kind, layer.name]
        for key, layer in draft.layers.items()
        if (layer.kind, layer.name) in named
    }
    used = {*same.values()}
    new = [key for key in draft.layers if key not in same]
    old = [key for key in before.layers if key not in used]
    kinds = [draft.layers[key].kind for key in new], [before.layers[key].kind for key in old]
    for block in SequenceMatcher(None, *kinds, autojunk=False).get_matching_blocks():
        pairs = zip(new[block.a : block.a + block.size], old[block.b : block.b + block.size])
        same |= dict(pairs)
    return same
