"""What constructors answer to odd values, for each argument of each class, in one text.

`python -m tests.misuse.refusals` writes refusals.txt anew; look at what git shows of it. In its
first part are the odd values that an argument takes, in the second the answers to all others: each
once, with CLASS, ARGUMENT and VALUE in place of what they are.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from funclab import (
    callbacks,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    optimizers,
    registry,
    regularizers,
)  # fmt: skip
from funclab.errors import FunclabError
from tests.layers.examples import EXAMPLES

WRITTEN = Path(__file__).with_name("refusals.txt")
VALUES = (-1, 0, 1, 0.5, 1.5, True, None, "odd", (), (2, 2, 2, 2))
ROOMS = (
    *(losses, metrics, optimizers, optimizers.schedules),
    *(initializers, regularizers, constraints, callbacks),
)
NEEDED = {
    "filepath": "m.weights.h5", "log_dir": "logs", "filename": "log.csv", "name": "m",
    "boundaries": [10], "values": [0.1, 0.01], "schedule": abs, "inner_optimizer": "sgd",
    "num_classes": 3, "target_class_ids": [0], "initial_learning_rate": 0.1, "decay_steps": 9,
    "decay_rate": 0.5, "first_decay_steps": 9, "shape": (2,), "fn": abs, "reduction": "sum",
}  # fmt: skip
"""For arguments without a default, a value that they take; for any other, one half."""


def arguments(made: Any) -> dict[str, inspect.Parameter]:
    found = inspect.signature(made).parameters
    return {name: one for name, one in found.items() if one.kind not in (2, 4)}


def makers() -> Iterator[tuple[str, Callable[..., Any], dict[str, Any]]]:
    """Each class, and settings that it takes."""
    for example in {example.name: example for example in EXAMPLES}.values():
        settings = dict(example.settings)
        for name in {"layer", "cell", "cells"} & settings.keys():
            settings[name] = settings[name]()
        yield f"layers.{example.name}", getattr(layers, example.name), settings
    for room in ROOMS:
        for name, made in sorted(vars(room).items()):
            if isinstance(made, type) and name == made.__name__ and not issubclass(made, Exception):
                needed = [one for one, it in arguments(made).items() if it.default is it.empty]
                settings = {one: NEEDED.get(one, 0.5) for one in needed}
                yield f"{room.__name__.removeprefix('funclab.')}.{name}", made, settings


def answer(made: Callable[..., Any], settings: dict[str, Any], name: str, value: Any) -> str:
    """The error of a constructor, "" without one."""
    try:
        made(**{**settings, name: value})
    except FunclabError as error:
        told = f"{type(error).__name__}: {error}".replace("\n\n", "\n")
        for part, word in ((made.__name__, "CLASS"), (name, "ARGUMENT"), (repr(value), "VALUE")):
            told = re.sub(rf"(?<![\w.]){re.escape(part)}(?!\w|\.\d)", word, told)
        return told
    except Exception as error:  # Python's own: its words are others in each version
        return type(error).__name__
    return ""


def refusals(title: str, made: Callable[..., Any], settings: Any) -> tuple[list[str], set[str]]:
    """A line for each argument of a class, with the odd values that it takes, and the answers to
    all others."""
    taken, answers = list[str](), set[str]()
    with registry.fresh_names(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in sorted(arguments(made).keys() - {"name", "dtype"}):
            told = [answer(made, settings, name, value) for value in VALUES]
            values = [repr(value) for value, one in zip(VALUES, told) if not one]
            taken.append(f"{title} {name}: {' '.join(values)}".rstrip())
            answers.update(filter(None, told))
    return taken, answers


def written() -> str:
    """The text of all."""
    lines, words = list[str](), set[str]()
    for maker in makers():
        taken, answers = refusals(*maker)
        lines, words = lines + taken, words | answers
    return "\n".join((*lines, "", *sorted(words))) + "\n"


if __name__ == "__main__":
    WRITTEN.write_text(written(), "utf-8")
