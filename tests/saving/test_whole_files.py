"""What is saved is there whole, or what was there before is."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import numpy as np
import pytest

from funclab import Input, Model, models
from funclab.callbacks import CSVLogger, ModelCheckpoint
from funclab.errors import FileError
from funclab.layers import Dense

TRIES = 250 if os.environ.get("SOAK") else 3


def model_of(units, fill):
    x = Input((units,))
    model = Model(x, Dense(units)(x))
    model.set_weights([np.full(w.shape, fill, "float32") for w in model.weights])
    model.compile("sgd", "mse")
    return model


def fit_with(callback):
    def save(model, path, epochs=1):
        x = np.zeros((4, 4))
        model.fit(x, x, epochs=epochs, verbose=0, callbacks=[callback(path)])

    return save


def weights_in(path):
    model = model_of(300, 0.0)
    model.load_weights(path)
    return model.get_weights()


WRITERS = {
    "m.keras": lambda model, path: model.save(path),
    "m.weights.h5": lambda model, path: model.save_weights(path),
    "check.keras": fit_with(ModelCheckpoint),
    "check.weights.h5": fit_with(lambda path: ModelCheckpoint(path, save_weights_only=True)),
    "log.csv": fit_with(CSVLogger),
    "m.svg": lambda model, path: model.plot(to_file=path),
    "m.png": lambda model, path: model.plot(to_file=path),
}


@contextmanager
def small_disk():
    """A system that refuses to write more than 100 bytes to a file, as a full disk does."""
    resource = pytest.importorskip("resource")  # Windows has no such limit
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "log.csv"])
def test_a_full_disk_leaves_what_was_there(name, tmp_path):
    path = tmp_path / name
    path.write_text("before")

    with pytest.raises(FileError, match="was not written"), small_disk():
        WRITERS[name](model_of(4, 1.0), path)

    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_table_of_epochs_keeps_its_lines_on_a_full_disk(tmp_path):
    path = tmp_path / "log.csv"
    model = model_of(4, 1.0)

    with pytest.raises(FileError, match="was not written"), small_disk():
        fit_with(CSVLogger)(model, path, epochs=9)

    lines = path.read_text().splitlines()
    assert lines[0] == "epoch,loss"
    assert all(line.count(",") == 1 for line in lines)


WRONG = {
    "folder/that/is/missing": "make the folder first",
    "": "not that of a folder",
}


@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5", "log.csv"])
@pytest.mark.parametrize(("folder", "fix"), WRONG.items())
def test_a_place_that_cannot_be_written_is_named_with_what_to_do(folder, fix, name, tmp_path):
    path = tmp_path / folder / name
    if not folder:
        path.mkdir()

    with pytest.raises(FileError) as caught:
        WRITERS[name](model_of(4, 1.0), path)

    assert name in caught.value.what
    assert fix in caught.value.fix


def test_a_link_and_permissions_stay_as_they_are(tmp_path):
    real, link = tmp_path / "real.keras", tmp_path / "link.keras"
    model_of(4, 1.0).save(real)
    real.chmod(0o640)
    link.symlink_to(real)

    model_of(4, 2.0).save(link)

    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert models.load_model(real).get_weights()[0][0, 0] == 2.0


SAVING = """
import sys
from tests.saving.test_whole_files import WRITERS, model_of
model = model_of(300, 2.0)
print("ready", flush=True)
while True:
    WRITERS[sys.argv[1]](model, sys.argv[2])
"""


@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5"])
def test_a_process_killed_while_it_saves_leaves_a_whole_file(name, tmp_path):
    path = tmp_path / name
    WRITERS[name](model_of(300, 1.0), path)

    for _ in range(TRIES):
        command = [sys.executable, "-c", SAVING, name, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "ready\n"
            time.sleep(random.random() / 50)  # any moment of the saving will do
            process.kill()

        loaded = models.load_model(path).get_weights() if name == "m.keras" else weights_in(path)
        assert len({float(value) for weight in loaded for value in np.unique(weight)}) == 1
