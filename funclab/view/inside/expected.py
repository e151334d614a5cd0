"""What a model expects at each position of a sequence: the likeliest classes of an output there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.inside.attention import POSITIONS
from funclab.view.inside.calls import ROWS

if TYPE_CHECKING:
    from funclab.view.inside.facts import Inner

LIKELY = 2
"""How many classes are named for each position."""


def expects(inner: Inner, index: int) -> bool:
    """Whether a call is an output that has classes with names at each of a few positions."""
    call = inner.calls[index]
    named = call.kind == ROWS and inner.answered.names(call.value)
    return bool(named) and call.plane[1] <= POSITIONS


def expected(inner: Inner, index: int, sample: int) -> list[dict[str, Any]]:
    """For each position before the padding, the word there ("at") and the likeliest classes after
    it, each with its probability ("likely")."""
    call = inner.calls[index]
    names, length = inner.answered.names(call.value), call.plane[1]
    made, words = inner.values(index, sample)[0], inner.words(sample, length)
    found = []
    for place in range(inner.padding(sample, length)):
        best = np.argsort(-made[place], kind="stable")[:LIKELY].tolist()
        likely = [[clean(names[i]) or say("inside_zero"), _percent(made[place, i])] for i in best]
        found.append({"at": words[place], "likely": likely})
    return found


def all_expected(inner: Inner, samples: list[int]) -> dict[str, Any]:
    """What is expected of some samples, by the number of the call and that of the sample."""
    calls = [i for i in range(len(inner.listed)) if expects(inner, i)]
    return {str(i): {str(k): expected(inner, i, k) for k in samples} for i in calls}


def _percent(share: float) -> str:
    return say("inside_share", percent=f"{100 * share:.0f}")
