"""What to write instead of a name that the lines of a student did not define."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import numpy as np

from funclab import activations, layers, ops
from funclab.errors.missing_names import ELSEWHERE
from funclab.errors.suggest import similar
from funclab.teach import course
from funclab.teach.advice.again import Again, renamed
from funclab.teach.attempt import Attempt, assigned, is_argument, made_below
from funclab.view.draw.sentences import say

CONSTANTS = ("True", "False", "None")
MODULES = (
    "callbacks", "initializers", "layers", "models", "ops", "optimizers", "regularizers", "utils",
)  # fmt: skip
"""Modules that lines may need, although the lesson has not imported them."""
OPS = "from funclab import ops\n"
QUOTED = {*activations.__all__, "adam", "sgd", "rmsprop", "mse", "mae", "same", "valid"}
"""Names that are given as texts."""


def name_fix(name: str, attempt: Attempt, exercise: course.Exercise, again: Again) -> str:
    """How to fix a name that the lines did not define. Another name is only advised if lines with
    it would come further."""
    names, kind = attempt.names, exercise.kind
    if name in assigned("\n".join(exercise.lines)):
        return say("lesson_line_makes", name=name)
    if name in QUOTED and is_argument(name, attempt.source):
        return say("lesson_quote", name=name)
    if name in made_below(attempt):
        return say("lesson_made_below", name=name)
    if name == "np":
        return say("lesson_import_numpy")
    if name in layers.__all__ or name in MODULES:
        module = "funclab" if name in MODULES else "funclab.layers"
        return say("lesson_import", name=name, module=module)
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    if name in ("torch", "nn"):
        return say("lesson_of_torch")
    called = re.search(rf"\b{name}\(", attempt.source)
    numpy = next((other for other, value in names.items() if value is np), "")
    of_numpy = f"{numpy}.{name}" if called and numpy and hasattr(np, name) else ""
    if of_numpy and comes_further(of_numpy, attempt, again):
        return say("lesson_of_numpy", name=of_numpy)
    if called and hasattr(ops, name) and comes_further(f"ops.{name}", attempt, again, OPS):
        return say("lesson_of_ops", name=name, here=names.get("ops") is ops)
    dotted = f"{name}." in attempt.source
    meant = (other for other, value in names.items() if is_meant(other, value, dotted))
    near = similar(name, [*meant, *layers.__all__, *CONSTANTS])
    if not name[-1].isdigit() and kind != "arrange":  # word_1 is not a typo for word_2
        for other in near:
            if comes_further(other, attempt, again):
                return say("lesson_near_name", name=name, near=other)
    return say("lesson_make_or_quote" if kind in course.GUESSED else "lesson_make_first", name=name)


def comes_further(other: str, attempt: Attempt, again: Again, above: str = "") -> bool:
    """Whether the lines come further with another name in place of the one that is missing, and
    perhaps a line above them; where this cannot be tried, it is not said."""
    source = above + renamed(attempt.source, attempt.missing, other)
    return again.possible and again.gets_further(source)


def is_meant(name: str, value: Any, dotted: bool) -> bool:
    """Whether a variable of the notebook may be what a misspelled name stands for: no function that
    asks questions, and a module only where something of a module is wanted."""
    asks = str(getattr(value, "__module__", "")).startswith("funclab.teach.")
    return not (name.startswith("_") or asks or (isinstance(value, ModuleType) and not dotted))
