"""Names may be any text, and a page may send anything: neither does harm anywhere."""

from __future__ import annotations

import os
import random
import re
import xml.dom.minidom
from collections import Counter
from html.parser import HTMLParser

import numpy as np
import pytest

import funclab
from funclab import view
from funclab.callbacks import LambdaCallback
from funclab.errors import ACTS, FunclabError
from funclab.layers import Dense, Input
from funclab.models import Model
from funclab.training.runner import Runner
from funclab.view.faults.faults import picture_of_fault
from funclab.view.shapes.steps import shape_steps
from funclab.view.training.view import watch
from tests.view.training.live_runs import feed_of

LONG = bool(os.environ.get("SOAK"))
PIECES = [
    *("<script>harm()</script>", "</script><script>harm()<", '<img src=x onerror="harm()">', "]]>"),
    *("javascript:harm()", "'\"`${harm()}", "<!--", "&lt;&#x0;", "</svg>", "</textarea></style>"),
    *("\ufffe", "\uffff", "\ud800", "\udfff", "\x00", "\x1b[31m", "\x1b]0;harm\x07", "\x9b2J"),
    *("\u202e", "\u2066", "\u2028", "\n", "\r", "\t", "\x7f", "\\", "שלום", "é", "😀", "a", " "),
    *("x" * 3000, "%s{}{0}", "__class__", "$x$", "|", "#", "*/", "//"),
]


def texts():
    """All pieces together; in the long run also each alone, and some put together."""
    chance = random.Random(1)
    mixed = ["".join(chance.choices(PIECES, k=chance.randint(2, 5))) for _ in range(60)]
    return ["".join(PIECES), mixed[0], *(PIECES + mixed[1:] if LONG else [])]


X, Y = np.ones((4, 3), "float32"), np.ones((4, 2), "float32")


def model_of(text):
    name = text.replace("/", "∕")  # as in Keras, names have none
    x = Input((3,), name=f"{name}_x")
    shared = Dense(3, name=f"{name}_d")
    model = Model(x, Dense(2, name=f"{name}_o")(shared(shared(x))), name=f"{name}_m")
    model.compile("sgd", "mse")
    return model


def error_of(model):
    with pytest.raises(FunclabError) as caught:
        model.layers[1](Input((4,), name=f"{model.name}_i"))
    return caught.value


def trained(model, text, **settings):
    model.fit(X, Y, epochs=2, verbose=0, live=True, run=text, **settings)
    return model


def drawn(model, text):
    """Every still picture of a model."""
    history = trained(model, text).history
    return [
        *(model.plot(), model.plot(face="layers"), view.node_table(model.layers[1])),
        *(view.tensor_view(model.output), view.history_plot(history), shape_steps(model)),
        funclab.diff(model, Model(model.input, model.layers[1].get_output_at(0))),
        picture_of_fault(error_of(model)),
    ]


def live(model, text):
    """Every live view of a model."""
    history = trained(model, text).history
    stop = [{"text": text, "state": {}}]
    return [
        *(funclab.explore(model, tour=stop, ask=True), funclab.shapes(model, tour=stop)),
        *(funclab.trace(model, X, Y), funclab.profile(model, X, Y), watch(model)),
        funclab.diff(model, model).view(),
        funclab.compare_runs(history, history, labels=[text, f"{text}2"]),
    ]


def svgs(model, text):
    pictures = drawn(model, text)
    return [picture.svg for picture in pictures] + [one.svg() for one in live(model, text)]


def pages(model, text, folder):
    found = [picture.table for picture in drawn(model, text)]
    for one in live(model, text):
        funclab.export_html(one, folder / "page.html")
        found.append((folder / "page.html").read_text("utf-8"))
    return found


def lines(model, text, capsys):
    """What is printed: reprs, an error, progress, the summary, a plan, and code."""
    model.fit(X, Y, validation_data=(X, Y), verbose=1, run=text)
    model.evaluate(X, Y, verbose=1)
    model.summary()
    data = Runner(model, model.compiled_state).prepare(X, Y)
    plan = Runner(model, model.compiled_state).train(data.specs(4), data.tree).plan
    things = [model, model.history, model.optimizer, *model.layers, *model.outputs, *model.nodes]
    assert not any("\n" in repr(thing) for thing in things)
    code = model.to_code()
    compile(code, "model.py", "exec")
    shown = [*things, funclab.trace(model, X, Y), funclab.shapes(model), funclab.explore(model)]
    words = [str(plan), str(error_of(model)), code, *map(repr, shown)]
    return [capsys.readouterr().out.replace("\r", "\n"), *words]


def assert_steady(text):
    """No control characters; pictures isolate words that are read from right to left."""
    found = set(ACTS.findall(text)) - {"\n", "\u2068", "\u2069"}
    assert not found, found


class Tags(HTMLParser):
    """What the elements of a page are, and whether some do anything of their own."""

    def __init__(self, page):
        super().__init__()
        self.active = Counter()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "img", "iframe", "object", "embed", "a", "b"):
            self.active[tag] += 1
        for name, value in attrs:
            goes = name in ("href", "xlink:href", "src", "action", "style", "formaction")
            if name.startswith("on") or (goes and "javascript:" in str(value).lower()):
                self.active[f"{name}={value}"] += 1


@pytest.mark.soak("hostile texts")
def test_pictures_with_any_text_are_documents_that_do_nothing(trial):
    for text in texts():
        with trial(repr(text)):
            for svg in svgs(model_of(text), text):
                document = xml.dom.minidom.parseString(svg.encode())
                names = {element.tagName for element in document.getElementsByTagName("*")}
                assert not names & {"script", "img", "foreignObject", "iframe", "a"}
                assert not Tags(svg).active
                assert_steady(svg)


@pytest.mark.soak("hostile texts")
def test_pages_with_any_text_have_the_elements_of_one_with_a_plain_text(tmp_path, trial):
    plain = [Tags(page).active for page in pages(model_of("plain"), "plain", tmp_path)]

    for text in texts():
        with trial(repr(text)):
            for page, active in zip(pages(model_of(text), text, tmp_path), plain, strict=True):
                assert Tags(page).active == active
                assert_steady(page)


@pytest.mark.soak("hostile texts")
def test_what_is_printed_of_any_text_does_nothing_to_a_terminal(capsys, trial):
    for text in texts():
        with trial(repr(text)):
            for words in lines(model_of(text), text, capsys):
                assert_steady(words)


VALUES = [None, True, -1, 10**400, 1e400, float("nan"), "", "x" * 9000, "\ud800", [], {}, [[]]]
VALUES += [{"selected": 5}, {"step": 10**9}, ["a", {}], {"": None}, "__class__", b"bytes"]
WORDS = ["ask", "do", "key", "keys", "value", "settings", "until", "sides", "first", "id"]
WORDS += ["number", "displays", "state", "selected", "space", "answers", "stop", "look", "tour"]
ASKED = ["close", "values", "tape", "more", "frames", "build", "train", "race", "rate", "restore"]
ASKED += ["pause", "resume", "step", "slow", "back", "hello", "code", "menu", "fields", "merges"]
ASKED += ["preview", "kind", "edit", "sample"]


def message(chance):
    """Anything at all, or something that looks like a message of a page."""
    if chance.random() < 0.2:
        return chance.choice(VALUES)
    content = {chance.choice(WORDS): chance.choice(VALUES) for _ in range(chance.randint(0, 4))}
    if chance.random() < 0.7:
        content[chance.choice(["ask", "do"])] = chance.choice(ASKED)
    return content


VIEWS = {
    "explorer": lambda: funclab.explore(model_of("m"), ask=True),
    "shapes": lambda: funclab.shapes(model_of("m")),
    "trace": lambda: funclab.trace(model_of("m"), X, Y),
    "profile": lambda: funclab.profile(model_of("m"), X, Y),
    "mistakes": lambda: funclab.mistakes(model_of("m"), X, Y),
    "embedding": lambda: funclab.embedding(model_of("m"), X),
    "diff": lambda: funclab.diff(model_of("m"), model_of("m")).view(),
    "training": lambda: watch(trained(model_of("m"), "run")),
    "edit": lambda: funclab.edit(model_of("m")),
    "playground": lambda: funclab.playground(epochs=1),
}


@pytest.mark.soak("hostile messages")
@pytest.mark.parametrize("name", VIEWS)
def test_no_message_of_a_page_makes_a_view_fail_or_leaves_it_half_changed(name, trial):
    widget, chance = VIEWS[name](), random.Random(name)
    whole = widget.svg()

    for number in range(2000 if LONG else 60):
        content = message(chance)
        traits = {chance.choice(widget.keys): content} if number % 2 else content
        with trial(f"{content!r:.200}"):
            widget.set_state(traits)
            widget._on_message(widget, content, [])
            if number % 20 == 0:
                assert widget.svg()

    widget.set_state({"state": dict(widget.blank_state)})
    assert re.sub(r"\d", "", widget.svg())[:200] == re.sub(r"\d", "", whole)[:200]


@pytest.mark.soak("hostile messages")
def test_no_message_makes_a_training_fail(trial):
    model, chance = model_of("m"), random.Random(2)

    def send(batch, logs):
        content = message(chance)
        if isinstance(content, dict) and content.get("do") in ("pause", "step", "slow"):
            content["do"] = "hello"  # this thread would wait for itself
        control = feed_of(model).control
        with trial(f"{content!r:.200}"):
            for hear in control._msg_callbacks.callbacks:
                hear(control, content, [])

    steps = 3000 if LONG else 150
    sender = LambdaCallback(on_train_batch_end=send)
    model.fit(X, Y, batch_size=1, epochs=steps // 4, live=True, verbose=0, callbacks=[sender])

    assert watch(model).svg()
