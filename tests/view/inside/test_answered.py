"""What `funclab.inside` tells as a model's answer."""

from __future__ import annotations

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers


def test_of_several_numbers_none_is_told_as_the_answer():
    pixels = Input((3,))
    model = Model(pixels, layers.Dense(4, name="scores")(pixels))
    x, y = np.random.RandomState(0).rand(5, 3), np.arange(5)

    facts = funclab.inside(model, x, y, face="number", channel=2).facts
    blank = funclab.inside(model, x).facts

    assert [one["label"] for one in facts["strip"]] == ["0", "1", "2", "3", "4"]
    assert facts["says"]["3"] == "truth 3" and facts["labels"].get("3", "3") == "3"
    assert [one["label"] for one in blank["strip"]][:2] == ["#0", "#1"]
    assert blank["says"]["0"] == ""


@pytest.mark.parametrize("kind", [bool, int, float])
def test_zeros_and_ones_that_a_sum_has_learned_have_the_names_that_are_given(kind):
    pixels = Input((2,))
    unit = layers.Dense(1, name="unit")
    model = Model(pixels, unit(pixels))
    unit.set_weights([np.array([[1.0], [2.0]]), np.array([0.5])])
    x, y = np.array([[0, 0], [1, 0], [0, 1], [-0.5, 0]]), np.array([0, 1, 1, 0], kind)

    facts = funclab.inside(model, x, y, labels=["a one", "a zero"]).facts
    plain = funclab.inside(model, x, y + 0.5, labels=["a one", "a zero"]).facts

    assert facts["says"] == {
        "0": "truth a one · answered 0.500",
        "1": "truth a zero · answered 1.500",
        "2": "truth a zero · answered 2.500",
        "3": "truth a one · answered 0.000",
    }
    [words] = [one["words"] for one in facts["strip"] if one["sample"] == 1]
    assert words.endswith("a zero, answered 1.500")
    assert {*facts["labels"].values()} <= {"a one", "a zero"}
    assert plain["says"]["1"] == "truth 1.500 · answered 1.500"
