"""The table of a step: names of axes, what is read, and what is made; and where windows fit."""

from __future__ import annotations

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, ops
from funclab.view.shapes.steps import shape_steps


def last(output):
    return shape_steps(output).steps[-1]


def rows(step):
    return [(row.name, row.reads, row.makes) for row in step.table]


def test_a_convolution_names_its_axes_and_those_of_the_input_before_it():
    image = Input((28, 30, 1), name="image")

    steps = shape_steps(layers.Conv2D(8, 3, name="conv")(image)).steps

    assert [row.name for row in steps[0].table] == ["batch", "height", "width", "channels"]
    assert rows(steps[1]) == [
        ("batch", "None", "None"), ("height", "28", "26"), ("width", "30", "28"),
        ("channels", "1", "8"),
    ]  # fmt: skip
    assert [row.rule for row in steps[1].table[1:]] == [
        "(28 - 3) // 1 + 1", "(30 - 3) // 1 + 1", "filters = 8",
    ]  # fmt: skip


def test_channels_that_come_first_are_named_first():
    step = last(layers.Conv2D(8, 3, data_format="channels_first")(Input((2, 9, 9))))

    assert [row.name for row in step.table] == ["batch", "channels", "height", "width"]


def test_a_name_stays_with_a_length_that_stays_and_axes_that_go_are_told():
    y = layers.MaxPooling2D()(Input((8, 6, 5)))

    assert rows(last(layers.GlobalAveragePooling2D()(y))) == [
        ("batch", "None", "None"), ("height", "4", "–"), ("width", "3", "–"),
        ("channels", "5", "5"),
    ]  # fmt: skip


def test_what_is_laid_in_one_row_reads_every_axis():
    assert rows(last(layers.Flatten()(Input((4, 3, 2)))))[1:] == [("axis 1", "4, 3, 2", "24")]


def test_a_join_reads_the_axis_of_each_input():
    a, b = Input((5, 3)), Input((5, 4))

    assert rows(last(layers.Concatenate()([a, b])))[1:] == [
        ("axis 1", "5", "5"),
        ("axis 2", "3, 4", "7"),
    ]


def test_a_recurrent_layer_keeps_no_steps():
    assert rows(last(layers.LSTM(8)(Input((20, 3))))) == [
        ("batch", "None", "None"), ("steps", "20", "–"), ("features", "3", "8"),
    ]  # fmt: skip


def test_the_batch_is_known_where_it_has_moved():
    step = last(ops.transpose(Input((3, 4)), (1, 0, 2)))

    assert [row.name for row in step.table if row.batch] == ["batch"]
    assert rows(step)[1] == ("batch", "None", "None")


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv1D(1, 3),
        layers.Conv1D(1, 3, strides=2, padding="same"),
        layers.Conv1D(1, 3, dilation_rate=2, padding="causal"),
        layers.Conv1D(1, 4, padding="same"),
        layers.Conv1D(1, 2, strides=3),
        layers.DepthwiseConv1D(3, strides=2),
    ],
    ids=lambda layer: f"{layer.kernel_size}{layer.strides}{layer.padding}",
)
def test_the_window_stands_where_the_layer_reads_its_numbers(layer):
    length = 11
    x = Input((length, 1))
    slide = last(layer(x)).slide
    layer.set_weights([np.ones(w.shape) * (len(w.shape) > 1) for w in layer.weights])
    made = np.asarray(Model(x, layer(x)).predict(np.eye(length)[..., None], verbose=0))[..., 0]

    assert made.shape[1] == slide.places
    for place in range(slide.places):
        reads = [slide.start(place) + slide.spread * i for i in range(slide.size)]
        assert np.flatnonzero(made[:, place]).tolist() == [i for i in reads if 0 <= i < length]


def test_the_window_of_an_op_has_the_size_of_its_kernel():
    slide = last(ops.conv(Input((10, 12, 3)), np.zeros((3, 5, 3, 4), "float32"), 2, "same")).slide

    assert (slide.length, slide.size, slide.stride, slide.places) == (12, 5, 2, 6)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2DTranspose(4, 3), layers.UpSampling2D(), layers.AdaptiveMaxPooling2D(2),
        layers.GlobalMaxPooling2D(), layers.Dense(3),
    ],
    ids=lambda layer: layer.name,
)  # fmt: skip
def test_what_moves_no_window_has_no_ruler(layer):
    assert last(layer(Input((8, 8, 3)))).slide is None


def test_the_page_is_told_each_shape_and_the_weights_of_each_step():
    x = Input((28, 28, 1), name="image")
    model = Model(x, layers.Dense(10)(layers.Flatten()(layers.Conv2D(8, 3)(x))))

    facts = funclab.shapes(model).facts

    assert [tuple(one["makes"]) for one in facts["steps"]] == [
        tuple(layer.output.shape) for layer in model.layers
    ]
    assert [one["added"] for one in facts["steps"]] == [
        layer.count_params() for layer in model.layers
    ]
    assert facts["total"] == facts["steps"][-1]["total"] == model.count_params()


def test_a_sentence_is_told_once_its_beginning_first():
    for one in funclab.shapes(Model(x := Input((9, 9, 1)), layers.Conv2D(2, 3)(x))).facts["steps"]:
        step = f"{one['lead']} {one['words']}".strip()

        assert one["lead"] and step.startswith(one["lead"]) and one["lead"] not in one["words"]
