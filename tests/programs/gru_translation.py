"""Sequence to sequence with a bidirectional GRU, words from TextVectorization, decoded word by word."""

import random
import string

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

pairs = [
    ("the cat sleeps", "[start] el gato duerme [end]"),
    ("the dog sleeps", "[start] el perro duerme [end]"),
    ("the cat eats", "[start] el gato come [end]"),
    ("the dog eats", "[start] el perro come [end]"),
] * 8
random.Random(0).shuffle(pairs)
strip_chars = string.punctuation.replace("[", "").replace("]", "")


def custom_standardization(input_string):
    lowercase = tf.strings.lower(input_string)
    return tf.strings.regex_replace(lowercase, f"[{strip_chars.replace(chr(92), '')}]", "")


sequence_length = 6
source_vectorization = layers.TextVectorization(
    max_tokens=20, output_mode="int", output_sequence_length=sequence_length
)
target_vectorization = layers.TextVectorization(
    max_tokens=20,
    output_mode="int",
    output_sequence_length=sequence_length + 1,
    standardize=custom_standardization,
)
source_vectorization.adapt([pair[0] for pair in pairs])
target_vectorization.adapt([pair[1] for pair in pairs])


def format_dataset(eng, spa):
    eng, spa = source_vectorization(eng), target_vectorization(spa)
    return ({"english": eng, "spanish": spa[:, :-1]}, spa[:, 1:])


eng_texts, spa_texts = zip(*pairs)
dataset = tf.data.Dataset.from_tensor_slices((list(eng_texts), list(spa_texts)))
dataset = dataset.batch(8).map(format_dataset, num_parallel_calls=4)
dataset = dataset.shuffle(64).prefetch(2).cache()
for inputs, targets in dataset.take(1):
    assert inputs["english"].shape == (8, 6) and targets.shape == (8, 6)

embed_dim, latent_dim, vocab_size = 8, 16, 20
source = keras.Input(shape=(None,), dtype="int64", name="english")
x = layers.Embedding(vocab_size, embed_dim, mask_zero=True)(source)
encoded_source = layers.Bidirectional(layers.GRU(latent_dim), merge_mode="sum")(x)
past_target = keras.Input(shape=(None,), dtype="int64", name="spanish")
x = layers.Embedding(vocab_size, embed_dim, mask_zero=True)(past_target)
x = layers.GRU(latent_dim, return_sequences=True)(x, initial_state=encoded_source)
target_next_step = layers.Dense(vocab_size, activation="softmax")(x)
seq2seq_rnn = keras.Model([source, past_target], target_next_step)
seq2seq_rnn.compile(
    optimizer=keras.optimizers.Adam(0.02),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = seq2seq_rnn.fit(dataset, epochs=25, verbose=0)
assert history.history["loss"][-1] < 0.5 * history.history["loss"][0]
spa_vocab = target_vectorization.get_vocabulary()
spa_index_lookup = dict(zip(range(len(spa_vocab)), spa_vocab))


def decode_sequence(input_sentence):
    tokenized_input_sentence = source_vectorization([input_sentence])
    decoded_sentence = "[start]"
    for i in range(sequence_length):
        tokenized_target_sentence = target_vectorization([decoded_sentence])
        next_token_predictions = seq2seq_rnn.predict(
            [tokenized_input_sentence, tokenized_target_sentence[:, :-1]], verbose=0
        )
        sampled_token_index = np.argmax(next_token_predictions[0, i, :])
        sampled_token = spa_index_lookup[sampled_token_index]
        decoded_sentence += " " + sampled_token
        if sampled_token == "[end]":
            break
    return decoded_sentence


assert decode_sequence("the dog eats").startswith("[start] el ")
