"""A save leaves either the complete new file, or the old one."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
import xml.dom.minidom
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

from funclab import Input, Model, files, models
from funclab.callbacks import CSVLogger, ModelCheckpoint
from funclab.errors import FileError
from funclab.layers import Dense
from funclab.optimizers import SGD

LONG = bool(os.environ.get("SOAK"))
KILLS = 145 if LONG else 3
SIZES = 60 if LONG else 2
"""Of how many sizes a file may be when the disk is full."""

ANY = random.SystemRandom()  # other moments in every run


def model_of(units, fill):
    x = Input((units,))
    model = Model(x, Dense(units)(x))
    model.set_weights([np.full(w.shape, fill, "float32") for w in model.weights])
    model.compile(SGD(0.0), "mse")  # trained or not, all weights are `fill`
    return model


def fit_with(callback):
    def save(model, path, epochs=1):
        x = np.zeros((4, model.input_shape[-1]))
        model.fit(x, x, epochs=epochs, verbose=0, callbacks=[callback(path)])

    return save


def weights_in(path):
    model = model_of(300, 0.0)
    model.load_weights(path)
    return model.get_weights()


WRITERS = {
    "m.keras": lambda model, path: model.save(path),
    "m.weights.h5": lambda model, path: model.save_weights(path),
    "m.h5": lambda model, path: model.save(path),
    "check.keras": fit_with(ModelCheckpoint),
    "check.weights.h5": fit_with(lambda path: ModelCheckpoint(path, save_weights_only=True)),
    "log.csv": fit_with(CSVLogger),
    "m.svg": lambda model, path: model.plot(to_file=path),
    "m.png": lambda model, path: model.plot(to_file=path),
}


@contextmanager
def small_disk(size=100):
    """A system that refuses to write more bytes than that to a file, as a full disk does."""
    resource = pytest.importorskip("resource")  # Windows has no such limit
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.soak("full disk")
@pytest.mark.parametrize("name", [name for name in WRITERS if name != "log.csv"])
def test_a_full_disk_leaves_what_was_there(name, tmp_path, trial):
    path, model = tmp_path / name, model_of(4, 1.0)
    WRITERS[name](model, path)
    whole = path.stat().st_size
    path.write_text("before")

    for size in np.linspace(0, whole - 1, SIZES).astype(int).tolist():
        with trial(f"{size} bytes"):
            with pytest.raises(FileError, match="was not written"), small_disk(size):
                WRITERS[name](model, path)

            assert path.read_text() == "before"
            assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.soak("full disk")
def test_a_table_of_epochs_keeps_its_lines_on_a_full_disk(tmp_path):
    path = tmp_path / "log.csv"
    model = model_of(4, 1.0)

    with pytest.raises(FileError, match="was not written"), small_disk():
        fit_with(CSVLogger)(model, path, epochs=99)

    lines = path.read_text().splitlines()
    assert lines[0] == "epoch,loss,val_loss"
    assert all(line.count(",") == 2 for line in lines)


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


def is_whole(path):
    """Raises an error unless the file is a whole one of its kind."""
    if path.suffix == ".csv":
        lines = path.read_text().splitlines(keepends=True)
        assert all(line.count(",") == 2 and line.endswith("\n") for line in lines)
    elif path.suffix == ".svg":
        xml.dom.minidom.parse(str(path))
    elif path.suffix == ".png":
        Image.open(path).load()
    else:
        whole = path.suffix == ".keras"
        weights = models.load_model(path).get_weights() if whole else weights_in(path)
        assert len({float(value) for weight in weights for value in np.unique(weight)}) == 1


def save_again_and_again(name, path, pipe):
    """What a process does that is killed: it saves, and tells how long that takes."""
    model = model_of(300, 2.0)
    WRITERS[name](model, path)
    begun = time.perf_counter()
    WRITERS[name](model, path)
    pipe.send(time.perf_counter() - begun)
    while True:
        WRITERS[name](model, path)


@pytest.mark.soak("killed while writing (kill -9)")
@pytest.mark.parametrize("name", WRITERS)
def test_a_process_killed_while_it_saves_leaves_a_whole_file(name, tmp_path, trial):
    path = tmp_path / name
    WRITERS[name](model_of(300, 1.0), path)
    # Where a process can be forked, it need not import everything again.
    fork = "fork" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if fork else "spawn")

    for number in range(KILLS):
        here, there = context.Pipe()
        process = context.Process(target=save_again_and_again, args=(name, path, there))
        process.start()
        there.close()  # so that its end is noticed if it fails
        seconds = here.recv()
        time.sleep(2 * seconds * ANY.random())  # any moment of the saving will do
        process.kill()
        process.join()

        with trial(number):
            is_whole(path)


def replacing_slowly(path, pipe):
    """What another process does: it replaces a file, and waits in the middle."""
    with files.replacing(path) as new:
        new.write_text("half")
        pipe.send(new.name)
        pipe.recv()
        new.write_text("whole")
    pipe.send("done")


def in_the_middle(path):
    """A process in the middle of replacing a file, its temporary file, and a pipe to it."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=replacing_slowly, args=(path, there))
    process.start()
    there.close()
    return process, path.with_name(here.recv()), here


def test_what_a_killed_save_left_is_removed_by_the_next_one_to_that_place(tmp_path):
    path, other = tmp_path / "m.keras", tmp_path / "other.keras"
    process, left, _ = in_the_middle(path)
    process.kill()
    process.join()
    model = model_of(4, 1.0)

    model.save(other)
    assert left.exists()

    model.save(path)
    assert sorted(tmp_path.iterdir()) == [path, other]


def test_a_file_that_another_process_is_writing_is_left_alone(tmp_path):
    path = tmp_path / "m.txt"
    process, new, pipe = in_the_middle(path)

    files.write_text(path, "meanwhile")
    assert (path.read_text(), new.read_text()) == ("meanwhile", "half")

    pipe.send("go on")
    assert pipe.recv() == "done"
    process.join()
    assert path.read_text() == "whole"
    assert [*tmp_path.iterdir()] == [path]


def write_often(path, text):
    for _ in range(100):
        files.write_text(path, text)


def test_processes_that_write_one_file_at_the_same_time_do_not_hinder_each_other(tmp_path):
    path = tmp_path / "m.txt"
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write_often, args=(path, text * 999)) for text in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert len(set(path.read_text())) == 1
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_that_another_machine_may_be_writing_is_removed_after_a_day(tmp_path):
    path = tmp_path / "m.txt"
    process, new, _ = in_the_middle(path)
    process.kill()
    process.join()
    there = new.rename(new.with_name(new.name.replace(files._here(), "0" * 8)))

    files.write_text(path, "first")
    assert there.exists()

    two_days_ago = time.time() - 2 * files.DAY
    os.utime(there, (two_days_ago, two_days_ago))
    files.write_text(path, "second")
    assert not there.exists()


def in_use(times):
    """The system's `replace`, as it is on Windows while a file is open elsewhere, so many times."""
    system, left = os.replace, [True] * times

    def replace(new, target):
        if left:
            left.pop()
            error = PermissionError(13, "The process cannot access the file")
            error.winerror = 32
            raise error
        system(new, target)

    return replace


def test_on_windows_a_file_that_is_open_for_a_moment_is_replaced_after_it(tmp_path, monkeypatch):
    path = tmp_path / "m.txt"
    path.write_text("before")
    monkeypatch.setattr(os, "replace", in_use(3))

    files.write_text(path, "after")

    assert path.read_text() == "after"


def test_on_windows_a_file_that_stays_open_is_an_error_after_a_second(tmp_path, monkeypatch):
    path = tmp_path / "m.txt"
    path.write_text("before")
    monkeypatch.setattr(os, "replace", in_use(99))

    with pytest.raises(FileError, match="was not written"):
        files.write_text(path, "after")

    assert [file.read_text() for file in tmp_path.iterdir()] == ["before"]
