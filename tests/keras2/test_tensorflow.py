"""Notebooks of 2019 that import Keras from TensorFlow, each in a session of its own."""

import subprocess
import sys

NOTEBOOK = """
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import Input, Model, layers
from tensorflow.keras.layers import Dense, Dropout
import tensorflow.keras.backend as K
from tensorflow.data import Dataset
from tensorflow.data.experimental import AUTOTUNE
assert Dataset is tf.data.Dataset and AUTOTUNE == tf.data.AUTOTUNE
from tensorflow.keras.utils import to_categorical
import numpy as np

with tf.GradientTape() as tape:
    weight = tf.Variable([1.0, 2.0])
    loss = tf.reduce_sum(weight**2)
assert tape.gradient(loss, weight).numpy().tolist() == [2, 4]
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
assert tf.__version__ == tf.version.VERSION == "2.20.0+funclab"
assert keras.__version__ == keras.version() == "3.15.1+funclab"
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


SHAPES = """
import pickle
import numpy as np
import tensorflow as tf
from tensorflow import keras

x = tf.constant([[1.0, 2.0, 3.0]])
for each in (x, x + 1, tf.Variable(x), keras.Input((3,), batch_size=1)):
    assert each.shape.as_list() == each.get_shape().as_list() == [1, 3]
    assert each.shape == (1, 3) and each.shape.rank == each.shape.ndims == 2
    assert each.shape[1:].num_elements() == 3 and each.shape.is_fully_defined()
    each.set_shape([None, 3])
assert keras.Input((2,)).shape.num_elements() is None
try:
    x.set_shape([2, 3])
except ValueError as error:
    assert "has not the shape (2, 3)" in str(error)
else:
    raise AssertionError
assert tf.TensorShape([None, 2]).as_list() == [None, 2] and tf.TensorShape(3).dims == [3]
assert (tf.size(x).numpy(), tf.rank(x).numpy()) == (3, 2)
assert tf.size(x).dtype == tf.rank(x).dtype == "int32"
assert pickle.loads(pickle.dumps(x.shape)) == (1, 3)


class Halves(keras.layers.Layer):
    def call(self, inputs):
        batch, length = inputs.get_shape().as_list()
        return tf.reshape(inputs, [-1, length // 2, 2]) * float(length)


inputs = keras.Input((4,))
model = keras.Model(inputs, keras.layers.Flatten()(Halves()(inputs)))
model.compile("sgd", "mse")
data = tf.data.Dataset.from_tensor_slices((np.ones((4, 4)), np.full((4, 4), 2.0))).batch(2)
for images, _ in data:
    assert images.shape.as_list() == [2, 4]
assert np.isclose(model.fit(data, verbose=0).history["loss"][0], 4)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.reduce_sum(x * x)
    assert y.shape.as_list() == [] and y.get_shape().rank == 0
"""


TEXT = """
import tensorflow as tf

words = tf.constant(["Ab", "c"])
assert tf.strings.length(words).numpy().tolist() == [2, 1]
lower = tf.strings.lower(words)
assert lower.numpy()[0].decode() == lower[0].numpy().decode("utf-8") == "ab"
assert tf.strings.join(["a", "b"]).numpy().decode() == "ab"
assert words.numpy()[0].decode() == words[0].numpy().decode() == "Ab"
assert tf.constant("q").numpy().decode() == "q"
texts = tf.data.Dataset.from_tensor_slices(words)
assert [text.numpy().decode() for text in texts.map(tf.strings.upper)] == ["AB", "C"]
assert [text.decode() for text in texts.as_numpy_iterator()] == ["Ab", "c"]
assert [text.numpy()[0].decode() for text in texts.batch(2)] == ["Ab"]
"""


def test_texts_can_be_decoded_where_tensorflow_has_bytes():
    ran = run(TEXT)

    assert ran.returncode == 0, ran.stderr


def test_shapes_have_what_those_of_tensorflow_have():
    ran = run(SHAPES)

    assert ran.returncode == 0, ran.stderr


REFUSED = [
    ("import tensorflow as tf; tf.bartlett(3)", "write keras.ops.bartlett"),
    ("import tensorflow as tf; tf.reduce_men([1])", "write tf.reduce_mean, if"),
    ("import tensorflow as tf; tf.RaggedTensor", "pad_sequences"),
    ("import tensorflow as tf; tf.matmul([1], [2], adjoint_a=True)", "(a, b, transpose_a=False"),
    ("import tensorflow as tf; tf.ensure_shape([1.0], (2,))", "has not the shape (2,)"),
    ("import tensorflow as tf; tf.debugging.assert_equal(1, 2, 'not one')", "not one"),
    ("import tensorflow as tf; tf.random.uniform([2], dtype=tf.int32)", "maxval"),
    ("import tensorflow as tf; tf.image.resize([[[1.0]]], (2, 2), 'cubic')", "bicubic"),
    ("import tensorflow.estimator", "No module named 'tensorflow.estimator'"),
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


IN_MODELS = """
import numpy as np
import tensorflow as tf
from tensorflow.math import reduce_sum


class Sampling(tf.keras.layers.Layer):
    def call(self, inputs):
        mean, log_var = inputs
        epsilon = tf.random.normal(shape=tf.shape(mean))
        return mean + tf.exp(0.5 * log_var) * epsilon * 0.0


class Pairs(tf.keras.layers.Layer):
    @tf.function
    def call(self, x: tf.Tensor) -> tf.Tensor:
        left, right = tf.split(x, [1, -1], axis=-1)
        rows = tf.reshape(tf.gather(right, [1, 0], axis=1), (tf.shape(x)[0], 2))
        return tf.concat([tf.nn.relu(left), rows], axis=1)


x = tf.keras.Input((3,))
total = reduce_sum(tf.square(x), axis=1, keepdims=True)
model = tf.keras.Model(x, [Sampling()([x, x]), Pairs()(x), total])
values = np.array([[1.0, 2.0, 3.0], [-4.0, 5.0, 6.0]], "float32")
sampled, paired, sums = model.predict(values, verbose=0)
assert np.array_equal(sampled, values)
assert np.array_equal(paired, [[1, 3, 2], [0, 6, 5]])
assert np.array_equal(sums, [[14], [77]])


def loss(y_true, y_pred):
    return tf.reduce_mean(tf.square(tf.cast(y_true, tf.float32) - y_pred), axis=-1)


dense = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1)])
dense.compile("sgd", loss)
found = dense.evaluate(values, [1, 2], verbose=0)
expected = np.mean((np.array([[1], [2]]) - dense.predict(values, verbose=0)) ** 2)
assert abs(found - expected) < 1e-4 * expected
"""


def test_functions_of_tensorflow_work_in_models_layers_and_losses():
    ran = run(IN_MODELS)

    assert ran.returncode == 0, ran.stderr


EQUAL = """
import json
import re

import numpy as np
import tensorflow as tf
from funclab.keras2 import tensorflow as stand_in
from tests.keras2 import tensorflow_calls as calls

record = json.loads(calls.RECORD.read_text())
assert list(record) == calls.calls()
for text, expected in record.items():
    with np.errstate(all="ignore"):
        found = calls.result(text, tf)
    if found != expected:
        assert found[0] == expected[0], (text, found, expected)
        np.testing.assert_allclose(found[1], expected[1], 1e-5, 1e-6, err_msg=text)
texts = "\\n".join(record)
for module in ("tf", *stand_in.MODULES):
    for name, row in stand_in.own(module).items():
        if row.endswith("= None"):
            continue  # a setting of TensorFlow that has no effect here
        path = name if module == "tf" else f"{module}.{name}"
        assert re.search(rf"tf[.]({module}[.])?{name}[(]", texts), path
        assert callable(getattr(__import__("importlib").import_module(
            "tensorflow" if module == "tf" else f"tensorflow.{module}"), name)), path
"""


def test_every_function_gives_what_tensorflow_gave():
    ran = run(EQUAL)

    assert ran.returncode == 0, ran.stderr


TEXTS_OF_NOTHING = """
import tensorflow as tf

words = tf.constant([["a", "bc"]])
assert tf.zeros_like(words).numpy().tolist() == [["", ""]]
assert tf.zeros_like([[1, 2]], dtype=tf.string).numpy().tolist() == [["", ""]]
assert tf.zeros([2], tf.string).numpy().tolist() == ["", ""]
lengths = tf.zeros_like(words, dtype=tf.int32)
assert lengths.numpy().tolist() == [[0, 0]] and lengths.dtype == tf.int32
assert tf.zeros_like(tf.keras.Input((3,))).shape == (None, 3)

@tf.custom_gradient
def backwards(x):
    return tf.identity(x), lambda upstream: -upstream

x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = backwards(x * x)
assert float(y) == 9 and float(tape.gradient(y, x)) == -6
"""


def test_zeros_of_texts_are_empty_texts_and_functions_may_have_gradients_of_their_own():
    ran = run(TEXTS_OF_NOTHING)

    assert ran.returncode == 0, ran.stderr


ROWS_AND_MODULES = """
import numpy as np
import tensorflow as tf

rows = tf.strings.split(tf.constant(["a b", "c", "d e f"]))
assert rows.to_list() == [["a", "b"], ["c"], ["d", "e", "f"]]
assert rows.row_lengths().tolist() == [2, 1, 3]
assert rows.to_tensor().tolist() == [["a", "b", ""], ["c", "", ""], ["d", "e", "f"]]
assert tf.strings.unicode_split(["ab", "c"], "UTF-8").to_tensor("-").tolist() == [
    ["a", "b"], ["c", "-"]
]

class Line(tf.Module):
    def __init__(self):
        super().__init__()
        self.b = tf.Variable(1.0, name="b")
        self.inner = [tf.keras.layers.Dense(2), Point("mine")]
        self.inner[0].build((None, 3))
        self.again = self.b

class Point(tf.Module):
    def __init__(self, name):
        super().__init__(name=name)
        self.fixed = tf.Variable(2.0, trainable=False)

line = Line()
assert line.name == "line" and line.inner[1].name == "mine"
assert line.variables[0] is line.b and len(line.variables) == 4
assert [v.shape for v in line.trainable_variables] == [(), (3, 2), (2,)]
assert line.submodules == (line.inner[0], line.inner[1])

# Class c is drawn with the chance log((c + 2) / (c + 1)) / log(range_max + 1).
chances = np.log((np.arange(9) + 2) / (np.arange(9) + 1)) / np.log(10)
assert np.isclose(chances.sum(), 1)
draw = tf.random.log_uniform_candidate_sampler
drawn, true, sampled = draw([[0], [8]], 1, 4000, False, 9, seed=1)
found = np.bincount(drawn, minlength=9)
assert np.all(np.abs(found - 4000 * chances) < 5 * np.sqrt(4000 * chances))
assert np.allclose(true, 4000 * chances[[[0], [8]]]) and np.allclose(sampled, 4000 * chances[drawn])
drawn, true, _ = draw([[3]], 1, 9, True, 9, seed=2)
assert sorted(drawn.tolist()) == list(range(9)) and 0 < float(true[0, 0]) <= 1
drawn, true, _ = tf.random.uniform_candidate_sampler([[2]], 1, 6, False, 3)
assert set(drawn.tolist()) <= {0, 1, 2} and np.isclose(true[0, 0], 2)
"""


def test_rows_of_texts_modules_and_samplers_of_classes_are_those_of_tensorflow():
    ran = run(ROWS_AND_MODULES)

    assert ran.returncode == 0, ran.stderr
