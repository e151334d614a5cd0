"""A sweep watched in a real notebook: a table and curves that grow, and a key that ends it."""

from __future__ import annotations

from playwright.sync_api import expect

MODEL = """
import numpy as np, funclab
from funclab.distribute import sweep
x = np.random.RandomState(0).rand(400, 8)
y = x.sum(axis=1)
def build(units):
    model = funclab.Sequential([funclab.Input((8,)), funclab.layers.Dense(units),
                                funclab.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model
"""
SWEEP = (
    "result = sweep(build, {'units': range(1, 100_000)}, (x, y), epochs=5, workers=1, live=True)"
)


def test_a_sweep_is_watched_while_its_cell_runs_and_ended_by_a_key(lab, run_cells):
    notebook = run_cells(lab, MODEL, SWEEP, wait=False)
    view = notebook.page.locator(".fl-training")
    view.wait_for(timeout=60_000)

    expect(view.locator(".fl-trials tbody tr").nth(4)).to_be_attached()
    expect(view.locator(".fl-chart svg")).to_have_count(1)
    expect(view.locator(".fl-where")).to_contain_text("of 99999 trainings have ended. Best: ")
    expect(view.locator(".fl-why")).to_have_text("")
    view.focus()
    notebook.page.keyboard.press("x")

    expect(view.locator(".fl-where")).to_contain_text("Stopped after")
    expect(view.locator(".fl-status")).to_have_text("The sweep has stopped.")
    said = "print(result.wait().stopped, 5 <= len(result.trials) < 99_999)"
    assert notebook.kernel_says(said) == "True True"
    assert notebook.quiet


FAILING = """
def failing(units, rate):
    if units == 2:
        raise ValueError("two units are not enough for " + "a very long name " * 8)
    return build(units)
sweep(failing, {'units': [1, 2, 3], 'rate': [0.001, 0.01]}, (x, y), workers=1, live=False)
"""


def test_a_long_error_breaks_no_heading_or_number_of_the_table(lab, run_cells):
    notebook = run_cells(lab, MODEL, FAILING)
    table = notebook.page.locator(".fl-trials")
    table.wait_for(timeout=60_000)

    expect(table.locator("tbody tr")).to_have_count(6)
    lines = """cells => cells.map(cell => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return [cell.textContent, new Set([...range.getClientRects()].map(box => box.top)).size];
    })"""
    short = table.locator(":is(th, td):not(:last-child)").evaluate_all(lines)
    assert len(short) > 30
    assert [text for text, count in short if count > 1] == []
