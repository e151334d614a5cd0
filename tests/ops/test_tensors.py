"""Ops used on tensors directly: each call is a node, and the model computes what arrays give."""

from typing import Any

import numpy as np
import pytest

from funclab import Input, Model, activations, models, ops
from funclab.engine.plan import Plan
from funclab.errors import TensorTypeError
from funclab.graph.value import Value
from funclab.ops.reduction import Cumsum

X = np.random.default_rng(0).standard_normal((5, 4, 6)).astype("float32")

FUNCTIONS: dict[str, Any] = {
    "signs": lambda x: -x + 2 * x - x / 3 + 1 / (x * x + 1) + abs(x) ** 1.5,
    "floor and remainder": lambda x: x // 0.5 + x % 0.5,
    "comparison": lambda x: ops.where(x > 0, x, 0.1 * x) + ops.cast(x <= 0.5, "float32"),
    "product": lambda x: x @ np.ones((6, 2), "float32"),
    "product from the left": lambda x: np.ones((2, 4), "float32").tolist() @ x,
    "slices": lambda x: x[:, 1:, ::2] + x[:, :1, 0:6:2],
    "new axis": lambda x: x[:, None, ..., 0],
    "concatenate": lambda x: ops.concatenate([x, 2 * x], axis=-1),
    "stack": lambda x: ops.stack([x[:, 0], x[:, 1]], axis=1),
    "split": lambda x: ops.multiply(*ops.split(x, 2, axis=-1)),
    "unstack": lambda x: ops.unstack(x, axis=1)[2],
    "reshape": lambda x: ops.reshape(x, (-1, 24)),
    "flat samples": lambda x: ops.reshape(x, (ops.shape(x)[0], 12, 2)),
    "transpose": lambda x: ops.transpose(x, (0, 2, 1)),
    "reductions": lambda x: ops.mean(x, axis=1) + ops.max(x, axis=1) - ops.std(x, axis=1),
    "softmax": lambda x: ops.softmax(x, axis=1),
    "gate": lambda x: activations.glu(x) + activations.mish(x[..., :3]),
    "zeros like": lambda x: ops.ones_like(x) + ops.zeros_like(x) * x,
    "repeat": lambda x: ops.repeat(ops.tile(x, (1, 2, 1)), 2, axis=2),
    "batch dot": lambda x: ops.batch_dot(x, x, axes=2),
    "tensordot": lambda x: ops.tensordot(x, np.ones((6, 3), "float32"), axes=1),
    "argmax": lambda x: ops.one_hot(ops.argmax(x, axis=-1), 6),
    "norm": lambda x: x / ops.norm(x, axis=-1, keepdims=True),
    "clip": lambda x: ops.clip(x, -0.5, 0.5) + ops.clip(x, x[:, :1], 1.0),
    "take": lambda x: ops.take(x, [2, 0], axis=1),
    "vectors": lambda x: ops.matmul(x, np.ones(6, "float32")),
    "pad": lambda x: ops.pad(x, ((0, 0), (1, 0), (0, 0))),
    "logic": lambda x: ops.where((x > 0) & ~(x > 1) | (x < -1) ^ (x > 2), x, +x / 2),
    "logic with arrays": lambda x: ops.cast(np.ones((4, 6), bool) & (x > 0), "int32"),
    "methods": lambda x: x.reshape((-1, 24, 1)).squeeze(2),
    "waves": lambda x: ops.arctan2(ops.sinh(x), ops.logaddexp(x, 0.5)) + ops.erf(x),
    "triangles": lambda x: ops.tril(x) + ops.triu(x, k=1) * ops.roll(x, 1, axis=1),
    "diagonals": lambda x: ops.trace(x, axis1=1, axis2=2) + ops.diagonal(x, 1, 1, 2)[:, 0],
    "order": lambda x: ops.sort(x, axis=1) + ops.top_k(x, 6)[0] + ops.cumprod(x, axis=0),
    "statistics": lambda x: ops.quantile(x, [0.2, 0.7], axis=1) + ops.median(x, axis=(0, 1)),
    "without NaN": lambda x: ops.nanmean(ops.log(x), axis=2) + ops.nanmax(ops.sqrt(x), axis=2),
    "stacks": lambda x: ops.hstack([x, ops.fliplr(x)]) + ops.concatenate([x, ops.flip(x, 1)], 1),
    "differences": lambda x: ops.diff(x, axis=1)[..., 1:] + ops.diff(x)[:, 1:],
    "inverses": lambda x: ops.inv(x @ ops.transpose(x, (0, 2, 1)) + 0.1 * ops.eye(4)),
    "solutions": lambda x: ops.solve(x @ ops.transpose(x, (0, 2, 1)) + 0.1 * ops.eye(4), x),
    "kron": lambda x: ops.kron(x, np.ones((1, 2, 1), "float32")),
    "cross": lambda x: ops.cross(x[..., :3], x[..., 3:]),
    "parts": lambda x: ops.slice_update(x, [0, 1, 2], ops.slice(x, [0, 0, 0], [-1, 2, 3])),
    "scatter": lambda x: ops.scatter_update(x, [[0], [2]], np.ones((2, 4, 6), "float32"), "add"),
    "segments": lambda x: ops.segment_max(x, np.array([0, 2, 0, 1, 2]), 3)[:, 0],
    "windows": lambda x: ops.unfold(ops.reshape(x, (-1, 2, 3, 4)), 2, padding=1),
    "blocks": lambda x: ops.depth_to_space(ops.reshape(x, (-1, 2, 3, 4)), 2),
    "sparse": lambda x: ops.sparsemax(x, axis=1) + ops.hard_shrink(x) + ops.squareplus(x),
    "loops": lambda x: ops.scan(lambda c, row: (c + row, c), x[:, 0], ops.swapaxes(x, 0, 1))[1],
    "branches": lambda x: ops.cond(ops.sum(x) > 0, lambda: x, lambda: -x),
    "names of axes": lambda x: ops.rearrange(x, "b (h w) c -> (b w) h c", h=2),
}


def run(model: Model) -> np.ndarray:
    x = Value(X.shape)
    made = model(x)
    plan = Plan(made, wrt=())
    np.copyto(plan.array(x), X)
    plan.run()
    return plan.array(made)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_model_of_ops_computes_what_arrays_give(name: str):
    function = FUNCTIONS[name]
    x = Input((4, 6))

    model = Model(x, function(x))

    np.testing.assert_allclose(run(model), function(X), rtol=1e-5, atol=1e-6)
    lengths = zip(model.output.shape, function(X).shape, strict=True)
    assert all(length in (None, real) for length, real in lengths)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_model_of_ops_is_read_back_from_its_file(name: str, tmp_path):
    x = Input((4, 6))
    model = Model(x, FUNCTIONS[name](x))
    model.save(tmp_path / "ops.keras")

    again = models.load_model(tmp_path / "ops.keras")

    np.testing.assert_array_equal(run(again), run(model))


def test_a_tensor_is_rounded_by_pythons_own_round():
    x = Input((4, 6))

    np.testing.assert_allclose(run(Model(x, round(x, 1))), np.round(X, 1), rtol=1e-6)


def test_one_number_is_rounded_to_a_plain_number_and_several_to_an_array():
    several = ops.convert_to_tensor([0.12345, 2.5])

    assert repr(round(ops.convert_to_tensor(2 / 3), 4)) == "0.6667"
    assert round(several, 1).numpy().tolist() == np.float32([0.1, 2.5]).tolist()


def test_whole_numbers_on_a_tape_meet_bit_by_bit():
    ids = Value((2,), "int32")

    assert (ids & 6).dtype == "int32"
    assert (~ids).dtype == "int32"
    assert (ids > 1 & ids).dtype == "bool"


def test_every_call_on_a_tensor_is_a_node():
    x = Input((3,), name="x")

    y = ops.add(x, x)

    assert y._keras_history.operation.name == "add"
    assert y.id == "add[0:0]"


def test_a_function_that_calls_one_op_is_that_op_in_the_graph():
    x = Input((4, 6))

    assert type(ops.cumsum(x, axis=1)._keras_history.operation.op) is Cumsum
    assert type(ops.cumsum(x)._keras_history.operation.op) is not Cumsum  # it is made flat first


def test_an_op_with_several_outputs_is_one_node():
    first, second = ops.split(Input((6,)), 2, axis=1)

    assert first._keras_history.operation is second._keras_history.operation
    assert (first.id, second.id) == ("split[0:0]", "split[0:1]")


def test_arithmetic_with_text_is_refused():
    with pytest.raises(TensorTypeError, match="exp cannot compute with text"):
        ops.exp(Input((3,), dtype="string"))
