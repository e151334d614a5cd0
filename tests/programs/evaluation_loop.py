"""Training and evaluation written out, with metrics in a list and a mean of the loss."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


def get_mnist_model():
    inputs = keras.Input(shape=(4 * 4,))
    features = layers.Dense(16, activation="relu")(inputs)
    features = layers.Dropout(0.5)(features)
    outputs = layers.Dense(2, activation="softmax")(features)
    return keras.Model(inputs, outputs)


model = get_mnist_model()
loss_fn = keras.losses.SparseCategoricalCrossentropy()
optimizer = keras.optimizers.RMSprop(0.01)
metrics = [keras.metrics.SparseCategoricalAccuracy()]
loss_tracking_metric = keras.metrics.Mean()


@tf.function
def train_step(inputs, targets):
    with tf.GradientTape() as tape:
        predictions = model(inputs, training=True)
        loss = loss_fn(targets, predictions)
    gradients = tape.gradient(loss, model.trainable_weights)
    optimizer.apply_gradients(zip(gradients, model.trainable_weights))
    logs = {}
    for metric in metrics:
        metric.update_state(targets, predictions)
        logs[metric.name] = metric.result()
    loss_tracking_metric.update_state(loss)
    logs["loss"] = loss_tracking_metric.result()
    return logs


def reset_metrics():
    for metric in metrics:
        metric.reset_state()
    loss_tracking_metric.reset_state()


@tf.function
def test_step(inputs, targets):
    predictions = model(inputs, training=False)
    loss = loss_fn(targets, predictions)
    logs = {}
    for metric in metrics:
        metric.update_state(targets, predictions)
        logs["val_" + metric.name] = metric.result()
    loss_tracking_metric.update_state(loss)
    logs["val_loss"] = loss_tracking_metric.result()
    return logs


rng = np.random.default_rng(0)
images = rng.normal(size=(120, 16)).astype("float32")
labels = (images[:, :8].sum(1) > 0).astype("int64")
training_dataset = tf.data.Dataset.from_tensor_slices((images[:90], labels[:90])).batch(16)
val_dataset = tf.data.Dataset.from_tensor_slices((images[90:], labels[90:])).batch(16)
first = None
for _ in range(12):
    reset_metrics()
    for inputs_batch, targets_batch in training_dataset:
        logs = train_step(inputs_batch, targets_batch)
    first = first or float(logs["loss"])
assert float(logs["loss"]) < first
reset_metrics()
for inputs_batch, targets_batch in val_dataset:
    logs = test_step(inputs_batch, targets_batch)
assert list(logs) == ["val_sparse_categorical_accuracy", "val_loss"]
for key, value in logs.items():
    assert f"...{key}: {value:.4f}".startswith("...val")
accuracy = (model.predict(images[90:], verbose=0).argmax(1) == labels[90:]).mean()
assert abs(accuracy - float(logs["val_sparse_categorical_accuracy"])) < 1e-6
