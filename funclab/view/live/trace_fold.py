"""Walks made short: the middle of a long way forward or back becomes one still."""

from __future__ import annotations

from funclab.errors import ArgumentError
from funclab.view.live.frames import named, say
from funclab.view.live.trace_still import PHASES, Still

LEAST, USUAL, MOST = 12, 60, 400
PROJECTOR = 30
"""As many steps as a class follows."""
SHARES = {"forward": 0.4, "backward": 0.4, "update": 0.2}


def check_most(most: int | None, look: str | None) -> int:
    """How many stills a walk may have.

    Raises: ArgumentError for fewer than 12 or more than 400.
    """
    if most is None:
        return PROJECTOR if look == "projector" else USUAL
    if not LEAST <= most <= MOST:
        raise ArgumentError(
            f"most_steps={most} cannot be used.",
            why=f"a slow motion has between {LEAST} and {MOST} steps; each keeps its pictures in "
            "memory, and nobody follows more.",
            fix=f"write most_steps={USUAL}, or leave it out; the middle of a long model is folded.",
        )
    return most


def fold(stills: list[Still], most: int) -> list[Still]:
    """At most `most` stills: each phase keeps its first and last, the others become one."""
    if len(stills) <= most:
        return stills
    short: list[Still] = []
    for phase in PHASES:
        own = [one for one in stills if one.phase == phase]
        short += _cut(own, max(3, int(most * SHARES[phase])))
    return short


def _cut(stills: list[Still], most: int) -> list[Still]:
    if len(stills) <= most:
        return stills
    first = most // 2
    last = most - first - 1
    middle = stills[first : len(stills) - last]
    names = [name for one in middle for name in [one.key, *one.marks][:2] if name]
    words = say(
        "trace_fold",
        n=len(middle),
        phase=say(f"trace_{middle[0].phase}_word"),
        first=named(names[0] if names else ""),
        last=named(names[-1] if names else ""),
    )
    folded = Still("fold", middle[0].phase, "", words, calls=len(middle))
    return [*stills[:first], folded, *stills[len(stills) - last :]]
