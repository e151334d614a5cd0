"""Wrong shapes that a learner may well believe in."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Sequence

from funclab.view.live.said import say, told_shape

MOST = 3
BATCH = f"({say('trace_batch', n='')}"


def wrong_shapes(read: Sequence[str], made: str) -> list[str]:
    """Up to three shapes that are not the right one, the likeliest beliefs first.

    >>> wrong_shapes(["(32, 12, 8)"], "(32, 6)")
    ['(32, 12, 6)', '(32, 12, 8)', '(6,)']
    >>> wrong_shapes(["(batch 32, 16)", "(batch 32, 16)"], "(batch 32, 32)")
    ['(batch 32, 16)', '(batch 64, 16)', '(batch 32, 2, 16)']
    """
    ins, out = [_shape(one) for one in read], _shape(made)
    batched = made.startswith(BATCH)
    size = out[:1] if batched else ()
    found = dict.fromkeys(_told(one, size, batched) for one in _beliefs(ins, out))
    found.pop(made, None)
    return list(found)[:MOST]


def _shape(text: str) -> tuple[int, ...]:
    lengths: tuple[int, ...] = ast.literal_eval(text.replace(BATCH, "("))
    return lengths


def _told(shape: tuple[int, ...], batch: tuple[int, ...], batched: bool) -> str:
    """A believed shape as frames write theirs: its first axis is the batch where it may be."""
    first = shape[:1] in (batch, tuple(2 * one for one in batch))
    return told_shape(shape, batched and first)


def _beliefs(ins: Sequence[tuple[int, ...]], out: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    first = ins[0]
    if len(ins) > 1:  # the same number of axes, laid along another, or stacked
        yield first
        yield (sum(one[0] for one in ins), *first[1:])
        yield (first[0], len(ins), *first[1:])
        yield (*first[:-1], math.prod(one[-1] for one in ins))
    if len(out) != len(first):
        yield (*first[:-1], out[-1])
    if len(out) == len(first) > 2:  # as if padding kept the size, or the channels stayed
        yield (*first[:-1], out[-1])
        yield (*out[:-1], first[-1])
    if len(first) > 2:
        yield (first[0], out[-1])
    yield first
    yield out[1:]
    yield (*first[-1:], *out[-1:])
    yield (*first[:1], math.prod(first[1:]))
    yield (*first, out[-1])
