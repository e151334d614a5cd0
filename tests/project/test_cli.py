"""The command line, run as a user runs it."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from urllib.request import Request, urlopen

import nbformat
import pytest
import websocket
from nbformat.sign import NotebookNotary
from packaging.requirements import Requirement

import funclab
from funclab.engine import kernels
from funclab.teach import commands
from funclab.teach.commands import doctor, lab
from funclab.view.notebook import labextension

ROOT = Path(__file__).resolve().parents[2]
FUNCLAB = [sys.executable, "-m", "funclab"]


@pytest.fixture(autouse=True, scope="module")
def jupyter(tmp_path_factory) -> Iterator[None]:
    """Jupyter finds the extension of this source, whenever that was last installed."""
    folder = tmp_path_factory.mktemp("jupyter")
    labextension.write(folder / "labextensions" / "funclab", funclab.__version__)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder))
        yield


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FUNCLAB, *arguments], env=os.environ | environment, capture_output=True, text=True
    )


@contextmanager
def opened_lab(folder: Path, *options: str, **environment: str) -> Iterator[tuple[str, str]]:
    """`funclab lab` for the block: what it prints up to its address, and that address."""
    process = subprocess.Popen(
        [*FUNCLAB, "lab", "--port", "18890", *options],
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    printed = ""
    try:
        while "http://" not in printed:
            line = process.stdout.readline()
            assert line, f"it ended after {printed!r}"
            printed += line
        yield printed, re.search(r"http://\S+", printed)[0]
    finally:
        process.terminate()
        process.wait(timeout=30)


def read(address: str) -> str:
    with urlopen(address) as answer:
        return answer.read().decode()


def typed(line: str, address: str) -> str:
    """What a new terminal of a running JupyterLab answers to a line, up to the word `done`."""
    parts = urlsplit(address)
    token = dict(parse_qsl(parts.query))["token"]
    allowed = {"Authorization": f"token {token}"}
    wanted = Request(f"http://{parts.netloc}/api/terminals", headers=allowed, method="POST")
    with urlopen(wanted) as answer:
        name = json.load(answer)["name"]
    terminal = websocket.create_connection(
        f"ws://{parts.netloc}/terminals/websocket/{name}", header=allowed, timeout=60
    )
    said = ""
    terminal.send(json.dumps(["stdin", f"{line}; echo do''ne\r"]))
    while "done" not in said:
        said += "".join(map(str, json.loads(terminal.recv())[1:]))
    terminal.close()
    return said


def test_lab_prints_the_address_of_the_first_lesson_once_it_answers_and_has_its_own_commands(
    tmp_path,
):
    (tmp_path / "notebooks").mkdir()
    for name in ("02_second.ipynb", "01_first.ipynb"):
        (tmp_path / "notebooks" / name).write_text('{"cells": [], "metadata": {}}')

    bare = os.pathsep.join(p for p in os.defpath.split(os.pathsep) if p)
    with opened_lab(tmp_path, PATH=bare, SHELL="/bin/sh") as (printed, address):
        page = read(address)
        said = typed("funclab --version", address)

    assert printed.startswith("JupyterLab is starting")
    assert "/lab/tree/notebooks/01_first.ipynb?token=" in printed
    assert "JupyterLab" in page
    assert f"funclab {funclab.__version__}" in said


def test_the_printed_address_is_the_one_that_options_of_jupyter_decide(tmp_path):
    options = ("--IdentityProvider.token=mine", "--ServerApp.base_url=/class")

    with opened_lab(tmp_path, *options, JUPYTER_TOKEN="another") as (_, address):
        page = read(address)

    assert "JupyterLab" in page
    assert re.fullmatch(r"http://[\w.]+:18890/class/lab(/tree/[\w./]+)?\?token=mine", address)


def test_lab_opens_in_a_home_that_cannot_be_written(tmp_path):
    home = tmp_path / "home"
    home.write_text("a file, so that no folder can be made here")

    with opened_lab(ROOT, HOME=str(home), USERPROFILE=str(home)) as (printed, address):
        page = read(address)

    assert "The home folder cannot be written" in printed
    assert "funclab-" in printed  # whose folder it is, is seen among others
    assert "JupyterLab" in page


def test_lessons_that_came_along_are_trusted(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    lesson = Path(shutil.copy(next((ROOT / "notebooks").glob("01_*.ipynb")), tmp_path))

    before, _ = is_trusted(lesson), lab.trust([lesson])

    assert (before, is_trusted(lesson)) == (False, True)


def is_trusted(lesson: Path) -> bool:
    return NotebookNotary().check_signature(nbformat.read(lesson, as_version=4))


def test_a_busy_port_is_passed_over():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        busy = listener.getsockname()[1]

        assert lab.free_port(busy) > busy


def test_a_folder_without_lessons_opens_jupyterlab_itself(tmp_path):
    assert lab.first_lesson(tmp_path) == (tmp_path, "")


def loop_of(path: Path) -> str:
    """The loop whose machine code is in a file."""
    return path.name.split("-")[0]


def test_lab_starts_without_the_second_that_a_grammar_of_addresses_takes():
    code = """
import sys
from funclab.teach.commands.lab import lab
try:
    lab(0, ["--version"])
except SystemExit:
    print({"jsonschema", "jupyterlab", "lark"} & {*sys.modules} == {"jsonschema", "jupyterlab"})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.stdout.split()[-1] == "True", done.stderr


def test_warm_leaves_the_machine_code_of_the_loops_on_disk(tmp_path):
    missing = {"dense.bias_rows", "recurrent.lstm", "watching.watch"}
    home = Path(kernels.__file__).parent
    folder = tmp_path / f"kernels_{sha1(str(home).encode()).hexdigest()}"  # as numba calls it
    folder.mkdir()
    for path in (home / "__pycache__").glob("*.nb[ci]"):
        if loop_of(path) not in missing:  # what is compiled already need not be once more
            shutil.copy2(path, folder)

    warmed = run("warm", NUMBA_CACHE_DIR=str(tmp_path))

    assert warmed.returncode == 0, warmed.stderr
    assert missing <= {loop_of(path) for path in tmp_path.rglob("*.nbc")}


def test_doctor_finds_nothing_missing_here():
    report = run("doctor")

    assert report.returncode == 0, report.stdout
    assert len(report.stdout.splitlines()) >= 6


@pytest.mark.parametrize(
    ("kernel", "heard"),
    [((6, 31), "Stop is"), ((7, 0), "Pause, Step and Stop"), ((7, 4, 0), "Pause, Step and Stop")],
)
def test_doctor_knows_which_buttons_a_kernel_hears(kernel, heard):
    well, found, _ = doctor.buttons(kernel)

    assert well
    assert heard in found


def test_binder_has_a_kernel_in_which_the_doctor_says_that_all_buttons_are_heard():
    pinned = Requirement(
        re.search("^ipykernel.*", (ROOT / "binder/requirements.txt").read_text(), re.M)[0]
    )
    [number] = [one.version for one in pinned.specifier]

    _, found, _ = doctor.buttons(tuple(map(int, number.split("."))))

    assert "Pause, Step and Stop are heard" in found


def test_what_a_version_of_the_kernel_hears_is_written_in_one_place():
    files = [
        *(ROOT / "funclab").rglob("*.py"),
        *filter(Path.is_file, (ROOT / "binder").iterdir()),
        ROOT / "README.md",
    ]
    said = {
        path.name
        for path in files
        for line in path.read_text().splitlines()
        if re.search(r"(?i)kernel\b(?!==).*\b[67]\.\d", line)
    }

    assert said == {"kernels.py"}


WITHOUT = """
import sys
from importlib import metadata
from funclab.teach import commands
known = metadata.version
def version(name):
    if name in {missing}:
        raise metadata.PackageNotFoundError(name)
    return known(name)
metadata.version = version
sys.exit(commands.main(["doctor"]))
"""


@pytest.mark.parametrize(
    ("missing", "sign", "code"),
    [
        (["jupyterlab", "ipykernel"], "-- ", 0),
        (["numba"], "-- ", 0),
        (["h5py"], "FIX", 1),
        (["anywidget"], "FIX", 1),
    ],
)
def test_doctor_never_says_ok_of_what_is_missing(missing, sign, code):
    source = WITHOUT.replace("{missing}", repr(missing))
    report = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)

    lines = report.stdout.splitlines()
    for name in missing:
        [at] = [i for i, line in enumerate(lines) if name in line.lower() and line[:1] != " "]
        assert lines[at].startswith(sign) and "pip install" in lines[at + 1]
    assert report.returncode == code


def test_doctor_says_so_when_the_loops_are_off():
    report = run("doctor", FUNCLAB_JIT="0")

    assert "-- " in report.stdout and "FUNCLAB_JIT=0" in report.stdout
    assert report.returncode == 0


def test_doctor_says_where_answers_are_stored_and_when_they_cannot_be(tmp_path):
    (tmp_path / "blocked").write_text("a file")

    well = run("doctor", FUNCLAB_PROGRESS=str(tmp_path / "me.json"))
    blocked = run("doctor", FUNCLAB_PROGRESS=str(tmp_path / "blocked" / "me.json"))

    assert f"ok  answers to questions are stored in {tmp_path / 'me.d'}" in well.stdout
    assert "FIX answers to questions are forgotten" in blocked.stdout and blocked.returncode == 1
    assert [*(tmp_path / "me.d").iterdir()] == []


def test_doctor_tells_what_slows_matrix_products_down(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")

    assert "unset it for full speed" in doctor.numpy()[1]


def test_an_unknown_option_is_refused(capsys):
    with pytest.raises(SystemExit):
        commands.main(["doctor", "--fast"])

    assert "--fast" in capsys.readouterr().err


def test_the_command_says_its_version():
    assert run("--version").stdout == f"funclab {funclab.__version__}\n"
