"""The formulas of a class, against a second computation and by hand."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest

from funclab.teach.classroom.exercises import Work
from funclab.teach.classroom.statistics import correlation, gain, reliability, share, thirds

Z = 1.96


@pytest.mark.parametrize(("right", "n"), [(0, 5), (5, 5), (7, 30), (1, 1), (150, 300)])
def test_the_ends_of_a_share_are_where_the_score_test_just_holds(right, n):
    """Wilson's interval has all p that are within 1.96 standard errors of their own."""
    value, low, high = share(right, n)

    assert value == right / n
    for end in {low, high} - {0.0, 1.0}:
        assert abs(value - end) == pytest.approx(Z * math.sqrt(end * (1 - end) / n))
    assert (low == pytest.approx(0)) == (right == 0) and (high == pytest.approx(1)) == (right == n)
    assert share(0, 0) is None


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [([0.5] * 10, [0.5] * 10, 0), ([0.2] * 10, [1.0] * 10, 1), ([0.5] * 10, [0.25] * 10, -0.5)],
)
def test_gains_are_none_all_or_a_loss(before, after, expected):
    assert [*gain(before, after)] == pytest.approx([expected] * 3)


def test_no_gain_is_told_of_few_students_or_of_a_class_that_knew_it():
    assert gain([0.5] * 9, [1.0] * 9) is None
    assert gain([0.95] * 10, [1.0] * 10) is None
    assert gain([], []) is None
    mixed = gain([0] + [1] * 8 + [0.1], [1] * 10)  # in some draws everybody knew it
    assert mixed is not None and all(map(math.isfinite, mixed))


def test_a_correlation_is_that_of_the_library_and_its_interval_that_of_fisher():
    draw = np.random.default_rng(5)
    x = draw.integers(0, 2, 30).tolist()
    y = (np.array(x) + draw.normal(size=30)).tolist()

    r, low, high = correlation(x, y)

    assert r == pytest.approx(statistics.correlation(x, y))
    for end, side in ((low, -1), (high, 1)):
        assert math.atanh(end) == pytest.approx(math.atanh(r) + side * 1.96 / math.sqrt(27))
    assert correlation(x[:14], y[:14]) is None and correlation([1] * 30, y) is None
    assert correlation(x, [2 * value for value in x]) == (1, 1, 1)


def test_reliability_is_that_of_a_table_counted_by_hand():
    """Four items, sums 4, 3, 2, 1, 0 of five students: variance 2, p = .8, .6, .4, .2."""
    table = [[1] * n + [0] * (4 - n) for n in (4, 3, 2, 1, 0)] * 4

    assert reliability(table) == pytest.approx((1 - (0.16 + 0.24 + 0.24 + 0.16) / 2) * 4 / 3)
    assert reliability(table[:19]) is None and reliability([[1, 0]] * 20) is None


@pytest.mark.parametrize("n", [1, 2, 3, 4, 30, 31, 32])
def test_thirds_are_of_equal_size_and_in_order(n):
    scores = [(7 * i) % n / n for i in range(n)]

    found = thirds(scores)

    assert found.count(0) == found.count(2) or n == 1
    assert n < 3 or max(1, n // 3) == found.count(0)
    by_rank = [third for _, third in sorted(zip([-score for score in scores], found))]
    assert by_rank == sorted(by_rank)


@pytest.mark.parametrize(
    ("work", "half", "stuck"),
    [
        (Work([]), True, False),
        (Work([], hints=1), True, False),
        (Work([], hints=2), False, True),
        (Work(["a", "a", ""]), True, False),
        (Work(["a", "a"]), True, False),
        (Work(["b", "a", "a"]), False, True),
        (Work(["a", "a", "b"]), False, False),
        (Work(["a", "b", "c", "d", "e"]), False, True),
        (Work(["a"], hints=2), False, True),
        (Work(["a"], hints=1), False, False),
        (Work(["a"], minutes=15), True, True),
        (Work(["a"], minutes=15), False, False),
        (Work(["a"], minutes=14), True, False),
    ],
)
def test_stuck_is_who_turns_in_a_circle_or_has_tried_for_long(work, half, stuck):
    assert work.is_stuck(half) == stuck
