"""What `funclab.inside` tells as a model's answer."""

from __future__ import annotations

import numpy as np

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
