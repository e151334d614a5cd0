"""Updates by hand: `optimizer.apply`, at once or as a step on a tape."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from funclab.engine.kernels.layout import flat_views
from funclab.errors import ArgumentError, warn
from funclab.graph.op import Op
from funclab.graph.shape_math import Array
from funclab.graph.tape import is_recording
from funclab.graph.value import Constant, Variable


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
    for variable in variables:
        variable.changes()
    flat, places = flat_views(variables, variables[0].dtype)
    for view, (g, _) in zip(places, pairs):
        view[...] = g.array if isinstance(g, Constant) else g
    for call, arrays in optimizer.updates_by_hand(variables, flat):
        call(*arrays)


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
