"""Broken models of lessons 2, 7 and 10: which repairs are offered, and that each of them works."""

from __future__ import annotations

import pytest

import funclab
from funclab.view.edit.repairs import repairs

LESSON_2 = """
hours = Input((24, 1), name="hours")
day = Input((24, 4), name="day")
air = Input((24, 2), name="air")
week = Input((7,), name="week")
"""
LESSON_7 = """
paper = Input((12, 12, 1), name="paper")
near = layers.Conv2D(6, 3, padding="same", activation="relu", name="near")(paper)
look = layers.Conv2D(8, 3, activation="relu", name="look")(near)
"""
LESSON_10 = """
image = Input((8, 8), name="image")
left = Input((64,), name="left")
flat = layers.Flatten(name="flat")(image)
code = layers.Dense(32, activation="relu", name="enc")(flat)
"""
BROKEN = {
    LESSON_2: {
        "a sum of 4 and 2 columns": "y = layers.Add()([day, air])",
        "hours beside a week": "y = layers.Concatenate()([day, week])",
        "columns and units": "y = layers.Add()([day, layers.Dense(8)(day)])",
        "8 columns are not 9": "y = layers.Reshape((12, 9))(day)",
        "a mean over no hours": "y = layers.GlobalAveragePooling1D()(layers.Flatten()(day))",
        "unequal widths": """a = layers.Dense(16)(layers.Flatten()(hours))
y = layers.Multiply()([a, layers.Dense(8)(week)])""",
        "one hour is lost": """a = layers.Conv1D(4, 2)(air)
y = layers.Concatenate()([day, a])""",
        "half of the hours": "y = layers.Subtract()([day, layers.AveragePooling1D(2)(day)])",
        "one layer for 4 and 7": """each = layers.Dense(3)
y = layers.Concatenate()([each(layers.Flatten()(day)), each(week)])""",
        "a window over a week": "y = layers.Conv1D(8, 3)(week)",
    },
    LESSON_7: {
        "a skip around a window": """a = layers.Conv2D(16, 3, name="more")(look)
y = layers.Add()([look, a])""",
        "a window of 15": "y = layers.Conv2D(4, 15)(look)",
        "pooled to nothing": """a = layers.MaxPooling2D(4)(layers.MaxPooling2D(4)(near))
y = layers.MaxPooling2D(2)(a)""",
        "a flat image": "y = layers.Conv2D(4, 3)(layers.Flatten()(paper))",
        "half the size": "y = layers.Concatenate()([near, layers.MaxPooling2D(2)(near)])",
        "6 and 8 filters": """a = layers.Conv2D(8, 3, padding="same")(near)
y = layers.Add()([near, a])""",
        "pooled twice": "y = layers.GlobalMaxPooling2D()(layers.GlobalMaxPooling2D()(look))",
        "nothing to look at": "y = layers.Conv2D(4, 1)(layers.GlobalMaxPooling2D()(look))",
        "rows and columns in time": "y = layers.LSTM(4)(look)",
        "flat beside an image": "y = layers.Concatenate()([layers.Flatten()(near), look])",
        "an odd size": """a = layers.MaxPooling2D()(layers.Conv2D(6, 2)(near))
a = layers.UpSampling2D()(a)
y = layers.Concatenate()([a, layers.Conv2D(6, 2)(near)])""",
        "a convolution of 1 and 6": """conv = layers.Conv2D(6, 3, padding="same")
y = layers.Concatenate()([conv(paper), conv(near)])""",
    },
    LESSON_10: {
        "an LSTM after a state": "y = layers.LSTM(8)(layers.LSTM(16, name='first')(image))",
        "an image without channels": "y = layers.Conv2D(8, 3)(image)",
        "eyes of 16 and 32": "y = layers.Subtract()([layers.Dense(16)(left), code])",
        "a product of 16 and 32": "y = layers.Dot(axes=1)([layers.Dense(16)(left), code])",
        "attention of 8 and 16": "y = layers.Attention()([image, layers.Dense(16)(image)])",
        "a layer for each row": "y = layers.TimeDistributed(layers.Dense(2))(flat)",
        "64 pixels are not 72": "y = layers.Reshape((8, 9))(flat)",
        "a window of nine rows": "y = layers.Conv1D(8, 9)(image)",
        "an image and its pixels": "y = layers.Add()([image, flat])",
        "turned around three axes": "y = layers.Permute((3, 1, 2))(image)",
    },
}
CASES = [(inputs, name) for inputs, cases in BROKEN.items() for name in cases]


def opened(inputs, lines):
    names = [line.partition(" = ")[0] for line in inputs.splitlines() if "Input(" in line]
    begun = "from funclab import Input, Model, layers\n"
    ends = f"\nmodel = Model([{', '.join(names)}], y)\n"
    return funclab.edit().do("code", f"{begun}{inputs}{lines}{ends}")


@pytest.mark.parametrize(("inputs", "name"), CASES, ids=[name for _, name in CASES])
def test_a_broken_model_is_repaired_by_each_step_that_is_offered(inputs, name):
    edit = opened(inputs, BROKEN[inputs][name])
    assert edit.model is None

    offered = edit.facts["states"]["1"]["repairs"]

    assert offered
    for repair in offered:
        edit.go(1)
        edit._do(repair["step"])
        assert edit.model is not None or repair["cost"].startswith("then ")


def test_what_is_offered_is_what_the_lessons_advise():
    state = opened(LESSON_10, BROKEN[LESSON_10]["an LSTM after a state"])
    pixels = opened(LESSON_10, BROKEN[LESSON_10]["64 pixels are not 72"])

    assert [repair.step for repair in repairs(state._steps)] == [
        ["set", "first", {"return_sequences": True}]
    ]
    assert repairs(pixels._steps)[0].step == ["set", "reshape", {"target_shape": [8, 8]}]
    assert pixels.facts["states"]["1"]["repairs"][0]["cost"] == "no weights"


def test_tensors_that_differ_in_one_axis_are_joined_along_it():
    hours = "y = layers.Concatenate()([day, layers.Conv1D(4, 3)(day)])"
    offered = repairs(opened(LESSON_2, hours)._steps)

    assert ["set", "concatenate", {"axis": 1}] in [repair.step for repair in offered]


def test_a_call_is_taken_out_only_if_its_layer_has_no_weights():
    taken = {
        name: repair.step[1]
        for inputs, name in CASES
        for repair in repairs(opened(inputs, BROKEN[inputs][name])._steps)
        if repair.step[0] == "delete"
    }

    assert taken == {
        "8 columns are not 9": "reshape[0]",
        "a mean over no hours": "global_average_pooling1d[0]",
        "pooled to nothing": "max_pooling2d_1[0]",
        "pooled twice": "global_max_pooling2d_1[0]",
        "64 pixels are not 72": "reshape[0]",
        "turned around three axes": "permute[0]",
    }
