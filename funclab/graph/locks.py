"""Locks: what lets any number of threads use one model.

Plans keep their memory from run to run, and training changes the weights in place. So a plan runs
while its thread holds the locks of its variables: nobody else reads or writes them then.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from funclab.graph.value import Variable

making = threading.RLock()
"""Held while weights are made, layers are built and plans are compiled."""


def lock_of(variables: Iterable[Variable]) -> AbstractContextManager[Any]:
    """The lock to hold while these variables are in use.

    Variables that are first used together share a lock. So most models have one; a model that
    joins layers of others holds all of theirs.
    """
    with making:
        fresh = threading.RLock()
        locks: dict[int, Any] = {}
        for variable in variables:
            variable.lock = variable.lock or fresh
            locks[id(variable.lock)] = variable.lock
    if len(locks) <= 1:
        return next(iter(locks.values()), fresh)
    # In one order everywhere: two threads then never wait for each other.
    return _Together([locks[key] for key in sorted(locks)])


class _Together:
    """Several locks as one, to be held any number of times."""

    def __init__(self, locks: Sequence[AbstractContextManager[Any]]) -> None:
        self.locks = locks
        self.held: list[ExitStack] = []

    def __enter__(self) -> None:
        with ExitStack() as stack:
            for lock in self.locks:
                stack.enter_context(lock)
            self.held.append(stack.pop_all())

    def __exit__(self, *error: Any) -> None:
        self.held.pop().close()
