"""Streams of random numbers."""

import os
import subprocess
import sys

import numpy as np
import pytest

from funclab.engine.kernels import random as kernels

N = 20_000

PROGRAM = """
import numpy as np
from funclab.engine.kernels import random as kernels
state, out, kept = np.array([3, 0], "uint64"), np.empty(6), np.empty(6, bool)
kernels.uniform(state, 0.0, 1.0, out); print(out.tobytes().hex())
kernels.normal(state, 0.0, 1.0, out); print(out.tobytes().hex())
kernels.dropout(np.ones(6), state, 0.5, kept, out); print(out.tobytes().hex())
print(state)
"""


def state(seed: int = 0, counter: int = 0) -> np.ndarray:
    return np.array([seed, counter], "uint64")


def uniform(stream: np.ndarray, n: int = N, dtype: str = "float64") -> np.ndarray:
    out = np.empty(n, dtype)
    kernels.uniform(stream, 0.0, 1.0, out)
    return out


def test_the_first_numbers_are_those_of_splitmix64():
    bits = np.empty(3, "uint64")

    with np.errstate(over="ignore"):
        kernels.fill_bits(np.uint64(1234567), bits)

    # The published test vector for this seed.
    assert bits.tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_the_stream_is_the_same_with_and_without_the_jit():
    outputs = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "FUNCLAB_JIT": jit},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for jit in "01"
    ]

    assert outputs[0] == outputs[1] != ""


def test_a_stream_can_be_drawn_at_once_or_in_parts():
    whole, parts = state(7), state(7)

    at_once = uniform(whole, 10)
    in_parts = [*uniform(parts, 3), *uniform(parts, 7)]

    assert at_once.tolist() == in_parts
    assert whole.tolist() == parts.tolist() == [7, 10]


def test_neighbouring_seeds_give_unrelated_streams():
    a, b = uniform(state(1)), uniform(state(2))

    assert abs(np.corrcoef(a, b)[0, 1]) < 0.03
    assert not np.isin(a, b).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_uniform_numbers_fill_their_range_evenly(dtype):
    out = uniform(state(), N, dtype)

    counts, _ = np.histogram(out, 20, (0, 1))

    assert out.min() >= 0 and out.max() < 1
    assert abs(counts - N / 20).max() < 6 * np.sqrt(N / 20)
    assert abs(np.corrcoef(out[:-1], out[1:])[0, 1]) < 0.03


def test_rounding_never_reaches_the_upper_end():
    out = np.empty(N * 10, "float32")

    kernels.uniform(state(), 2.0**20, 2.0**20 + 1, out)

    assert out.min() == 2**20
    assert out.max() < 2**20 + 1


def test_normal_numbers_have_their_mean_and_deviation():
    out = np.empty(N + 1, "float32")

    kernels.normal(state(), 3.0, 2.0, out)

    assert abs(out.mean() - 3) < 0.1
    assert abs(out.std() - 2) < 0.1
    assert abs(np.mean(np.abs(out - 3) < 2) - 0.6827) < 0.02


def test_every_bit_is_set_half_of_the_time():
    bits = np.empty(N, "uint64")
    with np.errstate(over="ignore"):
        kernels.fill_bits(np.uint64(5), bits)

    shares = [np.mean(bits >> np.uint64(k) & np.uint64(1)) for k in range(64)]

    assert max(abs(share - 0.5) for share in map(float, shares)) < 0.02


@pytest.mark.parametrize("rate", [0.0, 0.25, 0.9, 1.0])
def test_dropout_drops_its_share_and_keeps_the_mean(rate):
    out, kept = np.empty(N), np.empty(N, bool)

    kernels.dropout(np.ones(N), state(), rate, kept, out)

    assert abs(np.mean(~kept) - rate) < 0.02
    assert set(out[kept].tolist()) <= {1 / (1 - rate) if rate < 1 else 0}
    assert not out[~kept].any()
