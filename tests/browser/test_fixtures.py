"""The browser fixtures themselves, on a notebook small enough to know its outputs."""

from __future__ import annotations

import pytest

from tests.browser.picture import LEGIBLE, look_at
from tests.browser.waiting import becomes

PICTURE = """
from IPython.display import HTML
HTML('<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40" class="probe">'
    '<rect width="80" height="40" style="fill: var(--jp-layout-color1)"/>'
    '<text x="9" y="25" style="fill: INK">node</text></svg>')
"""


def test_run_all_returns_when_every_cell_has_ended(jupyter, open_notebook, write_notebook):
    path = write_notebook("cells", "import time; time.sleep(1)", "x = 6 * 7", "print(x)")
    notebook = open_notebook(jupyter, path)

    cells = notebook.run_all()

    assert [cell["count"] for cell in cells] == [1, 2, 3]
    assert cells[2]["text"].strip() == "42"
    assert notebook.quiet


def test_a_failing_cell_gives_the_name_of_its_error(lab, open_notebook, write_notebook):
    notebook = open_notebook(lab, write_notebook("failing", "1 / 0"))

    cells = notebook.run_all()

    assert cells[0]["error"] == "ZeroDivisionError"


def test_the_theme_switch_reaches_a_picture(jupyter, open_notebook, write_notebook):
    notebook = open_notebook(jupyter, write_notebook("picture", PICTURE.replace("INK", "black")))
    notebook.run_all()
    colours = {}

    for theme in ("dark", "light"):
        notebook.theme(theme)
        box = notebook.page.locator(".probe rect")
        colours[theme] = box.evaluate("box => getComputedStyle(box).fill")

    assert colours["light"] == "rgb(255, 255, 255)"
    assert colours["dark"] != colours["light"]


@pytest.mark.parametrize(
    ("ink", "legible"), [("var(--jp-content-font-color0)", True), ("black", False)]
)
def test_ink_that_ignores_the_theme_is_found_illegible(
    lab, open_notebook, write_notebook, ink, legible
):
    notebook = open_notebook(lab, write_notebook("ink", PICTURE.replace("INK", ink)))
    notebook.run_all()
    notebook.theme("dark")

    picture = look_at(notebook.page.locator(".probe"))

    assert picture.background < 0.2
    assert (picture.contrast >= LEGIBLE) == legible


def test_a_console_error_and_an_outside_request_are_noticed(lab, open_notebook, write_notebook):
    script = (
        "from IPython.display import HTML\n"
        "HTML('<img src=\"https://example.org/picture.png\"><script>undefinedName()</script>')"
    )
    notebook = open_notebook(lab, write_notebook("noisy", script))

    notebook.run_all()

    asked = "https://example.org/picture.png"
    becomes(notebook.page, lambda: set(notebook.outside_requests), {asked})
    becomes(notebook.page, lambda: "undefinedName" in " ".join(notebook.console_errors), True)
