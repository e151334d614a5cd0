"""What a guide to the functional way shows: nested, shared and averaged models, features, a cell."""

import keras
import numpy as np
from keras import layers, ops

encoder_input = keras.Input(shape=(12, 12, 1), name="original_img")
x = layers.Conv2D(4, 3, activation="relu")(encoder_input)
x = layers.Conv2D(8, 3, activation="relu")(x)
x = layers.MaxPooling2D(2)(x)
encoder_output = layers.GlobalMaxPooling2D()(x)
encoder = keras.Model(encoder_input, encoder_output, name="encoder")
decoder_input = keras.Input(shape=(8,), name="encoded_img")
x = layers.Reshape((2, 2, 2))(decoder_input)
x = layers.UpSampling2D(3)(x)
x = layers.Conv2DTranspose(4, 5, activation="relu")(x)
decoder_output = layers.Conv2DTranspose(1, 3, activation="relu")(x)
decoder = keras.Model(decoder_input, decoder_output, name="decoder")
autoencoder_input = keras.Input(shape=(12, 12, 1), name="img")
autoencoder = keras.Model(
    autoencoder_input, decoder(encoder(autoencoder_input)), name="autoencoder"
)
assert autoencoder.output_shape == (None, 12, 12, 1)
assert [layer.name for layer in autoencoder.layers] == ["img", "encoder", "decoder"]


def get_model():
    inputs = keras.Input(shape=(8,))
    return keras.Model(inputs, layers.Dense(1)(inputs))


model1, model2, model3 = get_model(), get_model(), get_model()
inputs = keras.Input(shape=(8,))
outputs = layers.average([model1(inputs), model2(inputs), model3(inputs)])
ensemble_model = keras.Model(inputs=inputs, outputs=outputs)
rows = np.random.default_rng(0).normal(size=(5, 8)).astype("float32")
each = [m.predict(rows, verbose=0) for m in (model1, model2, model3)]
assert np.allclose(ensemble_model.predict(rows, verbose=0), np.mean(each, axis=0), atol=1e-6)
shared_embedding = layers.Embedding(10, 4)
text_input_a = keras.Input(shape=(None,), dtype="int32")
text_input_b = keras.Input(shape=(None,), dtype="int32")
both = keras.Model(
    [text_input_a, text_input_b], [shared_embedding(text_input_a), shared_embedding(text_input_b)]
)
first, second = both([np.array([[1, 2]]), np.array([[2, 1]])])
assert np.allclose(first, second[:, ::-1]) and both.count_params() == 40


class CustomDense(layers.Layer):
    def __init__(self, units=32):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True
        )
        self.b = self.add_weight(shape=(self.units,), initializer="random_normal", trainable=True)

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b

    def get_config(self):
        return {"units": self.units}


inputs = keras.Input((4,))
model = keras.Model(inputs, CustomDense(10)(inputs))
config = model.get_config()
new_model = keras.Model.from_config(config, custom_objects={"CustomDense": CustomDense})
new_model.set_weights(model.get_weights())
assert np.allclose(new_model(rows[:, :4]), model(rows[:, :4]))


class CustomRNN(layers.Layer):
    def __init__(self, units, timesteps):
        super().__init__()
        self.units, self.timesteps = units, timesteps
        self.projection_1 = layers.Dense(units=units, activation="tanh")
        self.projection_2 = layers.Dense(units=units, activation="tanh")
        self.classifier = layers.Dense(1)

    def call(self, inputs):
        outputs = []
        state = ops.zeros(shape=(inputs.shape[0], self.units))
        for t in range(inputs.shape[1]):
            x = inputs[:, t, :]
            h = self.projection_1(x)
            y = h + self.projection_2(state)
            state = y
            outputs.append(y)
        features = ops.stack(outputs, axis=1)
        return self.classifier(features)


inputs = keras.Input(batch_shape=(2, 4, 5))
x = layers.Conv1D(6, 3, padding="same")(inputs)
rnn_model = keras.Model(inputs, CustomRNN(6, 4)(x))
assert rnn_model(ops.zeros((2, 4, 5))).shape == (2, 4, 1)
