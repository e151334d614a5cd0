"""Metrics without state: the numbers that they collect go in and come out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from funclab.engine.stateless import check_count
from funclab.graph.array import as_array
from funclab.graph.tape import numbers_asked
from funclab.graph.value import array_of


class Stateless:
    """The methods of metrics that leave them as they are."""

    name: str
    variables: Any
    update_state: Any
    result: Any
    reset_state: Any

    def stateless_update_state(
        self, metric_variables: Sequence[Any], *args: Any, **kwargs: Any
    ) -> list[Any]:
        """Add a batch to values, which stand for the metric's variables.

        metric_variables: an array for each of `metric.variables`.
        args, kwargs: the arguments of `update_state`.
        Returns: the values after it.
        Raises: ArgumentError for a wrong number of values.
        """
        with holding(self.name, "stateless_update_state", self.variables, metric_variables):
            self.update_state(*args, **kwargs)
            return as_arrays(self.variables)

    def stateless_result(self, metric_variables: Sequence[Any]) -> Any:
        """The result for values, which stand for the metric's variables.

        metric_variables: an array for each of `metric.variables`.
        Raises: ArgumentError for a wrong number of values.
        """
        with holding(self.name, "stateless_result", self.variables, metric_variables):
            return self.result()

    def stateless_reset_state(self) -> list[Any]:
        """The values of the metric's variables before the first batch."""
        with holding(self.name, "stateless_reset_state", self.variables, self.variables):
            self.reset_state()
            return as_arrays(self.variables)


@contextmanager
def holding(
    owner: str, method: str, variables: Sequence[Any], values: Sequence[Any]
) -> Iterator[None]:
    """Where the variables of metrics or of an optimizer hold these values; restored afterwards.

    Raises: ArgumentError for a wrong number of values.
    """
    numbers_asked()  # a plan would change the variables themselves
    check_count(owner, method, "values", values, variables)
    before = as_arrays(variables)
    try:
        for state, value in zip(variables, values):
            np.copyto(state.array, np.asarray(array_of(value)), casting="unsafe")
        yield
    finally:
        for state, value in zip(variables, before):
            np.copyto(state.array, value)


def as_arrays(variables: Sequence[Any]) -> list[Any]:
    """A copy of what each holds now."""
    return [as_array(np.array(variable.array)) for variable in variables]
