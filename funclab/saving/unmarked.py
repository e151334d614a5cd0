"""Shared layers in files that do not mark them as shared.

Keras leaves out the mark at the first place of a layer inside a model, and so cannot read such
files itself; early files of funclab have no marks. But weights are only at the first place.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from typing import Any

from funclab.graph.shape_math import Array
from funclab.models.model import Model
from funclab.registry import sharing
from funclab.saving.state import layers_without


def mark_shared(entry: dict[str, Any], model: Model, arrays: dict[str, Array]) -> bool:
    """Mark, in place, equal descriptions as those of one layer if there are weights for one of them
    only; `model` has been made from the config as it was. Returns whether there were any."""
    lacking = {(type(layer).__name__, layer.name) for layer in layers_without(model, arrays)}
    places = defaultdict(list)
    for part in sharing.walk(entry):
        config = part.get("config")
        if not isinstance(config, dict):
            continue
        if (part.get("class_name"), config.get("name")) in lacking:
            places[part["class_name"], _text(config)].append(part)
    shared = [group for group in places.values() if len(group) > 1]
    for number, group in zip(_free(entry), shared):
        for part in group:
            part[sharing.KEY] = number
    return bool(shared)


def _free(entry: dict[str, Any]) -> Any:
    """Numbers that no mark has."""
    marks = [part.get(sharing.KEY) for part in sharing.walk(entry)]
    numbers = [mark for mark in marks if type(mark) is int]
    return itertools.count(1 + max(numbers, default=0))


def _text(config: dict[str, Any]) -> str:
    """A config as text, without marks."""
    unmarked = json.loads(json.dumps(config, default=str))
    for part in sharing.walk(unmarked):
        part.pop(sharing.KEY, None)
    return json.dumps(unmarked, sort_keys=True)
