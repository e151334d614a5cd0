"""The classic data sets: fetched once from a server, checked, and read as Keras reads them."""

import hashlib
import http.server
import os
import pickle
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from funclab import config, datasets, utils
from funclab.datasets import classics
from funclab.errors import ArgumentError, DataError, FunclabError
from tests.datasets import stand_ins

SHAPES = {
    "mnist": [(6, 28, 28), (6,), (2, 28, 28), (2,)],
    "fashion_mnist": [(6, 28, 28), (6,), (2, 28, 28), (2,)],
    "cifar10": [(15, 32, 32, 3), (15, 1), (2, 32, 32, 3), (2, 1)],
    "cifar100": [(3, 32, 32, 3), (3, 1), (3, 32, 32, 3), (3, 1)],
    "imdb": [(9,), (9,), (5,), (5,)],
    "reuters": [(16,), (16,), (4,), (4,)],
    "boston_housing": [(16, 13), (16,), (5, 13), (5,)],
    "california_housing": [(560, 8), (560,), (140, 8), (140,)],
}
# What Keras 3.15.1 made of the same files, as the digest below.
RECORDED = [
    ("mnist", {}, "faf2fb3d49a2"),
    ("fashion_mnist", {}, "3540e06686f1"),
    ("cifar100", {}, "401717a07e8f"),
    ("cifar100", {"label_mode": "coarse"}, "f0d283819860"),
    ("boston_housing", {}, "5038395431b9"),
    ("boston_housing", {"test_split": 0.5, "seed": 1}, "f818a5532244"),
    ("california_housing", {"version": "small", "seed": 3}, "d7346a400d92"),
    ("imdb", {}, "b6135a2eaa1e"),
    ("imdb", {"num_words": 20, "skip_top": 5, "seed": 7}, "bf3426e38969"),
    ("imdb", {"maxlen": 8, "oov_char": None, "num_words": 30}, "2591c8d54b3e"),
    ("imdb", {"start_char": None, "index_from": 0}, "1e5666ada219"),
    ("reuters", {}, "38dcd1fccae9"),
    ("reuters", {"num_words": 20, "skip_top": 5, "test_split": 0.4}, "131cf6b155a3"),
    ("reuters", {"maxlen": 8, "start_char": None, "oov_char": None, "skip_top": 6}, "ccbbfcb3a337"),
]


def arrays(data):
    (x, y), (x_test, y_test) = data
    return [x, y, x_test, y_test]


def digest(data):
    """The same for the same numbers and dtypes."""
    text = repr([(array.dtype.name, array.tolist()) for array in arrays(data)])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path.startswith("/short/"):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"too little")
        else:
            super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("far")
    stand_ins.write_all(folder)
    return folder


@pytest.fixture
def server(files):
    """A server on this machine, which notes what it was asked for."""
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *a: Handler(*a, directory=str(files))
    ) as server:
        server.asked = []
        server.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty cache, named as for Keras."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def near(server, files, home, monkeypatch):
    """The table of downloads, with the files of the server on this machine."""
    for name, download in classics.DOWNLOADS.items():
        file = download.origin.rsplit("/", 1)[1]
        mine = download._replace(
            origin=f"{server.address}/{file}",
            file_hash=hashlib.sha256((files / file).read_bytes()).hexdigest(),
        )
        monkeypatch.setitem(classics.DOWNLOADS, name, mine)
    return home


@pytest.mark.parametrize("name", SHAPES)
def test_a_set_is_fetched_once_and_comes_from_the_cache_afterwards(name, near, server):
    first = getattr(datasets, name).load_data()
    asked = list(server.asked)
    again = getattr(datasets, name).load_data()

    assert [array.shape for array in arrays(first)] == SHAPES[name]
    assert digest(again) == digest(first)
    assert 1 <= len(asked) == len(server.asked) <= 4


@pytest.mark.parametrize(("name", "settings", "recorded"), RECORDED, ids=str)
def test_a_set_is_what_keras_makes_of_the_same_file(name, settings, recorded, near):
    data = getattr(datasets, name).load_data(**settings)

    assert digest(data) == recorded


def test_the_batches_of_cifar10_follow_one_another(near):
    (x, y), (x_test, y_test) = datasets.cifar10.load_data()

    folder = near / "datasets/cifar-10-batches-py-target/cifar-10-batches-py"
    third = pickle.loads((folder / "data_batch_3").read_bytes())
    np.testing.assert_array_equal(x[6:9].transpose(0, 3, 1, 2).reshape(3, -1), third[b"data"])
    assert y[6:9, 0].tolist() == third[b"labels"]
    assert {array.dtype.name for array in (x, y, x_test, y_test)} == {"uint8"}


def test_channels_come_first_where_the_settings_say_so(near):
    config.set_image_data_format("channels_first")
    try:
        (x, _), _ = datasets.cifar100.load_data()
    finally:
        config.set_image_data_format("channels_last")

    assert x.shape == (3, 3, 32, 32)


@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_words_have_numbers_and_topics_have_names(name, near):
    assert getattr(datasets, name).get_word_index() == stand_ins.WORDS
    assert len(set(datasets.reuters.get_label_names())) == 46


def test_a_file_lies_where_keras_keeps_it_under_a_name_of_ones_own(near):
    datasets.mnist.load_data("mine.npz")
    datasets.fashion_mnist.load_data()

    assert (near / "datasets" / "mine.npz").is_file()
    assert (near / "datasets" / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz").is_file()


def test_a_damaged_file_in_the_cache_is_fetched_again(near, capsys):
    datasets.mnist.load_data()
    path = near / "datasets" / "mnist.npz"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])

    datasets.mnist.load_data()

    assert path.read_bytes() == whole
    assert "incomplete or outdated" in capsys.readouterr().out


def test_another_file_than_the_table_says_is_refused_and_not_kept(near, server, monkeypatch):
    wrong = classics.DOWNLOADS["mnist.npz"]._replace(origin=f"{server.address}/imdb.npz")
    monkeypatch.setitem(classics.DOWNLOADS, "mnist.npz", wrong)

    with pytest.raises(DataError, match="corrupted file"):
        datasets.mnist.load_data()

    assert list((near / "datasets").iterdir()) == []


def test_a_download_that_ends_early_is_refused_and_not_kept(server, home):
    with pytest.raises(DataError, match="10 of 1000 bytes"):
        utils.get_file(origin=f"{server.address}/short/data.bin")

    assert list((home / "datasets").iterdir()) == []


def test_a_file_that_the_server_lacks_is_not_blamed_on_being_offline(server, home):
    with pytest.raises(DataError, match="404 -- ") as raised:
        utils.get_file(origin=f"{server.address}/nothing.npz")

    assert "offline" not in raised.value.why and "server" in raised.value.why


@pytest.mark.parametrize("name", SHAPES)
def test_offline_the_error_names_the_address_the_place_and_a_set_that_ships(
    name, near, server, monkeypatch
):
    for file, download in list(classics.DOWNLOADS.items()):
        nobody = download._replace(origin=f"http://127.0.0.1:1/{file}")
        monkeypatch.setitem(classics.DOWNLOADS, file, nobody)

    with pytest.raises(DataError, match="URL fetch failure on http://127.0.0.1:1/") as raised:
        getattr(datasets, name).load_data()

    assert "offline" in raised.value.why
    assert str(near / "datasets") in raised.value.fix
    instead = raised.value.fix.split("funclab.datasets.")[1].split(".")[0]
    assert getattr(datasets, instead).load_data()


def test_a_line_grows_while_a_file_comes_unless_logging_is_off(near, capsys):
    datasets.boston_housing.load_data()
    shown = capsys.readouterr().out
    config.disable_interactive_logging()
    try:
        datasets.california_housing.load_data()
    finally:
        config.enable_interactive_logging()

    size = (near / "datasets" / "boston_housing.npz").stat().st_size
    assert f"Downloading data from {classics.DOWNLOADS['boston_housing.npz'].origin}" in shown
    assert f"{size}/{size}" in shown and "━" in shown
    assert capsys.readouterr().out == ""


def test_where_the_cache_cannot_be_files_go_below_tmp(server, tmp_path, monkeypatch):
    blocked = tmp_path / "a file"
    blocked.write_text("")
    monkeypatch.setenv("KERAS_HOME", str(blocked / "home"))

    folder = f"test-{os.getpid()}"
    path = Path(utils.get_file(origin=f"{server.address}/reuters.npz", cache_subdir=folder))

    assert path.is_file() and path.parts[-3:] == (".keras", folder, "reuters.npz")
    shutil.rmtree(path.parent)


class Acts:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_file_cannot_make_anything_run(tmp_path):
    np.savez(tmp_path / "bad.npz", x=np.array([Acts(tmp_path / "made")], dtype=object))

    with pytest.raises(DataError, match="mkdir"):
        classics.read(tmp_path / "bad.npz")

    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("name", "settings", "says"),
    [
        ("reuters", {"maxlen": 1}, "Increase maxlen"),
        ("imdb", {"maxlen": 1}, "Increase maxlen"),
        ("reuters", {"test_split": 1}, "test_split"),
        ("boston_housing", {"test_split": -0.1}, "test_split"),
        ("california_housing", {"version": "medium"}, "version"),
        ("cifar100", {"label_mode": "rough"}, "label_mode"),
        ("mnist", {"path": "a/b.npz"}, "fname"),
    ],
)
def test_settings_that_no_set_can_have_are_refused(name, settings, says, near):
    with pytest.raises(ArgumentError, match=says) as raised:
        getattr(datasets, name).load_data(**settings)

    assert isinstance(raised.value, FunclabError) and raised.value.fix
