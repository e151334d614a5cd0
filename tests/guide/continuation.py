"""The guide's later models, at the guide's size and at a size that trains in a second.

As a program, `python -m tests.guide.continuation NAME` builds, summarises and draws one of them at
full size and prints its figures as JSON.
"""

import io
import json
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any
from xml.etree import ElementTree

import numpy as np

from bench.worker import peak_memory
from funclab import Input, Model, Sequential
from funclab.layers import (
    LSTM,
    Conv2D,
    Dense,
    Embedding,
    Flatten,
    MaxPooling2D,
    TimeDistributed,
    add,
    concatenate,
)
from funclab.view import diagram

MODELS: dict[str, Callable[[bool], Model]] = {}


def guide_model(build: Callable[[bool], Model]) -> Callable[[bool], Model]:
    MODELS[build.__name__] = build
    return build


@guide_model
def headline(full: bool) -> Model:
    """Words through an LSTM, a second input on the way, and two outputs."""
    length, words, size, state = (100, 10000, 512, 32) if full else (8, 20, 8, 8)
    main_input = Input(shape=(length,), dtype="int32", name="main_input")
    x = Embedding(output_dim=size, input_dim=words, input_length=length)(main_input)
    lstm_out = LSTM(state)(x)
    auxiliary_output = Dense(1, activation="sigmoid", name="aux_output")(lstm_out)
    auxiliary_input = Input(shape=(5,), name="aux_input")
    x = concatenate([lstm_out, auxiliary_input])
    for _ in range(3):
        x = Dense(64 if full else 16, activation="relu")(x)
    main_output = Dense(1, activation="sigmoid", name="main_output")(x)
    return Model([main_input, auxiliary_input], [main_output, auxiliary_output])


@guide_model
def tweets(full: bool) -> Model:
    """Two tweets read by one LSTM: are they by the same person?"""
    shape, state = ((140, 256), 64) if full else ((8, 6), 8)
    tweet_a, tweet_b = Input(shape=shape), Input(shape=shape)
    shared_lstm = LSTM(state)
    merged = concatenate([shared_lstm(tweet_a), shared_lstm(tweet_b)], axis=-1)
    return Model([tweet_a, tweet_b], Dense(1, activation="sigmoid")(merged))


@guide_model
def inception(full: bool) -> Model:
    """Three towers and a pooling layer side by side."""
    side, filters = (256, 64) if full else (6, 4)
    image = Input(shape=(side, side, 3))
    tower_1 = Conv2D(filters, (1, 1), padding="same", activation="relu")(image)
    tower_1 = Conv2D(filters, (3, 3), padding="same", activation="relu")(tower_1)
    tower_2 = Conv2D(filters, (1, 1), padding="same", activation="relu")(image)
    tower_2 = Conv2D(filters, (5, 5), padding="same", activation="relu")(tower_2)
    tower_3 = MaxPooling2D((3, 3), strides=(1, 1), padding="same")(image)
    tower_3 = Conv2D(filters, (1, 1), padding="same", activation="relu")(tower_3)
    return Model(image, concatenate([tower_1, tower_2, tower_3], axis=-1))


@guide_model
def residual(full: bool) -> Model:
    """A convolution added to what it was given."""
    side = 256 if full else 6
    x = Input(shape=(side, side, 3))
    y = Conv2D(3, (3, 3), padding="same")(x)
    return Model(x, add([x, y]))


@guide_model
def shared_vision(full: bool) -> Model:
    """Two digits seen by one model: are they the same?"""
    side, filters = (27, 64) if full else (8, 8)
    digit_input = Input(shape=(side, side, 1))
    x = Conv2D(filters, (3, 3))(digit_input)
    x = Conv2D(filters, (3, 3))(x)
    x = MaxPooling2D((2, 2))(x)
    vision_model = Model(digit_input, Flatten()(x))
    digit_a, digit_b = Input(shape=(side, side, 1)), Input(shape=(side, side, 1))
    merged = concatenate([vision_model(digit_a), vision_model(digit_b)])
    return Model([digit_a, digit_b], Dense(1, activation="sigmoid")(merged))


def vision(full: bool) -> Sequential:
    """Three blocks of convolutions and a pool, in the manner of VGG."""
    side, scale = (224, 1) if full else (8, 16)
    model = Sequential()
    first = Conv2D(64 // scale, 3, activation="relu", padding="same", input_shape=(side, side, 3))
    model.add(first)
    model.add(Conv2D(64 // scale, (3, 3), activation="relu"))
    model.add(MaxPooling2D((2, 2)))
    for filters, count in ((128, 2), (256, 3)) if full else ():
        for i in range(count):
            padding = "valid" if i else "same"
            model.add(Conv2D(filters, (3, 3), activation="relu", padding=padding))
        model.add(MaxPooling2D((2, 2)))
    model.add(Flatten())
    return model


def question(full: bool) -> tuple[Any, Any]:
    """The input of a question, and its words read by an LSTM."""
    length, words, size = (100, 10000, 256) if full else (5, 12, 8)
    words_in = Input(shape=(length,), dtype="int32")
    embedded = Embedding(input_dim=words, output_dim=size, input_length=length)(words_in)
    return words_in, LSTM(size)(embedded)


def answer(full: bool, merged: Any) -> Any:
    return Dense(1000 if full else 4, activation="softmax")(merged)


def picture_input(full: bool, *frames: int) -> Any:
    side = 224 if full else 8
    return Input(shape=(*frames, side, side, 3))


@guide_model
def visual_question(full: bool) -> Model:
    """A question about a picture, answered in one word."""
    image = picture_input(full)
    question_input, encoded_question = question(full)
    merged = concatenate([encoded_question, vision(full)(image)])
    return Model([image, question_input], answer(full, merged))


@guide_model
def video_question(full: bool) -> Model:
    """The same for a video: the vision model at every frame, the question encoder reused."""
    question_encoder = Model(*question(full))
    video = picture_input(full, 100 if full else 3)
    encoded_frames = TimeDistributed(vision(full))(video)
    encoded_video = LSTM(256 if full else 8)(encoded_frames)
    video_question = Input(shape=(100 if full else 5,), dtype="int32")
    merged = concatenate([encoded_video, question_encoder(video_question)])
    return Model([video, video_question], answer(full, merged))


def figures(name: str) -> dict[str, Any]:
    """Build, summarise and draw at full size: seconds, megabytes at the peak, what was made."""
    before = peak_memory()
    start = perf_counter()
    model = MODELS[name](True)
    lines = io.StringIO()
    model.summary(print_fn=lambda line, **_: lines.write(f"{line}\n"))
    picture = diagram(model).svg
    return {
        "seconds": perf_counter() - start,
        "megabytes": peak_memory(),
        "megabytes_before": before,
        "weights": model.count_params(),
        "allocated": [v.path for v in model.weights if v.allocated],
        "summary": lines.getvalue(),
        "root": ElementTree.fromstring(picture).tag,
        "drawn": [layer.name for layer in model.layers if layer.name in picture],
        "names": [layer.name for layer in model.layers],
    }


def batch(tensor: Any, count: int, random: np.random.Generator) -> Any:
    """`count` samples for an Input: words where it takes whole numbers, else numbers around 0."""
    shape = (count, *tensor.shape[1:])
    if tensor.dtype.startswith("int"):
        return random.integers(0, 12, shape)
    return random.standard_normal(shape).astype("float32")


if __name__ == "__main__":
    print("\n" + json.dumps(figures(sys.argv[1])))
