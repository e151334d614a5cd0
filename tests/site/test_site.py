"""The site in short: its pages, its reference and its fields, without building it."""

import hashlib
import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import funclab
from docs import lite, pyodide, runs
from docs.__main__ import HERE, MADE, guide
from docs.fields import as_fields
from docs.names import ROOMS, public_names
from docs.reference import pages
from docs.thumbs import on_binder
from funclab import layers, ops
from tests.project.source import ROOT
from tests.project.test_keras_names import NAMES, absent, documented
from tools.publishing import address

PAGES = sorted((HERE / "pages").glob("*.md"))
NOT_LISTED = {"backend": "functions of tensors under Keras' older names", "training": "inner parts"}
"""Public rooms without a page in the reference, and why."""


def exists(target: str) -> bool:
    """Whether a page is written, or made in one of the folders that are made."""
    folder, _, name = target.rpartition("/")
    if folder:
        return folder in MADE and name.partition(".")[0] == "index"
    if target.removesuffix(".md") == "teaching":
        return "[lessons](lessons/index.md)" in guide()
    return (HERE / "pages" / target).with_suffix(".md").exists()


def test_every_page_in_the_table_of_contents_exists():
    start = (HERE / "pages/index.md").read_text(encoding="utf-8")

    lines = start.partition("```{toctree}\n:hidden:\n")[2].partition("```")[0].splitlines()
    targets = [line.partition("<")[2].rstrip(">") or line for line in lines if line]  # with a title

    assert [target for target in targets if not exists(target)] == []
    assert {f"{name}/index" for name in MADE} <= set(targets)


def test_every_link_from_a_written_page_leads_to_a_page():
    links = [
        (page.name, target)
        for page in PAGES
        for target in re.findall(r"\]\(([^)#]+\.(?:md|rst))\)", page.read_text(encoding="utf-8"))
    ]

    assert len(links) > 4
    assert [(name, target) for name, target in links if not exists(target)] == [], "docs/pages"


def test_the_page_about_programs_shows_the_answer_to_the_program_on_it():
    text = runs.page()

    code = re.search(r"```python\n(.*?)```", text, re.S)[1].splitlines()
    answer = text.partition("```text\n")[2].partition("```")[0]
    told = re.findall(r"line (\d+): will not run\n    (.+)", answer)
    assert told == [(str(code.index(line) + 1), line) for _, line in told]
    assert answer.startswith("old.py: 2 lines will not run.") and len(told) == 2
    assert answer.count("Fix: ") == 2


def as_in_a_browser(program: str, folder: Path) -> subprocess.CompletedProcess:
    """Run a program with what a browser's Python has."""
    return subprocess.run(
        [sys.executable, "-c", f"import tools.setup.without\n{program}"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


def test_a_notebook_of_the_browser_site_checks_a_program_with_what_a_browser_has(tmp_path):
    lite.write_contents(tmp_path / "contents")
    notebook = json.loads((tmp_path / "contents" / "will_it_run.ipynb").read_text())
    [(first, text, cell)] = [[one["source"] for one in notebook["cells"]]]
    assert first.startswith("# In the browser only") and "Does my notebook run?" in text
    head, _, last = cell.rpartition("\n")

    run = as_in_a_browser(f"{head}\nprint({last.partition('  #')[0]})", tmp_path / "contents")

    assert run.stdout.startswith("01_what_does_a_call_build.ipynb: "), run.stderr


@pytest.mark.parametrize(
    ("name", "told"), [("dropped_model", "Model tweets"), ("playground", "Playground")]
)
def test_notebooks_beside_the_lessons_run_with_what_a_browser_has(name, told, tmp_path):
    lite.write_contents(tmp_path / "contents")
    notebook = json.loads((tmp_path / "contents" / f"{name}.ipynb").read_text())
    head, _, last = notebook["cells"][-1]["source"].rpartition("\n")

    run = as_in_a_browser(f"{head}\nprint(({last}).title)", tmp_path / "contents")

    assert told in run.stdout, run.stderr


def test_the_reference_has_a_page_for_every_public_room():
    rooms = {name for name in funclab.__all__ if isinstance(getattr(funclab, name), ModuleType)}

    listed = {f"funclab.{room}" for room in rooms - set(NOT_LISTED)}
    assert listed <= set(ROOMS), "add the others to ROOMS in docs/names.py"


@pytest.mark.parametrize("room", ROOMS)
def test_the_reference_lists_every_public_name(room):
    names = {name.path for name in public_names(room)}

    text = pages()[f"{room}.rst"]

    assert names
    assert {name for name in names if not re.search(rf":: {re.escape(name)}$", text, re.M)} == set()


def test_the_fixed_lines_of_a_docstring_become_fields():
    lines = as_fields((inspect.getdoc(layers.Dense) or "").split("\n"))

    text = "\n".join(lines)
    assert ":Shapes: x (batch, ..., features) -> out (batch, ..., units)." in lines
    assert ":Weights: kernel (features, units), bias (units,)." in lines
    assert ":param units: int; the number of outputs for each sample or step." in lines
    assert ":Raises: ArgumentError unless ``units`` is a positive integer; ShapeError" in text
    assert ".. code-block:: pycon" in lines and lines[0].startswith("A fully connected layer")


def test_a_colon_in_a_sentence_does_not_begin_a_field():
    lines = as_fields((inspect.getdoc(ops.conv) or "").split("\n"))

    assert sum(line.startswith(":") for line in lines) == 1


def test_every_name_of_keras_is_in_the_table_with_what_became_of_it():
    text = MADE["keras"]()["names.md"]

    for room, names in NAMES.items():
        part = text.partition(f"## `keras.{room}`".replace(".`", "`"))[2].partition("## ")[0]
        rows = re.findall(r"\| `(\w+)` \| (.+) \| (.*) \|", part)
        assert [name for name, *_ in rows] == names, room
        assert {name for name, says, _ in rows if says != "here"} == set(absent(room))
        kinds = {name: documented(f"{room}.{name}".lstrip(".")) for name in names}
        assert all((says == "runs") == (kinds[name] == "runs") for name, _, says in rows)
        assert all((says == "") == (kinds[name] == "none") for name, _, says in rows)


def test_lessons_lead_to_binder_once_the_project_has_an_address():
    lesson = "05_what_if_i_call_it_twice.ipynb"

    there = on_binder(lesson, "https://github.com/someone/funclab")

    assert on_binder(lesson, "") == ""
    [link] = re.findall(r'href="([^"]+)"', there)
    badge = address.badges("https://github.com/someone/funclab", "someone", "funclab")
    assert link.replace("05_what_if_i_call_it_twice", "00_start") in badge


@pytest.fixture
def release(tmp_path):
    """A folder as of Pyodide's release, in little, and the checksums of its Python."""
    folder, packages = tmp_path / "release", {}
    folder.mkdir()
    needs = {"NumPy": [], "my_tool": ["numpy", "Six"], "six": [], "unused": []}
    for name, depends in needs.items():
        file = folder / f"{name}-1.whl"
        file.write_bytes(name.encode())
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        packages[name] = {"file_name": file.name, "sha256": digest, "depends": depends}
    (folder / pyodide.LOCK).write_text(json.dumps({"packages": packages}))
    (folder / "pyodide.mjs").write_text("export const loadPyodide = 0;")
    names = (pyodide.LOCK, "pyodide.mjs")
    return folder, {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in names}


def test_a_pinned_python_is_packed_with_the_packages_that_those_needed_need(release, tmp_path):
    folder, core = release

    size = pyodide.pack(folder, tmp_path / "site", core, ["my-tool"])

    packed = {path.name: path.read_bytes() for path in (tmp_path / "site").iterdir()}
    assert {*packed} == {*core, "NumPy-1.whl", "my_tool-1.whl", "six-1.whl"}
    assert packed == {name: (folder / name).read_bytes() for name in packed}
    assert size == sum(map(len, packed.values()))


@pytest.mark.parametrize("name", ["pyodide.mjs", "NumPy-1.whl"])
def test_a_damaged_or_missing_file_of_that_python_is_not_packed_and_named(name, release, tmp_path):
    folder, core = release

    (folder / name).write_bytes(b"another")
    with pytest.raises(SystemExit, match=rf"are damaged: {name}\. Get them again"):
        pyodide.pack(folder, tmp_path / "site", core, ["my-tool"])
    (folder / name).unlink()
    with pytest.raises(SystemExit, match=f"missing.*\n  {pyodide.ADDRESS}{name}"):
        pyodide.pack(folder, tmp_path / "site", core, ["my-tool"])

    assert not (tmp_path / "site").exists()
