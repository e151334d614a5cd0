"""`funclab check-notebooks`: what it reports of a teacher's notebooks, and the plugin of pytest."""

from __future__ import annotations

import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from funclab.teach.commands import main

GOOD = ["%load_ext funclab\nimport funclab", "funclab.Input((2,))", "print(object())"]
PLUGIN = ["-p", "no:cacheprovider", "-p", "funclab.teach.notebooks"]


def notebook(*sources, run=True):
    """A notebook; when it was run, kept with its outputs."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in sources])
    if run:
        NotebookClient(made, timeout=120, kernel_name="python3").execute()
        made.metadata.pop("widgets", None)
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with four notebooks and a copy that Jupyter made, and settings of pytest."""
    folder = tmp_path_factory.mktemp("own")
    good = notebook(*GOOD)
    nbformat.write(good, folder / "good.ipynb")
    good.cells[1].source = "funclab.Input((3,))"
    good.cells[2].source = "raise ValueError('of no use')"
    nbformat.write(good, folder / "other.ipynb")
    nbformat.write(notebook("1 + 1", run=False), folder / "unrun.ipynb")
    nbformat.write(nbformat.v4.new_notebook(), folder / "without.ipynb")
    (folder / ".ipynb_checkpoints").mkdir()
    nbformat.write(notebook("1 / 0", run=False), folder / ".ipynb_checkpoints/good.ipynb")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    return folder


@pytest.fixture(scope="module")
def report(folder):
    command = [sys.executable, "-m", "funclab", "check-notebooks", str(folder)]
    return subprocess.run(command, capture_output=True, text=True)


def lines_about(report, name):
    """What a report says of a notebook: a line, and what is indented under it."""
    lines = report.stdout.splitlines()
    start = next(i for i, line in enumerate(lines) if name in line)
    end = next(i for i in range(start + 1, len(lines)) if not lines[i].startswith("     "))
    return "\n".join(lines[start:end])


def test_a_notebook_that_shows_the_same_again_passes(report):
    assert lines_about(report, "good.ipynb").startswith("ok ")
    assert "good.ipynb: 3 cells, " in lines_about(report, "good.ipynb")


def test_the_first_cell_that_shows_something_else_is_named_with_the_difference(report):
    said = lines_about(report, "other.ipynb")

    assert said.startswith("FAIL") and "cell 2, funclab.Input((3,))" in said
    assert "(None, 2)" in said and "(None, 3)" in said
    assert said.endswith("then cells 3") and "\x1b" not in said


def test_a_notebook_that_was_never_run_is_only_run_and_the_report_says_so(report):
    assert "1 saved without being run, not compared" in lines_about(report, "unrun.ipynb")


def test_a_notebook_without_code_has_promised_nothing(report):
    assert "FAIL" in lines_about(report, "without.ipynb")


def test_one_notebook_that_fails_makes_the_command_fail(report):
    assert report.returncode == 1, report.stderr
    assert "2 of 4 notebooks show what they promise" in report.stdout


def test_an_error_is_reported_by_its_last_lines(tmp_path, capsys):
    path = tmp_path / "stops.ipynb"
    nbformat.write(notebook("def f():\n    return 1 / 0", "f()", run=False), path)

    code = main(["check-notebooks", str(path)])

    said = capsys.readouterr().out
    assert code == 1
    assert "cell 2, f()" in said and "ZeroDivisionError: division by zero" in said
    assert "Traceback" not in said and "-->" not in said


def test_a_folder_without_notebooks_is_an_error_that_says_so(tmp_path, capsys):
    assert main(["check-notebooks", str(tmp_path)]) == 1
    assert "There is no notebook at" in capsys.readouterr().err


def test_pytest_checks_the_same_with_the_plugin_and_nbval_s_own_options_hold(folder):
    command = [sys.executable, "-m", "pytest", "-q", *PLUGIN, "-c", os.devnull, "--nbval-lax"]

    run = subprocess.run(
        [*command, str(folder / "good.ipynb"), str(folder / "unrun.ipynb")],
        capture_output=True,
        text=True,
    )

    assert run.returncode == 0 and "4 passed" in run.stdout, run.stdout
