"""Texts as sets of words, as counts of pairs of words, and by TF-IDF."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

texts = [
    "the film was good", "a good good plot", "it was bad", "the plot was bad bad",
] * 6  # fmt: skip
labels = [1, 1, 0, 0] * 6
train_ds = tf.data.Dataset.from_tensor_slices((texts, labels)).batch(4)
text_only = train_ds.map(lambda x, y: x)


def get_model(max_tokens=30, hidden_dim=8):
    inputs = keras.Input(shape=(max_tokens,))
    x = layers.Dense(hidden_dim, activation="relu")(inputs)
    outputs = layers.Dense(1, activation="sigmoid")(x)
    model = keras.Model(inputs, outputs)
    model.compile(
        optimizer=keras.optimizers.RMSprop(0.02), loss="binary_crossentropy", metrics=["accuracy"]
    )
    return model


sizes = {}
for ngrams, output_mode in ((None, "multi_hot"), (2, "multi_hot"), (2, "count"), (2, "tf_idf")):
    vectorization = layers.TextVectorization(
        ngrams=ngrams, max_tokens=30, output_mode=output_mode, pad_to_max_tokens=True
    )
    vectorization.adapt(text_only)
    sizes[ngrams, output_mode] = len(vectorization.get_vocabulary())
    encoded = train_ds.map(lambda x, y: (vectorization(x), y), num_parallel_calls=4)
    model = get_model()
    history = model.fit(encoded.cache(), epochs=12, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert model.evaluate(encoded, verbose=0)[1] == 1.0
assert sizes[None, "multi_hot"] == 9 and sizes[2, "multi_hot"] > 15
counter = layers.TextVectorization(output_mode="count")
counter.adapt(texts)
vocabulary = counter.get_vocabulary()
row = np.array(counter(["good good film unseen"]))[0]
assert row[vocabulary.index("good")] == 2 and row[vocabulary.index("film")] == 1 and row[0] == 1
inputs = keras.Input(shape=(), dtype="string")
inference = keras.Model(inputs, model(vectorization(inputs)))
raw = tf.convert_to_tensor(["a good film", "a bad film"])
found = inference(raw)
assert float(found[0, 0]) > float(found[1, 0])
