"""Programs are read, and what is said of each line is right: it fails or runs as it was said."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import funclab
from funclab.errors import DataError
from funclab.teach.commands import main

NOTEBOOKS = sorted((Path(__file__).parent / "notebooks").glob("*.py"))
PROGRAM = """
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers as L
import keras.backend as K
from tensorflow.keras.layers import Dense, Dens  # STOPS funclab.layers.Dense
import tensorflow_datasets as tfds  # STOPS from_generator
model = keras.Sequential([
    keras.Input(shape=(8, 8, 3)),
    L.Conv2D(4, 3, activation="rellu"),  # STOPS relu
    L.Dense(10, foo=3),  # STOPS foo
    L.Dropout(2.5),  # STOPS rate
])
big = keras.Input(shape=(224, 224, 3))  # NOTE slow
base = keras.applications.VGG16(weights="imagenet")  # STOPS no trained networks
records = tf.data.TFRecordDataset("a.tfrecord")  # STOPS numpy.savez
wrong = tf.reduce_men([1.0])  # STOPS tf.reduce_mean
named = tf.random.normal([2], fooo=1)  # STOPS fooo
strategy = tf.distribute.MirroredStrategy()  # STOPS strategy
sized = K.int_shape(big), K.ndims(big)  # STOPS ndims

@tf.function  # NOTE plain Python
def scaled(x, tf=None):
    return tf.anything(x)

def kept(x):
    return tf.nn.relu6(x, name="kept")

layers = tf.keras.layers
one = layers.Dense(len("four"), activation="relu")
two = layers.Desne(4)  # STOPS Dense
rates = keras.optimizers.schedules
optimizer = keras.optimizers.Adam(learning_rate=rates.ExponentialDecay(0.1, 10, 0.9))
keras = [1, 2, 3]
keras.sort()
keras.nothing_of_ours
"""


def expected(program):
    kinds = {"STOPS": "will not run", "NOTE": "runs, but"}
    lines = enumerate(program.splitlines(), 1)
    marks = [(line, re.search(r"# (STOPS|NOTE) (.*)", text)) for line, text in lines]
    return [(line, kinds[mark[1]], mark[2]) for line, mark in marks if mark]


def test_each_line_that_will_not_run_is_named_with_what_to_write(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)

    report = funclab.will_it_run(path)

    wanted = expected(PROGRAM)
    assert [(found.line, found.kind) for found in report.findings] == [row[:2] for row in wanted]
    for found, (line, _, words) in zip(report.findings, wanted, strict=True):
        assert words in found.says + found.instead, (line, found)
        assert found.code == PROGRAM.splitlines()[line - 1].strip()
    assert not report.runs
    assert str(report).startswith("program.py: 12 lines will not run.\n")


PIPELINES = """
import numpy as np
import tensorflow as tf
from tensorflow import keras
data = tf.data.Dataset.from_tensor_slices(np.ones((3, 2)))
data = data.shuffle(3).batch(2).snapshot("x")  # STOPS from_generator
data = data.map(lambda x: x).prefetch(tf.data.AUTOTUNE)
data.mapp(lambda x: x)  # STOPS write map
data.shuffle(3, sede=1)  # STOPS sede
train, test = data.take(1), data.skip(1)
first = test.unbatch().firsts()  # STOPS first
train, test = keras.utils.image_dataset_from_directory("x", subset="both")
names = train.class_names, test.file_paths
train.cach()  # STOPS cache
windows = keras.utils.timeseries_dataset_from_array(np.ones(9), None, 3).cach()  # STOPS cache

def prepare(data, count=None):
    data.anything(), train.cach()  # STOPS cache
    data = tf.data.Dataset.range(3)
    return data.batch(2)

data = prepare(data)
data.of_unknown_kind()
for train in test:
    train.no_longer_a_pipeline()
"""


def test_methods_that_pipelines_lack_are_named_line_by_line(tmp_path):
    path = tmp_path / "pipelines.py"
    path.write_text(PIPELINES)

    found = funclab.will_it_run(path).findings

    wanted = expected(PIPELINES)
    assert [(each.line, each.kind) for each in found] == [row[:2] for row in wanted]
    for each, (line, _, words) in zip(found, wanted, strict=True):
        assert words in each.says + each.instead, (line, each)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_nothing_is_said_against_programs_that_run(path):
    report = funclab.will_it_run(path)

    assert report.runs, report


def test_cells_of_a_notebook_are_counted_and_magics_are_no_python(tmp_path, capsys):
    cells = [
        {"cell_type": "markdown", "source": ["not code ("]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "if 1:\n", "    !ls\n", "np?"]},
        {"cell_type": "code", "source": "%%bash\nfor x in 1; do"},
        {"cell_type": "code", "source": "%%time\nimport keras\nkeras.layers.Desne(1)"},
    ]  # fmt: skip
    path = tmp_path / "lesson.ipynb"
    path.write_text(
        json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    )

    code = main(["will-it-run", str(path)])

    said = capsys.readouterr().out
    assert code == 1
    assert said.splitlines()[:4] == [
        "lesson.ipynb: 1 line will not run.",
        "",
        "cell 3, line 3: will not run",
        "    keras.layers.Desne(1)",
    ]
    assert "Dense" in said


def test_a_program_without_faults_is_said_to_be_so(tmp_path, capsys):
    path = tmp_path / "fine.py"
    path.write_text("from keras import layers\nlayers.Dense(3)\n")

    assert main(["will-it-run", str(path)]) == 0
    assert capsys.readouterr().out == "fine.py: nothing was found that will not run.\n"


def test_nothing_of_the_program_runs(tmp_path):
    path, trace = tmp_path / "bad.py", tmp_path / "ran"
    command = f"open({str(trace)!r}, 'w')"
    path.write_text(
        f"open({str(trace)!r}, 'w')\nimport keras\n"
        f"keras.layers.Lambda(lambda x: open({str(trace)!r}, 'w'))\n"
        f"keras.models.load_model({str(trace)!r})\nexec({command!r})\n"
    )

    assert funclab.will_it_run(path).runs
    assert not trace.exists()


def test_a_line_that_python_cannot_read_is_named(tmp_path):
    path = tmp_path / "old.py"
    path.write_text("import keras\nprint 'Keras'\n")

    (found,) = funclab.will_it_run(path).findings

    assert (found.line, found.kind, found.code) == (2, "will not run", "print 'Keras'")


OWN_STEPS = """
import keras


class Own(keras.Model):
    def train_step(self, data):
        return {}

    def make_train_function(self):
        return None
"""


def test_a_method_that_is_never_called_is_named_and_a_training_step_is_not(tmp_path):
    path = tmp_path / "steps.py"
    path.write_text(OWN_STEPS)

    (found,) = funclab.will_it_run(path).findings

    assert (found.line, found.kind) == (9, "will not run")
    assert "train_step(self, data)" in found.instead


@pytest.mark.parametrize("name, text", [("a.ipynb", "[1, 2"), ("b.ipynb", "[]"), ("c.py", None)])
def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path, name, text):
    path = tmp_path / name
    if text is not None:
        path.write_text(text)

    with pytest.raises(DataError, match=name):
        funclab.will_it_run(path)


def test_what_is_said_is_what_happens(tmp_path):
    """Each line that is said to fail does, alone and with the lines before it that do not."""
    lines = PROGRAM.splitlines()
    failing = {line for line, kind, _ in expected(PROGRAM) if kind == "will not run"}
    kept = [
        line
        for number, line in enumerate(lines, 1)
        if number not in failing and not line.startswith("keras")
    ]
    (tmp_path / "kept.py").write_text("\n".join(kept))
    start = "import funclab\nfuncall = funclab.install_as_keras(tensorflow=True)\n"
    run = subprocess.run(
        [sys.executable, "-c", start + "exec(open('kept.py').read())"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stderr
    heads = [line.partition("  #")[0] for line in lines[1:6]]
    checks = "\n".join(
        f"try: exec({line!r}); print({number})\nexcept Exception: pass"
        for number in sorted(failing)
        if (line := lines[number - 1].strip().rstrip(","))
    )
    named = "layers = L\nbig = keras.Input((4,))\n"
    run = subprocess.run(
        [sys.executable, "-c", start + "\n".join(heads) + "\n" + named + checks],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (run.stdout, run.returncode) == ("", 0), run.stdout + run.stderr


def test_a_network_without_a_word_about_weights_would_be_a_trained_one(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(
        "from keras.applications.vgg16 import VGG16\nVGG16()\nVGG16(weights=None)\n"
        "VGG16(True, None)\n"
    )

    (found,) = funclab.will_it_run(path).findings

    assert found.line == 2 and "no trained networks" in found.says


RUN = """
import keras
import numpy as np
(x, y), _ = keras.datasets.mnist.load_data()
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])
model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
history = model.fit(x / 255.0, y, epochs=1000, verbose=0)
assert len(history.history["loss"]) == 2
files = keras.utils.image_dataset_from_directory("/nowhere/flowers", image_size=(8, 8))
for images, labels in files:
    assert images.shape[1:] == (8, 8, 3)
base = keras.applications.MobileNetV2(input_shape=(32, 32, 3), include_top=False)
text = open(keras.utils.get_file("poems.txt", "https://example.com/poems.txt")).read()
table = open("table.csv")
print(table)
made = model.predict(x[:, :5])
print(made, len(text))
open("written.txt", "w").write(text)
"""


def test_a_run_says_what_fails_with_made_up_data_and_goes_on(tmp_path, capsys):
    path = tmp_path / "program.py"
    path.write_text(RUN)

    code = main(["will-it-run", "--run", str(path)])

    says = capsys.readouterr().out
    assert code == 1 and says.startswith("program.py: 2 lines will not run.")
    assert re.findall(r"^line (\d+): (.*)", says, re.MULTILINE) == [
        ("12", "will not run"), ("13", "runs, but"), ("14", "may not run"),
        ("15", "may not run"), ("16", "will not run"), ("17", "may not run"),
    ]  # fmt: skip
    assert "needs the file table.csv" in says and "line 16 did not make made" in says
    assert [*tmp_path.iterdir()] == [path]


def test_a_run_has_a_time_limit(tmp_path):
    path = tmp_path / "long.py"
    path.write_text("print('begun')\nwhile True:\n    pass\nprint('never')\n")

    report = funclab.will_it_run(path, run=True, seconds=1)

    assert [(found.line, found.kind) for found in report.findings] == [
        (2, "runs, but"), (4, "may not run")
    ]  # fmt: skip
    assert "were over" in report.findings[1].says
