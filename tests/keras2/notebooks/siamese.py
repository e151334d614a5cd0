# %% Twins: are two images of one digit?
import random
import numpy as np
np.random.seed(1337)
random.seed(1337)

from keras.datasets import digits
from keras.models import Sequential, Model
from keras.layers import Dense, Dropout, Input, Lambda
from keras.optimizers import RMSprop
from keras import backend as K

# %% The distance, its shape, and the loss of Hadsell et al.
def euclidean_distance(vects):
    x, y = vects
    return K.sqrt(K.maximum(K.sum(K.square(x - y), axis=1, keepdims=True), K.epsilon()))

def eucl_dist_output_shape(shapes):
    shape1, shape2 = shapes
    return (shape1[0], 1)

def contrastive_loss(y_true, y_pred):
    margin = 1
    return K.mean(y_true * K.square(y_pred) +
                  (1 - y_true) * K.square(K.maximum(margin - y_pred, 0)))

def accuracy(y_true, y_pred):
    return K.mean(K.equal(y_true, K.cast(y_pred < 0.5, y_true.dtype)))

# %% Pairs of one digit and of two, in turn
def create_pairs(x, digit_indices):
    pairs, labels = [], []
    n = min([len(digit_indices[d]) for d in range(10)]) - 1
    for d in range(10):
        for i in range(n):
            z1, z2 = digit_indices[d][i], digit_indices[d][i + 1]
            pairs += [[x[z1], x[z2]]]
            dn = (d + random.randrange(1, 10)) % 10
            z1, z2 = digit_indices[d][i], digit_indices[dn][i]
            pairs += [[x[z1], x[z2]]]
            labels += [1, 0]
    return np.array(pairs), np.array(labels)

def create_base_network(input_dim):
    seq = Sequential()
    seq.add(Dense(64, input_shape=(input_dim,), activation='relu'))
    seq.add(Dropout(0.1))
    seq.add(Dense(32, activation='relu'))
    return seq

(X_train, y_train), (X_test, y_test) = digits.load_data()
X_train = X_train.reshape(-1, 64).astype('float32') / 16
X_test = X_test.reshape(-1, 64).astype('float32') / 16
tr_pairs, tr_y = create_pairs(X_train, [np.where(y_train == i)[0] for i in range(10)])
te_pairs, te_y = create_pairs(X_test, [np.where(y_test == i)[0] for i in range(10)])

# %% The shared network, called twice
base_network = create_base_network(64)
input_a = Input(shape=(64,))
input_b = Input(shape=(64,))
processed_a = base_network(input_a)
processed_b = base_network(input_b)
distance = Lambda(euclidean_distance, output_shape=eucl_dist_output_shape)([processed_a, processed_b])
model = Model(input=[input_a, input_b], output=distance)

rms = RMSprop(lr=0.002, epsilon=None)
model.compile(loss=contrastive_loss, optimizer=rms, metrics=[accuracy])
history = model.fit([tr_pairs[:, 0], tr_pairs[:, 1]], tr_y, batch_size=64, nb_epoch=8, verbose=0,
                    validation_data=([te_pairs[:, 0], te_pairs[:, 1]], te_y))

# %% How often it is right
pred = model.predict([te_pairs[:, 0], te_pairs[:, 1]])
te_acc = np.mean((pred.ravel() < 0.5) == te_y)
print('* Accuracy on test set: %0.2f%%' % (100 * te_acc))

assert te_acc > 0.8 and abs(history.history['val_accuracy'][-1] - te_acc) < 0.02
assert base_network.get_output_at(1) is processed_a or base_network.get_output_at(2) is not None
