# %% What do the layers see? And: a trained network for a new task
import numpy as np
np.random.seed(8)

from keras import backend as K
from keras import applications, optimizers
from keras.datasets import digits
from keras.models import Model, Sequential
from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D

(x, y), (x_test, y_test) = digits.load_data()
x, x_test = x[..., None] / 16., x_test[..., None] / 16.

# %% A network for the digits 0 to 4
model = Sequential()
model.add(Conv2D(8, (3, 3), activation='relu', padding='same', input_shape=(8, 8, 1), name='block1_conv'))
model.add(MaxPooling2D((2, 2), name='block1_pool'))
model.add(Conv2D(16, (3, 3), activation='relu', padding='same', name='block2_conv'))
model.add(Dropout(0.2))
model.add(Flatten())
model.add(Dense(5, activation='softmax', name='predictions'))
model.compile(loss='sparse_categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
small, small_test = y < 5, y_test < 5
model.fit(x[small], y[small], epochs=6, verbose=0)
before = model.evaluate(x_test[small_test], y_test[small_test], verbose=0)

# %% The outputs of every layer, in test mode and in training mode
layer_dict = dict([(layer.name, layer) for layer in model.layers])
outputs = [layer.output for layer in model.layers]
functors = [K.function([model.input, K.learning_phase()], [out]) for out in outputs]
layer_outs = [func([x_test[:4], 0.])[0] for func in functors]
print([out.shape for out in layer_outs])
noisy = K.function([model.layers[0].input, K.learning_phase()], [layer_dict['predictions'].output])
same_as_predict = noisy([x_test[:4], 0])[0]
other = noisy([x_test[:4], 1])[0]
predicted = model.predict(x_test[:4])

# %% The image that a filter likes best, by gradient ascent
def best_image(layer_name, filter_index, steps=15):
    loss = K.mean(layer_dict[layer_name].output[:, :, :, filter_index])
    grads = K.gradients(loss, model.input)[0]
    grads /= (K.sqrt(K.mean(K.square(grads))) + 1e-5)
    iterate = K.function([model.input], [loss, grads])
    image = np.random.random((1, 8, 8, 1)) * 0.2 + 0.4
    values = []
    for _ in range(steps):
        loss_value, grads_value = iterate([image])
        image += grads_value * 0.1
        values.append(float(loss_value))
    return image[0], values

filters = [best_image('block2_conv', i) for i in range(4)]

# %% Where does the network look? (Grad-CAM)
example = x_test[small_test][:1]
number = int(model.predict(example).argmax())
class_output = model.output[:, number]
last_conv_layer = model.get_layer('block2_conv')
grads = K.gradients(class_output, last_conv_layer.output)[0]
pooled_grads = K.mean(grads, axis=(0, 1, 2))
iterate = K.function([model.input], [pooled_grads, last_conv_layer.output[0]])
pooled_grads_value, conv_layer_output_value = iterate([example])
heatmap = np.maximum(np.mean(conv_layer_output_value * pooled_grads_value, axis=-1), 0)

# %% Transfer: keep what sees, and teach the digits 5 to 9
features = Model(inputs=model.input, outputs=model.get_layer('block2_conv').output)
for layer in features.layers:
    layer.trainable = False
kept = features.get_weights()
head = Flatten()(features.output)
head = Dense(32, activation='relu')(head)
head = Dense(5, activation='softmax')(head)
transfer = Model(inputs=features.input, outputs=head)
transfer.compile(optimizer=optimizers.Adam(lr=0.01), loss='sparse_categorical_crossentropy', metrics=['accuracy'])
history = transfer.fit(x[~small], y[~small] - 5, nb_epoch=8, batch_size=16, verbose=0)

# %% Fine-tuning: the last block may move a little
frozen = all(np.allclose(a, b) for a, b in zip(kept, features.get_weights()))
for layer in transfer.layers[3:]:
    layer.trainable = True
transfer.compile(optimizer=optimizers.SGD(lr=1e-2, momentum=0.9), loss='sparse_categorical_crossentropy')
transfer.fit(x[~small], y[~small] - 5, epochs=1, verbose=0)

assert before[1] > 0.8 and history.history['acc'][-1] > 0.85
assert [out.shape[1:] for out in layer_outs][:3] == [(8, 8, 8), (4, 4, 8), (4, 4, 16)]
assert np.allclose(same_as_predict, predicted, atol=1e-6)
assert not np.allclose(same_as_predict, other)
assert any(values[-1] > values[0] for _, values in filters)
assert heatmap.shape == (4, 4) and pooled_grads_value.shape == (16,)
assert frozen and not np.allclose(kept[2], features.get_weights()[2])
