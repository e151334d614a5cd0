"""Connectionist temporal classification: a label sequence's probability over all alignments.

For each time step, `emit` holds the log probability of all alignments that end in a label, `blank`
of those that end in a blank after it. Source: Graves et al., ICML 2006, section 4.1.
"""

import math

import numpy as np

from funclab.engine.kernels.jit import jit

NEVER = -1e5
"""The logarithm of a probability that is practically zero."""


@jit
def either(a, b):
    """log(e^a + e^b)."""
    return a + math.log1p(math.exp(b - a)) if a > b else b + math.log1p(math.exp(a - b))


@jit
def share(part, whole):
    """e^part / e^whole."""
    return math.exp(min(part - whole, 0.0))


@jit
def repeats(labels, k):
    """1 where label k equals the next label: then a blank must separate them."""
    return 1.0 if k + 1 < labels.size and labels[k] == labels[k + 1] else 0.0


@jit
def begun(blank, emit, labels, k):
    """The log probability that label k can come next: all before it are done, blank or not."""
    if k == 0:
        return blank[0]
    return either(blank[k], emit[k - 1] + NEVER * repeats(labels, k - 1))


def doubled(labels):
    """1 for each label that equals the next label."""
    return np.append(labels[1:] == labels[:-1], False).astype(float)[: labels.size]


def begun_in_numpy(blank, emit, doubled):
    """`begun` for every label, and for the end."""
    return np.append(blank[:1], np.logaddexp(blank[1:], emit + NEVER * doubled))


def forward_in_numpy(labels, count, scores, steps, mask, blank, emit):
    again = doubled(labels)
    blank[0], emit[0] = NEVER, NEVER
    blank[0, 0] = 0
    for t in range(steps):
        ready = begun_in_numpy(blank[t], emit[t], again)
        emit[t + 1] = np.logaddexp(ready[:-1], emit[t]) + scores[t, labels]
        after = np.logaddexp(ready[1:], emit[t] + NEVER * (1 - again))
        blank[t + 1] = np.append(ready[:1], after) + scores[t, mask]
    last = blank[steps, count]
    return -(np.logaddexp(last, emit[steps, count - 1]) if count > 0 else last)


@jit(numpy=forward_in_numpy)
def forward(labels, count, scores, steps, mask, blank, emit):
    """The loss of one sequence: -log of the probability of its first `count` labels."""
    n = labels.size
    for k in range(n + 1):
        blank[0, k] = 0.0 if k == 0 else NEVER
    for k in range(n):
        emit[0, k] = NEVER
    for t in range(steps):
        for k in range(n + 1):
            ready = begun(blank[t], emit[t], labels, k)
            if k < n:
                emit[t + 1, k] = either(ready, emit[t, k]) + scores[t, labels[k]]
            blank[t + 1, k] = ready + scores[t, mask]
            if k > 0:
                after = emit[t, k - 1] + scores[t, mask] + NEVER * (1.0 - repeats(labels, k - 1))
                blank[t + 1, k] = either(blank[t + 1, k], after)
    last = blank[steps, count]
    return -(either(last, emit[steps, count - 1]) if count > 0 else last)


def share_in_numpy(part, whole):
    return np.exp(np.minimum(part - whole, 0))


def backward_in_numpy(g, labels, count, scores, steps, mask, blank, emit, gblank, gemit, gscores):
    again = doubled(labels)
    gready, gcame = np.zeros_like(blank[0]), np.zeros_like(emit[0])
    gready[count] = -g
    if count > 0:
        end = np.logaddexp(blank[steps, count], emit[steps, count - 1])
        gready[count] = -g * share_in_numpy(blank[steps, count], end)
        gcame[count - 1] = -g * share_in_numpy(emit[steps, count - 1], end)
    for t in range(steps - 1, -1, -1):
        ready, gafter = begun_in_numpy(blank[t], emit[t], again), gready
        np.add.at(gscores[t], labels, gcame)
        gscores[t, mask] += gafter.sum()
        part = gcame * share_in_numpy(ready[:-1], emit[t + 1] - scores[t, labels])
        gready = gafter * share_in_numpy(ready, blank[t + 1] - scores[t, mask])
        gcame = gcame - part + (gafter - gready)[1:]
        gready[:-1] += part
        kept = gready[1:] * share_in_numpy(blank[t, 1:], ready[1:])
        gcame += gready[1:] - kept
        gready[1:] = kept
    gblank[:], gemit[:] = gready, gcame


@jit(numpy=backward_in_numpy)
def backward(g, labels, count, scores, steps, mask, blank, emit, gblank, gemit, gscores):
    """The gradient with respect to the log probabilities; gblank and gemit have two rows each."""
    n = labels.size
    for k in range(n + 1):
        gblank[0, k] = 0.0
    for k in range(n):
        gemit[0, k] = 0.0
    gblank[0, count] = -g
    if count > 0:
        end = either(blank[steps, count], emit[steps, count - 1])
        gblank[0, count] = -g * share(blank[steps, count], end)
        gemit[0, count - 1] = -g * share(emit[steps, count - 1], end)
    for t in range(steps - 1, -1, -1):
        for k in range(n + 1):
            gblank[1, k] = 0.0
        for k in range(n):
            gemit[1, k] = 0.0
        for k in range(n + 1):
            ready, gready = begun(blank[t], emit[t], labels, k), 0.0
            if k < n:
                gscores[t, labels[k]] += gemit[0, k]
                part = gemit[0, k] * share(ready, emit[t + 1, k] - scores[t, labels[k]])
                gready += part
                gemit[1, k] += gemit[0, k] - part
            gscores[t, mask] += gblank[0, k]
            part = gblank[0, k] * share(ready, blank[t + 1, k] - scores[t, mask])
            gready += part
            if k > 0:
                gemit[1, k - 1] += gblank[0, k] - part
                part = gready * share(blank[t, k], ready)
                gemit[1, k - 1] += gready - part
                gready = part
            gblank[1, k] += gready
        for k in range(n + 1):
            gblank[0, k] = gblank[1, k]
        for k in range(n):
            gemit[0, k] = gemit[1, k]


@jit
def ctc_loss(target, x, counts, steps, out, mask, blank, emit):
    """x holds the logarithms of probabilities, (batch, steps, classes)."""
    for i in range(out.size):
        out[i] = forward(target[i], counts[i], x[i], steps[i], mask, blank[i], emit[i])


def ctc_loss_vjp_in_numpy(g, target, x, counts, steps, mask, blank, emit, gblank, gemit, gx):
    gx[...] = 0
    for i, lengths in enumerate(zip(counts, steps)):
        arrays = blank[i], emit[i], gblank, gemit, gx[i]
        backward_in_numpy(g[i], target[i], lengths[0], x[i], lengths[1], mask, *arrays)
    gx -= gx.sum(axis=2, keepdims=True) * np.exp(x)


@jit(numpy=ctc_loss_vjp_in_numpy)
def ctc_loss_vjp(g, target, x, counts, steps, mask, blank, emit, gblank, gemit, gx):
    """gx becomes the gradient with respect to the scores before the softmax."""
    gx[:] = 0.0
    for i in range(g.size):
        backward(
            g[i], target[i], counts[i], x[i], steps[i], mask, blank[i], emit[i], gblank, gemit,
            gx[i],
        )  # fmt: skip
        for t in range(x.shape[1]):
            total = 0.0
            for j in range(x.shape[2]):
                total += gx[i, t, j]
            for j in range(x.shape[2]):
                gx[i, t, j] -= total * math.exp(x[i, t, j])
