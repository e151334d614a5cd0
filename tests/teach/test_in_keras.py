"""Cells for a real Keras: what they print, and that `import keras` means afterwards what it did."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from types import ModuleType

import pytest

from funclab.teach import in_keras
from funclab.teach.in_keras import keras_alone, run, taken


@pytest.fixture
def keras(monkeypatch):
    """`keras(file)`: a module named keras from this file, and one in it."""

    def make(file: str | None) -> dict[str, ModuleType]:
        made = {name: ModuleType(name) for name in ("keras", "keras.layers")}
        made["keras"].__file__ = file
        for name, module in made.items():
            monkeypatch.setitem(sys.modules, name, module)
        return made

    monkeypatch.setattr(in_keras, "OF_KERAS", {})
    return make


def of_keras():
    return {name: sys.modules[name] for name in sys.modules if name.partition(".")[0] == "keras"}


def test_what_lines_print_is_told_and_the_error_that_stops_them():
    names = {"n": 3}

    assert run("m = n + 1\nprint(m)\nprint('end')", names) == "4\nend" and names["m"] == 4
    assert run("print(1)\n1 / 0\nprint(2)", names) == "1\nZeroDivisionError: division by zero"
    assert run("raise SystemExit(2)", names) == "SystemExit: 2"
    assert run("if", names).startswith("SyntaxError: ")


def test_a_keras_that_the_notebook_has_imported_stays(keras):
    made = keras("/elsewhere/keras/__init__.py")

    with keras_alone():
        assert of_keras() == made
    assert of_keras() == made


@pytest.mark.parametrize("fails", [False, True])
def test_a_stand_in_is_away_for_a_while_and_comes_back(keras, fails):
    finders, made = [*sys.meta_path], keras(sys.modules["funclab"].__file__)
    finder = type("Finder", (), {"__module__": "funclab.keras2.finder"})()
    sys.meta_path.insert(0, finder)
    real = ModuleType("keras")
    try:
        with pytest.raises(ValueError) if fails else nullcontext(), keras_alone():
            assert not of_keras() and sys.meta_path == finders
            sys.modules["keras"] = real
            if fails:
                raise ValueError
        assert of_keras() == made and sys.meta_path == [finder, *finders]
        with keras_alone():  # what was imported before is still there
            assert of_keras() == {"keras": real}
        assert of_keras() == made
    finally:
        sys.meta_path[:] = finders


def test_only_modules_of_keras_are_taken(keras, monkeypatch):
    made = keras(None)
    monkeypatch.setitem(sys.modules, "keras_tuner", ModuleType("keras_tuner"))

    assert taken() == made and not of_keras() and "keras_tuner" in sys.modules
