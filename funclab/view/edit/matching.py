"""Which layers and calls of one draft are those of another: what is read from code keeps its
weights, and its place in the picture."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from funclab.graph import structure
from funclab.view.edit.draft import MOST_CALLS, Call, Draft, Layer, Leaf, Ref


def numbered(draft: Draft, before: Draft, unnamed: set[int]) -> Draft:
    """The draft with the numbers that its layers and calls had before, and the layers' names: they
    keep their weights."""
    same = _same_layers(draft, before)
    number = {key: same.get(key, key + before.next) for key in draft.layers}
    old = {key: _old_name(draft.layers[key], before.layers[same[key]]) for key in unnamed & {*same}}
    taken = {layer.name for key, layer in draft.layers.items() if key not in unnamed}
    layers: dict[int, Layer] = {}
    for key, layer in draft.layers.items():
        name = layer.name
        if key in unnamed:
            stem = stem_of(name)
            wanted = (old.get(key, name), stem, *(f"{stem}_{i}" for i in range(1, MOST_CALLS + 1)))
            name = next(name for name in wanted if name not in taken)
            taken.add(name)
        layers[number[key]] = replace(layer, id=number[key], name=name)

    keys = _call_numbers(draft, before, number)

    def moved(leaf: Any) -> Any:
        return Leaf(Ref(keys[leaf.ref.call], leaf.ref.output)) if isinstance(leaf, Leaf) else leaf

    calls = {}
    for call in draft.calls.values():
        args, kwargs = structure.map_structure(moved, (call.args, call.kwargs))
        calls[keys[call.id]] = Call(keys[call.id], number[call.layer], args, kwargs)
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


def _old_name(layer: Layer, before: Layer) -> str:
    """The name that a layer without one had before; one of its own goes with its `name=`, because
    whoever left that out, or pasted another model, does not mean it."""
    kept = layer.op is not None or is_automatic(before.name, layer.name)
    return before.name if kept else layer.name


def is_automatic(name: str, other: str) -> bool:
    """Whether a name is an automatic one like another: the same, but for a number at its end."""
    return re.fullmatch(rf"{re.escape(stem_of(other))}(_\d+)?", name) is not None


def stem_of(name: str) -> str:
    return re.sub(r"_\d+$", "", name)


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


def _call_numbers(draft: Draft, before: Draft, number: dict[int, int]) -> dict[int, int]:
    """For each call, its number: of a layer that was there before, that of its first call, its
    second, and so on, as far as there were so many."""
    old = defaultdict[int, list[int]](list)
    for call in before.calls.values():
        old[call.layer].append(call.id)
    keys = {}
    for call in draft.calls.values():
        same = old[number[call.layer]]
        keys[call.id] = same.pop(0) if same else call.id + before.next
    return keys
