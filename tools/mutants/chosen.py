"""A plugin of pytest that runs the tests listed in a file, in that order, and no others.

    CHOSEN=FILE python -m pytest -p tools.mutants.chosen FILES...

The file holds two lists: the tests to run, and all that there are without a fault. Tests with
names that are in neither are run last: a fault may give a test another name. Tests that start
Jupyter are left out, see `quick`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tools.mutants.quick import quick

run, known = json.loads(Path(os.environ["CHOSEN"]).read_text())
order = {name: i for i, name in enumerate(run)}
others = {*known} - {*run}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = sorted(
        (item for item in quick(items) if item.nodeid not in others),
        key=lambda item: order.get(item.nodeid, len(order)),
    )
