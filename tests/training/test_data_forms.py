"""Data in every common form: files larger than memory, data frames, loaders, datasets."""

import numpy as np
import pandas as pd
import pytest

from funclab import Input, Model, layers, utils
from funclab.errors import DataError, NotSupportedError
from funclab.files.stored import Stored

X = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


def model_of(shape=(3,)):
    utils.set_random_seed(0)
    inputs = Input(shape)
    model = Model(inputs, layers.Dense(1)(inputs))
    model.compile("sgd", "mse")
    return model


def trained(x, y=None, **settings):
    model = model_of()
    model.fit(x, y, epochs=2, shuffle=False, verbose=0, **settings)
    return model.get_weights()[0]


WANTED = trained(X, Y, batch_size=5)


class Loader:
    """As a DataLoader of PyTorch: a length, and iteration over lists of tensors; no numbers."""

    def __len__(self):
        return 4

    def __iter__(self):
        for begin in range(0, 20, 5):
            yield [Tensor(X[begin : begin + 5]), Tensor(Y[begin : begin + 5])]


class Tensor:
    """An object of another library, of which NumPy can read the array."""

    def __init__(self, array):
        self.array = array

    def __len__(self):
        return len(self.array)

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.array, dtype)


class Batches(utils.PyDataset):
    """Batches by their number, which remembers what it was told."""

    def __init__(self):
        super().__init__(workers=2)
        self.told = []

    def __len__(self):
        return 4

    def __getitem__(self, index):
        rows = slice(5 * index, 5 * index + 5)
        return X[rows], Y[rows]

    def on_epoch_begin(self):
        self.told.append("begin")

    def on_epoch_end(self):
        self.told.append("end")


class Endless(Batches):
    num_batches = None

    def __getitem__(self, index):
        return super().__getitem__(index % 4)


def test_loaders_datasets_and_frames_train_as_arrays_do():
    frame = pd.DataFrame(X, columns=list("abc"))
    forms = {
        "loader": trained(Loader()),
        "dataset": trained(Batches()),
        "endless dataset": trained(Endless(), steps_per_epoch=4),
        "frame": trained(frame, pd.Series(Y[:, 0]), batch_size=5),
        "__array__": trained(Tensor(X), Tensor(Y), batch_size=5),
        "generator": trained((batch for _ in range(2) for batch in Batches()), steps_per_epoch=4),
    }

    for name, weights in forms.items():
        np.testing.assert_allclose(weights, WANTED, rtol=1e-6, err_msg=name)


def test_batches_of_dicts_go_to_the_inputs_of_their_names():
    left, right = Input((3,), name="left"), Input((1,), name="right")
    model = Model([left, right], layers.Dense(1)(layers.Concatenate()([left, right])))
    model.compile("sgd", "mse")
    frame = pd.DataFrame({"right": Y[:, 0]})

    model.fit(({"right": y, "left": x}, y) for x, y in Batches())
    model.evaluate({"left": X, **dict(frame)}, Y, verbose=0)

    assert model.predict({"right": Y, "left": X}).shape == (20, 1)


def test_a_dataset_is_told_when_an_epoch_begins_and_ends():
    data = Batches()

    model_of().fit(data, epochs=2, verbose=0)

    assert data.told == ["begin", "end", "begin", "end"]


def test_a_dataset_without_an_end_needs_a_number_of_steps():
    with pytest.raises(DataError, match="steps_per_epoch"):
        model_of().fit(Endless(), verbose=0)


@pytest.mark.parametrize("method", ["__len__", "__getitem__"])
def test_a_dataset_says_what_it_lacks(method):
    kind = type("Empty", (utils.PyDataset,), {"__len__": lambda self: 1})
    data = kind() if method == "__getitem__" else utils.PyDataset()

    with pytest.raises(NotSupportedError, match=method):
        next(iter(data))


@pytest.fixture
def stored(tmp_path):
    """Whole numbers in a file, of another dtype than the input."""
    file = np.lib.format.open_memmap(tmp_path / "x.npy", "w+", "int16", (20, 3))
    file[:] = np.arange(60).reshape(20, 3) % 7
    file.flush()
    return np.load(tmp_path / "x.npy", mmap_mode="r")


@pytest.mark.parametrize("settings", [{}, {"shuffle": True}, {"validation_split": 0.25}])
def test_arrays_in_files_train_as_those_in_memory(stored, settings):
    found = []
    for x in (stored, np.array(stored)):
        model = model_of()
        history = model.fit(x, Y, epochs=2, batch_size=6, verbose=0, **settings)
        found.append([model.get_weights()[0], *history.history.values(), model.predict(x)])

    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


class Huge:
    """A dataset of HDF5 with 10**9 rows, which remembers how many of them were read."""

    shape, dtype, chunks, read_direct = (10**9, 3), np.dtype("float64"), None, None

    def __init__(self):
        self.read = []

    def __len__(self):
        return 10**9

    def __getitem__(self, rows):
        self.read.append(len(range(*rows.indices(10**9))))
        return np.ones((self.read[-1], 3))


def test_of_an_array_in_a_file_only_the_batch_is_read():
    data = Huge()

    model_of().predict(data, batch_size=8, steps=3)

    assert data.read == [8, 8, 8]


def test_a_stored_array_gives_chosen_rows_in_the_order_asked_for(stored):
    rows = np.array([7, 2, 11])

    chosen = Stored(stored, "float32")[4:][rows]

    np.testing.assert_array_equal(chosen, np.array(stored)[rows + 4])
    assert chosen.dtype == "float32"


def test_a_stored_array_says_of_itself_what_an_array_does(stored):
    part, array = Stored(stored, "float32")[4:], np.array(stored)[4:]

    for name in ("shape", "ndim", "size"):
        assert getattr(part, name) == getattr(array, name)


def test_a_loader_of_pairs_is_also_read_for_predictions():
    model = model_of()

    np.testing.assert_allclose(model.predict(Loader()), model.predict(X), rtol=1e-6)
