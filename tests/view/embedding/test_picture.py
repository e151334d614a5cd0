"""Where words stand in the plane: on no other word, and tied to their place if it is not theirs."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from funclab.view.embedding.picture import FARTHEST, LEAD, LETTER, apart


def covered(where, down, words):
    """The pairs of words that lie on each other."""
    halves = [len(word) * LETTER / 2 for word in words]
    return [
        (words[i], words[j])
        for i, j in combinations(range(len(words)), 2)
        if abs(where[i, 0] - where[j, 0]) < halves[i] + halves[j]
        and abs(down[i] - down[j]) < LEAD - 0.1
    ]


@pytest.mark.parametrize("seed", range(5))
def test_words_of_a_crowd_stand_on_no_other_word(seed):
    random = np.random.default_rng(seed)
    where = random.normal([360, 216], [60, 25], (24, 2))
    words = ["w" * n for n in random.integers(2, 9, 24)]
    assert covered(where, where[:, 1], words)

    down = apart(where, words)

    assert covered(where, down, words) == []
    steps = (down - where[:, 1]) / LEAD
    assert np.allclose(steps, steps.round(), atol=1e-9)
    assert np.abs(steps).max() <= FARTHEST + 1e-9


def test_words_that_have_room_stay_where_their_rows_are():
    where = np.array([[100.0, 50.0], [180.0, 50.0], [100.0, 50.0 + LEAD]])

    assert apart(where, ["left", "right", "below"]).tolist() == where[:, 1].tolist()


def test_of_more_words_than_there_are_lines_none_goes_out_of_the_plane():
    where = np.full((60, 2), [360.0, 40.0])

    down = apart(where, ["same"] * 60)

    assert down.min() >= 24
    assert down.max() <= 40 + FARTHEST * LEAD
