"""States that last from batch to batch, until they are reset."""

import keras
import numpy as np

inputs = keras.Input(batch_shape=(2, 3, 1))
layer = keras.layers.LSTM(4, stateful=True)
model = keras.Model(inputs, layer(inputs))
x = np.random.default_rng(0).normal(size=(2, 6, 1)).astype("float32")
first, second = model.predict(x[:, :3], verbose=0), model.predict(x[:, 3:], verbose=0)
whole_in = keras.Input((6, 1))
whole = keras.layers.LSTM(4)
long = keras.Model(whole_in, whole(whole_in))
whole.set_weights(layer.get_weights()[:3])
assert np.allclose(second, long.predict(x, verbose=0), atol=1e-6)
layer.reset_states()
assert np.allclose(model.predict(x[:, :3], verbose=0), first, atol=1e-6)
