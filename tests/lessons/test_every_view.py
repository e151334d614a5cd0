"""A notebook that uses every view is a promise like any lesson, and reads well without scripts."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import zlib

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from tests.project.source import ROOT

CELLS = [
    "%load_ext funclab\nimport funclab\nfrom funclab import Input, Model, layers\n"
    'from funclab.layers import Dense\n\nx = Input((16,), name="x")\n'
    'shared = Dense(16, activation="relu", name="shared")\n'
    'out = Dense(2, activation="softmax", name="out")(shared(shared(x)))\n'
    'model = Model(x, out, name="twice")\nmodel',
    "shared",
    "shared.get_output_at(1)",
    "%nodes shared",
    'funclab.explore(model, face="layers", look="projector")',
    'funclab.shapes(model, ask=True, look="dark")',
    "%%shapes\ny = Dense(3)(layers.Flatten()(Input((4, 4))))",
    'other = Model(x, Dense(2, name="out")(Dense(16)(x)), name="once")\nfunclab.diff(model, other)',
    "print(funclab.to_code(model))",
    "%funclab",
    "model.summary()",
    "import numpy as np\nfunclab.utils.set_random_seed(1)\n"
    "data = np.random.rand(64, 16)\nkind = (data.sum(1) > 8).astype(int)\n"
    'model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])\n'
    "history = model.fit(data, kind, epochs=3)",
    "history.plot()",
    'funclab.compare_runs(history, labels=["first"])',
    "funclab.trace(model, data[:8], kind[:8], step=3)",
    'funclab.playground(data="moons", epochs=2)',
]
WIDGET = "application/vnd.jupyter.widget-view+json"
MIME = "application/vnd.funclab.view+json"
LESSONS = sorted(ROOT.glob("notebooks/*.ipynb"))


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """The notebook, run once and kept as lessons are kept: without the state of widgets."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    NotebookClient(made, timeout=120).execute()
    made.metadata.pop("widgets", None)
    for cell in made.cells:
        for output in cell.outputs:
            output.get("data", {}).pop(WIDGET, None)
    path = tmp_path_factory.mktemp("views") / "views.ipynb"
    nbformat.write(made, path)
    return path


def facts_by_view(path):
    """For each kind of view in a notebook, what the facts of its stored views are called."""
    kinds: dict[str, list[set[str]]] = {}
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            if MIME in output.get("data", {}):
                held = zlib.decompress(base64.b64decode(output.metadata[MIME]["held"]))
                kinds.setdefault(output.data[MIME]["view"], []).append(
                    set(json.loads(held)["facts"])
                )
    return kinds


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_the_stored_views_of_a_lesson_hold_what_new_ones_hold(notebook, lesson):
    new = facts_by_view(notebook)
    for kind, stored in facts_by_view(lesson).items():
        always = set.intersection(*new[kind]) if kind in new else set()
        assert all(always <= facts for facts in stored), f"python -m tools.lessons.refresh {lesson}"


def test_every_view_keeps_its_promise_twice(notebook):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["-p", "funclab.teach.notebooks", str(notebook)]

    runs = [subprocess.run(command, capture_output=True, text=True) for _ in range(2)]

    for run in runs:
        assert run.returncode == 0, run.stdout[-3000:]
        assert f"{len(CELLS)} passed" in run.stdout


def test_every_picture_is_there_without_scripts(notebook):
    page, _ = HTMLExporter(template_name="basic").from_filename(str(notebook))

    pictures = page.count("<svg") + page.count("data:image/svg+xml")
    assert pictures == sum(
        "image/svg+xml" in output.get("data", {})
        for cell in nbformat.read(notebook, 4).cells
        for output in cell.outputs
    )
    assert pictures >= 12
    assert "model not found" not in page
