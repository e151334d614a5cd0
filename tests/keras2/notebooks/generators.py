# %% Data that do not fit in memory: generators, and layers of our own
import numpy as np
np.random.seed(9)

from keras import backend as K
from keras import initializers, regularizers
from keras.datasets import digits
from keras.engine.topology import Layer, InputSpec
from keras.layers import Dense, Dropout, Input
from keras.models import Model, load_model
from keras.utils import Sequence, np_utils

# %% A dense layer by hand, in three methods
class MyLayer(Layer):
    def __init__(self, output_dim, **kwargs):
        self.output_dim = output_dim
        self.init = initializers.get('glorot_uniform')
        self.input_spec = [InputSpec(ndim=2)]
        super(MyLayer, self).__init__(**kwargs)

    def build(self, input_shape):
        self.kernel = self.add_weight(name='kernel', shape=(input_shape[1], self.output_dim),
                                      initializer='uniform', regularizer=regularizers.l2(1e-5),
                                      trainable=True)
        self.bias = self.add_weight((self.output_dim,), initializer='zero', name='{}_b'.format(self.name))
        super(MyLayer, self).build(input_shape)

    def call(self, x):
        return K.relu(K.bias_add(K.dot(x, self.kernel), self.bias))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.output_dim)

    def get_config(self):
        config = {'output_dim': self.output_dim}
        base_config = super(MyLayer, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))

class Antirectifier(Layer):
    def call(self, inputs):
        inputs -= K.mean(inputs, axis=1, keepdims=True)
        inputs = K.l2_normalize(inputs, axis=1)
        return K.concatenate([K.relu(inputs), K.relu(-inputs)], axis=1)

    def compute_output_shape(self, input_shape):
        shape = list(input_shape)
        shape[-1] *= 2
        return tuple(shape)

class NoisyScale(Layer):
    def call(self, x, training=None):
        return K.in_train_phase(x * K.random_uniform(K.shape(x), 0.9, 1.1), x, training=training)

# %% A generator class, and one with batches by number
(X, y), (X_test, y_test) = digits.load_data()
X, X_test = X.reshape(-1, 64) / 16., X_test.reshape(-1, 64) / 16.

class DataGenerator(object):
    def __init__(self, batch_size=32, shuffle=True):
        self.batch_size, self.shuffle = batch_size, shuffle

    def generate(self, data, labels):
        while 1:
            order = np.random.permutation(len(data)) if self.shuffle else np.arange(len(data))
            for i in range(len(data) // self.batch_size):
                part = order[i * self.batch_size:(i + 1) * self.batch_size]
                yield data[part], np_utils.to_categorical(labels[part], 10)

class Numbered(Sequence):
    def __init__(self, data, labels, batch_size):
        self.data, self.labels, self.batch_size = data, labels, batch_size

    def __len__(self):
        return int(np.ceil(len(self.data) / float(self.batch_size)))

    def __getitem__(self, i):
        part = slice(i * self.batch_size, (i + 1) * self.batch_size)
        return self.data[part], np_utils.to_categorical(self.labels[part], 10)

# %% The model
inputs = Input(shape=(64,))
x = MyLayer(64)(inputs)
x = NoisyScale()(x)
x = Antirectifier()(x)
x = Dropout(0.1)(x)
predictions = Dense(10, activation='softmax')(x)
model = Model(inputs, predictions)

def top_two(y_true, y_pred):
    return K.mean(K.cast(K.in_top_k(K.argmax(y_true, axis=-1), y_pred, 2), K.floatx()))

model.compile(optimizer='adam', loss=lambda t, p: K.categorical_crossentropy(t, p),
              metrics=['accuracy', top_two])

# %% Keras 1's samples, Keras 2's steps
training = DataGenerator().generate(X, y)
validation = DataGenerator(batch_size=50, shuffle=False).generate(X_test, y_test)
first = model.fit_generator(training, samples_per_epoch=1280, nb_epoch=3, verbose=0,
                            validation_data=validation, nb_val_samples=500)
second = model.fit_generator(generator=Numbered(X, y, 64), epochs=4, verbose=0, workers=4,
                             use_multiprocessing=True, initial_epoch=3, max_queue_size=5,
                             validation_data=(X_test, np_utils.to_categorical(y_test, 10)))
third = model.fit_generator(training, 20, 2, 0)
scores = model.evaluate_generator(Numbered(X_test, y_test, 50), steps=10)
classes = model.predict_generator(Numbered(X_test, y_test, 50), 10).argmax(axis=-1)
print(scores, (classes == y_test).mean())

# %% Save and load with a layer of our own
model.save('my_model.h5')
loaded = load_model('my_model.h5', custom_objects={
    'MyLayer': MyLayer, 'Antirectifier': Antirectifier, 'NoisyScale': NoisyScale,
    'top_two': top_two, '<lambda>': lambda t, p: K.categorical_crossentropy(t, p)})
assert np.allclose(loaded.predict(X_test), model.predict(X_test), atol=1e-5)

assert first.epoch == [0, 1, 2] and second.epoch == [3] and third.epoch == [0, 1]
assert scores[1] > 0.8 and abs(scores[1] - (classes == y_test).mean()) < 1e-5
assert second.history['val_top_two'][-1] > scores[1] - 0.05
assert [w.shape for w in model.layers[1].get_weights()] == [(64, 64), (64,)]
