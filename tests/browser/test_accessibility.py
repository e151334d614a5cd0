"""Every live view, as a page from disk, checked against the axe rules in light and dark."""

from __future__ import annotations

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

import funclab
from funclab.teach import arrange, ask, vote
from funclab.teach.checking import check_lines
from funclab.teach.scenes import scene
from funclab.view.lesson.failed import FailedView
from tests.browser.waiting import laid_out
from tests.teach.tries import tries
from tests.view import models
from tests.view.mistakes.models import digits, images
from tests.view.whatif.models import editor, reader, trio


def twice():
    return models.shared_inside().get_layer("twice")


def trained():
    """A model with two runs behind it."""
    model = twice()
    model.compile("adam", "mse")
    x, y = np.random.RandomState(0).rand(64, 16), np.ones((64, 2))
    options = {"validation_split": 0.25, "evaluate_each_epoch": True, "verbose": 0, "live": True}
    for epochs in (2, 4):
        model.fit(x, y, epochs=epochs, **options)
    return model


def answered():
    question = ask("1.1")
    question.choose(0)
    return question


def failed_exercise():
    one = next(one for one in tries() if one.mistake == "result_lost")
    view = check_lines(one.exercise, one.lines, one.names)
    view.show(hints=3)
    return view


def failed_call():
    try:
        return funclab.Model(funclab.Input((4,)), funclab.layers.Dense(2, name="rule"))
    except TypeError as error:
        return FailedView(error, "Model(x, rule)")


VIEWS = {
    "question": lambda: ask("1.2"),
    "question, answered": answered,
    "vote": lambda: vote("5.1"),
    "vote, ended": lambda: vote("5.1", first=[7, 9, 6, 4], second=[20, 1, 4, 1], ended=2),
    "lines to arrange": lambda: arrange("1A", order=[0, 1]),
    "exercise, failed": failed_exercise,
    "error shown on purpose": failed_call,
    "explorer": lambda: funclab.explore(
        models.shared_inside(), open=True, selected="twice[1]", table=True
    ),
    "explorer of layers": lambda: funclab.explore(twice(), face="layers", selected="shared"),
    "explorer, deep": lambda: funclab.explore(twice(), selected="shared[1]", level=2, more=True),
    "explorer with a tour": lambda: funclab.explore(
        twice(), tour=[{"text": "Here.", "state": {"selected": "shared[0]"}}]
    ),
    "edit": lambda: funclab.edit(twice(), selected="shared[1]"),
    "edit, broken": lambda: funclab.edit(twice(), steps=[["set", "shared", {"units": 3}]]),
    "edit, empty": lambda: funclab.edit(),
    "playground": lambda: funclab.playground(branches=2, shared=True, epochs=20),
    "shapes": lambda: funclab.shapes(twice(), step=2),
    "trace": lambda: scene("shared_gradient", step=17),
    "trace of fields": lambda: funclab.trace(twice(), np.eye(16), np.ones((16, 2)), loss="mse"),
    "profile": lambda: funclab.profile(twice(), np.eye(16), np.ones((16, 2)), loss="mse"),
    "mistakes": lambda: funclab.mistakes(images(), *digits(), sample=0),
    "embedding": lambda: funclab.embedding(images(), *digits(), sample=3, near=1),
    "embedding, images": lambda: funclab.embedding(images(), *digits(), images=True),
    "mistakes, surest": lambda: funclab.mistakes(images(), *digits(), face="surest"),
    "mistakes, numbers": lambda: funclab.mistakes(twice(), np.eye(16), np.ones(16)),
    "what if": lambda: funclab.whatif(*reader(), changes=[13, 1.0]),
    "what if, a table": lambda: funclab.whatif(*trio(), face="change"),
    "what if, words": lambda: funclab.whatif(*editor()),
    "training": lambda: funclab.watch(trained(), table=True, selected="shared"),
    "training, asked": lambda: funclab.watch(trained(), ask=True, log=True, joined=True),
    "runs": lambda: funclab.compare_runs(trained().history, trained().history),
    "diff": lambda: funclab.diff(twice(), models.shared_inside()).view(),
}

# What would move although the reader asked for reduced motion.
MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  return parseFloat(style.transitionDuration) > 0 || style.animationName !== "none" ||
    style.scrollBehavior === "smooth";
}).map((one) => one.outerHTML.slice(0, 80))"""


COLOURS = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
"""All other rules say of the dark page what they say of the light one."""


@pytest.mark.parametrize("name", list(VIEWS))
def test_no_view_breaks_a_rule_of_accessibility(name, opened_page):
    page = opened_page(VIEWS[name](), height=1200, reduced_motion="reduce", color_scheme="light")

    found = Axe().run(page)
    moving = page.evaluate(MOVING)

    assert found.violations_count == 0, found.generate_report()
    assert moving == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.reload()
    laid_out(page)
    found = Axe().run(page, options=COLOURS)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(MOVING) == []
