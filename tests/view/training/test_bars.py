"""The bars of a layer's measures: how full they are, and what is written beside them."""

from __future__ import annotations

import pytest

from funclab.view.training.heat import bar


@pytest.mark.parametrize(
    ("measure", "value", "full", "text"),
    [
        ("gradient", 1e-6, 0.03, "1e-6"),
        ("gradient", 1e-5, 1 / 6, "1e-5"),
        ("gradient", 1.0, 1, "1"),
        ("gradient", 50.0, 1, "50"),
        ("gradient", 0.0, 0, "0"),
        ("gradient", 1e-12, 0.03, "1e-12"),
        ("change", 1e-4, 0.03, "0.01 %"),
        ("change", 0.01, 0.5, "1 %"),
        ("change", 0.5, 0.925, "50 %"),
        ("change", 2.0, 1, "200 %"),
        ("dead", 0.0, 0, "0 %"),
        ("dead", 1 / 3, 0.333, "33.3 %"),
        ("dead", 1.0, 1, "100 %"),
        ("change", float("inf"), 1, "inf"),
    ],
)
def test_a_bar_is_as_full_as_its_measure_is_large(measure, value, full, text):
    found, told = bar(measure, value)

    assert found == pytest.approx(full, abs=6e-4)
    assert told == text


def test_a_measure_that_a_layer_does_not_have_has_no_bar():
    assert bar("dead", None) is None
