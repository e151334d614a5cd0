"""Layers on words: what they learn, what a model does with text, and what they refuse."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest

import funclab
from funclab import Input, Model, Sequential, data, layers, ops
from funclab.errors import (
    ArgumentError,
    ConfigError,
    DataError,
    NotSupportedError,
    ShapeError,
    TensorTypeError,
)
from funclab.layers import (
    Dense,
    Embedding,
    GlobalAveragePooling1D,
    HashedCrossing,
    Hashing,
    IntegerLookup,
    StringLookup,
    TextVectorization,
)
from tests.layers.keras_words import CASES, RECORD, observed

TEXTS = ["The cat sat on the mat.", "A dog; the END!", ""]


@pytest.mark.parametrize("name", list(CASES))
def test_words_become_the_numbers_that_keras_gives_them(name):
    words, shape, found = json.loads(RECORD.read_text())[name]

    made = observed(name, layers)

    assert made[:2] == (words, shape)
    if found and isinstance(found[0], str):
        assert made[2] == found
    else:
        np.testing.assert_allclose(made[2], found, rtol=1e-5)


def test_a_model_takes_text():
    vectorize = TextVectorization(output_sequence_length=5)
    vectorize.adapt(TEXTS)
    inputs = Input((1,), dtype="string")
    x = Embedding(vectorize.vocabulary_size(), 3)(vectorize(inputs))
    model = Model(inputs, Dense(1)(GlobalAveragePooling1D()(x)))
    model.compile("sgd", "mse")
    data = np.array(TEXTS)

    model.fit(data, np.ones(3), epochs=2, shuffle=True, verbose=0)
    numbers = Model(x, model.output)

    predicted = model.predict(data)
    embedded = numbers.predict(model.layers[2](vectorize(TEXTS)))
    np.testing.assert_allclose(predicted, embedded, rtol=1e-6)
    np.testing.assert_allclose(model(data), predicted, rtol=1e-6)
    np.testing.assert_allclose(model.predict(data.astype("S")), predicted, rtol=1e-6)
    np.testing.assert_allclose(copy.deepcopy(model).predict(data), predicted, rtol=1e-6)


def test_a_sequential_model_takes_text():
    lookup = StringLookup(vocabulary=["a", "b"], output_mode="one_hot")
    model = Sequential([Input((1,), dtype="string"), lookup, Dense(2)])

    assert model.predict([["a"], ["c"]]).shape == (2, 2)


def test_a_model_without_a_graph_takes_text():
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.lookup = StringLookup(vocabulary=["a", "b"], output_mode="one_hot")
            self.dense = Dense(2)

        def call(self, inputs):
            return self.dense(self.lookup(inputs))

    data = np.array([["a"], ["c"]])
    deferred = Sequential([StringLookup(vocabulary=["a"], output_mode="one_hot"), Dense(2)])

    assert Own().predict(data).shape == deferred.predict(data).shape == (2, 2)
    with pytest.raises(DataError, match="not numbers"):
        Sequential([Dense(2)]).predict(data)


@pytest.mark.parametrize("standardize", ["lower", None, lambda text: text])
def test_a_model_without_an_input_is_fed_text_by_a_pipeline(standardize):
    vectorize = TextVectorization(standardize=standardize, output_sequence_length=3)
    vectorize.adapt(["a b", "b c"])
    batches = data.Dataset.from_tensor_slices((["b a", "c", ""], [1.0, 0.0, 2.0])).batch(2)
    model = Sequential([vectorize, Embedding(9, 2), GlobalAveragePooling1D(), Dense(1)])
    model.compile("sgd", "mse")

    loss = model.evaluate(batches, verbose=0)

    table, kernel, bias = model.get_weights()
    ids = np.asarray(vectorize(["b a", "c", ""]))
    predicted = table[ids].mean(1) @ kernel + bias
    assert loss == pytest.approx(np.square(predicted[:, 0] - [1, 0, 2]).mean(), rel=1e-5)
    np.testing.assert_allclose(model.predict(batches, verbose=0), predicted, rtol=1e-5)
    assert np.isfinite(model.fit(batches, verbose=0).history["loss"][0])


def test_a_model_gives_text():
    inputs = Input((2,), dtype="int64")
    words = StringLookup(vocabulary=["cat", "dog"], invert=True)(inputs)

    made = Model(inputs, words).predict(np.array([[1, 2], [0, 9]]))

    assert words.dtype == "string"
    assert made.tolist() == [["cat", "dog"], ["[UNK]", "[UNK]"]]


def test_what_was_learned_is_saved_with_the_model(tmp_path):
    words, ids = StringLookup(output_mode="tf_idf"), IntegerLookup(output_mode="multi_hot")
    text = TextVectorization(output_sequence_length=3)
    words.adapt([["a", "b"], ["a", "c"]])
    ids.adapt([[3, 4], [4, 5]])
    text.adapt(["b a", "a c"])
    inputs = [Input((2,), dtype="string"), Input((2,), dtype="int64"), Input((), dtype="string")]
    outputs = [layer(x) for layer, x in zip((words, ids, text), inputs, strict=True)]
    model = Model(inputs, [Dense(2)(x) for x in outputs])
    data = [np.array([["a", "z"], ["c", "c"]]), np.array([[3, 5], [9, 9]]), np.array(["a b", "z"])]

    model.save(tmp_path / "m.keras")
    again = funclab.models.load_model(tmp_path / "m.keras")

    for a, b in zip(model.predict(data), again.predict(data), strict=True):
        np.testing.assert_array_equal(a, b)
    assert again.get_layer(text.name).get_vocabulary() == text.get_vocabulary()
    assert again.get_config() == model.get_config()


def test_a_file_of_keras_with_vocabularies_predicts_as_there():
    recorded = Path(__file__).parents[1] / "saving" / "keras"
    texts = np.array(["the cat sat", "a dog; the END"])
    model = funclab.models.load_model(recorded / "vocabularies.keras")

    made = model.predict([texts, texts[:, None], np.array([[5, 9], [0, 7]])])

    np.testing.assert_allclose(made, np.load(recorded / "vocabularies.npy"), rtol=1e-5, atol=1e-6)


def test_a_model_knows_what_its_layer_learns_after_it_was_built():
    lookup, inputs = StringLookup(), Input((1,), dtype="string")
    model = Model(inputs, lookup(inputs))
    with pytest.raises(ArgumentError, match="no vocabulary yet"):
        model.predict(np.array(["b"]))

    lookup.adapt(["a", "b", "b"])

    assert model.predict(np.array(["b"])).tolist() == [[1]]


def test_a_vocabulary_can_lie_in_a_file_but_a_config_may_not_name_one(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("red\ngreen\n")

    layer = StringLookup(vocabulary=str(path))

    assert layer.get_vocabulary() == ["[UNK]", "red", "green"]
    for cls in (StringLookup, TextVectorization):
        with pytest.raises(ConfigError, match="refused in safe mode"):
            cls.from_config({"vocabulary": str(path)})


def test_standardize_and_split_may_be_functions():
    layer = TextVectorization(
        standardize=lambda texts: np.char.replace(texts, "-", " "),
        split=lambda texts: [text.split() for text in texts],
        vocabulary=["a", "b"],
    )

    assert layer(["a-b", "b c a"]).tolist() == [[2, 3, 0], [3, 1, 2]]


TEXT_INPUT = Input((3,), dtype="string")


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: StringLookup(vocabulary=["a", "a"]), ArgumentError, "repeated term"),
        (lambda: StringLookup(vocabulary=[]), ArgumentError, "empty vocabulary"),
        (lambda: StringLookup(vocabulary="no.txt"), ConfigError, "does not exist"),
        (lambda: StringLookup(vocabulary=["a"], mask_token="a"), ArgumentError, "reserved mask"),
        (lambda: StringLookup(max_tokens=1), ArgumentError, "greater than 1"),
        (lambda: StringLookup(max_tokens=2, vocabulary=["a", "b"]), ArgumentError, "larger than"),
        (lambda: StringLookup(pad_to_max_tokens=True), ArgumentError, "must set `max_tokens`"),
        (lambda: StringLookup(num_oov_indices=-1), ArgumentError, "num_oov_indices"),
        (lambda: StringLookup(invert=True, output_mode="count"), ArgumentError, "must be `'int'`"),
        (lambda: StringLookup(idf_weights=[1.0]), ArgumentError, "idf_weights"),
        (lambda: StringLookup(sparse=True), NotSupportedError, "sparse"),
        (lambda: StringLookup(salt="x"), ArgumentError, "salt"),
        (lambda: StringLookup(vocabulary=["a"]).adapt(["b"]), ArgumentError, "Cannot adapt layer"),
        (lambda: StringLookup().adapt(3), NotSupportedError, "cannot read"),
        (lambda: StringLookup()([1, 2]), DataError, "not text"),
        (lambda: StringLookup()([["a"], ["b", "c"]]), DataError, "cannot form an array"),
        (lambda: StringLookup()(Input((3,))), ArgumentError, 'dtype="string"'),
        (lambda: StringLookup(output_mode="tf_idf")(["a"]), ArgumentError, "no vocabulary yet"),
        (lambda: StringLookup(output_mode="tf_idf")(TEXT_INPUT), ArgumentError, "`idf_weights`"),
        (
            lambda: StringLookup(num_oov_indices=0, vocabulary=["a"])(["b"]),
            DataError,
            "all inputs should be in vocabulary",
        ),
        (
            lambda: StringLookup(vocabulary=["a"], output_mode="tf_idf", idf_weights=[1, 2]),
            ArgumentError,
            "same length as vocabulary",
        ),
        (lambda: IntegerLookup(salt=1), ArgumentError, "oov_method='farmhash'"),
        (lambda: IntegerLookup()(["a"]), DataError, "not numbers"),
        (lambda: IntegerLookup()(TEXT_INPUT), ArgumentError, "whole numbers"),
        (lambda: Hashing(num_bins=0), ArgumentError, "num_bins"),
        (lambda: Hashing(3, dtype="float32"), ArgumentError, "integer type"),
        (lambda: HashedCrossing(3)(["a"]), ArgumentError, "at least two inputs"),
        (lambda: HashedCrossing(3)([["a"], ["b", "c"]]), ShapeError, "equal ones"),
        (lambda: TextVectorization(ngrams="2"), ArgumentError, "ngrams"),
        (lambda: TextVectorization(standardize="upper"), ArgumentError, "standardize"),
        (lambda: TextVectorization(ragged=True), NotSupportedError, "sparse"),
        (
            lambda: TextVectorization(output_mode="count", output_sequence_length=2),
            ArgumentError,
            "must not be set",
        ),
        (lambda: TextVectorization()([["a", "b"]]), DataError, "rank must be 1"),
        (lambda: TextVectorization()(TEXT_INPUT), DataError, "rank must be 1"),
        (lambda: TextVectorization(vocabulary=["a"]).adapt(["b"]), ArgumentError, "Cannot adapt"),
        (lambda: Dense(2)(TEXT_INPUT), TensorTypeError, "cannot compute with text"),
        (lambda: ops.add(np.array(["a"]), 1), TensorTypeError, "cannot compute with text"),
    ],
)
def test_what_a_layer_cannot_use_is_refused(make, error, says):
    with pytest.raises(error, match=says):
        make()


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_a_missing_word_is_not_made_the_word_nan(missing):
    words = np.array(["a", missing, "b", "a"], object)

    with pytest.raises(DataError, match="not text") as refused:
        StringLookup().adapt(words)

    assert "x.fillna(" in str(refused.value)
    assert "astype" not in str(refused.value)


def test_without_a_length_text_is_refused_when_a_plan_is_made():
    inputs = Input((1,), dtype="string")
    model = Model(inputs, TextVectorization(vocabulary=["a"])(inputs))

    with pytest.raises(ArgumentError, match="output_sequence_length=20"):
        model.predict(np.array(["a b"]))


def test_a_vocabulary_in_a_graph_cannot_grow():
    lookup = StringLookup(output_mode="count")
    lookup.adapt(["a"])
    lookup(TEXT_INPUT)

    with pytest.raises(ArgumentError, match="vocabulary size cannot be changed"):
        lookup.adapt(["a", "b", "c"])
    assert lookup.get_vocabulary() == ["[UNK]", "a"]


def test_numbers_are_refused_where_a_model_takes_text():
    model = Model(TEXT_INPUT, StringLookup(vocabulary=["a"])(TEXT_INPUT))

    with pytest.raises(DataError, match="not text"):
        model.predict(np.ones((2, 3)))
    with pytest.raises(TensorTypeError, match="takes dtype string"):
        model(Input((3,)))


def test_text_is_shown_by_its_length_in_slow_motion():
    model = Model(TEXT_INPUT, StringLookup(vocabulary=["a"])(TEXT_INPUT))

    shown = funclab.trace(model, np.array([["a", "bcd", ""]]))

    assert "StringLookup" in str(shown)
