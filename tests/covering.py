"""Which cases of a long family run daily, and which are left for `make test ALL=1`; in which order.

A family is one test function with all its cases. If it has the mark `covering` and more than MOST
cases, a case runs daily only if it has something that no case before it had: a word of its name (a
class, an argument with its value, an operator), or what `covering(facts=...)` says of its
arguments, whatever their number. So each of these is covered, and cases are left out that only
combine what others have. The mark is for tests of what many classes share; what each class computes
is tested with all cases.

A test for both front ends of Jupyter runs in one of them daily: all of a file in the same.
"""

from __future__ import annotations

import os
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest

MOST = 20
ALL = bool(os.environ.get("ALL") or os.environ.get("SOAK"))
FRONT_ENDS = ("lab", "notebook7")
BROWSER = "tests/browser/"
SLOW = (BROWSER, "tests/lessons/", "tests/distribute/", "tests/guide/", "tests/project/")
WORD = re.compile(r"\w+=\([^()]*\)|\w+=[^,()\s]+|\w+|[^\w\s(),]+")
Case = TypeVar("Case")


def words(name: str) -> set[str]:
    """The words of a name: `Conv(strides=(1, 2), padding='same')` has three."""
    return {*WORD.findall(name)}


def first_of_each(cases: Iterable[Case], facts: Callable[[Case], set[Any]]) -> list[Case]:
    """The cases that have something which none before them has."""
    known, chosen = set[Any](), list[Case]()
    for case in cases:
        if new := facts(case) - known:
            known |= new
            chosen.append(case)
    return chosen


def daily(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests to run daily, in their order."""
    families = defaultdict[str, list[pytest.Item]](list)
    for item in items:
        families[item.nodeid.partition("[")[0]].append(item)
    chosen = {item for family in families.values() for item in covering(family)}
    return [item for item in items if item in chosen]


def slowest_first(items: list[pytest.Item], seconds: dict[str, float]) -> list[pytest.Item]:
    """The tests, file by file, those that took longest in the last run first; before any run, those
    of the folders that start browsers and kernels. Those of browsers stay together: a worker keeps
    its browser, and the page with JupyterLab in it, from one to the next."""

    def rank(item: pytest.Item) -> tuple[bool, float]:
        file = item.nodeid.partition("::")[0]
        return not file.startswith(BROWSER), -seconds.get(file, 60.0 * file.startswith(SLOW))

    return sorted(items, key=rank)


def covering(family: list[pytest.Item]) -> list[pytest.Item]:
    """The cases of a family that cover it."""
    if {*map(front_end, family)} == {*FRONT_ENDS}:
        chosen = FRONT_ENDS[zlib.crc32(family[0].path.name.encode()) % 2]
        family = [item for item in family if front_end(item) == chosen]
    mark = family[0].get_closest_marker("covering")
    long = mark and (len(family) > MOST or mark.kwargs)
    return first_of_each(family, facts) if long else family


def facts(item: pytest.Item) -> set[Any]:
    """What a case has: what the mark says of its arguments, or the words of its name."""
    mark = item.get_closest_marker("covering")
    if mark and "facts" in mark.kwargs:
        return mark.kwargs["facts"](**arguments(item))
    return words(item.name.partition("[")[2])


def front_end(item: pytest.Item) -> str:
    """The front end for which this is a case of its test."""
    settings = {value for value in arguments(item).values() if isinstance(value, str)}
    return next((name for name in FRONT_ENDS if name in settings), "")


def arguments(item: pytest.Item) -> dict[str, Any]:
    """The arguments of a case."""
    return item.callspec.params if hasattr(item, "callspec") else {}  # type: ignore[attr-defined]
