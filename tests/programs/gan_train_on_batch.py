"""A generator and a discriminator of points, trained in turn by train_on_batch."""

import numpy as np
from keras.layers import Dense, Input, LeakyReLU
from keras.models import Model, Sequential
from keras.optimizers import Adam

generator = Sequential([Dense(16, input_dim=4), LeakyReLU(alpha=0.2), Dense(2)])
discriminator = Sequential(
    [Dense(16, input_dim=2), LeakyReLU(alpha=0.2), Dense(1, activation="sigmoid")]
)
discriminator.compile(loss="binary_crossentropy", optimizer=Adam(0.01), metrics=["accuracy"])
discriminator.trainable = False
z = Input(shape=(4,))
combined = Model(z, discriminator(generator(z)))
combined.compile(loss="binary_crossentropy", optimizer=Adam(0.01))
rng = np.random.default_rng(0)
half = 16
before = generator.get_weights()[0].copy()
critic = discriminator.get_weights()[0].copy()
for epoch in range(20):
    real = rng.normal([2, -1], 0.1, (half, 2))
    fake = generator.predict(rng.normal(size=(half, 4)), verbose=0)
    discriminator.trainable = True
    d_real = discriminator.train_on_batch(real, np.ones((half, 1)))
    d_fake = discriminator.train_on_batch(fake, np.zeros((half, 1)))
    d_loss = 0.5 * np.add(d_real, d_fake)
    discriminator.trainable = False
    held = discriminator.get_weights()[0].copy()
    g_loss = combined.train_on_batch(rng.normal(size=(2 * half, 4)), np.ones((2 * half, 1)))
    assert np.array_equal(held, discriminator.get_weights()[0])
assert d_loss.shape == (2,) and np.isfinite(g_loss)
assert not np.array_equal(before, generator.get_weights()[0])
assert not np.array_equal(critic, discriminator.get_weights()[0])
