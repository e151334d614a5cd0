"""Build the image for hubs where there is no Docker: `python -m tools.publishing.scratch ROOT`.

ROOT is a folder with the system that the image starts from, as `debootstrap` makes it, with its
Python in `usr/local`. The Dockerfile's lines are followed there, those with RUN by `chroot`, which
only root may call; what a container would isolate beyond its files is not. At the end, the command
of the image is started as its user, and must print the address of JupyterLab.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tools.publishing.address import ROOT as PROJECT

IMAGE = PROJECT / "binder" / "hub" / "Dockerfile"
IGNORED = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "node_modules")
PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
PATIENCE = 120
"""Seconds until JupyterLab must have said where it listens."""


def steps(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile: each word with what follows it, on one line."""
    lines = text.replace("\\\n", " ").splitlines()
    return [line.partition(" ")[::2] for line in lines if line and not line.startswith("#")]


class Scratch:
    """A root folder, and what the lines so far have set."""

    def __init__(self, root: Path) -> None:
        self.root, self.user, self.folder = root, "root", "/"
        self.settings = {"PATH": PATH, "LANG": "C.UTF-8"}

    def called(self, command: list[str]) -> list[str]:
        """`command` in the root folder, as the user and in the folder that were chosen."""
        home = "/root" if self.user == "root" else f"/home/{self.user}"
        settings = [f"{name}={value}" for name, value in {**self.settings, "HOME": home}.items()]
        there = ["sh", "-c", f'cd {shlex.quote(self.folder)} && exec "$@"', "sh", *command]
        chosen = [f"--userspec={self.user}:{self.user}", str(self.root)]
        return ["chroot", *chosen, "/usr/bin/env", "-i", *settings, *there]

    def run(self, line: str) -> None:
        started = time.monotonic()
        subprocess.run(self.called(["/bin/sh", "-c", line]), check=True)
        print(f"RUN {time.monotonic() - started:4.0f} s: {' '.join(line.split())}", flush=True)

    def copy(self, line: str) -> None:
        *sources, target = shlex.split(line)
        for source in (PROJECT / name for name in sources):
            path = self.root / target.lstrip("/")
            path = path / source.name if target.endswith("/") else path
            path.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, path, ignore=IGNORED, dirs_exist_ok=True)
            else:
                shutil.copy(source, path)

    def start(self, command: list[str]) -> str:
        """The line with the address that `command` prints."""
        pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        running = subprocess.Popen(self.called(command), start_new_session=True, **pipe)
        signal.signal(signal.SIGALRM, lambda *_: os.killpg(running.pid, signal.SIGTERM))
        signal.alarm(PATIENCE)
        said = []
        for line in running.stdout or ():
            said.append(line)
            if "http://" in line:
                break
        signal.alarm(0)
        os.killpg(running.pid, signal.SIGTERM)
        running.wait()
        assert said and "http://" in said[-1], "".join(said)
        return said[-1].strip()


def main(root: Path) -> None:
    scratch = Scratch(root.resolve())
    for word, rest in steps(IMAGE.read_text(encoding="utf-8")):
        if word == "RUN":
            scratch.run(rest)
        elif word == "COPY":
            scratch.copy(rest)
        elif word == "ENV":
            scratch.settings |= dict(part.split("=", 1) for part in shlex.split(rest))
        elif word == "USER":
            scratch.user = rest
        elif word == "WORKDIR":
            scratch.folder = rest
        elif word == "CMD":
            print("CMD", scratch.start(json.loads(rest)))
        else:
            print(f"not followed: {word} {rest}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
