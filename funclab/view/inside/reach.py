"""Which part of an image one number of a call depends on: its receptive field."""

from __future__ import annotations

from collections.abc import Sequence

from funclab.view.inside.calls import IMAGE, Shown

Axis = tuple[int, int, int]
"""A place p of a call depends on the image from p * first + second to p * first + third."""
Reach = tuple[int, list[Axis]]
"""The call of the image, and its rows and columns."""


def reaches(calls: Sequence[Shown]) -> list[Reach | None]:
    """The receptive field of each call; None where it is all of the image, or where the calls
    before it are none that move along an image."""
    found: dict[int, Reach | None] = {}
    values = {call.value: i for i, call in reversed([*enumerate(calls)])}

    def of(i: int) -> Reach | None:
        if i not in found:
            found[i] = None
            found[i] = _reach(
                calls[i], i, [of(values[v]) for v in calls[i].recipe.sources if v in values]
            )
        return found[i]

    return [of(i) for i in range(len(calls))]


def _reach(call: Shown, index: int, before: list[Reach | None]) -> Reach | None:
    if call.kind == IMAGE:
        return index, [(1, 0, 0), (1, 0, 0)]
    recipe = call.recipe
    known = [reach for reach in before if reach is not None]
    if not known or len(known) < len(before) or len({image for image, _ in known}) > 1:
        return None
    kept = recipe.kind in ("sum", "largest", "mean", "activation", "normal", "merge")
    joined = recipe.kind == "joined" and recipe.axis == 2
    if not (kept or joined) or call.plane[:2] == (1, 1) or recipe.group:
        return None
    if recipe.window.transposed or recipe.window.deep:
        return None
    image, axes = known[0][0], [_widest([axes[n] for _, axes in known]) for n in (0, 1)]
    moved = []
    for axis, size, stride, dilation, pad in zip(axes, *recipe.window.axes):
        if axis is None:
            return None
        scale, low, high = axis
        start = -pad * scale
        moved.append((scale * stride, low + start, high + start + (size - 1) * dilation * scale))
    return image, moved


def _widest(axes: list[Axis]) -> Axis | None:
    """What several paths reach together, if they move at the same speed."""
    if len({scale for scale, _, _ in axes}) > 1:
        return None
    return axes[0][0], min(low for _, low, _ in axes), max(high for _, _, high in axes)
