# %% Headlines and the hour at which they appear: how often will they be shared?
import numpy as np
np.random.seed(3)

from keras.layers import Input, Embedding, LSTM, Dense, merge
from keras.models import Model, model_from_json
from keras.callbacks import LearningRateScheduler
import keras.backend as K

headline_data = np.random.randint(1, 50, size=(400, 10))
additional_data = np.random.random((400, 5))
labels = (headline_data[:, :5].mean(axis=1) > 25).astype(int)[:, None]
loud = np.eye(3)[np.minimum(additional_data.sum(axis=1).astype(int) - 1, 2).clip(0)]

# %% The main input gets a helper loss in the middle
main_input = Input(shape=(10,), dtype='int32', name='main_input')
x = Embedding(output_dim=16, input_dim=50, input_length=10)(main_input)
lstm_out = LSTM(8)(x)
auxiliary_output = Dense(1, activation='sigmoid', name='aux_output')(lstm_out)

auxiliary_input = Input(shape=(5,), name='aux_input')
x = merge([lstm_out, auxiliary_input], mode='concat')
x = Dense(16, activation='relu')(x)
x = Dense(16, activation='relu')(x)
main_output = Dense(1, activation='sigmoid', name='main_output')(x)
noise_output = Dense(3, activation='softmax', name='noise_output')(x)

model = Model(input=[main_input, auxiliary_input], output=[main_output, auxiliary_output, noise_output])
model.compile(optimizer='rmsprop',
              loss={'main_output': 'binary_crossentropy', 'aux_output': 'binary_crossentropy',
                    'noise_output': 'categorical_crossentropy'},
              loss_weights={'main_output': 1., 'aux_output': 0.2, 'noise_output': 0.5},
              metrics={'main_output': 'accuracy', 'noise_output': ['accuracy', 'mae']})

# %% Data by name, a rate that falls
rates = []

def schedule(epoch):
    rates.append(0.01 * 0.9 ** epoch)
    return rates[-1]

history = model.fit({'main_input': headline_data, 'aux_input': additional_data},
                    {'main_output': labels, 'aux_output': labels, 'noise_output': loud},
                    nb_epoch=6, batch_size=32, verbose=0, validation_split=0.2,
                    callbacks=[LearningRateScheduler(schedule)])
print(model.metrics_names)

# %% The same architecture from JSON, and its weights
twin = model_from_json(model.to_json())
twin.set_weights(model.get_weights())
a, b, c = twin.predict([headline_data, additional_data])
assert np.allclose(a, model.predict([headline_data, additional_data])[0], atol=1e-6)

# %% One output left without a target
model.compile(optimizer='rmsprop', loss=['binary_crossentropy', None, 'categorical_crossentropy'])
partial = model.fit([headline_data, additional_data], [labels, loud], epochs=1, verbose=0)

names = ['loss', 'main_output_loss', 'aux_output_loss', 'noise_output_loss', 'main_output_acc',
         'noise_output_acc', 'noise_output_mean_absolute_error']
assert set(names[:6]) <= {n.replace('accuracy', 'acc') for n in history.history}
assert history.history['val_main_output_acc'] == history.history['val_main_output_accuracy']
assert np.isclose(K.get_value(model.optimizer.lr), 0.001) and len(rates) == 6
assert model.input_layers_node_indices == [0, 0] and model.output_layers_tensor_indices == [0, 0, 0]
assert c.shape == (400, 3) and model.get_layer('aux_output').output_shape == (None, 1)
