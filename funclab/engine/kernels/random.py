"""Random numbers from a counter: number i of a stream is a scrambled form of (seed, i).

So the state of a stream is only (seed, counter); it is the same on every machine, with and without
the JIT, and can continue from any point. The scrambling is SplitMix64: Steele, Lea and Flood, "Fast
splittable pseudorandom number generators", 2014.
"""

import math

import numpy as np

from funclab.engine.kernels.jit import jit

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
A, B, C = np.uint64(30), np.uint64(27), np.uint64(31)


@jit
def scramble(z):
    z = (z ^ (z >> A)) * FIRST
    z = (z ^ (z >> B)) * SECOND
    return z ^ (z >> C)


def fill_bits_in_numpy(start, bits):
    np.copyto(bits, scramble(start + GOLDEN * np.arange(1, bits.size + 1, dtype=np.uint64)))


@jit(numpy=fill_bits_in_numpy)
def fill_bits(start, bits):
    z = start
    for i in range(bits.size):
        z += GOLDEN
        bits[i] = scramble(z)


def dropout_in_numpy(x, start, threshold, scale, kept, out):
    bits = np.empty(x.size, np.uint64)
    fill_bits_in_numpy(start, bits)
    np.greater_equal(bits, threshold, out=kept)
    np.copyto(out, np.where(kept, x * x.dtype.type(scale), 0))


@jit(numpy=dropout_in_numpy)
def dropout_loop(x, start, threshold, scale, kept, out):
    z = start
    scale, zero = x.dtype.type(scale), x.dtype.type(0)
    for i in range(x.size):
        z += GOLDEN
        kept[i] = scramble(z) >= threshold
        out[i] = x[i] * scale if kept[i] else zero


@jit(numpy=lambda g, kept, scale, gx: np.copyto(gx, np.where(kept, g * g.dtype.type(scale), 0)))
def dropout_vjp(g, kept, scale, gx):
    scale, zero = g.dtype.type(scale), g.dtype.type(0)
    for i in range(g.size):
        gx[i] = g[i] * scale if kept[i] else zero


def dropout(x, state, rate, kept, out):
    """out = x / (1 - rate) where `kept`, which is False with probability `rate`."""
    if rate >= 1:
        kept[:], out[:] = False, 0
        return
    start, threshold = take(state, x.size), np.uint64(rate * 2**64)
    with np.errstate(over="ignore"):
        dropout_loop(x, start, threshold, 1 / (1 - rate), kept, out)


def uniform(state, low, high, out):
    """Uniformly distributed numbers, low <= out < high; `out` is flat."""
    np.copyto(out, low + (high - low) * fractions(state, out.size, out.dtype))
    # Rounding could give `high` itself.
    below = np.nextafter(out.dtype.type(high), out.dtype.type(low))
    np.minimum(out, below, out=out)


def normal(state, mean, deviation, out):
    """Normally distributed numbers, in pairs: Box and Muller, 1958; `out` is flat."""
    pairs = (out.size + 1) // 2
    u, v = fractions(state, 2 * pairs, np.float64).reshape(2, pairs)
    radius = deviation * np.sqrt(-2 * np.log1p(-u))
    angle = 2 * math.pi * v
    both = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
    np.copyto(out, mean + both[: out.size], casting="same_kind")


def fractions(state, n, dtype):
    """n numbers, 0 <= u < 1, each from as many leading random bits as the dtype can hold."""
    bits = np.empty(n, np.uint64)
    start = take(state, n)
    with np.errstate(over="ignore"):  # uint64 wraps around, as it should
        fill_bits(start, bits)
    digits = np.finfo(dtype).nmant + 1
    return (bits >> np.uint64(64 - digits)).astype(dtype) * np.asarray(2.0**-digits, dtype)


def take(state, n):
    """Where the next n numbers of the stream `state` = (seed, counter) start; moves the counter."""
    with np.errstate(over="ignore"):
        start = scramble(state[0] + GOLDEN) + state[1] * GOLDEN
        state[1] += np.uint64(n)
    return np.uint64(start)
