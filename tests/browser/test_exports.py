"""Several views in one place, a page from disk or a cell of magics: all are alive, none minds."""

from __future__ import annotations

import funclab
from tests.view.models import twice

NOTEBOOK = """
%load_ext funclab
import funclab
from funclab.layers import Dense
x = funclab.Input((4,), name="x")
shared = Dense(4, name="shared")
model = funclab.Model(x, shared(shared(x)), name="twice")
%funclab explore model, selected="shared[0]"
%funclab diff model, model
"""


def opened(browser, thing, path):
    """A page from disk, and what it complains of or asks of others."""
    funclab.export_html(thing, path)
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda sent: None if sent.url == path.as_uri() else complaints.append(sent.url)
    )
    page.goto(path.as_uri())
    page.wait_for_selector(".fl-bar")
    return page, complaints


def test_two_views_of_one_page_keep_their_state_and_keys_apart(browser, tmp_path):
    model = twice()
    page, complaints = opened(browser, [model, funclab.shapes(model)], tmp_path / "page.html")
    explorer, shapes = page.locator("#view0"), page.locator("#view1")

    shapes.get_by_role("button", name="next").first.click()
    page.keyboard.press("ArrowRight")
    explorer.locator('[data-key="shared[1]"]').first.click()

    assert "shared.get_output_at(1)" in explorer.inner_text()
    assert "Step 3 of 4" in shapes.inner_text()
    page.keyboard.press("f")
    assert "Step 3 of 4" in shapes.inner_text()
    assert complaints == []
    page.close()


def test_without_scripts_a_page_shows_its_pictures(browser, tmp_path):
    path = tmp_path / "page.html"
    funclab.export_html([twice(), twice().plot()], path)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(path.as_uri())

    assert page.locator("svg.funclab").count() == 2
    assert page.locator("svg.funclab").first.is_visible()
    context.close()


def test_a_magic_shows_live_views_in_a_notebook_wherever_it_stands_in_a_cell(
    jupyter, open_notebook, write_notebook
):
    notebook = open_notebook(jupyter, write_notebook("magics", NOTEBOOK))

    (cell,) = notebook.run_all()
    notebook.page.wait_for_selector(".fl-diff svg .box")
    notebook.page.locator('.fl-explorer [data-key="shared[1]"]').first.click()

    assert not cell["error"]
    notebook.page.wait_for_selector(".fl-explorer .fl-here >> text=shared.get_output_at(1)")
    assert notebook.console_errors == []
    assert notebook.outside_requests == []
