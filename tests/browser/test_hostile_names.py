"""A layer may be called anything: in every view its name is only a name."""

from __future__ import annotations

import numpy as np
import pytest

import funclab
from funclab import Input, Model
from funclab.layers import Dense

NAMES = [
    "<img src=x onerror=\"window.harmed=1\">",
    "</script><script>window.harmed=1<",
    "'\"`${window.harmed=1}&lt;",
    "x" * 10_000,
    "\u202eright to left\u202c שלום",
    "two\nlines\tand a tab",
]  # fmt: skip


def hostile():
    x = Input((4,), name="x")
    shared = Dense(4, name=NAMES[0].replace("/", ""))
    out = shared(shared(x))
    for name in NAMES[1:]:
        out = Dense(4, name=name.replace("/", "∕"))(out)
    return Model(x, out, name="<b>model</b>".replace("/", "∕"))


VIEWS = {
    "explorer": lambda: funclab.explore(hostile(), table=True, more=True, level=2),
    "layers": lambda: funclab.explore(hostile(), face="layers"),
    "shapes": lambda: funclab.shapes(hostile(), all=True),
    "trace": lambda: funclab.trace(hostile(), np.eye(4), np.eye(4), loss="mse"),
    "diff": lambda: funclab.diff(hostile(), hostile()).view(),
}


@pytest.mark.parametrize("name", list(VIEWS))
def test_a_hostile_name_does_no_harm(name, browser, tmp_path):
    view = VIEWS[name]()
    path = tmp_path / "view.html"
    funclab.export_html(view, path)
    page = browser.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_selector(".fl")
    page.focus(".fl")

    for key in ["ArrowDown", "ArrowDown", "Enter", "ArrowRight", "t", "m"]:
        page.keyboard.press(key)

    assert page.evaluate("() => window.harmed") is None
    assert page.locator(".fl img, .fl script, .fl b").count() == 0
    assert complaints == []
    page.close()
    for hurt in ("<img", "<script", "onerror=\"w"):  # fmt: skip
        assert hurt not in view.svg()
