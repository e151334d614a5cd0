"""Layers and models as classes: what they track, and what call may do."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


class Linear(keras.layers.Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True
        )
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True)

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b


class ComputeSum(keras.layers.Layer):
    def __init__(self, input_dim):
        super().__init__()
        self.total = self.add_weight(initializer="zeros", shape=(input_dim,), trainable=False)

    def call(self, inputs):
        self.total.assign_add(tf.reduce_sum(inputs, axis=0))
        return self.total


class ActivityRegularization(keras.layers.Layer):
    def __init__(self, rate=1e-2):
        super().__init__()
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * tf.reduce_mean(inputs))
        return inputs


class MLPBlock(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.linear_1, self.linear_2, self.linear_3 = Linear(32), Linear(32), Linear(1)

    def call(self, inputs):
        x = tf.nn.relu(self.linear_1(inputs))
        x = tf.nn.relu(self.linear_2(x))
        return self.linear_3(x)


mlp = MLPBlock()
y = mlp(tf.ones(shape=(3, 64)))
assert len(mlp.weights) == 6 and len(mlp.trainable_weights) == 6 and y.shape == (3, 1)
my_sum = ComputeSum(2)
x = tf.ones((2, 2))
assert my_sum(x).numpy().tolist() == [2, 2]
assert my_sum(x).numpy().tolist() == [4, 4]
assert my_sum.trainable_weights == [] and len(my_sum.non_trainable_weights) == 1
act = ActivityRegularization()
assert act.losses == []
act(tf.ones((1, 1)))
assert len(act.losses) == 1 and abs(float(act.losses[0]) - 0.01) < 1e-6
act(tf.zeros((1, 1)))
assert len(act.losses) == 1 and float(act.losses[0]) == 0


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = MLPBlock()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, inputs, training=None):
        return self.drop(self.block(inputs), training=training)


net = Net()
net.compile("adam", "mse")
net.fit(np.ones((8, 4)), np.ones(8), epochs=2, verbose=0)
assert len(net.trainable_variables) == 6
assert np.array_equal(net.predict(np.ones((2, 4)), verbose=0), net(np.ones((2, 4)), training=False))
