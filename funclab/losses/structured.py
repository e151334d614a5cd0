"""Losses that compare more than one element at a time: overlaps, pairs, alignments."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import config, ops
from funclab.losses.functions import as_float, as_numbers, is_symbolic, known_as, prepared


@known_as()
def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Any:
    """1 - 2 sum(y_true y_pred) / (sum(y_true) + sum(y_pred)), over all axes or `axis`.

    Source: Milletari et al., "V-Net", 3DV 2016.

    >>> float(dice([[0.0, 1.0]], [[0.25, 0.75]]))
    0.2500000374999981
    """
    y_true, y_pred = prepared(y_true, y_pred)
    common = ops.sum(y_true * y_pred, axis=axis)
    total = ops.sum(y_true, axis=axis) + ops.sum(y_pred, axis=axis)
    return 1.0 - 2.0 * common / (total + config.epsilon())


@known_as()
def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None
) -> Any:
    """dice, with false negatives weighted by `alpha` and false positives by `beta`.

    Source: Salehi et al., "Tversky Loss Function for Image Segmentation", 2017.

    >>> float(tversky([[0.0, 1.0]], [[0.25, 0.75]]))
    0.25000007499999255
    """
    y_true, y_pred = prepared(y_true, y_pred)
    common = ops.sum(y_true * y_pred, axis=axis)
    missed = ops.sum((1.0 - y_pred) * y_true, axis=axis)
    excess = ops.sum(y_pred * (1.0 - y_true), axis=axis)
    return 1.0 - common / (common + missed * alpha + excess * beta + config.epsilon())


@known_as()
def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80.0,
    margin: float = 0.4,
) -> Any:
    """log(1 + sum e^a sum e^b) over the pairs of a sample: a for the same class, b for others.

    y_pred contains vectors of norm 1, y_true their class indices; d is 1 - the cosine of a pair.
    a = gamma (d + margin) (d - margin), b = -gamma (d - 1 - margin) (d - 1 + margin), with the
    first factor in parentheses clipped at 0. Samples without a pair do not count.
    Source: Sun et al., "Circle Loss", CVPR 2020, equation 8.

    >>> circle([0, 0, 1], [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]]).round(4)
    array([0.    , 6.4017, 0.    ])
    """
    y_pred = as_float(y_pred)
    others = y_pred if ref_embeddings is None else as_float(ref_embeddings, str(y_pred.dtype))
    labels = ops.reshape(ops.cast(y_true, "int32"), (-1, 1))
    keys = labels if ref_labels is None else ops.reshape(ops.cast(ref_labels, "int32"), (-1, 1))
    far = ops.maximum(1.0 - ops.matmul(y_pred, ops.transpose(others)), 0.0)
    same = ops.equal(labels, ops.transpose(keys))
    positive = same
    if remove_diagonal:
        positive = ops.logical_and(same, ~np.eye(*far.shape, dtype=bool))
    near_terms = gamma * (far + margin) * (far - margin)
    far_terms = gamma * ops.maximum(1.0 + margin - far, 0.0) * (1.0 - margin - far)
    nothing = -1e30  # practically -inf, but with a finite gradient
    pulled = ops.logsumexp(ops.where(positive, near_terms, nothing), axis=1)
    pushed = ops.logsumexp(ops.where(same, nothing, far_terms), axis=1)
    losses = ops.softplus(pulled + pushed)
    if is_symbolic(losses):
        losses.mask = ops.greater(losses, 0.0)
    return losses


@known_as()
def ctc(y_true: Any, y_pred: Any) -> Any:
    """Minus the log of the probability of the labels y_true, given scores y_pred for each step.

    Class 0 is the blank in y_pred; in y_true it means that a sequence has no more labels.
    Shapes: y_true (batch, labels), y_pred (batch, steps, classes) -> (batch).

    >>> import numpy as np
    >>> ctc([[1, 2]], np.zeros((1, 4, 3))).round(4)  # four steps, classes 1 and 2, 0 is blank
    array([1.6864])
    """
    y_pred = as_float(y_pred)
    y_true = y_true if is_symbolic(y_true) else as_numbers(y_true)
    counts = ops.sum(ops.cast(ops.not_equal(y_true, 0), "int32"), axis=-1)
    batch, steps = y_pred.shape[0] or 1, y_pred.shape[-2]
    return ops.ctc_loss(y_true, y_pred, counts, np.full(batch, steps))


for _function in (circle, ctc):
    _function.integer_targets = True
