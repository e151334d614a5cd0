"""Columns of a table as one vector, compared with what Keras on TensorFlow made of them."""

import numpy as np
import pytest
from funclab.data import Dataset

from funclab import Model, layers
from funclab.errors import ArgumentError, DataError, NotSupportedError
from funclab.utils import FeatureSpace

DATA = {
    "age": [20.0, 30.0, 40.0, 50.0],
    "size": [0.0, 1.0, 2.0, 3.0],
    "town": ["Ulm", "Bonn", "Bonn", "Kiel"],
    "kind": [3, 3, 5, 7],
}


def space(**settings):
    return FeatureSpace(
        {
            "town": "string_categorical",
            "age": "float_normalized",
            "size": FeatureSpace.float_discretized(2, output_mode="one_hot"),
            "kind": FeatureSpace.integer_categorical(max_tokens=3),
        },
        **settings,
    )


# Keras 3.15.1 on TensorFlow: a column of the vector for each row of DATA.
AGE = [-1.3416407, -0.4472136, 0.4472136, 1.3416407]
KIND = [[0, 1, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]]
SIZE = [[1, 0], [0, 1], [0, 1], [0, 1]]
TOWN = [[0, 0, 1, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
CROSSED = [0, 3, 5, 1]


def test_columns_become_one_vector_in_the_order_of_the_alphabet():
    made = space()
    made.adapt(DATA)

    vectors = made(DATA)

    np.testing.assert_allclose(vectors, np.c_[AGE, KIND, SIZE, TOWN], atol=1e-6)
    one = made({name: column[2] for name, column in DATA.items()})
    np.testing.assert_allclose(one, vectors[2])


def test_a_model_begins_with_the_columns_and_keeps_what_was_learned(tmp_path):
    made = space(crosses=[("town", "kind")], crossing_dim=6)
    made.adapt(Dataset.from_tensor_slices(DATA).batch(3))
    outputs = layers.Dense(1)(made.get_encoded_features())
    model = Model(made.get_inputs(), outputs)
    model.compile("sgd", "mse")
    columns = {name: np.asarray(column) for name, column in DATA.items()}

    model.fit(columns, np.arange(4.0), epochs=2, verbose=0)
    wanted = model.predict(columns, verbose=0)

    assert [*model.input_names] == ["town", "age", "size", "kind"]
    np.testing.assert_allclose(wanted, made(columns) @ model.layers[-1].kernel.numpy()
                               + model.layers[-1].bias.numpy(), rtol=1e-5)  # fmt: skip


def test_a_data_set_is_encoded_row_by_row():
    made = space(output_mode="dict", crosses=[FeatureSpace.cross(("town", "kind"), 6, "int")])
    rows = Dataset.from_tensor_slices(DATA)
    made.adapt(rows)

    encoded = [row["town"].tolist() for row in rows.map(made)]

    assert encoded == TOWN
    assert [*made(DATA)] == ["age", "kind", "size", "town", "town_X_kind"]
    assert made(DATA)["town_X_kind"].ravel().tolist() == CROSSED


def test_its_settings_make_another_one():
    made = space(crosses=[("town", "kind")], name="table")

    other = FeatureSpace.from_config(made.get_config())
    made.adapt(DATA)
    other.adapt(DATA)

    np.testing.assert_array_equal(made(DATA), other(DATA))


def test_what_cannot_be_encoded_is_refused():
    made = space()

    with pytest.raises(ArgumentError, match=r"You need to call `.adapt\(dataset\)`"):
        made(DATA)
    with pytest.raises(DataError, match="can only be called on a Dataset of dicts"):
        made.adapt([1, 2])
    with pytest.raises(ArgumentError, match=r"unknown features: \['city'\]"):
        space(crosses=[("city", "kind")])
    with pytest.raises(ArgumentError, match="cannot be None or empty"):
        FeatureSpace({})
    made.adapt(DATA)
    with pytest.raises(DataError, match=r"The columns \['town', 'size', 'kind'\] are not"):
        made({"age": [1.0]})
    with pytest.raises(DataError, match="only be called with a dict"):
        made([1.0])
    with pytest.raises(NotSupportedError, match="not saved by itself"):
        made.save("space.keras")
    whole = FeatureSpace({"kind": FeatureSpace.integer_hashed(4, output_mode="int")})
    with pytest.raises(ArgumentError, match="Cannot concatenate features because feature 'kind'"):
        whole({"kind": [1]})


@pytest.mark.parametrize("words", [None, ["blue", "sky", "red"]])
def test_a_layer_for_text_learns_its_words_unless_they_are_given(words):
    layer = layers.TextVectorization(output_mode="count", vocabulary=words)
    column = FeatureSpace.feature("string", layer, "float")
    made = FeatureSpace({"text": column}, output_mode="concat")
    texts = {"text": ["red sky", "blue blue sky", "blue sky"]}
    if words is None:
        made.adapt(texts)

    found = made({"text": ["blue sea blue"]})

    # Unknown words, then "blue" and "sky" (or "sky" and "blue": both are there three times), "red".
    blue = layer.get_vocabulary().index("blue")
    assert found.tolist() == [[1.0, *(2.0 if i == blue else 0.0 for i in (1, 2, 3))]]
