# %% Is a review good or bad? Words, an embedding, an LSTM
import numpy as np
np.random.seed(42)

from keras.preprocessing import sequence
from keras.preprocessing.text import Tokenizer, text_to_word_sequence
from keras.models import Sequential
from keras.layers import Dense, Embedding, LSTM, SpatialDropout1D
from keras.callbacks import Callback

max_features = 60
maxlen = 8

# %% Reviews made from a few words
good, bad = 'great lovely moving clever fun'.split(), 'dull boring weak silly awful'.split()
rest = 'the film was really very a and plot actors story with some'.split()

def review(positive):
    words = list(np.random.choice(rest, np.random.randint(3, 8)))
    words[np.random.randint(len(words))] = np.random.choice(good if positive else bad)
    return ' '.join(words).capitalize() + '!'

labels = np.random.randint(2, size=600)
texts = [review(label) for label in labels]
print(texts[0], labels[0], text_to_word_sequence(texts[0]))

# %% From words to numbers
tokenizer = Tokenizer(nb_words=max_features)
tokenizer.fit_on_texts(texts)
sequences = tokenizer.texts_to_sequences(texts)
print('Found %s unique tokens.' % len(tokenizer.word_index))
X = sequence.pad_sequences(sequences, maxlen=maxlen)
X_train, y_train, X_test, y_test = X[:500], labels[:500], X[500:], labels[500:]

# %% The model
model = Sequential()
model.add(Embedding(max_features, 16, input_length=maxlen, dropout=0.2, mask_zero=False))
model.add(SpatialDropout1D(0.1))
model.add(LSTM(16, dropout_W=0.1, dropout_U=0.1, inner_activation='hard_sigmoid',
               consume_less='gpu'))
model.add(Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])

# %% F1 after every epoch, from the data that fit validates on
class F1(Callback):
    def on_train_begin(self, logs={}):
        self.val_f1s = []

    def on_epoch_end(self, epoch, logs={}):
        predict = np.asarray(self.model.predict(self.validation_data[0])).round()
        targ = self.validation_data[1]
        hits = float((predict * targ.reshape(predict.shape)).sum())
        f1 = 2 * hits / max(predict.sum() + targ.sum(), 1.)
        self.val_f1s.append(f1)
        print(' - val_f1: %f' % f1)

f1 = F1()
model.fit(X_train, y_train, batch_size=16, nb_epoch=8, validation_data=(X_test, y_test),
          callbacks=[f1], verbose=2)

# %% A review of our own
mine = tokenizer.texts_to_sequences(['a really boring story', 'a clever and moving plot'])
chances = model.predict(sequence.pad_sequences(mine, maxlen=maxlen))
print(chances)

assert model.evaluate(X_test, y_test, verbose=0)[1] > 0.9
assert len(f1.val_f1s) == 8 and f1.val_f1s[-1] > 0.9
assert chances[0, 0] < 0.5 < chances[1, 0]
assert model.predict_classes(X_test).shape == (100, 1)
