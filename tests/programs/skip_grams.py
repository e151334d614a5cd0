"""Skip-grams with negative samples, subclassed, in the style of a tutorial on word2vec."""

import re
import string

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

SEED, AUTOTUNE = 42, tf.data.AUTOTUNE
with open("text.txt", "w") as f:
    f.write(
        "The wide road lay in the hot sun.\n\nThe road was wide; the sun was hot!\nA hot road\n" * 4
    )
with open("text.txt") as f:
    lines = f.read().splitlines()
text_ds = tf.data.TextLineDataset("text.txt").filter(lambda x: tf.cast(tf.strings.length(x), bool))


def custom_standardization(input_data):
    lowercase = tf.strings.lower(input_data)
    return tf.strings.regex_replace(lowercase, "[%s]" % re.escape(string.punctuation), "")


vocab_size, sequence_length = 32, 8
vectorize_layer = layers.TextVectorization(
    standardize=custom_standardization,
    max_tokens=vocab_size,
    output_mode="int",
    output_sequence_length=sequence_length,
)
vectorize_layer.adapt(text_ds.batch(1024))
inverse_vocab = vectorize_layer.get_vocabulary()
assert inverse_vocab[0] == "" and "road" in inverse_vocab
text_vector_ds = text_ds.batch(1024).prefetch(AUTOTUNE).map(vectorize_layer).unbatch()
sequences = list(text_vector_ds.as_numpy_iterator())
assert len(sequences) == 12


def generate_training_data(sequences, window_size, num_ns, vocab_size, seed):
    targets, contexts, labels = [], [], []
    table = tf.keras.preprocessing.sequence.make_sampling_table(vocab_size)
    assert table.shape == (vocab_size,)
    for sequence in sequences:
        positive_skip_grams, _ = tf.keras.preprocessing.sequence.skipgrams(
            sequence,
            vocabulary_size=vocab_size,
            sampling_table=None,
            window_size=window_size,
            negative_samples=0,
        )
        for target_word, context_word in positive_skip_grams:
            context_class = tf.expand_dims(tf.constant([context_word], dtype="int64"), 1)
            negative, _, _ = tf.random.log_uniform_candidate_sampler(
                true_classes=context_class,
                num_true=1,
                num_sampled=num_ns,
                unique=True,
                range_max=vocab_size,
                seed=seed,
                name="negative_sampling",
            )
            context = tf.concat([tf.squeeze(context_class, 1), negative], 0)
            label = tf.constant([1] + [0] * num_ns, dtype="int64")
            targets.append(target_word)
            contexts.append(context)
            labels.append(label)
    return targets, contexts, labels


targets, contexts, labels = generate_training_data(sequences, 2, 4, vocab_size, SEED)
targets, contexts, labels = np.array(targets), np.array(contexts), np.array(labels)
assert contexts.shape == labels.shape == (len(targets), 5)
dataset = tf.data.Dataset.from_tensor_slices(((targets, contexts), labels))
dataset = (
    dataset.shuffle(1000).batch(32, drop_remainder=True).cache().prefetch(buffer_size=AUTOTUNE)
)


class Word2Vec(tf.keras.Model):
    def __init__(self, vocab_size, embedding_dim):
        super().__init__()
        self.target_embedding = layers.Embedding(vocab_size, embedding_dim, name="w2v_embedding")
        self.context_embedding = layers.Embedding(vocab_size, embedding_dim)

    def call(self, pair):
        target, context = pair
        if len(target.shape) == 2:
            target = tf.squeeze(target, axis=1)
        word_emb = self.target_embedding(target)
        context_emb = self.context_embedding(context)
        return tf.einsum("be,bce->bc", word_emb, context_emb)


word2vec = Word2Vec(vocab_size, 8)
word2vec.compile(
    optimizer="adam",
    loss=tf.keras.losses.CategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = word2vec.fit(dataset, epochs=5, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
weights = word2vec.get_layer("w2v_embedding").get_weights()[0]
out_v = open("vectors.tsv", "w", encoding="utf-8")
for index, word in enumerate(inverse_vocab):
    if index:
        out_v.write("\t".join([str(x) for x in weights[index]]) + "\n")
out_v.close()
assert weights.shape == (vocab_size, 8)
