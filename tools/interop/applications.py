"""The networks of funclab.applications compute what those of a real Keras compute.

    KERAS_BACKEND=jax python -m tools.interop.applications            all of them
    KERAS_BACKEND=jax python -m tools.interop.applications ResNet50   only this one

Each is made with the weights of Keras' network, given directly and through a file of weights. Its
answers must be those of Keras to 1e-5 of the largest or, in a network so deep that float32 itself
is no better, be nearer to the answers in float64 than Keras' own.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from funclab import applications, config

NAMES = (
    *("VGG16", "VGG19", "ResNet50", "ResNet101", "ResNet152", "DenseNet121", "DenseNet169"),
    *("DenseNet201", "MobileNetV2", "MobileNet", "MobileNetV3Small", "MobileNetV3Large"),
    *("InceptionV3", "Xception", "EfficientNetB0", "EfficientNetB3", "ConvNeXtTiny"),
)
SETTINGS = (
    {"input_shape": (75, 75, 3), "classes": 10, "classifier_activation": None},
    {"include_top": False, "pooling": "avg", "input_shape": (85, 76, 3)},
)


def apart(keras: Any, name: str, settings: dict[str, Any]) -> tuple[float, bool]:
    """The largest distance between the two answers, as a fraction of the largest number, and
    whether it is no larger than it may be."""
    theirs = getattr(keras.applications, name)(weights=None, **settings)
    rng = np.random.default_rng(1)
    for weight in theirs.weights:
        if len(weight.shape) == 1:  # statistics and biases that matter
            weight.assign(rng.uniform(0.5, 1.5, weight.shape))
    for layer in theirs.layers:  # Keras' Normalization computes with copies of its statistics
        getattr(layer, "finalize_state", lambda: None)()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "w.weights.h5")
        theirs.save_weights(path)
        read = getattr(applications, name)(weights=str(path), **settings)
    ours = getattr(applications, name)(weights=None, **settings)
    ours.set_weights(theirs.get_weights())
    x = rng.normal(size=(2, *settings["input_shape"])).astype("float32")
    expected = np.asarray(theirs.predict(x, verbose=0))
    answers = [model.predict(x, verbose=0) for model in (ours, read)]
    assert ours.count_params() == theirs.count_params()
    worst = max(distance(answer, expected) for answer in answers)
    if worst <= 1e-5:
        return worst, True
    config.set_floatx("float64")
    try:
        exact = getattr(applications, name)(weights=None, **settings)
        exact.set_weights(theirs.get_weights())
        right = exact.predict(x.astype("float64"), verbose=0)
    finally:
        config.set_floatx("float32")
    return worst, all(distance(a, right) <= distance(expected, right) for a in answers)


def distance(answer: Any, expected: Any) -> float:
    return float(np.abs(answer - expected).max() / np.abs(expected).max())


def main() -> int:
    import keras

    wrong = 0
    for name in sys.argv[1:] or NAMES:
        found = [apart(keras, name, settings) for settings in SETTINGS]
        holds = all(each for _, each in found)
        wrong += not holds
        worst = max(each for each, _ in found)
        print(f"{name}: {worst:.1e} from Keras{'' if holds else ', too far'}", flush=True)
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
