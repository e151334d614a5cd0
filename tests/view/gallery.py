"""Models that must be readable as a whole on one screen, and the sizes they are drawn for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from funclab import Input, Model, layers, ops, registry
from funclab.layers import LSTM, Add, BatchNormalization, Concatenate, Conv2D, Dense, Embedding
from funclab.view import Diagram, diagram
from tests.view.models import perceptron

ROOMS = {
    "notebook": (1095, 624), "low": (1095, 444), "projector": (1095, 624), "paper": (643, 900),
}  # fmt: skip
"""Width and height in CSS pixels: above a panel in a window 1280 by 900, and in one 1280 by 720;
the first of these on a wall; and a page."""
SCALE = {"projector": 1.7}
"""How much larger everything is on a projector."""


def siamese() -> Model:
    """The guide's pair of tweets."""
    a, b = Input((28, 26), name="tweet_a"), Input((28, 26), name="tweet_b")
    lstm = LSTM(16)
    both = Concatenate()([lstm(a), lstm(b)])
    return Model([a, b], Dense(1, activation="sigmoid")(both), name="tweets")


def inception() -> Model:
    """Four towers, joined."""

    def conv(x: Any, kernel: int) -> Any:
        return Conv2D(16, kernel, padding="same", activation="relu")(x)

    x = Input((32, 32, 3), name="image")
    tall = [conv(conv(x, 1), 3), conv(conv(x, 1), 5)]
    pooled = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    last = conv(pooled, 1)
    y = layers.GlobalAveragePooling2D()(Concatenate()([conv(x, 1), *tall, last]))
    return Model(x, Dense(10, activation="softmax")(y), name="inception")


def headline() -> Model:
    """The guide's two inputs and two outputs."""
    main = Input((100,), dtype="int32", name="main_input")
    aux = Input((5,), name="aux_input")
    y = LSTM(32)(Embedding(1000, 64)(main))
    early = Dense(1, activation="sigmoid", name="aux_output")(y)
    y = Concatenate()([y, aux])
    for _ in range(3):
        y = Dense(64, activation="relu")(y)
    late = Dense(1, activation="sigmoid", name="main_output")(y)
    return Model([main, aux], [late, early], name="headline")


def vqa() -> Model:
    """A question about two images, which one model sees."""
    seen = Input((27, 27, 1), name="digit")
    y = Conv2D(16, 3)(Conv2D(16, 3)(seen))
    vision = Model(seen, layers.Flatten()(layers.MaxPooling2D()(y)), name="vision_model")
    images = Input((27, 27, 1), name="image"), Input((27, 27, 1), name="image_2")
    question = Input((20,), dtype="int32", name="question")
    words = LSTM(32)(Embedding(500, 32)(question))
    both = Concatenate()([words, *map(vision, images)])
    answer = Dense(100, activation="softmax", name="answer")(both)
    return Model([*images, question], answer, name="vqa")


def resnet(blocks: int = 4) -> Model:
    """Residual blocks, the same number in each of three stages."""
    x = Input((32, 32, 3), name="img")
    y = _normal(Conv2D(16, 3, padding="same")(x))
    for filters in (16, 32, 64):
        for block in range(blocks):
            strides = 2 if block == 0 and filters > 16 else 1
            inner = _normal(Conv2D(filters, 3, strides=strides, padding="same")(y))
            inner = BatchNormalization()(Conv2D(filters, 3, padding="same")(inner))
            skip = Conv2D(filters, 1, strides=2)(y) if strides == 2 else y
            y = layers.ReLU()(Add()([inner, skip]))
    y = layers.GlobalAveragePooling2D()(y)
    return Model(x, Dense(10, activation="softmax")(y), name="resnet")


def _normal(x: Any) -> Any:
    return layers.ReLU()(BatchNormalization()(x))


def unet() -> Model:
    """Down to 4 x 4 and up again, with a skip on each resolution."""

    def pair(x: Any, filters: int, name: str) -> Any:
        for part in "ab":
            conv = Conv2D(filters, 3, padding="same", activation="relu", name=f"{name}_{part}")
            x = conv(x)
        return x

    x = y = Input((32, 32, 1), name="image")
    skips = []
    for i in (1, 2, 3):
        skips.append(pair(y, 4 << i, f"down{i}"))
        y = layers.MaxPooling2D()(skips[-1])
    y = pair(y, 64, "bottom")
    for i in (3, 2, 1):
        y = Concatenate()([layers.UpSampling2D()(y), skips.pop()])
        y = pair(y, 4 << i, f"up{i}")
    return Model(x, Conv2D(1, 1, activation="sigmoid", name="mask")(y), name="unet")


def transformer(blocks: int) -> Model:
    """Attention written with operators, and two dense layers, several times."""
    x = Input((10,), dtype="int32", name="tokens")
    y = Embedding(50, 16, name="embed")(x)
    for i in range(1, blocks + 1):
        query, key, value = (Dense(16, name=f"b{i}_{word}")(y) for word in _PARTS)
        scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) / 4.0
        y = Add()([ops.matmul(layers.Softmax(name=f"b{i}_attention")(scores), value), y])
        wide = Dense(64, activation="gelu", name=f"b{i}_wide")(y)
        y = Add()([Dense(16, name=f"b{i}_back")(wide), y])
    return Model(x, Dense(50, activation="softmax", name="next")(y), name="transformer")


_PARTS = ("query", "key", "value")


def chain() -> Model:
    """Sixty equal layers."""
    x = y = Input((16,), name="start")
    for _ in range(60):
        y = Dense(16, activation="relu")(y)
    return Model(x, Dense(2)(y), name="chain")


STAGES = ((16, 1), (24, 2), (32, 3), (64, 6), (96, 4), (160, 4), (320, 2))
"""Filters of the stages of `mobilenet`, and how many blocks each has."""


def mobilenet() -> Model:
    """197 calls: 22 inverted residual blocks, in the names that Keras gives them."""
    x = Input((224, 224, 3), name="image")
    y = _block(x, "Conv1", Conv2D(32, 3, strides=2, padding="same", name="Conv1"))
    number, width = 0, 32
    for filters, count in STAGES:
        for i in range(count):
            strides = 2 if i == 0 and filters in (24, 32, 64, 160) else 1
            y = _inverted(y, f"block_{number}", width, filters, strides)
            number, width = number + 1, filters
    y = _block(y, "Conv_1", Conv2D(1280, 1, name="Conv_1"))
    y = layers.GlobalAveragePooling2D(name="pool")(y)
    return Model(x, Dense(1000, activation="softmax", name="predictions")(y), name="mobilenet")


def _block(x: Any, name: str, conv: Any, relu: bool = True) -> Any:
    y = BatchNormalization(name=f"{name}_BN")(conv(x))
    return layers.ReLU(6, name=f"{name}_relu")(y) if relu else y


def _inverted(x: Any, name: str, width: int, filters: int, strides: int) -> Any:
    """Wider by 1 x 1, over space channel by channel, and narrow again."""
    y, wide = x, width
    if name != "block_0":
        wide = 6 * width
        y = _block(y, f"{name}_expand", Conv2D(wide, 1, name=f"{name}_expand"))
    depthwise = Conv2D(
        wide, 3, strides=strides, padding="same", groups=wide, name=f"{name}_depthwise"
    )
    y = _block(y, f"{name}_depthwise", depthwise)
    y = _block(y, f"{name}_project", Conv2D(filters, 1, name=f"{name}_project"), relu=False)
    return Add(name=f"{name}_add")([x, y]) if width == filters else y


def crowded() -> Model:
    """Everything that puts an icon or a label on a box: frozen, shared and nested layers, a model
    inside a model that repeats itself, and outputs with names."""
    x = Input((8, 8, 3), name="image")
    norm = BatchNormalization(name="norm")
    once = BatchNormalization(axis=3, name="norm_of_pictures")
    conv = Conv2D(3, (3, 5), padding="same", dilation_rate=2, name="wide")
    inside = Input((8, 8, 3), name="inside")
    block = Model(inside, conv(layers.ReLU()(inside)), name="block")
    frozen = Model(inside, Conv2D(3, 3, padding="same")(inside), name="extractor")
    for layer in (norm, once, conv, frozen):
        layer.trainable = False
    y = once(norm(Conv2D(3, 3, padding="same")(norm(x))))
    y = frozen(block(block(y)) * y + 1.0)
    y = layers.TimeDistributed(Dense(4), name="each")(y)
    for i in range(4):
        y = layers.ReLU(name=f"relu_{i}")(Conv2D(8, 3, padding="same", name=f"conv_{i}")(y))
    y = layers.GlobalAveragePooling2D(name="pool")(y)
    age, sex = Dense(1, name="years of age, as the passport says"), Dense(1, name="sex out")
    return Model(x, {"age": age(y), "sex": sex(y)}, name="crowded")


MODELS: dict[str, Callable[[], Model]] = {
    "mlp": perceptron,
    "siamese": siamese,
    "inception": inception,
    "headline": headline,
    "vqa": vqa,
    "resnet": resnet,
    "unet": unet,
    "transformer_2": lambda: transformer(2),
    "transformer_4": lambda: transformer(4),
    "chain_60": chain,
    "mobilenet": mobilenet,
    "crowded": crowded,
}


def built(name: str) -> Model:
    """A model of the gallery, with the names it has in a fresh session."""
    registry.reset_names()
    return MODELS[name]()


def drawn(name: str, room: str = "", look: str = "light") -> Diagram:
    """The picture of a model of the gallery, in one of the rooms or in that of still pictures."""
    if not room:
        return diagram(built(name), look=look)
    width, height = ROOMS[room]
    scale = SCALE.get(room, 1)
    return diagram(built(name), room=(width / scale, height / scale), look=look)
