"""A sequence is reversed: an encoder, a decoder with teacher forcing, and inference with states."""

import keras
import numpy as np
from keras.layers import LSTM, Dense, Input
from keras.models import Model

tokens, latent = 6, 24
rng = np.random.default_rng(1)
sources = rng.integers(2, tokens, (128, 4))
targets = sources[:, ::-1]
eye = np.eye(tokens, dtype="float32")
encoder_in, decoder_out = eye[sources], eye[targets]
start = np.zeros((128, 1), int)
decoder_in = eye[np.concatenate([start, targets[:, :-1]], axis=1)]

encoder_inputs = Input(shape=(None, tokens))
encoder = LSTM(latent, return_state=True)
_, state_h, state_c = encoder(encoder_inputs)
states = [state_h, state_c]
decoder_inputs = Input(shape=(None, tokens))
decoder = LSTM(latent, return_sequences=True, return_state=True)
outputs, _, _ = decoder(decoder_inputs, initial_state=states)
dense = Dense(tokens, activation="softmax")
model = Model([encoder_inputs, decoder_inputs], dense(outputs))
model.compile(optimizer=keras.optimizers.RMSprop(0.01), loss="categorical_crossentropy")
history = model.fit(
    [encoder_in, decoder_in], decoder_out, batch_size=32, epochs=8, validation_split=0.2, verbose=0
)
assert history.history["loss"][-1] < 0.8 * history.history["loss"][0]

encoder_model = Model(encoder_inputs, states)
h, c = Input(shape=(latent,)), Input(shape=(latent,))
outputs, new_h, new_c = decoder(decoder_inputs, initial_state=[h, c])
decoder_model = Model([decoder_inputs, h, c], [dense(outputs), new_h, new_c])
values = encoder_model.predict(encoder_in[:1], verbose=0)
last, decoded = eye[[[0]]], []
for _ in range(4):
    scores, *values = decoder_model.predict([last, *values], verbose=0)
    decoded.append(int(np.argmax(scores[0, -1])))
    last = eye[[[decoded[-1]]]]
first = model.predict([encoder_in[:1], decoder_in[:1]], verbose=0)[0, 0].argmax()
assert decoded[0] == first and len(decoded) == 4
