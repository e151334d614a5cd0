# %% An autoencoder: an encoder and a decoder that share their layers with it
import numpy as np
np.random.seed(0)

from keras.datasets import digits
from keras.layers import Input, Dense
from keras.models import Model
from keras import regularizers
from keras.callbacks import LambdaCallback

(x_train, _), (x_test, _) = digits.load_data()
x_train = x_train.astype('float32') / 16.
x_test = x_test.astype('float32') / 16.
x_train = x_train.reshape((len(x_train), np.prod(x_train.shape[1:])))
x_test = x_test.reshape((len(x_test), np.prod(x_test.shape[1:])))

# %% This is the size of our encoded representations
encoding_dim = 12

input_img = Input(shape=(64,))
encoded = Dense(32, activation='relu')(input_img)
encoded = Dense(encoding_dim, activation='relu',
                activity_regularizer=regularizers.activity_l1(1e-6))(encoded)
decoded = Dense(32, activation='relu')(encoded)
decoded = Dense(64, activation='sigmoid')(decoded)

autoencoder = Model(input=input_img, output=decoded)
encoder = Model(input=input_img, output=encoded)

encoded_input = Input(shape=(encoding_dim,))
decoder_layer = autoencoder.layers[-2](encoded_input)
decoder = Model(input=encoded_input, output=autoencoder.layers[-1](decoder_layer))

# %% Noise in, clean images out
noise_factor = 0.1
x_train_noisy = np.clip(x_train + noise_factor * np.random.normal(size=x_train.shape), 0., 1.)
x_test_noisy = np.clip(x_test + noise_factor * np.random.normal(size=x_test.shape), 0., 1.)

seen = []
autoencoder.compile(optimizer='adam', loss='binary_crossentropy')
history = autoencoder.fit(x_train_noisy, x_train, nb_epoch=20, batch_size=32, shuffle=True, verbose=0,
                          validation_data=(x_test_noisy, x_test),
                          callbacks=[LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs['val_loss']))])

# %% Encode and decode
encoded_imgs = encoder.predict(x_test_noisy)
decoded_imgs = decoder.predict(encoded_imgs)
print(encoded_imgs.mean(), decoded_imgs.shape)

assert np.allclose(decoded_imgs, autoencoder.predict(x_test_noisy), atol=1e-5)
assert seen == history.history['val_loss'] and seen[-1] < 0.8 * seen[0]
assert autoencoder.layers[-1].get_output_shape_at(1) == (None, 64)
try:
    autoencoder.layers[-1].output
except AttributeError as e:
    assert 'multiple inbound nodes' in str(e)
