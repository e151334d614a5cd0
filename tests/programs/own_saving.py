"""A model that says how it is built and compiled when it is loaded."""

import keras
import numpy as np


@keras.saving.register_keras_serializable(package="own_saving")
def small_square_sum(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(y_pred - y_true)) / 10.0


@keras.saving.register_keras_serializable(package="own_saving")
class CustomModel(keras.Model):
    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        self.n = n
        self.first, self.second = keras.layers.Dense(n), keras.layers.Dense(1)

    def build(self, input_shape):
        self.first.build(input_shape)
        self.second.build((None, self.n))
        self.built = True

    def call(self, x):
        return self.second(self.first(x))

    def get_config(self):
        return {**super().get_config(), "n": self.n}

    def get_compile_config(self):
        return {"rate": 0.25}

    def compile_from_config(self, config):
        self.compile(optimizer=keras.optimizers.SGD(config["rate"]), loss="mse")


x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
model = CustomModel(4)
model.compile(optimizer="adam", loss=small_square_sum)
model.fit(x, x[:, :1], epochs=1, verbose=0)
model.save("own.keras")
again = keras.models.load_model("own.keras")
assert isinstance(again, CustomModel) and again.n == 4
assert np.allclose(again.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6)
assert abs(float(np.array(again.optimizer.learning_rate)) - 0.25) < 1e-6 and again.loss == "mse"
