"""Parts of the steps of recurrent.py in NumPy, for all samples at once."""

import numpy as np

ACTIVATIONS = ("linear", "relu", "hard_sigmoid", "softsign", "sigmoid", "tanh")
LINEAR, RELU, HARD_SIGMOID, SOFTSIGN, SIGMOID, TANH = range(6)


def add_product(a, w, out, at):
    out[:, at : at + w.shape[1]] += a @ w


def activate(y, activation):
    """Apply an activation in place."""
    if activation == TANH:
        np.tanh(y, out=y)
    elif activation == SIGMOID:
        # (1 + tanh(y / 2)) / 2, which cannot overflow.
        y *= 0.5
        np.tanh(y, out=y)
        y += 1
        y *= 0.5
    elif activation == HARD_SIGMOID:
        y /= 6
        y += 0.5
        np.clip(y, 0, 1, out=y)
    elif activation == RELU:
        np.maximum(y, 0, out=y)
    elif activation == SOFTSIGN:
        y /= 1 + np.abs(y)


def times_slope(g, y, activation):
    """g *= the derivative of an activation, from its result y."""
    if activation == TANH:
        g *= 1 - y * y
    elif activation == SIGMOID:
        g *= y * (1 - y)
    elif activation == HARD_SIGMOID:
        g *= ((y > 0) & (y < 1)) / y.dtype.type(6)
    elif activation == RELU:
        g *= y > 0
    elif activation == SOFTSIGN:
        g *= np.square(1 - np.abs(y))
