"""What Keras 2 did with K.function, layers' outputs and learning phase."""

import numpy as np
from keras import backend as K
from keras.layers import Activation, BatchNormalization, Dense, Input
from keras.models import Model, Sequential

model = Sequential()
model.add(Dense(6, input_dim=4, kernel_initializer="he_uniform"))
model.add(BatchNormalization())
model.add(Activation("relu"))
model.add(Dense(2, activation="softmax"))
model.compile(loss="categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
x, y = np.random.RandomState(0).rand(20, 4), np.eye(2)[np.arange(20) % 2]
model.fit(x, y, epochs=2, batch_size=5, verbose=0)
get_third = K.function([model.layers[0].input], [model.layers[2].output])
hidden = get_third([x])[0]
again = Model(inputs=model.input, outputs=model.layers[2].output).predict(x, verbose=0)
assert np.allclose(hidden, again, atol=1e-6)
assert K.int_shape(model.output) == (None, 2) and K.image_data_format() == "channels_last"
assert np.allclose(K.eval(K.variable(np.ones((2, 2))) + 1), 2)
pop = model.layers[-1].output
head = Model(model.input, Dense(1)(pop))
assert head.count_params() == model.count_params() + 3
a = Input((4,))
assert model(a)._keras_history[0] is model
