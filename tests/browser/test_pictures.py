"""Pictures and errors in a real notebook: drawn in both themes, nothing loaded from elsewhere."""

from __future__ import annotations

import nbformat

from tests.browser.picture import LEGIBLE, look_at

MODEL = """
%load_ext funclab
import funclab
from funclab.layers import Dense
x = funclab.Input(shape=(64,))
shared = Dense(64, activation="relu", name="shared")
y = shared(shared(x))
model = funclab.models.Model(x, Dense(10, name="result")(y), name="digits")
"""
WIDTHS = "images => images.map(image => image.complete ? image.naturalWidth : 0)"


def test_model_layer_and_tensor_show_a_picture_in_both_themes(jupyter, run_cells):
    table, way = "funclab.view.node_table(shared)", "funclab.view.tensor_view(y)"

    notebook = run_cells(jupyter, MODEL, "model.plot()", table, way)
    images = notebook.page.locator(".jp-OutputArea-output img")
    images.nth(2).wait_for()
    for theme in ("dark", "light"):
        notebook.theme(theme)
        notebook.screenshot(f"pictures-{jupyter.kind}-{theme}")

    assert min(images.evaluate_all(WIDTHS)) > 200
    assert notebook.quiet


def test_an_ambiguous_output_shows_text_and_nodes_and_later_cells_run(
    lab, open_notebook, write_notebook
):
    path = write_notebook("ambiguous", MODEL, "shared.output", "print(6 * 7)")
    tag_as_failing(path, 1)
    notebook = open_notebook(lab, path)

    cells = notebook.run_all()
    notebook.page.locator(".jp-OutputArea-output img").wait_for()
    notebook.screenshot("ambiguous")

    assert cells[1]["error"] == "AmbiguousNodeError"
    assert "1 → shared.output" in cells[1]["text"]
    assert "Fix: choose one, for example shared.get_output_at(0)." in cells[1]["text"]
    assert "Traceback" not in cells[1]["text"]
    assert cells[2]["text"].strip() == "42"


FAULTS = {
    "a layer is no tensor": "funclab.Model(x, shared)",
    "a call that fails": "shared(funclab.Input((9,), name='nine'))",
    "data of another shape": "import numpy; model.predict(numpy.ones((2, 3)))",
    "a loss of no output": "model.compile(loss={'reslut': 'mse'})",
}


def test_pictures_of_errors_are_legible_in_both_themes_under_their_text(
    lab, open_notebook, write_notebook
):
    path = write_notebook("faults", MODEL, *FAULTS.values())
    for index in range(1, 1 + len(FAULTS)):
        tag_as_failing(path, index)
    notebook = open_notebook(lab, path)

    cells = notebook.run_all()
    images = notebook.page.locator(".jp-OutputArea-output img")
    images.nth(len(FAULTS) - 1).wait_for()

    assert all("Why: " in cell["text"] and "Fix: " in cell["text"] for cell in cells[1:])
    assert images.count() == len(FAULTS)
    for theme in ("dark", "light"):
        notebook.theme(theme)
        for i in range(len(FAULTS)):
            assert look_at(images.nth(i)).contrast >= LEGIBLE
        notebook.screenshot(f"faults-{theme}")
    assert notebook.quiet


def tag_as_failing(path, index):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[index].metadata["tags"] = ["raises-exception"]
    nbformat.write(notebook, path)
