"""Advice is tried before it is given, and what a verdict says is true of the lines it is about."""

from __future__ import annotations

import numpy as np
import pytest

from funclab.models.model import Functional
from funclab.teach.checking import check_lines, check_order, known_exercise
from tests.teach.tries import tries

each = pytest.mark.parametrize


def verdict_on(exercise, lines):
    names = next(one for one in tries() if one.exercise == exercise).names
    for value in names.values():  # as in a session where all weights have been used
        if isinstance(value, Functional):
            value.get_weights()
    if isinstance(lines, list):
        return check_order(known_exercise(exercise), lines, names=names)
    return check_lines(exercise, lines, names).verdict


@each(
    ("exercise", "order", "line"),
    [
        ("make.A", [0, 1, 2, 3, 4, 5, 6, 7], 7),
        ("make.A", [0, 1, 2, 3, 4, 5, 6, 8], 8),
        ("1A", [0, 1, 2, 3, 4, 5, 7], 7),
        ("1A", [0, 1, 2, 3, 6, 4, 5], 6),
    ],
)
def test_lines_that_would_be_right_without_one_of_them_are_told_which(exercise, order, line):
    item, verdict = known_exercise(exercise), verdict_on(exercise, order)

    assert verdict.kind == "wrong"
    assert verdict.says.startswith(f"Without “{item.lines[line]}”, your lines would be right.")
    assert verdict_on(exercise, [i for i in order if i != line]).right


def test_a_line_that_a_right_order_does_not_need_is_named():
    line = known_exercise("1A").lines[6]

    assert verdict_on("1A", [0, 1, 6, 2, 3, 4, 5]).says.endswith(f"Not needed: “{line}”.")
    assert "needed" not in verdict_on("1A", [0, 1, 2, 3, 4, 5]).says


HEART = """
h = Dense(128, activation="relu", name="h")(pixels)
{}Dropout(0.5)(h)
h = Dense(128, activation="relu", name="k")(h)
{}Dropout(0.5)(h)
model = Model(pixels, Dense(10, activation="softmax", name="digit")(h))
"""


@each(
    ("exercise", "lines", "dropped", "mended"),
    [
        ("know.D", HEART.format("", ""), "Dropout(0.5)(h)", HEART.format("h = ", "h = ")),
        (
            "layer.A",
            "out = x @ w + b\nnp.maximum(out, 0)",
            "np.maximum(out, 0)",
            "out = x @ w + b\nout = np.maximum(out, 0)",
        ),
        (
            "make.B",
            "q = p\nq ** (1 / T)\nq = q / q.sum()",
            "q ** (1 / T)",
            "q = p ** (1 / T)\nq /= q.sum()",
        ),
    ],
)  # fmt: skip
def test_what_is_made_and_dropped_is_told_where_keeping_it_would_be_right(
    exercise, lines, dropped, mended
):
    assert f"What “{dropped}” makes is kept under no name" in verdict_on(exercise, lines).says
    assert verdict_on(exercise, mended).right


def test_a_dropped_value_that_would_not_help_is_not_blamed():
    assert "under no name" not in verdict_on("layer.A", "out = x @ w\nnp.maximum(out, 0)").says


SIDE = """
h = Dense(16, activation="relu", name="h")(point)
k = Dense(16, name="k")(point)
model = Model(point, Dense(1, activation="sigmoid", name="inside")(k))
"""


@each(
    ("exercise", "lines", "loose"),
    [
        ("layer.C", SIDE, "Nothing reads what h makes of point."),
        (
            "5C",
            "eye = Dense(32, activation='relu', name='eye')\na, b = eye(left), eye(right)\n"
            "model = Model([left, right], Dense(1, activation='sigmoid')((a - a) ** 2))",
            "Nothing reads what eye makes of right.",
        ),
    ],
)
def test_a_call_that_nothing_reads_is_named_with_what_it_reads(exercise, lines, loose):
    assert loose in verdict_on(exercise, lines).says


def test_calls_inside_a_model_that_is_called_are_not_called_unread():
    lines = """
inner = Model(image, Dense(8)(Dense(64, activation="relu")(image)))
model = Model(image, Dense(64)(inner(image)))
"""

    assert "Nothing reads" not in verdict_on("make.D", lines).says


@each(
    ("exercise", "lines", "called"),
    [
        (
            "layer.C",
            "h = Dense(64)(point)\nmodel = Model(point, Dense(1, activation='sigmoid')(h))",
            "dense (your line 1) has 64 units",
        ),
        (
            "1C",
            "rule = Dense(10, activation='softmax')\n"
            "model = Model(pixels, ops.softmax(rule(pixels)))",
            "dense (rule) has softmax",
        ),
    ],
)
def test_an_automatic_name_comes_with_the_variable_or_the_line(exercise, lines, called):
    assert called in verdict_on(exercise, lines).says


def test_a_name_that_was_given_stands_alone():
    lines = (
        "h = Dense(64, name='h')(point)\nmodel = Model(point, Dense(1, activation='sigmoid')(h))"
    )

    assert verdict_on("layer.C", lines).says.startswith("h has 64 units")


def test_lines_that_train_are_told_that_the_check_trains_for_itself():
    fit = "\nmodel.compile('adam', 'sparse_categorical_crossentropy')\n"
    fit += "model.fit(x[held], y[held], epochs=2, verbose=0)"
    says = verdict_on("know.D", HEART.replace("{}Dropout(0.5)(h)\n", "") + fit).says

    assert says.startswith("The check trains a copy of its own; your training does not count.")
    assert len(says.split()) <= 40


@each(
    ("exercise", "lines", "advice"),
    [
        ("make.B", "q = softmax(np.log(p) / T)", "Write ops.softmax."),
        ("make.B", "q = p ** (1 / TT)", "has to make TT."),
        ("10B", known_exercise("10B").start.replace("...", "images"), "has to make images."),
        (
            "1D",
            "h = torch.nn.Linear(64, 10)(pixels)",
            "That is PyTorch: funclab has layers and ops in its place.",
        ),
        ("3D", "model = new_reader('m')\nmodel.compile('sgd', lr=0.01)", "SGD(learning_rate=…)"),
        (
            "3C",
            known_exercise("3C").start.replace("model.compile", "#"),
            "Wanted: a loss below 0.5",
        ),
    ],
)
def test_advice_on_a_line_that_stops_helps_in_this_exercise(exercise, lines, advice):
    assert advice in verdict_on(exercise, lines).says


@each(
    ("exercise", "lines", "end"),
    [
        ("know.C", "stop = keras.callbacks.EarlyStopping('val_loss')", "gives funclab."),
        ("14D", "both = merge([left, right], mode='mul')", "concatenate, maximum and so on."),
        ("14D", "model = Model([left, right], left, left)", "with the tensors that you mean."),
        ("2C", "model = Model(Flatten()(day), Flatten()(day))", "from all 24 hours of `day`."),
        ("make.B", "q = 3\nq = q / q.sum()", "0.47, 0.33 and 0.19."),  # not __sub__
    ],
)
def test_what_is_said_of_a_line_that_stops_ends_with_a_sentence(exercise, lines, end):
    says = verdict_on(exercise, lines).says

    assert says.endswith(end) and "…" not in says


def test_of_too_many_numbers_each_layer_s_are_told():
    lines = (
        "h = Dense(2, activation='relu', name='k')(Dense(8, activation='relu', name='h')(point))\n"
        "model = Model(point, Dense(1, activation='sigmoid', name='inside')(h))"
    )

    says = verdict_on("layer.D", lines).says
    assert "model holds 45 numbers: 24 in h, 18 in k and 3 in inside." in says


def test_a_row_that_is_right_is_not_shown_as_wrong():
    names = next(one for one in tries() if one.exercise == "layer.A").names
    x, w, b = names["x"], names["w"], names["b"]
    late = np.maximum(x @ w, 0) + b
    k = int((late != np.maximum(x @ w + b, 0)).any(1).argmax())

    says = verdict_on("layer.A", "out = np.maximum(x @ w, 0) + b").says
    assert f"so your row {k + 1} is {', '.join(f'{value:.3g}' for value in late[k])}." in says


TWO = "weather, weekday = Input((5,), name='weather'), Input((7,), name='weekday')\n"


@each(
    ("exercise", "lines", "true", "untrue"),
    [
        (
            "2D",
            "f = Flatten()(hours)\n"
            "model = Model(hours, [Dense(1, activation='sigmoid')(f), Dense(1)(f)])",
            "answers with 2 outputs",
            "answers (None, 1)",
        ),
        (
            "4D",
            TWO + "x = concatenate([weather, weekday])\nmodel = Model(weather, "
            "[Dense(1, name='casual')(x), Dense(1, name='registered')(x)])",
            "weekday is not given to Model",
            "does not reach",
        ),
        (
            "14C",
            "model = models.model_from_json(twins.to_json())\n"
            "twins.set_weights(model.get_weights())",
            "Your lines have changed the weights of `twins` itself",
            "are others",
        ),
        (
            "know.B",
            "rows = np.flatnonzero(day >= 183), np.flatnonzero(day < 183)",
            "You train on the days from 183 on",
            "order of the two names",
        ),
        (
            "layer.C",
            "h = Dense(16)(ops.relu(point))\nh = Dense(16)(h)\n"
            "model = Model(point, Dense(1, activation='sigmoid')(h))",
            "After training, the model is right for",
            "Look",
        ),
        (
            "1C",
            "rule = Dense(10)\nmodel = Model(pixels, images)",
            "Model was given an array",
            "was called",
        ),
        (
            "1D",
            "h = Dense(16)(pixels)\nmodel = Model(pixels, Dense(10)([h, pixels]))",
            "Your lines stopped",
            "two lengths",
        ),
        (
            "2B",
            "full = concatenate([day, ops.reshape(week, (-1, 24, 7))])",
            "stops when it is given two days",
            "kind Tensor",
        ),
        (
            "3D",
            known_exercise("3D").start.replace("SGD(0.1)", "SGD(0.01)").replace(
                "raw_train, y_train", "raw_train, y_train[::-1]"
            ),
            "Look at what `fit` and `evaluate` get",
            "With the rate",
        ),
        (
            "8C",
            "vectors = Embedding(len(headlines.WORDS), 16, mask_zero=True)(long)\n"
            "rows = LSTM(16, return_sequences=True)(vectors)\n"
            "model = Model(long, Dense(12, activation='softmax')(Flatten()(rows)))",
            "The mask ends at flatten",
            "what the mask is made of",
        ),
        (
            "13D",
            "ids = Input((4,), dtype='int32')\ntable = layers.Embedding(10000, 10)\n"
            "model = Model(ids, Dense(3)(ids))",
            "embedding (table) was never called.",
            "Nothing reads",
        ),
        (
            "12C",
            known_exercise("12C").solution_code.replace("enc(right)", "enc(left)"),
            "so nothing is compared",
            "`vjp`",
        ),
        (
            "know.C",
            "stop = callbacks.EarlyStopping('val_loss', 1.0, 5, restore_best_weights=True)",
            "Wanted: an EarlyStopping that ends in time",
            "patience",
        ),
        ("know.A", "honest = ['repeated', 'hours', 'chosen']", "is of the kind list", "You say"),
        ("6A", "moves = {'clone', 'namesake'}", "only has names", "You say"),
        (
            "make.D",
            "code = layers.Dropout(0.5)(Dense(8)(Dense(64, activation='relu')(image)))\n"
            "h = Dense(64, activation='relu')(code)\n"
            "model = Model(image, Dense(64, activation='sigmoid')(h))",
            "Wanted: copies of 64 pixels",
            "Look",
        ),
        (
            "1A",
            [0, 1, 2, 7],
            "The model ends in the layer first, a rule.",
            "without a plate",
        ),
    ],
)  # fmt: skip
def test_a_verdict_says_only_what_is_true_of_the_lines(exercise, lines, true, untrue):
    says = verdict_on(exercise, lines).says

    assert true in says and untrue not in says


def test_true_and_false_in_quotes_are_true_and_false():
    moves = {"outer": "True", "eye": "True", "twins": "true", "clone": "False", "namesake": "False"}

    assert verdict_on(
        "6A", known_exercise("6A").start.rsplit("moves", 1)[0] + f"moves = {moves}"
    ).right


def test_a_model_without_trainable_weights_is_refused_although_chance_favours_it():
    few = "Dense(7, activation='relu', trainable=False)(Flatten()(hours))"
    lines = f"model = Model(hours, Dense(1, activation='sigmoid', trainable=False)({few}))"

    assert verdict_on("2D", lines).says.startswith("No weight of model is trainable")
    assert verdict_on("2D", lines.replace(", trainable=False", "")).right
