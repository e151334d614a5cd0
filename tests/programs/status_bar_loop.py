"""A training loop with a status bar, losses of layers, and constraints applied by hand."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

l2_reg = keras.regularizers.l2(0.05)
model = keras.models.Sequential(
    [
        keras.layers.Input((4,)),
        keras.layers.Dense(
            12, activation="elu", kernel_initializer="he_normal", kernel_regularizer=l2_reg,
            kernel_constraint=keras.constraints.max_norm(1.0),
        ),
        keras.layers.Dense(1, kernel_regularizer=l2_reg),
    ]
)  # fmt: skip


def random_batch(X, y, batch_size=32):
    idx = np.random.randint(len(X), size=batch_size)
    return X[idx], y[idx]


def print_status_bar(step, total, loss, metrics=None):
    metrics = " - ".join([f"{m.name}: {m.result():.4f}" for m in [loss] + (metrics or [])])
    end = "" if step < total else "\n"
    print(f"\r{step}/{total} - " + metrics, end=end)
    return metrics


rng = np.random.default_rng(0)
X_train = rng.normal(size=(128, 4)).astype("float32")
y_train = (X_train[:, :1] - X_train[:, 1:2]).astype("float32")
n_epochs, batch_size = 4, 16
n_steps = len(X_train) // batch_size
optimizer = keras.optimizers.Nadam(learning_rate=0.02)
loss_fn = keras.losses.MeanSquaredError()
mean_loss = keras.metrics.Mean(name="mean_loss")
metrics = [keras.metrics.MeanAbsoluteError()]
first_loss = None
for epoch in range(1, n_epochs + 1):
    for step in range(1, n_steps + 1):
        X_batch, y_batch = random_batch(X_train, y_train, batch_size)
        with tf.GradientTape() as tape:
            y_pred = model(X_batch, training=True)
            main_loss = tf.reduce_mean(loss_fn(y_batch, y_pred))
            loss = tf.add_n([main_loss, *model.losses])
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        for variable in model.variables:
            if getattr(variable, "constraint", None) is not None:
                variable.assign(variable.constraint(variable))
        mean_loss(loss)
        for metric in metrics:
            metric(y_batch, y_pred)
        bar = print_status_bar(step, n_steps, mean_loss, metrics)
    assert bar.startswith("mean_loss: ") and "mean_absolute_error" in bar
    first_loss = first_loss or float(mean_loss.result())
    for metric in [mean_loss, *metrics]:
        metric.reset_state()
assert loss.shape == () and float(loss) < first_loss
norms = np.sqrt((model.layers[0].get_weights()[0] ** 2).sum(0))
assert norms.max() <= 1.0001
