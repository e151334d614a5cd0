"""Graphs of well-known models, without their weights, as the tests of blocks read them.

    KERAS_BACKEND=jax .venv/interop/bin/python -m tools.interop.graphs

says whether tests/view/blocks/graphs still holds what Keras builds; with --write, it is written.
A file has a line for each call: the layer, its class, its settings, the shape of what it makes
without the batch, the calls that it reads (by line, from 0), and how many weights the layer has.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
from keras import layers

FOLDER = Path("tests/view/blocks/graphs")
APPLICATIONS = (
    *("VGG16", "ResNet50", "EfficientNetB0", "InceptionV3", "MobileNetV2", "DenseNet121"),
    *("NASNetMobile", "Xception", "ConvNeXtTiny", "MobileNet", "MobileNetV3Small"),
    "MobileNetV3Large",
)
SETTINGS = (
    *("units", "filters", "kernel_size", "strides", "padding", "activation", "rate", "pool_size"),
    *("num_heads", "key_dim", "dilation_rate", "size"),
)


def unet() -> Any:
    """Four levels, with a skip at each."""
    x = y = keras.Input((64, 64, 3), name="image")
    skips = []
    for width in (16, 32, 64, 128):
        y = _twice(y, width)
        skips.append(y)
        y = layers.MaxPooling2D()(y)
    y = _twice(y, 256)
    for width, skip in zip((128, 64, 32, 16), reversed(skips), strict=True):
        y = layers.Conv2DTranspose(width, 2, strides=2)(y)
        y = _twice(layers.Concatenate()([skip, y]), width)
    return keras.Model(x, layers.Conv2D(2, 1, activation="softmax", name="mask")(y))


def _twice(y: Any, width: int) -> Any:
    for _ in range(2):
        y = layers.Conv2D(width, 3, padding="same", activation="relu")(y)
    return y


def transformer() -> Any:
    """Three blocks of an encoder, three of a decoder that reads what the encoder makes."""
    source, target = keras.Input((20,), name="source"), keras.Input((18,), name="target")
    memory = layers.Embedding(100, 32, name="src_emb")(source)
    for _ in range(3):
        memory = _added(memory, layers.MultiHeadAttention(4, 8)(memory, memory))
        memory = _fed(memory)
    y = layers.Embedding(100, 32, name="tgt_emb")(target)
    for _ in range(3):
        y = _added(y, layers.MultiHeadAttention(4, 8)(y, y, use_causal_mask=True))
        y = _added(y, layers.MultiHeadAttention(4, 8)(y, memory))
        y = _fed(y)
    outputs = layers.Dense(100, activation="softmax", name="next_word")(y)
    return keras.Model([source, target], outputs)


def _added(y: Any, more: Any) -> Any:
    return layers.LayerNormalization()(layers.Add()([y, more]))


def _fed(y: Any) -> Any:
    return _added(y, layers.Dense(32)(layers.Dense(64, activation="relu")(y)))


def siamese() -> Any:
    """A tower of shared layers, called on two inputs."""
    tower = [layers.Dense(64, activation="relu"), layers.Dropout(0.1), layers.Dense(32)]
    tower.append(layers.BatchNormalization())
    left, right = keras.Input((128,), name="left"), keras.Input((128,), name="right")
    ends = []
    for y in (left, right):
        for layer in tower:
            y = layer(y)
        ends.append(y)
    apart = layers.Subtract(name="difference")(ends)
    y = layers.Dense(16, activation="relu", name="compare")(apart)
    return keras.Model([left, right], layers.Dense(1, name="same")(y))


def experts() -> Any:
    """Eight ways of two layers each, weighted by a gate."""
    x = keras.Input((32,), name="tokens")
    ways = [layers.Dense(16)(layers.Dense(32, activation="relu")(x)) for _ in range(8)]
    gate = layers.Dense(8, activation="softmax", name="gate")(x)
    every = keras.ops.stack(ways, 1)
    mixed = keras.ops.sum(keras.ops.multiply(every, keras.ops.expand_dims(gate, -1)), 1)
    return keras.Model(x, layers.Dense(4, name="head")(mixed))


def dense_skips() -> Any:
    """Each of eight layers reads all before it."""
    every = [keras.Input((16, 16, 8), name="image")]
    for i in range(8):
        joined = layers.Concatenate()(every) if i else every[0]
        every.append(layers.Conv2D(8, 3, padding="same", activation="relu")(joined))
    return keras.Model(every[0], layers.Conv2D(1, 1, name="head")(every[-1]))


def resnet12() -> Any:
    """Three stages of four residual blocks each."""
    x = keras.Input((32, 32, 3), name="image")
    y = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(16, 3, padding="same")(x)))
    for width in (16, 32, 64):
        for i in range(4):
            strides = 2 if width > 16 and i == 0 else 1
            more = layers.Conv2D(width, 3, strides=strides, padding="same")(y)
            more = layers.ReLU()(layers.BatchNormalization()(more))
            more = layers.BatchNormalization()(layers.Conv2D(width, 3, padding="same")(more))
            if strides > 1:
                y = layers.Conv2D(width, 1, strides=strides)(y)
            y = layers.ReLU()(layers.Add()([y, more]))
    return keras.Model(x, layers.Dense(10, name="classes")(layers.GlobalAveragePooling2D()(y)))


SMALL: tuple[Callable[[], Any], ...] = (
    *(unet, transformer, siamese, experts, dense_skips, resnet12),
)


def nodes_of(model: Any) -> list[tuple[Any, Any]]:
    """The calls in a model, each layer with its node, each after those that it reads."""
    used = {id(node) for nodes in model._nodes_by_depth.values() for node in nodes}
    waiting = [
        (layer, node)
        for layer in model.operations
        for node in layer._inbound_nodes
        if id(node) in used
    ]
    done: dict[int, tuple[Any, Any]] = {}
    while waiting:
        ready = [pair for pair in waiting if all(i in done for i in _read(pair[1]))]
        done |= {id(node): (layer, node) for layer, node in ready}
        waiting = [pair for pair in waiting if id(pair[1]) not in done]
    return list(done.values())


def _read(node: Any) -> list[int]:
    histories = (tensor._keras_history for tensor in node.arguments.keras_tensors)
    return [id(made.operation._inbound_nodes[made.node_index]) for made in histories]


def lines(model: Any) -> Iterator[list[Any]]:
    """What a file holds."""
    nodes = nodes_of(model)
    at = {id(node): i for i, (_, node) in enumerate(nodes)}
    for layer, node in nodes:
        config = layer.get_config() if isinstance(layer, layers.Layer) else {}
        settings = {name: config[name] for name in SETTINGS if _plain(config.get(name))}
        shape, count = list(node.outputs[0].shape)[1:], getattr(layer, "count_params", int)()
        reads = [at[i] for i in _read(node)]
        yield [layer.name, type(layer).__name__, settings, shape, reads, count]


def _plain(value: Any) -> bool:
    return isinstance(value, (int, float, str, list, tuple))


def text(model: Any) -> str:
    """A graph as JSON: its outputs, and a line for each call."""
    at = {id(node): i for i, (_, node) in enumerate(nodes_of(model))}
    made = [tensor._keras_history for tensor in model.outputs]
    outputs = [at[id(end.operation._inbound_nodes[end.node_index])] for end in made]
    calls = ",\n".join(json.dumps(line, separators=(",", ":")) for line in lines(model))
    return f'{{"outputs":{json.dumps(outputs)},"calls":[\n{calls}\n]}}\n'


def main() -> int:
    """Compare every graph with its file, or write it; returns how many differ."""
    made: dict[str, Callable[[], Any]] = {build.__name__: build for build in SMALL}
    for name in APPLICATIONS:
        made[name] = lambda name=name: getattr(keras.applications, name)(weights=None)
    differ = 0
    for name, build in made.items():
        keras.backend.clear_session()
        path, now = FOLDER / f"{name}.json", text(build())
        if "--write" in sys.argv:
            path.write_text(now, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != now:
            print(f"{name}: Keras builds another graph now; see what --write changes.")
            differ += 1
    return differ


if __name__ == "__main__":
    sys.exit(main() > 0)
