"""Objects with configs: registered, in a scope, cloned by a function, with weights handed over."""

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable(package="MyLayers")
class CustomLayer(keras.layers.Layer):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, x):
        return x * self.factor

    def get_config(self):
        return {"factor": self.factor}


@keras.saving.register_keras_serializable(package="my_package", name="custom_fn")
def custom_fn(x):
    return x**2


model = keras.Sequential(
    [keras.Input((2,)), CustomLayer(factor=3), layers.Dense(1, activation=custom_fn)]
)
model.compile(loss="mse", optimizer="rmsprop")
model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
model.save("custom_model.keras")
reconstructed = keras.models.load_model("custom_model.keras")
rows = np.random.default_rng(0).random((4, 2)).astype("float32")
assert np.allclose(model.predict(rows, verbose=0), reconstructed.predict(rows, verbose=0))


class Antirectifier(layers.Layer):
    def __init__(self, initializer="he_normal", **kwargs):
        super().__init__(**kwargs)
        self.initializer = keras.initializers.get(initializer)

    def build(self, input_shape):
        output_dim = input_shape[-1]
        self.kernel = self.add_weight(
            shape=(output_dim * 2, output_dim), initializer=self.initializer, name="kernel",
            trainable=True,
        )  # fmt: skip

    def call(self, inputs):
        inputs = inputs - ops.mean(inputs, axis=-1, keepdims=True)
        pos, neg = ops.relu(inputs), ops.relu(-inputs)
        return ops.matmul(ops.concatenate([pos, neg], axis=-1), self.kernel)

    def get_config(self):
        base_config = super().get_config()
        config = {"initializer": keras.initializers.serialize(self.initializer)}
        return dict(list(base_config.items()) + list(config.items()))


net = keras.Sequential([keras.Input((5,)), layers.Dense(6), Antirectifier(), layers.Dense(2)])
with keras.saving.custom_object_scope({"Antirectifier": Antirectifier}):
    again = keras.Sequential.from_config(net.get_config())
again.set_weights(net.get_weights())
x = np.random.default_rng(1).normal(size=(3, 5)).astype("float32")
assert np.allclose(again(x), net(x), atol=1e-6)
text = net.to_json()
from_text = keras.models.model_from_json(text, custom_objects={"Antirectifier": Antirectifier})
assert [layer.name for layer in from_text.layers] == [layer.name for layer in net.layers]


def clone_function(layer):
    config = layer.get_config()
    if isinstance(layer, layers.Dense):
        config["use_bias"] = False
    return layer.__class__.from_config(config)


inputs = keras.Input((5,))
plain = keras.Model(inputs, layers.Dense(2)(layers.Dense(3)(inputs)))
cloned = keras.models.clone_model(plain, clone_function=clone_function)
assert cloned.count_params() == 15 + 6
config = layers.Dense(3, activation="relu").get_config()
restored = layers.Dense.from_config(config)
assert restored.units == 3 and restored.activation is keras.activations.relu
optimizer = keras.optimizers.Adam(0.002, beta_1=0.8)
copy = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
assert abs(float(copy.get_config()["beta_1"]) - 0.8) < 1e-7
