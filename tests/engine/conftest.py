"""Calls of ops on variables are recorded in these tests, not computed at once."""

from collections.abc import Iterator

import pytest

from funclab.graph.tape import Tape


@pytest.fixture(autouse=True)
def recorded() -> Iterator[None]:
    with Tape():
        yield
