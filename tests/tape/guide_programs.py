"""Programs in the style of Keras' guides: one source for Keras with TensorFlow and for funclab.

`.venv/interop/bin/python -m tests.tape.guide_programs` writes `guide_programs.json`: the weights
(their sum of squares) and the logs of three epochs in Keras.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_suffix(".json")
rng = np.random.default_rng(1)
X = rng.normal(size=(48, 16)).astype("float32")
Y = rng.integers(0, 5, 48)
NOISE = rng.normal(size=(16, 8)).astype("float32")
UNIT = rng.uniform(size=(16, 1, 1, 1)).astype("float32")


def fixed(model: Any, seed: int) -> Any:
    """The model with weights that do not depend on a library's random numbers."""
    own = np.random.default_rng(seed)
    model.set_weights(
        [(own.normal(size=w.shape) * 0.2 + (w.ndim == 1) * 0.5).astype("float32")
         for w in model.get_weights()]
    )  # fmt: skip
    return model


def programs(keras: Any, tape: Any) -> dict[str, Callable[[], tuple[Any, dict[str, Any]]]]:
    """By name: a function that makes a model, and the arguments of its `fit`."""
    layers, ops = keras.layers, keras.ops

    def noise() -> Any:
        return ops.convert_to_tensor(NOISE)

    def mlp(cls: Any, seed: int = 3, units: int = 5) -> Any:
        inputs = keras.Input((16,))
        hidden = layers.Dense(12, activation="relu", kernel_regularizer="l2")(inputs)
        return fixed(cls(inputs, layers.Dense(units)(hidden)), seed)

    class Custom(keras.Model):
        def train_step(self, data):
            x, y = data
            with tape() as t:
                y_pred = self(x, training=True)
                loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
            gradients = t.gradient(loss, self.trainable_variables)
            self.optimizer.apply(gradients, self.trainable_variables)
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

        def test_step(self, data):
            x, y = data
            y_pred = self(x, training=False)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

    def custom() -> Any:
        model = mlp(Custom)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("adam", loss, metrics=["accuracy"])
        return model, {"x": X, "y": Y, "validation_data": (X[:16], Y[:16])}

    class Own(keras.Model):
        """Low level: the loss, and a metric of its own."""

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.loss_tracker = keras.metrics.Mean(name="loss")
            self.mae_metric = keras.metrics.MeanAbsoluteError(name="mae")
            self.loss_fn = keras.losses.MeanSquaredError()

        def train_step(self, data):
            x, y = data
            with tape() as t:
                y_pred = self(x, training=True)
                loss = self.loss_fn(y, y_pred)
            gradients = t.gradient(loss, self.trainable_weights)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_weights))
            self.loss_tracker.update_state(loss)
            self.mae_metric.update_state(y, y_pred)
            return {"loss": self.loss_tracker.result(), "mae": self.mae_metric.result()}

        @property
        def metrics(self):
            return [self.loss_tracker, self.mae_metric]

    def own() -> Any:
        model = mlp(Own, 4, 1)
        model.compile(optimizer=keras.optimizers.RMSprop(0.01))
        return model, {"x": X, "y": X[:, :1]}

    class Super(keras.Model):
        def train_step(self, data):
            x, y = data
            return super().train_step((x * 0.5, y))

    def with_super() -> Any:
        model = mlp(Super, 5, 1)
        model.compile("sgd", "mse", metrics=["mae"])
        return model, {"x": X, "y": X[:, :1]}

    class GAN(keras.Model):
        def __init__(self, discriminator, generator):
            super().__init__()
            self.discriminator, self.generator = discriminator, generator
            self.d_loss_tracker = keras.metrics.Mean(name="d_loss")
            self.g_loss_tracker = keras.metrics.Mean(name="g_loss")

        def compile(self, d_optimizer, g_optimizer, loss_fn):
            super().compile()
            self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer
            self.loss_fn = loss_fn

        @property
        def metrics(self):
            return [self.d_loss_tracker, self.g_loss_tracker]

        def train_step(self, real_images):
            batch_size = ops.shape(real_images)[0]
            generated = self.generator(noise(), training=True)
            combined = ops.concatenate([generated, real_images], axis=0)
            labels = ops.concatenate(
                [ops.ones((batch_size, 1)), ops.zeros((batch_size, 1))], axis=0
            )
            with tape() as t:
                predictions = self.discriminator(combined)
                d_loss = self.loss_fn(labels, predictions)
            grads = t.gradient(d_loss, self.discriminator.trainable_weights)
            self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))
            with tape() as t:
                fakes = self.generator(noise(), training=True)
                g_loss = self.loss_fn(ops.zeros((batch_size, 1)), self.discriminator(fakes))
            grads = t.gradient(g_loss, self.generator.trainable_weights)
            self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))
            self.d_loss_tracker.update_state(d_loss)
            self.g_loss_tracker.update_state(g_loss)
            return {"d_loss": self.d_loss_tracker.result(), "g_loss": self.g_loss_tracker.result()}

    def gan() -> Any:
        generator = keras.Sequential(
            [keras.Input((8,)), layers.Dense(12), layers.BatchNormalization(),
             layers.LeakyReLU(), layers.Dense(16, activation="tanh")]
        )  # fmt: skip
        discriminator = keras.Sequential(
            [keras.Input((16,)), layers.Dense(12), layers.LeakyReLU(), layers.Dense(1)]
        )
        model = GAN(fixed(discriminator, 6), fixed(generator, 5))
        model.compile(
            d_optimizer=keras.optimizers.Adam(3e-4),
            g_optimizer=keras.optimizers.SGD(3e-2),
            loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
        )
        return model, {"x": X}

    class WGAN(keras.Model):
        def __init__(self, discriminator, generator):
            super().__init__()
            self.discriminator, self.generator = discriminator, generator

        def compile(self, d_optimizer, g_optimizer):
            super().compile()
            self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer

        def gradient_penalty(self, real_images, fake_images):
            alpha = ops.convert_to_tensor(UNIT)
            interpolated = real_images + alpha * (fake_images - real_images)
            with tape() as gp_tape:
                gp_tape.watch(interpolated)
                pred = self.discriminator(interpolated, training=True)
            grads = gp_tape.gradient(pred, [interpolated])[0]
            norm = ops.sqrt(ops.sum(ops.square(grads), axis=[1, 2, 3]))
            return ops.mean((norm - 1.0) ** 2)

        def train_step(self, real_images):
            for _ in range(2):
                with tape() as t:
                    fake_images = self.generator(noise(), training=True)
                    fake_logits = self.discriminator(fake_images, training=True)
                    real_logits = self.discriminator(real_images, training=True)
                    d_cost = ops.mean(fake_logits) - ops.mean(real_logits)
                    d_loss = d_cost + 10.0 * self.gradient_penalty(real_images, fake_images)
                d_gradient = t.gradient(d_loss, self.discriminator.trainable_variables)
                self.d_optimizer.apply_gradients(
                    zip(d_gradient, self.discriminator.trainable_variables)
                )
            with tape() as t:
                generated = self.generator(noise(), training=True)
                g_loss = -ops.mean(self.discriminator(generated, training=True))
            g_gradient = t.gradient(g_loss, self.generator.trainable_variables)
            self.g_optimizer.apply_gradients(zip(g_gradient, self.generator.trainable_variables))
            return {"d_loss": d_loss, "g_loss": g_loss}

    def wgan() -> Any:
        # No normalization: of TensorFlow's mean and variance, which it takes with a fixed mean, the
        # second gradient is wrong, as differences show.
        critic = keras.Sequential(
            [keras.Input((4, 4, 1)), layers.Conv2D(6, 3, strides=2, padding="same"),
             layers.LeakyReLU(), layers.Conv2D(6, 2, padding="same", activation="tanh"),
             layers.Flatten(), layers.Dense(1)]
        )  # fmt: skip
        generator = keras.Sequential(
            [keras.Input((8,)), layers.Dense(16, activation="tanh"), layers.Reshape((4, 4, 1))]
        )
        model = WGAN(fixed(critic, 11), fixed(generator, 12))
        model.compile(keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01))
        return model, {"x": X.reshape(48, 4, 4, 1)}

    class Sampling(layers.Layer):
        def call(self, inputs):
            z_mean, z_log_var = inputs
            return z_mean + ops.exp(0.5 * z_log_var) * ops.convert_to_tensor(NOISE[:, :3])

    class VAE(keras.Model):
        def __init__(self, encoder, decoder):
            super().__init__()
            self.encoder, self.decoder = encoder, decoder
            self.total_loss_tracker = keras.metrics.Mean(name="total_loss")
            self.kl_loss_tracker = keras.metrics.Mean(name="kl_loss")

        @property
        def metrics(self):
            return [self.total_loss_tracker, self.kl_loss_tracker]

        def train_step(self, data):
            with tape() as t:
                z_mean, z_log_var, z = self.encoder(data)
                reconstruction = self.decoder(z)
                each = keras.losses.binary_crossentropy(data[..., None], reconstruction[..., None])
                reconstruction_loss = ops.mean(ops.sum(each, axis=1))
                kl_loss = -0.5 * (1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var))
                kl_loss = ops.mean(ops.sum(kl_loss, axis=1))
                total_loss = reconstruction_loss + kl_loss
            grads = t.gradient(total_loss, self.trainable_weights)
            self.optimizer.apply_gradients(zip(grads, self.trainable_weights))
            self.total_loss_tracker.update_state(total_loss)
            self.kl_loss_tracker.update_state(kl_loss)
            return {m.name: m.result() for m in self.metrics}

    def vae() -> Any:
        inputs = keras.Input((16,), batch_size=16)
        hidden = layers.Dense(12, activation="relu")(inputs)
        mean, log_var = layers.Dense(3)(hidden), layers.Dense(3)(hidden)
        encoder = keras.Model(inputs, [mean, log_var, Sampling()([mean, log_var])])
        decoder = keras.Sequential(
            [keras.Input((3,)), layers.Dense(12, activation="relu"),
             layers.Dense(16, activation="sigmoid")]
        )  # fmt: skip
        model = VAE(fixed(encoder, 7), fixed(decoder, 8))
        model.compile(optimizer=keras.optimizers.Adam(0.01))
        return model, {"x": (X > 0).astype("float32")}

    class Contrastive(keras.Model):
        """Two views of each sample; its own other view is to be the nearest."""

        def __init__(self, encoder, temperature=0.5):
            super().__init__()
            self.encoder, self.temperature = encoder, temperature
            self.loss_tracker = keras.metrics.Mean(name="c_loss")

        @property
        def metrics(self):
            return [self.loss_tracker]

        def contrastive_loss(self, one, two):
            one, two = ops.normalize(one, axis=1), ops.normalize(two, axis=1)
            similarities = ops.matmul(one, ops.transpose(two)) / self.temperature
            labels = ops.arange(ops.shape(one)[0])
            loss_fn = keras.losses.sparse_categorical_crossentropy
            back = ops.transpose(similarities)
            return (
                loss_fn(labels, similarities, from_logits=True)
                + loss_fn(labels, back, from_logits=True)
            ) / 2

        def train_step(self, data):
            one, two = data
            with tape() as t:
                loss = self.contrastive_loss(
                    self.encoder(one, training=True), self.encoder(two, training=True)
                )
            gradients = t.gradient(loss, self.encoder.trainable_weights)
            self.optimizer.apply_gradients(zip(gradients, self.encoder.trainable_weights))
            self.loss_tracker.update_state(loss)
            return {"c_loss": self.loss_tracker.result()}

    def contrastive() -> Any:
        encoder = keras.Sequential(
            [keras.Input((16,)), layers.Dense(12, activation="relu"), layers.Dense(6)]
        )
        model = Contrastive(fixed(encoder, 9))
        model.compile(optimizer=keras.optimizers.SGD(0.05))
        return model, {"x": X, "y": X[:, ::-1].copy()}

    class Distiller(keras.Model):
        def __init__(self, student, teacher):
            super().__init__()
            self.teacher, self.student = teacher, student

        def compile(self, optimizer, metrics, student_loss_fn, distillation_loss_fn):
            super().compile(optimizer=optimizer, metrics=metrics)
            self.student_loss_fn = student_loss_fn
            self.distillation_loss_fn = distillation_loss_fn

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            teacher_pred = self.teacher(x, training=False)
            student_loss = self.student_loss_fn(y, y_pred)
            distillation_loss = self.distillation_loss_fn(
                ops.softmax(teacher_pred / 3.0, axis=1), ops.softmax(y_pred / 3.0, axis=1)
            ) * (3.0**2)
            return 0.1 * student_loss + 0.9 * distillation_loss

        def call(self, x):
            return self.student(x)

    def distillation() -> Any:
        teacher, student = mlp(keras.Model, 21), mlp(keras.Model, 22)
        model = Distiller(student=student, teacher=teacher)
        teacher.trainable = False
        model.compile(
            optimizer=keras.optimizers.Adam(0.01),
            metrics=[keras.metrics.SparseCategoricalAccuracy()],
            student_loss_fn=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            distillation_loss_fn=keras.losses.KLDivergence(),
        )
        return model, {"x": X, "y": Y}

    return {
        "custom": custom, "own": own, "super": with_super, "gan": gan, "wgan": wgan, "vae": vae,
        "contrastive": contrastive, "distillation": distillation,
    }  # fmt: skip


def outcome(make: Callable[[], Any]) -> dict[str, Any]:
    """The logs of three epochs, and the sum of the squares of all weights afterwards."""
    model, data = make()
    history = model.fit(**data, batch_size=16, epochs=3, verbose=0, shuffle=False)
    total = sum(float((np.asarray(w, "float64") ** 2).sum()) for w in model.get_weights())
    logs = {name: [float(v) for v in values] for name, values in history.history.items()}
    return {"weights": total, "logs": logs}


def main() -> None:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import tensorflow as tf

    found = {name: outcome(make) for name, make in programs(keras, tf.GradientTape).items()}
    FILE.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
