"""Callbacks that keep something: backups of a training, event files, averages, logs for others."""

from __future__ import annotations

import json
import struct
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer

import h5py
import numpy as np
import pytest
from tensorboardX.proto.event_pb2 import Event

from funclab.callbacks import (
    BackupAndRestore,
    Callback,
    CallbackList,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ProgbarLogger,
    ReduceLROnPlateau,
    RemoteMonitor,
    SwapEMAWeights,
    TensorBoard,
    TerminateOnNaN,
)
from funclab.errors import (
    ArgumentError,
    FunclabError,
    MissingPackageError,
    NotSupportedError,
    WeightsError,
)
from funclab.metrics import MeanIoU
from funclab.optimizers import SGD, Adam
from tests.training.conftest import line

X, Y = np.eye(3), np.array([1.0, 2.0, 3.0])


def compiled(optimizer=None):
    model = line()
    model.compile(optimizer or Adam(0.1), "mse")
    return model


class Interrupted(Exception):
    pass


def interrupting(epoch, batch=0):
    """A callback that acts as if the process ended before a batch."""
    seen = []

    def begin(number, logs):
        seen.append(number)

    def fail(number, logs):
        if (seen[-1], number) == (epoch, batch):
            raise Interrupted

    return LambdaCallback(on_epoch_begin=begin, on_train_batch_begin=fail)


def fit(model, *callbacks, epochs=4, **settings):
    settings = {"batch_size": 1, "shuffle": False, "verbose": 0} | settings
    return model.fit(X, Y, epochs=epochs, callbacks=list(callbacks), **settings)


@pytest.mark.parametrize("double", [False, True])
def test_an_interrupted_training_goes_on_where_it_stopped(tmp_path, double):
    whole = compiled()
    fit(whole)
    folder = tmp_path / "backup"
    with pytest.raises(Interrupted):
        fit(compiled(), BackupAndRestore(folder, double_checkpoint=double), interrupting(2))

    again = compiled()
    history = fit(again, BackupAndRestore(folder, double_checkpoint=double))

    assert history.epoch == [2, 3]
    np.testing.assert_allclose(again.get_weights()[0], whole.get_weights()[0], rtol=1e-6)
    assert int(again.optimizer.iterations) == 12
    assert not folder.exists()
    assert fit(again).epoch == [0, 1, 2, 3]  # a training without the callback begins anew


def test_a_backup_may_be_made_after_so_many_batches(tmp_path):
    folder = tmp_path / "backup"
    with pytest.raises(Interrupted):
        fit(compiled(), BackupAndRestore(folder, save_freq=2), interrupting(1, 2))

    metadata = json.loads((folder / "training_metadata.json").read_text())
    model = compiled()
    history = fit(model, BackupAndRestore(folder, delete_checkpoint=False))

    assert metadata == {"epoch": 1, "batch": 0}
    assert history.epoch == [1, 2, 3]
    assert int(model.optimizer.iterations) == 4 + 8  # the batch after the backup is trained again
    assert folder.exists()


def test_a_damaged_backup_gives_way_to_the_one_before(tmp_path):
    folder = tmp_path / "backup"
    with pytest.raises(Interrupted):
        fit(compiled(), BackupAndRestore(folder, double_checkpoint=True), interrupting(2))
    (folder / "latest.weights.h5").write_bytes(b"damaged")

    history = fit(compiled(), BackupAndRestore(folder))

    assert history.epoch == [1, 2, 3]


def test_a_damaged_backup_without_another_is_an_error(tmp_path):
    folder = tmp_path / "backup"
    with pytest.raises(Interrupted):
        fit(compiled(), BackupAndRestore(folder), interrupting(2))
    (folder / "latest.weights.h5").write_bytes(b"damaged")

    with pytest.raises(FunclabError):
        fit(compiled(), BackupAndRestore(folder))


def without_position(contents):
    """As an earlier version wrote it: weights and optimizer alone."""
    with h5py.File(contents, "r+") as file:
        del file["__training__"]


def with_other_position(contents):
    with h5py.File(contents, "r+") as file:
        state = file["__training__/state"]
        state[-4] = state[-4] ^ 1  # in the digest


@pytest.mark.parametrize(
    ("damage", "metadata", "words"),
    [
        (with_other_position, None, "state is damaged"),
        (without_position, b"{", "at which epoch"),
        (without_position, b'{"epoch": -1}', "at which epoch"),
        (without_position, b"[" * 100_000, "at which epoch"),
    ],
)
def test_a_backup_that_does_not_say_where_training_was_is_an_error(
    tmp_path, damage, metadata, words
):
    with pytest.raises(Interrupted):
        fit(compiled(), BackupAndRestore(tmp_path), interrupting(2))
    damage(tmp_path / "latest.weights.h5")
    if metadata is not None:
        (tmp_path / "training_metadata.json").write_bytes(metadata)

    with pytest.raises(FunclabError, match=words):
        fit(compiled(), BackupAndRestore(tmp_path))


class Noting(Callback):
    backed_up = ("best", "name", "rates", "first")

    def __init__(self, best=None):
        super().__init__()
        self.best, self.name, self.rates, self.first = best, "", [], []

    def on_epoch_begin(self, epoch, logs=None):
        if epoch < 2:
            self.best, self.name = np.float32(epoch), f"epoch {epoch}"
            self.rates = [*self.rates, 0.5 * epoch]
            self.first = self.first or [np.arange(3.0)]


def test_a_backup_has_the_attributes_that_a_callback_names(tmp_path):
    with pytest.raises(Interrupted):
        fit(compiled(), BackupAndRestore(tmp_path), Noting(), interrupting(2))
    noted = Noting()

    fit(compiled(), BackupAndRestore(tmp_path), noted)

    assert (noted.best, noted.name, noted.rates) == (1.0, "epoch 1", [0.0, 0.5])
    assert [array.tolist() for array in noted.first] == [[0.0, 1.0, 2.0]]


@pytest.mark.parametrize("value", [{"a": 1}, np.zeros(2), ["a"], object()])
def test_a_callback_that_names_something_else_is_told(tmp_path, value):
    noted = Noting(value)
    noted.on_epoch_begin = lambda epoch, logs=None: None

    with pytest.raises(ArgumentError, match="'best' of Noting cannot be backed up"):
        fit(compiled(), BackupAndRestore(tmp_path), noted)


def test_a_checkpoint_may_be_saved_after_so_many_batches(tmp_path):
    path = tmp_path / "{epoch}-{batch}.weights.h5"

    fit(compiled(), ModelCheckpoint(path, save_weights_only=True, save_freq=2), epochs=2)

    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "1-2.weights.h5", "2-1.weights.h5", "2-3.weights.h5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: BackupAndRestore(""), ArgumentError, "empty `backup_dir`"),
        (lambda: BackupAndRestore("folder", save_freq="batch"), ArgumentError, "save_freq"),
        (lambda: ModelCheckpoint("m.keras", save_freq=0), ArgumentError, "save_freq"),
        (lambda: TensorBoard(update_freq="day"), ArgumentError, "update_freq"),
        (lambda: TensorBoard(write_images=True), NotSupportedError, "write_images"),
        (lambda: TensorBoard(profile_batch=2), NotSupportedError, "profile_batch"),
    ],
)
def test_a_callback_refuses_what_it_cannot_do(make, error, words):
    with pytest.raises(error, match=words):
        make()


def values_in(folder):
    """The values in the event files of a folder: pairs of a step and a value."""
    data, values = b"".join(path.read_bytes() for path in folder.iterdir()), []
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        event = Event.FromString(data[12 : 12 + length])
        values += [(event.step, value) for value in event.summary.value]
        data = data[16 + length :]
    return values


def test_event_files_hold_losses_weights_and_the_graph(tmp_path):
    model = compiled(SGD(0.25))
    callback = TensorBoard(tmp_path, histogram_freq=2, update_freq=2)

    history = fit(model, callback, epochs=2, validation_data=(X, Y))

    (_, graph), *values = values_in(tmp_path / "train")
    losses = [(step, v.simple_value) for step, v in values if v.tag == "epoch_loss"]
    tags = Counter(v.tag for _, v in values)
    assert graph.metadata.plugin_data.plugin_name == "graph_keras_model"
    assert json.loads(graph.tensor.string_val[0]) == json.loads(model.to_json())
    assert losses == [(i, pytest.approx(loss)) for i, loss in enumerate(history.history["loss"])]
    assert (tags["batch_loss"], tags["epoch_learning_rate"]) == (3, 2)
    histograms = [v.histo for _, v in values if v.tag.endswith("kernel/histogram")]
    assert [histogram.num for histogram in histograms] == [3]
    held_out = Counter(v.tag for _, v in values_in(tmp_path / "validation"))
    assert held_out == {"epoch_loss": 2, "evaluation_loss_vs_iterations": 2}


def test_each_training_has_its_file_and_counts_its_batches_from_the_beginning(tmp_path):
    model, callback = compiled(SGD(0.25)), TensorBoard(tmp_path, update_freq=1)
    for _ in range(2):
        fit(model, callback, epochs=1)
    assert [i for i, v in values_in(tmp_path / "train") if v.tag == "batch_loss"] == [1, 2, 3] * 2


def test_event_files_without_the_package_that_writes_them_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)

    with pytest.raises(MissingPackageError, match="needs the package tensorboardX"):
        TensorBoard()


def test_averages_are_evaluated_and_the_weights_come_back():
    model = compiled(SGD(0.5, use_ema=True, ema_momentum=0.5))
    ends = []
    seen = LambdaCallback(on_test_begin=lambda logs: ends.append(model.get_weights()[0].copy()))

    fit(model, SwapEMAWeights(), seen, epochs=1, validation_data=(X, Y))

    average = model.optimizer.averages.of(model.trainable_weights[0])["average"]
    np.testing.assert_array_equal(ends[0], average)
    np.testing.assert_array_equal(model.get_weights()[0], average)  # as at the end of every fit


def test_averages_are_in_the_model_at_the_end_of_an_epoch_when_asked():
    model = compiled(SGD(0.5, use_ema=True, ema_momentum=0.5))
    means = []

    def keep(epoch, logs):
        means.append(model.get_weights()[0].copy())

    fit(model, SwapEMAWeights(swap_on_epoch=True), LambdaCallback(on_epoch_end=keep), epochs=2)

    plain = compiled(SGD(0.5, use_ema=True, ema_momentum=0.5))
    fit(plain, epochs=2)
    np.testing.assert_allclose(means[-1], plain.get_weights()[0], rtol=1e-6)
    np.testing.assert_allclose(model.get_weights()[0], means[-1], rtol=1e-6)


def test_predictions_are_made_with_the_averages_and_the_weights_come_back():
    model = compiled(SGD(0.5, use_ema=True, ema_momentum=0.5))
    for _ in range(2):
        model.train_on_batch(X, Y)
    weights = [weight.numpy().copy() for weight in model.weights]
    averages = model.optimizer.averages
    means = [averages.of(weight)["average"].copy() for weight in model.trainable_weights]

    made = model.predict(X, callbacks=SwapEMAWeights(), verbose=0)

    assert all(np.array_equal(a.numpy(), b) for a, b in zip(model.weights, weights, strict=True))
    plain = compiled(SGD())
    plain.set_weights(means)
    np.testing.assert_allclose(made, plain.predict(X, verbose=0), rtol=1e-6)
    assert not np.allclose(made, model.predict(X, verbose=0))


def test_averages_cannot_change_places_where_there_are_none():
    with pytest.raises(ArgumentError, match="must be used when `use_ema=True`"):
        compiled(SGD()).evaluate(X, Y, callbacks=SwapEMAWeights(), verbose=0)


def test_there_is_one_progress_line_whoever_writes_it(capsys):
    model = compiled()

    fit(model, ProgbarLogger(), epochs=1, verbose=2, validation_data=(X, Y))
    model.evaluate(X, Y, verbose=2, callbacks=ProgbarLogger())
    model.predict(X, verbose=2, callbacks=ProgbarLogger())

    lines = capsys.readouterr().out.splitlines()
    assert [text.split(" - ")[0] for text in lines] == ["Epoch 1/1", "3/3", "1/1", "1/1"]
    assert "val_loss" in lines[1]


def test_a_list_of_callbacks_tells_all_of_them_in_order():
    told = []

    class Teller(Callback):
        def __init__(self, name):
            super().__init__()
            self.name = name

        def on_epoch_begin(self, epoch, logs=None):
            told.append((self.name, epoch, self.model, self.params["epochs"]))

    model = compiled()
    callbacks = CallbackList(
        [Teller("a"), [Teller("b")]], add_history=True, add_progbar=True, model=model, epochs=2
    )

    callbacks.on_epoch_begin(1, {})

    assert told == [("a", 1, model, 2), ("b", 1, model, 2)]
    assert [type(one) for one in callbacks.callbacks[2:]] == [History, ProgbarLogger]
    assert model.history is callbacks.callbacks[2]
    assert fit(model, callbacks, epochs=1).epoch == [0]


def test_training_can_end_with_an_error_at_a_loss_that_is_no_number():
    model = compiled()

    with pytest.raises(RuntimeError, match="NaN or Inf loss encountered at batch 0"):
        model.fit(X, Y * np.nan, verbose=0, callbacks=TerminateOnNaN(raise_error=True))


def test_a_metric_says_which_way_is_better_whatever_its_name():
    model, best = line(), ModelCheckpoint("m.keras", monitor="val_mine", save_best_only=True)
    model.compile("sgd", "mse", metrics=[MeanIoU(2, name="mine")])
    model.evaluate(X, Y, verbose=0)

    best.set_model(model)

    assert best.upward


def test_logs_are_sent_to_a_server():
    bodies, kinds = [], []

    class Server(BaseHTTPRequestHandler):
        def do_POST(self):
            kinds.append(self.headers["Content-Type"])
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            """Nothing is printed."""

    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_port}"

    history = fit(compiled(), RemoteMonitor(root, send_as_json=True), RemoteMonitor(root), epochs=1)
    server.shutdown()
    server.server_close()

    expected = {"epoch": 0, "loss": history.history["loss"][0]}
    assert json.loads(bodies[0]) == expected
    assert bodies[1].startswith("data=%7B%22epoch%22")
    assert kinds == ["application/json", "application/x-www-form-urlencoded"]


def test_a_server_that_is_not_there_is_warned_about():
    with pytest.warns(UserWarning, match="Could not reach RemoteMonitor"):
        fit(compiled(), RemoteMonitor("http://127.0.0.1:9"), epochs=1)


def test_a_list_of_callbacks_takes_more_and_has_moments_only():
    callbacks, told = CallbackList([]), []
    callbacks.append(LambdaCallback(on_epoch_end=lambda epoch, logs: told.append((epoch, logs))))

    callbacks.on_epoch_end(2, {"loss": 1.0})

    assert told == [(2, {"loss": 1.0})]
    assert not hasattr(callbacks, "epoch_end")


@pytest.mark.parametrize("wrong", [3, lambda: None, lambda a, b, c, d: a])
def test_a_function_of_a_callback_takes_what_it_is_given(wrong):
    with pytest.raises(
        ArgumentError, match=r"needs a function of \(epoch, logs\) as `on_epoch_end`"
    ):
        LambdaCallback(on_epoch_end=wrong)
    with pytest.raises(ArgumentError, match=r"\(epoch, rate\) or \(epoch\) as `sch") as error:
        LearningRateScheduler(wrong if wrong == 3 else "fast")
    assert "rate * 0.9" in error.value.fix


def test_event_files_have_the_steps_of_a_second(tmp_path):
    model = compiled()
    begin = time.perf_counter()
    fit(model, TensorBoard(str(tmp_path), write_steps_per_second=True), epochs=2)
    most = time.perf_counter() - begin

    told = [v.simple_value for _, v in values_in(tmp_path / "train")[1:]
            if v.tag == "epoch_steps_per_second"]  # fmt: skip
    assert len(told) == 2 and all(value > 3 / most for value in told)  # three steps in an epoch


def test_a_backup_of_a_model_that_was_compiled_otherwise_is_refused(tmp_path):
    with pytest.raises(Interrupted):
        fit(compiled(), BackupAndRestore(tmp_path), interrupting(2))
    other = compiled()
    other.compile("sgd", "mse", metrics=["mae", "mse"])

    with pytest.raises(WeightsError, match="as it is compiled now"):
        fit(other, BackupAndRestore(tmp_path))


def test_other_callbacks_begin_anew_and_that_is_said(tmp_path):
    with pytest.raises(Interrupted):
        fit(compiled(), BackupAndRestore(tmp_path), EarlyStopping("loss"), interrupting(2))

    with pytest.warns(UserWarning, match=r"interrupted .*\(EarlyStopping\): they begin anew"):
        fit(compiled(), BackupAndRestore(tmp_path), ReduceLROnPlateau("loss"))
