"""Which shape comes out? The question before a step, with wrong shapes to choose from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from funclab.shape_math import Shape, show
from funclab.view.live.said import question, say
from funclab.view.shapes.step import Step

MOST = 3


def step_question(step: Step) -> dict[str, Any] | None:
    """The question for the shape that a step makes; None where there is nothing to ask."""
    if not step.inputs or not step.outputs or step.role == "fold":
        return None
    inputs, output = [shape for _, shape in step.inputs], step.outputs[0].shape
    return shape_question(f"shape {step.key}", step.key, inputs, output, step.words)


def shape_question(
    name: str, call: str, inputs: Sequence[Shape], output: Shape, explain: str
) -> dict[str, Any]:
    """Which shape does a call return? `name` tells the question from others."""
    options = {show(shape) for shape in [output, *wrong_shapes(inputs, output)]}
    prompt = say("ask_shape", key=call, given=", ".join(map(show, inputs)))
    return question(name, prompt, sorted(options), show(output), explain)


def wrong_shapes(inputs: Sequence[Shape], output: Shape) -> list[Shape]:
    """Up to three shapes that the call does not return, the likeliest beliefs first.

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
    if len(inputs) > 1 and all(inputs):  # the same number of axes, laid along another, or stacked
        yield first
        yield (_known(sum, [shape[0] for shape in inputs]), *first[1:])
        yield (first[0], len(inputs), *first[1:])
        yield (*first[:-1], _known(math.prod, [shape[-1] for shape in inputs]))
    if len(output) != len(first):
        yield (*first[:-1], *output[-1:])
    if len(output) == len(first) > 2:  # as if padding kept the size, or the channels stayed
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
