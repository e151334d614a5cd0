"""One training step over flat arrays: weights w, their gradients g, and the optimizer's state.

`rates` holds the numbers that change from step to step, as float64, with the learning rate first.
Constants come as Python floats and are rounded once to the dtype of the weights.
"""

import math

import numpy as np

from funclab.engine.kernels.jit import jit, span


def advance(learning_rate, iterations, rates):
    iterations[0] += 1
    rates[0] = learning_rate[0]


def advance_adam(learning_rate, iterations, rates, beta_1, beta_2):
    """Also the rate with bias correction, because both averages start at zero."""
    advance(learning_rate, iterations, rates)
    t = int(iterations[0])
    rates[1] = learning_rate[0] * math.sqrt(1.0 - beta_2**t) / (1.0 - beta_1**t)


def advance_adamax(learning_rate, iterations, rates, beta_1):
    advance(learning_rate, iterations, rates)
    rates[1] = learning_rate[0] / (1.0 - beta_1 ** int(iterations[0]))


def advance_nadam(learning_rate, iterations, rates, beta_1, beta_2):
    """The factors of the average and of the gradient; rates[4] is the product of all u so far."""
    advance(learning_rate, iterations, rates)
    t = int(iterations[0])
    u = beta_1 * (1.0 - 0.5 * 0.96**t)
    u_next = beta_1 * (1.0 - 0.5 * 0.96 ** (t + 1))
    product = (rates[4] if t > 1 else 1.0) * u
    rates[1] = learning_rate[0] * u_next / (1.0 - product * u_next)
    rates[2] = learning_rate[0] * (1.0 - u) / (1.0 - product)
    rates[3] = np.divide(1.0, 1.0 - beta_2**t)  # infinite where beta_2 is 1
    rates[4] = product


@jit
def sgd(w, g, rates):
    lr = w.dtype.type(rates[0])
    for i in span(0, w.size):
        w[i] -= lr * g[i]


@jit
def momentum(w, g, m, rates, momentum):
    lr, keep = w.dtype.type(rates[0]), w.dtype.type(momentum)
    for i in span(0, w.size):
        m[i] = keep * m[i] - lr * g[i]
        w[i] += m[i]


@jit
def nesterov(w, g, m, rates, momentum):
    lr, keep = w.dtype.type(rates[0]), w.dtype.type(momentum)
    for i in span(0, w.size):
        step = lr * g[i]
        m[i] = keep * m[i] - step
        w[i] += keep * m[i] - step


@jit
def rmsprop(w, g, v, rates, rho, epsilon):
    lr, eps = w.dtype.type(rates[0]), w.dtype.type(epsilon)
    keep, fresh = w.dtype.type(rho), w.dtype.type(1.0 - rho)
    for i in span(0, w.size):
        v[i] = keep * v[i] + fresh * g[i] * g[i]
        w[i] -= lr * g[i] / np.sqrt(v[i] + eps)


@jit
def rmsprop_full(w, g, v, a, m, rates, rho, momentum, epsilon, centered):
    """With the mean gradient `a` subtracted in the variance (centered is 1 or 0); momentum m."""
    lr, eps = w.dtype.type(rates[0]), w.dtype.type(epsilon)
    keep, fresh = w.dtype.type(rho), w.dtype.type(1.0 - rho)
    hold, centre = w.dtype.type(momentum), w.dtype.type(centered)
    for i in span(0, w.size):
        v[i] = keep * v[i] + fresh * g[i] * g[i]
        a[i] = keep * a[i] + fresh * g[i]
        m[i] = hold * m[i] + lr * g[i] / np.sqrt(v[i] - centre * a[i] * a[i] + eps)
        w[i] -= m[i]


@jit
def adam(w, g, m, v, rates, beta_1, beta_2, epsilon):
    alpha, eps = w.dtype.type(rates[1]), w.dtype.type(epsilon)
    fresh_1, fresh_2 = w.dtype.type(1.0 - beta_1), w.dtype.type(1.0 - beta_2)
    for i in span(0, w.size):
        m[i] += fresh_1 * (g[i] - m[i])
        v[i] += fresh_2 * (g[i] * g[i] - v[i])
        w[i] -= alpha * m[i] / (np.sqrt(v[i]) + eps)


@jit
def adam_amsgrad(w, g, m, v, highest, rates, beta_1, beta_2, epsilon):
    alpha, eps = w.dtype.type(rates[1]), w.dtype.type(epsilon)
    fresh_1, fresh_2 = w.dtype.type(1.0 - beta_1), w.dtype.type(1.0 - beta_2)
    for i in span(0, w.size):
        m[i] += fresh_1 * (g[i] - m[i])
        v[i] += fresh_2 * (g[i] * g[i] - v[i])
        highest[i] = np.maximum(highest[i], v[i])  # which takes over NaN
        w[i] -= alpha * m[i] / (np.sqrt(highest[i]) + eps)


@jit
def adamax(w, g, m, u, rates, beta_1, beta_2, epsilon):
    alpha, eps = w.dtype.type(rates[1]), w.dtype.type(epsilon)
    fresh, keep = w.dtype.type(1.0 - beta_1), w.dtype.type(beta_2)
    for i in span(0, w.size):
        m[i] += fresh * (g[i] - m[i])
        u[i] = np.maximum(keep * u[i], np.abs(g[i]))
        w[i] -= alpha * m[i] / (u[i] + eps)


@jit
def nadam(w, g, m, v, rates, beta_1, beta_2, epsilon):
    of_average, of_gradient = w.dtype.type(rates[1]), w.dtype.type(rates[2])
    scale, eps = w.dtype.type(rates[3]), w.dtype.type(epsilon)
    fresh_1, fresh_2 = w.dtype.type(1.0 - beta_1), w.dtype.type(1.0 - beta_2)
    for i in span(0, w.size):
        m[i] += fresh_1 * (g[i] - m[i])
        v[i] += fresh_2 * (g[i] * g[i] - v[i])
        w[i] -= (of_average * m[i] + of_gradient * g[i]) / (np.sqrt(v[i] * scale) + eps)


@jit
def adagrad(w, g, a, rates, epsilon):
    lr, eps = w.dtype.type(rates[0]), w.dtype.type(epsilon)
    for i in span(0, w.size):
        a[i] += g[i] * g[i]
        w[i] -= lr * g[i] / np.sqrt(a[i] + eps)


@jit
def adadelta(w, g, a, d, rates, rho, epsilon):
    """a: the average squared gradient; d: the average squared step."""
    lr, eps = w.dtype.type(rates[0]), w.dtype.type(epsilon)
    keep, fresh = w.dtype.type(rho), w.dtype.type(1.0 - rho)
    for i in span(0, w.size):
        a[i] = keep * a[i] + fresh * g[i] * g[i]
        step = np.sqrt(d[i] + eps) * g[i] / np.sqrt(a[i] + eps)
        d[i] = keep * d[i] + fresh * step * step
        w[i] -= lr * step


@jit
def ftrl(w, g, a, z, rates, power, l1, l2, shrinkage, beta):
    """a: the sum of squared gradients; z: the sum of gradients minus terms of the weights."""
    kind = w.dtype.type
    lr, limit = kind(rates[0]), kind(l1)
    p = kind(-power)
    ridge = kind(2.0 * l2 + beta / rates[0])
    pull = kind(2.0 * shrinkage)
    for i in span(0, w.size):
        before = a[i] ** p
        a[i] += g[i] * g[i]
        after = a[i] ** p
        z[i] += g[i] + pull * w[i] - (after - before) / lr * w[i]
        kept = np.minimum(np.maximum(z[i], -limit), limit)
        w[i] = (kept - z[i]) / (after / lr + ridge)


@jit
def lion(w, g, m, rates, beta_1, beta_2):
    lr, keep = w.dtype.type(rates[0]), w.dtype.type(beta_1)
    hold = w.dtype.type(beta_2)
    fresh_1, fresh_2 = w.dtype.type(1.0 - beta_1), w.dtype.type(1.0 - beta_2)
    for i in span(0, w.size):
        w[i] -= lr * np.sign(keep * m[i] + fresh_1 * g[i])
        m[i] = hold * m[i] + fresh_2 * g[i]


@jit
def average(w, mean, momentum):
    """The moving average of the weights."""
    keep, fresh = w.dtype.type(momentum), w.dtype.type(1.0 - momentum)
    for i in span(0, w.size):
        mean[i] = keep * mean[i] + fresh * w[i]


@jit
def decay(w, rates, share):
    """Weight decay: w -= lr * share * w."""
    left = w.dtype.type(1.0 - rates[0] * share)
    for i in span(0, w.size):
        w[i] *= left


def clip_norm_in_numpy(g, limit):
    length = math.sqrt(np.square(g, dtype=np.float64).sum())
    # Written so that a NaN length makes every gradient NaN: students must see it.
    if not length <= limit:
        g *= limit / length


@jit(numpy=clip_norm_in_numpy)
def clip_norm(g, limit):
    """Scale g so that its length is at most `limit`."""
    total = np.float64(0)
    for i in range(g.size):
        total += g[i] * g[i]
    length = math.sqrt(total)
    # Written so that a NaN length makes every gradient NaN: students must see it.
    if not length <= limit:
        scale = g.dtype.type(limit / length)
        for i in range(g.size):
            g[i] *= scale
