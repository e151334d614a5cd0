"""Calls of ops on variables are recorded in these tests, not computed at once."""

import pytest


@pytest.fixture(autouse=True)
def recorded_always(recorded: None) -> None:
    """See `recorded`."""
