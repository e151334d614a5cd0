"""Shared layers in files that do not mark them as shared.

Keras leaves out the mark at the first place of a layer inside a model, and so cannot read such
files itself; early files of funclab have no marks. But weights are only at the first place.
"""

from __future__ import annotations

import json
from typing import Any

from funclab import sharing
from funclab.saving.state import layers_without
from funclab.shape_math import Array


def mark_shared(entry: dict[str, Any], model: Any, arrays: dict[str, Array]) -> bool:
    """Mark, in place, equal descriptions as those of one layer if there are weights for one of them
    only; `model` has been made from the config as it was. Returns whether there were any."""
    lacking = {(type(layer).__name__, layer.name) for layer in layers_without(model, arrays)}
    places: dict[Any, list[dict[str, Any]]] = {}
    for part in sharing.walk(entry):
        config = part.get("config")
        if isinstance(config, dict) and (part.get("class_name"), config.get("name")) in lacking:
            places.setdefault((part["class_name"], _text(config)), []).append(part)
    marks = [part.get(sharing.KEY) for part in sharing.walk(entry)]
    free = max((mark for mark in marks if type(mark) is int), default=0) + 1
    shared = [group for group in places.values() if len(group) > 1]
    for number, group in enumerate(shared, free):
        for part in group:
            part[sharing.KEY] = number
    return bool(shared)


def _text(config: dict[str, Any]) -> str:
    """A config as text, without marks."""
    unmarked = json.loads(json.dumps(config, default=str))
    for part in sharing.walk(unmarked):
        part.pop(sharing.KEY, None)
    return json.dumps(unmarked, sort_keys=True)
