"""Callbacks of one's own that stop training and change the learning rate, and how they are tried."""

import keras
import numpy as np


class EarlyStoppingAtMinLoss(keras.callbacks.Callback):
    def __init__(self, patience=0):
        super().__init__()
        self.patience = patience
        self.best_weights = None

    def on_train_begin(self, logs=None):
        self.wait, self.stopped_epoch, self.best = 0, 0, np.inf

    def on_epoch_end(self, epoch, logs=None):
        current = logs.get("loss")
        if np.less(current, self.best):
            self.best, self.wait = current, 0
            self.best_weights = self.model.get_weights()
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.stopped_epoch = epoch
                self.model.stop_training = True
                self.model.set_weights(self.best_weights)


class CustomLearningRateScheduler(keras.callbacks.Callback):
    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule
        self.rates = []

    def on_epoch_begin(self, epoch, logs=None):
        if not hasattr(self.model.optimizer, "learning_rate"):
            raise ValueError('Optimizer must have a "learning_rate" attribute.')
        lr = float(np.array(self.model.optimizer.learning_rate))
        scheduled_lr = self.schedule(epoch, lr)
        self.model.optimizer.learning_rate = scheduled_lr
        self.rates.append(round(float(np.array(self.model.optimizer.learning_rate)), 4))


def lr_schedule(epoch, lr):
    steps = [(2, 0.05), (4, 0.01)]
    return dict(steps).get(epoch, lr)


x = np.random.default_rng(0).normal(size=(40, 3))
y = x.sum(1)


def get_model():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.RMSprop(learning_rate=0.1), loss="mean_squared_error")
    return model


model = get_model()
scheduler = CustomLearningRateScheduler(lr_schedule)
model.fit(x, y, batch_size=10, epochs=6, verbose=0, callbacks=[scheduler])
assert scheduler.rates == [0.1, 0.1, 0.05, 0.05, 0.01, 0.01]
model = get_model()
stopper = EarlyStoppingAtMinLoss(patience=0)
history = model.fit(x, y, batch_size=10, epochs=200, verbose=0, callbacks=[stopper])
assert stopper.stopped_epoch > 0 and len(history.history["loss"]) == stopper.stopped_epoch + 1
printed = []
callbacks = [
    keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: printed.append(epoch)),
    keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.5),
    keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.2, patience=1, min_lr=1e-5),
    keras.callbacks.CSVLogger("log.csv"),
    keras.callbacks.TerminateOnNaN(),
    keras.callbacks.BackupAndRestore("backup"),
]
history = get_model().fit(x, y, epochs=3, verbose=0, callbacks=callbacks)
assert printed == [0, 1, 2] and "learning_rate" in history.history
with open("log.csv", encoding="utf-8") as file:
    assert file.readline().startswith("epoch,") and len(file.readlines()) == 3
