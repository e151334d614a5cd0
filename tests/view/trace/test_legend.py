"""What stands under the static picture of a slow motion: what is meant, as far as it is there."""

from __future__ import annotations

import numpy as np

from funclab import Input
from funclab.layers import Dense
from funclab.models import Model
from funclab.teach.scenes import scene
from funclab.view.trace.view import trace
from tests.view.trace.test_view import X, Y, twice


def test_the_static_picture_says_what_an_optimizer_s_step_is_and_that_weights_are_frozen():
    model = twice()
    drawn = trace(model, X, Y).svg().split("</desc>")[1]
    plain = trace(model, X, Y, optimizer="sgd").svg().split("</desc>")[1]

    assert drawn.count("The step of adam is the running mean of the gradients") == 1
    assert "The step of" not in plain
    assert "own weights frozen; hands on" not in drawn
    assert "own weights frozen; hands on" in scene("frozen").svg().split("</desc>")[1]


def test_the_legend_speaks_of_crosses_only_where_there_are_some():
    x = Input((4,), name="x")
    model = Model(x, Dense(3, name="out")(x), name="m")
    odd = X.copy()
    odd[0, 1] = np.nan

    assert "Crossed or struck out" not in trace(model, X).svg()
    assert "Crossed or struck out" in trace(model, odd).svg()
