"""The models that exercises of editing begin with, and those that are wanted."""

from __future__ import annotations

from collections.abc import Callable

from funclab import Input, Model, layers


def two_eyes() -> Model:
    left, right = Input((64,), name="left"), Input((64,), name="right")
    a = layers.Dense(16, activation="relu", name="left_eye")(left)
    b = layers.Dense(16, activation="relu", name="right_eye")(right)
    both = layers.Subtract(name="difference")([a, b])
    same = layers.Dense(1, activation="sigmoid", name="same")(both)
    return Model([left, right], same, name="twins")


def one_eye() -> Model:
    left, right = Input((64,), name="left"), Input((64,), name="right")
    eye = layers.Dense(16, activation="relu", name="eye")
    both = layers.Subtract(name="difference")([eye(left), eye(right)])
    same = layers.Dense(1, activation="sigmoid", name="same")(both)
    return Model([left, right], same, name="twins")


def _eye(name: str) -> Model:
    image = Input((64,), name=f"{name}_image")
    hidden = layers.Dense(32, activation="relu", name=f"{name}_hidden")(image)
    return Model(image, layers.Dense(8, name=f"{name}_code")(hidden), name=name)


def two_readers() -> Model:
    first, second = Input((64,), name="first"), Input((64,), name="second")
    both = layers.Concatenate(name="both")([_eye("eye")(first), _eye("copy")(second)])
    return Model([first, second], layers.Dense(10, name="answer")(both), name="pages")


def one_reader() -> Model:
    first, second = Input((64,), name="first"), Input((64,), name="second")
    eye = _eye("eye")
    both = layers.Concatenate(name="both")([eye(first), eye(second)])
    return Model([first, second], layers.Dense(10, name="answer")(both), name="pages")


def _reader(middle: layers.Layer) -> Model:
    paper = Input((12, 12, 1), name="paper")
    strokes = layers.Conv2D(8, 3, activation="relu", name="strokes")(paper)
    digit = layers.Dense(10, activation="softmax", name="digit")(middle(strokes))
    return Model(paper, digit, name="reader")


def flat_reader() -> Model:
    return _reader(layers.Flatten(name="flat"))


def pooled_reader() -> Model:
    return _reader(layers.GlobalMaxPooling2D(name="anywhere"))


def small_unet() -> Model:
    image = Input((16, 16, 1), name="image")
    down = layers.Conv2D(4, 3, padding="same", activation="relu", name="down")(image)
    low = layers.MaxPooling2D(name="half")(down)
    low = layers.Conv2D(8, 3, padding="same", activation="relu", name="bottom")(low)
    wide = layers.UpSampling2D(name="double")(low)
    joined = layers.Concatenate(name="joined")([wide, down])
    up = layers.Conv2D(4, 3, padding="same", activation="relu", name="up")(joined)
    return Model(image, layers.Conv2D(1, 1, activation="sigmoid", name="mask")(up), name="unet")


def plain_skip() -> Model:
    x = Input((8,), name="x")
    wide = layers.Dense(16, activation="relu", name="wide")(x)
    deep = layers.Dense(32, activation="relu", name="deep")(wide)
    return Model(x, layers.Dense(4, name="answer")(deep), name="skip")


def projected_skip() -> Model:
    x = Input((8,), name="x")
    wide = layers.Dense(16, activation="relu", name="wide")(x)
    deep = layers.Dense(32, activation="relu", name="deep")(wide)
    both = layers.Add(name="both")([deep, layers.Dense(32, name="bridge")(wide)])
    return Model(x, layers.Dense(4, name="answer")(both), name="skip")


def _convolved(padding: str, window: int) -> Model:
    image = Input((8, 8, 1), name="image")
    y = layers.Conv2D(4, 3, padding=padding, name="first")(image)
    y = layers.Conv2D(4, window, padding=padding, name="second")(y)
    y = layers.Flatten(name="flat")(y)
    return Model(image, layers.Dense(10, name="digit")(y), name="windows")


def shrinking() -> Model:
    return _convolved("valid", 3)


def padded() -> Model:
    return _convolved("same", 7)


MODELS: dict[str, Callable[[], Model]] = {
    made.__name__: made
    for made in (
        *(two_eyes, one_eye, two_readers, one_reader, flat_reader, pooled_reader, small_unet),
        *(plain_skip, projected_skip, shrinking, padded),
    )
}
