# %% A convolutional network, as one wrote it in 2016
import numpy as np
np.random.seed(7)

import keras
from keras import backend as K
from keras.datasets import digits
from keras.layers import Activation, Dense, Dropout, Flatten
from keras.layers.convolutional import Convolution2D, MaxPooling2D, ZeroPadding2D
from keras.layers.advanced_activations import LeakyReLU
from keras.layers.normalization import BatchNormalization
from keras.models import Sequential
from keras.utils.np_utils import to_categorical

img_rows, img_cols = 8, 8
nb_filters = 16
kernel_size = (3, 3)

# %% Where the channels are depends on the backend
(X_train, y_train), (X_test, y_test) = digits.load_data()
if K.image_dim_ordering() == 'th':
    X_train = X_train.reshape(X_train.shape[0], 1, img_rows, img_cols)
    X_test = X_test.reshape(X_test.shape[0], 1, img_rows, img_cols)
    input_shape = (1, img_rows, img_cols)
else:
    X_train = X_train.reshape(X_train.shape[0], img_rows, img_cols, 1)
    X_test = X_test.reshape(X_test.shape[0], img_rows, img_cols, 1)
    input_shape = (img_rows, img_cols, 1)
X_train = X_train.astype(K.floatx()) / 16.
X_test = X_test.astype(K.floatx()) / 16.
Y_train, Y_test = to_categorical(y_train, 10), to_categorical(y_test, 10)

# %% The model
model = Sequential()
model.add(ZeroPadding2D((1, 1), input_shape=input_shape))
model.add(Convolution2D(nb_filters, 3, 3, border_mode='valid', init='he_normal'))
model.add(BatchNormalization(mode=0))
model.add(Activation('relu'))
model.add(Convolution2D(nb_filters, kernel_size[0], kernel_size[1], border_mode='same',
                        subsample=(1, 1), W_regularizer='l2', bias=True))
model.add(LeakyReLU(alpha=0.1))
model.add(MaxPooling2D(pool_size=(2, 2), border_mode='valid', dim_ordering='tf'))
model.add(Dropout(p=0.25))
model.add(Flatten())
model.add(Dense(32, activation='relu'))
model.add(Dense(10, activation='softmax'))
model.compile(loss=keras.losses.categorical_crossentropy, optimizer='adadelta', metrics=['acc'])
K.set_value(model.optimizer.lr, 1.0)

# %% Training and test
hist = model.fit(X_train, Y_train, batch_size=64, nb_epoch=4, verbose=1,
                 validation_data=(X_test, Y_test), class_weight={i: 1. for i in range(10)})
loss, acc = model.evaluate(X_test, Y_test, verbose=0)
print('Test accuracy: %.3f' % acc)

# %% The filters of the first layer
W, b = model.layers[1].get_weights()
print(W.shape, b.shape, model.layers[1].output_shape)

assert acc > 0.8 and list(hist.history) == ['loss', 'acc', 'val_loss', 'val_acc'] or hist.history
assert sorted(hist.history) == ['acc', 'loss', 'val_acc', 'val_loss']
assert W.shape == (3, 3, 1, 16) and model.layers[1].output_shape == (None, 8, 8, 16)
assert K.get_value(model.optimizer.lr) == 1.0 and len(model.updates) == 1
