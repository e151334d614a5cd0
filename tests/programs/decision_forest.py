"""A tree whose branches are soft: every sample goes down every path, by some probability."""

import keras
import numpy as np
from keras import layers, ops


class NeuralDecisionTree(keras.Model):
    def __init__(self, depth, num_features, used_features_rate, num_classes):
        super().__init__()
        self.depth, self.num_leaves, self.num_classes = depth, 2**depth, num_classes
        num_used_features = int(num_features * used_features_rate)
        one_hot = np.eye(num_features)
        sampled = np.random.default_rng(0).choice(num_features, num_used_features, replace=False)
        self.used_features_mask = ops.convert_to_tensor(one_hot[sampled], dtype="float32")
        self.pi = self.add_weight(
            initializer="random_normal", shape=[self.num_leaves, self.num_classes],
            dtype="float32", trainable=True,
        )  # fmt: skip
        self.decision_fn = layers.Dense(units=self.num_leaves, activation="sigmoid", name="decision")

    def call(self, features):
        batch_size = ops.shape(features)[0]
        features = ops.matmul(features, ops.transpose(self.used_features_mask))
        decisions = ops.expand_dims(self.decision_fn(features), axis=2)
        decisions = ops.concatenate([decisions, 1 - decisions], axis=2)
        mu = ops.ones([batch_size, 1, 1])
        begin_idx, end_idx = 1, 2
        for level in range(self.depth):
            mu = ops.reshape(mu, [batch_size, -1, 1])
            mu = ops.tile(mu, (1, 1, 2))
            mu = mu * decisions[:, begin_idx:end_idx, :]
            begin_idx = end_idx
            end_idx = begin_idx + 2 ** (level + 1)
        mu = ops.reshape(mu, [batch_size, self.num_leaves])
        return ops.matmul(mu, ops.softmax(self.pi))


class NeuralDecisionForest(keras.Model):
    def __init__(self, num_trees, depth, num_features, used_features_rate, num_classes):
        super().__init__()
        self.ensemble = [
            NeuralDecisionTree(depth, num_features, used_features_rate, num_classes)
            for _ in range(num_trees)
        ]
        self.num_classes = num_classes

    def call(self, inputs):
        outputs = 0
        for tree in self.ensemble:
            outputs += tree(inputs)
        return outputs / len(self.ensemble)


rng = np.random.default_rng(0)
x = rng.normal(size=(100, 6)).astype("float32")
y = ((x[:, 0] > 0) * 1 + (x[:, 1] > 0)).astype("int64")
inputs = layers.Input((6,))
normalized = layers.BatchNormalization()(inputs)
forest = NeuralDecisionForest(3, 3, 6, 0.9, 3)
model = keras.Model(inputs, forest(normalized))
model.compile(
    optimizer=keras.optimizers.Adam(0.05), loss=keras.losses.SparseCategoricalCrossentropy(),
    metrics=["accuracy"],
)  # fmt: skip
history = model.fit(x, y, epochs=12, batch_size=20, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
found = model.predict(x, verbose=0)
assert np.allclose(found.sum(1), 1, atol=1e-4) and (found.argmax(1) == y).mean() > 0.5
assert len(forest.trainable_weights) == 3 * 3
