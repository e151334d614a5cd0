"""What the commands say and choose, against files, ports and settings that a test has made."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary

import funclab
from funclab.teach import commands
from funclab.teach.commands import doctor, lab
from funclab.view.notebook import labextension

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def jupyter(tmp_path_factory, monkeypatch) -> Path:
    """A folder in which Jupyter looks first, with the extension of this source."""
    folder = tmp_path_factory.mktemp("jupyter")
    labextension.write(folder / "labextensions" / "funclab", funclab.__version__)
    monkeypatch.setenv("JUPYTER_PATH", str(folder))
    return folder


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """`installed(anywidget="0.9.1")`: Python finds these versions before those that are here."""

    def install(**versions: str) -> None:
        for name, version in versions.items():
            about = tmp_path / f"{name}-{version}.dist-info"
            about.mkdir()
            (about / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
        monkeypatch.syspath_prepend(tmp_path)

    return install


def test_doctor_names_the_versions_that_are_installed(jupyter, capsys):
    status = commands.main(["doctor"])
    lines = capsys.readouterr().out.splitlines()

    *installed, answers = lines
    assert status == 0 and all(line.startswith("ok  ") for line in installed)
    assert answers.startswith("--  ")  # tests store none
    python, numpy, _, _, dot, widgets, jupyterlab, extension, notebooks, kernel = installed
    assert python == f"ok  Python {'.'.join(map(str, sys.version_info[:3]))}  {sys.executable}"
    assert numpy == f"ok  numpy {metadata.version('numpy')}"
    assert widgets == (
        f"ok  ipywidgets {metadata.version('ipywidgets')}, "
        f"anywidget {metadata.version('anywidget')}"
    )
    assert jupyterlab == f"ok  JupyterLab {metadata.version('jupyterlab')}"
    assert dot == f"ok  dot {shutil.which('dot')}"
    assert extension == f"ok  the extension for saved views is in {jupyter}/labextensions/funclab"
    assert notebooks == "ok  notebooks run on this Python"
    assert kernel.startswith(f"ok  ipykernel {metadata.version('ipykernel')}")


@pytest.mark.parametrize(
    ("versions", "found", "cure"),
    [
        ({"numpy": "2.0.2"}, "numpy 2.0.2", "pip install 'numpy>=2.1'"),
        ({"ipywidgets": "8.0.7"}, "ipywidgets 8.0.7", "--upgrade ipywidgets anywidget"),
        ({"anywidget": "0.9.17"}, "anywidget 0.9.17", "--upgrade ipywidgets anywidget"),
        ({"jupyterlab": "4.3.9"}, "JupyterLab 4.3.9", "pip install 'funclab[lab]'"),
    ],
)
def test_doctor_wants_what_is_too_old_replaced(installed, capsys, versions, found, cure):
    installed(**versions)

    status = commands.main(["doctor"])

    lines = capsys.readouterr().out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("FIX "))
    assert status == 1
    assert found in lines[at]
    assert lines[at + 1].startswith("    ") and cure in lines[at + 1]
    assert sum(line.startswith("FIX ") for line in lines) == 1


def test_doctor_finds_an_extension_that_jupyter_does_not_see_or_that_is_older(
    jupyter, capsys, monkeypatch
):
    place = jupyter / "labextensions" / "funclab"
    labextension.write(place, "0.0.9")

    old, said_old = commands.main(["doctor"]), capsys.readouterr().out
    shutil.rmtree(place)
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda name: [str(jupyter / name)])
    gone, said_gone = commands.main(["doctor"]), capsys.readouterr().out

    assert old == gone == 1
    assert f"FIX the extension for saved views is of another funclab: {place}" in said_old
    assert f"FIX the extension for saved views is in none of {place.parent}" in said_gone
    assert "--force-reinstall" in said_old and "--force-reinstall" in said_gone


def test_doctor_finds_notebooks_that_would_run_on_another_python(jupyter, tmp_path, capsys):
    place, other = jupyter / "kernels" / "python3", tmp_path / "bin" / "python"
    place.mkdir(parents=True)
    spec = {"argv": [str(other), "-m", "ipykernel_launcher"], "display_name": "", "language": ""}
    (place / "kernel.json").write_text(json.dumps(spec))

    assert commands.main(["doctor"]) == 1

    said = capsys.readouterr().out
    assert f"FIX notebooks run on another Python, {other}, as {place} says" in said
    assert "jupyter kernelspec remove python3" in said
    spec["argv"][0] = sys.executable
    (place / "kernel.json").write_text(json.dumps(spec))
    assert commands.main(["doctor"]) == 0


def test_doctor_says_what_a_missing_dot_is_for(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")

    assert commands.main(["doctor"]) == 0

    assert "--  dot is not installed: only what to_dot() gives needs it" in capsys.readouterr().out


@pytest.mark.parametrize(
    "versions",
    [{"numpy": "2.1"}, {"ipywidgets": "8.1", "anywidget": "0.9.18"}, {"jupyterlab": "4.4.0"}],
)
def test_the_oldest_versions_that_will_do_are_enough(installed, versions):
    installed(**versions)

    assert commands.main(["doctor"]) == 0


def test_a_package_that_is_not_there_has_no_version():
    assert doctor.version("no-such-package-here") == ()
    assert doctor.show(()) == "not installed"


def test_the_first_lesson_is_that_of_the_first_folder_that_has_one(tmp_path):
    empty, full = tmp_path / "empty", tmp_path / "full"
    empty.mkdir()
    (full / "notebooks").mkdir(parents=True)
    for name in ("01_b.ipynb", "01_a.ipynb", "02_c.ipynb"):
        (full / "notebooks" / name).touch()

    assert lab.first_lesson(empty, full, ROOT) == (full, "notebooks/01_a.ipynb")
    assert lab.first_lesson(empty) == (empty, "")


def test_the_first_free_port_is_taken():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]

        found = lab.free_port(port)

    assert port < found < port + 100
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", found)) != 0


def test_jupyterlab_opens_a_window_only_where_there_is_a_screen(monkeypatch):
    told = {}
    for display in ("", ":0"):
        monkeypatch.setenv("DISPLAY", display)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        told[display] = lab.server_options(Path("here"), 8899, "lab/tree/a.ipynb")

    if sys.platform not in ("darwin", "win32"):
        assert {*told[""]} - {*told[":0"]} == {"--no-browser"}
    assert told[""][:3] == [
        "--ServerApp.root_dir=here", "--ServerApp.port=8899", "--ServerApp.port_retries=0"
    ]  # fmt: skip
    assert "--LabApp.default_url=/lab/tree/a.ipynb" in told[""]


def test_jupyterlab_is_allowed_to_run_as_root_only_for_root(monkeypatch):
    allowed = {}
    for user in (0, 1000):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user, raising=False)
        allowed[user] = "--allow-root" in lab.server_options(Path("here"), 8899, "/lab")
    monkeypatch.delattr(os, "geteuid")  # as on Windows

    assert allowed == {0: True, 1000: False}
    assert "--allow-root" not in lab.server_options(Path("here"), 8899, "/lab")


def test_lessons_that_were_brought_are_trusted_and_others_are_not(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    first, second = [nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c)]) for c in "ab"]
    nbformat.write(first, tmp_path / "first.ipynb")

    lab.trust([tmp_path / "first.ipynb"])

    assert NotebookNotary().check_signature(first)
    assert not NotebookNotary().check_signature(second)


def test_a_folder_that_cannot_be_written_is_known(tmp_path):
    assert lab.can_write(tmp_path)
    assert not lab.can_write(tmp_path / "missing")


def test_jupyter_gets_a_folder_of_its_own_for_all_that_it_keeps_at_home(monkeypatch, capsys):
    for name in (*lab.HOMES, "NUMBA_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IPYTHONDIR", "mine")
    before = dict(os.environ)

    lab.settle_in_temporary_folder()
    made = {name: value for name, value in os.environ.items() if before.get(name) != value}
    for name in made:
        monkeypatch.delenv(name)

    assert {*made} == {*lab.HOMES} - {"IPYTHONDIR"}
    folders = {Path(value).parent for value in made.values()}
    assert len(folders) == 1 and str(*folders) in capsys.readouterr().out
    assert all(Path(value).name == name.lower() for name, value in made.items())


def test_an_error_of_ours_is_said_and_makes_the_command_fail(tmp_path, capsys):
    (tmp_path / "broken.ipynb").write_text("{")

    status = commands.main(["doctor", str(tmp_path / "broken.ipynb")])

    assert status == 1 and "broken.ipynb" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["lab"], {"port": 8888}),
        (["lab", "--port", "9000"], {"port": 9000}),
        (["doctor"], {"notebook": None, "original": None}),
        (["doctor", "a", "--from", "b"], {"notebook": Path("a"), "original": Path("b")}),
        (["check-notebooks"], {"paths": [Path()], "timeout": 120}),
        (["check-notebooks", "a", "b"], {"paths": [Path("a"), Path("b")]}),
        (["check-notebooks", "--timeout", "9"], {"timeout": 9}),
        (["will-it-run", "a", "b"], {"paths": [Path("a"), Path("b")]}),
        (["new-lesson", "bees"], {"name": "bees"}),
        (["release", "a"], {"notebooks": [Path("a")], "course": Path(), "points": 1}),
        (["release", "a", "--course", "c"], {"course": Path("c")}),
        (["release", "a", "--points", "2.5"], {"points": 2.5}),
        (["slides", "a"], {"notebook": Path("a"), "to": None}),
        (["slides", "a", "--to", "b"], {"to": Path("b")}),
    ],
)  # fmt: skip
def test_each_command_knows_its_arguments(arguments, wanted):
    chosen = vars(commands.command_parser().parse_args(arguments))

    assert chosen["command"] == arguments[0]
    assert wanted.items() <= chosen.items()
