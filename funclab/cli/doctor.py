"""`funclab doctor`: what an installation or a notebook lacks, and how to fix each problem."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

Finding = tuple[bool, str, str]  # whether it is in order, what was found, how to fix it


def doctor() -> int:
    """Check the installation, one line for each part; returns 1 if something needs fixing."""
    findings = [check() for check in (python, numpy, loops, widgets, lessons, buttons)]
    for well, found, cure in findings:
        print(f"{mark(well)} {found}")
        if not well:
            print(f"    {cure}")
    return 0 if all(well for well, _, _ in findings) else 1


def restore_cells(path: Path, original: Path | None) -> int:
    """Put back the graded cells that a notebook lacks, and name them; returns 1 if some occur more
    than once, which only a person can fix.

    Raises: FileError as `funclab.teach.restoring.restore` does.
    """
    from funclab.teach.restoring import restore

    found = restore(path, original)
    for name in found.names:
        print(f"{mark(True)} {name} was missing, and is back as it was handed out")
    for name in found.repeated:
        print(f"{mark(False)} {name} is there several times: delete all but one of these cells")
    if not found.names and not found.repeated:
        print(f"{mark(True)} {path}: all {found.graded} graded cells are there")
    return int(bool(found.repeated))


def mark(well: bool) -> str:
    sign = "ok " if well else "FIX"
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return sign
    return f"\x1b[{32 if well else 31}m{sign}\x1b[0m"


def version(package: str) -> tuple[int, ...]:
    """The installed version as numbers; () if the package is not installed."""
    from importlib import metadata

    try:
        parts = metadata.version(package).split(".")
    except metadata.PackageNotFoundError:
        return ()
    return tuple(int(part) for part in parts if part.isdigit())


def show(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers)) or "not installed"


def python() -> Finding:
    numbers = tuple(sys.version_info[:3])
    text = f"Python {show(numbers)}  {sys.executable}"
    return numbers >= (3, 11), text, "Make an environment with Python 3.11 or newer."


def numpy() -> Finding:
    numbers, held = version("numpy"), os.environ.get("OPENBLAS_CORETYPE")
    text = f"numpy {show(numbers)}"
    if held:
        text += f", held to the processor {held} by OPENBLAS_CORETYPE: unset it for full speed"
    return numbers >= (2, 1), text, "Type: pip install 'numpy>=2.1'"


def loops() -> Finding:
    """Compile one loop for real, and check whether its machine code can be cached."""
    import numpy as np

    from funclab.kernels import elementwise, jit

    if not jit.ENABLED:
        return (
            True,
            "numba is absent or switched off (FUNCLAB_JIT=0): NumPy does its work, more slowly",
            "",
        )
    x = np.ones(1, np.float32)
    try:
        start = perf_counter()
        elementwise.relu(x, x)
        seconds = perf_counter() - start
        compiled: Any = elementwise.relu
        folder = compiled.stats.cache_path
    except Exception as error:  # whatever is wrong with numba is what the reader wants to see
        cure = "Type: pip install --upgrade numba   (or run without it: FUNCLAB_JIT=0)"
        return False, f"numba {show(version('numba'))} does not work: {error}", cure
    text = f"numba {show(version('numba'))}, a loop ready in {seconds:.1f} s, kept in {folder}"
    cure = "That folder cannot be written: export NUMBA_CACHE_DIR=~/.cache/numba"
    return os.access(folder, os.W_OK), text, cure


def widgets() -> Finding:
    versions = {name: version(name) for name in ("ipywidgets", "anywidget")}
    well = versions["ipywidgets"] >= (8, 1) and versions["anywidget"] >= (0, 9, 18)
    text = ", ".join(f"{name} {show(numbers)}" for name, numbers in versions.items())
    return well, text, "Type: pip install --upgrade ipywidgets anywidget"


def lessons() -> Finding:
    numbers = version("jupyterlab")
    if not numbers:
        return True, "JupyterLab is not installed. To get it: pip install 'funclab[lab]'", ""
    return numbers >= (4, 4), f"JupyterLab {show(numbers)}", "Type: pip install 'funclab[lab]'"


def buttons(kernel: tuple[int, ...] | None = None) -> Finding:
    """What Pause, Step and Stop do while a cell trains; tried with ipykernel 6.31, 7.0 to 7.4."""
    kernel = version("ipykernel") if kernel is None else kernel
    name = f"ipykernel {show(kernel)}"
    if kernel >= (7, 0):
        return True, f"{name}: Pause, Step and Stop are heard while a cell trains", ""
    if kernel:
        return True, f"{name}: Stop is heard while a cell trains; Pause and Step in fit_async", ""
    return True, "ipykernel is not installed; notebooks need it: pip install 'funclab[lab]'", ""
