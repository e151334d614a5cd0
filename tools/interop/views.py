"""What the views show of models of a real Keras: what it says itself, whatever they consist of.

    KERAS_BACKEND=jax python -m tools.interop.views            all models here
    KERAS_BACKEND=jax python -m tools.interop.views --times    how long pictures take, in ms and in
                                                               times of Keras' own summary()

Each model is compared with Keras: its layers, the shapes of all calls, the number of its weights,
and their values. `make interop` runs it with TensorFlow, JAX and PyTorch.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import funclab
from funclab.graph.operation import is_box
from funclab.saving import shown

NAMES = (
    *("VGG16", "ResNet50", "EfficientNetB0", "InceptionV3", "MobileNetV2", "DenseNet121"),
    *("NASNetMobile", "Xception", "ConvNeXtTiny"),
)
"""Architectures of keras.applications."""
VIEWS: dict[str, Callable[[Any], Any]] = {
    "read": shown,
    "summary": lambda model: funclab.view.print_summary(model, print_fn=lambda _: None),
    "plot_model": lambda model: funclab.plot_model(model).svg,
    "explore": funclab.explore,
    "shapes": funclab.shapes,
    "to_code": funclab.to_code,
    "diff": lambda model: funclab.diff(model, model),
}


def scale_class(keras: Any) -> Any:
    """A layer without get_config."""

    class Scale(keras.layers.Layer):
        def __init__(self, size: int) -> None:
            super().__init__()
            self.gamma = self.add_weight(shape=(size,), initializer="ones", name="gamma")

        def call(self, x: Any) -> Any:
            return x * self.gamma

    return Scale


def classes(keras: Any) -> dict[str, tuple[Any, set[str]]]:
    """Models that are classes of their own, called once."""

    class Tower(keras.Model):
        def __init__(self) -> None:
            super().__init__(name="tower")
            self.first = keras.layers.Dense(4, activation="relu")
            self.last = keras.layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.last(self.first(x) + x[:, :4])

    class Choosing(Tower):
        def call(self, x: Any) -> Any:
            y = self.first(x)
            return self.last(y * 2 if keras.ops.convert_to_numpy(y).sum() > 1 else y)

    class Loose(Tower):
        def build(self, _: Any) -> None:
            self.kernel = self.add_weight(shape=(4, 4), name="kernel")

        def call(self, x: Any) -> Any:
            return self.last(keras.ops.matmul(self.first(x), self.kernel))

    called = {}
    for cls, boxed in ((Tower, set()), (Choosing, {"Choosing"}), (Loose, {"Matmul"})):
        model = cls()
        model(np.zeros((2, 8), "float32"))
        called[cls.__name__] = model, boxed
    return called


def own_models(keras: Any) -> dict[str, tuple[Any, set[str]]]:
    """Models with parts of their own, each with the classes that must be boxes."""
    layers, ops, scale = keras.layers, keras.ops, scale_class(keras)
    x, words = keras.Input((8,)), keras.Input((7,), dtype="int32")
    encoder = keras.Sequential([keras.Input((8,)), layers.Dense(5), scale(5)], name="encoder")
    shared = layers.Concatenate()([encoder(x), encoder(x * 2)])
    masked = layers.LSTM(3)(layers.Embedding(10, 4, mask_zero=True)(words))
    function = layers.Lambda(lambda y: ops.erfinv(y), output_shape=(8,))(x)
    return classes(keras) | {
        "own layer": (keras.Model(x, scale(8)(x)), {"Scale"}),
        "own layer in a model that is shared": (keras.Model(x, shared), {"Scale"}),
        "masks": (keras.Model(words, masked), set()),
        "a function": (keras.Model(x, function), {"Lambda"}),
    }


def faults(model: Any, boxed: set[str] | None = None) -> list[str]:
    """What the views show otherwise than Keras."""
    seen = shown(model)
    kinds = {type(getattr(layer, "op", layer)).__name__ for layer in _all(seen) if is_box(layer)}
    told = [] if boxed is None or kinds == boxed else [f"the boxes are {kinds}, not {boxed}"]
    if seen.count_params() != model.count_params():
        told.append(f"{seen.count_params()} weights, not {model.count_params()}")
    if getattr(model, "operations", None):
        ours = {node.operation.name: node.output_shapes[0] for node in seen.nodes}
        theirs = {
            op.name: tuple(op._inbound_nodes[0].output_tensors[0].shape) for op in model.operations
        }
        told += [f"{n}: {ours[n]}, not {theirs[n]}" for n in ours if ours[n] != theirs.get(n)]
    arrays = [sorted(w.numpy().tobytes() for w in each.weights) for each in (seen, model)]
    told += [] if arrays[0] == arrays[1] else ["the values of the weights are others"]
    for name, view in VIEWS.items():
        try:
            view(model)
        except Exception as error:
            told.append(f"{name}: {type(error).__name__}: {error}")
    funclab.explore(model).complete()
    return told


def _all(model: Any) -> list[Any]:
    """The layers and ops of a model, and of those inside."""
    inside = [node.operation for node in model.nodes]
    return [*inside, *(x for layer in inside if hasattr(layer, "nodes") for x in _all(layer))]


def times(keras: Any) -> None:
    """Print medians of five."""

    def median(work: Callable[[Any], Any], model: Any) -> float:
        spent = []
        for _ in range(5):
            gc.collect()
            begin = time.perf_counter()
            work(model)
            spent.append(time.perf_counter() - begin)
        return statistics.median(spent) * 1000

    for view in VIEWS.values():
        view(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]))
    for name in NAMES:
        model = getattr(keras.applications, name)(weights=None)
        usual = median(lambda model: model.summary(print_fn=lambda _: None), model)
        told = [f"{name:15} {usual:5.0f}"]
        for title, view in VIEWS.items():
            spent = median(view, model)
            told.append(f"{title} {spent:5.0f} ({spent / usual:.2f})")
        print("  ".join(told), flush=True)


def main() -> int:
    import keras

    if "--times" in sys.argv:
        times(keras)
        return 0
    models = own_models(keras)
    for name in ("MobileNetV2", "ConvNeXtTiny"):
        boxed = {"LayerScale"} if name == "ConvNeXtTiny" else set()
        models[name] = getattr(keras.applications, name)(weights=None), boxed
    wrong = 0
    for name, (model, boxed) in models.items():
        told = faults(model, boxed)
        wrong += bool(told)
        print(f"views of {name}: {'; '.join(told) or 'as in Keras'}", flush=True)
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
