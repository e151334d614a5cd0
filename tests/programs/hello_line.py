"""The smallest network: one neuron finds y = 2x - 1, and a callback stops when it is good."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


class StopWhenSmall(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs={}):
        if logs.get("loss") < 0.05:
            self.model.stop_training = True


model = tf.keras.Sequential([keras.layers.Dense(units=1, input_shape=[1])])
model.compile(optimizer="sgd", loss="mean_squared_error")
xs = np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0], dtype=float)
ys = np.array([-3.0, -1.0, 1.0, 3.0, 5.0, 7.0], dtype=float)
history = model.fit(xs, ys, epochs=500, callbacks=[StopWhenSmall()], verbose=0)
assert len(history.epoch) < 500 and history.history["loss"][-1] < 0.05
answer = model.predict(np.array([10.0]), verbose=0)
assert abs(float(answer[0][0]) - 19) < 2
(weight,), bias = model.layers[0].get_weights()
assert abs(weight[0] - 2) < 0.4
