"""What views show and tell, in many states, is what it was when it was looked at.

As `test_unchanged`, for what depends on a state, on data or on a step: each view of several models
is taken through states and questions at random, also such as are refused. Words and counts are kept
as a digest. Numbers that were computed are kept as sums, which may differ by a 50th: on another
machine their last digits are others. When something differs, what was shown is in
`build/unchanged`; if it is meant, `STILLS=1 pytest -n 0 tests/view/test_unchanged_*.py` keeps it.
"""

from __future__ import annotations

import json
import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, registry
from funclab.errors import FunclabError
from funclab.teach import course
from funclab.teach.asking import ask
from funclab.view.live.view import View
from funclab.view.playground.trial import SETTINGS
from tests.view import models
from tests.view.counted import landscape
from tests.view.learned.every_model import data_for, listed
from tests.view.random_models import Builder
from tests.view.shown import Shown, check
from tests.view.training.live_runs import X, Y, fresh, history_of


def walked(
    view: View, states: list[dict[str, Any]], asked: list[tuple[str, Any]], whole: bool = True
) -> Shown:
    """What a view shows in each of these states, tells when it is asked, and has as a whole."""
    shown = Shown()
    shown.add({name: getattr(view, name) for name in view.page_traits()})
    for state in states:
        try:
            view.show(**state)
        except FunclabError as error:
            shown.add(str(error), "refused")
            continue
        shown.add([view.line(), view.text, view.picture()], "shown")
    for kind, key in asked:
        try:
            shown.add(view.told(kind, key), f"{kind} {key}")
        except (LookupError, ValueError, TypeError) as error:  # a view takes it, see `_on_message`
            shown.add(type(error).__name__, f"{kind} {key} refused")
    shown.add(view.alone() if whole else {}, "alone")
    view.close()
    return shown


def small() -> Model:
    """Two convolutions and what follows them, for images."""
    x = Input((8, 8, 1), name="image")
    y = layers.Conv2D(3, 3, activation="relu", padding="same", name="edges")(x)
    y = layers.MaxPooling2D(name="pool")(y)
    y = layers.Flatten(name="flat")(layers.Conv2D(4, 2, name="parts", activation="tanh")(y))
    return Model(x, layers.Dense(3, activation="softmax", name="answer")(y), name="images")


def row() -> Model:
    """A row of numbers, with a layer that is called twice."""
    x = Input((4,), name="row")
    shared = layers.Dense(4, activation="relu", name="shared")
    y = layers.Dropout(0.5, name="drop")(shared(shared(x)))
    return Model(x, layers.Dense(1, activation="sigmoid", name="yes")(y), name="rows")


def words() -> Model:
    """Words, attention and a class."""
    x = Input((6,), dtype="int32", name="words")
    y = layers.Embedding(50, 4, name="embed")(x)
    y = layers.MultiHeadAttention(2, 3, name="attend")(y, y)
    y = layers.Flatten(name="flat")(layers.LayerNormalization(name="norm")(y))
    return Model(x, layers.Dense(3, activation="softmax", name="mood")(y), name="texts")


def sequence() -> Model:
    """A recurrent layer, and a number as the answer."""
    x = Input((5, 2), name="hours")
    y = layers.GRU(3, name="gru")(layers.Conv1D(3, 2, name="days", padding="causal")(x))
    return Model(x, layers.Dense(1, name="next")(y), name="series")


LEARNED: dict[str, Callable[[], Model]] = {
    "small": small, "row": row, "words": words, "sequence": sequence,
    "several_outputs": models.several_outputs, "shared_inside": models.shared_inside,
}  # fmt: skip


def settled(name: str) -> tuple[Model, list[np.ndarray], random.Random]:
    """A model with weights, data for it, and chance."""
    registry.reset_names()
    model = LEARNED[name]()
    dice = np.random.RandomState(7)
    model.set_weights([dice.randint(-8, 9, w.shape) / 8 for w in model.get_weights()])
    x = data_for(model, 20) if name != "words" else [dice.randint(0, 50, (20, 6))]  # no two alike
    return model, x, random.Random(name)


def truth(model: Model, x: list[np.ndarray]) -> Any:
    """A truth of which about a third differs from the answers."""
    found, dice = [], np.random.RandomState(3)
    if model.layers[-1].get_config().get("activation") == "linear" and len(model.outputs) == 1:
        values = model.predict(x, verbose=0)
        return values + dice.randn(*values.shape)
    for values in listed(model.predict(x, verbose=0)):
        wide = values.shape[-1]
        given = values.argmax(-1) if wide > 1 else (values[..., 0] > np.median(values)).astype(int)
        wrong = dice.rand(*given.shape) < 0.3
        found.append(np.where(wrong, (given + 1) % max(wide, 2), given))
    return dict(zip(model.output_names, found)) if len(found) > 1 else found[0]


def inside(name: str) -> Shown:
    model, x, dice = settled(name)
    view = funclab.inside(model, x, truth(model, x))
    calls = [call.path for call in view.inner.listed]

    def state() -> dict[str, Any]:
        return {
            "face": dice.choice(["calls", "number", "weights"]),
            "sample": dice.choice([0, 1, 7, 19, 20, -1]),
            "call": dice.choice([*calls, "nothing"]),
            "channel": dice.choice([0, 1, 2]),
            "at": dice.choice([None, [0], [0, 0], [1, 1], [0, 2], [9, 9]]),
            "head": dice.choice([None, 0, 1]),
            "scale": dice.choice(["same", "largest"]),
        }

    last = len(calls) - 1
    rows = [f"{i} {n} {q}" for i in range(last + 2) for n in (0, 19, 20) for q in (-1, 0, 5, 6)]
    asked = [("row", key) for key in rows]
    asked += [("sample", n) for n in (-1, 0, 11, 19, 20, "1")]
    asked += [("exact", f"{n} {i}") for n in (0, 20) for i in range(-1, last + 2)]
    asked += [("kernel", i) for i in range(-1, last + 2)]
    return walked(view, [state() for _ in range(30)], asked)


def whatif(name: str) -> Shown:
    model, x, dice = settled(name)
    view = funclab.whatif(model, x, truth(model, x))
    cells = int(np.prod([length or 8 for length in model.inputs[0].shape[1:]]))

    def state() -> dict[str, Any]:
        changes = [[dice.choice([0, 0, 1]), dice.randrange(cells + 1), dice.choice([0, 1, 2, 0.5])]
                   for _ in range(dice.randrange(4))]  # fmt: skip
        return {
            "sample": dice.choice([0, 3, 19, 20]),
            "face": dice.choice([*view.facts["faces"], "nothing"]),
            "at": dice.choice([0, 1, 2, cells - 1, cells]),
            "changes": changes,
            "blank": dice.random() < 0.2,
        }

    asked: list[tuple[str, Any]] = [("curves", str(n)) for n in (0, 5, 19, 20)]
    asked += [("sample", str(n)) for n in (0, 4, 20)]
    for kind in ("answer", "maps", "smallest"):
        asked += [(kind, json.dumps([n, False, [], at])) for n in (0, 6) for at in (0, 1, 9)]
    # Not as a whole: how many samples it measures trust with depends on how fast the machine is.
    return walked(view, [state() for _ in range(20)], asked, whole=False)


def mistakes(name: str) -> Shown:
    model, x, dice = settled(name)
    view = funclab.mistakes(model, x, truth(model, x))
    states = [{key: dice.choice(values) for key, values in {
        "face": ["counts", "surest", "confidence", "nothing"], "percent": [False, True],
    }.items()} for _ in range(8)]  # fmt: skip
    asked = [("more", key) for key in [*view.parts, "nothing"]]
    return walked(view, states, [*asked, *(("sample", n) for n in (-1, 0, 5, 19, 20))])


def embedding(name: str) -> Shown:
    model, x, dice = settled(name)
    many = np.random.RandomState(1).randint(0, 50, (100, 6))
    x = data_for(model, 100) if name != "words" else [many]
    view = funclab.embedding(model, x)  # of so many, t-SNE is computed later: it is not the same
    states = [
        {"face": "pca", "sample": dice.choice([-1, 0, 3, 19, 20]), "near": dice.choice([-1, 0, 2])}
        for _ in range(8)
    ]
    return walked(view, states, [("sample", n) for n in (-1, 0, 19, 20)], whole=False)


def trace(name: str) -> Shown:
    model, x, dice = settled(name)
    view = funclab.trace(model, x if len(x) > 1 else x[0])
    steps = len(view.stills)
    states = [{"step": step} for step in range(-1, steps + 1)]
    states += [{"step": dice.randrange(steps), "filter": dice.randrange(3),
                "channel": dice.randrange(3)} for _ in range(10)]  # fmt: skip
    asked = [(kind, key) for kind in ("windows", "frames") for key in range(-1, steps + 1)]
    return walked(
        view, states, [*asked, *(("windows", f"{i} {n}") for i in range(steps) for n in (0, 4, 8))]
    )


def shapes(name: str) -> Shown:
    model, *_ = settled(name)
    view = funclab.shapes(model)
    count = len(model.graph.nodes)
    return walked(view, [{"step": step} for step in range(-1, count + 1)], [])


def explorer(name: str) -> Shown:
    model, _, dice = settled(name)
    view = funclab.explore(model)
    keys = [*view.objects, "nothing"]
    states = [{"selected": key} for key in keys]
    states += [{"selected": dice.choice(keys), "face": dice.choice(["calls", "layers"]),
                "open": dice.random() < 0.5, "more": dice.random() < 0.5,
                "table": dice.random() < 0.5} for _ in range(10)]  # fmt: skip
    weights = [f"{layer.name} {n}" for layer in model.layers for n in ("kernel", "bias", "nothing")]
    asked = [("tape", key) for key in view.facts["nodes"]]
    asked += [("more", key) for key in view.facts["layers"]]
    return walked(view, states, [*asked, *(("values", key) for key in weights)])


VIEWS = [inside, whatif, mistakes, embedding, trace, shapes, explorer]


@pytest.mark.parametrize("name", LEARNED)
def test_what_views_show_of_a_model_is_what_was_looked_at(name):
    parts = {}
    for view in VIEWS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                parts[f"{view.__name__} {name}"] = view(name)
            except FunclabError as error:
                parts[f"{view.__name__} {name}"] = shown = Shown()
                shown.add(str(error), "no view")
    check(parts)


def training(dice: random.Random) -> Shown:
    """Two runs with validation, one of them of a model that is compared with another."""
    first, second = fresh(), fresh(6, "others")
    for run, model in enumerate((first, second)):
        for epochs in (3, 5):
            model.fit(X, Y, epochs=epochs, validation_split=0.25, live=True, run=f"run {run}")
    view = funclab.watch(first)
    states = [{
        **{name: dice.random() < 0.5 for name in ("log", "smooth", "joined", "table")},
        "measure": dice.choice(["gradient", "update", "weights"]),
        "selected": dice.choice(["", "hidden", "kind"]),
        "epoch": dice.randrange(5), "chart": dice.randrange(2),
    } for _ in range(10)]  # fmt: skip
    return walked(view, states, [])


def compared_runs(dice: random.Random) -> Shown:
    """Runs that were measured in other epochs, in two groups."""
    falling = history_of([4, 2, 1, 0.5, 0.25], [4, 3, None, 2, 2.5])
    rising, short = history_of([1, 2, 4, 8]), history_of([3, 2.5], [2, 4])
    view = funclab.compare_runs(one=[falling, rising], two=[short])
    states = [{"log": log, "smooth": smooth} for log in (False, True) for smooth in (False, True)]
    return walked(view, states, [])


def differences(dice: random.Random) -> Shown:
    """Models that differ in a setting, a branch and a shared layer, entry by entry."""
    registry.reset_names()
    shown = Shown()
    pairs = [(models.twice(), models.called_twice()), (row(), small()), (words(), sequence())]
    pairs += [(Builder(seed).build(), Builder(seed + seed % 3).build()) for seed in range(4)]
    for a, b in pairs:
        view = funclab.diff(a, b).view()
        states = [{"entry": entry} for entry in range(-1, 12)]
        shown.add([walked(view, states, []).words])
    return shown


def playgrounds(dice: random.Random) -> Shown:
    """The playground with settings at random, trained for a few epochs."""
    view, shown = funclab.playground(), Shown()
    for _ in range(8):
        settings = {name: dice.choice(setting.choices) for name, setting in SETTINGS.items()
                    if setting.choices and dice.random() < 0.5}  # fmt: skip
        shown.add(settings, "settings")
        view.show(**settings | {"learning_rate": 0.01})
        view.show(epochs=2)
        shown.add([view.line(), view.code(), view.text, view.picture()])
        shown.add(view.alone(), "alone")
    view.close()
    return shown


def lost_weights(dice: random.Random) -> Shown:
    """The losses around a line."""
    states = [{"face": face, "epoch": epoch} for face in ("path", "random") for epoch in (-1, 0, 3)]
    return walked(landscape(), states, [])


OTHERS = [training, compared_runs, differences, playgrounds, lost_weights]


@pytest.mark.parametrize("make", OTHERS, ids=lambda make: make.__name__)
def test_what_other_views_show_is_what_was_looked_at(make):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check({make.__name__: make(random.Random(make.__name__))})


@pytest.mark.parametrize("lesson", course.ORDER)
def test_what_questions_show_is_what_was_looked_at(lesson, monkeypatch):
    monkeypatch.setenv("FUNCLAB_PROGRESS", "off")
    parts = {}
    for name, question in course.lesson(lesson).questions.items():
        shown = Shown()
        for option in (*range(len(question.options)), None):
            view = ask(name)
            view.choose(option)
            shown.add([view.answered, view.line(), repr(view), view.text, view.picture()])
            shown.add(view.alone(), f"{option}")
            view.close()
        parts[f"question {name}"] = shown
    check(parts)
