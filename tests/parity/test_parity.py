"""funclab's numbers are those a real Keras 3 recorded for the same models and data (record.py)."""

from functools import cache

import numpy as np
import pytest

import funclab
from funclab.registry import reset_names
from tests.parity.models import CASES
from tests.parity.record import RECORDS, TOLERANCE, load
from tests.parity.run import observe

every_case = pytest.mark.parametrize("name", list(CASES))
trained_case = pytest.mark.parametrize("name", [name for name in CASES if CASES[name].steps])


@cache
def seen_by_funclab(name):
    reset_names()
    return observe(CASES[name], funclab)


def same(name, *titles):
    """Compare every recorded array whose title begins with one of these."""
    record, seen = load(name), seen_by_funclab(name)
    keys = [key for key in record if key.startswith(titles)]
    assert keys
    assert [key for key in seen if key.startswith(titles) and key not in keys] == []
    for key in keys:
        np.testing.assert_allclose(
            seen[key], record[key], rtol=TOLERANCE, atol=TOLERANCE, err_msg=key
        )


@every_case
def test_an_untrained_model_predicts_what_keras_predicts(name):
    same(name, "before", "count_params")


@trained_case
def test_losses_and_metrics_of_five_training_steps_are_those_of_keras(name):
    same(name, "step")


@every_case
def test_weights_and_predictions_after_the_steps_are_those_of_keras(name):
    same(name, "weights", "after")


@every_case
def test_evaluate_gives_what_keras_gives(name):
    same(name, "evaluate")


@trained_case
def test_history_of_one_epoch_has_the_keys_and_values_of_keras(name):
    same(name, "fit")
    seen, record = seen_by_funclab(name)["history keys"], load(name)["history keys"]

    assert sorted(seen) == sorted(record)


@trained_case
def test_metrics_names_are_the_names_in_the_history(name):
    seen = seen_by_funclab(name)

    assert sorted(seen["metrics names"]) == sorted(seen["history keys"])


def test_every_case_has_a_record_and_every_record_a_case():
    recorded = {path.stem for path in RECORDS.glob("*.npz")}

    assert recorded == set(CASES), "KERAS_BACKEND=jax python -m tests.parity.record NAME"
