"""Locks: what lets any number of threads use one model.

Plans keep their memory from run to run, and training changes the weights in place. So a plan runs
while its thread holds the locks of its variables: nobody else reads or writes them then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")


class Lockable(Protocol):
    """What a lock is for: a variable."""

    lock: AbstractContextManager[Any] | None

    @property
    def array(self) -> Any: ...


making = threading.RLock()
"""Held while weights are made, layers are built and plans are compiled."""

_sharing = threading.Lock()


def locks_of(variables: Iterable[Lockable]) -> list[AbstractContextManager[Any]]:
    """The locks to hold while these variables are in use; `holding` takes them.

    A variable that has no lock yet gets one of those of the others. So most models have one; a
    model that joins layers of others has all of theirs. Nothing that is done under such a lock may
    wait for `making` (weights are made before), so that a layer can read other weights while it is
    built.
    """
    variables = list(variables)
    with _sharing:
        locks = {id(v.lock): v.lock for v in variables if v.lock is not None}
        shared = next(iter(locks.values()), None) or threading.RLock()
        for variable in variables:
            variable.lock = variable.lock or shared
    # In one order everywhere: two threads then never wait for each other.
    return [locks[key] for key in sorted(locks)] or [shared]


def holding(locks: Sequence[AbstractContextManager[Any]], work: Callable[[], Result]) -> Result:
    """What `work()` returns, done while this thread holds all the locks.

    Each lock has a `with` of its own: an interrupt never comes between the lock and its `with`, so
    that none is left locked.
    """
    if not locks:
        return work()
    with locks[0]:
        return holding(locks[1:], work)


def read(variables: Iterable[Lockable], work: Callable[[], Result]) -> Result:
    """The same for variables that are read: those that have no memory yet are made first."""
    variables = [v for v in variables if v.array is not None]  # made, where there was none
    return holding(locks_of(variables), work)
