"""The loops of recurrent.py in NumPy, for half of a batch: the samples from `first` to `last`."""

from __future__ import annotations

import numpy as np

ACTIVATIONS = ("linear", "relu", "hard_sigmoid", "softsign", "sigmoid", "tanh")
LINEAR, RELU, HARD_SIGMOID, SOFTSIGN, SIGMOID, TANH = range(6)


def simple_rnn(first, last, recurrent, bias, frozen, dropout, gates, hs, squash):
    half = slice(first, last)
    for s in range(len(gates)):
        y = gates[s, half]
        y += thinned(hs[s, half], dropout[half]) @ recurrent + bias
        activate(y, squash)
        np.copyto(hs[s + 1, half], y)
        freeze(hs, s, half, frozen)


def simple_rnn_vjp(
    first, last, ghs, gh, recurrent, frozen, dropout, gdropout, gates, hs, ggates, squash
):
    half = slice(first, last)
    for s in reversed(range(len(gates))):
        receive(ghs, s, half, gh)
        np.copyto(ggates[s, half], gh[half])
        times_slope(ggates[s, half], gates[s, half], squash)
        clear(ggates, s, half, frozen)
        back = ggates[s, half] @ recurrent.T
        through_dropout(back, hs[s, half], dropout[half], gdropout[half])
        np.copyto(gh[half], back, where=~held(frozen, s, half))


def gru(first, last, recurrent, bias, inner_bias, frozen, dropout, gates, pulled, hs, gate, squash):
    half, units = slice(first, last), hs.shape[2]
    for s in range(len(gates)):
        state, y = thinned(hs[s, half], dropout[half]), gates[s, half]
        y += bias
        z, reset, value = parts(y, 3)
        if inner_bias.size:
            product = state @ recurrent + inner_bias
            y[:, : 2 * units] += product[:, : 2 * units]
            np.copyto(pulled[s, half], product[:, 2 * units :])
            activate(y[:, : 2 * units], gate)
            value += reset * pulled[s, half]
        else:
            y[:, : 2 * units] += state @ recurrent[:, : 2 * units]
            activate(y[:, : 2 * units], gate)
            np.multiply(reset, state, out=pulled[s, half])
            value += pulled[s, half] @ recurrent[:, 2 * units :]
        activate(value, squash)
        np.add(value, z * (hs[s, half] - value), out=hs[s + 1, half])
        freeze(hs, s, half, frozen)


def gru_vjp(
    first, last, ghs, gh, recurrent, frozen, dropout, gdropout, gates, pulled, hs, ggates, ginner,
    gate, squash,
):  # fmt: skip
    half, units = slice(first, last), hs.shape[2]
    for s in reversed(range(len(gates))):
        receive(ghs, s, half, gh)
        z, reset, value = parts(gates[s, half], 3)
        gz, greset, gvalue = parts(ggates[s, half], 3)
        np.multiply(gh[half], hs[s, half] - value, out=gz)
        np.multiply(gh[half], 1 - z, out=gvalue)
        times_slope(gz, z, gate)
        times_slope(gvalue, value, squash)
        clear(ggates, s, half, frozen)
        if ginner.size:
            np.multiply(gvalue, pulled[s, half], out=greset)
            times_slope(greset, reset, gate)
            clear(ggates, s, half, frozen)
            np.copyto(ginner[s, half], ggates[s, half])
            ginner[s, half, 2 * units :] *= reset
            back = ginner[s, half] @ recurrent.T
        else:
            gpulled = gvalue @ recurrent[:, 2 * units :].T
            np.multiply(gpulled, thinned(hs[s, half], dropout[half]), out=greset)
            times_slope(greset, reset, gate)
            back = ggates[s, half, : 2 * units] @ recurrent[:, : 2 * units].T
            back += gpulled * reset
        through_dropout(back, hs[s, half], dropout[half], gdropout[half])
        back += gh[half] * z
        np.copyto(gh[half], back, where=~held(frozen, s, half))


def lstm(first, last, recurrent, bias, frozen, dropout, gates, hs, cs, bent, gate, squash):
    half, units = slice(first, last), hs.shape[2]
    for s in range(len(gates)):
        y = gates[s, half]
        y += thinned(hs[s, half], dropout[half]) @ recurrent + bias
        enter, forget, value, leave = parts(y, 4)
        activate(y[:, : 2 * units], gate)
        activate(value, squash)
        activate(leave, gate)
        np.add(forget * cs[s, half], enter * value, out=cs[s + 1, half])
        np.copyto(bent[s, half], cs[s + 1, half])
        activate(bent[s, half], squash)
        np.multiply(leave, bent[s, half], out=hs[s + 1, half])
        freeze(hs, s, half, frozen)
        freeze(cs, s, half, frozen)


def lstm_vjp(
    first, last, ghs, gh, gc, recurrent, frozen, dropout, gdropout, gates, hs, cs, bent, ggates,
    gate, squash,
):  # fmt: skip
    half = slice(first, last)
    for s in reversed(range(len(gates))):
        receive(ghs, s, half, gh)
        moving = ~held(frozen, s, half)
        enter, forget, value, leave = parts(gates[s, half], 4)
        genter, gforget, gvalue, gleave = parts(ggates[s, half], 4)
        within = gh[half] * leave
        times_slope(within, bent[s, half], squash)
        within += gc[half]
        np.multiply(gh[half], bent[s, half], out=gleave)
        np.multiply(within, value, out=genter)
        np.multiply(within, cs[s, half], out=gforget)
        np.multiply(within, enter, out=gvalue)
        for g, y in ((gleave, leave), (genter, enter), (gforget, forget)):
            times_slope(g, y, gate)
        times_slope(gvalue, value, squash)
        clear(ggates, s, half, frozen)
        back = ggates[s, half] @ recurrent.T
        through_dropout(back, hs[s, half], dropout[half], gdropout[half])
        np.copyto(gh[half], back, where=moving)
        np.copyto(gc[half], within * forget, where=moving)


# Parts of a step.
def parts(y, count):
    """The columns in `count` equal parts; np.split takes six times as long."""
    return y.reshape(len(y), count, y.shape[1] // count).swapaxes(0, 1)


def thinned(states, dropout):
    return states * dropout if dropout.size else states


def through_dropout(g, states, dropout, gdropout):
    """Turn the gradient of the states after dropout into that of the states."""
    if dropout.size:
        gdropout += g * states
        g *= dropout


def receive(ghs, s, half, gh):
    """Add the gradient of the output of step s."""
    if ghs.size:
        gh[half] += ghs[s, half]


def held(frozen, s, half):
    """Where the states do not change in step s."""
    return frozen[s, half] if frozen.size else np.False_


def freeze(states, s, half, frozen):
    np.copyto(states[s + 1, half], states[s, half], where=held(frozen, s, half))


def clear(g, s, half, frozen):
    np.copyto(g[s, half], 0, where=held(frozen, s, half))


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
