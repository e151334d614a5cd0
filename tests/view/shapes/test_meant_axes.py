"""Axes are called what they are: hours, words, classes, the height and width of an image."""

from __future__ import annotations

import funclab
from funclab import Input, Model, layers
from funclab.datasets import bikes, headlines
from funclab.view.shapes.view import shapes


def called(model):
    return [[row.name for row in step.table] for step in shapes(model).steps]


def test_hours_keep_their_name_through_layers_that_return_sequences():
    hours = Input((24, 1), name="hours")
    funclab.meaning(hours, "hours")
    states = layers.LSTM(4, return_sequences=True)(hours)
    model = Model(hours, layers.Dense(2)(layers.GlobalMaxPooling1D()(states)))

    first, lstm, pooled, _ = called(model)
    assert first[:2] == lstm[:2] == pooled[:2] == ["batch", "hours"]


def test_hours_of_a_data_set_are_known_after_a_training_run():
    (x, y), _ = bikes.load_hours()
    hours = Input((24, 1), name="hours")
    trained = Model(hours, layers.Dense(1)(layers.Flatten()(hours)))
    trained.compile("sgd", "mae")
    trained.fit(x[:640:5] / 1000, y[:640:5] / 1000, epochs=1, verbose=0)

    assert called(Model(hours, layers.LSTM(2)(hours)))[0] == ["batch", "hours", "features"]


def test_scores_of_attention_have_words_on_both_sides():
    words = Input((9,), dtype="int32", name="words")
    funclab.meaning(words, "words", labels=headlines.WORDS)
    rows = layers.Embedding(len(headlines.WORDS), 4)(words)
    model = Model(words, layers.Softmax()(layers.Dot(axes=(2, 2))([rows, rows])))

    assert called(model)[-1] == ["batch", "words", "words"]


def test_an_image_and_its_classes_are_called_so():
    image = Input((8, 8, 1), name="image")
    answer = layers.Dense(2, name="answer")(layers.Flatten()(image))
    funclab.meaning(image, "image")
    funclab.meaning(answer, "classes", labels=["cat", "dog"])

    steps = called(Model(image, answer))
    assert steps[0] == ["batch", "height", "width", "channels"]
    assert steps[-1] == ["batch", "classes"]
