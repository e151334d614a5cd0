"""A layer may have any name: in every view and picture, it is treated as plain text."""

from __future__ import annotations

import re

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers
from funclab.errors import FunclabError
from funclab.layers import Dense
from funclab.view.faults.faults import picture_of_fault
from funclab.view.shapes.steps import shape_steps
from funclab.view.training.curves import history_plot
from tests.browser.waiting import laid_out
from tests.view.mistakes.models import classes

HEBREW = "שלום עולם"
NAMES = [
    "<img src=x onerror=\"window.harmed=1\">",
    "</script><script>window.harmed=1<",
    "'\"`${window.harmed=1}$&&lt;",
    "x" * 10_000,
    "\u202eright to left\u202c",
    "two\nlines\tand a tab",
    HEBREW,
]  # fmt: skip
HURTS = ("<img", "<script", 'onerror="w')
WIDEST = 2000
# The letters of right-to-left words on the page, and what stands right after or before them.
TURNED = """word => {
  const turned = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const box = (node, at) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    return range.getBoundingClientRect();
  };
  const isolate = /[\\u2066-\\u2069]/;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!parent.checkVisibility() || parent.closest("script,style")) continue;
    for (let at = node.data.indexOf(word); at >= 0; at = node.data.indexOf(word, at + 1)) {
      let before = at - 1, after = at + word.length;
      while (isolate.test(node.data[before])) before--;
      while (isolate.test(node.data[after])) after++;
      const middle = (one) => (one.left + one.right) / 2;
      const line = box(node, at);
      const ends = [line, box(node, at + word.length - 1)].map(middle);
      // On the same line: neither broken into the next one, nor in another column.
      const near = ({ top, left }) =>
        Math.abs(top - line.top) < 3 && Math.abs(left - line.left) < 200;
      if (!near(box(node, at + word.length - 1))) continue;
      const beside = (one) => node.data[one]?.trim() && near(box(node, one));
      if (beside(before) && middle(box(node, before)) > Math.min(...ends)) turned.push(node.data);
      if (beside(after) && middle(box(node, after)) < Math.max(...ends)) turned.push(node.data);
    }
  }
  return turned.map((text) => text.slice(0, 60));
}"""


def named(name):
    return name.replace("/", "∕")


def hostile():
    x = Input((4,), name="x")
    shared = Dense(4, name=named(NAMES[0]))
    out = shared(shared(x))
    for name in NAMES[1:]:
        out = Dense(4, name=named(name))(out)
    return Model(x, [out, Dense(2, name=f"{HEBREW}2")(out)], name=named(f"<b>{HEBREW}</b>"))


def trained():
    model = hostile()
    model.compile("sgd", "mse")
    targets = [np.ones((8, 4)), np.ones((8, 2))]
    for name in NAMES[:2]:
        model.fit(np.ones((8, 4)), targets, epochs=2, verbose=0, live=True, run=name)
    return model


def runs():
    """Runs with the worst of labels."""
    history = trained().history
    return funclab.compare_runs(*[history] * len(NAMES), labels=NAMES)


def toured():
    """Names may stand in a tour and in a question, too."""
    stops = [{"text": name, "state": {"selected": f"{named(name)}[0]"}} for name in NAMES]
    return funclab.explore(hostile(), tour=stops, ask=True)


VIEWS = {
    "explorer": lambda: funclab.explore(hostile(), table=True, more=True, level=2),
    "layers": lambda: funclab.explore(hostile(), face="layers"),
    "tour and question": toured,
    "shapes": lambda: funclab.shapes(hostile(), all=True),
    "trace": lambda: funclab.trace(hostile(), np.eye(4), [np.eye(4), np.eye(4)[:, :2]], loss="mse"),
    "profile": lambda: funclab.profile(hostile(), np.eye(4)),
    "mistakes": lambda: funclab.mistakes(
        classes(len(NAMES)), np.eye(len(NAMES)), np.arange(len(NAMES)) // 2, labels=NAMES, sample=1
    ),
    "embedding": lambda: funclab.embedding(np.eye(len(NAMES)), y=NAMES, sample=1),
    "what if": lambda: funclab.whatif(hostile(), np.eye(4), tokens=NAMES, features=NAMES[:4]),
    "diff": lambda: funclab.diff(hostile(), hostile()).view(),
    "training": lambda: funclab.watch(trained(), table=True),
    "runs": runs,
    "edit": lambda: funclab.edit(hostile()),
    "playground": lambda: funclab.playground(tour=[{"text": one} for one in NAMES]),
}


@pytest.mark.parametrize("name", list(VIEWS))
def test_a_hostile_name_does_no_harm_in_a_view(name, opened_page):
    view = VIEWS[name]()
    page = opened_page(view, height=900)

    for key in ["ArrowDown", "ArrowDown", "1", "Enter", "ArrowRight", "t", "m", "PageDown", "?"]:
        page.keyboard.press(key)

    laid_out(page)
    assert_harmless(page, view.svg())
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def fault_of(act):
    with pytest.raises(FunclabError) as caught:
        act()
    return picture_of_fault(caught.value)


def faults(name):
    """The pictures of the errors that a layer with this name may cause."""
    one, other = Input((3,), name=name), Input((3,), name=f"{name}2")
    dense = Dense(2, name=f"{name}1")
    out = Dense(2, name=f"{name}3")(dense(one))
    dense(other)
    return [
        fault_of(lambda: dense.output),
        fault_of(lambda: Model(other, out)),
        fault_of(lambda: layers.Add(name=f"{name}4")([one, dense(one)])),
        fault_of(lambda: Model(one, Dense(2, name=f"{name}1")(out))),
        fault_of(lambda: dense(Input((9,), name=f"{name}5"))),
    ]


PICTURES = {
    "calls": lambda model: [model.plot()],
    "layers": lambda model: [model.plot(face="layers")],
    "nodes": lambda model: [funclab.view.node_table(one) for one in model.layers],
    "tensors": lambda model: [funclab.view.tensor_view(one) for one in model.outputs],
    "differences": lambda model: [funclab.diff(model, Model(model.input, model.layers[3].output))],
    "history": lambda model: [history_plot(model.history)],
    "steps": lambda model: [shape_steps(model)],
    "faults": lambda model: [one for name in NAMES for one in faults(named(name))],
}


@pytest.mark.parametrize("name", list(PICTURES))
def test_a_hostile_name_does_no_harm_in_a_picture(name, browser):
    drawn, page, complaints = PICTURES[name](trained()), browser.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))

    assert None not in drawn
    for picture in drawn:
        page.set_content(f"<body>{picture.svg}{picture.table}</body>")
        width = float(re.search(r'viewBox="0 0 (\d+)', picture.svg)[1])
        assert_harmless(page, picture.svg + picture.table)
        assert width <= WIDEST
    assert complaints == []
    page.close()


def assert_harmless(page, markup):
    assert page.evaluate("() => window.harmed") is None
    assert page.locator("body :is(img, b), .fl script").count() == 0
    assert page.evaluate(TURNED, HEBREW) == []
    assert not re.search("[\u202a-\u202e]", page.evaluate("document.body.textContent"))
    for hurt in HURTS:
        assert hurt not in markup
