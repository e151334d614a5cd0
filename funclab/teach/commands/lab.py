"""`funclab lab`: JupyterLab, opened on the first lesson."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
HOMES = (
    *("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"),
    "MPLCONFIGDIR",
)


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
    # The server reads its token from the environment: other users could see it in a process list.
    token = os.environ.setdefault("JUPYTER_TOKEN", secrets.token_hex(16))
    page = f"/lab/tree/{lesson}" if lesson else "/lab"
    print(f"JupyterLab: http://localhost:{port}{page}?token={token}   (Ctrl-C ends it)", flush=True)
    LabApp.launch_instance([*server_options(folder, port, page), *options])
    return 0


def first_lesson(*folders: Path) -> tuple[Path, str]:
    """The first of the folders that has lessons, and the path of its first lesson within it."""
    for folder in folders:
        lessons = sorted(folder.glob("notebooks/[0-9]*.ipynb"))
        if lessons:
            return folder, lessons[0].relative_to(folder).as_posix()
    return folders[0], ""


def bring_lessons(folder: Path) -> bool:
    """Copy the lessons installed with funclab to `folder`, replacing nothing; False if none are."""
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
    """Give Jupyter, IPython, matplotlib and numba a folder for the files they keep at home."""
    folder = tempfile.mkdtemp(prefix="funclab-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in HOMES if can_write(PACKAGE / "engine" / "kernels") else (*HOMES, "NUMBA_CACHE_DIR"):
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
    """The first port from `first` upwards that is free."""
    for port in range(first, first + 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    return first
