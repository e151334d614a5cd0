"""Recurrent loops on batches large enough to be shared by two threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from funclab.engine.kernels import threads
from funclab.engine.kernels.jit import FORMS, at_once
from funclab.engine.kernels.recurrent import recurrent
from funclab.ops.nn.recurrent import GRU, LSTM, Recurrence, SimpleRNN
from tests.ops.runs import forward, gradients

TIME, FEATURES, UNITS = 30, 18, 65  # neither lengths nor halves are multiples of four
MORE = {"masked": True, "dropped": True}
OPS = {
    "simple": SimpleRNN(**MORE),
    "gru": GRU(**MORE),
    "gru that resets before": GRU(reset_after=False, **MORE),
    "lstm": LSTM(**MORE),
}


def arrays_for(op: Recurrence) -> list[Any]:
    rng, batch, width = np.random.default_rng(0), 93, op.gates * UNITS
    states = [rng.normal(size=(batch, UNITS))] * op.state_count
    bias = (2, width) if getattr(op, "reset_after", False) else (width,)
    weights = [rng.uniform(-0.1, 0.1, shape) for shape in ((FEATURES, width), (UNITS, width), bias)]
    x, mask = rng.normal(size=(batch, TIME, FEATURES)), rng.random((batch, TIME)) < 0.8
    dropout = rng.random((batch, UNITS)) + 0.5
    numbers = [array.astype("float32") for array in (x, *states, *weights)]
    return [*numbers, mask, dropout.astype("float32")]


def run(name: str) -> list[Any]:
    """All outputs and gradients."""
    op = OPS[name]
    arrays = arrays_for(op)
    _, outputs, _ = forward(op, arrays, np.zeros_like)
    g = tuple(np.cos(np.arange(out.size)).reshape(out.shape).astype(out.dtype) for out in outputs)
    return [*outputs, *gradients(op, arrays, g, np.zeros_like)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_bent_lines_of_the_gates_are_tanh_and_the_sigmoid(dtype: str):
    x = np.linspace(-12, 12, 1001).astype(dtype)
    tanh, sigmoid = x.copy(), x.copy()

    recurrent.bend(tanh, tanh.dtype.type(1))
    recurrent.bend(sigmoid, sigmoid.dtype.type(0.5))

    np.testing.assert_allclose(tanh, np.tanh(x), atol=4 * np.finfo(dtype).eps)
    np.testing.assert_allclose(sigmoid, 1 / (1 + np.exp(-x)), atol=4 * np.finfo(dtype).eps)


@pytest.fixture(autouse=True)
def blas_as_in_training():
    with threads.one_blas_thread():
        yield


@pytest.mark.parametrize("name", OPS)
def test_both_halves_give_what_numpy_gives_for_the_whole_batch(name, monkeypatch):
    halves = run(name)
    for loop, form in FORMS.items():
        if loop.__module__ == recurrent.__name__:
            monkeypatch.setattr(recurrent, loop.__name__, form)
    monkeypatch.setattr(recurrent, "span", at_once)
    monkeypatch.setattr(recurrent, "WORTH_SHARING", np.inf)

    whole = run(name)

    for half, expected in zip(halves, whole, strict=True):
        if expected is not None:
            np.testing.assert_allclose(half, expected, 1e-4, 1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("name", OPS)
def test_the_numbers_do_not_depend_on_how_many_threads_there_are(name, monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 2)
    two = run(name)
    monkeypatch.setattr(threads, "cores", lambda: 1)

    one = run(name)

    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)
