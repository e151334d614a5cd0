# %% Towers side by side, and a shortcut
import numpy as np
np.random.seed(6)

from keras.datasets import digits
from keras.layers import Input, Conv2D, MaxPooling2D, AveragePooling2D, Dense, Flatten
from keras.layers import Activation, BatchNormalization, merge
from keras.layers.merge import add, concatenate
from keras.models import Model
from keras.optimizers import Adam
from keras.utils import to_categorical
from keras import backend as K

bn_axis = 3 if K.image_data_format() == 'channels_last' else 1

# %% A small helper, as in the models of that time
def conv2d_bn(x, filters, num_row, num_col, padding='same', strides=(1, 1), name=None):
    x = Conv2D(filters, (num_row, num_col), strides=strides, padding=padding, use_bias=False,
               name=name + '_conv')(x)
    x = BatchNormalization(axis=bn_axis, momentum=0.8, scale=False, name=name + '_bn')(x)
    return Activation('relu', name=name)(x)

input_img = Input(shape=(8, 8, 1))
x = conv2d_bn(input_img, 8, 3, 3, name='stem')

tower_1 = conv2d_bn(x, 4, 1, 1, name='tower_1a')
tower_1 = conv2d_bn(tower_1, 4, 3, 3, name='tower_1b')
tower_2 = conv2d_bn(x, 4, 1, 1, name='tower_2a')
tower_2 = conv2d_bn(tower_2, 4, 5, 5, name='tower_2b')
tower_3 = MaxPooling2D((3, 3), strides=(1, 1), padding='same')(x)
tower_3 = conv2d_bn(tower_3, 4, 1, 1, name='tower_3')
x = concatenate([tower_1, tower_2, tower_3], axis=bn_axis, name='mixed0')

# %% The residual connection: the block adds to what it was given
y = conv2d_bn(x, 12, 3, 3, name='res_a')
y = Conv2D(12, (3, 3), padding='same', name='res_b')(y)
z = add([x, y])
z = Activation('relu')(z)
old = merge([x, y], mode='sum')

z = AveragePooling2D((2, 2))(z)
predictions = Dense(10, activation='softmax')(Flatten()(z))
model = Model(inputs=input_img, outputs=predictions)
model.compile(loss='categorical_crossentropy', optimizer=Adam(lr=0.005, decay=1e-4), metrics=['accuracy'])
print(model.count_params(), 'weights in', len(model.layers), 'layers')

# %% Batches by hand
(x_train, y_train), (x_test, y_test) = digits.load_data()
x_train, x_test = x_train[..., None] / 16., x_test[..., None] / 16.
for step in range(60):
    batch = np.random.randint(len(x_train), size=32)
    loss, acc = model.train_on_batch(x_train[batch], to_categorical(y_train[batch], 10))
    if step % 20 == 0:
        print(step, loss, acc)
loss, acc = model.evaluate(x_test, to_categorical(y_test, 10), batch_size=100, verbose=0)
print('test', loss, acc)

assert acc > 0.6 and model.metrics_names[0] == 'loss'
assert model.get_layer('mixed0').output_shape == (None, 8, 8, 12)
assert [layer.name for layer in model.get_layer('mixed0').inbound_nodes[0].inbound_layers] == ['tower_1b', 'tower_2b', 'tower_3']
same = Model(input_img, [z, old])
assert old.shape == (None, 8, 8, 12) and len(same.predict(x_test[:2])) == 2
