"""Values that hold within a block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Value = TypeVar("Value")


@contextmanager
def within(variable: ContextVar[Value], value: Value) -> Iterator[None]:
    """Within the block, a context variable has a value, in this thread only."""
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)
