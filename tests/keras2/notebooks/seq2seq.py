# %% Numbers read backwards: an encoder, a decoder, and the teacher's hand
from __future__ import print_function
import numpy as np
np.random.seed(2)

from keras.models import Model
from keras.layers import Input, LSTM, Dense

num_samples, length, num_tokens, latent_dim = 800, 3, 8, 48
START, END = 6, 7

# %% What goes in, and what shall come out
numbers = np.random.randint(6, size=(num_samples, length))
one_hot = np.eye(num_tokens, dtype='float32')
encoder_input_data = one_hot[numbers]
start = np.full((num_samples, 1), START)
end = np.full((num_samples, 1), END)
decoder_input_data = one_hot[np.hstack([start, numbers[:, ::-1]])]
decoder_target_data = one_hot[np.hstack([numbers[:, ::-1], end])]

# %% Training: the decoder is given the right word before
encoder_inputs = Input(shape=(None, num_tokens))
encoder = LSTM(latent_dim, return_state=True)
encoder_outputs, state_h, state_c = encoder(encoder_inputs)
encoder_states = [state_h, state_c]

decoder_inputs = Input(shape=(None, num_tokens))
decoder_lstm = LSTM(latent_dim, return_sequences=True, return_state=True)
decoder_outputs, _, _ = decoder_lstm(decoder_inputs, initial_state=encoder_states)
decoder_dense = Dense(num_tokens, activation='softmax')
decoder_outputs = decoder_dense(decoder_outputs)

model = Model([encoder_inputs, decoder_inputs], decoder_outputs)
model.compile(optimizer='rmsprop', loss='categorical_crossentropy', metrics=['acc'])
model.optimizer.lr = 0.01
history = model.fit([encoder_input_data, decoder_input_data], decoder_target_data,
                    batch_size=32, epochs=20, validation_split=0.1, verbose=0)
print(history.history['val_acc'][-1])

# %% Use: the states go round by hand
encoder_model = Model(encoder_inputs, encoder_states)

decoder_state_input_h = Input(shape=(latent_dim,))
decoder_state_input_c = Input(shape=(latent_dim,))
decoder_states_inputs = [decoder_state_input_h, decoder_state_input_c]
decoder_outputs, state_h, state_c = decoder_lstm(decoder_inputs, initial_state=decoder_states_inputs)
decoder_states = [state_h, state_c]
decoder_outputs = decoder_dense(decoder_outputs)
decoder_model = Model([decoder_inputs] + decoder_states_inputs, [decoder_outputs] + decoder_states)

def decode_sequence(input_seq):
    states_value = encoder_model.predict(input_seq)
    target_seq = one_hot[[[START]]]
    decoded = []
    while len(decoded) < 10:
        output_tokens, h, c = decoder_model.predict([target_seq] + states_value)
        token = np.argmax(output_tokens[0, -1, :])
        if token == END:
            break
        decoded.append(int(token))
        target_seq = one_hot[[[token]]]
        states_value = [h, c]
    return decoded

right = [decode_sequence(encoder_input_data[i:i + 1]) == list(numbers[i, ::-1]) for i in range(20)]
print('Read backwards:', sum(right), 'of', len(right))

assert history.history['val_acc'][-1] > 0.9 and sum(right) >= 14
assert decoder_lstm.get_input_at(1) is not None and len(decoder_lstm._inbound_nodes) == 2
