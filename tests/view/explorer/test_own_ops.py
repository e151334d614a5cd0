"""The explorer shows ops of a user's own like those of funclab."""

from __future__ import annotations

from typing import Any

from funclab import Input, Model

TWICE = """
from funclab.graph.op import Op

class Twice(Op):
    def forward(self, x, out):
        out[:] = 2 * x

    def vjp(self, g, x, out, gx):
        gx[:] = 2 * g
"""


def test_an_op_whose_source_python_does_not_keep_has_its_arithmetic_all_the_same():
    names: dict[str, Any] = {}
    exec(TWICE, names)  # as at the prompt of plain Python
    x = Input((3,), name="x")
    view = Model(x, names["Twice"]()(x)).explore()

    [line] = view.answer_to({"ask": "tape", "key": "twice[0]"})["value"]

    assert line["text"].endswith("twice(x[0:0] (None, 3))")
    assert line["source"] == ""
