"""Classic architectures, small: each is built as books build it, and learns."""

from collections.abc import Callable

import numpy as np
import pytest

from funclab import Input, Model, layers, models, utils

RNG = np.random.default_rng


def numbers(*shape: int) -> np.ndarray:
    return RNG(0).standard_normal((32, *shape)).astype("float32")


def words(length: int) -> np.ndarray:
    return RNG(1).integers(1, 12, (32, length)).astype("int32")


def yes_or_no(*shape: int) -> np.ndarray:
    return RNG(2).integers(0, 2, (32, *shape)).astype("float32")


def conv(x, filters, size=3, **more):
    return layers.Conv2D(filters, size, padding="same", activation="relu", **more)(x)


def inception():
    """Towers of several widths, joined along the channels."""
    x = Input((8, 8, 3))
    pooled = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    towers = [conv(x, 4, 1), conv(conv(x, 2, 1), 4), conv(conv(x, 2, 1), 4, 5), conv(pooled, 4, 1)]
    y = layers.GlobalAveragePooling2D()(layers.concatenate(towers))
    model = Model(x, layers.Dense(1, activation="sigmoid")(y))
    return model, "binary_crossentropy", numbers(8, 8, 3), yes_or_no(1)


def residual_net():
    """Residual blocks; the second one halves the image."""
    x = Input((8, 8, 3))
    y = conv(x, 4)
    for filters, strides in ((4, 1), (8, 2)):
        inner = layers.BatchNormalization()(conv(y, filters, strides=strides))
        inner = layers.BatchNormalization()(layers.Conv2D(filters, 3, padding="same")(inner))
        short = y if strides == 1 else layers.Conv2D(filters, 1, strides=strides)(y)
        y = layers.Activation("relu")(layers.add([inner, short]))
    model = Model(x, layers.Dense(2, activation="softmax")(layers.GlobalMaxPooling2D()(y)))
    return model, "sparse_categorical_crossentropy", numbers(8, 8, 3), yes_or_no()


def u_net():
    """Down, up again by transposed convolutions, with skip connections."""
    x = Input((8, 8, 1))
    first = conv(x, 4)
    second = conv(layers.MaxPooling2D()(first), 8)
    bottom = conv(layers.MaxPooling2D()(second), 16)
    y = bottom
    for across, filters in ((second, 8), (first, 4)):
        y = layers.Conv2DTranspose(filters, 2, strides=2)(y)
        y = conv(layers.concatenate([across, y]), filters)
    model = Model(x, layers.Conv2D(1, 1, activation="sigmoid")(y))
    return model, "binary_crossentropy", numbers(8, 8, 1), yes_or_no(8, 8, 1)


def siamese():
    """One encoder, called on both of a pair."""
    encoder = layers.LSTM(6)
    a, b = Input((5, 4)), Input((5, 4))
    model = Model([a, b], layers.Dense(1)(layers.subtract([encoder(a), encoder(b)])))
    return model, "mse", [numbers(5, 4), numbers(5, 4)[::-1]], numbers(1)


def autoencoder_with_a_shared_decoder():
    """Two views of the same thing, encoded each on its own, decoded by one model."""
    code = Input((3,))
    decoder = Model(code, layers.Dense(8)(layers.Dense(6, activation="tanh")(code)))
    views = [Input((8,)), Input((4,))]
    codes = [layers.Dense(3, activation="tanh")(view) for view in views]
    model = Model(views, [decoder(each) for each in codes])
    whole = numbers(8)
    return model, ["mse", "mse"], [whole, whole[:, :4]], [whole, whole]


def seq2seq_with_attention():
    """The decoder begins with the encoder's state, and looks back at all its steps."""
    source, target = Input((6,), dtype="int32"), Input((5,), dtype="int32")
    embedding = layers.Embedding(12, 8, mask_zero=True)
    encoded, state = layers.GRU(8, return_sequences=True, return_state=True)(embedding(source))
    decoded = layers.GRU(8, return_sequences=True)(embedding(target), initial_state=state)
    context = layers.Attention()([decoded, encoded])
    y = layers.TimeDistributed(layers.Dense(12, activation="softmax"))(
        layers.concatenate([decoded, context])
    )
    model = Model([source, target], y)
    return model, "sparse_categorical_crossentropy", [words(6), words(5)], words(5)


def two_tower_recommender():
    """A vector for the person, one for the film; their cosine is the rating."""
    person, film, genres = Input((1,), dtype="int32"), Input((1,), dtype="int32"), Input((4,))
    left = layers.Dense(4)(layers.Flatten()(layers.Embedding(12, 6)(person)))
    known = layers.concatenate([layers.Flatten()(layers.Embedding(12, 6)(film)), genres])
    rating = layers.Dot(axes=1, normalize=True)([left, layers.Dense(4)(known)])
    return (
        Model([person, film, genres], rating),
        "mse",
        [words(1), words(1), numbers(4)],
        numbers(1),
    )


class Positions(layers.Layer):
    """Adds a learned vector for each position in a sequence."""

    def build(self, input_shape):
        self.table = self.add_weight(shape=input_shape[1:], name="table")

    def call(self, x):
        return x + self.table


def transformer_encoder():
    """Words and positions, attention and a small network, each with a residual connection."""
    tokens = Input((6,), dtype="int32")
    x = Positions()(layers.Embedding(12, 8)(tokens))
    attended = layers.MultiHeadAttention(num_heads=2, key_dim=4)(x, x)
    x = layers.LayerNormalization()(x + attended)
    inner = layers.Dense(8)(layers.Dense(16, activation="gelu")(x))
    x = layers.LayerNormalization()(x + inner)
    y = layers.Dense(1, activation="sigmoid")(layers.GlobalAveragePooling1D()(x))
    return Model(tokens, y), "binary_crossentropy", words(6), yes_or_no(1)


ARCHITECTURES: list[Callable] = [
    inception, residual_net, u_net, siamese, autoencoder_with_a_shared_decoder,
    seq2seq_with_attention, two_tower_recommender, transformer_encoder,
]  # fmt: skip


@pytest.mark.parametrize("build", ARCHITECTURES, ids=lambda build: build.__name__)
def test_a_classic_architecture_learns_and_comes_back_from_its_file(build, tmp_path):
    utils.set_random_seed(1)
    model, loss, x, y = build()
    model.compile("adam", loss)

    history = model.fit(x, y, batch_size=8, epochs=6, verbose=0)
    model.save(tmp_path / "model.keras")

    assert history.history["loss"][-1] < history.history["loss"][0]
    again = models.load_model(tmp_path / "model.keras", {"Positions": Positions})
    for seen, expected in zip(outputs(again, x), outputs(model, x), strict=True):
        np.testing.assert_array_equal(seen, expected)


def outputs(model, x):
    made = model.predict(x, verbose=0)
    return made if isinstance(made, list) else [made]
