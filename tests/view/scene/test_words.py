"""What a box shows of a call: the settings that decide its meaning, and no others."""

from __future__ import annotations

import pytest

from funclab import Input, layers, ops
from funclab.view.draw.text import shorten
from funclab.view.scene.words import brief, call_words
from tests.view.shapes.rule_cases import node_of

IMAGE = Input((32, 32, 3), name="image")
STEPS = Input((10, 8), name="steps")
WORDS = Input((1,), dtype="string", name="words")


@pytest.mark.parametrize(
    ("tensor", "text"),
    [
        (layers.Conv2D(8, 3)(IMAGE), "8 · 3×3"),
        (layers.Conv2D(8, (1, 3), 2, "same", activation="relu")(IMAGE),
         "8 · 1×3 · relu · strides 2 · same"),
        (layers.Conv2D(6, 3, dilation_rate=2, groups=3)(IMAGE), "6 · 3×3 · dilation 2 · groups 3"),
        (layers.MaxPooling2D()(IMAGE), "2×2"),
        (layers.MaxPooling2D(3, strides=2)(IMAGE), "3×3 · strides 2"),
        (layers.ZeroPadding2D(((0, 1), (0, 1)))(IMAGE), "padding 0, 1"),
        (layers.ZeroPadding3D(((1, 2), (0, 1), 0))(ops.expand_dims(IMAGE, 1)),
         "padding (1, 2), (0, 1), (0, 0)"),
        (layers.Cropping2D()(ops.expand_dims(STEPS, 1)), "0"),
        (layers.Cropping1D()(STEPS), "1"),
        (layers.Resizing(8, 4, crop_to_aspect_ratio=True)(IMAGE), "to 8×4 · cropped to fit"),
        (layers.CenterCrop(8, 4)(IMAGE), "to 8×4"),
        (layers.Rescaling([0.5, 1, 2, 4, 8, 16, 32, 64])(STEPS), "scale 0.5, 1, 2, 4, …, 64"),
        (layers.DepthwiseConv2D(3, depth_multiplier=2)(IMAGE), "3×3 · multiplier 2"),
        (layers.AdaptiveMaxPooling2D((4, 2))(IMAGE), "to 4, 2"),
        (layers.SeparableConv1D(8, 3, padding="same")(STEPS), "8 · 3 · same"),
        (layers.Conv2DTranspose(8, 3, 2, "same", output_padding=1)(IMAGE),
         "8 · 3×3 · strides 2 · same · output padding 1"),
        (layers.ZeroPadding1D((2, 0))(STEPS), "padding 2, 0"),
        (layers.UpSampling2D(interpolation="bilinear")(IMAGE), "2×2 · bilinear"),
        (layers.UpSampling1D(3)(STEPS), "3"),
        (layers.BatchNormalization()(IMAGE), ""),
        (layers.BatchNormalization(axis=1)(IMAGE), "axis 1"),
        (layers.GroupNormalization(3)(IMAGE), "groups 3"),
        (layers.LayerNormalization([1, 2])(IMAGE), "axis 1, 2"),
        (layers.ReLU(6)(IMAGE), "max 6"),
        (layers.Dropout(0.5)(IMAGE), "0.5"),
        (layers.Dropout(0.5, (None, 1, None))(STEPS), "0.5 · noise None, 1, None"),
        (layers.PReLU(shared_axes=[1, 2])(IMAGE), "shared along 1, 2"),
        (layers.ActivityRegularization(0.1)(STEPS), "l1 0.1"),
        (layers.Hashing(4)(WORDS), "4 bins"),
        (layers.StringLookup(vocabulary=["cat"])(WORDS), "2 tokens"),
        (layers.TextVectorization(9, vocabulary=["cat"], output_sequence_length=4)(WORDS),
         "3 tokens · length 4"),
        (layers.Lambda(ops.square)(STEPS), "square"),
        (layers.Lambda(lambda x: x + 1)(STEPS), ""),
        (layers.MultiHeadAttention(1, 4, dropout=0.1)(STEPS, STEPS),
         "1 head · key 4 · dropout 0.1"),
        (layers.Concatenate()([IMAGE, IMAGE]), "axis -1"),
        (layers.Permute((2, 1))(STEPS), "axes 2, 1"),
        (layers.LSTM(4, return_sequences=True)(STEPS), "4 · tanh · all steps"),
        (layers.GRU(4, go_backwards=True, recurrent_dropout=0.1)(STEPS),
         "4 · tanh · recurrent dropout 0.1 · backwards"),
        (layers.RNN(layers.GRUCell(4), True)(STEPS), "of GRUCell 4 · tanh · all steps"),
        (
            layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], return_sequences=True)(STEPS),
            "of LSTMCell 3 + GRUCell 2 · all steps",
        ),
        (STEPS**2, "** 2"),
        (STEPS / 4.0, "÷ 4.0"),
        (STEPS * (1 / 3), "× 0.3333"),
        (1 - STEPS, "1 −"),
        (STEPS + STEPS, ""),
        (STEPS @ ops.transpose(STEPS, (0, 2, 1)), "0 @ 1"),
        (ops.transpose(STEPS, (0, 2, 1)), "axes 0, 2, 1"),
        (STEPS[:, 0], "[:, 0]"),
        (ops.mean(STEPS, axis=1), "axis 1"),
        (ops.maximum(STEPS, 0.5), "0.5"),
    ],
)  # fmt: skip
def test_a_box_tells_what_decides_the_meaning_of_a_call(tensor, text):
    assert brief(node_of(tensor)) == text


def test_the_class_is_told_only_under_a_name_that_does_not():
    automatic, named = layers.Dense(4)(STEPS), layers.Dense(4, name="query")(STEPS)

    assert (brief(node_of(automatic)), brief(node_of(named))) == ("4", "Dense 4")
    assert call_words(node_of(automatic)) == "Dense 4"
    assert call_words(node_of(STEPS / 4.0)) == "op Divide · ÷ 4.0"


def test_a_name_is_shortened_in_the_middle_and_keeps_its_number():
    assert shorten("batch_normalization_1234", 12) == "batch_…_1234"
