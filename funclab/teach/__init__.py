"""Teaching material: questions, exercises with automatic feedback, progress, ready-made scenes.

>>> from funclab.teach import ask, check, hint
>>> ask("1.1")
<Question 1.1>
"""

from __future__ import annotations

import importlib
from typing import Any

from funclab.errors.missing_names import absent

_NAMES = {
    "Class": "classroom.room",
    "all_of": "grading",
    "arrange": "checking",
    "ask": "asking",
    "cards": "voting",
    "catch_up": "catching_up",
    "check": "checking",
    "course_map": "mapping",
    "concept_test": "testing",
    "edit": "editing",
    "exit_ticket": "testing",
    "export_progress": "records.keeping",
    "forget_progress": "records.keeping",
    "glossary": "course.glossary",
    "hint": "checking",
    "learns": "grading",
    "import_progress": "records.keeping",
    "my_progress": "records.handing_in",
    "progress": "records.keeping",
    "reset": "checking",
    "result": "records.keeping",
    "same_graph": "grading",
    "same_shapes": "grading",
    "scene": "scenes",
    "shares_layer": "grading",
    "solution": "checking",
    "solved": "grading",
    "use_lesson": "own.lessons",
    "vote": "voting",
    "within_weights": "grading",
}

__all__ = [*_NAMES]

_absent = absent(__name__, __all__)


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(importlib.import_module(f"funclab.teach.{_NAMES[name]}"), name)
    return _absent(name)


def __dir__() -> list[str]:
    return sorted(__all__)
