"""The public names of funclab and its rooms."""

from __future__ import annotations

import importlib
import pkgutil

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

    assert [name for name in names if not hasattr(module, name)] == []
    assert len(set(names)) == len(names)
    assert set(names) <= set(dir(module))
