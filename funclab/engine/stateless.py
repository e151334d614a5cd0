"""Calls without state: values stand in for the variables, which stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, NotSupportedError
from funclab.graph import structure
from funclab.graph.array import on_tape
from funclab.graph.tape import EagerTape, eager_tape, is_recording, numbers_asked
from funclab.graph.value import Constant, Eager, Value, Variable, array_of


def stateless_call(
    self: Any,
    trainable_variables: Sequence[Any],
    non_trainable_variables: Sequence[Any],
    *args: Any,
    return_losses: bool = False,
    **kwargs: Any,
) -> tuple[Any, ...]:
    """A call with other values of the variables, which themselves stay as they are.

    In a GradientTape that watches the values, they have gradients.

    trainable_variables, non_trainable_variables: an array for each, in the order of the attributes
        of these names.
    return_losses: whether the losses of the call are returned as well.
    args, kwargs: the arguments of the call.
    Returns: the outputs, and the values of the non-trainable variables after the call.
    Raises: ArgumentError for a wrong number of values; WeightsError for a wrong shape;
        NotSupportedError for symbolic tensors.
    """
    with standing_in(self, trainable_variables, non_trainable_variables, "stateless_call") as after:
        outputs = self(*args, **kwargs)
        losses = (self.losses,) if return_losses else ()
    return *results([outputs]), results(after), *results(losses)


@contextmanager
def standing_in(
    layer: Any, trainable: Sequence[Any], others: Sequence[Any], method: str
) -> Iterator[Sequence[Value]]:
    """Where calls compute with these values in place of a layer's variables; gives those of the
    non-trainable ones, which calls may change.

    Raises: ArgumentError, WeightsError, NotSupportedError.
    """
    if is_recording() and eager_tape() is None:
        raise NotSupportedError(
            f"{layer.name}.{method} was called with symbolic tensors.",
            why="it computes with the numbers that it is given, at once.",
            fix=f"call {layer.name}(x) in a model; {method} is for data.",
        )
    numbers_asked()  # a plan would compute with the variables themselves
    variables, changing = layer.trainable_variables, layer.non_trainable_variables
    check_count(layer.name, method, "trainable_variables", trainable, variables)
    check_count(layer.name, method, "non_trainable_variables", others, changing)
    copies = [Eager(fitted(v, x)) for v, x in zip(changing, others)]
    instead: dict[Variable, Value] = dict(zip(changing, copies))
    for variable, value in zip(variables, map(on_tape, trainable)):
        array = fitted(variable, value)
        instead[variable] = value if isinstance(value, Constant) else Eager(array)
    with nullcontext(eager_tape()) if is_recording() else EagerTape() as tape:
        assert tape is not None  # one records, or it was just made
        before, tape.instead = tape.instead, tape.instead | instead
        try:
            yield copies
        finally:
            tape.instead = before


def fitted(variable: Variable, value: Any) -> Any:
    """A copy of an array that is to stand for a variable.

    Raises: WeightsError for a wrong shape.
    """
    return np.array(variable.fitting(array_of(value)), variable.dtype)


def results(values: Any) -> Any:
    """What a call gives: values on a tape that is still recording, else arrays."""
    return values if eager_tape() is not None else structure.map_structure(array_of, values)


def check_count(
    owner: str, method: str, name: str, values: Sequence[Any], variables: Sequence[Any]
) -> None:
    """Check that there is a value for each variable.

    Raises: ArgumentError.
    """
    if len(values) != len(variables):
        raise ArgumentError(
            f"{owner}.{method} got {len(values)} {name}, but {owner} has {len(variables)}.",
            why="each value takes the place of one variable during the call.",
            fix=f"pass one for each of {owner}'s {name}, in this order.",
        )
