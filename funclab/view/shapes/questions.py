"""Which shape comes out? The question before a step, with wrong shapes to choose from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from funclab.shape_math import Shape
from funclab.view.live.said import say
from funclab.view.scene.words import shape_text
from funclab.view.shapes.step import Step

MOST = 3


def shape_question(step: Step) -> dict[str, Any] | None:
    """The question for the shape that a step makes; None where there is nothing to ask."""
    if not step.inputs or not step.outputs or step.role == "fold":
        return None
    given, made = [shape for _, shape in step.inputs], step.outputs[0].shape
    options = {shape_text(shape) for shape in [made, *wrong_shapes(given, made)]}
    texts = {"key": step.key, "given": ", ".join(map(shape_text, given))}
    return {
        "id": f"shape {step.key}",
        "prompt": say("ask_shape", **texts),
        "options": sorted(options),
        "answer": shape_text(made),
        "explain": step.words,
    }


def wrong_shapes(given: Sequence[Shape], made: Shape) -> list[Shape]:
    """Up to three shapes that are not the one that is made, the likeliest beliefs first.

    >>> wrong_shapes([(None, 12, 8)], (None, 6))
    [(None, 12, 6), (None, 12, 8), (6,)]
    >>> wrong_shapes([(32, 16), (32, 16)], (32, 32))
    [(32, 16), (64, 16), (32, 2, 16)]
    """
    beliefs = dict.fromkeys(_beliefs(given, made))
    beliefs.pop(tuple(made), None)
    return list(beliefs)[:MOST]


def _beliefs(given: Sequence[Shape], made: Shape) -> Iterator[Shape]:
    first = given[0]
    if len(given) > 1 and all(given):  # the same number of axes, laid along another, or stacked
        yield first
        yield (_known(sum, [shape[0] for shape in given]), *first[1:])
        yield (first[0], len(given), *first[1:])
        yield (*first[:-1], _known(math.prod, [shape[-1] for shape in given]))
    if len(made) != len(first):
        yield (*first[:-1], *made[-1:])
    if len(made) == len(first) > 2:  # as if padding kept the size, or the channels stayed
        yield (*first[:-1], made[-1])
        yield (*made[:-1], first[-1])
    if len(first) > 2:
        yield (first[0], *made[-1:])
    yield first
    yield made[1:]
    yield (*first[-1:], *made[-1:])
    yield (*first[:1], _known(math.prod, first[1:]))
    yield (*first, *made[-1:])


def _known(function: Any, lengths: Sequence[int | None]) -> int | None:
    return None if None in lengths else function(lengths)
