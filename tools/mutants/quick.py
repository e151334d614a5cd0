"""The tests that can be tried on many faults: those that do not wait for a Jupyter to start."""

from __future__ import annotations

import pytest

SLOW = {"lab", "notebook7", "jupyter"}
"""The fixtures that start one."""


def quick(items: list[pytest.Item]) -> list[pytest.Item]:
    return [item for item in items if not SLOW & {*getattr(item, "fixturenames", ())}]
