"""Recurrent layers over a whole sequence: simple, gated (GRU), and with a cell state (LSTM).

Arrays are (time, batch, features), so that a step is one block of memory; the states hs and cs have
one step more: the initial state comes first. Samples are independent, so each thread takes half of
a batch through all the steps. `gates` first holds the products of the inputs and the kernel, and at
the end the activated gates.

Arguments of the loops: the samples from `first` to `last`; `recurrent`, the recurrent kernel;
`gate` and `squash`, the numbers of the activations of gates and values; `frozen` (time, batch, 1),
True where the state does not change; `dropout` (batch, units), by which the state is multiplied
before the recurrent kernel. Backward, `gh` and `gc` go from the last state to the first, `ggates`
receives the gradients before the activations, and `gdropout` that of dropout; `ghs` are the
gradients of each step's output. Without frozen, dropout or ghs, their arrays are empty.
In NumPy, a `span` is one slice of all samples; long parts of a step: recurrent_in_numpy.py.
"""

import math

import numpy as np

import funclab.engine.kernels.recurrent.recurrent_in_numpy as in_numpy
from funclab.engine.kernels.jit import ENABLED, jit, span
from funclab.engine.kernels.threads import WORTH_SHARING, run_halves

# As in recurrent_in_numpy; repeated because compiled code does not notice changes of other files.
LINEAR, RELU, HARD_SIGMOID, SOFTSIGN, SIGMOID, TANH = range(6)

# tanh(x) = x P(x^2) / Q(x^2) up to 9.1, above which it is 1 in float32. The coefficients minimize
# the largest error: 3e-7, with the rounding (NumPy's is 6e-8, in twice the time).
LIMIT = np.float32(9.1)
P1, P2, P3, P4 = np.array([0.133775, 3.491291e-3, 2.0534104e-5, 1.3242881e-8], np.float32)
Q1, Q2, Q3, Q4 = np.array([0.4671082, 2.5860916e-2, 3.278422e-4, 7.7324716e-7], np.float32)


def share_batch(work, gates, xs, hs):
    """Call `work(first, last)` for all samples; if products are large, for half on each thread."""
    batch = gates.shape[1]
    operations = 2 * gates.size * (xs.shape[2] + hs.shape[2])
    if ENABLED and operations > WORTH_SHARING:
        run_halves(work, batch, operations)
    else:
        work(0, batch)


def weights_vjp(products):
    """slot = states^T g, summed over all steps, for each (states, g, slot); each thread makes half
    of the columns. For a slot without rows, that of a bias, the states count as 1."""
    whole = [(states, g, slot) for states, g, slot in products if slot is not None]

    def half(first, last):
        for states, g, slot in whole:
            n = g.shape[2]
            columns = slice(n * first // 2, n * last // 2)
            rows = g.reshape(-1, n)
            ones = slot.ndim == 1
            left = np.ones(len(rows), g.dtype) if ones else states.reshape(len(rows), -1).T
            np.matmul(left, rows[:, columns], out=slot[..., columns])

    run_halves(half, 2, sum(2 * slot.size * g.shape[0] * g.shape[1] for _, g, slot in whole))


@jit
def simple_rnn(first, last, recurrent, bias, frozen, dropout, gates, hs, squash):
    """Fill gates (the new states) and hs, step by step."""
    for s in range(len(gates)):
        state = thinned(hs[s], dropout, first, last)
        add_product(state[first:last], recurrent, gates[s, first:last], 0)
        for r in span(first, last):
            add(gates[s, r], bias)
            activate(gates[s, r], squash)
            copy(hs[s + 1, r], gates[s, r])
        freeze(first, last, hs, frozen, s)


@jit
def simple_rnn_vjp(
    first, last, ghs, gh, recurrent, frozen, dropout, gdropout, gates, hs, ggates, squash
):
    """Fill ggates; carry gh back to the first state."""
    turned, back = np.ascontiguousarray(recurrent.T), np.empty_like(gh)
    for s in range(len(gates) - 1, -1, -1):
        receive(first, last, gh, ghs, s)
        for r in span(first, last):
            copy(ggates[s, r], gh[r])
            times_slope(ggates[s, r], gates[s, r], squash)
            if frozen.size:
                clear(ggates[s, r], frozen[s, r])
        carry(first, last, ggates[s], turned, back, hs[s], dropout, gdropout)
        pass_on(first, last, back, gh, frozen, s)


@jit
def gru(first, last, recurrent, bias, inner_bias, frozen, dropout, gates, hs, pulled, gate, squash):
    """Fill gates (z, r, value), pulled (the product that r multiplies, or r times state) and hs.

    With an inner bias, r multiplies the recurrent product, which has that bias; with an empty one,
    r multiplies the state before the product.
    """
    units = hs.shape[2]
    to_gates = np.ascontiguousarray(recurrent[:, : 2 * units])
    to_value = np.ascontiguousarray(recurrent[:, 2 * units :])
    for s in range(len(gates)):
        state = thinned(hs[s], dropout, first, last)
        add_product(state[first:last], to_gates, gates[s, first:last], 0)
        if inner_bias.size:
            for r in span(first, last):
                add(gates[s, r][..., : 2 * units], inner_bias[: 2 * units])
                copy(pulled[s, r], inner_bias[2 * units :])
            add_product(state[first:last], to_value, pulled[s, first:last], 0)
        for r in span(first, last):
            y = gates[s, r]
            add(y, bias)
            activate(y[..., : 2 * units], gate)
            if inner_bias.size:
                add_products(y[..., 2 * units :], y[..., units : 2 * units], pulled[s, r])
            else:
                multiply(pulled[s, r], y[..., units : 2 * units], state[r])
        if not inner_bias.size:
            add_product(pulled[s, first:last], to_value, gates[s, first:last], 2 * units)
        for r in span(first, last):
            value = gates[s, r][..., 2 * units :]
            activate(value, squash)
            after = hs[s + 1, r]
            subtract(after, hs[s, r], value)
            multiply(after, after, gates[s, r][..., :units])
            add(after, value)
        freeze(first, last, hs, frozen, s)


@jit
def gru_vjp(
    first, last, ghs, gh, recurrent, frozen, dropout, gdropout, gates, hs, pulled, ggates, ginner,
    gate, squash,
):  # fmt: skip
    """Fill ggates and ginner, the gradients of the recurrent product (empty without its bias)."""
    units = hs.shape[2]
    turned, back = np.ascontiguousarray(recurrent.T), np.empty_like(gh)
    gpulled = np.empty_like(gh)
    for s in range(len(gates) - 1, -1, -1):
        receive(first, last, gh, ghs, s)
        for r in span(first, last):
            gru_cell_vjp(gates[s, r], hs[s, r], gh[r], ggates[s, r], gate, squash)
            if frozen.size:
                clear(ggates[s, r], frozen[s, r])
        if ginner.size:
            for r in span(first, last):
                g, reset = ggates[s, r], gates[s, r][..., units : 2 * units]
                multiply(g[..., units : 2 * units], g[..., 2 * units :], pulled[s, r])
                times_slope(g[..., units : 2 * units], reset, gate)
                copy(ginner[s, r], g)
                multiply(ginner[s, r][..., 2 * units :], g[..., 2 * units :], reset)
            carry(first, last, ginner[s], turned, back, hs[s], dropout, gdropout)
        else:
            state = thinned(hs[s], dropout, first, last)
            product(ggates[s, first:last, 2 * units :], turned[2 * units :], gpulled[first:last])
            for r in span(first, last):
                greset = ggates[s, r][..., units : 2 * units]
                reset = gates[s, r][..., units : 2 * units]
                multiply(greset, gpulled[r], state[r])
                times_slope(greset, reset, gate)
            product(ggates[s, first:last, : 2 * units], turned[: 2 * units], back[first:last])
            for r in span(first, last):
                add_products(back[r], gpulled[r], gates[s, r][..., units : 2 * units])
            through_dropout(first, last, back, hs[s], dropout, gdropout)
        for r in span(first, last):
            add_products(back[r], gh[r], gates[s, r][..., :units])
        pass_on(first, last, back, gh, frozen, s)


@jit(inline=True)
def gru_cell_vjp(y, before, gh, g, gate, squash):
    """The gradients of z and the value."""
    units = before.shape[-1]
    z, value = y[..., :units], y[..., 2 * units :]
    gz, gvalue = g[..., :units], g[..., 2 * units :]
    subtract(gz, before, value)
    multiply(gz, gz, gh)
    times_slope(gz, z, gate)
    multiply(gvalue, gh, z)
    subtract(gvalue, gh, gvalue)
    times_slope(gvalue, value, squash)


@jit
def lstm(first, last, recurrent, bias, frozen, dropout, gates, hs, cs, bent, gate, squash):
    """Fill gates (input, forget, value, output), hs, cs and bent (the squashed cell states)."""
    for s in range(len(gates)):
        state = thinned(hs[s], dropout, first, last)
        add_product(state[first:last], recurrent, gates[s, first:last], 0)
        for r in span(first, last):
            add(gates[s, r], bias)
            lstm_cell(gates[s, r], cs[s, r], cs[s + 1, r], bent[s, r], hs[s + 1, r], gate, squash)
        freeze(first, last, hs, frozen, s)
        freeze(first, last, cs, frozen, s)


@jit
def lstm_cell(y, before, after, bent, h, gate, squash):
    """after = forget * before + input * value; h = output * squash(after)."""
    units = before.shape[-1]
    forget, value = y[..., units : 2 * units], y[..., 2 * units : 3 * units]
    activate(y[..., : 2 * units], gate)
    activate(value, squash)
    activate(y[..., 3 * units :], gate)
    multiply(after, forget, before)
    add_products(after, y[..., :units], value)
    copy(bent, after)
    activate(bent, squash)
    multiply(h, y[..., 3 * units :], bent)


@jit
def lstm_vjp(
    first, last, ghs, gh, gc, recurrent, frozen, dropout, gdropout, gates, hs, cs, bent, ggates,
    gate, squash,
):  # fmt: skip
    """Fill ggates; carry gh and gc back to the first states."""
    turned, back = np.ascontiguousarray(recurrent.T), np.empty_like(gh)
    for s in range(len(gates) - 1, -1, -1):
        receive(first, last, gh, ghs, s)
        for r in span(first, last):
            y, g, passed = gates[s, r], ggates[s, r], back[r]
            lstm_cell_vjp(y, cs[s, r], bent[s, r], gh[r], gc[r], g, passed, gate, squash)
            if frozen.size:
                clear(g, frozen[s, r])
                keep(passed, gc[r], frozen[s, r])
            copy(gc[r], passed)
        carry(first, last, ggates[s], turned, back, hs[s], dropout, gdropout)
        pass_on(first, last, back, gh, frozen, s)


@jit(inline=True)
def lstm_cell_vjp(y, before, bent, gh, gc, g, back, gate, squash):
    """The gradients of the gates from those of the new state; back: the old cell state's."""
    units = before.shape[-1]
    value, leave = y[..., 2 * units : 3 * units], y[..., 3 * units :]
    gvalue, gleave = g[..., 2 * units : 3 * units], g[..., 3 * units :]
    multiply(back, gh, leave)
    times_slope(back, bent, squash)
    add(back, gc)
    multiply(g[..., :units], back, value)
    multiply(g[..., units : 2 * units], back, before)
    multiply(gvalue, back, y[..., :units])
    multiply(gleave, gh, bent)
    multiply(back, back, y[..., units : 2 * units])
    times_slope(g[..., : 2 * units], y[..., : 2 * units], gate)
    times_slope(gvalue, value, squash)
    times_slope(gleave, leave, gate)


# Parts of a step, for some samples.
@jit(numpy=lambda states, dropout, first, last: states * dropout if dropout.size else states)
def thinned(states, dropout, first, last):
    """The states times dropout, for the samples from `first` to `last`."""
    if not dropout.size:
        return states
    out = np.empty_like(states)
    for r in range(first, last):
        multiply(out[r], states[r], dropout[r])
    return out


@jit
def carry(first, last, g, turned, back, states, dropout, gdropout):
    """Fill back, the gradient of the states, from that of their product with the kernel."""
    product(g[first:last], turned, back[first:last])
    through_dropout(first, last, back, states, dropout, gdropout)


@jit
def through_dropout(first, last, g, states, dropout, gdropout):
    """Turn the gradient g of the states after dropout into that of the states."""
    if dropout.size:
        for r in span(first, last):
            back = g[r]
            add_products(gdropout[r], back, states[r])
            multiply(back, back, dropout[r])


@jit
def receive(first, last, gh, ghs, s):
    """Add the gradient of the output of step s."""
    if ghs.size:
        for r in span(first, last):
            add(gh[r], ghs[s, r])


@jit
def pass_on(first, last, back, gh, frozen, s):
    """The gradients of the states before step s become those of its predecessor."""
    for r in span(first, last):
        if frozen.size:
            keep(back[r], gh[r], frozen[s, r])
        copy(gh[r], back[r])


@jit
def freeze(first, last, states, frozen, s):
    """Repeat the states that do not change in step s."""
    if frozen.size:
        for r in span(first, last):
            keep(states[s + 1, r], states[s, r], frozen[s, r])


@jit(numpy=lambda x, y, frozen: np.copyto(x, y, where=frozen), inline=True)
def keep(x, y, frozen):
    if frozen[0]:
        copy(x, y)


@jit(numpy=lambda g, frozen: np.copyto(g, 0, where=frozen), inline=True)
def clear(g, frozen):
    if frozen[0]:
        g[:] = 0


@jit(numpy=np.matmul)
def product(a, w, out):
    """out = a w."""
    out[:] = 0
    add_product(a, w, out, 0)


@jit(numpy=in_numpy.add_product)
def add_product(a, w, out, at):
    """out += a w, for few rows; `at` is the column of out in which it begins.

    BLAS cannot be called from a compiled loop. At these sizes this is as fast: four rows of `a`
    and four of `w` at a time, so that each number, once loaded, is used four times.
    """
    rows, length = a.shape
    columns = w.shape[1]
    whole_rows, whole_length = rows - rows % 4, length - length % 4
    for i in range(0, whole_rows, 4):
        y0, y1, y2, y3 = out[i, at:], out[i + 1, at:], out[i + 2, at:], out[i + 3, at:]
        for k in range(0, whole_length, 4):
            w0, w1, w2, w3 = w[k], w[k + 1], w[k + 2], w[k + 3]
            a00, a01, a02, a03 = a[i, k], a[i, k + 1], a[i, k + 2], a[i, k + 3]
            a10, a11, a12, a13 = a[i + 1, k], a[i + 1, k + 1], a[i + 1, k + 2], a[i + 1, k + 3]
            a20, a21, a22, a23 = a[i + 2, k], a[i + 2, k + 1], a[i + 2, k + 2], a[i + 2, k + 3]
            a30, a31, a32, a33 = a[i + 3, k], a[i + 3, k + 1], a[i + 3, k + 2], a[i + 3, k + 3]
            for j in range(columns):
                x0, x1, x2, x3 = w0[j], w1[j], w2[j], w3[j]
                y0[j] += a00 * x0 + a01 * x1 + a02 * x2 + a03 * x3
                y1[j] += a10 * x0 + a11 * x1 + a12 * x2 + a13 * x3
                y2[j] += a20 * x0 + a21 * x1 + a22 * x2 + a23 * x3
                y3[j] += a30 * x0 + a31 * x1 + a32 * x2 + a33 * x3
    for i in range(rows):
        for k in range(whole_length if i < whole_rows else 0, length):
            y, x, scale = out[i, at:], w[k], a[i, k]
            for j in range(columns):
                y[j] += scale * x[j]


# Parts of a step, for one sample. The compiler vectorizes short loops over few arrays; assigning
# arrays would also make it compile an error message about shapes, which takes seconds.
@jit(numpy=np.copyto, inline=True)
def copy(x, y):
    for k in range(x.size):
        x[k] = y[k]


@jit(numpy=lambda x, y: np.add(x, y, out=x), inline=True)
def add(x, y):
    for k in range(x.size):
        x[k] += y[k]


@jit(numpy=lambda x, y, z: np.subtract(y, z, out=x), inline=True)
def subtract(x, y, z):
    for k in range(x.size):
        x[k] = y[k] - z[k]


@jit(numpy=lambda x, y, z: np.multiply(y, z, out=x), inline=True)
def multiply(x, y, z):
    for k in range(x.size):
        x[k] = y[k] * z[k]


@jit(numpy=lambda x, y, z: np.add(x, y * z, out=x), inline=True)
def add_products(x, y, z):
    for k in range(x.size):
        x[k] += y[k] * z[k]


@jit(numpy=in_numpy.activate)
def activate(y, activation):
    """Apply an activation in place."""
    zero, half, one, six = y.dtype.type(0), y.dtype.type(0.5), y.dtype.type(1), y.dtype.type(6)
    if activation == TANH:
        bend(y, one)
    elif activation == SIGMOID:
        bend(y, half)
    elif activation == RELU:
        for k in range(y.size):
            y[k] = zero if y[k] < zero else y[k]
    elif activation == HARD_SIGMOID:
        for k in range(y.size):
            x = y[k] / six + half
            x = zero if x < zero else x
            y[k] = one if x > one else x
    elif activation == SOFTSIGN:
        for k in range(y.size):
            y[k] /= one + abs(y[k])


@jit
def bend(y, scale):
    """y = scale tanh(scale y) + 1 - scale: tanh with a scale of 1, the sigmoid with a half."""
    one = y.dtype.type(1)
    rest = one - scale
    if y.itemsize > 4:
        for k in range(y.size):
            y[k] = scale * math.tanh(scale * y[k]) + rest
        return
    for k in range(y.size):
        x = scale * y[k]
        x = LIMIT if x > LIMIT else x
        x = -LIMIT if x < -LIMIT else x
        q = x * x
        top = x * (one + q * (P1 + q * (P2 + q * (P3 + q * P4))))
        x = top / (one + q * (Q1 + q * (Q2 + q * (Q3 + q * Q4))))
        x = one if x > one else x
        x = -one if x < -one else x
        y[k] = scale * x + rest


@jit(numpy=in_numpy.times_slope)
def times_slope(g, y, activation):
    """g *= the derivative of an activation, from its result y."""
    zero, one, six = y.dtype.type(0), y.dtype.type(1), y.dtype.type(6)
    if activation == TANH:
        for k in range(y.size):
            g[k] *= one - y[k] * y[k]
    elif activation == SIGMOID:
        for k in range(y.size):
            g[k] *= y[k] * (one - y[k])
    elif activation == HARD_SIGMOID:
        for k in range(y.size):
            g[k] *= one / six if zero < y[k] < one else zero
    elif activation == RELU:
        for k in range(y.size):
            g[k] *= one if y[k] > zero else zero
    elif activation == SOFTSIGN:
        for k in range(y.size):
            g[k] *= (one - abs(y[k])) * (one - abs(y[k]))
