"""Ops used on tensors directly: each call is a node, and the model computes what arrays give."""

from typing import Any

import numpy as np
import pytest

from funclab import Input, Model, activations, ops
from funclab.engine.plan import Plan
from funclab.graph.value import Value

X = np.random.default_rng(0).standard_normal((5, 4, 6)).astype("float32")

FUNCTIONS: dict[str, Any] = {
    "signs": lambda x: -x + 2 * x - x / 3 + 1 / (x * x + 1) + abs(x) ** 1.5,
    "floor and remainder": lambda x: x // 0.5 + x % 0.5,
    "comparison": lambda x: ops.where(x > 0, x, 0.1 * x) + ops.cast(x <= 0.5, "float32"),
    "product": lambda x: x @ np.ones((6, 2), "float32"),
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
    assert model.output.shape == (None, *function(X).shape[1:])


def test_every_call_on_a_tensor_is_a_node():
    x = Input((3,), name="x")

    y = ops.add(x, x)

    assert y._keras_history.operation.name == "add"
    assert y.id == "add[0:0]"


def test_an_op_with_several_outputs_is_one_node():
    first, second = ops.split(Input((6,)), 2, axis=1)

    assert first._keras_history.operation is second._keras_history.operation
    assert (first.id, second.id) == ("split[0:0]", "split[0:1]")
