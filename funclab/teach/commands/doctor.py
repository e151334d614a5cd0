"""`funclab doctor`: what an installation or a notebook lacks, and how to fix each problem."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from funclab import __version__

Finding = tuple[bool | None, str, str]
"""Whether it is in order (None: missing or off, but not needed), what was found, how to fix it."""
OTHERS = ["graphviz", "pillow"]
"""What funclab also needs, in any version that pip installs with it."""
if sys.platform != "emscripten":
    OTHERS += ["matplotlib", "h5py", "threadpoolctl"]


def doctor() -> int:
    """Check the installation, one line for each part; returns 1 if something needs fixing."""
    packages = (python, numpy, loops, others, dot, widgets)
    around = (lessons, extension, kernel, buttons, answers)
    findings = [finding for check in (*packages, *around) if (finding := check())]
    for well, found, cure in findings:
        print(f"{mark(well)} {found}")
        if well is not True and cure:
            print(f"    {cure}")
    return int(any(well is False for well, _, _ in findings))


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


def mark(well: bool | None) -> str:
    sign, colour = {True: ("ok ", 32), None: ("-- ", 33), False: ("FIX", 31)}[well]
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return sign
    return f"\x1b[{colour}m{sign}\x1b[0m"


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

    from funclab.engine.kernels import elementwise, jit

    if not version("numba"):
        return None, "numba is missing: NumPy does its work, more slowly", "Type: pip install numba"
    if not jit.ENABLED:
        text = f"numba is off (FUNCLAB_JIT={jit.SETTING}): everything is computed more slowly"
        return None, text, "To use it, unset FUNCLAB_JIT."
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


def others() -> Finding:
    """The packages of which any version will do."""
    found = {name: version(name) for name in OTHERS}
    missing = [name for name, numbers in found.items() if not numbers]
    text = ", ".join(f"{name} {show(numbers)}" for name, numbers in found.items())
    return not missing, text, f"Type: pip install {' '.join(missing)}"


def dot() -> Finding:
    """Graphviz's program, which funclab itself does not call."""
    if found := shutil.which("dot"):
        return True, f"dot {found}", ""
    text = "dot is not installed: only what to_dot() gives needs it, to render itself"
    return None, text, "To get it: apt install graphviz, brew install graphviz, or graphviz.org"


def widgets() -> Finding:
    versions = {name: version(name) for name in ("ipywidgets", "anywidget")}
    well = versions["ipywidgets"] >= (8, 1) and versions["anywidget"] >= (0, 9, 18)
    text = ", ".join(f"{name} {show(numbers)}" for name, numbers in versions.items())
    return well, text, "Type: pip install --upgrade ipywidgets anywidget"


def lessons() -> Finding:
    numbers = version("jupyterlab")
    if not numbers:
        return None, "JupyterLab is not installed", "To get it: pip install 'funclab[lab]'"
    return numbers >= (4, 4), f"JupyterLab {show(numbers)}", "Type: pip install 'funclab[lab]'"


def extension() -> Finding | None:
    """Whether JupyterLab finds the scripts that show saved views, and those of this funclab; None
    without a JupyterLab."""
    if not version("jupyterlab"):
        return None
    from jupyter_core.paths import jupyter_path

    from funclab.view.notebook import labextension

    own = labextension.files(__version__)["package.json"]
    places = [Path(folder, "funclab") for folder in jupyter_path("labextensions")]
    found = next((place for place in places if (place / "package.json").is_file()), None)
    cure = "Type: pip install --force-reinstall --no-deps funclab   (in a clone: pip install -e .)"
    if found is None:
        return False, f"the extension for saved views is in none of {listed(places)}", cure
    if (found / "package.json").read_text(encoding="utf-8") != own:
        return False, f"the extension for saved views is of another funclab: {found}", cure
    return True, f"the extension for saved views is in {found}", ""


def listed(places: Sequence[Path]) -> str:
    return ", ".join(str(place.parent) for place in places)


def kernel() -> Finding | None:
    """Which Python a new notebook gets: another one would not have this funclab. None without
    Jupyter, or without the kernel, of which `buttons` speaks."""
    if not version("jupyter_client") or not version("ipykernel"):
        return None
    from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager

    spec = KernelSpecManager().get_kernel_spec(NATIVE_KERNEL_NAME)
    named = Path(spec.argv[0])
    # Jupyter runs a bare "python" as the one that it runs on itself.
    same = len(named.parts) == 1 or named.parent.absolute() == Path(sys.executable).parent
    if same:
        return True, "notebooks run on this Python", ""
    text = f"notebooks run on another Python, {named}, as {spec.resource_dir} says"
    return False, text, f"Type: jupyter kernelspec remove {NATIVE_KERNEL_NAME}"


def buttons(kernel: tuple[int, ...] | None = None) -> Finding:
    """What Pause, Step and Stop do while a cell trains."""
    from funclab.view.training.kernels import hears_buttons

    kernel = version("ipykernel") if kernel is None else kernel
    name = f"ipykernel {show(kernel)}"
    if hears_buttons(kernel):
        return True, f"{name}: Pause, Step and Stop are heard while a cell trains", ""
    if kernel:
        return True, f"{name}: Stop is heard while a cell trains; Pause and Step in fit_async", ""
    return None, "ipykernel is not installed", "Notebooks need it: pip install 'funclab[lab]'"


def answers() -> Finding:
    """Where the answers to questions are stored, tried for real."""
    from funclab.teach.records import storing

    place = storing.path()
    if place is None:
        return None, "answers to questions are not stored: FUNCLAB_PROGRESS=off", ""
    problem = storing.problem(place)
    text = f"answers to questions are stored in {storing.folder_of(place)}"
    if problem:
        text = f"answers to questions are forgotten when the session ends: {problem}"
    return not problem, text, "Choose a file that can be written: FUNCLAB_PROGRESS=FILE"
