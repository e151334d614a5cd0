"""Run lessons as Python in a browser would: `python -m tools.lessons.without notebooks/*.ipynb`.

That Python lacks what `tools.setup.without` takes away. Every cell must run. For each
lesson, the seconds that it kept the processor busy are printed, and its slowest cell.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from time import process_time
from typing import Any

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

import tools.setup.without  # noqa: F401  # before funclab


def shell_of_a_browser() -> InteractiveShell:
    """A shell in which live views are shown, as in a kernel; its history needs a thread."""
    InteractiveShell.clear_instance()
    shell: Any = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    shell.kernel = None  # that there is one is all that views ask
    return shell


def run(path: Path) -> tuple[float, str]:
    """Run the cells of a lesson; returns its seconds, and the source of its slowest cell.

    Raises: what a cell raises.
    """
    shell = shell_of_a_browser()
    times = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            start = process_time()
            with capture_output():
                result = shell.run_cell(cell.source, store_history=True)
            times.append((process_time() - start, cell.source))
            result.raise_error()
    return sum(seconds for seconds, _ in times), max(times)[1]


if __name__ == "__main__":
    os.environ["FUNCLAB_PROGRESS"] = "off"
    for name in sys.argv[1:]:
        seconds, slowest = run(Path(name))
        print(f"{name}: {seconds:.0f} s, most of it in {slowest.splitlines()[0]!r}", flush=True)
