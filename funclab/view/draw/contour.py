"""Contours of values on a grid by marching squares: where linear interpolation gives a level.

Several grids of one size are traced together, so that NumPy does for all at once what it can.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from funclab.view.draw.canvas import number

Array = Any
STRAIGHT, THINNINGS = 0.12, 3
"""A point so near to the line between its neighbours, in pixels, is left out; how often we look."""
NUMBERS = [number(i / 10) for i in (*range(10_000), *range(-9999, 0))]
"""Coordinates as they are written, by tenths of a pixel; negative ones come from the end."""


def _ways(above: list[bool], joined: bool) -> list[tuple[int, int]]:
    """The sides where a level enters and leaves a square, of which some corners are above it.
    Corners go clockwise from the upper left; a side goes from its corner to the next."""
    after = above[1:] + above[:1]
    enters = [side for side in range(4) if after[side] and not above[side]]
    leaves = [side for side in range(4) if above[side] and not after[side]]
    if len(enters) == 2:  # two opposite corners: joined through the middle, or each by itself
        leaves = [(side + (3 if joined else 1)) % 4 for side in enters]
    return [*zip(enters, leaves)]


WAYS = np.full((2, 2, 32), -1)
"""Enters and leaves of the first and of the second way through a square, by its corners as bits,
plus 16 if the middle is above the level."""
for _code in range(32):
    for _i, _way in enumerate(_ways([bool(_code >> i & 1) for i in range(4)], _code > 15)):
        WAYS[_i, :, _code] = _way


def contours(grids: Array, level: float, side: float, corners: Array, closed: bool) -> list[str]:
    """Path data of the lines where `grids` (count, n, n) have the value `level`, for each grid.

    A grid fills a square of this `side`, in pixels, from its point in `corners` (count, 2) on. If
    `closed`, the lines run along its border too, around all that is above the level.
    """
    count, n, _ = grids.shape
    along = np.linspace(0, side, n)
    if closed:
        grids = np.pad(grids, ((0, 0), (1, 1), (1, 1)), constant_values=level - 1)
        along = np.pad(along, 1, mode="edge")
    chains = [*_chains(*_crossings(grids, level))]
    if not chains:
        return [""] * count
    points, owners = _places(grids, level, along, np.concatenate(chains))
    points += corners[owners]
    names = np.repeat(np.arange(len(chains)), [len(chain) for chain in chains])
    kept = _thinned(points, names)
    texts = [""] * count
    for owner, text in _written(points[kept], names[kept], owners[kept]):
        texts[owner] += text
    return texts


def _crossings(grids: Array, level: float) -> tuple[list[int], list[int]]:
    """The steps from one crossed line of the grid to the next, with what is above at the left."""
    above, wide = grids > level, grids.shape[2]
    parts = (slice(None, -1), slice(1, None))
    corners = [(slice(None), parts[row], parts[column]) for row, column in CLOCKWISE]
    code: Array = sum(above[corner] * (1 << i) for i, corner in enumerate(corners))
    saddle: Array = (code == 5) | (code == 10)
    if saddle.any():
        middle = sum(grids[corner] for corner in corners) / 4
        code = code + 16 * (saddle & (middle > level))
    places = 2 * np.arange(grids.size).reshape(grids.shape)[:, :-1, :-1]
    lines = np.array([0, 3, 2 * wide, 1])
    begins: list[int] = []
    ends: list[int] = []
    for enters, leaves in WAYS:
        crossed = enters[code] >= 0
        here, kind = places[crossed], code[crossed]
        begins += (here + lines[enters[kind]]).tolist()
        ends += (here + lines[leaves[kind]]).tolist()
    return begins, ends


CLOCKWISE = ((0, 0), (0, 1), (1, 1), (1, 0))


def _chains(begins: list[int], ends: list[int]) -> Iterator[list[int]]:
    """The steps joined, those that begin at a border first; a ring ends where it begins."""
    follow = dict(zip(begins, ends))
    open_ends = [*follow.keys() - {*ends}]
    while follow:
        at = open_ends.pop() if open_ends else next(iter(follow))
        chain = [at]
        while at in follow:
            at = follow.pop(at)
            chain.append(at)
        yield chain


def _places(grids: Array, level: float, along: Array, crossed: Array) -> tuple[Array, Array]:
    """Where the level is on each crossed line of the grid, and in which grid that is."""
    wide, values = len(along), grids.reshape(-1)
    place, down = crossed >> 1, crossed & 1
    first, second = values[place], values[place + np.where(down, wide, 1)]
    part = (level - first) / (second - first)
    row, column = place // wide % wide, place % wide
    steps = np.append(np.diff(along), 0)
    x = along[column] + part * steps[column] * (1 - down)
    y = along[row] + part * steps[row] * down
    return np.stack([x, y], axis=1), place // wide**2


def _thinned(points: Array, names: Array) -> Array:
    """The indices of the points without those on straight stretches; `names` are of chains."""
    kept = np.arange(len(points))
    for _ in range(THINNINGS):
        here, name = points[kept], names[kept]
        before, after = here[:-2], here[2:]
        ahead, aside = after - before, here[1:-1] - before
        length = np.hypot(*ahead.T)
        off = np.abs(ahead[:, 0] * aside[:, 1] - ahead[:, 1] * aside[:, 0])
        inner = (name[:-2] == name[2:]) & (length > 0) & (off < STRAIGHT * length)
        inner &= np.arange(len(inner)) % 2 == 0
        kept = kept[~np.concatenate([[False], inner, [False]])]
    return kept


def _written(points: Array, names: Array, owners: Array) -> Iterator[tuple[int, str]]:
    """Each chain as path data: its first point, and the steps from there."""
    tenths = np.rint(10 * points).astype(int)
    steps = np.diff(tenths, axis=0, prepend=tenths[:1])
    first = np.flatnonzero(np.diff(names, prepend=-1))
    steps[first] = tenths[first]
    words = [f"{NUMBERS[x]},{NUMBERS[y]}" for x, y in steps.tolist()]
    ends = [*first[1:].tolist(), len(words)]
    for start, end, owner in zip(first.tolist(), ends, owners[first].tolist()):
        yield owner, f"M{words[start]}l{' '.join(words[start + 1 : end])}"
