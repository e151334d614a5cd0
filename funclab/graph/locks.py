"""Locks: what lets any number of threads use one model.

Plans keep their memory from run to run, and training changes the weights in place. So a plan runs
while its thread holds the locks of its variables: nobody else reads or writes them then.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Lockable(Protocol):
    """What a lock is for: a variable."""

    lock: AbstractContextManager[Any] | None

    @property
    def array(self) -> Any: ...


making = threading.RLock()
"""Held while weights are made, layers are built and plans are compiled."""

_sharing = threading.Lock()


def lock_of(variables: Iterable[Lockable]) -> AbstractContextManager[Any]:
    """The lock to hold while these variables are in use.

    Variables that are first used together share a lock. So most models have one; a model that
    joins layers of others holds all of theirs. Nothing that is done under such a lock may wait for
    `making` (weights are made before), so that a layer can read other weights while it is built.
    """
    fresh = threading.RLock()
    locks: dict[int, Any] = {}
    with _sharing:
        for variable in variables:
            variable.lock = variable.lock or fresh
            locks[id(variable.lock)] = variable.lock
    if len(locks) <= 1:
        return next(iter(locks.values()), fresh)
    # In one order everywhere: two threads then never wait for each other.
    return _Together([locks[key] for key in sorted(locks)])


def lock_to_read(variables: Iterable[Lockable]) -> AbstractContextManager[Any]:
    """The same for variables that are read: those that have no memory yet are made first."""
    variables = list(variables)
    for variable in variables:
        variable.array  # noqa: B018 it is made on first use
    return lock_of(variables)


class _Together:
    """Several locks as one, to be held any number of times."""

    def __init__(self, locks: Sequence[Any]) -> None:
        self.locks = locks

    def __enter__(self) -> None:
        taken = []
        try:
            for lock in self.locks:
                lock.acquire()
                taken.append(lock)
        except BaseException:
            for lock in taken:
                lock.release()
            raise

    def __exit__(self, *error: Any) -> None:
        for lock in self.locks:
            lock.release()
