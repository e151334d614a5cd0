"""Layers of one's own: weights made late, layers in layers, losses, and a config."""

import keras
import numpy as np
from keras import layers, ops


class Linear(layers.Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True
        )
        self.b = self.add_weight(shape=(self.units,), initializer="random_normal", trainable=True)

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class ComputeSum(layers.Layer):
    def __init__(self, input_dim):
        super().__init__()
        self.total = self.add_weight(initializer="zeros", shape=(input_dim,), trainable=False)

    def call(self, inputs):
        self.total.assign_add(ops.sum(inputs, axis=0))
        return self.total


class MLPBlock(layers.Layer):
    def __init__(self):
        super().__init__()
        self.linear_1, self.linear_2, self.linear_3 = Linear(32), Linear(32), Linear(1)

    def call(self, inputs):
        x = keras.activations.relu(self.linear_1(inputs))
        x = keras.activations.relu(self.linear_2(x))
        return self.linear_3(x)


class ActivityRegularizationLayer(layers.Layer):
    def __init__(self, rate=1e-2):
        super().__init__()
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * ops.mean(inputs))
        return inputs


class OuterLayer(layers.Layer):
    def __init__(self):
        super().__init__()
        self.activity_reg = ActivityRegularizationLayer(1e-2)
        self.dense = layers.Dense(32, kernel_regularizer=keras.regularizers.l2(1e-3))

    def call(self, inputs):
        return self.dense(self.activity_reg(inputs))


x = ops.ones((2, 2))
my_sum = ComputeSum(2)
assert my_sum(x).numpy().tolist() == [2.0, 2.0] and my_sum(x).numpy().tolist() == [4.0, 4.0]
assert len(my_sum.weights) == 1 and my_sum.trainable_weights == []
mlp = MLPBlock()
y = mlp(ops.ones(shape=(3, 64)))
assert y.shape == (3, 1) and len(mlp.weights) == 6 and len(mlp.trainable_weights) == 6
layer = OuterLayer()
assert len(layer.losses) == 0
layer(ops.zeros((1, 1)))
layer(ops.zeros((1, 1)))
assert len(layer.losses) == 2
linear = Linear(64)
new_layer = Linear.from_config(linear.get_config())
assert new_layer.units == 64 and linear.get_config()["trainable"] is True
inputs = keras.Input(shape=(3,))
model = keras.Model(inputs, ActivityRegularizationLayer()(inputs))
model.compile(optimizer="adam", loss="mse")
rows = np.random.default_rng(0).random((2, 3)).astype("float32")
assert abs(model.train_on_batch(rows, rows) - 0.01 * rows.mean()) < 1e-6
