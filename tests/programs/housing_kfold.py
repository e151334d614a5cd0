"""Few samples: k-fold validation, a new model for each fold, and the mean of the curves."""

import numpy as np
from tensorflow.keras import backend as K
from tensorflow.keras import layers, models

rng = np.random.default_rng(2)
train_data = rng.normal(5.0, 3.0, (48, 6))
train_targets = train_data @ np.array([1.0, -2, 0.5, 0, 3, 1]) + 4
mean = train_data.mean(axis=0)
train_data -= mean
std = train_data.std(axis=0)
train_data /= std


def build_model():
    model = models.Sequential()
    model.add(layers.Dense(16, activation="relu", input_shape=(train_data.shape[1],)))
    model.add(layers.Dense(1))
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    return model


k, num_epochs = 3, 8
num_val_samples = len(train_data) // k
all_mae_histories, all_scores = [], []
for i in range(k):
    K.clear_session()
    val_data = train_data[i * num_val_samples : (i + 1) * num_val_samples]
    val_targets = train_targets[i * num_val_samples : (i + 1) * num_val_samples]
    partial_train_data = np.concatenate(
        [train_data[: i * num_val_samples], train_data[(i + 1) * num_val_samples :]], axis=0
    )
    partial_train_targets = np.concatenate(
        [train_targets[: i * num_val_samples], train_targets[(i + 1) * num_val_samples :]], axis=0
    )
    model = build_model()
    history = model.fit(
        partial_train_data,
        partial_train_targets,
        validation_data=(val_data, val_targets),
        epochs=num_epochs,
        batch_size=4,
        verbose=0,
    )
    all_mae_histories.append(history.history["val_mae"])
    val_mse, val_mae = model.evaluate(val_data, val_targets, verbose=0)
    assert abs(val_mae - history.history["val_mae"][-1]) < 1e-3
    all_scores.append(val_mae)
average_mae_history = [np.mean([x[i] for x in all_mae_histories]) for i in range(num_epochs)]
assert average_mae_history[-1] < average_mae_history[0]


def smooth_curve(points, factor=0.9):
    smoothed = []
    for point in points:
        smoothed.append(smoothed[-1] * factor + point * (1 - factor) if smoothed else point)
    return smoothed


assert len(smooth_curve(average_mae_history)) == num_epochs
