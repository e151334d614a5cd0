"""A training loop written out, with metrics, tf.function and a learning rate schedule."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(160, 6)).astype("float32")
y = (x[:, 0] > x[:, 1]).astype("int64")
train = tf.data.Dataset.from_tensor_slices((x[:128], y[:128])).shuffle(128, seed=1).batch(32)
test = tf.data.Dataset.from_tensor_slices((x[128:], y[128:])).batch(32)
model = keras.Sequential(
    [
        keras.Input((6,)),
        keras.layers.Dense(16, activation="relu", kernel_regularizer="l2"),
        keras.layers.Dense(2),
    ]
)
schedule = keras.optimizers.schedules.ExponentialDecay(0.05, decay_steps=20, decay_rate=0.9)
optimizer = keras.optimizers.Adam(schedule)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
train_acc = keras.metrics.SparseCategoricalAccuracy()
val_acc = keras.metrics.SparseCategoricalAccuracy()


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss_value = loss_fn(y, logits)
        loss_value += sum(model.losses)
    grads = tape.gradient(loss_value, model.trainable_weights)
    optimizer.apply_gradients(zip(grads, model.trainable_weights))
    train_acc.update_state(y, logits)
    return loss_value


@tf.function
def test_step(x, y):
    val_acc.update_state(y, model(x, training=False))


first = None
for epoch in range(6):
    for step, (x_batch, y_batch) in enumerate(train):
        loss_value = train_step(x_batch, y_batch)
        first = first if first is not None else float(loss_value)
        if step % 2 == 0:
            text = "Training loss at step %d: %.4f" % (step, float(loss_value))
    accuracy = train_acc.result()
    train_acc.reset_state()
    for x_batch, y_batch in test:
        test_step(x_batch, y_batch)
    val_acc_now = val_acc.result()
    val_acc.reset_state()
assert optimizer.iterations.numpy() == 24 and step == 3
assert float(loss_value) < first and float(accuracy) > 0.8 and float(val_acc_now) > 0.7
assert np.isclose(float(optimizer.learning_rate), 0.05 * 0.9 ** (24 / 20), rtol=1e-3)
