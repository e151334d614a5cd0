"""Slow motion of all kinds of models: each can be traced, and is unchanged afterwards."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest

import funclab
from funclab.view.trace.view import trace
from tests.parity.models import CASES
from tests.parity.parts import parts


@pytest.mark.covering(facts=parts)
@pytest.mark.parametrize("name", list(CASES))
def test_a_model_goes_through_slow_motion_and_stays_as_it_was(name):
    case = CASES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of masks that are lost, and the like
        model = case.build(funclab)
        before = [variable.numpy() for variable in model.variables]

        view = trace(model, case.data["x"], case.data["y"])

    for variable, then in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(variable.array, then)
    json.dumps(view.facts, allow_nan=False)
    graph = view.pictures["graph"]
    keys = {still.key for still in view.stills} - {""}
    holders = view.facts["holders"]  # of calls that are inside a block
    assert keys
    assert all(f'data-key="{holders.get(key, key)}"' in graph for key in keys)
    assert all(still.pictures or still.kind == "fold" for still in view.stills)
    assert {"loss", "vjp", "update"} <= {still.kind for still in view.stills}
