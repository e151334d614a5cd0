"""A long slow motion made short: neighbouring steps are folded into one."""

from __future__ import annotations

import math
from itertools import chain, groupby

from funclab.errors import ArgumentError
from funclab.view.live.said import named, say
from funclab.view.trace.still import PHASES, Still

LEAST, USUAL, MOST = 12, 60, 400
PROJECTOR = 30
"""How many steps a class follows."""
MARKED = 12
"""How many nodes a fold marks in the diagram."""


def check_most(most: int | None, look: str | None) -> int:
    """How many stills a slow motion may have.

    Raises: ArgumentError for fewer than 12 or more than 400.
    """
    if most is None:
        return PROJECTOR if look == "projector" else USUAL
    if not LEAST <= most <= MOST:
        raise ArgumentError(
            f"most_steps={most} cannot be used.",
            why=f"a slow motion has between {LEAST} and {MOST} steps; each keeps its pictures in "
            "memory, and nobody follows more.",
            fix=f"write most_steps={USUAL}, or leave it out; longer ones are folded.",
        )
    return most


def fold(stills: list[Still], most: int) -> list[Still]:
    """The same stills with at most `most` on the spine. Each fold stands before those that are
    folded into it, layer by layer; beyond MOST stills the longest folds keep none of theirs.
    """
    if len(stills) <= most:
        return stills
    parts: list[list[Still]] = []
    for phase in PHASES:
        own = [still for still in stills if still.phase == phase]
        room = 3 + (most - 3 * len(PHASES)) * len(own) // len(stills)
        parts += _units(own, room)
    limit = _longest([len(part) for part in parts])
    return [still for part in parts for still in _folded(part, limit)]


def _units(stills: list[Still], room: int) -> list[list[Still]]:
    """Stills in at most `room` parts: the first layer and the last stay by themselves."""
    if len(stills) <= room:
        return [[still] for still in stills]
    layers = [list(group) for _, group in groupby(stills, key=_layer)]
    if len(layers) <= room:
        return layers
    middle = layers[1:-1]
    size = math.ceil(len(middle) / (room - 2))
    chunks = [list(chain(*middle[i : i + size])) for i in range(0, len(middle), size)]
    return [layers[0], *chunks, layers[-1]]


def _layer(still: Still) -> str:
    """What a still is about: its node, the layer whose weight is updated, or the loss."""
    about_weights = still.phase == "update" and still.marks
    return still.key or (still.marks[0] if about_weights else say("trace_the_loss"))


def _longest(lengths: list[int]) -> int:
    """How many stills a fold may keep, so that all together are no more than MOST."""
    limit = max(lengths)
    while sum(length for length in lengths if length <= limit) > MOST:
        limit = max(length for length in lengths if length < limit)
    return limit


def _folded(stills: list[Still], limit: int) -> list[Still]:
    if len(stills) == 1:
        return stills
    kept = stills if len(stills) <= limit else []
    names = dict.fromkeys(_layer(still) for still in stills)
    words = say(
        "trace_fold" if kept else "trace_left_out",
        n=len(stills),
        phase=say(f"trace_{stills[0].phase}_word"),
        names=_between(list(names)),
    )
    first, last = stills[0].pictures[:1], stills[-1].pictures[-1:]
    pictures = [*first, *last] if stills[0].phase != "update" else []
    marks = list(dict.fromkeys(still.key for still in stills if still.key))[:MARKED]
    still = Still("fold", stills[0].phase, "", words, pictures, marks=marks, fold=len(kept))
    return [still, *kept]


def _between(names: list[str]) -> str:
    if len(names) == 1:
        return say("trace_fold_one", name=named(names[0]))
    return say("trace_fold_between", first=named(names[0]), last=named(names[-1]))
