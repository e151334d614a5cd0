"""compute_loss and compute_metrics in place of train_step, for any backend."""

import keras
import numpy as np
from keras import ops


class CustomModel(keras.Model):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loss_metric = keras.metrics.Mean(name="loss_seen")

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = ops.mean(ops.abs(ops.reshape(y, (-1, 1)) - y_pred))
        loss = loss + sum(self.losses)
        self.loss_metric.update_state(loss)
        return loss

    @property
    def metrics(self):
        return [self.loss_metric]


inputs = keras.Input(shape=(4,))
x = keras.layers.ActivityRegularization(l2=0.01)(inputs)
outputs = keras.layers.Dense(1)(x)
model = CustomModel(inputs, outputs)
model.compile(optimizer=keras.optimizers.Adam(0.05))
rows = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
answers = rows.sum(1)
history = model.fit(rows, answers, epochs=10, batch_size=16, verbose=0)
assert history.history["loss_seen"][-1] < history.history["loss_seen"][0]
kernel, bias = model.layers[-1].get_weights()
logs = model.evaluate(rows, answers, batch_size=64, verbose=0, return_dict=True)
expected = np.abs(rows @ kernel + bias - answers[:, None]).mean() + 0.01 * (rows**2).sum() / 64
assert abs(logs["loss_seen"] - expected) < 1e-4
