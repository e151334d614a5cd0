"""What views of a trained model compute and keep: what is looked at, as long as it is."""

from __future__ import annotations

import gc
import weakref
from collections import Counter

import pytest

import funclab
from funclab import callbacks
from funclab.engine.plan import Plan
from funclab.view.whatif.study import key_of
from tests.view.whatif.models import reader, untrained_reader


def landscape():
    """The loss around a short run."""
    _, x, y = reader()
    model = untrained_reader()
    model.compile("adam", "sparse_categorical_crossentropy")
    path = callbacks.WeightPath()
    history = model.fit(x[:64], y[:64], epochs=2, verbose=0, live=False, callbacks=[path])
    return history.landscape(x[:64], y[:64])


MADE = {
    "inside": lambda: funclab.inside(*reader()),
    "whatif": lambda: funclab.whatif(*reader()),
    "mistakes": lambda: funclab.mistakes(*reader()),
    "embedding": lambda: funclab.embedding(reader()[0], *(part[:60] for part in reader()[1:])),
    "landscape": landscape,
}
"""How each view is made."""


@pytest.fixture
def runs(monkeypatch):
    """How often the engine has run since this was cleared, by the number of results."""
    counted: Counter[str] = Counter()
    run = Plan.run

    def counting(plan):
        counted["gradient" if plan.wrt else "forward"] += 1
        return run(plan)

    monkeypatch.setattr(Plan, "run", counting)
    return counted


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("ends", ["closed", "output cleared"])
def test_a_view_that_is_gone_gives_its_memory_back(name, ends):
    view = MADE[name]()
    view._repr_mimebundle_()
    parts = [one for one in vars(view).values() if type(one).__module__.startswith("funclab.view")]
    gone = [weakref.ref(one) for one in (view, *parts)]

    if ends == "closed":
        view.close()
    else:  # the page says so
        view._on_message(None, {"ask": "close", "displays": view.displays}, [])
    del view, parts
    gc.collect()

    assert len(gone) > 1 and [ref() for ref in gone] == [None] * len(gone)


def test_what_is_stored_needs_no_further_run(runs):
    model, x, y = reader()
    view = funclab.inside(model, x, y)
    stored = view.facts["kept"]
    runs.clear()

    for sample in stored:
        for channel in (0, 3):
            view.set_state({"state": {**view.state, "sample": sample, "channel": channel}})
        view.answer_to({"ask": "kernel", "key": 1})

    assert not runs


def test_one_sample_more_is_one_run_more(runs):
    model, x, y = reader()
    view = funclab.inside(model, x, y)
    [other] = [i for i in range(500) if i not in view.facts["kept"]][:1]
    runs.clear()

    assert view.answer_to({"ask": "sample", "key": other})["value"]["data"]

    assert runs == {"forward": 1}


def test_counts_need_no_gradient_and_each_map_is_computed_when_it_is_shown(runs):
    model, x, y = reader()
    funclab.mistakes(model, x, y)
    view = funclab.whatif(model, x, y, face="change")

    assert not runs["gradient"] and not view.facts["maps"]
    key = key_of(view.state["sample"], False, [], 3)
    assert view.answer_to({"ask": "answer", "key": key_of(3, False, [])}) is not None
    assert not runs["gradient"]
    view.told("maps", key)
    assert runs["gradient"] and [*view.facts["maps"]] == [key]


def test_a_line_of_a_view_is_written_without_the_engine(runs):
    views = [make() for name, make in MADE.items() if name != "landscape"]
    runs.clear()

    assert all(view.line() for view in views)

    assert not runs
