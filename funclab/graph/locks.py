"""Locks, which let any number of threads use one model.

Plans keep their memory from run to run, and training changes the weights in place. So a thread
holds the locks of a plan's variables while it runs the plan: no other thread may use them then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")


class Lockable(Protocol):
    """What a lock protects: a variable."""

    lock: AbstractContextManager[Any] | None

    @property
    def array(self) -> Any: ...


making = threading.RLock()
"""Held while weights are made, layers are built and plans are compiled."""

_sharing = threading.Lock()


def locks_of(variables: Iterable[Lockable]) -> list[AbstractContextManager[Any]]:
    """The locks to hold while these variables are in use; `holding` takes them.

    A variable without a lock shares one of the others' locks. So most models have one lock; a model
    made of layers of other models has all of theirs. Code that holds such a lock must never wait
    for `making` (weights are made earlier): this is why a layer can read other weights while it is
    being built.
    """
    variables = list(variables)
    first = variables[0].lock if variables else None
    if first is not None and all(variable.lock is first for variable in variables):
        return [first]  # as in most models; a lock stays the same once it is there
    with _sharing:
        locks = {id(v.lock): v.lock for v in variables if v.lock is not None}
        shared = next(iter(locks.values()), None) or threading.RLock()
        for variable in variables:
            variable.lock = variable.lock or shared
    # Always in the same order, so that two threads can never deadlock.
    return [locks[key] for key in sorted(locks)] or [shared]


def holding(locks: Sequence[AbstractContextManager[Any]], work: Callable[[], Result]) -> Result:
    """Call `work()` while this thread holds all the locks, and return its result.

    Each lock has its own `with`: an interrupt cannot come between taking a lock and entering its
    `with`, so no lock stays locked.
    """
    if not locks:
        return work()
    with locks[0]:
        return holding(locks[1:], work)


def read(variables: Iterable[Lockable], work: Callable[[], Result]) -> Result:
    """The same for reading variables: those without memory are allocated first."""
    variables = [v for v in variables if v.array is not None]  # reading `array` allocates it
    return holding(locks_of(variables), work)
