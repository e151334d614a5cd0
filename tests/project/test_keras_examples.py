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
from tests.project.test_keras_names import DOCUMENTED, NAMES, absent, documented

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


REFUSED = {
    "funclab.layers.Dense(1).quantize('int8')": ("quantize", "leave the line out"),
    "funclab.layers.Dense(1).enable_lora(4)": ("enable_lora", "two small Dense layers"),
    "funclab.Sequential([funclab.layers.Dense(1)]).get_state_tree()": (
        "get_state_tree",
        "model.get_weights",
    ),
    "funclab.Sequential([funclab.layers.Dense(1)]).set_state_tree({})": (
        "set_state_tree",
        "model.set_weights",
    ),
    "funclab.layers.RandomFlip(bounding_box_format='xy')": (
        "bounding_box_format",
        "are not changed",
    ),
    "funclab.KerasTensor((None, 3)) + 1": ("no output of a call", "Input(batch_shape=(None, 3))"),
    "funclab.utils.backend.result_type('bfloat16', 'int32')": ("bfloat16", "float32"),
}


@pytest.mark.parametrize("line", REFUSED)
def test_methods_and_arguments_of_keras_that_are_not_here_are_refused_by_name(line):
    name, advice = REFUSED[line]

    with pytest.raises(FunclabError) as error:
        eval(line)

    assert name in error.value.what and advice in error.value.fix


def test_it_is_on_record_whether_the_documented_example_of_each_name_runs():
    names = {f"{room}.{name}".lstrip(".") for room, public in NAMES.items() for name in public}

    assert DOCUMENTED.keys() == names, "see tools/interop/examples.py"
    assert [name for name, said in DOCUMENTED.items() if said.startswith("FAILS")] == []
    assert {documented(name) for name in names} >= {"runs", "none", "refused"}


def test_no_example_of_a_name_that_is_absent_is_said_to_run():
    gone = [f"{room}.{name}".lstrip(".") for room in NAMES for name in absent(room)]

    assert [name for name in gone if documented(name) in ("runs", "differs")] == []
