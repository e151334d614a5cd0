"""Every public name of Keras 3.15.1 has an example that runs here, or is refused with advice."""

import importlib
import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

import funclab
from funclab.errors import FunclabError
from tests.project.keras_examples import BEFORE, example
from tests.project.test_keras_names import NAMES, absent

CALLS = (Path(__file__).parents[1] / "ops" / "keras_calls.txt").read_text("utf-8")
CALLED = set(re.findall(r"ops\.((?:\w+\.)?\w+)\(", CALLS))
"""Ops that are called, and compared with Keras, in tests/ops."""


def room_of(name):
    return importlib.import_module(f"funclab.{name}".rstrip("."))


def is_shown(room, name, value):
    """Whether another test runs an example of it."""
    called = f"{room}.{name}".removeprefix("ops.") in CALLED
    return isinstance(value, ModuleType) or ">>>" in (inspect.getdoc(value) or "") or called


@pytest.mark.parametrize("room", NAMES, ids=lambda room: room or "funclab")
def test_each_example_of_a_name_runs_or_is_refused_with_advice(room, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module, gone = room_of(room), set(absent(room))
    there = [name for name in NAMES[room] if name not in gone]
    alone = [name for name in there if not is_shown(room, name, getattr(module, name))]
    known = {"keras": funclab}
    if alone:
        exec(BEFORE, known)

    assert [name for name in alone if example(room, name) is None] == []
    for name in alone:
        try:
            exec(example(room, name), dict(known))
        except FunclabError as error:  # as what would be downloaded
            assert "# refused" in example(room, name) and error.fix, (name, error)


@pytest.mark.parametrize("room", NAMES, ids=lambda room: room or "funclab")
def test_each_name_that_is_absent_is_refused_with_advice(room):
    for name in absent(room):
        with pytest.raises(FunclabError) as error:
            getattr(room_of(room), name)

        assert name in error.value.what and error.value.fix
