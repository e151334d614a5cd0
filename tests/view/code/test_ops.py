"""Every op that a graph may hold is written so that the source makes it again."""

from __future__ import annotations

import pytest

from funclab import Model, structure
from funclab.view.code.source import to_code
from tests.view.code.source_runs import assert_rebuilt
from tests.view.shapes.op_cases import ON_TENSORS, on_tensors
from tests.view.shapes.rule_reader import node_of

WRITTEN_BY_CLASS = {"ConvBias", "LSTM", "Normalization", "Split"}
"""Ops for which, with some settings, no function makes just this op."""


@pytest.mark.parametrize("example", ON_TENSORS, ids=str)
def test_the_source_of_an_op_makes_it_again(example):
    outputs = on_tensors(example)
    inputs = list(dict.fromkeys(node_of(outputs).arguments.tensors))
    named = {str(i): one for i, one in enumerate(structure.flatten(outputs))}
    model = Model(inputs, named)

    assert_rebuilt(model)

    by_class = "from funclab.ops" in to_code(model)
    assert not by_class or type(example.op).__name__ in WRITTEN_BY_CLASS
