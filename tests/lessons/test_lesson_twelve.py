"""What lesson 12 says it measured, and what it says about the engine, is true."""

from __future__ import annotations

from inspect import getsource
from typing import Any

import numpy as np
import pytest

from funclab import Input, Model, layers, ops, utils
from funclab.datasets import digits
from funclab.engine.gradcheck import check_gradient
from funclab.engine.plan import Plan
from funclab.graph.op import Op
from funclab.ops.arithmetic import Multiply
from funclab.ops.nn.activation import Relu
from funclab.teach import catch_up

NUMBERS = np.array([3.0, -1.0, 0.5])


@pytest.fixture(scope="module")
def lesson() -> dict[str, Any]:
    """The variables that the lesson leaves behind."""
    names: dict[str, Any] = {}
    catch_up(12, names=names)
    return names


class LeftOnly(Op):
    """The square of a gap, whose gradient reaches only the first input."""

    def forward(self, x: Any, y: Any, out: Any) -> None:
        np.square(x - y, out)

    def vjp(self, g: Any, x: Any, y: Any, out: Any, gx: Any, gy: Any) -> None:
        np.multiply(g, 2 * (x - y), gx)
        gy.fill(0)


def unseen_pairs(gaps: Any, draw: int) -> float:
    """The fraction of unseen pairs that twins judge correctly, from `gaps` of two encodings."""
    utils.set_random_seed(7 + draw)
    train, test = digits.load_pairs(300, seed=draw)
    left, right = Input((64,)), Input((64,))
    enc = layers.Dense(32, activation="relu")
    model = Model([left, right], layers.Dense(1, activation="sigmoid")(gaps(enc(left), enc(right))))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    pairs = [train.left, train.right]
    model.fit(pairs, train.same, epochs=40, verbose=0, live=False)
    return model.evaluate([test.left, test.right], test.same, verbose=0)[1]


def test_the_op_that_is_shown_has_twelve_lines():
    assert len(getsource(Multiply).splitlines()) == 12


def test_what_both_slots_of_a_square_get_is_added_up():
    model = Model(x := Input((1,)), layers.Dense(1, kernel_initializer="ones", use_bias=False)(x))
    squared = Model(x, model.output * model.output)
    squared.compile("sgd", lambda y, answer: 10 * answer)
    before = squared.get_weights()[0].item()

    squared.train_on_batch(np.ones((1, 1)), np.ones((1, 1)))

    assert (before - squared.get_weights()[0].item()) / 0.01 == pytest.approx(20, rel=1e-4)


def test_forward_runs_once_for_each_batch():
    ran = []

    class Same(Op):
        def forward(self, x: Any, out: Any) -> None:
            ran.append(x.shape)
            np.copyto(out, x)

        def vjp(self, g: Any, x: Any, out: Any, gx: Any) -> None:
            np.copyto(gx, g)

    x = Input((1,))
    model = Model(x, Same()(layers.Dense(1)(x)))
    model.compile("sgd", "mse")
    model.fit(np.ones((12, 1)), np.ones((12, 1)), batch_size=4, epochs=5, verbose=0, live=False)

    assert ran == [(4, 1)] * 15


def test_no_gradient_goes_back_to_the_pixels_and_the_plan_adds_those_of_the_shared_kernel(lesson):
    lines = str(Plan(ops.mean(lesson["answer"]))).splitlines()

    assert lines[-2:] == ["_, more_1 = matmul.vjp(g_matmul)    # enc", "g_enc/kernel += more_1"]


def test_the_check_tells_the_wrong_gradient_from_the_right_ones(lesson):
    assert check_gradient(Multiply(), NUMBERS, NUMBERS) < 1e-6
    assert check_gradient(lesson["Wrong"](), NUMBERS) > 0.01


def test_with_the_wrong_gradient_twins_learn_as_well(lesson):
    wrong = lesson["Wrong"]()

    right = [unseen_pairs(lambda a, b: ops.square(a - b), draw) for draw in range(3)]
    learned = [unseen_pairs(lambda a, b: wrong(a - b), draw) for draw in range(3)]
    of_left = [unseen_pairs(LeftOnly(), draw) for draw in range(3)]

    assert min(right) > 0.74 and np.mean(learned) > np.mean(right) - 0.03
    assert min(of_left) > 0.68


def test_the_dare_can_be_met_at_a_corner():
    assert check_gradient(Relu(), np.zeros(3)) > 0.1
