"""An LSTM over a whole sequence.

Arrays are (time, batch, features), so that a step is one block of memory; the states hs and cs hold
one step more, the initial state in front. The products of all inputs with the kernel are one large
matrix product; each step then needs one with the recurrent kernel, and a few loops over the gates.
"""

from __future__ import annotations

import numpy as np

from funclab.kernels.jit import jit
from funclab.kernels.threads import matmul

ACTIVATIONS = ("linear", "relu", "hard_sigmoid", "softsign", "sigmoid", "tanh")
LINEAR, RELU, HARD_SIGMOID, SOFTSIGN, SIGMOID, TANH = range(6)


def lstm(xs, w, recurrent, bias, frozen, dropout, gates, hs, cs, bent, gate, squash):
    """Fill gates, hs, cs and bent (the squashed cell states), step by step.

    `gate` and `squash` number the activations of gates and values. Where `frozen` (time, batch, 1)
    is True the state stays as it is. `dropout` (batch, units) multiplies the state on its way into
    the recurrent kernel. `frozen` and `dropout` may be None.
    """
    steps, batch, width = gates.shape
    units = width // 4
    flat = gates.reshape(steps * batch, width)
    matmul(xs.reshape(steps * batch, xs.shape[2]), w, flat)
    product = np.empty((batch, width), gates.dtype)
    for s in range(steps):
        state = hs[s] if dropout is None else hs[s] * dropout
        np.matmul(state, recurrent, out=product)
        activate_gates(gates[s], product, bias, gate, squash)
        lstm_cell(gates[s], cs[s], cs[s + 1])
        np.copyto(bent[s], cs[s + 1])
        activate(bent[s], squash)
        np.multiply(gates[s, :, 3 * units :], bent[s], out=hs[s + 1])
        if frozen is not None:
            np.copyto(hs[s + 1], hs[s], where=frozen[s])
            np.copyto(cs[s + 1], cs[s], where=frozen[s])


def lstm_vjp(ghs, gh, gc, recurrent, frozen, dropout, gates, cs, bent, ggates, gate, squash):
    """Fill ggates, the gradients before the activations; take gh and gc from last state to first.

    `ghs` are the gradients of the states that each step hands out; None when only the last does.
    """
    for s in reversed(range(len(gates))):
        if ghs is not None:
            gh += ghs[s]
        kept = None if frozen is None else (gh.copy(), gc.copy())
        lstm_cell_vjp(gates[s], cs[s], bent[s], gh, gc, ggates[s], gate, squash)
        if frozen is not None:
            np.copyto(ggates[s], 0, where=frozen[s])
        np.matmul(ggates[s], recurrent.T, out=gh)
        if dropout is not None:
            gh *= dropout
        if kept is not None:
            np.copyto(gh, kept[0], where=frozen[s])
            np.copyto(gc, kept[1], where=frozen[s])


def lstm_vjp_weights(ggates, xs, hs, dropout, w, gx, gw, grecurrent, gbias):
    """The gradients that need all steps at once; gx has time first, slots may be None."""
    rows = ggates.shape[0] * ggates.shape[1]
    g = ggates.reshape(rows, -1)
    if gx is not None:
        matmul(g, w.T, gx.reshape(rows, -1))
    if gw is not None:
        matmul(xs.reshape(rows, -1).T, g, gw)
    if grecurrent is not None:
        states = hs[:-1] if dropout is None else hs[:-1] * dropout
        matmul(states.reshape(rows, -1).T, g, grecurrent)
    if gbias is not None:
        np.matmul(np.ones(rows, g.dtype), g, out=gbias)


def activate_gates(gates, product, bias, gate, squash):
    """gates = activations of gates + product + bias, in the order: input, forget, value, output."""
    if gate == SIGMOID and squash == TANH:
        # sigmoid(z) = (1 + tanh(z / 2)) / 2, so one call to tanh serves all.
        halve_gates(gates, product, bias)
        np.tanh(gates, out=gates)
        shift_gates(gates)
        return
    gates += product
    gates += bias
    units = gates.shape[1] // 4
    activate(gates[:, : 2 * units], gate)
    activate(gates[:, 2 * units : 3 * units], squash)
    activate(gates[:, 3 * units :], gate)


def activate(x, activation):
    """Apply an activation in place."""
    if activation == TANH:
        np.tanh(x, out=x)
    elif activation == SIGMOID:
        x *= 0.5
        np.tanh(x, out=x)
        x += 1
        x *= 0.5
    elif activation == HARD_SIGMOID:
        x /= 6
        x += 0.5
        np.clip(x, 0, 1, out=x)
    elif activation == RELU:
        np.maximum(x, 0, out=x)
    elif activation == SOFTSIGN:
        x /= 1 + np.abs(x)


@jit
def slope(activation, y):
    """The derivative of an activation, from its result."""
    if activation == TANH:
        return 1 - y * y
    if activation == SIGMOID:
        return y * (1 - y)
    if activation == HARD_SIGMOID:
        return (1 if 0 < y < 1 else 0) * (y * 0 + 1) / 6
    if activation == RELU:
        return y * 0 + (1 if y > 0 else 0)
    if activation == SOFTSIGN:
        return (1 - abs(y)) * (1 - abs(y))
    return y * 0 + 1


@jit
def halve_gates(gates, product, bias):
    units = gates.shape[1] // 4
    half = gates.dtype.type(0.5)
    for row in range(gates.shape[0]):
        for k in range(gates.shape[1]):
            total = gates[row, k] + product[row, k] + bias[k]
            is_value = (k >= 2 * units) & (k < 3 * units)
            gates[row, k] = total if is_value else total * half


@jit
def shift_gates(gates):
    units = gates.shape[1] // 4
    half = gates.dtype.type(0.5)
    for row in range(gates.shape[0]):
        for k in range(gates.shape[1]):
            y = gates[row, k]
            is_value = (k >= 2 * units) & (k < 3 * units)
            gates[row, k] = y if is_value else y * half + half


@jit
def lstm_cell(gates, before, after):
    """after = forget gate * before + input gate * value."""
    units = before.shape[1]
    for row in range(before.shape[0]):
        for k in range(units):
            fresh = gates[row, k] * gates[row, 2 * units + k]
            after[row, k] = gates[row, units + k] * before[row, k] + fresh


@jit
def lstm_cell_vjp(gates, before, bent, gh, gc, ggates, gate, squash):
    """From gradients of the new state (gh, gc) to those of gates; gc becomes the old state's."""
    units = before.shape[1]
    for row in range(before.shape[0]):
        enter, forget = gates[row, :units], gates[row, units : 2 * units]
        value, leave = gates[row, 2 * units : 3 * units], gates[row, 3 * units :]
        # Several short loops: the compiler gives up vectors in one that touches all the arrays.
        for k in range(units):
            y = bent[row, k]
            gc[row, k] += gh[row, k] * leave[k] * slope(squash, y)
            ggates[row, 3 * units + k] = gh[row, k] * y * slope(gate, leave[k])
        for k in range(units):
            ggates[row, k] = gc[row, k] * value[k] * slope(gate, enter[k])
        for k in range(units):
            ggates[row, units + k] = gc[row, k] * before[row, k] * slope(gate, forget[k])
        for k in range(units):
            ggates[row, 2 * units + k] = gc[row, k] * enter[k] * slope(squash, value[k])
        for k in range(units):
            gc[row, k] *= forget[k]
