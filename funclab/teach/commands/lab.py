"""`funclab lab`: JupyterLab, opened on the first lesson."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import socket
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

PACKAGE = Path(__file__).resolve().parents[2]
HOMES = (
    *("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"),
    "MPLCONFIGDIR",
)


def lab(port: int, options: Sequence[str] = ()) -> int:
    """Run JupyterLab on the first lesson; `options` go to `jupyter lab` as they are."""
    # jsonschema would make a grammar of international addresses, which nothing here checks: that
    # takes a second, half of the start. Without this module it does not.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    try:
        from jupyterlab.labapp import LabApp
    except ImportError:
        print("JupyterLab is missing here. Type: pip install 'funclab[lab]'", file=sys.stderr)
        return 1
    folder, lesson = first_lesson(Path.cwd(), PACKAGE.parent)
    brought = []
    try:
        if not lesson and (brought := bring_lessons(folder)):
            folder, lesson = first_lesson(folder)
    except OSError as error:
        print(f"The lessons cannot be copied to {folder}: {error.strerror}.", file=sys.stderr)
        print("Go to a folder of your own and type funclab lab there.", file=sys.stderr)
        return 1
    if not can_write(Path.home()):
        settle_in_temporary_folder()
    trust(brought)
    port = free_port(port)
    # The server reads its token from the environment: other users could see it in a process list.
    os.environ.setdefault("JUPYTER_TOKEN", secrets.token_hex(16))
    page = f"lab/tree/{lesson}" if lesson else "lab"
    print("JupyterLab is starting; its address follows.", flush=True)
    Thread(target=tell, args=(page,), daemon=True).start()
    reach_own_commands()
    LabApp.launch_instance([*server_options(folder, port, page), *options])
    return 0


def tell(page: str) -> None:
    """Print where this page is as soon as this process' server answers, and with which token."""
    from jupyter_server.serverapp import ServerApp

    while not (server := own_server()):
        sleep(0.1)
    token = f"?token={server['token']}" if server["token"] else ""
    line = f"JupyterLab: {server['url']}{page}{token}   (Ctrl-C ends it)"
    # The server has written its file; it listens with the first turn of its loop, and prints then.
    ServerApp.instance().io_loop.add_callback(print, line, flush=True)


def own_server() -> dict[str, Any] | None:
    """What this process' server says of itself when it starts: its options decide, not ours."""
    from jupyter_server.serverapp import list_running_servers

    try:
        return next((one for one in list_running_servers() if one["pid"] == os.getpid()), None)
    except ValueError:
        return None  # its file is being written


def reach_own_commands() -> None:
    """Let terminals in JupyterLab find the commands of this environment, active or not."""
    folders = [sysconfig.get_path("scripts"), *filter(None, [os.environ.get("PATH")])]
    os.environ["PATH"] = os.pathsep.join(folders)


def first_lesson(*folders: Path) -> tuple[Path, str]:
    """The first of the folders that has lessons, and the path of its first lesson within it."""
    for folder in folders:
        lessons = sorted(folder.glob("notebooks/[0-9]*.ipynb"))
        if lessons:
            return folder, lessons[0].relative_to(folder).as_posix()
    return folders[0], ""


def bring_lessons(folder: Path) -> list[Path]:
    """Copy the lessons that came along to `folder`, replacing nothing; returns the copies."""
    installed, place = PACKAGE / "notebooks", folder / "notebooks"
    if not installed.is_dir():
        return []
    place.mkdir(exist_ok=True)
    new = [lesson for lesson in installed.iterdir() if not (place / lesson.name).exists()]
    for lesson in new:
        shutil.copy(lesson, place)
    print(f"The lessons are in {place}", flush=True)
    return [place / lesson.name for lesson in new]


def trust(lessons: Sequence[Path]) -> None:
    """Sign lessons that came with funclab: JupyterLab then shows all that they have stored."""
    import nbformat
    from nbformat.sign import NotebookNotary

    notary = NotebookNotary()
    for lesson in lessons:
        notary.sign(nbformat.read(lesson, as_version=4))


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
        f"--LabApp.default_url=/{page}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if os.name != "nt":  # not as a login shell, which would forget PATH
        shell = os.environ.get("SHELL") or "sh"
        options.append(f"--ServerApp.terminado_settings={{'shell_command': [{shell!r}]}}")
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
