"""Small things that programs for Keras 2 and 3 rely on, each in a session of its own stand-in."""

import numpy as np
import pytest

from funclab import Input, Model, layers, ops
from funclab.optimizers import Adam
from tests.keras2.test_tensorflow import run

OLD = """
import os
import numpy as np
import keras
from keras import layers

assert layers.InputLayer(input_shape=(3,)).batch_shape == (None, 3)
assert layers.InputLayer(batch_input_shape=(2, 3)).batch_shape == (2, 3)
assert isinstance(keras.optimizers.legacy.Adam(0.1), keras.optimizers.Adam)
from keras.optimizers.legacy import SGD

assert SGD is keras.optimizers.SGD
model = keras.Sequential([layers.InputLayer(input_shape=(2,)), layers.Dense(1)])
model.compile("sgd", "mse")
saves = keras.callbacks.ModelCheckpoint("at-{epoch}.keras", period=2)
model.fit(np.ones((4, 2)), np.ones(4), epochs=5, verbose=0, callbacks=[saves])
assert sorted(os.listdir()) == ["at-2.keras", "at-4.keras"], os.listdir()
"""


def test_names_of_keras_2_that_tutorials_use(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    ran = run(OLD)

    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("slope", [0.0, 0.5])
def test_a_ramp_begins_above_its_threshold_and_at_0_without_one(slope):
    x = np.array([1.0, 2.0, 2.5, -1.0, 0.0], "float32")

    bent, plain = ops.relu(x, slope, threshold=2.0), ops.relu(x, slope)

    np.testing.assert_array_equal(bent, [-slope, 0, 2.5, -3 * slope, -2 * slope])
    np.testing.assert_array_equal(plain, [1, 2, 2.5, -slope, 0])


def test_a_target_that_is_no_class_is_not_among_the_best():
    scores = np.array([[0.1, 0.9], [0.9, 0.1], [0.9, 0.1], [0.9, 0.1]], "float32")

    among = ops.in_top_k(np.array([5, 0, -1, 1]), scores, 1)

    assert among.tolist() == [False, True, False, False]


def test_a_learning_rate_can_be_rounded_and_formatted():
    rate = Adam(0.0123456).learning_rate

    assert round(rate, 3) == pytest.approx(0.012)
    assert f"{rate:.4f}" == "0.0123"


def test_a_recurrent_layer_reads_whole_numbers():
    layer, x = layers.LSTM(3), np.arange(8).reshape(2, 4, 1)
    numbers = layer(x.astype("float32"))

    assert np.array_equal(layer(x), numbers)
    tensor = Input((4, 1), dtype="int32")
    assert np.array_equal(Model(tensor, layer(tensor)).predict(x, verbose=0), numbers)


def test_add_variable_adds_a_weight():
    class Scale(layers.Layer):
        def build(self, shape):
            self.scale = self.add_variable((shape[-1],), "ones", name="scale")

        def call(self, x):
            return x * self.scale

    layer = Scale()
    layer(Input((3,)))

    assert [weight.name for weight in layer.trainable_weights] == ["scale"]
    assert layer.get_weights()[0].tolist() == [1, 1, 1]


COMPILED = """
import keras
import numpy as np
import tensorflow as tf

class Own(keras.Model):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
        weights = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        self.compiled_metrics.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}

def trained(kind):
    x = keras.Input((2,))
    out = keras.layers.Dense(1, "sigmoid", kernel_initializer="ones", kernel_regularizer="l2")
    model = kind(x, out(x))
    model.compile("sgd", "mse", metrics=["mae"])
    data = np.arange(12.0).reshape(6, 2) / 12
    return model.fit(data, data[:, :1], batch_size=4, epochs=3, shuffle=False, verbose=0).history

own, usual = trained(Own), trained(keras.Model)
assert len(own) == len(usual) == 2, own
np.testing.assert_allclose([*own.values()], [*usual.values()], rtol=1e-5)
"""


def test_a_training_step_of_before_keras_3_may_call_the_compiled_losses_and_metrics():
    ran = run(COMPILED)

    assert ran.returncode == 0, ran.stderr
