"""Updates by hand: `optimizer.apply`, at once or as a step on a tape."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import is_
from typing import Any

import numpy as np

from funclab.engine.kernels.layout import flat_views
from funclab.engine.memory import unchanged
from funclab.engine.stateless import check_count
from funclab.errors import ArgumentError, warn
from funclab.graph.op import Op
from funclab.graph.shape_math import Array
from funclab.graph.tape import is_recording
from funclab.graph.value import Constant, Variable, array_of
from funclab.metrics.stateless import as_arrays, holding


def apply_by_hand(
    optimizer: Any, grads: Sequence[Any], trainable_variables: Iterable[Variable] | None
) -> None:
    """One update of variables, each by its gradient; None if it has none.

    Raises: ArgumentError if none of them has a gradient.
    """
    chosen = optimizer.memory.extents if trainable_variables is None else trainable_variables
    pairs = list(zip(grads, list(chosen), strict=True))
    lacking = [variable.path for g, variable in pairs if g is None]
    pairs = [(g, variable) for g, variable in pairs if g is not None]
    if not pairs:
        raise ArgumentError(
            "No gradients provided for any variable.",
            why=f"{optimizer.name} was given {len(lacking)} gradients, each None: the loss does "
            "not depend on these variables, or it was computed outside of the tape's block, or by "
            "NumPy.",
            fix="compute the loss from the model's outputs with funclab.ops, all inside of "
            "`with GradientTape() as tape:`.",
        )
    if lacking:
        warn(f"Gradients do not exist for variables {lacking} when minimizing the loss.")
    variables = [variable for _, variable in pairs]
    if is_recording():
        Apply(optimizer, tuple(variables))(*variables, *(g for g, _ in pairs))
        return
    apply_at_once(optimizer, variables, [g for g, _ in pairs])


def apply_at_once(optimizer: Any, variables: Sequence[Variable], grads: Sequence[Any]) -> None:
    """One update of variables, each by its gradient."""
    for variable in variables:
        variable.changes()
    kept = vars(optimizer).pop("_kept_update", None)  # in another thread, there is none meanwhile
    if kept is None or not kept.fits(optimizer, variables):
        kept = KeptUpdate(optimizer, variables)
    for place, g in zip(kept.places, grads):
        place[...] = g.array if isinstance(g, Constant) else g
    for call, arrays in kept.updates:
        call(*arrays)
    vars(optimizer)["_kept_update"] = kept


class KeptUpdate:
    """The functions of an optimizer's update of some variables, with memory for the gradients.

    The next update of the same variables calls them again, unless an attribute of the optimizer,
    the memory of a variable or its constraint is another object by then.
    """

    def __init__(self, optimizer: Any, variables: Sequence[Variable]) -> None:
        flat, self.places = flat_views(variables, variables[0].dtype)
        self.updates = optimizer.updates_by_hand(variables, flat)
        self.made_of = _parts(optimizer, variables)

    def __reduce__(self) -> Any:
        """Copies of an optimizer, and pickles, begin without."""
        return type(None), ()

    def fits(self, optimizer: Any, variables: Sequence[Variable]) -> bool:
        """Whether it would be the same if it was made now."""
        now = _parts(optimizer, variables)
        return len(now) == len(self.made_of) and all(map(is_, now, self.made_of))


def _parts(optimizer: Any, variables: Sequence[Variable]) -> list[Any]:
    own = [part for v in variables for part in (v, v.array, v.constraint)]
    return [*own, *vars(optimizer).values()]


def stateless_apply(
    self: Any,
    optimizer_variables: Sequence[Any],
    grads: Sequence[Any],
    trainable_variables: Sequence[Any],
) -> tuple[list[Any], list[Any]]:
    """One update of values, which stand for the variables that the optimizer was built for; these
    and the optimizer's own stay as they are.

    optimizer_variables: an array for each of `optimizer.variables`.
    grads: a gradient for each variable; None if it has none.
    trainable_variables: an array for each variable.
    Returns: the values after the update, and the optimizer's.
    Raises: ArgumentError if it is not built, or for a wrong number of values.
    """
    variables, own = list(self.memory.extents), self.variables
    if not self.built:
        raise ArgumentError(
            f"To call `stateless_apply`, {type(self).__name__} must be built.",
            why="its variables are made for those that it is to train.",
            fix="write optimizer.build(model.trainable_variables) first.",
        )
    check_count(self.name, "stateless_apply", "trainable_variables", trainable_variables, variables)
    with unchanged(variables), holding(self.name, "stateless_apply", own, optimizer_variables):
        for variable, value in zip(variables, trainable_variables):
            variable.changes()
            np.copyto(variable.array, variable.fitting(array_of(value)))
        pairs = [(v, array_of(g)) for v, g in zip(variables, grads, strict=True) if g is not None]
        apply_at_once(self, [v for v, _ in pairs], [g for _, g in pairs])
        return as_arrays(variables), as_arrays(own)


class Apply(Op, abstract=True):
    """One update of variables by an optimizer, as a call on the tape; out = 0.

    Shapes: the variables (any), then the gradient of each -> ().
    """

    differentiable = False
    takes_spaced = True
    makes = "int32"
    optimizer: Any = None
    variables: tuple[Variable, ...] = ()

    def __eq__(self, other: object) -> bool:
        """The same optimizer and the same variables; `==` of variables compares elements."""
        if not isinstance(other, Apply) or self.optimizer is not other.optimizer:
            return False
        return [*map(id, self.variables)] == [*map(id, other.variables)]

    def __hash__(self) -> int:
        return id(self.optimizer)

    @property
    def mutates(self) -> tuple[int, ...]:  # type: ignore[override]
        return tuple(range(len(self.variables)))

    def shape(self, *shapes: Any) -> Any:
        return ()

    def bind(self, *arrays: Array) -> tuple[Any, ...]:
        flat, places = flat_views(self.variables, self.variables[0].dtype)
        gradients = arrays[len(places) : 2 * len(places)]
        updates = self.optimizer.updates_by_hand(self.variables, flat)
        return [*zip(places, gradients)], updates

    def forward(self, pairs: Any, updates: Any) -> None:
        for place, gradient in pairs:
            place[...] = gradient
        for call, arrays in updates:
            call(*arrays)
