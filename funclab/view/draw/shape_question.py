"""The question of ask mode which shape a call returns, with wrong shapes that many believe."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from funclab.graph.shape_math import Shape, show
from funclab.view.draw.sentences import question, say

MOST = 3
"""How many wrong shapes stand beside the right one."""


def shape_question(
    name: str, call: str, inputs: Sequence[Shape], output: Shape, explain: str
) -> dict[str, Any]:
    """Which shape does a call return? `name` distinguishes the question from others."""
    options = {show(shape) for shape in [output, *wrong_shapes(inputs, output)]}
    prompt = say("ask_shape", key=call, given=", ".join(map(show, inputs)))
    return question(name, prompt, sorted(options), show(output), explain)


def wrong_shapes(inputs: Sequence[Shape], output: Shape) -> list[Shape]:
    """Up to three shapes that the call does not return, the most likely mistakes first.

    >>> wrong_shapes([(None, 12, 8)], (None, 6))
    [(None, 12, 6), (None, 12, 8), (6,)]
    >>> wrong_shapes([(32, 16), (32, 16)], (32, 32))
    [(32, 16), (64, 16), (32, 2, 16)]
    """
    beliefs = dict.fromkeys(_beliefs(inputs, output))
    beliefs.pop(tuple(output), None)
    return list(beliefs)[:MOST]


def _beliefs(inputs: Sequence[Shape], output: Shape) -> Iterator[Shape]:
    first = inputs[0]
    if len(inputs) > 1 and all(inputs):  # as if joined along another axis, stacked or multiplied
        yield first
        yield (_known(sum, [shape[0] for shape in inputs]), *first[1:])
        yield (first[0], len(inputs), *first[1:])
        yield (*first[:-1], _known(math.prod, [shape[-1] for shape in inputs]))
    if len(output) != len(first):
        yield (*first[:-1], *output[-1:])
    if len(output) == len(first) > 2:  # as if padding kept the size, or the channels were kept
        yield (*first[:-1], output[-1])
        yield (*output[:-1], first[-1])
    if len(first) > 2:
        yield (first[0], *output[-1:])
    yield first
    yield output[1:]
    yield (*first[-1:], *output[-1:])
    yield (*first[:1], _known(math.prod, first[1:]))
    yield (*first, *output[-1:])


def _known(function: Any, lengths: Sequence[int | None]) -> int | None:
    return None if None in lengths else function(lengths)
