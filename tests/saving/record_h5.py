"""Records `.h5` files that a real Keras 2 and a real Keras 3 write, in tests/saving/keras_2/.

To record again, from the root of the project, with a Python that has tf_keras, keras and jax:

    KERAS_BACKEND=jax python -m tests.saving.record_h5

For each model: `<name>.h5.gz`, saved after two training steps, and `<name>.npz` with what the model
predicts then, its weights after three further steps, and what it predicts after them. The names of
models that Keras 3 wrote begin with `keras_3_`; `weights.h5.gz` has the weights of nested_models.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tests.parity.case import Case, normal, tokens
from tests.parity.models import CASES as PARITY
from tests.saving.cases import CASES as SAVING
from tests.saving.record import observe, started

FOLDER = Path(__file__).parent / "keras_2"

CASES: dict[str, Case] = {
    name: SAVING[name]
    for name in (
        *("dense_layers", "merges", "masked_words", "masked_vectors", "nested_models"),
        *("a_nested_model_makes_the_output", "amsgrad", "rmsprop_full", "nesterov", "adamw"),
        *("falling_rate", "masked_words_by_name"),
    )
}
KERAS_3 = {f"keras_3_{name}": SAVING[name] for name in ("nested_models", "operators", "amsgrad")}
# In these files its class has the name that it has inside Keras.
KERAS_3["keras_3_group_query_attention"] = PARITY["group_query_attention"]


def case(x: Any, y: Any) -> Any:
    def register(build: Any) -> Any:
        CASES[build.__name__] = Case(build, x, y)
        return build

    return register


@case(x=normal(8, 6, 2), y=normal(3))
def images(keras):
    """With Adam: Keras 2's Nadam multiplies its product once for every weight, not every step."""
    model = SAVING["images"].build(keras)
    model.compile("adam", "mse")
    return model


@case(x=normal(6), y=normal(2))
def tensorflow_functions(keras):
    """Operators and functions of TensorFlow between layers, also with a number as first operand."""
    import tensorflow as tf

    x = keras.Input((6,))
    y = keras.layers.Dense(4)(x)
    y = 1.5 - y * y / (2.0 + tf.abs(y)) + y**2
    y = tf.concat([y[:, :2], y[..., 3:], tf.nn.relu(y)], axis=-1)
    y = tf.reshape(tf.transpose(tf.reshape(y, (-1, 7, 1)), perm=(0, 2, 1)), (-1, 7))
    y = tf.clip_by_value(tf.nn.gelu(y), -1.0, 2.0) + tf.reduce_mean(y, axis=1, keepdims=True)
    y = tf.stack([y, tf.tanh(y), tf.maximum(y, 0.1)], axis=1)[:, 1, tf.newaxis]
    model = keras.Model(x, keras.layers.Dense(2)(tf.squeeze(y, axis=1)))
    model.compile("sgd", "mse")
    return model


@case(x={"ids": tokens(7, 5), "flags": normal(3)}, y=normal(2))
def settings_of_old(keras):
    """Keras 2's hard sigmoid, a rate that falls with `decay`, inputs by name, initial states."""
    layers = keras.layers
    inputs = {
        "ids": keras.Input((5,), dtype="int32", name="ids"),
        "flags": keras.Input((3,), name="flags"),
    }
    stack = keras.Sequential([layers.Dense(4), layers.LeakyReLU(0.1)], name="made_when_called")
    state = stack(inputs["flags"])
    y = layers.Embedding(7, 3, mask_zero=True)(inputs["ids"])
    y = layers.LSTM(4, recurrent_activation="hard_sigmoid", return_sequences=True)(
        y, initial_state=[state, stack(inputs["flags"])]
    )
    y = layers.GRU(4, reset_after=False)(y, initial_state=state)
    y = layers.BatchNormalization()(y, training=False)
    model = keras.Model(inputs, layers.Dense(2, activation="hard_sigmoid")(y))
    model.compile(
        keras.optimizers.legacy.Adam(0.01, decay=0.1, amsgrad=True),
        keras.losses.Huber(0.5),
        metrics=["mae", keras.metrics.MeanSquaredError(name="squared")],
    )
    return model


@case(x=normal(3), y=tokens(2, 1))
def rows_and_columns(keras):
    """Adafactor, which keeps rows and columns of matrices alone; a curve of another name."""
    x = keras.Input((3,))
    y = keras.layers.Dense(4, activation="tanh")(x)
    model = keras.Model(x, keras.layers.Dense(1, activation="sigmoid")(y))
    curve = "PRGAIN" if keras.__version__ > "3" else "PR_GAIN"
    metrics = [keras.metrics.AUC(curve=curve)]
    model.compile(keras.optimizers.Adafactor(0.1), "binary_crossentropy", metrics=metrics)
    return model


def old_optimizer(name: str, **settings: Any) -> None:
    def build(keras: Any) -> Any:
        x = keras.Input((3,))
        y = keras.layers.Dense(3, activation="tanh")(x)
        model = keras.Model(x, keras.layers.Dense(3)(y))
        model.compile(getattr(keras.optimizers.legacy, name)(0.05, **settings), "mse")
        return model

    build.__name__ = f"old_{name.lower()}"
    case(normal(3), normal(3))(build)


old_optimizer("SGD", momentum=0.9)
old_optimizer("RMSprop", momentum=0.9, centered=True)
old_optimizer("Adagrad")
old_optimizer("Adadelta")
old_optimizer("Adamax")


def write(path: Path, model: Any, save: Any) -> None:
    """Save a model to a compressed file."""
    with tempfile.TemporaryDirectory() as folder:
        save(f"{folder}/m.h5")
        path.write_bytes(gzip.compress(Path(folder, "m.h5").read_bytes(), mtime=0))


def main(names: list[str]) -> None:
    import keras
    import tf_keras

    FOLDER.mkdir(exist_ok=True)
    for library, cases in ((tf_keras, CASES), (keras, KERAS_3)):
        for name, each in cases.items():
            if names and name not in names:
                continue
            library.backend.clear_session()
            model = started(each, library)
            write(FOLDER / f"{name}.h5.gz", model, model.save)
            if name == "nested_models":
                write(FOLDER / "weights.h5.gz", model, model.save_weights)
            np.savez_compressed(FOLDER / f"{name}.npz", **observe(model, each))
            print(name, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
