"""Each condition is said of a training run made to have it, and not of two that look like it.

Every case trains a small model with a fixed seed: `FUNCLAB_SEEDS=5` tries five.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import funclab
from funclab import layers
from funclab.layers import BatchNormalization, Dropout
from funclab.training.diagnosis.conditions import CONDITIONS, Evidence, findings
from funclab.training.diagnosis.curves import risen_since
from funclab.utils import set_random_seed
from funclab.view.notebook.entry_points import WAYS
from tests.training import diagnosed_runs as runs
from tests.training.diagnosed_runs import Run

SEEDS = range(int(os.environ.get("FUNCLAB_SEEDS", "1")))
"""All five are for a change of a condition or threshold."""


Make = Callable[[Any], Run]
TABLE: list[tuple[str, Make, str, list[Make]]] = [
    ("nan in data", runs.nan_in_data, "sample 17", [runs.sound, runs.nan_from_steps]),
    (
        "nan statistics",
        runs.nan_in_statistics,
        "statistics of scale are not finite",
        [runs.sound_statistics, runs.steps_that_broke_statistics],
    ),
    (
        "loss lost",
        runs.nan_from_steps,
        "steps may be too large",
        [runs.nan_in_data, runs.nan_in_statistics],
    ),
    (
        "frozen by mistake",
        runs.all_frozen,
        "no weight is trainable",
        [runs.base_frozen, runs.without_weights_before],
    ),
    (
        "step too large",
        runs.large_steps,
        "steps may be too large",
        [runs.one_bad_epoch, runs.warm_up],
    ),
    (
        "lagging statistics",
        runs.lagging,
        "statistics of batch normalization may lag",
        [runs.settled, runs.dropped],
    ),
    (
        "overfitting",
        runs.overfitted,
        "this may be overfitting",
        [runs.small_validation, runs.plateau, runs.dropped, runs.lagging, runs.lagging_validation],
    ),
    (
        "loss does not fit",
        runs.out_of_reach,
        "but its sigmoid gives numbers from 0 to 1",
        [runs.within_reach, runs.sound],
    ),
    (
        "imbalance",
        runs.rare_class,
        "190 of them are of it",
        [runs.rare_but_found, runs.one_answer_for_even_classes],
    ),
    ("dead relu", runs.dead, "8 of 8 relu units of low", [runs.few_samples, runs.sparse]),
    (
        "vanishing gradients",
        runs.vanishing,
        "may be vanishing",
        [runs.deep_but_well_begun, runs.done_learning],
    ),
    (
        "exploding gradients",
        runs.exploding,
        "may be exploding",
        [runs.deep_but_well_begun, runs.unscaled],
    ),
    ("unscaled inputs", runs.unscaled, "unscaled", [runs.scaled_by_a_layer, runs.word_numbers]),
    (
        "label mismatch",
        runs.shuffled_targets,
        "may not belong",
        [runs.not_yet_learned, runs.parity],
    ),
    ("leak", runs.leaking, "Column 3", [runs.good_column, runs.single_column]),
    ("leak", runs.leaking_amounts, "Column 2", [runs.sound]),
    (
        "repeated samples",
        runs.same_samples,
        "60 of 60",
        [runs.other_samples, runs.few_possible_samples],
    ),
    (
        "too few steps",
        runs.short_run,
        "still falling at the end",
        [runs.done, runs.overfitted, runs.learned],
    ),
    ("underfitting", runs.too_simple, "may be too simple", [runs.noisy_but_learned, runs.punished]),
]
NEAR = [(name, make) for name, _, _, makes in TABLE for make in makes]
MADE: dict[tuple[str, int], Run] = {}


def made(make: Make, seed: int) -> Run:
    """A runs.run, made once for all the conditions that it is a case of."""
    key = make.__name__, seed
    if key not in MADE:
        set_random_seed(seed)
        MADE[key] = make(np.random.default_rng(seed))
    return MADE[key]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("name", "make", "words", "_near"), TABLE, ids=lambda v: getattr(v, "__name__", "")
)
def test_a_condition_is_said_of_a_run_that_has_it(name, make, words, _near, seed):
    found = made(make, seed).found

    assert words in found.get(name, ""), found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "make"), NEAR, ids=lambda v: getattr(v, "__name__", v))
def test_a_condition_is_not_said_of_a_run_that_only_looks_like_it(name, make, seed):
    found = made(make, seed).found

    assert name not in found, found[name]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "make",
    [
        runs.sound,
        runs.sound_statistics,
        runs.done,
        runs.plateau,
        runs.settled,
        runs.dropped,
        runs.rare_but_found,
        runs.done_learning,
    ],
)
def test_nothing_is_said_of_a_run_that_went_well(make, seed):
    found = made(make, seed).found

    assert set(found) <= {"too few steps"}, found


def test_every_condition_has_a_run_and_two_that_only_look_like_it():
    near = {name: [make for n, make in NEAR if n == name] for name, *_ in TABLE}

    assert {name for name, *_ in TABLE} == {condition.name for condition in CONDITIONS}
    assert all(len(makes) >= 2 for makes in near.values())


def said_of(values: Any) -> bool:
    """Whether a validation loss is said to have risen while training fell steadily."""
    epochs = range(1, len(values) + 1)
    training = [(epoch, 0.1 + 1 / epoch) for epoch in epochs]
    return risen_since([*zip(epochs, values)], training) is not None


@pytest.mark.parametrize("n", [5, 10, 30, 100])
def test_noise_is_not_taken_for_a_rise_and_a_rise_is_seen_through_noise(n):
    rng = np.random.default_rng(n)
    plain, fall = np.full(n, 0.5), 0.5 + np.exp(-np.arange(n) * 5 / n)
    turn = 0.5 + np.abs(np.arange(n) - n / 3) / n
    noise = 0.05 * rng.normal(size=(100, n))
    spike = np.where(np.arange(n) == n - 1, 1.0, 0.0)

    assert sum(said_of(plain + row) for row in noise) <= 9
    assert sum(said_of(fall + row) for row in noise) <= 2
    assert sum(said_of(fall + spike + row / 20) for row in noise) == 0
    assert sum(said_of(turn + row) for row in noise) >= 90


BRIEF = [(1, 2.0), (2, 1.6), (3, 1.9), (4, 2.2)]
FALLING = [(1, 2.0), (2, 1.5), (3, 1.0), (4, 0.5)]


def names(**evidence: Any) -> list[str]:
    return [finding.name for finding in findings(Evidence(**evidence))]


def test_the_evidence_decides_between_overfitting_and_lagging_statistics():
    lags, learned = [(1, 2.1), (2, 1.9), (3, 2.0), (4, 2.3)], [(e, v / 2) for e, v in FALLING]
    both = {"training": FALLING, "validation": BRIEF}

    assert names(**both) == ["overfitting"]
    assert names(**both, batch_statistics=True, now=lags) == ["lagging statistics"]
    assert names(**both, batch_statistics=True, now=learned) == ["overfitting"]
    (unsure,) = findings(Evidence(**both, batch_statistics=True))
    assert "may be overfitting, or moving statistics" in unsure.sentence


def test_a_rise_on_few_validation_samples_is_not_called_overfitting():
    both = {"training": FALLING, "validation": BRIEF}

    assert names(**both, validated_on=500) == ["overfitting"]
    assert names(**both, validated_on=12) == []


def test_every_guess_says_may_and_what_is_certain_does_not():
    certain = {
        "nan in data",
        "frozen by mistake",
        "loss does not fit",
        "too few steps",
    }
    sentences = {name: made(make, 0).found[name] for name, make, _, _ in TABLE}

    assert {name for name, sentence in sentences.items() if " may " not in sentence} == certain


def test_a_softmax_of_one_unit_for_two_classes_is_to_be_a_sigmoid():
    model = runs.net(out=layers.Dense(1, "softmax"))
    x, y = runs.classes(np.random.default_rng(0))
    runs.run(model, x, y, "binary_crossentropy", epochs=1)

    with pytest.warns(UserWarning, match="Did you mean to use a sigmoid"):
        fixes = {name: fix for name, _, fix in funclab.diagnose(model, x, y)}

    assert '"sigmoid" for two classes' in fixes["loss does not fit"]


def test_a_diagnosis_says_when_no_training_run_is_known_and_has_the_three_ways_of_a_view():
    set_random_seed(0)
    x, y = runs.classes(np.random.default_rng(0))
    model = runs.net()
    model.compile("adam", "sparse_categorical_crossentropy")

    untrained = repr(model.diagnose(x, y))
    model.fit(x, y, epochs=1, verbose=0)

    assert "No training run is known" in untrained
    assert "No training run is known" not in repr(model.diagnose(x, y))
    assert WAYS["diagnose"].load()(model, x, y) == funclab.diagnose(model, x, y)


def test_a_diagnosis_changes_neither_weights_nor_statistics_nor_the_optimizer():
    set_random_seed(0)
    x, y = runs.classes(np.random.default_rng(0))
    model = runs.net(first=[BatchNormalization(), Dropout(0.5)])
    runs.run(model, x, y, epochs=1)
    before = [np.array(v) for v in [*model.variables, *model.optimizer.variables]]

    funclab.diagnose(model, x, y)

    after = [np.array(v) for v in [*model.variables, *model.optimizer.variables]]
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)


def test_fit_names_adapted_statistics_that_hold_nan_and_not_the_learning_rate():
    with pytest.warns(UserWarning, match="The loss of") as caught:
        x, y = runs.amounts(np.random.default_rng(0))
        scale = layers.Normalization(name="scale")
        scale.adapt(np.full_like(x, np.nan))
        model = runs.net(first=[scale], out=runs.one())
        model.compile("sgd", "mse")
        model.fit(x, y, verbose=0)

    (text,) = [str(w.message) for w in caught if "The loss of" in str(w.message)]
    assert "The statistics of scale are not finite" in text and "adapt again" in text
    assert "learning rate" not in text and "large" not in text


def test_the_caption_of_a_run_whose_statistics_lag_does_not_say_overfitting():
    model = made(runs.lagging, 0).model

    words = funclab.watch(model).picture().description

    assert "statistics of batch normalization may lag" in words
    assert "overfitting" not in words


def test_a_diagnosis_is_a_list_to_read():
    found = funclab.diagnose(*data_of(runs.all_frozen))

    assert repr(found).startswith("frozen by mistake: Training changes nothing")
    assert "Try: set layer.trainable = True" in repr(found)
    assert "does not prove" in repr(type(found)())


def data_of(make: Make) -> tuple[Any, Any, Any]:
    return made(make, 0).model, *runs.classes(np.random.default_rng(0))


def test_models_of_several_inputs_and_outputs_and_without_a_graph_are_diagnosed_as_far_as_may_be():
    a, b = funclab.Input((3,), name="a"), funclab.Input((2,), name="b")
    both = layers.Concatenate()([a, b])
    model = funclab.Model([a, b], {"p": layers.Dense(1)(both), "q": layers.Dense(2)(both)})
    model.compile("sgd", "mse")
    model.trainable = False
    own = Own()
    own.compile("sgd", "mse")
    ones = np.ones((40, 3), "float32")

    several = funclab.diagnose(model, [ones, ones[:, :2]], {"p": ones[:, :1], "q": ones[:, :2]})
    graphless = funclab.diagnose(own, ones * np.nan, ones[:, :1])

    assert [finding.name for finding in several] == ["frozen by mistake"]
    assert "nan in data" in [finding.name for finding in graphless]


class Own(funclab.Model):
    """Without a graph."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1)

    def call(self, inputs):
        return self.dense(inputs)
