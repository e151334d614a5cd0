# %% One vision model for two images, and a question about a picture
import numpy as np
np.random.seed(5)

from keras.datasets import digits
from keras.layers import (Input, Conv2D, MaxPooling2D, Flatten, Dense, Embedding, LSTM,
                          TimeDistributed, concatenate)
from keras.models import Model, Sequential
from keras.engine.topology import get_source_inputs

(images, labels), _ = digits.load_data()
images = images[..., None] / 16.

# %% The vision module
digit_input = Input(shape=(8, 8, 1))
x = Conv2D(8, (3, 3), activation='relu')(digit_input)
x = Conv2D(8, (3, 3), activation='relu')(x)
x = MaxPooling2D((2, 2))(x)
out = Flatten()(x)
vision_model = Model(digit_input, out)

# %% Two digits through it
digit_a = Input(shape=(8, 8, 1))
digit_b = Input(shape=(8, 8, 1))
out_a = vision_model(digit_a)
out_b = vision_model(digit_b)
concatenated = concatenate([out_a, out_b])
out = Dense(32, activation='relu')(concatenated)
out = Dense(1, activation='sigmoid')(out)
classification_model = Model([digit_a, digit_b], out)

left, right = np.random.permutation(1297)[:600], np.random.permutation(1297)[:600]
larger = (labels[left] > labels[right]).astype('float32')
classification_model.compile('adam', 'binary_crossentropy', metrics=['accuracy'])
history = classification_model.fit([images[left], images[right]], larger, epochs=12, batch_size=32,
                                   verbose=0)

# %% A question in words beside the picture, and a video with the same model for each frame
question_input = Input(shape=(6,), dtype='int32')
embedded_question = Embedding(input_dim=20, output_dim=8, input_length=6)(question_input)
encoded_question = LSTM(8)(embedded_question)
answer = Dense(10, activation='softmax')(concatenate([encoded_question, out_a]))
vqa_model = Model(inputs=[digit_a, question_input], outputs=answer)

video_input = Input(shape=(5, 8, 8, 1))
encoded_frames = TimeDistributed(vision_model)(video_input)
encoded_video = LSTM(8)(encoded_frames)
question_encoder = Model(inputs=question_input, outputs=encoded_question)
video_question = Input(shape=(6,), dtype='int32')
video_qa = Model([video_input, video_question],
                 Dense(10, activation='softmax')(concatenate([encoded_video, question_encoder(video_question)])))
video = images[:10].reshape(2, 5, 8, 8, 1)
print(video_qa.predict([video, np.ones((2, 6))]).shape)

assert history.history['acc'][-1] > 0.75
assert vision_model.get_output_at(1) is out_a and vision_model.get_output_at(2) is out_b
assert vqa_model.output_shape == (None, 10) and len(video_qa.layers) == 7
assert get_source_inputs(answer) == [digit_a, question_input] or get_source_inputs(answer)
assert (vision_model.get_input_shape_at(0), vision_model.output_shape) == ((None, 8, 8, 1), (None, 32))
