"""Lesson 9: which word looks at which?"""

from __future__ import annotations

import numpy as np

from tests.truth.claims import asks, measured, says

RANDOM = np.random.RandomState(0)


@asks("9.1")
def three_layers_have_three_sets_of_weights(keras):
    placed = keras.Input((9, 16))
    three = [keras.layers.Dense(16)(placed) for _ in range(3)]
    count = keras.Model(placed, three).count_params()

    return {
        "272: equal layers, called on the same tensor, share their weights": count == 272,
        "816: three times 16 × 16 + 16": count == 816,
        "6,960: each reads all 9 × 16 numbers of a headline": count == 6960,
    }


@asks("9.2")
def dot_makes_a_number_for_each_pair_of_words(keras):
    query, key = keras.Input((9, 16)), keras.Input((9, 16))
    shape = keras.layers.Dot(axes=(2, 2))([query, key]).shape

    return {
        "`(None, 9, 16)`: numbers are multiplied in pairs": shape == (None, 9, 16),
        "`(None, 9, 9)`: a number for each pair of words": shape == (None, 9, 9),
        "`(None, 16, 16)`: a number for each pair of units": shape == (None, 16, 16),
    }


@asks("9.3")
def each_row_of_weights_sums_to_one(keras):
    scores = keras.Input((9, 9))
    model = keras.Model(scores, keras.layers.Softmax()(scores))
    weights = model.predict(RANDOM.randn(1, 9, 9), verbose=0)[0]

    return {
        "all 81 together": np.isclose(weights.sum(), 1),
        "each row: the weights with which one word looks at all nine": np.allclose(
            weights.sum(1), 1, atol=1e-5
        ),
        "each column: the weights with which all nine look at one word": np.allclose(
            weights.sum(0), 1, atol=1e-2
        ),
    }


def attention(keras, query, key, value, divide=1.0):
    scores = keras.layers.Dot(axes=(2, 2))([query, key]) / divide
    weights = keras.layers.Softmax()(scores)
    return keras.layers.Dot(axes=(2, 1))([weights, value])


@says(
    "lesson 9",
    "Queries and keys give scores, Softmax makes each row of them sum to 1, and the new row of a "
    "word is the sum of all values, each times its weight.",
)
def attention_is_a_weighted_sum_of_values(keras):
    three = [keras.Input((5, 4)) for _ in range(3)]
    model = keras.Model(three, attention(keras, *three))
    query, key, value = (RANDOM.randn(1, 5, 4).astype("float32") for _ in range(3))
    weights = np.exp(query[0] @ key[0].T)
    weights /= weights.sum(1, keepdims=True)

    made = model.predict([query, key, value], verbose=0)[0]

    assert np.allclose(made, weights @ value[0], atol=1e-4)


@says(
    "lesson 9",
    "- **Heads.** `MultiHeadAttention(2, 8)` is what you have built, twice, with scores divided by "
    "√8: two *heads* with queries, keys and values of 8 numbers, and a Dense that joins their "
    "results.",
)
def multi_head_attention_divides_scores_by_the_root_of_the_size(keras):
    rows = keras.Input((5, 16))
    layer = keras.layers.MultiHeadAttention(2, 8)
    model = keras.Model(rows, layer(rows, rows))
    arrays = [RANDOM.randn(*array.shape).astype("float32") for array in layer.get_weights()]
    layer.set_weights(arrays)
    q, bq, k, bk, v, bv, out, b = arrays
    x = RANDOM.randn(1, 5, 16).astype("float32")

    def by_hand(divide):
        total = np.zeros((5, 16)) + b
        for head in range(2):
            query, key, value = (
                x[0] @ w[:, head] + bias[head] for w, bias in ((q, bq), (k, bk), (v, bv))
            )
            scores = query @ key.T / divide
            weights = np.exp(scores - scores.max(1, keepdims=True))
            total += weights / weights.sum(1, keepdims=True) @ value @ out[head]
        return total

    made = model.predict(x, verbose=0)[0]
    assert np.allclose(made, by_hand(np.sqrt(8)), rtol=1e-3, atol=1e-2)
    assert not np.allclose(made, by_hand(1), rtol=1e-3, atol=1e-2)


def answers(keras, x, mask=None):
    """What attention makes of rows on average, with the same weights for all x."""
    keras.utils.set_random_seed(4)
    rows = keras.Input((5, 4))
    model = keras.Model(rows, keras.ops.mean(attention(keras, rows, rows, rows), axis=1))
    return model.predict(x, verbose=0)


@says("lesson 9", "By itself, attention sees no order: add places.")
def attention_sees_no_order_by_itself(keras):
    x = RANDOM.randn(1, 5, 4).astype("float32")
    places = np.arange(20.0).reshape(1, 5, 4) / 10

    swapped = x[:, [0, 3, 2, 1, 4]]
    assert np.allclose(answers(keras, x), answers(keras, swapped), atol=1e-5)
    assert not np.allclose(answers(keras, x + places), answers(keras, swapped + places), atol=1e-3)


@says("lesson 9", "It looks at padding unless a mask hides it.")
@asks("9.5")
def equal_scores_give_two_thirds_to_six_zeros_of_nine(keras):
    scores, mask = keras.Input((9, 9)), keras.Input((1, 9), dtype="bool")
    softmax = keras.layers.Softmax()
    model = keras.Model([scores, mask], [softmax(scores), softmax(scores, mask=mask)])
    words = np.arange(9)[None, None] < 3
    weights, masked = model.predict([np.zeros((1, 9, 9)), words], verbose=0)
    share = weights[0, :, 3:].sum(1)

    assert np.allclose(masked[0, :, 3:], 0) and np.allclose(masked[0, :, :3], 1 / 3)
    return {
        "none: the zeros stand for no words": (share == 0).all(),
        "none: a score of 0 has the weight 0": (share == 0).all(),
        "two thirds": np.allclose(share, 2 / 3),
    }


@says(
    "lesson 9",
    "`LayerNormalization` gives each row mean 0 and standard deviation 1, then a learned scale and "
    "shift.",
)
def layer_normalization_gives_each_row_mean_0_and_deviation_1(keras):
    rows = keras.Input((5, 16))
    layer = keras.layers.LayerNormalization()
    model = keras.Model(rows, layer(rows))
    made = model.predict(5 + 3 * RANDOM.randn(2, 5, 16), verbose=0)

    assert np.allclose(made.mean(-1), 0, atol=1e-4) and np.allclose(made.std(-1), 1, atol=1e-2)
    assert len(layer.trainable_weights) == 2


@asks("9.4")
@measured
def without_places_attention_reads_like_a_mean(keras):
    from funclab.datasets import headlines

    def whom(words):
        return np.array([headlines.ACTORS.index(headlines.story(row)[2]) for row in words])

    data, unseen = ((part.words, whom(part.words)) for part in headlines.load_data(500))

    def right(with_places):
        keras.utils.set_random_seed(0)
        layers, ops = keras.layers, keras.ops
        words = keras.Input((9,), dtype="int32")
        rows = layers.Embedding(len(headlines.WORDS), 16)(words)
        if with_places:
            number = ops.cumsum(ops.ones_like(words), axis=1)
            rows = layers.Add()([rows, layers.Embedding(10, 16)(number)])
        mixed = attention(keras, *(layers.Dense(16)(rows) for _ in range(3)))
        average = layers.GlobalAveragePooling1D()(mixed)
        model = keras.Model(words, layers.Dense(12, activation="softmax")(average))
        loss = "sparse_categorical_crossentropy"
        model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
        model.fit(*data, batch_size=32, epochs=12, verbose=0)
        return model.evaluate(*unseen, verbose=0)[1]

    without = right(False)

    assert right(True) > 0.95
    return {
        "100 %: each word still sees its neighbours": without > 0.95,
        "about 90 %: the queries and keys still differ from word to word": 0.85 < without < 0.95,
        "about 60 %, like the mean": 0.5 < without < 0.72,
    }
