"""Walks made short: steps that repeat a pattern, or lie in the middle, become one."""

from __future__ import annotations

from dataclasses import replace

from funclab.view.draw.text import plural
from funclab.view.shapes.step import Step

LONGEST_PATTERN = 12
LAST = 5
"""How many steps stay at the end when the middle is left out."""


def fold(steps: list[Step], limit: int) -> list[Step]:
    """At most `limit` steps (and never fewer than three)."""
    if len(steps) <= limit:
        return steps
    short = _fold_repeats(steps)
    if len(short) <= limit:
        return short
    first = max(1, limit - LAST - 1)
    last = min(LAST, max(1, limit - first - 1))
    middle = short[first:-last]
    count = sum(one.calls for one in middle)
    words = f"{plural(count, 'more call')}, from {middle[0].key} to {middle[-1].key}."
    return [*short[:first], _folded(middle, words), *short[-last:]]


def _fold_repeats(steps: list[Step]) -> list[Step]:
    """Each run of the same pattern of steps once, then one step for its repeats."""
    short: list[Step] = []
    at = 0
    while at < len(steps):
        length, repeats = _longest_run(steps, at)
        pattern = steps[at : at + length]
        short += pattern
        rest = steps[at + length : at + length * repeats]
        if rest:
            times = "once" if repeats == 2 else f"{repeats - 1} times"
            what = f"The {length} calls before" if length > 1 else f"A call like {pattern[0].key}"
            words = f"{what}, {times} more ({rest[0].key} to {rest[-1].key}): same rules."
            short.append(_folded(rest, words))
        at += length * repeats
    return short


def _longest_run(steps: list[Step], at: int) -> tuple[int, int]:
    """The pattern that starts here and covers most when repeated: its length, and how often."""
    best = (1, 1)
    for length in range(1, min(LONGEST_PATTERN, (len(steps) - at) // 2) + 1):
        repeats = 1
        while _same(steps, at, at + length * repeats, length):
            repeats += 1
        # A fold saves steps only when more than one is folded into it.
        if length * (repeats - 1) > 1 and length * repeats > best[0] * best[1]:
            best = (length, repeats)
    return best


def _same(steps: list[Step], a: int, b: int, length: int) -> bool:
    return b + length <= len(steps) and all(
        steps[a + i].pattern == steps[b + i].pattern for i in range(length)
    )


def _folded(steps: list[Step], sentence: str) -> Step:
    """One step in the place of several: it ends where the last of them ends."""
    last = steps[-1]
    added = sum(step.added for step in steps)
    return replace(
        last,
        key=f"{steps[0].key} … {last.key}",
        name="",
        detail="",
        inputs=steps[0].inputs,
        words=sentence,
        parameters=f"{added:,} in all" if added else "",
        added=added,
        role="fold",
        calls=sum(step.calls for step in steps),
    )
