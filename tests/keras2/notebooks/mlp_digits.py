# %% A first network: which digit is it?
from __future__ import print_function
import numpy as np
np.random.seed(1337)

from keras.datasets import digits
from keras.models import Sequential
from keras.layers.core import Dense, Dropout, Activation
from keras.optimizers import SGD
from keras.utils import np_utils
from keras.callbacks import Callback, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from keras.regularizers import l2

batch_size = 32
nb_classes = 10
nb_epoch = 12

# %% The data, one row of numbers for each image
(X_train, y_train), (X_test, y_test) = digits.load_data()
X_train = X_train.reshape(len(X_train), 64).astype('float32') / 16
X_test = X_test.reshape(len(X_test), 64).astype('float32') / 16
print(X_train.shape[0], 'train samples')
Y_train = np_utils.to_categorical(y_train, nb_classes)
Y_test = np_utils.to_categorical(y_test, nb_classes)

# %% The model
model = Sequential()
model.add(Dense(64, input_shape=(64,), init='uniform', W_regularizer=l2(1e-4)))
model.add(Activation('relu'))
model.add(Dropout(0.2))
model.add(Dense(output_dim=64, init='glorot_normal'))
model.add(Activation('relu'))
model.add(Dense(10))
model.add(Activation('softmax'))
model.summary()

# %% Training
class LossHistory(Callback):
    def on_train_begin(self, logs={}):
        self.losses = []

    def on_batch_end(self, batch, logs={}):
        self.losses.append(logs.get('loss'))

    def on_epoch_end(self, epoch, logs={}):
        if logs.get('acc') > 0.999:
            self.model.stop_training = True

loss_history = LossHistory()
callbacks = [
    loss_history,
    EarlyStopping(monitor='val_loss', patience=4, verbose=1),
    ReduceLROnPlateau(monitor='val_loss', factor=0.5, patience=2, epsilon=1e-4),
    ModelCheckpoint('weights.{epoch:02d}-{val_acc:.2f}.h5', monitor='val_acc',
                    save_best_only=True, save_weights_only=True),
]
model.compile(loss='categorical_crossentropy',
              optimizer=SGD(lr=0.1, decay=1e-5, momentum=0.9, nesterov=True),
              metrics=['accuracy'])
history = model.fit(X_train, Y_train, batch_size=batch_size, nb_epoch=nb_epoch, verbose=2,
                    validation_split=0.1, callbacks=callbacks)

# %% What came of it
score = model.evaluate(X_test, Y_test, verbose=0)
print('Test score:', score[0])
print('Test accuracy:', score[1])
classes = model.predict_classes(X_test, verbose=0)
proba = model.predict_proba(X_test, verbose=0)
wrong = np.nonzero(classes != y_test)[0]
print(len(wrong), 'wrong, for example', wrong[:5])

assert score[1] > 0.85 and abs(np.mean(classes == y_test) - score[1]) < 1e-6
assert len(loss_history.losses) >= len(history.history['acc']) * 36
assert history.history['val_acc'][-1] > 0.9 and proba.shape == (500, 10)
