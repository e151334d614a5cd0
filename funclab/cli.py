"""The command line: `funclab lab`, `funclab warm`, `funclab doctor`; also `python -m funclab`.

Nothing heavy is imported until a command asks for it.
"""

from __future__ import annotations

import argparse
import atexit
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from funclab import __version__

PACKAGE = Path(__file__).resolve().parent
HOMES = (
    *("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"),
    "MPLCONFIGDIR",
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="funclab", description="See the Keras functional API.")
    parser.add_argument("--version", action="version", version=f"funclab {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    lab_parser = commands.add_parser("lab", help="open JupyterLab on the first lesson")
    lab_parser.add_argument("--port", type=int, default=8888, help="the first port to try")
    commands.add_parser("warm", help="compile the numeric loops now, so that no lesson waits")
    commands.add_parser("doctor", help="check this installation, with a cure for what is missing")
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.command == "lab":
        return lab(chosen.port, rest)
    if rest:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    return warm() if chosen.command == "warm" else doctor()


# lab ----------------------------------------------------------------------------------------------


def lab(port: int, options: Sequence[str] = ()) -> int:
    """Run JupyterLab on the first lesson; `options` go to `jupyter lab` as they are."""
    try:
        from jupyterlab.labapp import LabApp
    except ImportError:
        print("JupyterLab is missing here. Type: pip install 'funclab[lab]'", file=sys.stderr)
        return 1
    folder, lesson = first_lesson(Path.cwd(), PACKAGE.parent)
    try:
        if not lesson and bring_lessons(folder):
            folder, lesson = first_lesson(folder)
    except OSError as error:
        print(f"The lessons cannot be copied to {folder}: {error.strerror}.", file=sys.stderr)
        print("Go to a folder of your own and type funclab lab there.", file=sys.stderr)
        return 1
    if not can_write(Path.home()):
        settle_in_temporary_folder()
    port = free_port(port)
    # The server reads its token from here, where other users' process lists do not show it.
    token = os.environ.setdefault("JUPYTER_TOKEN", secrets.token_hex(16))
    page = f"/lab/tree/{lesson}" if lesson else "/lab"
    print(f"JupyterLab: http://localhost:{port}{page}?token={token}   (Ctrl-C ends it)", flush=True)
    LabApp.launch_instance([*server_options(folder, port, page), *options])
    return 0


def first_lesson(*folders: Path) -> tuple[Path, str]:
    """The first of the folders that has lessons, and the path of its first one from there."""
    for folder in folders:
        lessons = sorted(folder.glob("notebooks/01_*.ipynb"))
        if lessons:
            return folder, lessons[0].relative_to(folder).as_posix()
    return folders[0], ""


def bring_lessons(folder: Path) -> bool:
    """Copy the lessons installed with funclab to `folder`, and replace nothing; False for none."""
    installed = PACKAGE / "notebooks"
    if not installed.is_dir():
        return False
    (folder / "notebooks").mkdir(exist_ok=True)
    for lesson in installed.iterdir():
        if not (folder / "notebooks" / lesson.name).exists():
            shutil.copy(lesson, folder / "notebooks")
    print(f"The lessons are in {folder / 'notebooks'}", flush=True)
    return True


def can_write(folder: Path) -> bool:
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def settle_in_temporary_folder() -> None:
    """Jupyter, IPython, matplotlib and numba keep files in the home folder: name them another."""
    folder = tempfile.mkdtemp(prefix="funclab-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in HOMES if can_write(PACKAGE / "kernels") else (*HOMES, "NUMBA_CACHE_DIR"):
        os.environ.setdefault(name, os.path.join(folder, name.lower()))
    print(
        f"The home folder cannot be written: settings and caches are in {folder}, and go when "
        "JupyterLab ends.",
        flush=True,
    )


def server_options(folder: Path, port: int, page: str) -> list[str]:
    options = [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--log-level=WARN",  # the address above stays in sight
        f"--LabApp.default_url={page}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    if not has_screen():
        options.append("--no-browser")
    return options


def has_screen() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def free_port(first: int) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in range(first, first + 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    return first


# warm ---------------------------------------------------------------------------------------------


def warm() -> int:
    """Train tiny models of every kind, so that each loop is compiled and kept on disk."""
    for train in (train_dense, train_images, train_words):
        start = perf_counter()
        train()
        print(f"{train.__doc__:<50} {perf_counter() - start:5.1f} s", flush=True)
    return 0


def train_dense() -> None:
    """dense layers, shared and merged; every optimizer"""
    import numpy as np

    from funclab import layers
    from funclab.models import Model

    shared = layers.Dense(4, activation="relu")
    left, right = layers.Input((3,)), layers.Input((3,))
    merged = layers.concatenate([shared(left), shared(right)])
    merged = layers.Dropout(0.5)(layers.add([merged, layers.Dense(8, activation="tanh")(merged)]))
    sign = layers.Dense(1, activation="sigmoid", name="sign")(merged)
    kind = layers.Dense(3, activation="softmax", name="kind")(merged)
    model = Model([left, right], [sign, kind])
    inputs = [np.ones((4, 3), np.float32)] * 2
    targets = [np.ones((4, 1), np.float32), np.eye(3, dtype=np.float32)[[0, 1, 2, 0]]]
    for optimizer in ("sgd", "rmsprop", "adam"):
        losses = ["binary_crossentropy", "categorical_crossentropy"]
        model.compile(optimizer, losses, metrics=[["accuracy"], ["accuracy"]])
        model.fit(inputs, targets, batch_size=2, verbose=0)
    model.predict(inputs, verbose=0)


def train_images() -> None:
    """convolution, pooling, batch normalization"""
    import numpy as np

    from funclab import layers
    from funclab.models import Sequential

    model = Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Conv2D(4, 3, strides=2),
            layers.AveragePooling2D(1),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2),
        ]
    )
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(np.ones((4, 8, 8, 1), np.float32), np.ones((4, 2), np.float32), verbose=0)
    model.predict(np.ones((4, 8, 8, 1), np.float32), verbose=0)


def train_words() -> None:
    """embedding, recurrent layers, layers over time"""
    import numpy as np

    from funclab import layers
    from funclab.models import Model

    words = layers.Input((5,), dtype="int32")
    vectors = layers.Embedding(7, 4, mask_zero=True)(words)
    states = layers.LSTM(3, return_sequences=True)(vectors)
    states = layers.SimpleRNN(3, return_sequences=True)(
        layers.GRU(3, return_sequences=True)(states)
    )
    states = layers.TimeDistributed(layers.Dense(3))(states)
    model = Model(words, layers.Dense(2, activation="softmax")(layers.LSTM(3)(states)))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(np.ones((4, 5), np.int32), np.ones((4,), np.int32), verbose=0)
    model.predict(np.ones((4, 5), np.int32), verbose=0)


# doctor -------------------------------------------------------------------------------------------

Finding = tuple[bool, str, str]  # is it well, what was found, what to do if it is not


def doctor() -> int:
    """Check the installation, a line for each part; returns 1 if something needs a cure."""
    findings = [check() for check in (python, numpy, loops, widgets, lessons, buttons)]
    for well, found, cure in findings:
        print(f"{mark(well)} {found}")
        if not well:
            print(f"    {cure}")
    return 0 if all(well for well, _, _ in findings) else 1


def mark(well: bool) -> str:
    sign = "ok " if well else "FIX"
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return sign
    return f"\x1b[{32 if well else 31}m{sign}\x1b[0m"


def version(package: str) -> tuple[int, ...]:
    """The installed version as numbers, () when the package is not there."""
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
    """Compile one loop for real, and see whether its machine code can be kept."""
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


if __name__ == "__main__":
    sys.exit(main())
