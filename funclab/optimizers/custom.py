"""The methods that a user's own optimizer calls in `build` and `update_step`, as in Keras."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from funclab import initializers
from funclab.metrics.base import State


class Remembering:
    """Arrays that an optimizer remembers, and methods that change these and the weights."""

    memory: Any
    added: list[State]
    """The variables made by `add_variable`, in order."""

    def add_variable(
        self,
        shape: Any = (),
        initializer: Any = "zeros",
        dtype: str | None = None,
        aggregation: str | None = None,
        layout: Any = None,
        name: str | None = None,
    ) -> State:
        """An array in which to remember something; `initializer` gives its first value."""
        start = initializers.get(initializer)(tuple(shape), dtype=dtype or "float32")
        self.added.append(State(np.array(start), name=name or "variable"))
        return self.added[-1]

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: Any = "zeros"
    ) -> State:
        """An array in the shape of a variable."""
        path = getattr(reference_variable, "path", reference_variable.name).replace("/", "_")
        kind = (reference_variable.shape, initializer, reference_variable.dtype)
        return self.add_variable(*kind, name=f"{path}_{name or 'var'}")

    def add_optimizer_variables(
        self, trainable_variables: Iterable[Any], name: Any, initializer: Any = "zeros"
    ) -> Any:
        """A list with an array for each variable; for several names, one such list per name."""
        names = [name] if isinstance(name, str) else list(name)
        several = isinstance(initializer, (list, tuple))
        starts = list(initializer) if several else [initializer] * len(names)
        made = [
            [self.add_variable_from_reference(v, *pair) for pair in zip(names, starts)]
            for v in trainable_variables
        ]
        lists = [[row[i] for row in made] for i in range(len(names))]
        return lists[0] if isinstance(name, str) else tuple(lists)

    def saved_slots(self) -> list[tuple[str, ...]]:
        """The groups of slots as Keras' files order them: in each, weight by weight."""
        return [tuple(self.memory.initial)]

    def uses(self, slot: str, variable: Any) -> bool:
        """Whether files keep this slot of a weight."""
        return True

    def _get_variable_index(self, variable: Any) -> int:
        variable = getattr(variable, "variable", variable)
        return [known is variable for known in self.memory.extents].index(True)

    def assign(self, variable: Any, value: Any) -> None:
        variable.assign(value)

    def assign_add(self, variable: Any, value: Any) -> None:
        variable.assign_add(value)

    def assign_sub(self, variable: Any, value: Any) -> None:
        variable.assign_sub(value)
