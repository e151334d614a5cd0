"""Data that the workers read themselves: files, generators, Dask arrays, frames and bags."""

from __future__ import annotations

import os
from functools import partial

import numpy as np
import pytest

from funclab import layers, optimizers
from funclab.callbacks import BackupAndRestore, LambdaCallback, LearningRateScheduler
from funclab.distribute import Cluster, Shards
from funclab.errors import ArgumentError, DataError
from funclab.layers import Input
from funclab.metrics import Metric
from funclab.models import Model
from tests.distribute.accidents import Accident
from tests.distribute.conftest import local_cluster
from tests.distribute.models import pair

RANDOM = np.random.RandomState(3)
X, Y = RANDOM.standard_normal((24, 4)).astype("float32"), RANDOM.standard_normal((24, 1))


@pytest.fixture(scope="module")
def client():
    with local_cluster(2) as cluster, cluster.get_client() as client:
        yield client


def small():
    inputs = Input((4,))
    x = layers.Dropout(0.2)(layers.Dense(5, activation="tanh")(inputs))
    model = Model(inputs, layers.Dense(1)(x))
    model.compile(optimizers.SGD(0.1, momentum=0.9), "mse", metrics=["mae"])
    return model, {}


def in_turns(first=12, size=4):
    """Batches of which one half comes from the first part of the data, one from the second."""
    for i in range(0, first, size):
        rows = np.r_[i : i + size, first + i : first + i + size]
        yield X[rows], Y[rows]


def from_file(path):
    with np.load(path) as data:
        return data["x"], data["y"]


def batch_by_batch(begin):
    """Batches of uneven sizes, as a generator."""
    for first, last in ((0, 5), (5, 6), (6, 12)):
        yield X[begin + first : begin + last], Y[begin + first : begin + last]


def data_in(form, folder):
    """The same data in two parts, in one of the forms that workers read."""
    import dask.array
    import dask.bag

    if form == "files":
        for i in (0, 12):
            np.savez(folder / f"part{i:02}.npz", x=X[i : i + 12], y=Y[i : i + 12])
        return {"x": Shards(from_file, sorted(folder.glob("*.npz")))}
    if form == "generators":
        return {"x": Shards(batch_by_batch, [0, 12])}
    if form == "frames":
        import dask.dataframe
        import pandas

        x = dask.dataframe.from_pandas(pandas.DataFrame(X), npartitions=2)
        return {"x": x, "y": dask.dataframe.from_pandas(pandas.Series(Y[:, 0]), npartitions=2)}
    if form == "bag":
        return {"x": dask.bag.from_sequence(list(zip(X, Y)), npartitions=2)}
    arrays = dask.array.from_array(X, chunks=(12, 2)), dask.array.from_array(Y, chunks=(8, 1))
    if form == "persisted arrays":
        arrays = [array.persist() for array in arrays]
    if form == "arrays of unknown lengths":
        arrays = [array.rechunk((12, -1)) for array in arrays]
        arrays = [array[dask.array.ones(24, chunks=12, dtype=bool)] for array in arrays]
    return dict(zip("xy", arrays))


@pytest.mark.parametrize(
    "form",
    [
        "files",
        "generators",
        "arrays",
        "persisted arrays",
        "arrays of unknown lengths",
        "frames",
        "bag",
    ],
)
def test_workers_train_on_what_they_read_as_one_machine_on_these_batches(form, client, tmp_path):
    alone, spread, _ = pair(small)
    data = data_in(form, tmp_path)

    expected = [alone.fit(in_turns(), verbose=0).history for _ in range(2)]
    history = spread.fit(
        **data, batch_size=8, epochs=2, shuffle=False, verbose=0, cluster=client,
        validation_data=tuple(data.values()) if len(data) > 1 else data["x"],
    )  # fmt: skip

    for epoch, values in enumerate(expected):
        np.testing.assert_allclose(history.history["loss"][epoch], values["loss"], rtol=1e-5)
        np.testing.assert_allclose(history.history["mae"][epoch], values["mae"], rtol=1e-5)
    for mine, theirs in zip(alone.variables, spread.variables, strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=1e-5, atol=1e-6)
    loss = alone.evaluate(X, Y, verbose=0, return_dict=True)["loss"]
    assert history.history["val_loss"][-1] == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize("form", ["files", "arrays"])
def test_predictions_come_in_the_order_of_the_data(form, client, tmp_path):
    model, _, _ = pair(small)

    predictions = model.predict(data_in(form, tmp_path)["x"], batch_size=5, cluster=client)

    np.testing.assert_allclose(predictions, model.predict(X), rtol=1e-5, atol=1e-6)


def test_without_a_cluster_the_parts_are_read_one_after_another(tmp_path):
    alone, other, _ = pair(small)

    alone.fit(Shards(batch_by_batch, [0, 12]), verbose=0)
    other.fit((batch for begin in (0, 12) for batch in batch_by_batch(begin)), verbose=0)

    np.testing.assert_equal(alone.get_weights(), other.get_weights())


class Seen(Metric):
    """The numbers of all samples that have counted."""

    def __init__(self):
        super().__init__(name="seen")
        self.numbers = []

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.numbers += y_true[:, 0].astype(int).tolist()

    def result(self):
        return len(self.numbers)

    def reset_state(self):
        self.numbers = []


def numbered(folder, as_batches, part):
    """Ten samples, with their numbers as targets; notes the process that read them."""
    (folder / f"{part}-{os.getpid()}").touch()
    numbers = np.arange(10 * part, 10 * part + 10.0)[:, None]
    x = np.ones((10, 3)) * numbers / 100
    halves = [(x[:3], numbers[:3]), (x[3:], numbers[3:])]
    return iter(halves) if as_batches else (x, numbers)


def test_a_new_process_goes_on_after_the_last_whole_epoch(client, tmp_path):
    """The optimizer's numbers in a backup are those that it had, not rounded as in other files."""
    (alone, begun, _), (_, again, _) = pair(small), pair(small)
    data = data_in("files", tmp_path)
    third = LearningRateScheduler(lambda epoch, rate: rate / 3)
    backup = BackupAndRestore(tmp_path / "backup", delete_checkpoint=False)
    settings = {"batch_size": 8, "shuffle": False, "verbose": 0, "cluster": client}

    begun.fit(**data, **settings, epochs=1, callbacks=[backup, third])
    history = again.fit(**data, **settings, epochs=3, callbacks=[backup, third])
    alone.fit(**data, **settings, epochs=3, callbacks=[third])

    assert history.epoch == [1, 2]
    assert again.optimizer.current_rate == alone.optimizer.current_rate


@pytest.mark.parametrize("as_batches", [False, True])
def test_every_sample_counts_once_though_the_worker_that_read_it_dies(as_batches, client, tmp_path):
    client.wait_for_workers(2)  # the previous test has killed one
    trigger, readers = tmp_path / "kill", tmp_path / "readers"
    readers.mkdir()
    inputs = Input((3,))
    model = Model(inputs, layers.Dense(1)(Accident(str(trigger), "SIGKILL")(inputs)))
    seen = Seen()
    model.compile("sgd", "mse", metrics=[seen])
    shards = Shards(partial(numbered, readers, as_batches), range(5))
    counts = []

    kill = LambdaCallback(
        on_train_batch_begin=lambda batch, logs: trigger.touch() if batch == 3 else None,
        on_epoch_end=lambda epoch, logs: counts.append(sorted(seen.numbers)),
    )
    history = model.fit(
        shards, batch_size=8, verbose=0, callbacks=[kill], cluster=Cluster(client, 60.0)
    )

    assert counts == [[*range(50)]]
    assert any(event.startswith("lost") for _, _, event in history.cluster.events)
    assert os.getpid() not in {int(path.name.split("-")[1]) for path in readers.iterdir()}


def test_epochs_of_some_steps_go_on_through_the_data(client, tmp_path):
    inputs = Input((3,))
    model = Model(inputs, layers.Dense(1)(inputs))
    seen = Seen()
    model.compile("sgd", "mse", metrics=[seen])
    shards = Shards(partial(numbered, tmp_path, False), range(2))
    counts = []
    tell = LambdaCallback(on_epoch_end=lambda epoch, logs: counts.append(sorted(seen.numbers)))
    model.fit(
        shards, batch_size=5, epochs=2, steps_per_epoch=2, callbacks=[tell], verbose=0,
        cluster=client,
    )  # fmt: skip

    assert sorted(counts[0] + counts[1]) == [*range(20)]


def test_data_that_cannot_be_dealt_out_are_refused(client):
    import dask.array

    model, _, _ = pair(small)
    x = dask.array.from_array(X, chunks=12)

    with pytest.raises(DataError, match="different numbers of samples"):
        model.fit(x, dask.array.from_array(Y[:20], chunks=10), verbose=0, cluster=client)
    with pytest.raises(DataError, match="is not a Dask array"):
        model.fit(x, Y, verbose=0, cluster=client)
    with pytest.raises(ArgumentError, match="beside Shards"):
        model.fit(Shards(batch_by_batch, [0]), Y, verbose=0, cluster=client)


def test_what_a_part_raises_is_raised_at_the_client(client, tmp_path):
    model, _, _ = pair(small)

    with pytest.raises(FileNotFoundError):
        model.fit(Shards(from_file, [tmp_path / "absent.npz"]), verbose=0, cluster=client)
