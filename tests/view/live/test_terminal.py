"""Without Jupyter, views are text, and say how to save them as a page."""

from __future__ import annotations

import subprocess
import sys

import funclab
from funclab import Input, Model, layers
from tests.view import models

SETUP = """
import funclab, numpy as np
x = funclab.Input((4,), name="x")
m = funclab.Model(x, funclab.layers.Dense(3, name="d")(x), name="m")
"""


def at_the_prompt(code):
    """What Python prints when these lines are typed."""
    done = subprocess.run(
        [sys.executable, "-i", "-q"], input=SETUP + code, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_prompt_shows_the_graph_and_how_to_save_it():
    told = at_the_prompt("funclab.explore(m)\n")

    assert "●  d[0]  Dense 3     (None, 3)  4×3 + 3 = 15" in told
    assert 'funclab.explore(m).save("page.html")' in told


def test_the_line_that_is_told_saves_a_page(tmp_path):
    told = at_the_prompt("m.trace(np.zeros((2, 4)))\nfunclab.diff(m, m)\n")
    lines = [line.partition(": ")[2] for line in told.splitlines() if "page.html" in line]

    for i, line in enumerate(lines):
        assert line.startswith(("funclab.trace(m", "funclab.diff(m, m)"))
        model = Model(x := Input((4,)), layers.Dense(3)(x))
        names = {"funclab": funclab, "m": model, "x": [[0.0] * 4]}
        path = tmp_path / f"{i}.html"
        exec(line.replace('"page.html"', repr(str(path))), names)
        assert "<html" in path.read_text("utf-8")
    assert len(lines) == 2


def test_elsewhere_a_view_is_named_in_a_line_and_printed_without_advice():
    view = funclab.explore(models.called_twice())

    assert repr(view) == "<Explorer: Model called_twice>"
    assert str(view).startswith("Model called_twice: 1 input")
    assert "page.html" not in str(view)
