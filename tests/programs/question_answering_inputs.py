"""Two texts in, one word out: named inputs, fitted with a list and with a dict."""

import numpy as np
from keras import Input, layers
from keras.models import Model

text_vocabulary_size, question_vocabulary_size, answer_vocabulary_size = 40, 30, 10
text_input = Input(shape=(None,), dtype="int32", name="text")
embedded_text = layers.Embedding(text_vocabulary_size, 8)(text_input)
encoded_text = layers.LSTM(8)(embedded_text)
question_input = Input(shape=(None,), dtype="int32", name="question")
embedded_question = layers.Embedding(question_vocabulary_size, 8)(question_input)
encoded_question = layers.LSTM(4)(embedded_question)
concatenated = layers.concatenate([encoded_text, encoded_question], axis=-1)
answer = layers.Dense(answer_vocabulary_size, activation="softmax")(concatenated)
model = Model([text_input, question_input], answer)
model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["acc"])
rng = np.random.default_rng(0)
num_samples, max_length = 40, 8
text = rng.integers(1, text_vocabulary_size, size=(num_samples, max_length))
question = rng.integers(1, question_vocabulary_size, size=(num_samples, max_length - 3))
answers = np.zeros((num_samples, answer_vocabulary_size))
answers[np.arange(num_samples), question[:, -1] % 2] = 1
first = model.fit([text, question], answers, epochs=3, batch_size=8, verbose=0)
second = model.fit({"text": text, "question": question}, answers, epochs=6, batch_size=8, verbose=0)
assert second.history["loss"][-1] < first.history["loss"][0]
as_list = model.predict([text, question], verbose=0)
as_dict = model.predict({"question": question, "text": text}, verbose=0)
assert np.allclose(as_list, as_dict) and as_list.shape == (40, 10)
assert model.input_shape == [(None, None), (None, None)]
