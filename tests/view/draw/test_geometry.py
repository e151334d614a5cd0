"""Areas, rounded paths and marks: what they have in common with rectangles, circles and mirrors."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from funclab.view.draw.geometry import (
    MARKS,
    Area,
    area,
    closed,
    curved,
    lock_path,
    mark_path,
    next_to,
    of_length,
    pairs,
    polyline,
    quarter,
    round_outline,
    rounded,
)


def points(data: str) -> list[complex]:
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", data)]
    return [complex(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]


def along(a: complex, b: complex, c: complex, d: complex) -> list[complex]:
    """Points of a cubic curve."""
    parts = [k / 10 for k in range(11)]
    return [
        a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t**2 * (1 - t) + d * t**3
        for t in parts
    ]


def test_an_area_knows_its_sides_and_its_middle():
    one = area(3 + 4j, 10, 20)

    assert (one.x, one.y, one.right, one.bottom) == (3, 4, 13, 24)
    assert (one.corner, one.middle) == (3 + 4j, 8 + 14j)
    assert one.grown(2) == Area(x=1, y=2, width=14, height=24)
    assert one.grown(-1) == Area(x=4, y=5, width=8, height=18)


@pytest.mark.parametrize(
    ("other", "meets", "contained"),
    [
        (area(3 + 4j, 10, 20), True, True),
        (area(5 + 6j, 2, 2), True, True),
        (area(12 + 23j, 5, 5), True, False),
        (area(13 + 4j, 5, 5), False, False),
        (area(3 + 24j, 5, 5), False, False),
        (area(-2 + 4j, 5, 5), False, False),
        (area(3 - 1j, 5, 5), False, False),
        (area(0j, 50, 50), True, False),
        (area(4 + 0j, 2, 50), True, False),
        (area(0 + 6j, 50, 2), True, False),
    ],
)
def test_areas_that_share_more_than_a_side_meet(other, meets, contained):
    one = area(3 + 4j, 10, 20)

    assert one.meets(other) == other.meets(one) == meets
    assert one.contains(other) == contained


def test_a_note_stands_at_the_first_corner_that_is_free_or_else_at_the_right():
    part, others = area(100 + 100j, 80, 40), []
    places = []
    for _ in range(5):
        places.append(next_to(part, 20, 10, others))
        others.append(places[-1])

    assert [place.corner for place in places] == [
        154 + 135j, 106 + 135j, 154 + 95j, 106 + 95j, 184 + 115j,
    ]  # fmt: skip
    assert {(place.width, place.height) for place in places} == {(20, 10)}
    assert not any(a.meets(b) for i, a in enumerate(places) for b in places[:i])


def test_a_rounded_path_keeps_its_ends_and_leaves_the_corner_at_the_radius():
    path = rounded([0, 100, 100 + 60j], 10)

    assert (path[0], path[-1]) == (0, 100 + 60j)
    assert len(path) % 3 == 1
    curves = [path[i : i + 4] for i in range(0, len(path) - 1, 3)]
    straight, corner, last = curves
    assert (straight[-1], corner[-1]) == (90, 100 + 10j)
    assert all(abs(point.imag) < 1e-9 for point in along(*straight))
    assert all(abs(point.real - 100) < 1e-9 for point in along(*last))
    assert all(abs(abs(point - (90 + 10j)) - 10) < 0.05 for point in along(*corner))


def test_a_radius_takes_at_most_half_of_a_side_and_none_keeps_the_corner():
    short = rounded([0, 8, 8 + 60j], 10)
    sharp = rounded([0, 100, 100 + 60j])

    assert 4 in short and 8 + 4j in short
    assert 100 in sharp and sharp[-1] == 100 + 60j
    assert rounded([0, 30]) == [0, 10, 20, 30]
    assert rounded([5, 5]) == [5]


def test_a_quarter_and_an_outline_are_circles():
    first = [10 + 0j, *points(quarter(10 + 10j, 10, 10j))]
    assert first[-1] == 10j
    assert all(abs(abs(point) - 10) < 0.05 for point in along(*first))

    outline = points(round_outline(7 + 8j, 5))
    curves = [outline[i : i + 4] for i in range(0, len(outline) - 1, 3)]
    assert len(curves) == 4 and outline[0] == outline[-1]
    assert all(abs(abs(p - (7 + 8j)) - 5) < 0.05 for curve in curves for p in along(*curve))
    assert round_outline(0, 5).endswith("Z")


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_lies_around_its_point_and_is_its_own_mirror_image(mark):
    middle = 50 + 40j
    corners = {complex(round(p.real, 2), round(p.imag, 2)) for p in points(mark_path(mark, middle))}

    assert all(abs(p.real - 50) <= 7 and abs(p.imag - 40) <= 7.5 for p in corners)
    assert max(p.real for p in corners) - min(p.real for p in corners) > 9
    mirrored = {complex(round(100 - p.real, 2), p.imag) for p in corners}
    assert mirrored == corners
    larger = points(mark_path(mark, middle, 12))
    smaller = points(mark_path(mark, middle, 6))
    for a, b in zip(larger, smaller, strict=True):
        assert abs((a - middle) - 2 * (b - middle)) < 0.03


def test_marks_all_differ_and_a_star_has_five_points():
    shapes = {mark: points(mark_path(mark, 0j, 10)) for mark in MARKS}

    assert len({tuple(shape) for shape in shapes.values()}) == len(MARKS) == 7
    assert [len(shapes[mark]) for mark in ("diamond", "square", "triangle", "hexagon")] == [
        4, 4, 3, 6,
    ]  # fmt: skip
    far = sorted(abs(p) for p in shapes["star"])
    assert len(far) == 10 and far[4] < 6.5 < 11 < far[5]
    turns = [(b / a).imag > 0 for a, b in pairwise(shapes["hexagon"])]
    assert len({*turns}) == 1  # its corners go around


def test_a_lock_is_a_body_under_a_shackle():
    body, shackle = (points(part) for part in lock_path(100 + 200j).split("M")[1:])

    assert {*body} == {100 + 206j, 112 + 206j, 112 + 214j, 100 + 214j}
    assert min(p.imag for p in shackle) == 200 and max(p.imag for p in shackle) == 206
    assert all(abs(212 - p.real - 0) >= 0 and 102 <= p.real <= 110 for p in shackle)
    assert {212 - p.real for p in shackle} == {p.real for p in shackle}


def test_paths_are_written_as_svg_reads_them():
    assert polyline([0, 1 + 2j, 3.456]) == "M0.00,0.00L1.00,2.00L3.46,0.00"
    assert closed([0, 1, 1j]) == "M0.00,0.00L1.00,0.00L0.00,1.00Z"
    assert curved([0, 1, 2, 3]) == "M0.00,0.00C1.00,0.00 2.00,0.00 3.00,0.00"
    assert pairs([1 + 2j]) == [(1, 2)] and pairs([1 + 2j], swapped=True) == [(2, 1)]
    assert of_length(3 + 4j, 10) == 6 + 8j and of_length(0j, 10) == 0
