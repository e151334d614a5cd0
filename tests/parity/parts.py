"""What a parity model is made of, by its code: few models have every class between them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import CodeType
from typing import Any

from funclab import layers
from tests.parity.models import CASES


@cache
def parts(name: str) -> set[str]:
    """The names in the code of a model, and the layers and arguments it was settled with."""
    build, setting = getattr(CASES[name].build, "of", (CASES[name].build, ()))
    layers_of = {*texts(setting)} & {*layers.__all__}
    return {*names(build.__code__), *layers_of, *arguments(setting)}


def names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names(constant)
        elif isinstance(constant, tuple):  # names of arguments
            yield from texts(constant)


def texts(setting: Any) -> Iterator[str]:
    """All texts in a structure."""
    if isinstance(setting, str):
        yield setting
    elif isinstance(setting, dict):
        yield from texts([*setting, *setting.values()])
    elif isinstance(setting, list | tuple):
        for inner in setting:
            yield from texts(inner)


def arguments(setting: Any) -> Iterator[str]:
    """All names in the dicts of a structure."""
    if isinstance(setting, dict):
        yield from map(str, setting)
        setting = [*setting.values()]
    if isinstance(setting, list | tuple):
        for inner in setting:
            yield from arguments(inner)
