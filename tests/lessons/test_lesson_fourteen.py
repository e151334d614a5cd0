"""Lesson 14 runs without Keras, and shows what was recorded from Keras."""

from __future__ import annotations

import subprocess
import sys
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

import funclab
from funclab import Model, ops
from funclab.layers import Dense
from funclab.teach import catch_up, course
from funclab.teach.exercises.lesson_14 import GONE, rules_of_keras_3
from funclab.teach.in_keras import in_keras
from tests.lessons.lesson import LESSONS, outputs

LESSON = next(lesson for lesson in LESSONS if lesson.number == 14)
RECORD = course.read(course.HERE / "in_keras.toml")
CELLS = [cell for cell in LESSON.code if cell.source.startswith("%%keras\n")]


@pytest.fixture(scope="module")
def lesson() -> dict[str, Any]:
    """The variables of the lesson before other people's programs."""
    names: dict[str, Any] = {}
    catch_up(14, "old", names=names)
    return names


def test_every_cell_for_keras_is_recorded_and_shows_its_record():
    recorded = {row["lines"].strip(): row["printed"].strip() for row in RECORD["cell"]}

    shown = {cell.source.removeprefix("%%keras\n"): outputs(cell, "text/plain") for cell in CELLS}

    assert {lines: [printed] for lines, printed in recorded.items()} == shown
    assert all(RECORD["version"] in outputs(cell, "image/svg+xml")[0] for cell in CELLS)


def test_lines_of_which_nothing_is_recorded_say_what_they_need():
    view = in_keras("import keras", {})

    assert repr(view) == "" and "pip install keras" in view.svg()


def test_to_keras_does_not_take_funclab_for_keras(lesson):
    program = """
import funclab
from funclab import Input, Model, layers
x = Input((3,))
model = Model(x, layers.Dense(2)(x))
funclab.install_as_keras()
try:
    funclab.to_keras(model)
except funclab.errors.MissingPackageError as error:
    print("refused")
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert ran.stdout == "refused\n", ran.stderr


def test_the_twins_judge_three_pairs_of_four(lesson):
    test = lesson["test"]

    judged = lesson["twins"].evaluate([test.left, test.right], test.same, verbose=0)

    assert 0.72 < judged[1] < 0.82


def test_a_file_and_a_copy_hold_the_calls_of_the_model_and_no_others(lesson, tmp_path):
    lesson["twins"].save(tmp_path / "twins.keras")
    loaded = funclab.models.load_model(tmp_path / "twins.keras")

    models = (loaded, lesson["back"])

    assert len(lesson["eye"].inbound_nodes) == 3
    for model in models:
        calls = model.get_layer("eye").inbound_nodes
        assert [node.parent_nodes[0].operation.name for node in calls] == ["left", "right"]


def test_the_mean_of_four_steps_with_a_quarter_each_is_the_step_with_the_batch(lesson):
    train = lesson["train"]

    def step(rows):
        model = deepcopy(lesson["twins"])
        model.compile("sgd", "binary_crossentropy")
        model.train_on_batch([train.left[rows], train.right[rows]], train.same[rows])
        return model.get_weights()

    quarters = [step(slice(i, i + 8)) for i in range(0, 32, 8)]

    for whole, *parts in zip(step(slice(32)), *quarters):
        np.testing.assert_allclose(whole, np.mean(parts, axis=0), atol=1e-6)


@pytest.mark.parametrize("name", sorted(GONE))
def test_under_the_rules_of_keras_3_layers_lack_what_has_gone_and_have_it_again_after(lesson, name):
    eye = lesson["eye"]

    with rules_of_keras_3(), pytest.raises(AttributeError, match=f"no attribute '{name}'"):
        getattr(eye, name)

    assert getattr(eye, name) is not None


def test_under_the_rules_of_keras_3_output_is_that_of_the_first_call_and_the_rest_works(lesson):
    eye, left = lesson["eye"], lesson["left"]

    with rules_of_keras_3():
        output = eye.output
        model = Model(left, Dense(2)(ops.tanh(lesson["a"])))

    assert output is eye.get_output_at(0)
    assert model.count_params() == 2080 + 66


def test_windows_of_2016_have_the_weights_of_today_and_another_shape(lesson):
    image = funclab.Input((8, 8, 1))
    today = funclab.layers.Convolution2D(8, 3, 3)
    of_2016 = funclab.layers.Convolution2D(8, (3, 3))

    shapes = [layer(image).shape for layer in (today, of_2016)]

    assert shapes == [(None, 2, 2, 8), (None, 6, 6, 8)]
    assert today.count_params() == of_2016.count_params() == 80
