"""Models put together at random do what they do in Keras (random_graphs.py)."""

import numpy as np
import pytest

import funclab
from tests.parity.random_graphs import RECORD, SEEDS, observe
from tests.parity.record import TOLERANCE

with np.load(RECORD) as stored:
    RECORDS = dict(stored)


@pytest.mark.filterwarnings("ignore::UserWarning")  # of masks that end, and of names of outputs
@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_model_predicts_and_trains_as_in_keras(seed):
    seen = observe(funclab, seed)

    for name, array in seen.items():
        expected = RECORDS[f"{seed} {name}"]
        np.testing.assert_allclose(array, expected, TOLERANCE, TOLERANCE, err_msg=name)
