"""A model of Keras in memory is read from its nodes. Here its objects are stand-ins with the data
that those of Keras hold; tools/interop/views.py reads real ones."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest

import funclab
from funclab.graph import structure
from funclab.graph.operation import is_box
from funclab.graph.tensor import Tensor
from funclab.models import load_model
from funclab.models.config import operation_to_config
from funclab.saving import shown
from tests.saving.record import FOLDER

pytestmark = pytest.mark.filterwarnings("ignore:Several outputs", "ignore:The state of")
GRAPHS = ("dense_layers", "merges", "separable_and_transposed", "global_pools")


class Variable:
    """A weight: `reads` counts how often somebody looked at a value."""

    reads = 0

    def __init__(self, own):
        self.own, self.name, self.trainable = own, own.name, own.trainable
        self.shape, self.dtype = own.shape, own.dtype

    def numpy(self):
        Variable.reads += 1
        return self.own.numpy()


class Layer:
    """A layer or an op: its config, its calls, its weights."""

    def __init__(self, own):
        self.name, self.entry, self._inbound_nodes = own.name, operation_to_config(own), []
        for kind in ("trainable_weights", "non_trainable_weights"):
            setattr(self, kind, list(map(Variable, getattr(own, kind, ()))))


class Functional:
    """A model that is a graph of calls."""

    built = True

    def __init__(self, own):
        self.name, self.trainable, self._inbound_nodes = own.name, True, []
        layers, tensors, nodes = {}, {}, []
        for node in own.nodes:
            layer = layers.setdefault(node.operation, Layer(node.operation))
            args = structure.map_structure(
                lambda x: tensors[x] if isinstance(x, Tensor) else x,
                (list(node.arguments.args), node.arguments.kwargs),
            )
            taken = [tensors[x] for x in node.arguments.tensors]
            arguments = types.SimpleNamespace(args=args[0], kwargs=args[1], keras_tensors=taken)
            history = types.SimpleNamespace(operation=layer)
            for x in node.output_tensors:
                tensors[x] = types.SimpleNamespace(
                    shape=x.shape, dtype=x.dtype, _keras_history=history
                )
            made = [tensors[x] for x in node.output_tensors]
            call = Call(arguments=arguments, input_tensors=taken, output_tensors=made)
            layer._inbound_nodes.append(call)
            call.operation = layer
            nodes.append(call)
        self.operations, self._nodes_by_depth = list(layers.values()), {0: nodes}
        self._inputs_struct = [tensors[x] for x in own.inputs]
        self._outputs_struct = [tensors[x] for x in own.outputs]

    def call(self):
        pass

    call.__module__ = "keras.src.models.functional"


class Call(types.SimpleNamespace):
    __hash__ = object.__hash__


@pytest.fixture
def keras(monkeypatch):
    module = types.SimpleNamespace(
        Model=Functional,
        Sequential=type("Sequential", (), {}),
        Variable=Variable,
        layers=types.SimpleNamespace(Layer=Layer),
        saving=types.SimpleNamespace(serialize_keras_object=lambda layer: layer.entry),
        __file__="keras/__init__.py",
    )
    monkeypatch.setitem(sys.modules, "keras", module)
    return module


@pytest.mark.parametrize("name", GRAPHS)
def test_the_graph_is_that_of_the_model_and_weights_are_read_when_they_are_looked_at(keras, name):
    own = load_model(FOLDER / f"{name}.keras")
    model = Functional(own)
    Variable.reads = 0

    seen = shown(model)
    funclab.plot_model(model)

    assert [node.key for node in seen.nodes] == [node.key for node in own.nodes]
    assert [n.output_shapes for n in seen.nodes] == [n.output_shapes for n in own.nodes]
    assert not any(is_box(node.operation) for node in seen.nodes)
    assert Variable.reads == 0
    for variable, expected in zip(seen.weights, own.get_weights(), strict=True):
        np.testing.assert_array_equal(variable.array, expected)
    assert Variable.reads == len(own.weights)


def test_a_layer_whose_class_funclab_lacks_is_a_box_with_the_line_of_its_class(keras):
    class Strange(Layer):
        pass

    model = Functional(load_model(FOLDER / "dense_layers.keras"))
    layer = model.operations[2]
    layer.__class__ = Strange
    layer.entry |= {"class_name": "Strange", "module": "own", "registered_name": "own>Strange"}

    box = shown(model).get_layer(layer.name)

    assert is_box(box) and type(box).__name__ == "Strange"
    assert box.where.startswith("tests.saving.test_keras_graph, line ")
    assert [v.shape for v in box.weights] == [v.shape for v in layer.non_trainable_weights]


def test_a_layer_that_makes_other_shapes_here_is_a_box(keras):
    model = Functional(load_model(FOLDER / "merges.keras"))
    call = next(op for op in model.operations if op.entry["class_name"] == "Dot")._inbound_nodes[0]
    call.output_tensors[0].shape = (None, 7)

    boxes = [node.operation for node in shown(model).nodes if is_box(node.operation)]

    assert [type(box).__name__ for box in boxes[:1]] == ["Dot"]
    assert "It makes (None, 7); what funclab has by this name makes (None, 1)." in boxes[0].why


def test_a_model_without_weights_is_refused(keras):
    model = Functional(load_model(FOLDER / "merges.keras"))
    model.built = False

    with pytest.raises(funclab.errors.NotBuiltError, match="has no weights yet"):
        shown(model)
