"""Tables of views that list kinds of layers and ops list those that exist."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import pytest

import funclab.layers
from funclab.graph.op import Op
from funclab.view.live.assets import ROOMS


def ops(kind: type) -> Iterator[str]:
    for one in kind.__subclasses__():
        yield one.__name__
        yield from ops(one)


def tables():
    """The module-level collections of texts most of which are kinds, by module and name."""
    for file in sorted(ROOMS.rglob("*.py")):
        path = ".".join(file.relative_to(ROOMS.parents[1]).with_suffix("").parts)
        module = importlib.import_module(path.removesuffix(".__init__"))
        for name, value in vars(module).items():
            listed = isinstance(value, (tuple, list, set, frozenset, dict))
            if name.isupper() and listed and value and all(isinstance(one, str) for one in value):
                yield f"{module.__name__}.{name}", value


KINDS = {name for name, one in vars(funclab.layers).items() if isinstance(one, type)} | {*ops(Op)}
OWN = {"StochasticDepth"}
"""Of layers that models in use define for themselves."""
BEGINNINGS = {"funclab.view.edit.repairs.KEEP_CHANNELS"}
"""Tables of the beginnings of names."""
FOUND = {
    name: value
    for name, value in tables()
    if name not in BEGINNINGS and sum(one in KINDS for one in value) > len(value) / 2
}


@pytest.mark.parametrize("name", FOUND)
def test_each_kind_in_a_table_is_one_of_a_layer_or_an_op(name):
    assert {*FOUND[name]} <= KINDS | OWN
