"""Connectionist temporal classification: the chance of a label sequence, over all alignments.

For each step of the scores, `emit` holds the log chance of all alignments that end in a label, and
`blank` that of those that end after it, in a blank. Source: Graves et al., ICML 2006, section 4.1.
"""

import math

from funclab.kernels.jit import jit

NEVER = -1e5
"""The logarithm of a chance that is as good as none."""


@jit
def either(a, b):
    """log(e^a + e^b)."""
    return a + math.log1p(math.exp(b - a)) if a > b else b + math.log1p(math.exp(a - b))


@jit
def share(part, whole):
    """How much of e^whole is e^part."""
    return math.exp(min(part - whole, 0.0))


@jit
def repeats(labels, k):
    """1 where label k is followed by itself: then a blank has to come between."""
    return 1.0 if k + 1 < labels.size and labels[k] == labels[k + 1] else 0.0


@jit
def begun(blank, emit, labels, k):
    """The log chance that label k may come next: all before it are read, with or without blank."""
    if k == 0:
        return blank[0]
    return either(blank[k], emit[k - 1] + NEVER * repeats(labels, k - 1))


@jit
def forward(labels, count, scores, steps, mask, blank, emit):
    """The loss of one sequence: -log of the chance of its first `count` labels."""
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


@jit
def backward(g, labels, count, scores, steps, mask, blank, emit, gblank, gemit, gscores):
    """The gradient with respect to the log chances; gblank and gemit have two rows each."""
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


@jit
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
