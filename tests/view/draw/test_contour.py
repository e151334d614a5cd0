"""Contours lie where linear interpolation has the level, and turn as smoothly as the values do."""

from __future__ import annotations

import numpy as np
import pytest

from funclab.view.draw.contour import contours
from tests.view.draw.paths import chains

SIDE = 110
ROWS, COLUMNS = np.mgrid[0:1:56j, 0:1:56j]
NOWHERE = np.zeros((1, 2))
SHAPES = {
    "a slope": COLUMNS + 0.3 * ROWS - 0.6,
    "a disc": 0.3 - np.hypot(ROWS - 0.5, COLUMNS - 0.4),
    "a ring": 0.1 - abs(np.hypot(ROWS - 0.5, COLUMNS - 0.5) - 0.3),
    "saddles": np.sin(9 * ROWS) * np.sin(9 * COLUMNS) + 0.01,
}


def interpolated(values, points):
    """Values between those of the grid, linear along each of its lines."""
    x, y = np.clip(points.T / SIDE * 55, 0, 54.9999)
    row, column = y.astype(int), x.astype(int)
    down, across = y - row, x - column
    upper = values[row, column] * (1 - across) + values[row, column + 1] * across
    lower = values[row + 1, column] * (1 - across) + values[row + 1, column + 1] * across
    return upper * (1 - down) + lower * down


def area_of(corners):
    """Below 0 for a hole."""
    x, y = corners.T
    return (y @ np.roll(x, -1) - x @ np.roll(y, -1)) / 2


@pytest.mark.parametrize("values", SHAPES.values(), ids=SHAPES)
def test_the_values_on_a_line_are_at_its_level(values):
    lines = chains(contours(values[None], 0.0, SIDE, NOWHERE, False)[0])

    steepest = max(np.abs(np.diff(values, axis=i)).max() for i in (0, 1)) * 55 / SIDE
    for line in lines:
        assert np.abs(interpolated(values, line)).max() < 0.35 * steepest


@pytest.mark.parametrize("values", SHAPES.values(), ids=SHAPES)
def test_closed_lines_enclose_what_is_above_the_level(values):
    rings = chains(contours(values[None], 0.0, SIDE, NOWHERE, True)[0])

    enclosed = sum(area_of(ring) for ring in rings) / SIDE**2
    above = (
        interpolated(values, np.random.default_rng(0).uniform(0, SIDE, (40_000, 2))) > 0
    ).mean()
    assert enclosed == pytest.approx(above, abs=0.01)
    assert all(np.allclose(ring[0], ring[-1], atol=0.11) for ring in rings)


def test_a_line_ends_at_the_border_or_where_it_begins():
    for values in SHAPES.values():
        for line in chains(contours(values[None], 0.0, SIDE, NOWHERE, False)[0]):
            at_border = [np.isclose(end % SIDE, 0).any() for end in (line[0], line[-1])]
            assert all(at_border) or np.allclose(line[0], line[-1], atol=0.11)


def test_a_circle_has_the_length_of_a_circle_so_no_steps():
    (line,) = chains(contours(SHAPES["a disc"][None], 0.0, SIDE, NOWHERE, False)[0])

    length = np.hypot(*np.diff(line, axis=0).T).sum()
    assert length == pytest.approx(2 * np.pi * 0.3 * SIDE, rel=0.01)


def test_grids_that_are_traced_together_are_as_if_traced_alone():
    grids, corners = np.stack([*SHAPES.values()]), np.arange(8.0).reshape(4, 2)

    together = contours(grids, 0.0, SIDE, corners, True)
    alone = [
        contours(grid[None], 0.0, SIDE, corner[None], True)[0]
        for grid, corner in zip(grids, corners, strict=True)
    ]

    for one, other in zip(together, alone, strict=True):
        areas = [sum(map(area_of, chains(data))) for data in (one, other)]
        assert areas[0] == pytest.approx(areas[1], rel=0.005)
        starts = [
            np.min([ring.min(axis=0) for ring in chains(data)], axis=0) for data in (one, other)
        ]
        assert np.allclose(*starts, atol=0.2)


@pytest.mark.parametrize("value", [-1.0, 0.0])
def test_where_nothing_is_above_the_level_there_is_no_line(value):
    flat = np.full((2, 5, 5), value)

    assert contours(flat, 0.0, SIDE, np.zeros((2, 2)), True) == ["", ""]
