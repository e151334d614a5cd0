# %% A variational autoencoder, with its loss added to the model
import numpy as np
np.random.seed(1)

from keras.datasets import digits
from keras.layers import Input, Dense, Lambda, Layer
from keras.models import Model
from keras import backend as K
from keras import metrics

batch_size = 32
original_dim = 64
latent_dim = 2
intermediate_dim = 32
epochs = 8
epsilon_std = 1.0

# %% The encoder gives a mean and a variance, from which we draw
x = Input(shape=(original_dim,))
h = Dense(intermediate_dim, activation='relu')(x)
z_mean = Dense(latent_dim)(h)
z_log_var = Dense(latent_dim)(h)

def sampling(args):
    z_mean, z_log_var = args
    epsilon = K.random_normal(shape=(K.shape(z_mean)[0], latent_dim), mean=0., stddev=epsilon_std)
    return z_mean + K.exp(z_log_var / 2) * epsilon

z = Lambda(sampling, output_shape=(latent_dim,))([z_mean, z_log_var])

decoder_h = Dense(intermediate_dim, activation='relu')
decoder_mean = Dense(original_dim, activation='sigmoid')
h_decoded = decoder_h(z)
x_decoded_mean = decoder_mean(h_decoded)

# %% One way: a model that adds its loss
vae = Model(x, x_decoded_mean)
xent_loss = original_dim * metrics.binary_crossentropy(x, x_decoded_mean)
kl_loss = - 0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
vae_loss = K.mean(xent_loss + kl_loss)
vae.add_loss(vae_loss)
vae.compile(optimizer='rmsprop', loss=None)
vae.summary()

(x_train, y_train), (x_test, y_test) = digits.load_data()
x_train = x_train.astype('float32').reshape((len(x_train), 64)) / 16.
x_test = x_test.astype('float32').reshape((len(x_test), 64)) / 16.
history = vae.fit(x_train, shuffle=True, epochs=epochs, batch_size=batch_size, verbose=0,
                  validation_data=(x_test, None))

# %% Another way: a layer that does nothing but add the loss
class CustomVariationalLayer(Layer):
    def __init__(self, **kwargs):
        self.is_placeholder = True
        super(CustomVariationalLayer, self).__init__(**kwargs)

    def vae_loss(self, x, x_decoded_mean):
        xent_loss = original_dim * metrics.binary_crossentropy(x, x_decoded_mean)
        kl_loss = - 0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
        return K.mean(xent_loss + kl_loss)

    def call(self, inputs):
        x = inputs[0]
        x_decoded_mean = inputs[1]
        loss = self.vae_loss(x, x_decoded_mean)
        self.add_loss(loss, inputs=inputs)
        return x

y = CustomVariationalLayer()([x, x_decoded_mean])
other = Model(x, y)
other.compile(optimizer='rmsprop', loss=None)
again = other.fit(x_train, shuffle=True, epochs=2, batch_size=batch_size, verbose=0)

# %% And the third, that most blogs show: a loss that looks at tensors of the model
def loss_from_outside(y_true, y_pred):
    xent_loss = original_dim * metrics.binary_crossentropy(y_true, y_pred)
    kl_loss = - 0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
    return K.mean(xent_loss + kl_loss)

third = Model(x, x_decoded_mean)
third.compile(optimizer='rmsprop', loss=loss_from_outside)
once_more = third.fit(x_train, x_train, nb_epoch=2, batch_size=batch_size, verbose=0)

# %% The plane of digits, and a generator of new ones
encoder = Model(x, z_mean)
x_test_encoded = encoder.predict(x_test, batch_size=batch_size)

decoder_input = Input(shape=(latent_dim,))
generator = Model(decoder_input, decoder_mean(decoder_h(decoder_input)))
n = 3
grid = np.array([[xi, yi] for xi in np.linspace(-2, 2, n) for yi in np.linspace(-2, 2, n)])
figure = generator.predict(grid).reshape(n, n, 8, 8)

losses = history.history['loss']
assert losses[-1] < losses[0] - 5 and 'val_loss' in history.history
assert again.history['loss'][0] < losses[0] and once_more.history['loss'][0] < losses[0]
assert x_test_encoded.shape == (500, 2) and 0 <= figure.min() and figure.max() <= 1
