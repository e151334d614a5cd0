"""Losses, metrics, optimizers and their like give the numbers of Keras, whatever is changed."""

import json
from typing import Any

import numpy as np
import pytest

from tests.training.record_scores import RECORD, observed, tried

KERAS: dict[str, Any] = json.loads(RECORD.read_text("utf-8"))
OWN = tried("funclab")
DECIDED = {
    *("IoU.sparse_y_pred", "MeanIoU.sparse_y_pred"),  # scores of one axis have no classes
    *("IoU.axis", "MeanIoU.axis", "OneHotIoU.axis", "OneHotMeanIoU.axis"),  # not read here
    "OrthogonalRegularizer.mode",  # Keras computes the columns of tensors only
}
"""Where only one of the two refuses."""


@pytest.mark.filterwarnings("ignore:You are passing weight as `float`")
@pytest.mark.parametrize("name", sorted(OWN.keys() & KERAS.keys()))
def test_each_changed_argument_gives_the_numbers_of_keras(name):
    own = observed("funclab", name, OWN[name])

    kind = name.rpartition(".")[2]
    for argument, numbers in KERAS[name].items():
        if f"{kind}.{argument}" in DECIDED:
            assert "refused" in (own[argument], numbers)
        elif isinstance(numbers, str):
            assert own[argument] == numbers, argument
        else:
            np.testing.assert_allclose(
                own[argument], numbers, rtol=2e-5, atol=2e-6, err_msg=argument
            )
