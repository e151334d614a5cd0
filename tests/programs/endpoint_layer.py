"""A last layer that takes the targets, adds the loss and hands the probabilities on."""

import keras
import numpy as np


class LogisticEndpoint(keras.layers.Layer):
    def __init__(self, name=None):
        super().__init__(name=name)
        self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
        self.accuracy_fn = keras.metrics.BinaryAccuracy(name="own_accuracy")

    def call(self, targets, logits, sample_weights=None):
        loss = self.loss_fn(targets, logits, sample_weights)
        self.add_loss(loss)
        self.accuracy_fn.update_state(targets, keras.ops.sigmoid(logits), sample_weights)
        return keras.ops.softmax(logits)


inputs = keras.Input(shape=(3,), name="inputs")
targets = keras.Input(shape=(2,), name="targets")
logits = keras.layers.Dense(2)(inputs)
predictions = LogisticEndpoint(name="predictions")(targets, logits)
model = keras.Model(inputs=[inputs, targets], outputs=predictions)
rng = np.random.default_rng(0)
rows = rng.normal(size=(32, 3)).astype("float32")
answers = (rows[:, :2] > 0).astype("float32")
data = {"inputs": rows, "targets": answers}
model.compile(optimizer=keras.optimizers.Adam(0.05))
history = model.fit(data, epochs=12, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
(dense,) = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
kernel, bias = dense.get_weights()
z = rows @ kernel + bias
expected = np.mean(np.maximum(z, 0) - z * answers + np.log1p(np.exp(-np.abs(z))))
found = model.evaluate(data, verbose=0)
assert abs((found[0] if isinstance(found, list) else found) - expected) < 1e-4
assert np.allclose(model.predict(data, verbose=0).sum(1), 1, atol=1e-5)
