"""What fit takes: a generator, a Sequence, a pipeline from a generator, arrays with weights."""

import math

import numpy as np
import tensorflow as tf
from tensorflow import keras


class BatchSequence(keras.utils.Sequence):
    def __init__(self, x, y, batch_size, **kwargs):
        super().__init__(**kwargs)
        self.x, self.y, self.batch_size = x, y, batch_size

    def __len__(self):
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, idx):
        part = slice(idx * self.batch_size, (idx + 1) * self.batch_size)
        return self.x[part], self.y[part]

    def on_epoch_end(self):
        self.ended = getattr(self, "ended", 0) + 1


def generator(x, y):
    while True:
        for start in range(0, len(x), 5):
            yield x[start : start + 5], y[start : start + 5]


x = np.random.default_rng(0).normal(size=(23, 3)).astype("float32")
y = x.sum(1, keepdims=True)
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(generator(x, y), steps_per_epoch=5, epochs=2, verbose=0)
sequence = BatchSequence(x, y, 4)
model.fit(sequence, epochs=2, verbose=0, validation_data=sequence)
print("ended", sequence.ended, model.optimizer.iterations.numpy())
assert model.optimizer.iterations.numpy() == 10 + 12
signature = (
    tf.TensorSpec(shape=(None, 3), dtype=tf.float32),
    tf.TensorSpec(shape=(None, 1), dtype=tf.float32),
)
pipeline = tf.data.Dataset.from_generator(lambda: generator(x, y), output_signature=signature)
model.fit(pipeline, steps_per_epoch=3, epochs=1, verbose=0)
weights = np.zeros(23)
weights[0] = 1
loss = model.evaluate(x, y, sample_weight=weights, batch_size=23, verbose=0)
error = (model.predict(x[:1], verbose=0)[0, 0] - y[0, 0]) ** 2
assert abs(loss - error / 23) < 1e-5
assert model.predict(sequence, verbose=0).shape == (23, 1)
