"""What a lesson says it measured is what its own cells measure, within bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from funclab.teach import catch_up


@pytest.fixture(scope="module")
def six() -> dict[str, Any]:
    """The variables of lesson 6 when its cells have run."""
    names: dict[str, Any] = {}
    catch_up(6, names=names)
    return names


def last(runs: list[Any]) -> np.ndarray:
    return np.array([run.history["val_accuracy"][-1] for run in runs])


def test_a_postcode_is_harder_to_read_than_a_digit(six):
    right = six["answers"] == six["y_test"].reshape(100, 5)

    assert 0.87 < right.mean() < 0.93
    assert 0.5 < right.all(-1).mean() < 0.68


def test_a_borrowed_eye_that_is_held_loses_to_a_new_one_and_set_free_it_gains_little(six):
    ends = {name: last(runs) for name, runs in six["runs"].items()}
    mean = {name: values.mean() for name, values in ends.items()}

    assert (ends["new_free"] > ends["lent_held"]).all()
    assert mean["new_held"] < 0.5 < mean["lent_held"] < 0.64 < mean["new_free"] < 0.76
    assert abs(mean["lent_free"] - mean["new_free"]) < 0.05
