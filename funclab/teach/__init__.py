"""Material for teaching: questions, exercises that check themselves, progress, ready-made scenes.

>>> from funclab.teach import ask, check, hint
>>> ask("1.1")
<Question 1.1>
"""

from __future__ import annotations

import importlib
from typing import Any

_NAMES = {
    "arrange": "checking",
    "ask": "asking",
    "catch_up": "catching_up",
    "check": "checking",
    "export_progress": "progress",
    "forget_progress": "progress",
    "hint": "checking",
    "import_progress": "progress",
    "progress": "progress",
    "result": "progress",
    "scene": "scenes",
    "solution": "checking",
}

__all__ = [*_NAMES]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(importlib.import_module(f"funclab.teach.{_NAMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
