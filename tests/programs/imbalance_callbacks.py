"""Few positives: weights for classes, early stopping, a rate that falls on a plateau."""

import csv
import os

import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(300, 5)).astype("float32")
y = (x[:, 0] > 1.5).astype("int64")
counts = np.bincount(y)
class_weight = {0: 1.0 / counts[0] * 150, 1: 1.0 / counts[1] * 150}
model = keras.Sequential(
    [
        keras.Input((5,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
metrics = [
    keras.metrics.TruePositives(name="tp"),
    keras.metrics.FalseNegatives(name="fn"),
    keras.metrics.Precision(name="precision"),
    keras.metrics.Recall(name="recall"),
    keras.metrics.AUC(name="auc"),
]
model.compile(keras.optimizers.Adam(1e-2), "binary_crossentropy", metrics=metrics)
callbacks = [
    keras.callbacks.EarlyStopping(
        monitor="val_auc", mode="max", patience=4, restore_best_weights=True
    ),
    keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=2, min_lr=1e-4),
    keras.callbacks.CSVLogger("log.csv"),
    keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.99),
    keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True, monitor="val_loss"),
    keras.callbacks.TerminateOnNaN(),
]
history = model.fit(
    x,
    y,
    validation_split=0.3,
    epochs=25,
    batch_size=32,
    class_weight=class_weight,
    callbacks=callbacks,
    verbose=0,
)
rows = list(csv.DictReader(open("log.csv")))
assert len(rows) == len(history.epoch) <= 25 and "val_auc" in rows[0] and "learning_rate" in rows[0]
scores = model.evaluate(x, y, verbose=0, return_dict=True)
assert scores["tp"] + scores["fn"] == counts[1]
assert abs(scores["recall"] - scores["tp"] / counts[1]) < 1e-6 and scores["auc"] > 0.7
assert os.path.exists("best.keras")
for name in ("best.keras", "log.csv"):
    os.remove(name)
