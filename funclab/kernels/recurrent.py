"""Recurrent layers over a whole sequence: simple, gated (GRU), and with a cell state (LSTM).

Arrays are (time, batch, features), so that a step is one block of memory; the states hs and cs hold
one step more, the initial state in front. The products of all inputs with the kernel are one large
matrix product; each step then needs one with the recurrent kernel, and a few loops over the gates.

What all of them take: `gates` holds the products of the inputs, and after a step the activated
gates; `ggates` takes the gradients before the activations. `gate` and `squash` number the
activations of gates and values. Where `frozen` (time, batch, 1) is True the state stays as it is.
`dropout` (batch, units) multiplies the state on its way into the recurrent kernel, and `gdropout`
takes its gradient. Going back, `gh` and `gc` are taken from the last state to the first; `ghs` are
the gradients of the states that each step hands out. Any of frozen, dropout, gdropout and ghs may
be None.
"""

from __future__ import annotations

import numpy as np

from funclab.kernels.jit import jit
from funclab.kernels.threads import matmul

ACTIVATIONS = ("linear", "relu", "hard_sigmoid", "softsign", "sigmoid", "tanh")
LINEAR, RELU, HARD_SIGMOID, SOFTSIGN, SIGMOID, TANH = range(6)


def project(xs, w, bias, gates):
    """gates = xs w + bias, for all steps at once; bias may be None."""
    rows = gates.shape[0] * gates.shape[1]
    matmul(xs.reshape(rows, xs.shape[2]), w, gates.reshape(rows, gates.shape[2]))
    if bias is not None:
        gates += bias


def simple_rnn(recurrent, frozen, dropout, gates, hs, squash):
    """Fill gates (the new states) and hs, step by step."""
    product = np.empty(gates.shape[1:], gates.dtype)
    for s in range(len(gates)):
        np.matmul(thinned(hs[s], dropout), recurrent, out=product)
        gates[s] += product
        activate(gates[s], squash)
        np.copyto(hs[s + 1], gates[s])
        freeze(hs, s, frozen)


def simple_rnn_vjp(ghs, gh, recurrent, frozen, dropout, gdropout, gates, hs, ggates, squash):
    """Fill ggates; take gh to the first state."""
    for s in reversed(range(len(gates))):
        if ghs is not None:
            gh += ghs[s]
        kept = None if frozen is None else gh.copy()
        np.copyto(ggates[s], gh)
        times_slope(ggates[s], gates[s], squash)
        clear(ggates[s], s, frozen)
        np.matmul(ggates[s], recurrent.T, out=gh)
        through_dropout(gh, hs[s], dropout, gdropout)
        if frozen is not None:
            np.copyto(gh, kept, where=frozen[s])


def gru(recurrent, bias, frozen, dropout, gates, pulled, hs, gate, squash):
    """Fill gates (z, r, value), pulled (what r lets through, or what it is let act on) and hs.

    With a bias, r multiplies the recurrent product, which has that bias; without one, it multiplies
    the state before the product.
    """
    units = hs.shape[2]
    width = 2 * units if bias is None else 3 * units
    product = np.empty((hs.shape[1], width), gates.dtype)
    for s in range(len(gates)):
        state, value = thinned(hs[s], dropout), gates[s, :, 2 * units :]
        np.matmul(state, recurrent[:, :width], out=product)
        if bias is not None:
            product += bias
        open_gates(gates[s], product, gate)
        if bias is None:
            np.multiply(gates[s, :, units : 2 * units], state, out=pulled[s])
            value += pulled[s] @ recurrent[:, width:]
        else:
            np.copyto(pulled[s], product[:, 2 * units :])
            value += gates[s, :, units : 2 * units] * pulled[s]
        activate(value, squash)
        gru_cell(gates[s], hs[s], hs[s + 1])
        freeze(hs, s, frozen)


def gru_vjp(
    ghs, gh, recurrent, frozen, dropout, gdropout, gates, pulled, hs, ggates, ginner, gate, squash
):
    """Fill ggates, and ginner: the gradients of the recurrent product, None without its bias."""
    units = hs.shape[2]
    for s in reversed(range(len(gates))):
        if ghs is not None:
            gh += ghs[s]
        kept = None if frozen is None else gh.copy()
        gru_cell_vjp(gates[s], hs[s], gh, ggates[s], gate, squash)
        clear(ggates[s], s, frozen)
        reset = gates[s, :, units : 2 * units]
        greset, gvalue = ggates[s, :, units : 2 * units], ggates[s, :, 2 * units :]
        if ginner is None:
            gpulled = gvalue @ recurrent[:, 2 * units :].T
            np.multiply(gpulled, thinned(hs[s], dropout), out=greset)
            times_slope(greset, reset, gate)
            gstate = ggates[s, :, : 2 * units] @ recurrent[:, : 2 * units].T
            gstate += gpulled * reset
        else:
            np.multiply(gvalue, pulled[s], out=greset)
            times_slope(greset, reset, gate)
            np.copyto(ginner[s], ggates[s])
            ginner[s, :, 2 * units :] *= reset
            gstate = ginner[s] @ recurrent.T
        through_dropout(gstate, hs[s], dropout, gdropout)
        gh += gstate
        if frozen is not None:
            np.copyto(gh, kept, where=frozen[s])


def lstm(recurrent, bias, frozen, dropout, gates, hs, cs, bent, gate, squash):
    """Fill gates, hs, cs and bent (the squashed cell states), step by step."""
    steps, batch, width = gates.shape
    units = width // 4
    product = np.empty((batch, width), gates.dtype)
    for s in range(steps):
        np.matmul(thinned(hs[s], dropout), recurrent, out=product)
        activate_gates(gates[s], product, bias, gate, squash)
        lstm_cell(gates[s], cs[s], cs[s + 1])
        np.copyto(bent[s], cs[s + 1])
        activate(bent[s], squash)
        np.multiply(gates[s, :, 3 * units :], bent[s], out=hs[s + 1])
        freeze(hs, s, frozen)
        freeze(cs, s, frozen)


def lstm_vjp(
    ghs, gh, gc, recurrent, frozen, dropout, gdropout, gates, hs, cs, bent, ggates, gate, squash
):
    """Fill ggates; take gh and gc to the first states."""
    for s in reversed(range(len(gates))):
        if ghs is not None:
            gh += ghs[s]
        kept = None if frozen is None else (gh.copy(), gc.copy())
        lstm_cell_vjp(gates[s], cs[s], bent[s], gh, gc, ggates[s], gate, squash)
        clear(ggates[s], s, frozen)
        np.matmul(ggates[s], recurrent.T, out=gh)
        through_dropout(gh, hs[s], dropout, gdropout)
        if kept is not None:
            np.copyto(gh, kept[0], where=frozen[s])
            np.copyto(gc, kept[1], where=frozen[s])


def inputs_vjp(ggates, w, gxs):
    """The gradient of the inputs of all steps."""
    rows = ggates.shape[0] * ggates.shape[1]
    matmul(ggates.reshape(rows, -1), w.T, gxs.reshape(rows, -1))


def weight_vjp(states, g, slot):
    """slot = the products of all steps' states and gradients, summed."""
    rows = g.shape[0] * g.shape[1]
    matmul(states.reshape(rows, -1).T, g.reshape(rows, -1), slot)


def bias_vjp(g, slot):
    """slot = the gradients of all steps and samples, summed."""
    rows = g.reshape(-1, g.shape[2])
    np.matmul(np.ones(len(rows), g.dtype), rows, out=slot)


# Parts of a step.
def thinned(states, dropout):
    return states if dropout is None else states * dropout


def through_dropout(g, state, dropout, gdropout):
    """From the gradient of a thinned state to that of the state."""
    if gdropout is not None:
        gdropout += g * state
    if dropout is not None:
        g *= dropout


def freeze(states, s, frozen):
    if frozen is not None:
        np.copyto(states[s + 1], states[s], where=frozen[s])


def clear(g, s, frozen):
    if frozen is not None:
        np.copyto(g, 0, where=frozen[s])


def open_gates(gates, product, gate):
    """z and r of a GRU: activations of gates + product."""
    width = 2 * (gates.shape[1] // 3)
    both = gates[:, :width]
    both += product[:, :width]
    activate(both, gate)


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
    """The derivative of an activation, from its result: a number, or an array."""
    if activation == TANH:
        return 1 - y * y
    if activation == SIGMOID:
        return y * (1 - y)
    if activation == HARD_SIGMOID:
        return ((0 < y) & (y < 1)) * (y * 0 + 1) / 6
    if activation == RELU:
        return (y > 0) * (y * 0 + 1)
    if activation == SOFTSIGN:
        return (1 - np.abs(y)) * (1 - np.abs(y))
    return y * 0 + 1


@jit(numpy=lambda g, y, activation: np.multiply(g, slope(activation, y), out=g))
def times_slope(g, y, activation):
    """g *= the derivative of an activation, from its result."""
    for row in range(g.shape[0]):
        for k in range(g.shape[1]):
            g[row, k] *= slope(activation, y[row, k])


def halve_gates_in_numpy(gates, product, bias):
    units = gates.shape[1] // 4
    gates += product
    gates += bias
    gates[:, : 2 * units] *= 0.5
    gates[:, 3 * units :] *= 0.5


@jit(numpy=halve_gates_in_numpy)
def halve_gates(gates, product, bias):
    units = gates.shape[1] // 4
    half = gates.dtype.type(0.5)
    for row in range(gates.shape[0]):
        for k in range(gates.shape[1]):
            total = gates[row, k] + product[row, k] + bias[k]
            is_value = (k >= 2 * units) & (k < 3 * units)
            gates[row, k] = total if is_value else total * half


def shift_gates_in_numpy(gates):
    units = gates.shape[1] // 4
    for part in (gates[:, : 2 * units], gates[:, 3 * units :]):
        part *= 0.5
        part += 0.5


@jit(numpy=shift_gates_in_numpy)
def shift_gates(gates):
    units = gates.shape[1] // 4
    half = gates.dtype.type(0.5)
    for row in range(gates.shape[0]):
        for k in range(gates.shape[1]):
            y = gates[row, k]
            is_value = (k >= 2 * units) & (k < 3 * units)
            gates[row, k] = y if is_value else y * half + half


def lstm_cell_in_numpy(gates, before, after):
    enter, forget, value, _ = np.split(gates, 4, axis=1)
    np.add(forget * before, enter * value, out=after)


@jit(numpy=lstm_cell_in_numpy)
def lstm_cell(gates, before, after):
    """after = forget gate * before + input gate * value."""
    units = before.shape[1]
    for row in range(before.shape[0]):
        for k in range(units):
            fresh = gates[row, k] * gates[row, 2 * units + k]
            after[row, k] = gates[row, units + k] * before[row, k] + fresh


def lstm_cell_vjp_in_numpy(gates, before, bent, gh, gc, ggates, gate, squash):
    enter, forget, value, leave = np.split(gates, 4, axis=1)
    genter, gforget, gvalue, gleave = np.split(ggates, 4, axis=1)
    gc += gh * leave * slope(squash, bent)
    np.multiply(gh * bent, slope(gate, leave), out=gleave)
    np.multiply(gc * value, slope(gate, enter), out=genter)
    np.multiply(gc * before, slope(gate, forget), out=gforget)
    np.multiply(gc * enter, slope(squash, value), out=gvalue)
    gc *= forget


@jit(numpy=lstm_cell_vjp_in_numpy)
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


def gru_cell_in_numpy(gates, before, after):
    z, _, value = np.split(gates, 3, axis=1)
    np.add(value, z * (before - value), out=after)


@jit(numpy=gru_cell_in_numpy)
def gru_cell(gates, before, after):
    """after = z * before + (1 - z) * value."""
    units = before.shape[1]
    for row in range(before.shape[0]):
        for k in range(units):
            value = gates[row, 2 * units + k]
            after[row, k] = value + gates[row, k] * (before[row, k] - value)


def gru_cell_vjp_in_numpy(gates, before, gh, ggates, gate, squash):
    z, _, value = np.split(gates, 3, axis=1)
    gz, _, gvalue = np.split(ggates, 3, axis=1)
    np.multiply(gh * (before - value), slope(gate, z), out=gz)
    np.multiply(gh * (1 - z), slope(squash, value), out=gvalue)
    gh *= z


@jit(numpy=gru_cell_vjp_in_numpy)
def gru_cell_vjp(gates, before, gh, ggates, gate, squash):
    """The gradients of z and the value; gh becomes what goes straight to the old state."""
    units = before.shape[1]
    for row in range(before.shape[0]):
        z, value = gates[row, :units], gates[row, 2 * units :]
        for k in range(units):
            ggates[row, k] = gh[row, k] * (before[row, k] - value[k]) * slope(gate, z[k])
        for k in range(units):
            ggates[row, 2 * units + k] = gh[row, k] * (1 - z[k]) * slope(squash, value[k])
        for k in range(units):
            gh[row, k] *= z[k]
