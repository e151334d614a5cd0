"""Several views on a page from disk or in a cell of magics: all work, none disturbs another."""

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


def test_two_views_of_one_page_keep_their_state_and_keys_apart(opened_page):
    model = twice()
    page = opened_page([model, funclab.shapes(model)], height=1000)
    explorer, shapes = page.locator("#view0"), page.locator("#view1")

    shapes.get_by_role("button", name="next step").first.click()
    page.keyboard.press("ArrowRight")
    explorer.locator('[data-key="shared[1]"]').first.click()

    assert "shared.get_output_at(1)" in explorer.inner_text()
    assert "step 3 of 4" in shapes.inner_text()
    page.keyboard.press("f")
    assert "step 3 of 4" in shapes.inner_text()


def test_without_scripts_a_page_shows_its_pictures(browser, tmp_path):
    path = tmp_path / "page.html"
    funclab.export_html([twice(), twice().plot()], path)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(path.as_uri())

    assert page.locator("svg.funclab").count() == 2
    assert page.locator("svg.funclab").first.is_visible()
    context.close()


def test_a_magic_shows_live_views_in_a_notebook_wherever_it_stands_in_a_cell(jupyter, run_cells):
    notebook = run_cells(jupyter, NOTEBOOK)

    notebook.page.wait_for_selector(".fl-diff svg .box")
    notebook.page.locator('.fl-explorer [data-key="shared[1]"]').first.click()

    notebook.page.wait_for_selector(".fl-explorer .fl-here >> text=shared.get_output_at(1)")
    assert notebook.quiet
