"""Rows of numbers and words: gated residual networks choose which of them count."""

import keras
import numpy as np
from keras import layers, ops


class GatedLinearUnit(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.linear = layers.Dense(units)
        self.sigmoid = layers.Dense(units, activation="sigmoid")

    def call(self, inputs):
        return self.linear(inputs) * self.sigmoid(inputs)

    def build(self, input_shape):
        self.built = True


class GatedResidualNetwork(layers.Layer):
    def __init__(self, units, dropout_rate):
        super().__init__()
        self.units = units
        self.elu_dense = layers.Dense(units, activation="elu")
        self.linear_dense = layers.Dense(units)
        self.dropout = layers.Dropout(dropout_rate)
        self.gated_linear_unit = GatedLinearUnit(units)
        self.layer_norm = layers.LayerNormalization()
        self.project = layers.Dense(units)

    def call(self, inputs):
        x = self.dropout(self.linear_dense(self.elu_dense(inputs)))
        if inputs.shape[-1] != self.units:
            inputs = self.project(inputs)
        return self.layer_norm(inputs + self.gated_linear_unit(x))

    def build(self, input_shape):
        self.built = True


class VariableSelection(layers.Layer):
    def __init__(self, num_features, units, dropout_rate):
        super().__init__()
        self.units = units
        self.grns = [GatedResidualNetwork(units, dropout_rate) for _ in range(num_features)]
        self.grn_concat = GatedResidualNetwork(units, dropout_rate)
        self.softmax = layers.Dense(units=num_features, activation="softmax")

    def call(self, inputs):
        v = self.grn_concat(layers.concatenate(inputs))
        v = ops.expand_dims(self.softmax(v), axis=-1)
        x = ops.stack([grn(feature) for grn, feature in zip(self.grns, inputs)], axis=1)
        return ops.squeeze(ops.matmul(ops.transpose(v, axes=[0, 2, 1]), x), axis=1)

    def build(self, input_shape):
        self.built = True


rng = np.random.default_rng(0)
data = {
    "age": rng.normal(size=80).astype("float32"),
    "weeks": rng.normal(size=80).astype("float32"),
    "job": rng.choice(["clerk", "cook", "none"], 80),
}
target = ((data["age"] > 0) ^ (data["job"] == "cook")).astype("float32")
inputs = {
    name: layers.Input(name=name, shape=(), dtype="float32") for name in ("age", "weeks")
} | {"job": layers.Input(name="job", shape=(), dtype="int32")}
lookup = layers.StringLookup(vocabulary=["clerk", "cook", "none"], num_oov_indices=1)
features = [
    layers.Embedding(4, 6)(inputs["job"]),
    layers.Dense(6)(layers.Reshape((1,))(inputs["age"])),
    layers.Dense(6)(layers.Reshape((1,))(inputs["weeks"])),
]
hidden = VariableSelection(3, 6, 0.1)(features)
model = keras.Model(inputs=inputs, outputs=layers.Dense(1, activation="sigmoid")(hidden))
data["job"] = np.array(lookup(data["job"])).astype("int32")
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.02),
    loss=keras.losses.BinaryCrossentropy(),
    metrics=[keras.metrics.BinaryAccuracy(name="accuracy")],
)
history = model.fit(data, target, epochs=12, batch_size=16, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
assert history.history["accuracy"][-1] > 0.6
