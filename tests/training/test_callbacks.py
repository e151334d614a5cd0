"""Callbacks: when they are called, with what, and those that control training."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from funclab import Input, Model
from funclab.callbacks import (
    Callback,
    CSVLogger,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from funclab.errors import ArgumentError
from funclab.models import load_model
from funclab.optimizers import SGD
from tests.training.conftest import line

X, Y = np.eye(3), np.array([1.0, 2.0, 3.0])


class Diary(Callback):
    """Records every call."""

    def __init__(self):
        super().__init__()
        self.lines = []


def moment(name):
    def write(self, *args, logs=None):
        numbers = [str(one) for one in args if isinstance(one, int)]
        self.lines.append(" ".join([name.removeprefix("on_"), *numbers]))

    return write


for name in [one for one in dir(Callback) if one.startswith("on_")]:
    setattr(Diary, name, moment(name))


def compiled(rate=0.1):
    model = line()
    model.compile(SGD(rate), "mse", metrics=["mae"])
    return model


def scripted(values, name="val_loss"):
    """A callback that puts these numbers into the logs, epoch after epoch."""
    return LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update({name: values[epoch]}))


def fit_scripted(callback, values, name="val_loss"):
    """Fit for as many epochs as there are values for the callback to see."""
    model = compiled()
    callbacks = [scripted(values, name), callback]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that val_loss is missing, as it is until then
        history = model.fit(X, Y, epochs=len(values), verbose=0, callbacks=callbacks)
    return model, history


def test_every_moment_of_training_is_told_in_order():
    diary = Diary()

    compiled().fit(X, Y, 2, validation_data=(X, Y), verbose=0, callbacks=[diary])

    assert diary.lines == [
        "train_begin", "epoch_begin 0",
        "train_batch_begin 0", "train_batch_end 0", "train_batch_begin 1", "train_batch_end 1",
        "test_begin", "test_batch_begin 0", "test_batch_end 0",
        "test_batch_begin 1", "test_batch_end 1", "test_end",
        "epoch_end 0", "train_end",
    ]  # fmt: skip


def test_evaluate_and_predict_tell_their_moments_too():
    diary, model = Diary(), compiled()

    model.evaluate(X, Y, verbose=0, callbacks=[diary])
    model.predict(X, callbacks=[diary])

    assert diary.lines == [
        "test_begin", "test_batch_begin 0", "test_batch_end 0", "test_end",
        "predict_begin", "predict_batch_begin 0", "predict_batch_end 0", "predict_end",
    ]  # fmt: skip


def test_a_callback_gets_the_outputs_of_each_batch_in_their_structure():
    x = Input((3,))
    doubled = x * 2.0
    seen = []
    watch = LambdaCallback(on_predict_batch_end=lambda batch, logs: seen.append(logs["outputs"]))
    rows = np.arange(12.0).reshape(4, 3)

    Model(x, doubled).predict(rows, batch_size=2, verbose=0, callbacks=[watch])
    Model(x, {"twice": doubled, "same": x}).predict(rows, verbose=0, callbacks=[watch])

    assert [part.tolist() for part in seen[:2]] == [
        (rows[:2] * 2).tolist(),
        (rows[2:] * 2).tolist(),
    ]
    assert seen[2]["twice"].tolist() == (rows * 2).tolist()
    assert seen[2]["same"].tolist() == rows.tolist()


def test_a_callback_gets_a_dict_of_logs_at_every_moment():
    told, model = {}, compiled()
    names = [name for name in dir(Callback) if name.startswith("on_")]

    def noting(name):
        return lambda *args, **more: told.update({name: [*args, *more.values()][-1]})

    watch = LambdaCallback(**{name: noting(name) for name in names})

    model.fit(X, Y, validation_data=(X, Y), verbose=0, callbacks=[watch])
    model.predict(X, verbose=0, callbacks=[watch])

    # Those for all batches are what the others call, unless a callback has its own.
    assert told.keys() == set(names) - {"on_batch_begin", "on_batch_end"}
    assert [name for name, logs in told.items() if not isinstance(logs, dict)] == []
    assert told["on_train_end"].keys() == {"loss", "mae", "val_loss", "val_mae"}
    assert told["on_test_end"].keys() == {"loss", "mae"}


def test_logs_hold_the_running_loss_and_metrics():
    seen = []
    watch = LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(logs),
        on_epoch_end=lambda epoch, logs: seen.append(logs),
    )

    compiled(0.0).fit(X, Y, 2, shuffle=False, validation_data=(X, Y), verbose=0, callbacks=watch)

    np.testing.assert_allclose([one["loss"] for one in seen], [2.5, 14 / 3, 14 / 3])
    assert list(seen[-1]) == ["loss", "mae", "val_loss", "val_mae"]


def test_a_callback_knows_the_model_and_the_course():
    callback, model = Callback(), compiled()
    assert callback.model is None

    model.fit(X, Y, 2, epochs=3, verbose=0, callbacks=[callback])

    assert callback.model is model
    assert callback.params == {"epochs": 3, "steps": 2, "verbose": 0}


def test_stop_training_ends_after_the_batch():
    def stop(batch, logs):
        model.stop_training = True

    model = compiled()

    model.fit(X, Y, 1, epochs=5, verbose=0, callbacks=[LambdaCallback(on_batch_end=stop)])

    assert int(model.optimizer.iterations) == 1


STOPS = [
    ({}, [3, 2, 2, 1], 3),
    ({"patience": 2}, [3, 2, 2, 1, 1, 1, 0], 6),
    ({"min_delta": 0.5}, [3, 2.4, 2.2], 3),
    ({"baseline": 1.0, "patience": 2}, [3, 2, 2, 1], 3),
    ({"baseline": 1.0, "patience": 2}, [3, 0.9, 0.95, 0.96, 0.97], 4),
    ({"start_from_epoch": 2}, [1, 5, 4, 4], 4),
    ({"monitor": "val_mae", "mode": "max"}, [1, 2, 2, 3], 3),
    ({"monitor": "val_mae", "mode": "max", "min_delta": 0.5}, [1, 1.6, 2, 3], 3),
    ({"monitor": "val_accuracy"}, [0.1, 0.2, 0.2, 0.3], 3),
]


@pytest.mark.parametrize(("settings", "values", "epochs"), STOPS)
def test_early_stopping_ends_when_nothing_gets_better(settings, values, epochs):
    stopping = EarlyStopping(**settings)

    _, history = fit_scripted(stopping, values, settings.get("monitor", "val_loss"))

    assert len(history.epoch) == epochs


def test_early_stopping_that_did_not_stop_says_so():
    stopping = EarlyStopping("val_loss")

    fit_scripted(stopping, [3, 2, 1], "val_loss")

    assert (stopping.stopped_epoch, stopping.best_epoch) == (0, 2)


def test_early_stopping_brings_back_the_best_weights():
    kept = {}
    keep = LambdaCallback(on_epoch_end=lambda epoch, logs: kept.update({epoch: weights()}))
    stopping = EarlyStopping("val_loss", patience=2, restore_best_weights=True)
    model = compiled()

    def weights():
        return model.get_weights()[0]

    with pytest.warns(UserWarning, match="not available"):
        model.fit(X, Y, epochs=9, verbose=0, callbacks=[keep, scripted([3, 1, 2, 2, 0]), stopping])

    assert stopping.best_epoch == 1
    np.testing.assert_array_equal(weights(), kept[1])


def test_a_number_that_will_never_come_is_warned_about_before_training():
    begun = []
    watch = LambdaCallback(on_train_begin=lambda logs: begun.append(1))

    with pytest.warns(UserWarning, match="`val_loss` which is not available") as caught:
        compiled().fit(X, Y, verbose=0, callbacks=[EarlyStopping(), watch])

    assert str(caught[0].message) == (
        "EarlyStopping conditioned on metric `val_loss` which is not available. Available metrics "
        "are: loss,mae. Pass validation_data or validation_split."
    )
    assert begun == [1]


def test_a_number_that_never_comes_and_is_not_of_the_validation_is_only_named():
    with pytest.warns(UserWarning) as caught:
        compiled().fit(X, Y, verbose=0, callbacks=[EarlyStopping("auc")])

    assert [str(warning.message) for warning in caught] == [
        "EarlyStopping conditioned on metric `auc` which is not available. "
        "Available metrics are: loss,mae"
    ]


def test_acc_and_accuracy_stand_for_each_other_in_history_and_monitors():
    _, history = fit_scripted(EarlyStopping("val_acc"), [0.5, 0.4, 0.6], "val_accuracy")

    assert history.history["val_acc"] == history.history["val_accuracy"] == [0.5, 0.4]
    assert history.history.get("acc") is None


# The settings, what the callback sees, and the rate after each epoch, as in Keras.
PLATEAUS = [
    ({"patience": 2}, [3, 2, 2, 2, 2, 2], [0.1, 0.1, 0.1, 0.05, 0.05, 0.025]),
    ({"patience": 0}, [3, 2, 2, 1], [0.1, 0.1, 0.05, 0.05]),
    ({"patience": 2, "cooldown": 2}, [2] * 7, [0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025]),
    ({"cooldown": 2}, [3, 3, 3, 2, 2, 2, 2], [0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.0125]),
    ({"min_lr": 0.03}, [3] * 4, [0.1, 0.05, 0.03, 0.03]),
    ({"min_delta": 0.1}, [3, 2.95, 2.9, 2.8, 2.5], [0.1, 0.05, 0.025, 0.025, 0.025]),
    ({"mode": "max"}, [1, 2, 2, 3, 2], [0.1, 0.1, 0.05, 0.05, 0.025]),
    ({"mode": "max", "min_delta": 0.1}, [1, 1.05, 1.2, 1.25], [0.1, 0.05, 0.05, 0.025]),
]


@pytest.mark.parametrize(("settings", "values", "rates"), PLATEAUS)
def test_the_rate_falls_on_a_plateau(settings, values, rates):
    callback = ReduceLROnPlateau(factor=0.5, **{"patience": 1, "min_delta": 0, **settings})

    model, history = fit_scripted(callback, values)

    shown = [*history.history["learning_rate"][1:], float(model.optimizer.learning_rate)]
    assert shown == pytest.approx(rates, rel=1e-6)


def test_a_callback_that_fits_again_begins_anew():
    stopping = EarlyStopping(patience=1, restore_best_weights=True)
    plateau = ReduceLROnPlateau(patience=2, min_delta=0, cooldown=9)
    for callback, values in ((stopping, [1, 2]), (plateau, [1, 2, 2])):
        fit_scripted(callback, values)

    _, history = fit_scripted(stopping, [9, 8, 9])
    model, _ = fit_scripted(plateau, [9, 9, 9])

    assert len(history.epoch) == 3
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01)


SAYS = [
    (EarlyStopping(patience=1, verbose=1), "Epoch 3: early stopping\n"),
    (
        EarlyStopping(patience=1, verbose=1, restore_best_weights=True),
        "Epoch 3: early stopping\nRestoring model weights from the end of the best epoch: 2.\n",
    ),
    (
        ReduceLROnPlateau(factor=0.5, patience=1, min_lr=0.025, verbose=1),
        "\nEpoch 3: ReduceLROnPlateau reducing rate to 0.05.\n"
        "\nEpoch 4: ReduceLROnPlateau reducing rate to 0.025.\n",
    ),
    (
        LearningRateScheduler(lambda epoch: 0.5, verbose=1),
        "".join(
            f"\nEpoch {i}: LearningRateScheduler setting learning rate to 0.5.\n"
            for i in range(1, 6)
        ),
    ),
]


@pytest.mark.parametrize(("callback", "text"), SAYS)
def test_a_callback_says_what_it_did_when_asked(callback, text, capsys):
    fit_scripted(callback, [3, 2, 2, 2, 2])

    assert capsys.readouterr().out == text


@pytest.mark.parametrize(
    "schedule", [lambda epoch, rate: rate / 2, lambda epoch: [0.05, 0.025][epoch]]
)
def test_a_scheduler_sets_the_rate_of_each_epoch(schedule):
    model = compiled()

    history = model.fit(X, Y, epochs=2, verbose=0, callbacks=[LearningRateScheduler(schedule)])

    assert history.history["learning_rate"] == [0.05, 0.025]


def test_training_can_end_at_the_first_loss_that_is_no_number(capsys):
    model = compiled(1e30)

    history = model.fit(X, Y, 1, epochs=9, verbose=0, callbacks=[TerminateOnNaN()])

    assert len(history.epoch) == 1
    assert "Invalid loss, terminating training" in capsys.readouterr().out


def test_a_table_of_the_epochs_can_be_written_and_continued(tmp_path):
    path = tmp_path / "log.csv"

    for append in (False, True):
        compiled().fit(X, Y, verbose=0, callbacks=[CSVLogger(path, append=append)])

    lines = path.read_text().splitlines()
    assert lines[0] == "epoch,loss,mae,val_loss,val_mae"  # a later epoch may have the last two
    assert len(lines) == 3 and lines[1].endswith(",NA,NA")


def test_checkpoints_keep_the_best_weights(tmp_path):
    path = str(tmp_path / "best-{epoch}.weights.h5")
    checkpoint = ModelCheckpoint(path, save_best_only=True, save_weights_only=True)

    fit_scripted(checkpoint, [3, 4, 2])

    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "best-1.weights.h5", "best-3.weights.h5",
    ]  # fmt: skip


def test_a_checkpoint_says_what_it_saves_and_the_file_is_the_model(tmp_path, capsys):
    path = str(tmp_path / "{epoch}-{val_loss:.1f}.keras")

    model, _ = fit_scripted(ModelCheckpoint(path, verbose=1), [3, 4])

    assert sorted(one.name for one in tmp_path.iterdir()) == ["1-3.0.keras", "2-4.0.keras"]
    said = [line for line in capsys.readouterr().out.splitlines() if "saving" in line]
    assert said == [f"Epoch {n}: saving model to {tmp_path / name}"
                    for n, name in ((1, "1-3.0.keras"), (2, "2-4.0.keras"))]  # fmt: skip
    assert load_model(tmp_path / "2-4.0.keras").name == model.name


def test_a_checkpoint_whose_name_asks_for_what_there_is_not_says_what_there_is(tmp_path):
    with pytest.raises(ArgumentError, match="filepath") as caught:
        fit_scripted(ModelCheckpoint(str(tmp_path / "{speed}.keras")), [3])

    assert "epoch, loss, mae, val_loss" in str(caught.value)


def test_a_missing_number_is_warned_of_once_with_the_numbers_that_there_are():
    stopping = EarlyStopping("val_speed")
    with pytest.warns(UserWarning, match="`val_speed` which is not available") as caught:
        for _ in range(2):
            assert stopping.value({"loss": 1.0, "val_loss": 2.0}) is None

    assert [str(one.message).endswith("loss,val_loss") for one in caught] == [True]


WRONG = [
    (lambda: [EarlyStopping], "EarlyStopping is not a callback", "write EarlyStopping"),
    (lambda: EarlyStopping(3), "Received: monitor=3", r"EarlyStopping\(patience=3\)"),
    (lambda: ModelCheckpoint("a.keras", 3), "Received: monitor=3", r'\(monitor="val_loss"\)'),
    (lambda: EarlyStopping(patience=-1), "argument `patience`", "3"),
    (lambda: CSVLogger("log.csv", separator=";;"), "argument `separator`", '","'),
    (lambda: [print], "is not a callback", "LambdaCallback"),
    (lambda: LambdaCallback(on_epoch=print), "has no `on_epoch`", "on_epoch_end"),
    (lambda: EarlyStopping(mode="least"), "argument `mode`", "auto"),
    (lambda: ReduceLROnPlateau(factor=2), "factor >= 1.0", "0.5"),
]


@pytest.mark.parametrize(("make", "what", "fix"), WRONG, ids=[str(i) for i in range(len(WRONG))])
def test_what_is_no_callback_is_refused_before_training(make, what, fix):
    model = compiled()

    with pytest.raises(ArgumentError, match=f"(?s){what}.*{fix}"):
        model.fit(X, Y, verbose=0, callbacks=make())

    assert int(model.optimizer.iterations) == 0


def test_a_history_knows_at_which_epochs_something_rarer_was_measured():
    history = History()
    for epoch in range(4):
        history.on_epoch_end(epoch, {"loss": 1.0} | ({"val_loss": 2.0} if epoch % 2 else {}))

    assert history.epochs_of == {"loss": [0, 1, 2, 3], "val_loss": [1, 3]}
    assert [history.value("val_loss", epoch) for epoch in range(4)] == [None, 2.0, None, 2.0]


def test_a_callback_may_be_told_of_training_batches_by_their_short_names():
    told = []
    watch = LambdaCallback(
        on_batch_begin=lambda batch, logs: told.append(("begin", batch, logs)),
        on_batch_end=lambda batch, logs: told.append(("end", batch, sorted(logs))),
    )

    compiled().fit(X, Y, 2, verbose=0, callbacks=[watch])

    begin, end = ("begin", 0, {}), ("end", 0, ["loss", "mae"])
    assert told == [begin, end, ("begin", 1, {}), ("end", 1, ["loss", "mae"])]


@pytest.mark.parametrize(
    ("epochs", "text"),
    [(1, "<History of 1 epoch: loss, mae>"), (2, "<History of 2 epochs: loss, mae>")],
)
def test_a_history_says_how_long_it_is(epochs, text):
    history = compiled().fit(X, Y, epochs=epochs, verbose=0)

    assert repr(history) == text
    assert repr(History()) == "<History of 0 epochs: >"


def test_a_history_finds_the_value_of_an_epoch():
    history = compiled(0.0).fit(X, Y, epochs=2, verbose=0)

    values = [history.value("loss", history.epoch[i]) for i in (0, 1)]

    assert values == history.history["loss"]
    assert history.value("loss", 9) is None
    with pytest.raises(ArgumentError, match="kept no snapshots"):
        history.restore(1)
