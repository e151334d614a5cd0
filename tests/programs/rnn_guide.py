"""Recurrent layers: states handed over, several inputs in one cell, and the cuts of a long series."""

import keras
import numpy as np
from keras import layers, ops

encoder_input = layers.Input(shape=(None,))
embedded = layers.Embedding(input_dim=20, output_dim=8)(encoder_input)
output, state_h, state_c = layers.LSTM(8, return_state=True, name="encoder")(embedded)
decoder_input = layers.Input(shape=(None,))
decoder_embedded = layers.Embedding(input_dim=20, output_dim=8)(decoder_input)
decoder_output = layers.LSTM(8, name="decoder")(decoder_embedded, initial_state=[state_h, state_c])
model = keras.Model([encoder_input, decoder_input], layers.Dense(5)(decoder_output))
assert model.predict([np.ones((2, 3)), np.ones((2, 4))], verbose=0).shape == (2, 5)

rng = np.random.default_rng(0)
paragraph1, paragraph2 = rng.random((2, 3, 10, 5)).astype("float32")
lstm_layer = layers.LSTM(6, stateful=True)
lstm_layer(paragraph1)
second = lstm_layer(paragraph2)
whole = layers.LSTM(6)
whole.build((None, 20, 5))
whole.set_weights(lstm_layer.get_weights())
assert np.allclose(second, whole(np.concatenate([paragraph1, paragraph2], 1)), atol=1e-5)
lstm_layer.reset_states() if hasattr(lstm_layer, "reset_states") else lstm_layer.reset_state()
existing_state = [np.array(state) for state in lstm_layer.states]
assert all((state == 0).all() for state in existing_state)

model = keras.Sequential(
    [
        keras.Input((5, 10)),
        layers.Bidirectional(layers.LSTM(8, return_sequences=True)),
        layers.Bidirectional(layers.LSTM(4), backward_layer=layers.GRU(4, go_backwards=True)),
        layers.Dense(3),
    ]
)
assert [tuple(layer.output.shape) for layer in model.layers] == [
    (None, 5, 16),
    (None, 8),
    (None, 3),
]


class NestedCell(keras.layers.Layer):
    def __init__(self, unit_1, unit_2, unit_3, **kwargs):
        self.unit_1, self.unit_2, self.unit_3 = unit_1, unit_2, unit_3
        self.state_size = [(unit_1,), (unit_2, unit_3)]
        self.output_size = [(unit_1,), (unit_2, unit_3)]
        super().__init__(**kwargs)

    def build(self, input_shapes):
        i1 = input_shapes[0][1]
        i2, i3 = input_shapes[1][1], input_shapes[1][2]
        self.kernel_1 = self.add_weight(shape=(i1, self.unit_1), initializer="uniform", name="k1")
        self.kernel_2_3 = self.add_weight(
            shape=(i2, i3, self.unit_2, self.unit_3), initializer="uniform", name="k2"
        )

    def call(self, inputs, states):
        input_1, input_2 = inputs
        s1, s2 = states
        output_1 = ops.matmul(input_1, self.kernel_1)
        output_2_3 = ops.einsum("bij,ijkl->bkl", input_2, self.kernel_2_3)
        state_1, state_2_3 = s1 + output_1, s2 + output_2_3
        return (output_1, output_2_3), [state_1, state_2_3]


nested = layers.RNN(
    layers.StackedRNNCells([layers.GRUCell(4), layers.LSTMCell(3)]), return_sequences=True
)
assert nested(paragraph1).shape == (3, 10, 3) and len(nested.weights) == 6
