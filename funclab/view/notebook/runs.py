"""The runs of a notebook's cells: which run made an object, and whether a newer run did not.

The kernel knows what was run, not what has been typed since.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from funclab.graph.node import now

MOST_RUNS = 2000


@dataclass
class Run:
    """One run of a cell: `begin` and `end` are times of the clock that orders all nodes."""

    cell: str
    source: str
    number: int
    begin: int
    end: int = sys.maxsize
    failed: bool = False


RUNS: list[Run] = []
_shells: list[Any] = []


def watch(shell: Any) -> None:
    """Record every run of a cell from now on."""
    ignore(shell)
    _shells.append(shell)
    shell.events.register("pre_run_cell", _begin)
    shell.events.register("post_run_cell", _end)


def ignore(shell: Any) -> None:
    """Stop recording runs."""
    for name, function in (("pre_run_cell", _begin), ("post_run_cell", _end)):
        if function in shell.events.callbacks[name]:
            shell.events.unregister(name, function)
    RUNS.clear()
    _shells.clear()


def _begin(info: Any) -> None:
    if getattr(info, "cell_id", None) and info.store_history:
        number = _shells[-1].execution_count
        RUNS.append(Run(info.cell_id, info.raw_cell or "", number, now()))
        del RUNS[:-MOST_RUNS]


def _end(result: Any) -> None:
    if RUNS and RUNS[-1].cell == getattr(result.info, "cell_id", None):
        RUNS[-1].end, RUNS[-1].failed = now(), not result.success


def stale_run(times: list[int]) -> tuple[Run, Run] | None:
    """The run that made one of some nodes, and a newer run of the same cell that should have made
    it again; None if all nodes are up to date.

    `times` are those of the nodes. A cell that now runs different lines may have been used as a
    scratchpad: then what it made before still counts.
    """
    for time in times:
        made = next((run for run in RUNS if run.begin < time < run.end), None)
        newer = [run for run in RUNS if made and run.cell == made.cell and run.begin > made.begin]
        if made and newer and (newer[-1].failed or newer[-1].source == made.source):
            return made, newer[-1]
    return None


def next_cell(source: str) -> None:
    """Put a cell with these lines below the running one, if this is a notebook."""
    if _shells:
        _shells[-1].set_next_input(source)


def names() -> dict[str, Any]:
    """The variables of the notebook, or of the program if there is none."""
    return _shells[-1].user_ns if _shells else vars(sys.modules["__main__"])
