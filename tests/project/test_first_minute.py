"""What may go wrong before the first notebook is open is said in a sentence, and how to mend it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path, PureWindowsPath

import pytest

import funclab
from funclab import Input, Model
from funclab.layers import Dense
from tests.project.source import ROOT, tracked

FULL = "raise OSError(28, 'No space left on device')"
HELD = "raise PermissionError(13, 'Permission denied')"
WINDOWS_HAS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that files cannot have there."""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with what `make lab` starts with, in a path that is not plain."""
    folder = tmp_path / "Ünï côde folder"
    for name in ("tools/setup", "binder"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("Makefile", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    return folder


def python_that(folder: Path, does: str) -> str:
    """A Python that answers questions about itself, but fails at work, as a shell script."""
    path = folder / "python3"
    asked = f'[ "$1" = -c ] && exec "{sys.executable}" "$@"\n'
    path.write_text(f'#!/bin/sh\n{asked}exec "{sys.executable}" -c "{does}"\n', encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def set_up(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", "tools/setup/venv.sh", "lab"]
    around = {**os.environ, "PYTHON": sys.executable, **environment}
    return subprocess.run(command, cwd=folder, env=around, capture_output=True, text=True)


def last_line(run: subprocess.CompletedProcess[str]) -> str:
    assert run.returncode == 1
    return run.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("does", "told"),
    [
        (FULL, "The disk is full. .venv in {here} takes some 700 MB: make room, or move funclab"),
        (HELD, "{here} cannot be written. Copy funclab to a folder of your own"),
    ],
)
def test_a_disk_without_room_or_rights_is_named(does, told, clone):
    run = set_up(clone, PYTHON=python_that(clone.parent, does))

    assert last_line(run).startswith(told.format(here=clone))
    assert last_line(run).endswith("; then try again.")


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        ("http://127.0.0.1:9", "The proxy http://127.0.0.1:9 does not answer. Correct it"),
        ("", "The packages cannot be fetched: look whether there is a network"),
    ],
)
def test_without_a_way_to_the_packages_it_is_said_which_one_is_missing(proxy, told, clone):
    nowhere = {
        "PIP_INDEX_URL": "https://packages.invalid/simple",
        "PIP_FIND_LINKS": "",
        "PIP_RETRIES": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "NO_PROXY": "",
        "no_proxy": "",
    }

    run = set_up(clone, **nowhere, https_proxy=proxy, HTTPS_PROXY=proxy, http_proxy="")

    assert last_line(run).startswith(told)
    assert not (clone / ".venv" / "ready-lab").exists()


def test_an_old_pip_in_an_environment_that_was_there_is_named(clone):
    said = "(A pyproject.toml file was found, but editable mode currently requires a setup.py"
    (clone / ".venv" / "bin").mkdir(parents=True)
    old = clone / ".venv" / "bin" / "python"
    old.write_text(
        f'#!/bin/sh\n[ "$3" = --version ] && exit\necho "{said}"; exit 1\n', encoding="utf-8"
    )
    old.chmod(0o755)

    run = set_up(clone)

    assert last_line(run).startswith("The pip in .venv is too old. Type: .venv/bin/python -m pip")


def test_an_older_python_is_refused_with_what_is_needed(clone):
    older = clone.parent / "python3"
    older.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")  # as 3.10 answers whether it is 3.11
    older.chmod(0o755)

    run = subprocess.run(
        [shutil.which("sh") or "sh", "tools/setup/python.sh"],
        cwd=clone,
        env={"PATH": str(clone.parent)},
        capture_output=True,
        text=True,
    )

    assert last_line(run).startswith("funclab needs Python 3.11 or newer; none was found.")


def test_all_files_can_be_unpacked_where_case_is_no_difference_and_on_windows():
    paths = tracked()

    folded = Counter(path.casefold() for path in paths)
    assert len(paths) > 1000
    assert [path for path, times in folded.items() if times > 1] == []
    parts = {part for path in paths for part in path.split("/")}
    assert [part for part in parts if WINDOWS_HAS.fullmatch(part)] == []
    assert [part for part in parts if re.search(r'[<>:"\\|?*]|[. ]$', part)] == []
    longest = max(paths, key=len)  # 260 characters are what Windows takes, with the folder's
    assert len(longest) < 160, longest


def test_the_code_of_a_view_of_a_file_holds_for_a_path_with_backslashes(tmp_path):
    inputs = Input((2,))
    path = str(PureWindowsPath("C:/new/table", "twins.keras"))
    place = tmp_path / path  # here, a backslash is a character like any other
    Model(inputs, Dense(1)(inputs)).save(place)

    line = funclab.explore(str(place)).line()

    again = eval(line, {"funclab": funclab})
    assert again.line() == line and "\\\\new\\\\table" in line
