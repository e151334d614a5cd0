"""Losses and metrics that use tensors of the model in addition to their arguments, as in many
variational autoencoders; also those that a layer adds in its `call`:

    def loss(y_true, y_pred):
        return K.mean(K.square(y_true - y_pred)) - 0.5 * K.mean(1 + z_log_var - K.exp(z_log_var))
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

from funclab.graph import structure
from funclab.graph.graph import Graph
from funclab.graph.tape import current_tape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value
from funclab.layers.input import Input
from funclab.models.ends import stand_ins


def uses_tensors(function: Any, seen: set[Any] | None = None) -> bool:
    """Whether a function, or one that it calls, reads tensors that are not its arguments."""
    seen = seen or set()
    if not isinstance(function, types.FunctionType) or function in seen:
        return False
    if str(function.__module__).startswith("funclab."):
        return False
    seen.add(function)
    names = inspect.getclosurevars(function)
    values = [*names.nonlocals.values(), *names.globals.values()]
    return any(isinstance(x, Tensor) or uses_tensors(x, seen) for x in structure.flatten(values))


def given_tensors(tree: Any) -> Any:
    """Losses or metrics, with functions that use tensors wrapped so that they get their values."""
    return structure.map_structure(
        lambda leaf: _with_tensors(leaf) if uses_tensors(leaf) else leaf, tree
    )


def _with_tensors(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    @functools.wraps(function)
    def computed(y_true: Any, y_pred: Any) -> Any:
        fed = {Input(batch_shape=(None, *x.shape[1:]), dtype=x.dtype): x for x in (y_true, y_pred)}
        result = function(*fed)
        return value_of(result, fed) if isinstance(result, Tensor) else result

    return computed


def value_of(tensor: Tensor, fed: dict[Tensor, Value] | None = None) -> Value | None:
    """The value of a tensor on the tape that computes its model; None if there is none."""
    made, known = current_tape().made, dict(fed or {})
    cuts: dict[Tensor, Value] = {}
    waiting = [tensor]
    while waiting:
        needed = waiting.pop()
        node = needed.node
        known |= zip(node.output_tensors, made.get((node.key,), ()))
        if needed in known:
            cuts[needed] = known[needed]
        elif node.is_input:
            return None
        elif needed not in cuts:
            waiting += node.input_tensors
    tensors = list(cuts)
    return Graph(tensors, [tensor], stand_ins(tensors)).replay(list(cuts.values()))[0]
