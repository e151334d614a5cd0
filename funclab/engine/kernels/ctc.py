"""Connectionist temporal classification: a label sequence's probability over all alignments.

For each time step, `emit` holds the log probability of all alignments that end in a label, `blank`
of those that end in a blank after it. Source: Graves et al., ICML 2006, section 4.1.
"""

import numpy as np

from funclab.engine.kernels.jit import jit

NEVER = -1e5
"""The logarithm of a probability that is practically zero."""


@jit
def share(part, whole):
    """e^part / e^whole."""
    return np.exp(np.minimum(part - whole, 0.0))


@jit
def repeats(labels):
    """1 for each label that equals the next label: then a blank must separate them."""
    again = np.zeros(labels.size)
    for k in range(labels.size - 1):
        again[k] = labels[k] == labels[k + 1]
    return again


@jit
def begun(blank, emit, again):
    """The log probability that each label, or the end, can come next: all before it are done."""
    ready = blank.copy()
    ready[1:] = np.logaddexp(blank[1:], emit + NEVER * again)
    return ready


@jit
def forward(labels, count, scores, steps, mask, blank, emit):
    """The loss of one sequence: -log of the probability of its first `count` labels."""
    again = repeats(labels)
    blank[0], emit[0] = NEVER, NEVER
    blank[0, 0] = 0.0
    for t in range(steps):
        ready = begun(blank[t], emit[t], again)
        emit[t + 1] = np.logaddexp(ready[:-1], emit[t]) + scores[t][labels]
        ready[1:] = np.logaddexp(ready[1:], emit[t] + NEVER * (1.0 - again))
        blank[t + 1] = ready + scores[t, mask]
    last = blank[steps, count]
    return -(np.logaddexp(last, emit[steps, count - 1]) if count > 0 else last)


@jit
def backward(g, labels, count, scores, steps, mask, blank, emit, gscores):
    """Add to `gscores` the gradient with respect to the log probabilities."""
    again = repeats(labels)
    gready, gcame = np.zeros(labels.size + 1), np.zeros(labels.size)
    gready[count] = -g
    if count > 0:
        end = np.logaddexp(blank[steps, count], emit[steps, count - 1])
        gready[count] = -g * share(blank[steps, count], end)
        gcame[count - 1] = -g * share(emit[steps, count - 1], end)
    for t in range(steps - 1, -1, -1):
        ready, gafter = begun(blank[t], emit[t], again), gready
        gscores[t] += np.bincount(labels, gcame, gscores.shape[1])
        gscores[t, mask] += gafter.sum()
        part = gcame * share(ready[:-1], emit[t + 1] - scores[t][labels])
        gready = gafter * share(ready, blank[t + 1] - scores[t, mask])
        gcame = gcame - part + (gafter - gready)[1:]
        gready[:-1] += part
        kept = gready[1:] * share(blank[t, 1:], ready[1:])
        gcame += gready[1:] - kept
        gready[1:] = kept


@jit
def ctc_loss(target, x, counts, steps, out, mask, blank, emit):
    """x holds the logarithms of probabilities, (batch, steps, classes)."""
    for i in range(out.size):
        out[i] = forward(target[i], counts[i], x[i], steps[i], mask, blank[i], emit[i])


@jit
def ctc_loss_vjp(g, target, x, counts, steps, mask, blank, emit, gx):
    """gx becomes the gradient with respect to the scores before the softmax."""
    gx[:] = 0.0
    for i in range(g.size):
        backward(g[i], target[i], counts[i], x[i], steps[i], mask, blank[i], emit[i], gx[i])
        for t in range(x.shape[1]):
            gx[i, t] -= gx[i, t].sum() * np.exp(x[i, t])
