"""Random models in which layers and models are shared at several depths, made with any library."""

from __future__ import annotations

import functools
from random import Random
from typing import Any

import numpy as np

WIDTH, TIME = 4, 3
X = np.random.default_rng(0).normal(size=(8, WIDTH)).astype("float32")
Y = np.random.default_rng(1).normal(size=(8, 1)).astype("float32")


@functools.cache
def own_classes(keras: Any) -> dict[str, Any]:
    """A layer and a model of one's own that hold layers which are made elsewhere."""
    saving = keras.saving

    class Configured:
        def get_config(self) -> dict[str, Any]:
            parts = {name: getattr(self, name) for name in ("first", "others")}
            written = {name: saving.serialize_keras_object(part) for name, part in parts.items()}
            return {"name": self.name, **written}  # type: ignore[attr-defined]

        @classmethod
        def from_config(cls, config: dict[str, Any]) -> Any:
            keys = ("first", "others")
            made = {name: saving.deserialize_keras_object(config[name]) for name in keys}
            return cls(**{**config, **made})

        def call(self, x: Any) -> Any:
            for layer in self.others:  # type: ignore[attr-defined]
                x = x + layer(self.first(x))  # type: ignore[attr-defined]
            return x

    class Holding(Configured, keras.layers.Layer):
        def __init__(self, first: Any, others: Any, **settings: Any) -> None:
            super().__init__(**settings)
            self.first, self.others = first, others

    class HoldingModel(Configured, keras.Model):
        def __init__(self, first: Any, others: Any, **settings: Any) -> None:
            super().__init__(**settings)
            self.first, self.others = first, others

    classes = {"Holding": Holding, "HoldingModel": HoldingModel}
    for name, kind in classes.items():
        kind.__qualname__ = name
    globals().update(classes)  # where pickle looks for them
    return classes


class Maker:
    """Makes layers and models from 4 numbers to 4, which share what was made before."""

    def __init__(self, keras: Any, seed: int, own: bool = True) -> None:
        self.keras, self.random, self.own = keras, Random(seed), own
        layers = keras.layers
        self.known: list[Any] = [
            layers.Dense(WIDTH, "tanh"),
            layers.Dense(WIDTH, use_bias=False),
            layers.BatchNormalization(),
        ]
        self.backward = layers.LSTM(2, go_backwards=True)
        """The same for every Bidirectional."""

    def some(self, most: int) -> list[Any]:
        return self.random.sample(self.known, self.random.randint(1, min(most, len(self.known))))

    def graph(self) -> Any:
        x = y = self.keras.Input((WIDTH,))
        for layer in self.some(3):
            y = layer(y) * layer(x) if self.random.random() < 0.3 else layer(y)
        return self.keras.Model(x, y)

    def stack(self) -> Any:
        return self.keras.Sequential([self.keras.Input((WIDTH,)), *self.some(3)])

    def two_inputs(self) -> Any:
        a, b = self.keras.Input((WIDTH,)), self.keras.Input((WIDTH,))
        first, *others = self.some(2)
        return self.keras.Model([a, b], [first(a) + others[0](b) if others else first(b) - a, b])

    def on_sequences(self, layer: Any) -> Any:
        layers, x = self.keras.layers, self.keras.Input((WIDTH,))
        y = layer(layers.RepeatVector(TIME)(x))
        return self.keras.Model(x, layers.Reshape((WIDTH,))(y))

    def timed(self) -> Any:
        layers, x = self.keras.layers, self.keras.Input((WIDTH,))
        wrapped = layers.TimeDistributed(self.random.choice(self.known))
        y = wrapped(layers.RepeatVector(TIME)(x))
        return self.keras.Model(x, layers.GlobalAveragePooling1D()(y))

    def both_ways(self) -> Any:
        layers = self.keras.layers
        both = layers.Bidirectional(layers.LSTM(2), backward_layer=self.backward)
        return self.on_sequences(both)

    def held(self) -> Any:
        kind = self.random.choice(list(own_classes(self.keras).values()))
        first, *others = self.some(3)
        return kind(first, others)

    def model(self) -> Any:
        kinds = [self.graph, self.graph, self.stack, self.timed, self.both_ways]
        kinds += [self.held] if self.own else []
        for _ in range(4):
            self.known.append(self.random.choice(kinds)())
        x = a = z = self.keras.Input((WIDTH,))
        if self.random.random() < 0.5:
            a, z = self.two_inputs()([z, self.known[0](z)])
        parts = [layer(z) for layer in self.some(5)] + [self.known[-1](a)]
        total = functools.reduce(lambda x, y: x + y, parts)
        model = self.keras.Model(x, self.keras.layers.Dense(1)(total))
        model.compile(self.keras.optimizers.SGD(0.01, momentum=0.9), "mse")
        return model
