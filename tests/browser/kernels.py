"""Kernels that start in a tenth of a second: each is a fork of one process that has imported what
notebooks need, but for funclab itself, which each kernel imports anew.

Jupyter starts the launcher: it hands its place over to the fork, waits for its end, and passes
interrupts on. When the launcher is killed, so is the fork.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Thread

NEEDED = ("ipykernel.kernelapp", "IPython.display", "numpy", "numba", "anywidget", "ipywidgets")
LAUNCHER = """
import json, os, signal, socket, sys
with socket.socket(socket.AF_UNIX) as end:
    end.connect(sys.argv[1])
    place = {"argv": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}
    socket.send_fds(end, [json.dumps(place).encode() + b"\\n"], [0, 1, 2])
    kernel = int(end.recv(16))
    signal.signal(signal.SIGINT, lambda *_: os.kill(kernel, signal.SIGINT))
    end.recv(1)
"""


@contextmanager
def forked(home: Path) -> Iterator[Path]:
    """Run the process that kernels are forks of, as long as the block lasts; gives the folder in
    which Jupyter finds how to start them."""
    from ipykernel.kernelspec import get_kernel_dict

    folder, door = home / "kernels" / "python3", home / "door"
    folder.mkdir(parents=True)
    (folder / "launcher.py").write_text(LAUNCHER)
    start = [sys.executable, "-E", "-S", str(folder / "launcher.py"), str(door)]
    spec = get_kernel_dict() | {"argv": [*start, "-f", "{connection_file}"]}
    (folder / "kernel.json").write_text(json.dumps(spec))
    with subprocess.Popen([sys.executable, __file__, str(door)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == b"ready\n"
            yield home
        finally:
            process.terminate()


def wait_for_launchers(door: str) -> None:
    """Fork a kernel for each launcher that comes."""
    del sys.path[0]  # this folder
    for name in NEEDED:
        import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they have ended
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(door)
        listener.listen(64)
        print("ready", flush=True)
        while True:
            launcher, _ = listener.accept()
            with launcher:
                text, files, *_ = socket.recv_fds(launcher, 1 << 20, 3)
                while not text.endswith(b"\n"):
                    text += launcher.recv(1 << 20)
                if not os.fork():
                    listener.close()
                    run_kernel(launcher, files, json.loads(text))
                for file in files:
                    os.close(file)


def run_kernel(launcher: socket.socket, files: list[int], place: dict[str, object]) -> None:
    """Be the kernel that a launcher asks for."""
    os.setsid()
    for at, file in enumerate(files):
        os.dup2(file, at)
        os.close(file)
    os.environ.clear()
    os.environ.update(place["environment"])  # type: ignore[call-overload]
    os.chdir(place["folder"])  # type: ignore[arg-type]
    sys.argv[:] = ["ipykernel_launcher.py", *place["argv"]]  # type: ignore[misc]
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    import_module("numpy").random.seed()
    launcher.sendall(str(os.getpid()).encode())
    Thread(target=end_with, args=[launcher], daemon=True).start()
    try:
        import_module("ipykernel.kernelapp").launch_new_instance()
    finally:
        os._exit(0)


def end_with(launcher: socket.socket) -> None:
    """End this process when its launcher is gone."""
    with suppress(OSError):
        launcher.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    wait_for_launchers(sys.argv[1])
