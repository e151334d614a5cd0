"""Grades: which models are the same, however they are written, and why others are not."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from funclab import Input, layers, ops
from funclab.errors import ArgumentError
from funclab.layers import Dense
from funclab.models import Model, Sequential
from funclab.teach import (
    all_of,
    learns,
    same_graph,
    same_shapes,
    shares_layer,
    solved,
    within_weights,
)
from funclab.teach.checking import check_lines

each = pytest.mark.parametrize


def inside(*steps):
    x = Input((8,))
    y = x
    for step in steps:
        y = step(y)
    return Model(x, y)


def twins(eye=None, other=None, gap=lambda a, b: (a - b) ** 2, swap=False):
    """Two images through one eye, or two, and one probability."""
    left, right = Input((8,)), Input((8,))
    eye = eye or Dense(3, activation="relu")
    gaps = gap(eye(left), (other or eye)(right))
    inputs = [right, left] if swap else [left, right]
    return Model(inputs, Dense(1, activation="sigmoid")(gaps))


def split():
    """The same eye in two layers."""
    dense, relu = Dense(3), layers.ReLU()
    return lambda x: relu(dense(x))


class Broken(layers.Layer):
    """A layer of a student's own that works once."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def call(self, x):
        self.calls += 1
        if self.calls > 1:
            raise RuntimeError("I have\x1b[31m had enough")
        return x


SAME = {
    "with other names": lambda: twins(Dense(3, activation="relu", name="my_eye")),
    "with the activation as a layer": lambda: twins(split()),
    "with the eye as a model": lambda: twins(inside(Dense(3, activation="relu"))),
    "with the eye as a Sequential": lambda: twins(Sequential([Dense(3), layers.ReLU()])),
    "with a layer that subtracts": lambda: twins(gap=lambda a, b: layers.subtract([a, b]) ** 2),
    "with a product": lambda: twins(gap=lambda a, b: (a - b) * (a - b)),
    "with an op": lambda: twins(gap=lambda a, b: ops.square(a - b)),
    "with other first weights": lambda: twins(Dense(3, "relu", kernel_initializer="zeros")),
}
OTHER = {
    "two eyes": (lambda: twins(other=Dense(3, activation="relu")), "weights of their own"),
    "an eye too narrow": (
        lambda: twins(Dense(2, activation="relu", name="eye")),
        "eye has units=2",
    ),
    "no activation": (lambda: twins(Dense(3, name="eye")), "eye has activation='linear'; exp"),
    "the sides swapped": (lambda: twins(swap=True), "read the results of others"),
    "end to end": (
        lambda: twins(gap=lambda a, b: layers.concatenate([a, b])),
        "concatenate (Concatenate) is not expected",
    ),
    "one side twice": (lambda: twins(gap=lambda a, b: (a - a) ** 2), ""),
    "one input": (lambda: inside(Dense(1)), "There is 1 input, (None, 8); expected 2 inputs"),
    "a held eye": (lambda: twins(Dense(3, activation="relu", trainable=False)), "trainable=False"),
}


@each("name", SAME)
def test_a_graph_is_the_same_however_it_is_written(name):
    for student, expected in ((SAME[name](), twins()), (twins(), SAME[name]())):
        grade = same_graph(student, expected)

        assert grade and (grade.score, str(grade)) == (1.0, "Passed.")


@each("kind", [layers.Conv2D, layers.Conv2DTranspose, layers.SeparableConv2D])
def test_a_convolution_is_the_same_with_its_activation_as_a_layer(kind):
    x = Input((8, 8, 2))
    fused = Model(x, kind(4, 3, activation="relu")(x))
    apart = Model(x, layers.ReLU()(kind(4, 3)(x)))

    assert same_graph(fused, apart) and same_graph(apart, fused)
    assert not same_graph(Model(x, kind(4, 3)(x)), fused)


@each("name", OTHER)
def test_another_graph_gets_part_of_the_points_and_the_reason(name):
    make, reason = OTHER[name]

    grade = same_graph(make(), twins())

    assert not grade and 0 < grade.score <= 0.95
    assert reason in str(grade) and grade.reasons


def test_the_more_is_right_the_higher_is_the_score():
    nearly, half, little = (
        same_graph(model, twins()).score
        for model in (
            twins(Dense(2, activation="relu")),
            twins(Dense(2), Dense(2), gap=lambda a, b: layers.concatenate([a, b])),
            inside(layers.Dropout(0.5)),
        )
    )

    assert 1 > nearly > half > little >= 0


def test_of_several_models_that_are_right_the_nearest_counts():
    absolute = twins(gap=lambda a, b: abs(a - b))

    assert same_graph(absolute, [twins(), twins(gap=lambda a, b: abs(a - b))])
    assert not same_graph(absolute, twins())


@each(
    "handed_in", [None, ..., 3, "model", np.zeros(3), {"a": 1}, Dense(3), Input((8,)), Sequential()]
)
def test_whatever_is_handed_in_gets_a_grade(handed_in):
    for grade in (same_graph(handed_in, twins()), within_weights(handed_in, 9)):
        assert not grade and grade.score == 0
        assert "expected a model" in grade.reasons[0] or "could not be run" in grade.reasons[0]


def test_a_layer_that_breaks_is_a_reason_without_colours_of_a_terminal():
    x = Input((8,))
    grade = same_graph(Model(x, Broken()(x)), inside(Dense(1)))

    assert grade.score == 0
    assert "The model could not be run. RuntimeError: I have" in str(grade)
    assert "\x1b" not in str(grade)


def test_what_is_expected_must_be_a_model():
    with pytest.raises(ArgumentError, match="as what is expected"):
        same_graph(twins(), 3)


def test_masks_states_and_losses_of_layers_count_too():
    def reader(mask, **settings):
        words = Input((5,), dtype="int32")
        return Model(
            words, layers.LSTM(3, **settings)(layers.Embedding(7, 4, mask_zero=mask)(words))
        )

    assert same_graph(reader(True), reader(True))
    assert not same_graph(reader(True), reader(False))
    assert not same_graph(reader(True), reader(True, kernel_regularizer="l2"))


def test_shapes_sharing_and_weights_are_graded_alone():
    model = twins()

    assert same_shapes(model, [(None, 8), (None, 8)], [(None, 1)])
    assert same_shapes(model, [(None, 8), (None, 8)], [(None, 2)]).score == 0.5
    assert shares_layer(model, kind=Dense) and shares_layer(model, 3).score == pytest.approx(2 / 3)
    assert "is called twice; expected one layer that is called 3 times" in str(
        shares_layer(model, 3)
    )
    assert within_weights(model, 31)
    assert "has 31 weights; expected at most 30" in str(within_weights(model, 30))


def test_a_graph_is_graded_by_what_it_can_learn():
    x = np.eye(8, dtype="float32").repeat(8, 0)
    kinds = np.arange(64) // 8 % 2
    loss = "sparse_categorical_crossentropy"
    model = inside(Dense(2, activation="softmax"))

    grade = learns(model, x, kinds, loss=loss, epochs=500)
    other = learns(model, np.ones_like(x), kinds, loss=loss, epochs=1)

    assert grade.passed and grade.score == 1
    assert other.score == pytest.approx(0.5 / 0.9)
    assert "gets 50 % right; expected 90 %" in str(other)


def test_several_grades_are_one():
    grade = all_of(within_weights(twins(), 31), within_weights(twins(), 30))

    assert (grade.passed, grade.score, grade.points(5)) == (False, 0.5, 2.5)


def test_the_last_try_at_an_exercise_of_a_lesson_is_graded_by_its_judge():
    assert "not tried yet" in str(solved("1C"))

    check_lines("1C", "model = Model(pixels, rule)", {"pixels": Input((64,)), "Model": Model})
    wrong = solved("1C")
    x = Input((64,))
    right = solved("1C", Model(x, Dense(10, activation="softmax")(x)), names={})

    assert not wrong and wrong.reasons[0]
    assert right.score == 1


def test_grading_needs_no_notebook_and_shows_no_widget():
    program = (
        "import sys; from funclab import Input, Model; from funclab.layers import Dense\n"
        "from funclab.teach import same_graph\nx = Input((2,)); model = Model(x, Dense(1)(x))\n"
        "grade = same_graph(model, model); print(grade.points(4)); print(type(grade)._repr_html_)"
    )

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert run.stdout == "4.0\n" and "_repr_html_" in run.stderr
