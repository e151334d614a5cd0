"""What stands at each point of an embedding: the mark of its label, in a colour."""

from __future__ import annotations

import numpy as np

from funclab.view.embedding.picture import PlanePicture


def test_what_is_drawn_beside_ten_digits_has_the_colour_of_none_of_them():
    labels = [*map(str, range(10)), "drawn"]
    shown = dict(PlanePicture("", "pca", np.zeros((11, 2)), labels, None, []).marks())

    assert [*shown] == [*map(str, range(10)), "d"]
    assert shown["d"] not in [shown[str(i)] for i in range(10)]
