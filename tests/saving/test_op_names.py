"""The ops of a saved model have the classes and arguments of Keras, where it has them."""

import json

import pytest

from funclab import registry
from funclab.graph.operation import OpOperation
from funclab.saving import onnx_ops
from funclab.saving.ops import OWN, op_to_config
from tests.ops.test_contract import EXAMPLES
from tests.saving.record_ops import RECORD

KERAS: dict[str, dict[str, list[str]]] = json.loads(RECORD.read_text("utf-8"))
DIFFERENT = {
    *("AdaptiveAveragePool", "AdaptiveMaxPool", "CTCDecode", "CTCLoss", "Conv", "ConvTranspose"),
    *("Isclose", "SliceUpdate"),
}
"""Ops whose class in Keras takes other arguments; so has a Relu with more than a slope."""


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_config_of_an_op_names_a_class_of_keras_and_its_arguments(example):
    config = op_to_config(OpOperation(example.op, "own"))

    name, arguments = config["class_name"], config["config"]
    assert arguments.pop("name") == "own"
    if config["module"] != OWN:
        assert arguments.keys() <= {*KERAS[config["module"]][name]}
    elif name not in DIFFERENT and name != "Relu":
        assert not any(name in classes for classes in KERAS.values())


@pytest.mark.parametrize(
    "table", ["SAME", "COMPARISONS", "LOGIC", "REDUCTIONS", "ATTRIBUTES", "WRITERS", "SPELLED"]
)
def test_what_onnx_is_written_for_are_ops(table):
    known = {cls.__name__ for op in registry.registered("op").values() for cls in op.__mro__}

    names = {name.partition(" ")[0] for name in getattr(onnx_ops, table)}

    assert names - known == set()
