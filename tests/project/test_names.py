"""The public names of funclab and its rooms."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import funclab

ROOMS = [module.name for module in pkgutil.iter_modules(funclab.__path__, "funclab.")]
PUBLIC = [
    room
    for room in ("funclab", *ROOMS)
    if not room.endswith("__main__") and hasattr(importlib.import_module(room), "__all__")
]


@pytest.mark.parametrize("room", PUBLIC)
def test_every_public_name_is_there_once(room):
    module = importlib.import_module(room)

    names = module.__all__

    assert [name for name in names if not hasattr(module, name)] == [], f"{room}.__all__"
    assert len(set(names)) == len(names)
    assert set(names) <= set(dir(module))


@pytest.mark.parametrize("room", [room for room in PUBLIC if room != "funclab"])
def test_every_public_class_and_function_says_what_it_is(room):
    module = importlib.import_module(room)
    own = {name: getattr(module, name) for name in module.__all__}

    silent = [name for name, value in own.items() if callable(value) and not value.__doc__]

    assert silent == [], f"give these of {room} a docstring"


@pytest.mark.parametrize("name", ["Conv", "GlobalM", "Spatial", "Separable"])
def test_a_beginning_of_many_names_is_answered_with_three_of_them(name):
    with pytest.raises(AttributeError) as caught:
        getattr(funclab.layers, name)

    near = re.findall(r"\w+", caught.value.why.partition("similar names are ")[2])
    assert len(near) == 3
    assert all(other.startswith(name) and hasattr(funclab.layers, other) for other in near)


def test_no_more_than_three_names_are_offered_for_a_name_that_is_not_there():
    with pytest.raises(ImportError) as raised:
        from funclab.layers import Conv  # noqa: F401

    assert re.search(r"similar names are \w+, \w+, \w+\.\n", str(raised.value))
