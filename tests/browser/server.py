"""A real Jupyter server for the browser tests, with settings of its own and no password."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from funclab import __version__
from funclab.view.notebook import labextension

SECONDS_TO_START = 200  # on a busy machine; and to end
OPTIONS = {
    "lab": [
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ],
    "notebook": ["--JupyterNotebookApp.expose_app_in_browser=True"],
}
MODULES = {"lab": "jupyterlab", "notebook": "notebook"}
PAGES = {"lab": "lab/tree", "notebook": "notebooks"}
NEWS = Path("lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings")

# What no test looks at takes a seventh of the time in which a page opens: an animation, and two
# parts that ask the server for every format it can convert a notebook to.
UNSEEN = (
    "@jupyterlab/apputils-extension:splash",
    "@jupyterlab/notebook-extension:update-raw-mimetype",
    "@jupyterlab/notebook-extension:export",
)


@dataclass(frozen=True)
class Server:
    """Where a running server is, and the folder whose notebooks it shows."""

    kind: str
    port: int
    folder: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def page(self, notebook: str) -> str:
        return f"{self.address}/{PAGES[self.kind]}/{notebook}?reset"


@contextmanager
def serve(kind: str, home: Path, without: tuple[str, ...] = ()) -> Iterator[Server]:
    """Run JupyterLab ("lab") or Notebook 7 ("notebook"), without some extensions, as long as the
    block lasts."""
    server = Server(kind, free_port(), home / "work")
    server.folder.mkdir(parents=True)
    configure(home / "config", (*UNSEEN, *without))
    labextension.write(home / "share" / "labextensions" / "funclab", __version__)
    with (home / "log").open("w+") as log:
        process = subprocess.Popen(
            command(server), env=environment(home), cwd=server.folder, stdout=log, stderr=log
        )
        try:
            wait_until_up(server, process, home / "log")
            yield server
        finally:
            process.terminate()
            process.wait(timeout=SECONDS_TO_START)


def configure(folder: Path, without: tuple[str, ...]) -> None:
    """Jupyter's settings: no news from elsewhere, and none of these extensions."""
    disabled = {"disabledExtensions": dict.fromkeys(without, True)}
    files = {NEWS: {"fetchNews": "false"}, Path("labconfig/page_config.json"): disabled}
    for name, settings in files.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(json.dumps(settings))


def command(server: Server) -> list[str]:
    return [
        *(sys.executable, "-m", MODULES[server.kind]),
        *("--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={server.port}"),
        *("--ServerApp.port_retries=0", f"--ServerApp.root_dir={server.folder}"),
        *("--IdentityProvider.token=", "--ServerApp.password="),
        "--ServerApp.disable_check_xsrf=True",
        "--LanguageServerManager.autodetect=False",  # it asks npm for some, and takes a second
        *OPTIONS[server.kind],
    ]


def environment(home: Path) -> dict[str, str]:
    """Nothing of the user's own Jupyter settings reaches the test, and nothing is left behind."""
    own = {
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "IPYTHONDIR": home / "ipython",
        "JUPYTER_PATH": home / "share",  # before all others: the extension of this source
    }
    return os.environ | {name: str(path) for name, path in own.items()}


def free_port() -> int:
    """A port that is free, and not one that the system gives to others meanwhile: it gives those
    from 32768 or 49152 on."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until_up(server: Server, process: subprocess.Popen, log: Path) -> None:
    last = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < last and process.poll() is None:
        try:
            with urlopen(f"{server.address}/api", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"Jupyter did not start:\n{log.read_text()}")
