"""A small student learns from the soft answers of a teacher."""

import keras
import numpy as np
from keras import layers, ops


class Distiller(keras.Model):
    def __init__(self, student, teacher):
        super().__init__()
        self.teacher, self.student = teacher, student

    def compile(
        self, optimizer, metrics, student_loss_fn, distillation_loss_fn, alpha=0.1, temperature=3
    ):
        super().compile(optimizer=optimizer, metrics=metrics)
        self.student_loss_fn, self.distillation_loss_fn = student_loss_fn, distillation_loss_fn
        self.alpha, self.temperature = alpha, temperature

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, allow_empty=False, training=True
    ):
        teacher_pred = self.teacher(x, training=False)
        student_loss = self.student_loss_fn(y, y_pred)
        distillation_loss = self.distillation_loss_fn(
            ops.softmax(teacher_pred / self.temperature, axis=1),
            ops.softmax(y_pred / self.temperature, axis=1),
        ) * (self.temperature**2)
        return self.alpha * student_loss + (1 - self.alpha) * distillation_loss

    def call(self, x):
        return self.student(x)


rng = np.random.default_rng(0)
x = rng.normal(size=(96, 6)).astype("float32")
y = (x[:, 0] > 0).astype(int) + (x[:, 1] > 0)
teacher = keras.Sequential(
    [keras.Input((6,)), layers.Dense(32, activation="relu"), layers.Dense(3)]
)
student = keras.Sequential([keras.Input((6,)), layers.Dense(3)])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
teacher.compile(keras.optimizers.Adam(0.02), loss, metrics=["accuracy"])
teacher.fit(x, y, epochs=20, verbose=0)
held = teacher.get_weights()
distiller = Distiller(student=student, teacher=teacher)
teacher.trainable = False
distiller.compile(
    keras.optimizers.Adam(0.05),
    [keras.metrics.SparseCategoricalAccuracy()],
    loss,
    keras.losses.KLDivergence(),
)
history = distiller.fit(x, y, epochs=15, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
assert all(np.array_equal(a, b) for a, b in zip(held, teacher.get_weights()))
