"""The helpers with Keras' names."""

import hashlib
import io
import json
import re
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from funclab import Input, config, data, utils
from funclab.errors import ArgumentError, DataError
from funclab.utils import tree
from funclab.utils.preprocessing.sequence import pad_sequences

SEQUENCES = [[1], [2, 3], [4, 5, 6], []]
SERIES, TARGETS = np.arange(40).reshape(20, 2), np.arange(20) * 10


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, [[0, 0, 1], [0, 2, 3], [4, 5, 6], [0, 0, 0]]),
        ({"padding": "post"}, [[1, 0, 0], [2, 3, 0], [4, 5, 6], [0, 0, 0]]),
        ({"maxlen": 2}, [[0, 1], [2, 3], [5, 6], [0, 0]]),
        ({"maxlen": 2, "truncating": "post", "value": 9}, [[9, 1], [2, 3], [4, 5], [9, 9]]),
    ],
)
def test_sequences_are_padded_and_cut_as_in_keras(settings, wanted):
    made = pad_sequences(SEQUENCES, **settings)

    assert made.tolist() == wanted
    assert made.dtype == "int32"


def test_steps_of_several_numbers_and_words_are_padded_too():
    steps = utils.pad_sequences([[[1, 2]], [[3, 4], [5, 6]]], dtype="float32")
    words = utils.pad_sequences([["a"], ["b", "c"]], dtype=object, value="")

    assert steps.tolist() == [[[0, 0], [1, 2]], [[3, 4], [5, 6]]]
    assert words.tolist() == [["", "a"], ["b", "c"]]


def test_windows_of_a_series_come_in_batches():
    data = utils.timeseries_dataset_from_array(
        SERIES, TARGETS, 3, sampling_rate=2, sequence_stride=3, batch_size=2, start_index=1
    )

    batches = list(data)

    assert [y.tolist() for _, y in batches] == [[10, 40], [70, 100], [130]]
    assert batches[0][0].tolist() == [[[2, 3], [6, 7], [10, 11]], [[8, 9], [12, 13], [16, 17]]]
    assert len(data) == 3


def test_windows_may_come_alone_without_targets_and_in_another_order():
    alone = utils.timeseries_dataset_from_array(SERIES, None, 3, batch_size=None)
    mixed = utils.timeseries_dataset_from_array(SERIES, TARGETS, 3, shuffle=True, seed=1)

    starts = [window[0, 0].item() for window in alone]

    assert starts == list(range(0, 36, 2))
    assert sorted(mixed[0][1].tolist()) == list(range(0, 180, 10))
    assert mixed[0][1].tolist() != sorted(mixed[0][1].tolist())


@pytest.mark.parametrize(
    ("settings", "sizes"),
    [
        ({"left_size": 0.8}, (16, 4)),
        ({"right_size": 5}, (15, 5)),
        ({"left_size": 0.33, "right_size": 0.33}, (7, 7)),
        ({"left_size": 4, "shuffle": True, "seed": 3}, (4, 16)),
    ],
)
def test_arrays_are_split_together(settings, sizes):
    left, right = utils.split_dataset((SERIES, {"y": TARGETS}), **settings)

    for part, size in ((left, sizes[0]), (right, sizes[1])):
        rows = [*part]
        assert len(part) == len(rows) == size
        assert all(x[0] * 5 == other["y"] for x, other in rows)


def test_elements_of_pipelines_are_split_too():
    batches = data.Dataset.range(10).batch(2)
    left, right = utils.split_dataset(batches, right_size=2)
    pairs, _ = utils.split_dataset([SERIES, TARGETS], left_size=3)

    assert [batch.tolist() for batch in left] == [[0, 1], [2, 3], [4, 5]]
    assert [batch.tolist() for batch in right] == [[6, 7], [8, 9]]
    assert [(x.tolist(), int(y)) for x, y in pairs.take(2)] == [([0, 1], 0), ([2, 3], 10)]


def test_a_progress_bar_shows_means_and_latest_values(capsys):
    bar = utils.Progbar(4, verbose=2, stateful_metrics=["rate"])

    for step in range(1, 4):
        bar.update(step, [("loss", float(step)), ("rate", float(step))])

    assert bar.logs() == {"loss": 2.0, "rate": 3.0}
    bar.add(1, [("loss", 0.25)])
    assert "4/4" in capsys.readouterr().out


@pytest.mark.parametrize("step", range(1, 7))
def test_a_progress_bar_has_the_same_length_at_every_step_and_after_the_last(step, capsys):
    utils.Progbar(4).update(step, finalize=True)

    drawn = re.findall("[━─]+", capsys.readouterr().out)
    assert [len(bar) for bar in drawn] == [20]
    assert drawn[0].count("━") == min(5 * step, 20)


def test_small_helpers_answer_as_in_keras():
    assert utils.unpack_x_y_sample_weight([1, 2]) == (1, 2, None)
    x = np.ones((2, 3))
    assert utils.unpack_x_y_sample_weight(x)[0] is x
    assert utils.pack_x_y_sample_weight([1]) == ([1],)
    assert utils.pack_x_y_sample_weight(1, 2) == (1, 2)
    assert utils.is_keras_tensor(Input((3,)))
    assert not utils.is_keras_tensor(np.ones(3))
    assert [utils.standardize_dtype(d) for d in (None, "string", bool)] == [
        "float32",
        "string",
        "bool",
    ]
    np.testing.assert_allclose(utils.normalize([[3.0, 4.0], [0.0, 0.0]]), [[0.6, 0.8], [0, 0]])
    assert utils.img_to_array(np.zeros((2, 3)), "channels_first").shape == (1, 2, 3)
    utils.clear_session(free_memory=False)


WRONG_DTYPES = ("nope", "", 3, object, [1], {}, np.zeros(2))


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: pad_sequences([1, 2]), DataError, "list of iterables"),
        (lambda: pad_sequences(3), DataError, "must be iterable"),
        (lambda: pad_sequences([[1], [[2]]]), DataError, "different from expected shape"),
        (lambda: pad_sequences([[1]], value="x"), ArgumentError, "not compatible with `value`"),
        (lambda: pad_sequences([[1]], padding="x"), ArgumentError, "padding"),
        (
            lambda: utils.timeseries_dataset_from_array(SERIES, None, 30),
            ArgumentError,
            "No window of 30 steps",
        ),
        (
            lambda: utils.timeseries_dataset_from_array(SERIES, None, 3, end_index=99),
            ArgumentError,
            "end_index",
        ),
        (lambda: utils.split_dataset(SERIES), ArgumentError, "At least one of"),
        (lambda: utils.split_dataset(SERIES, 0.8, 0.8), ArgumentError, "The sum of"),
        (lambda: utils.split_dataset(SERIES, 1.5), ArgumentError, "left_size"),
        (lambda: utils.split_dataset((SERIES, [1]), 0.5), DataError, "one length"),
        (lambda: utils.unpack_x_y_sample_weight((1, 2, 3, 4)), DataError, "tuple of 4"),
        *((lambda x=x: utils.standardize_dtype(x), ArgumentError, "dtype") for x in WRONG_DTYPES),
        (lambda: utils.img_to_array(np.zeros(3)), DataError, "Unsupported image shape"),
        (lambda: utils.get_file("x"), ArgumentError, "origin"),
        (lambda: utils.get_file("a/b", origin="file:///x"), ArgumentError, "fname"),
        (lambda: config.set_epsilon(0), ArgumentError, "epsilon"),
        (lambda: config.set_image_data_format("x"), ArgumentError, "data_format"),
        (lambda: config.set_max_epochs(0), ArgumentError, "max_epochs"),
    ],
)
def test_what_a_helper_cannot_use_is_refused(make, error, says):
    with pytest.raises(error, match=says):
        make()


@pytest.fixture
def origin(tmp_path):
    """A local file in place of one on the internet."""
    path = tmp_path / "far" / "data.json"
    path.parent.mkdir()
    path.write_text(json.dumps([1, 2]))
    return path


def test_a_file_is_fetched_once(origin, tmp_path):
    digest = hashlib.sha256(origin.read_bytes()).hexdigest()
    where = {"origin": origin.as_uri(), "file_hash": digest, "cache_dir": tmp_path}

    path = utils.get_file(**where)
    origin.unlink()

    assert utils.get_file(**where) == path
    assert json.loads(Path(path).read_text()) == [1, 2]
    with pytest.raises(DataError, match="URL fetch failure"):
        utils.get_file(**where, force_download=True)
    assert json.loads(Path(path).read_text()) == [1, 2]


def test_another_file_than_the_hash_says_is_refused(origin, tmp_path):
    with pytest.raises(DataError, match="corrupted file"):
        utils.get_file(origin=origin.as_uri(), md5_hash="0" * 32, cache_dir=tmp_path)

    assert not (tmp_path / "datasets" / "data.json").exists()


@pytest.mark.parametrize("form", ["tar", "zip"])
def test_archives_are_unpacked(form, tmp_path):
    packed = tmp_path / f"many.{form}"
    if form == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("one.txt", "hello")
    else:
        with tarfile.open(packed, "w") as archive:
            member = tarfile.TarInfo("one.txt")
            member.size = 5
            archive.addfile(member, io.BytesIO(b"hello"))

    folder = utils.get_file(
        f"many.{form}", origin=packed.as_uri(), extract=True, cache_dir=tmp_path / "cache"
    )

    assert Path(folder).name == "many_extracted"
    assert (Path(folder) / "one.txt").read_text() == "hello"


def test_keys_of_several_kinds_are_put_in_the_order_of_their_kinds():
    assert tree.flatten({"a": 1, 2: 2}) == [2, 1]


def test_a_config_is_a_dict_whose_values_are_attributes_too():
    config = utils.Config(rate=0.5)
    config.epochs = 3
    config["name"] = "first"
    del config["name"]
    config.update({"batch": 8})

    assert config.rate == config["rate"] == 0.5 and config.get("absent", 7) == 7
    assert [*config] == ["batch", "epochs", "rate"] and "epochs" in config and len(config) == 3
    assert [*config.items()] == [("rate", 0.5), ("epochs", 3), ("batch", 8)]
    assert json.loads(config.to_json()) == config.as_dict() == dict(config)
    assert config.pop("batch") == 8 and [*config.keys()] == ["rate", "epochs"]
    with pytest.raises(AttributeError, match="(?s)Unknown attribute: 'epoch'.*write epochs"):
        print(config.epoch)


def test_a_frozen_config_cannot_be_changed():
    config = utils.Config(rate=0.5)
    config.freeze()

    for change in (
        lambda: setattr(config, "rate", 1),
        lambda: config.update(rate=1),
        lambda: config.pop("rate"),
    ):
        with pytest.raises(ValueError, match="config is frozen"):
            change()

    assert config.frozen and config.rate == 0.5
    config.unfreeze()
    config.rate = 1
    assert config.as_dict() == {"rate": 1}
