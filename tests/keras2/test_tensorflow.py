"""Notebooks of 2019 that import Keras from TensorFlow, each in a session of its own."""

import subprocess
import sys

NOTEBOOK = """
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import Input, Model, layers
from tensorflow.keras.layers import Dense, Dropout
import tensorflow.keras.backend as K
from tensorflow.keras.utils import to_categorical
import numpy as np

tf.random.set_seed(1)
first = Dense(2)(Input((3,)))
x = tf.keras.Input(shape=(3,))
h = tf.keras.layers.Dense(4, activation="relu", kernel_initializer=keras.initializers.HeNormal())(x)
model = tf.keras.Model(inputs=x, outputs=Dense(2, activation=tf.keras.activations.softmax)(h))
model.compile(optimizer=tf.keras.optimizers.Adam(1e-2), loss="categorical_crossentropy")
history = model.fit(np.ones((8, 3)), to_categorical([0, 1] * 4), epochs=2, verbose=0)
assert isinstance(model, Model) and model.layers[1].units == 4
assert K.int_shape(model.output) == (None, 2) and tf.keras.backend is K
assert tf.keras is keras and keras.layers is layers
assert tf.__version__ == funclab.__version__
import keras.layers
assert keras.layers.Dense is Dense is funclab.layers.Dense
"""


def run(lines):
    program = f"import funclab\nfunclab.install_as_keras(tensorflow=True)\n{lines}"
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


def test_keras_is_found_in_tensorflow():
    ran = run(NOTEBOOK)

    assert ran.returncode == 0, ran.stderr


REFUSED = [
    ("import tensorflow as tf; tf.matmul(1, 2)", "write keras.ops.matmul"),
    ("import tensorflow as tf; tf.GradientTape()", "trace(model, x, y)"),
    ("import tensorflow as tf; tf.reduce_mean([1])", "funclab.ops.mean"),
    ("import tensorflow.data", "No module named 'tensorflow.data'"),
    ("from tensorflow.keras.layers import Dens", "Dense"),
]


def test_what_else_tensorflow_has_is_refused_with_the_place_to_look():
    lines = "\n".join(
        f"try: exec({line!r})\nexcept Exception as error: print([str(error)])"
        for line, _ in REFUSED
    )

    ran = run(lines)

    said = ran.stdout.splitlines()
    assert len(said) == len(REFUSED), ran.stderr
    for (line, words), answer in zip(REFUSED, said, strict=True):
        assert words in answer.replace("\\'", "'"), line


def test_tensorboard_is_told_to_work_without_tensorflow(tmp_path):
    (tmp_path / "tensorboard" / "compat").mkdir(parents=True)
    for folder in ("tensorboard", "tensorboard/compat"):
        (tmp_path / folder / "__init__.py").touch()

    ran = run(f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import tensorboard.compat.notf")

    assert ran.returncode == 0, ran.stderr


def test_a_real_tensorflow_is_not_hidden(tmp_path):
    (tmp_path / "tensorflow.py").write_text("real = True")
    hidden = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import funclab; "

    ran = subprocess.run(
        [sys.executable, "-c", hidden + "funclab.install_as_keras(tensorflow=True)"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "TensorFlow is installed" in ran.stderr


def test_without_being_asked_for_tensorflow_stays_what_it_is():
    ran = subprocess.run(
        [sys.executable, "-c", "import funclab; funclab.install_as_keras(); import tensorflow"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "No module named 'tensorflow'" in ran.stderr
