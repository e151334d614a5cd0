"""Papers that cite each other: a layer of attention over the edges of a graph."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops


class GraphAttention(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[0][-1], self.units), trainable=True,
            initializer="glorot_uniform", name="kernel",
        )  # fmt: skip
        self.kernel_attention = self.add_weight(
            shape=(self.units * 2, 1), trainable=True, initializer="glorot_uniform", name="attention"
        )
        self.built = True

    def call(self, inputs):
        node_states, edges = inputs
        node_states_transformed = ops.matmul(node_states, self.kernel)
        node_states_expanded = ops.take(node_states_transformed, edges, axis=0)
        node_states_expanded = ops.reshape(node_states_expanded, (ops.shape(edges)[0], -1))
        attention_scores = ops.leaky_relu(ops.matmul(node_states_expanded, self.kernel_attention))
        attention_scores = ops.squeeze(attention_scores, -1)
        attention_scores = ops.exp(ops.clip(attention_scores, -2, 2))
        scores_sum = ops.segment_sum(
            data=attention_scores, segment_ids=edges[:, 0], num_segments=ops.shape(node_states)[0]
        )
        norm = attention_scores / ops.take(scores_sum, edges[:, 0], axis=0)
        node_states_neighbors = ops.take(node_states_transformed, edges[:, 1], axis=0)
        return ops.segment_sum(
            data=node_states_neighbors * norm[:, None], segment_ids=edges[:, 0],
            num_segments=ops.shape(node_states)[0],
        )  # fmt: skip


class GraphAttentionNetwork(keras.Model):
    def __init__(self, node_states, edges, units, output_dim, **kwargs):
        super().__init__(**kwargs)
        self.node_states, self.edges = node_states, edges
        self.preprocess = layers.Dense(units, activation="relu")
        self.attention = GraphAttention(units)
        self.output_layer = layers.Dense(output_dim)

    def call(self, inputs):
        node_states, edges = inputs
        x = self.preprocess(node_states)
        x = self.attention([x, edges]) + x
        return self.output_layer(x)

    def train_step(self, data):
        indices, labels = data
        with tf.GradientTape() as tape:
            outputs = self([self.node_states, self.edges])
            loss = self.compute_loss(y=labels, y_pred=ops.take(outputs, indices, axis=0))
        grads = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(grads, self.trainable_weights))
        return self.compute_metrics(None, labels, ops.take(outputs, indices, axis=0), None)

    def predict_step(self, data):
        outputs = self([self.node_states, self.edges])
        return ops.softmax(ops.take(outputs, data, axis=0))


rng = np.random.default_rng(0)
subject = np.arange(30) % 3
states = (np.eye(3, 6)[subject] + rng.normal(0, 0.5, (30, 6))).astype("float32")
edges = np.array([(a, b) for a in range(30) for b in range(30) if subject[a] == subject[b] and (a + b) % 4 == 0 or a == b])  # noqa: E501
edges = edges[np.argsort(edges[:, 0], kind="stable")].astype("int32")
model = GraphAttentionNetwork(states, edges, 8, 3)
model.compile(
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    optimizer=keras.optimizers.Adam(0.02),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc")],
)
indices = np.arange(30)
history = model.fit(indices[:20], subject[:20], batch_size=10, epochs=25, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
assert (model.predict(indices, batch_size=10, verbose=0).argmax(1) == subject).mean() > 0.6
