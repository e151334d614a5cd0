"""A sequence whose attention is not stored whole."""

from __future__ import annotations

import numpy as np

import funclab
from funclab import Input, Model, layers, utils
from funclab.view.learned.packed import unpacked


def test_of_a_long_sequence_a_page_asks_for_one_row_of_attention():
    utils.set_random_seed(0)
    x = Input((70, 4), name="x")
    looked = layers.MultiHeadAttention(2, 3, name="heads")(x, x)
    model = Model(x, layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling1D()(looked)))
    data = np.random.default_rng(0).random((3, 70, 4)).astype("float32")
    view = funclab.inside(model, data)
    index = next(i for i, call in enumerate(view.inner.calls) if call.name.startswith("heads"))

    heads = model.get_layer("heads")
    _, scores = heads(data, data, return_attention_scores=True)
    row = view.told("row", f"{index} 2 69")

    assert np.allclose(unpacked(row["weights"]), np.asarray(scores)[2, :, 69], atol=1e-6)
    assert len(row["words"]) == len(row["others"]) == 70
    for wrong in (f"{index} 3 0", f"{index} -1 0", f"{index} 0 70", f"{index} 0 -1", "0 0 0"):
        assert view.told("row", wrong) is None
