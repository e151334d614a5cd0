"""How many rooms a reader enters who follows a call through the code: as few as can be.

A call is repeated (so that nothing is imported, compiled or built anew), and every room counts in
which a function ran, by the rows of `ORDER` and the rooms of `view`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers
from funclab.teach.checking import check_lines
from tests.project.source import PACKAGE
from tests.project.test_rooms import LEVEL

FACE = Path("__init__.py")
"""Where `funclab.explore` is looked up."""
WRONG = "image = Input((28, 28))\nmodel = Model(image, layers.Dense(10)(layers.Flatten()(image)))"


def rooms_of(call: Callable[[], Any]) -> set[str]:
    """The rooms that a call enters; what lines call that it runs, a student's and the right
    answer's, does not count."""
    entered: set[Path] = set()
    within = 0

    def note(frame: Any, event: str, _: Any) -> None:
        nonlocal within
        name = frame.f_code.co_filename
        if name.startswith("<"):
            within += {"call": 1, "return": -1}.get(event, 0)
        elif event == "call" and not within and Path(name).is_relative_to(PACKAGE):
            entered.add(Path(name).relative_to(PACKAGE))

    call()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return {_room(path.with_suffix("").parts) for path in entered - {FACE}}


def _room(parts: tuple[str, ...]) -> str:
    if parts[0] == "view":
        return f"view.{parts[1]}"
    name = next(name for name in (".".join(parts[:2]), parts[0]) if name in LEVEL)
    return f"row {LEVEL[name]}"


@pytest.fixture
def model() -> Model:
    image = Input((28, 28, 1))
    features = layers.Flatten()(layers.Conv2D(4, 3, activation="relu")(image))
    model = Model(image, layers.Dense(10, activation="softmax")(features))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def test_the_way_of_explore_is_through_at_most_ten_rooms(model: Model) -> None:
    rooms = rooms_of(lambda: funclab.explore(model))
    assert len(rooms) <= 10, " ".join(sorted(rooms))


def test_the_way_of_trace_is_through_at_most_sixteen_rooms(model: Model) -> None:
    """From the loss to the kernels; the last are the data sets, which are asked for meanings."""
    images, digits = np.zeros((8, 28, 28, 1), "float32"), np.arange(8)
    rooms = rooms_of(lambda: funclab.trace(model, images, digits))
    assert len(rooms) <= 16, " ".join(sorted(rooms))


def test_the_way_of_a_check_is_through_at_most_fourteen_rooms() -> None:
    """Seven of them are those of any call of layers: the judge repeats an answer's calls as ops."""
    names = {"Input": Input, "Model": Model, "layers": layers}
    rooms = rooms_of(lambda: check_lines("1A", WRONG, names))
    assert len(rooms) <= 14, " ".join(sorted(rooms))
