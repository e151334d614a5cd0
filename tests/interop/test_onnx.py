"""ONNX files: onnxruntime computes from them what the model predicts."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

import funclab
from funclab import Input, Model, layers, ops
from funclab.errors import FileError, NotBuiltError, NotSupportedError
from funclab.graph import structure
from tests.ops.examples import BATCH, EXAMPLES
from tests.saving.cases import CASES
from tools.interop.exchange import same, through_onnx

for path in sorted(Path(__file__).parents[1].glob("ops/examples_*.py")):
    importlib.import_module(f"tests.ops.{path.stem}")

NOT_IN_ONNX = {
    *("Assign", "AssignAdd", "BatchNormalization"),
    *("AbsoluteError", "BinaryCrossEntropy", "CrossEntropy", "SparseCrossEntropy", "SquaredError"),
    *("ClassHits", "RankHits", "SparseClassHits", "Tally", "ThresholdHits", "Total"),
    *("Arctan2", "Cbrt", "Erfinv", "Fmax", "Fmin", "Fmod", "Heaviside", "I0", "Isclose"),
    *("Logaddexp2", "NanToNum", "Nextafter", "Signbit", "Sinc", "BitwiseAnd", "BitwiseInvert"),
    *("BitwiseOr", "BitwiseXor", "Gcd", "Lcm", "LeftShift", "RightShift"),
    *("Argsort", "Cholesky", "Cumprod", "Diag", "Diagflat", "Diagonal", "Eigh", "Fold", "Inv"),
    *(
        "MirrorPad",
        "Nanquantile",
        "Pinv",
        "Qr",
        "Quantile",
        "Roll",
        "Rot90",
        "ScatterUpdate",
        "SearchSorted",
    ),
    *("SegmentMax", "SegmentMin", "SegmentProd", "SegmentSum", "SingularValues", "SliceUpdate"),
    *("Slogdet", "Solve", "Sparsemax", "Svd", "TopIndices", "Unfold"),
    *("AffineTransform", "CTCDecode", "CTCLoss", "LookUp"),
}
"""Ops that change what they are given, belong to training, or that ONNX does not have."""
RANDOM = {
    *("Dropout", "Permutation", "RandomBeta", "RandomBinomial", "RandomCategories"),
    *("RandomGamma", "RandomNormal", "RandomUniform"),
}
"""Ops whose state is not of a dtype that an input may have."""


def name_of(example):
    return type(example.op).__name__


def is_dropped(example):
    return getattr(example.op, "dropped", False)


def run(path, *arrays):
    """What onnxruntime computes."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [end.name for end in session.get_inputs()]
    return session.run(None, dict(zip(names, arrays, strict=True)))


def arrays_of(example, batch):
    floats = {"float64": "float32"}
    return [a.astype(floats.get(str(a.dtype), a.dtype)) for a in example.arrays(batch)]


def model_of(example):
    """A model that calls the op, on inputs with the lengths of the example but for the batch."""
    arrays = arrays_of(example, BATCH)
    shapes = [[None if n == BATCH else n for n in array.shape] for array in arrays]
    pairs = zip(shapes, arrays, strict=True)
    inputs = [Input(batch_shape=shape, dtype=str(array.dtype)) for shape, array in pairs]
    return Model(inputs, example.op(*inputs))


@pytest.mark.parametrize(
    "example",
    [e for e in EXAMPLES if name_of(e) not in NOT_IN_ONNX | RANDOM and not is_dropped(e)],
    ids=str,
)
def test_an_op_computes_the_same_in_onnx_for_every_batch(example, tmp_path):
    try:
        model_of(example).export(tmp_path / "m.onnx")
    except NotSupportedError as error:
        places = "SPELLED of funclab/saving/onnx_ops.py, or to NOT_IN_ONNX of this file"
        pytest.fail(f"{error.what} Add {name_of(example)} to {places}.")

    for batch in (BATCH, 3):
        arrays = arrays_of(example, batch)
        outputs = example.op(*arrays)
        same("outputs", run(tmp_path / "m.onnx", *arrays), structure.flatten(outputs))


@pytest.mark.parametrize("name", sorted(NOT_IN_ONNX))
def test_an_op_that_onnx_does_not_have_is_refused_by_name(name, tmp_path):
    example = next(e for e in EXAMPLES if type(e.op).__name__ == name)

    with pytest.raises(NotSupportedError, match=f"the op {name}"):
        model_of(example).export(tmp_path / "m.onnx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", CASES)
def test_a_model_predicts_the_same_in_onnx(name, tmp_path):
    through_onnx(CASES[name], tmp_path)


def test_a_layer_that_is_called_twice_has_its_weights_in_the_file_once(tmp_path):
    shared, x = layers.Dense(4), Input((4,))
    Model(x, shared(shared(x))).export(tmp_path / "m.onnx")

    names = [array.name for array in onnx.load(tmp_path / "m.onnx").graph.initializer]

    assert sorted(names) == [shared.bias.path, shared.kernel.path]


def test_the_file_names_inputs_outputs_and_the_open_batch(tmp_path):
    x = Input((4,), name="flower")
    Model(x, layers.Dense(3, name="species")(x)).export(tmp_path / "m.onnx")

    graph = onnx.load(tmp_path / "m.onnx").graph

    ends = [*graph.input, *graph.output]
    assert [end.name for end in ends] == ["flower", "species"]
    assert [end.type.tensor_type.shape.dim[0].dim_param for end in ends] == ["batch"] * 2


def test_a_model_of_ones_own_without_a_graph_is_written(tmp_path):
    class Twice(Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(3)

        def call(self, x):
            return ops.tanh(self.dense(x)) * 2.0

    model, rows = Twice(), np.ones((4, 2), "float32")
    with pytest.raises(NotBuiltError):
        model.export(tmp_path / "m.onnx")
    expected = model.predict(rows, verbose=0)

    model.export(tmp_path / "m.onnx")

    np.testing.assert_allclose(run(tmp_path / "m.onnx", rows)[0], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "layer",
    [
        layers.LSTM(3, return_sequences=True),
        layers.Bidirectional(layers.GRU(3)),
        layers.SimpleRNN(2, go_backwards=True),
        layers.RNN([layers.LSTMCell(3), layers.GRUCell(2, reset_after=False)]),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_recurrent_layer_reads_sequences_of_any_length(layer, tmp_path):
    x = Input((None, 2))
    model = Model(x, layer(x))
    model.export(tmp_path / "m.onnx")

    for length in (1, 6):
        rows = np.random.default_rng(0).standard_normal((4, length, 2)).astype("float32")
        expected = model.predict(rows, verbose=0)
        np.testing.assert_allclose(
            run(tmp_path / "m.onnx", rows)[0], expected, rtol=1e-5, atol=1e-6
        )


def test_recurrent_layers_inside_time_distributed_begin_with_zeros_for_every_step(tmp_path):
    x = Input((4, 3, 2))
    y = layers.TimeDistributed(layers.GRU(3))(x)
    model = Model(x, layers.TimeDistributed(layers.Dense(2))(y))
    rows = np.random.default_rng(0).standard_normal((5, 4, 3, 2)).astype("float32")

    model.export(tmp_path / "m.onnx")

    expected = model.predict(rows, verbose=0)
    np.testing.assert_allclose(run(tmp_path / "m.onnx", rows)[0], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "layer",
    [
        layers.GRU(2, activation="softplus"),
        layers.RNN([layers.GRUCell(2, activation="softplus")], return_sequences=True),
        layers.TimeDistributed(layers.Dense(2)),
        layers.Bidirectional(layers.SimpleRNN(2, activation="softplus")),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_steps_without_a_known_number_are_refused(layer, tmp_path):
    x = Input((None, 3))

    with pytest.raises(NotSupportedError, match="the length of an axis is not known"):
        Model(x, layers.Dense(2)(layer(x))).export(tmp_path / "m.onnx")


def test_dropout_that_the_graph_keeps_on_is_refused(tmp_path):
    x = Input((3,))

    with pytest.raises(NotSupportedError, match="always_on cannot be .* the op Dropout"):
        y = layers.Dropout(0.5, name="always_on")(x, training=True)
        Model(x, y).export(tmp_path / "m.onnx")


def test_a_layer_that_remembers_the_last_batch_is_refused(tmp_path):
    x = Input(batch_shape=(2, 4, 3))
    model = Model(x, layers.GRU(2, stateful=True, name="memory")(x))

    with pytest.raises(NotSupportedError, match="memory cannot be written to ONNX"):
        model.export(tmp_path / "m.onnx")


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    x = Input((2,))

    with pytest.raises(FileError):
        Model(x, layers.Dense(1)(x)).export(tmp_path / "nowhere" / "m.onnx")


def test_another_format_is_refused(tmp_path):
    x = Input((2,))

    with pytest.raises(funclab.errors.ArgumentError, match="format='tf_saved_model'"):
        Model(x, layers.Dense(1)(x)).export(tmp_path / "m", format="tf_saved_model")


def small_net(path):
    x = Input((8, 8, 3), name="x")
    y = layers.Conv2D(4, 3, activation="relu", name="conv")(x)
    y = layers.Flatten(name="flat")(layers.BatchNormalization(name="norm")(y))
    model = Model(x, layers.Dense(2, name="dense")(y), name="net")
    model.export(path)
    return model


def test_the_views_show_each_node_of_a_file_with_its_shape_and_weights(tmp_path):
    model, path = small_net(tmp_path / "m.onnx"), tmp_path / "m.onnx"

    seen = funclab.saving.shown(path)
    written = onnx.load(path).graph

    kinds = [node.op_type for node in written.node if not node.op_type.startswith("Constant")]
    drawn = [type(getattr(n.operation, "op", n.operation)).__name__ for n in seen.nodes[1:]]
    assert set(drawn) <= set(kinds) and "Conv" in drawn
    assert seen.count_params() == model.count_params()
    assert [tensor.shape for tensor in seen.outputs] == [(None, 2)]
    kernel = next(v for v in seen.weights if v.path.endswith("kernel"))
    assert not kernel.allocated
    np.testing.assert_array_equal(kernel.array, model.get_layer("conv").get_weights()[0])


def test_every_view_takes_the_path_of_a_file(tmp_path):
    small_net(tmp_path / "m.onnx")
    path = str(tmp_path / "m.onnx")

    assert "It is an op of ONNX." in str(funclab.explore(path).facts["layers"])
    assert "(None, 4, 6, 6)" in str(funclab.shapes(path))
    assert not funclab.diff(path, path).entries
    assert "Conv" in funclab.plot_model(path).text


@pytest.mark.parametrize("data", [b"", b"no model", b"\x08\x08"])
def test_a_file_of_another_kind_is_refused(tmp_path, data):
    (tmp_path / "m.onnx").write_bytes(data)

    with pytest.raises(funclab.errors.ConfigError, match="m.onnx"):
        funclab.explore(tmp_path / "m.onnx")
