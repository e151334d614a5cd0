"""Every live view, as a page from disk, held to the axe rules in light and dark."""

from __future__ import annotations

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

import funclab
from funclab import Input, Model, layers
from funclab.layers import Dense
from funclab.teach.scenes import scene


def twice():
    x = Input((16,), name="x")
    shared = Dense(16, activation="relu", name="shared")
    return Model(x, Dense(2, name="out")(shared(shared(x))), name="twice")


def nested():
    a, b = Input((16,), name="a"), Input((16,), name="b")
    inner = twice()
    return Model([a, b], layers.concatenate([inner(a), inner(b)]), name="nested")


def trained():
    """A model with two runs behind it."""
    model = twice()
    model.compile("adam", "mse")
    x, y = np.random.RandomState(0).rand(64, 16), np.ones((64, 2))
    options = {"validation_split": 0.25, "evaluate_each_epoch": True, "verbose": 0, "live": True}
    for epochs in (2, 4):
        model.fit(x, y, epochs=epochs, **options)
    return model


VIEWS = {
    "explorer": lambda: funclab.explore(nested(), open=True, selected="twice[1]", table=True),
    "explorer of layers": lambda: funclab.explore(twice(), face="layers", selected="shared"),
    "explorer, deep": lambda: funclab.explore(twice(), selected="shared[1]", level=2, more=True),
    "explorer with a tour": lambda: funclab.explore(
        twice(), tour=[{"text": "Here.", "state": {"selected": "shared[0]"}}]
    ),
    "playground": lambda: funclab.playground(branches=2, shared=True, epochs=20),
    "shapes": lambda: funclab.shapes(twice(), step=2),
    "trace": lambda: scene("shared_gradient", step=17),
    "trace of fields": lambda: funclab.trace(twice(), np.eye(16), np.ones((16, 2)), loss="mse"),
    "training": lambda: funclab.watch(trained(), table=True, selected="shared"),
    "training, asked": lambda: funclab.watch(trained(), ask=True, log=True, joined=True),
    "runs": lambda: funclab.compare_runs(trained().history, trained().history),
    "diff": lambda: funclab.diff(twice(), nested()).view(),
}

# What would move although the reader asked for stillness.
MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  return parseFloat(style.transitionDuration) > 0 || style.animationName !== "none" ||
    style.scrollBehavior === "smooth";
}).map((one) => one.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", list(VIEWS))
def test_no_view_breaks_a_rule_of_accessibility(name, scheme, browser, tmp_path):
    settings = {"color_scheme": scheme, "reduced_motion": "reduce"}
    page = browser.new_page(**settings, viewport={"width": 1280, "height": 1200})
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    path = tmp_path / "view.html"
    funclab.export_html(VIEWS[name](), path)
    page.goto(path.as_uri())
    page.wait_for_selector(".fl")

    found = Axe().run(page)
    moving = page.evaluate(MOVING)

    page.close()
    assert found.violations_count == 0, found.generate_report()
    assert moving == []
    assert not complaints
