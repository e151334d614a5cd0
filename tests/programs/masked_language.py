"""Words are hidden and guessed again: sample weights for the hidden ones, a custom train_step."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

rng = np.random.default_rng(0)
vocab_size, max_len, mask_token = 12, 6, 11
sentences = np.stack([(start + np.arange(max_len)) % 8 + 1 for start in rng.integers(0, 8, 64)])
hidden = rng.random(sentences.shape) < 0.3
masked = np.where(hidden, mask_token, sentences)
weights = hidden.astype("float32")

loss_fn = keras.losses.SparseCategoricalCrossentropy(reduction=None)
loss_tracker = keras.metrics.Mean(name="loss")


class MaskedLanguageModel(keras.Model):
    def train_step(self, inputs):
        features, labels, sample_weight = inputs
        with tf.GradientTape() as tape:
            predictions = self(features, training=True)
            loss = loss_fn(labels, predictions, sample_weight=sample_weight)
        trainable_vars = self.trainable_variables
        gradients = tape.gradient(loss, trainable_vars)
        self.optimizer.apply_gradients(zip(gradients, trainable_vars))
        loss_tracker.update_state(loss, sample_weight=sample_weight)
        return {"loss": loss_tracker.result()}

    @property
    def metrics(self):
        return [loss_tracker]


inputs = layers.Input((max_len,), dtype="int64")
word_embeddings = layers.Embedding(vocab_size, 16, name="word_embedding")(inputs)
position_embeddings = layers.Embedding(max_len, 16, name="position")(np.arange(max_len))
x = word_embeddings + position_embeddings
attention = layers.MultiHeadAttention(num_heads=2, key_dim=8, name="attention")(x, x, x)
x = layers.LayerNormalization(epsilon=1e-6)(x + attention)
x = layers.Dense(16, activation="relu")(x)
model = MaskedLanguageModel(inputs, layers.Dense(vocab_size, activation="softmax")(x))
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.02))
dataset = tf.data.Dataset.from_tensor_slices((masked, sentences, weights)).shuffle(64).batch(16)
history = model.fit(dataset, epochs=15, verbose=0)
assert history.history["loss"][-1] < 0.8 * history.history["loss"][0]
predictions = model.predict(masked, verbose=0)
right = (predictions.argmax(-1) == sentences)[hidden].mean()
assert right > 0.3  # one in eight by chance
