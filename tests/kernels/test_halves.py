"""Loops over enough images that each of two threads does half of them."""

import warnings
from typing import Any

import numpy as np
import pytest

from funclab import ops
from funclab.engine.kernels import threads
from funclab.engine.plan import Plan
from funclab.graph.tape import Tape
from funclab.graph.value import Variable

IMAGES = np.random.default_rng(0).standard_normal((9, 120, 120, 4), "float32")
BIAS = Variable(np.array([0.1, -0.2, 0.3, 0.0], "float32"))
OPS = {
    "max pooling": lambda x: ops.max_pool(x, 2),
    "average pooling": lambda x: ops.average_pool(x, 3),
    "softmax": ops.softmax,
    "a product with itself": lambda x: ops.matmul(x, ops.swapaxes(x, -1, -2)),
    "a formula": lambda x: ops.einsum("bhwc,bhvc->bhwv", x, x),
    "the largest of each row": lambda x: ops.max(x, axis=2),
    "the sum of each row": lambda x: ops.sum(x, axis=2),
    **{
        f"bias and {name}": lambda x, name=name: ops.bias_activation(x, BIAS, name)
        for name in ("linear", "relu", "tanh", "sigmoid")
    },
}


def run(name: str, images: np.ndarray) -> dict[str, Any]:
    """The op's output for these images, and the gradients of the sum of its squares."""
    x = Variable(images)
    with Tape():
        out = OPS[name](x)
        squares = ops.sum(ops.multiply(out, out))
    plan = Plan(squares, wrt=[x, BIAS] if name.startswith("bias") else [x])
    plan.run()
    return {"out": plan.array(out).copy(), "gx": plan.grads[x], "gbias": plan.grads.get(BIAS, 0)}


@pytest.mark.parametrize("name", OPS)
def test_many_images_get_what_each_of_them_gets_alone(name):
    alone = [run(name, IMAGES[i : i + 1]) for i in range(len(IMAGES))]

    together = run(name, IMAGES)

    for key in ("out", "gx"):
        expected = np.concatenate([result[key] for result in alone])
        np.testing.assert_allclose(together[key], expected, 1e-6)
    np.testing.assert_allclose(together["gbias"], sum(r["gbias"] for r in alone), 1e-4)


@pytest.mark.parametrize("name", OPS)
def test_the_numbers_are_the_same_bit_for_bit_on_one_core(name, monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 2)
    two = run(name, IMAGES)
    monkeypatch.setattr(threads, "cores", lambda: 1)

    one = run(name, IMAGES)

    for key, array in one.items():
        np.testing.assert_array_equal(array, two[key])


def test_an_overflow_makes_no_warning_on_the_second_thread(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        result = run("bias and sigmoid", np.full_like(IMAGES, -1000))

    assert not result["out"].any()
