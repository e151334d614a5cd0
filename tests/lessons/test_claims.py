"""What a lesson says it measured is what its own cells measure, within bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from funclab import Input, Model, models, ops
from funclab.datasets import headlines
from funclab.layers import Embedding
from funclab.teach import catch_up
from funclab.teach.catching_up import cells_before


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


@pytest.fixture(scope="module")
def nine() -> dict[str, Any]:
    """The variables of lesson 9 when its cells have run."""
    names: dict[str, Any] = {}
    catch_up(9, names=names)
    return names


def test_attention_needs_places_to_tell_who_was_bitten(nine):
    runs = (nine[name] for name in ("mean_run", "attention", "without"))
    mean, attention, without = (last([run])[0] for run in runs)

    assert attention > 0.98
    assert 0.55 < mean < 0.72 and 0.55 < without < 0.72


def test_every_row_looks_at_the_one_who_was_bitten_as_soon_as_attention_is_trained(nine):
    phrases = ["this morning man bites dog", "dog bites man"]
    model = nine["attention"].model
    looks = Model(model.inputs, model.get_layer("weights").output)
    weights = looks.predict(headlines.ids(phrases), verbose=0)

    assert weights[0, :, 4].min() > 0.5 and weights[1, :, 2].min() > 0.5


def test_untrained_words_give_two_thirds_of_their_weight_to_six_zeros_unless_these_are_masked(nine):
    masked, weights = nine["fresh"].predict(headlines.ids(["man bites dog"]), verbose=0)

    np.testing.assert_allclose(weights[0, :, 3:].sum(-1), 2 / 3, atol=0.02)
    np.testing.assert_array_equal(masked[0, :, 3:], 0)


def test_trained_without_a_mask_attention_looks_past_any_number_of_zeros(nine):
    words = Input((None,), dtype="int32")
    number = ops.cumsum(ops.ones_like(words), axis=1)
    rows = Embedding(34, 16)(words) + Embedding(25, 16)(number)
    model = nine["learn"](nine["answer"](words, nine["attend"](rows), 12)).model
    x = headlines.load_data(1000)[1].words
    y = nine["whom"](x)

    assert model.evaluate(np.pad(x, ((0, 0), (0, 15))), y, verbose=0)[1] > 0.98


def test_which_book_a_sentence_is_from_a_mean_tells_as_well_as_a_transformer(nine):
    [of_mean], [of_block] = last([nine["of_mean"]]), last([nine["of_block"]])

    assert 0.85 < of_mean < 0.9
    assert 0.82 < of_block < of_mean


@pytest.fixture(scope="module")
def ten() -> dict[str, Any]:
    """The variables of lesson 10 when its cells have run."""
    names: dict[str, Any] = {}
    catch_up(10, names=names)
    return names


def test_of_four_models_without_an_error_two_read_and_one_of_these_has_no_hidden_layer(ten):
    a, b, d, c = last([*ten["runs"], ten["by_row"]])

    assert last([ten["by_reader"]])[0] > 0.9
    assert min(a, d) > 0.89 and abs(a - d) < 0.04
    assert 0.55 < b < 0.72 and 0.25 < c < 0.36
    assert (ten["a"].count_params(), ten["d"].count_params()) == (2410, 650)


def test_the_thirteenth_model_works(ten):
    learn, state = ten["learn"], ten["state"]
    strip = state.inbound_nodes[-1].arguments.tensors[0]

    assert len(state.inbound_nodes) == 3 and strip.shape == (None, None, 8)
    made = cells_before(10, None)[-1].splitlines()[-1]  # the lesson gives it no name
    assert 0.8 < last([learn(eval(made, ten), verbose=0)])[0] < 0.9


@pytest.mark.filterwarnings("error")
def test_the_dare_can_be_met_with_one_argument(ten):
    config = ten["reader"].get_config()
    for layer in config["layers"]:
        if layer["config"]["name"] == "enc":
            layer["config"]["kernel_initializer"] = "zeros"

    broken = models.Model.from_config(config)

    assert last([ten["learn"](broken, verbose=0)])[0] < 0.12
