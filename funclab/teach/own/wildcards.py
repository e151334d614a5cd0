"""`ANY` in a program that was foreseen: any setting that a try itself uses there.

`Dense(ANY, activation=ANY)` stands for a Dense of any size and activation. Only an argument of a
layer can be ANY.
"""

from __future__ import annotations

import ast
import copy
import inspect
from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Any

from funclab import activations, layers
from funclab.graph.operation import Operation
from funclab.models.model import Functional
from funclab.teach.graphs import activation_of, calls_within

ANY = "ANY"
MOST = 200
"""The most programs that one program with ANY stands for."""
SAMPLES: dict[type, tuple[Any, ...]] = {int: (3, 300), str: ("relu", "tanh")}


def programs(code: str, model: Functional | None, samples: bool = False) -> Iterator[str]:
    """The programs that a program stands for, at most 200: with the settings that a model uses.

    `samples`: also some other settings, so that there is always a program.
    """
    tree = ast.parse(code)
    places = _places(tree)
    if not places:
        yield code
        return
    found = [_settings(model, kind, field, samples) for _, _, kind, field in places]
    for values in islice(product(*found), MOST):
        for (holder, key, _, _), value in zip(places, values):
            holder[key] = value
        yield ast.unparse(copy.deepcopy(tree))


Where = tuple[Any, Any, type, str]
"""A list or dict of syntax, a key in it, and the class of layers and its argument there."""


def _places(tree: ast.AST) -> list[Where]:
    """Where ANY stands in the arguments of layers."""
    found: list[Where] = []
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        kind = getattr(layers, name, None)
        if not isinstance(kind, type):
            continue
        names = [*inspect.signature(kind).parameters]
        for i, value in enumerate(call.args[: len(names)]):
            found += [(call.args, i, kind, names[i])] * _is_any(value)
        for keyword in call.keywords:
            where = vars(keyword), "value", kind, str(keyword.arg)
            found += [where] * _is_any(keyword.value)
    return found


def _is_any(value: ast.AST) -> bool:
    return isinstance(value, ast.Name) and value.id == ANY


def _settings(
    model: Functional | None, kind: type, field: str, samples: bool
) -> Sequence[ast.expr]:
    """The values of an argument that a model uses in layers of a class, as syntax."""
    nodes = [] if model is None else calls_within(model)
    if field == "activation":
        known = ["linear", *map(activation_of, nodes)]
        values = [x for x in known if x == "linear" or hasattr(activations, x)]
    else:
        every = [layer for node in nodes for layer in _with_inner(node.operation)]
        values = [getattr(x, field, None) for x in every if isinstance(x, kind)]
    if samples:
        values += SAMPLES[str if field == "activation" else int]
    written = dict.fromkeys(repr(x) for x in values if isinstance(x, (int, float, str, tuple)))
    return [ast.parse(text, mode="eval").body for text in written]


def _with_inner(layer: Operation) -> list[Operation]:
    """A layer, and the one that it wraps, if it does."""
    inner = [getattr(layer, name, None) for name in ("layer", "forward_layer", "cell")]
    return [layer, *(x for x in inner if isinstance(x, Operation))]
