"""The ops of a saved model have the classes and arguments of Keras, where it has them."""

import json

import pytest

from funclab import Input, Model, ops, registry
from funclab.graph.operation import OpOperation
from funclab.layers import LSTM, Embedding
from funclab.models import model_from_json
from funclab.models.ops import OWN, op_to_config
from funclab.saving import onnx_ops
from tests.ops.test_contract import EXAMPLES
from tests.saving.record_ops import RECORD

KERAS: dict[str, dict[str, list[str]]] = json.loads(RECORD.read_text("utf-8"))
DIFFERENT = {
    *("AdaptiveAveragePool", "AdaptiveMaxPool", "CTCDecode", "CTCLoss", "Conv", "ConvTranspose"),
    *("Isclose", "SliceUpdate"),
}
"""Ops whose class in Keras takes other arguments; so has a Relu with more than a slope."""


@pytest.mark.covering
@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_config_of_an_op_names_a_class_of_keras_and_its_arguments(example):
    config = op_to_config(OpOperation(example.op, "own"))

    name, arguments = config["class_name"], config["config"]
    assert arguments.pop("name") == "own"
    if config["module"] != OWN:
        known = KERAS[config["module"]].get(name)
        assert known is not None, f'Keras has no {name}: write keras = "" in the class'
        assert arguments.keys() <= {*known}
    elif name not in DIFFERENT and name != "Relu":
        assert not any(name in classes for classes in KERAS.values())


@pytest.mark.parametrize("table", ["SAME", "REDUCTIONS", "ATTRIBUTES", "WRITERS", "SPELLED"])
def test_what_onnx_is_written_for_are_ops(table):
    known = {cls.__name__ for op in registry.registered("op").values() for cls in op.__mro__}

    names = {name.partition(" ")[0] for name in getattr(onnx_ops, table)}

    assert names - known == set()


def test_no_op_in_a_file_has_a_name_that_keras_may_give_to_its_own_masks():
    words = Input((5,), dtype="int32")
    x = LSTM(3)(Embedding(7, 4, mask_zero=True)(words))
    seen = ops.cast(ops.not_equal(words, 3), "float32")
    model = Model(words, [x, seen])

    text = model.to_json()

    names = [layer["name"] for layer in json.loads(text)["config"]["layers"]]
    assert "own_not_equal" in names
    assert model_from_json(text).to_json() == text
