"""Pipelines: the elements of tf.data, orders that can be repeated, and what fit takes."""

from __future__ import annotations

import gzip
import json
import threading
import time

import numpy as np
import pytest

import funclab
from funclab import Input, Model, data, layers
from funclab.errors import ArgumentError, DataError, OutOfDataError
from tests.project import pipelines

EXPECTED = json.loads(pipelines.RECORD.read_text(encoding="utf-8"))


def test_pipelines_have_the_elements_and_lengths_that_tf_data_gave_them():
    found = json.loads(json.dumps(pipelines.results(data.Dataset)))

    assert found.keys() == EXPECTED.keys()
    assert {text: each for text, each in found.items() if each != EXPECTED[text]} == {}


def numbers(dataset):
    return [int(number) for number in dataset.as_numpy_iterator()]


def test_a_shuffle_keeps_all_elements_and_draws_each_from_the_buffer():
    for buffer in (1, 5, 50, 99):
        found = numbers(data.Dataset.range(50).shuffle(buffer, seed=1))
        assert sorted(found) == list(range(50))
        assert all(number < place + buffer for place, number in enumerate(found))
    assert found != list(range(50))
    large = numbers(data.Dataset.range(5000).shuffle(100, seed=0))
    assert sorted(large) == list(range(5000))


def test_seeds_repeat_an_order_and_passes_differ_unless_told_otherwise():
    seeded = data.Dataset.range(50).shuffle(50, seed=3)
    again = data.Dataset.range(50).shuffle(50, seed=3)
    fixed = data.Dataset.range(50).shuffle(50, seed=3, reshuffle_each_iteration=False)

    first, second = numbers(seeded), numbers(seeded)
    assert first != second and [numbers(again), numbers(again)] == [first, second]
    assert numbers(fixed) == numbers(fixed)
    orders = []
    for _ in range(2):
        funclab.utils.set_random_seed(5)
        orders.append(numbers(data.Dataset.range(50).shuffle(50)))
    assert orders[0] == orders[1]
    kept = data.Dataset.range(20).shuffle(20, seed=3).cache()
    assert numbers(kept) == numbers(kept)


def test_a_prefetched_error_is_raised_where_it_is_read_and_no_thread_stays():
    def made(number):
        if number == 2:
            raise ValueError("no third")
        return number

    before = threading.active_count()
    reader = iter(data.Dataset.range(5).map(made).prefetch(2))
    assert [int(next(reader)), int(next(reader))] == [0, 1]
    with pytest.raises(ValueError, match="no third"):
        next(reader)
    abandoned = iter(data.Dataset.range(10**6).prefetch(2))
    next(abandoned)
    del abandoned
    end = time.monotonic() + 30
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.05)
    assert threading.active_count() == before


def test_elements_are_drawn_from_several_data_sets_with_their_order_kept():
    parts = [data.Dataset.range(50), data.Dataset.range(100, 400), data.Dataset.range(500, 510)]
    mixed = data.Dataset.sample_from_datasets(parts, [1, 6, 0], seed=2)

    found = numbers(mixed)

    assert [n for n in found if n < 100] == list(range(50))
    assert [n for n in found if n >= 100] == list(range(100, 400))
    early = [n < 100 for n in found[:100]]
    assert 4 <= sum(early) <= 30  # 14 are expected
    assert numbers(mixed) == found and numbers(data.Dataset.sample_from_datasets(parts)) != found
    again = data.Dataset.sample_from_datasets(parts, seed=2, rerandomize_each_iteration=True)
    assert numbers(again) != numbers(again)
    short = numbers(data.Dataset.sample_from_datasets(parts, seed=2, stop_on_empty_dataset=True))
    assert sum(n >= 500 for n in short) == 10 and len(short) < 360


def test_files_are_found_by_patterns(tmp_path):
    for name in ("b.txt", "a.txt", "c.csv"):
        (tmp_path / name).write_text(name)
    pattern = str(tmp_path / "*.txt")

    found = data.Dataset.list_files(pattern, shuffle=False)
    both = data.Dataset.list_files([pattern, str(tmp_path / "c*")], seed=1)

    assert [*found.as_numpy_iterator()] == [str(tmp_path / name) for name in ("a.txt", "b.txt")]
    assert len(both) == 3 and len({*both.as_numpy_iterator()}) == 3
    with pytest.raises(DataError, match=r"No files matched pattern: .*[*]\.png"):
        data.Dataset.list_files(str(tmp_path / "*.png"))


def test_windows_of_a_series_are_a_pipeline():
    windows = funclab.utils.timeseries_dataset_from_array(
        np.arange(9.0), np.arange(3, 9), 3, batch_size=2
    )

    halves = windows.map(lambda x, y: (x[:, :2], x[:, 2:])).take(2)

    assert isinstance(windows, data.Dataset) and len(halves) == 2
    assert [x.tolist() for x, _ in halves] == [[[0, 1], [1, 2]], [[2, 3], [3, 4]]]
    assert [y.tolist() for _, y in halves] == [[[2], [3]], [[4], [5]]]
    assert [int(y) for _, y in windows.unbatch()] == [3, 4, 5, 6, 7, 8]
    assert [(part.shape, part.dtype) for part in windows.element_spec] == [
        ((None, None), "float64"), ((None,), "int64"),
    ]  # fmt: skip


def test_what_only_elements_know_is_read_of_the_first_one():
    batches = data.Dataset.from_tensor_slices((pipelines.X, pipelines.Y)).batch(4)
    spec = data.Dataset.from_generator(pipelines.generated).element_spec

    assert [part.shape for part in spec] == [(), (2,)]
    assert [part.dtype for part in spec] == ["int32", "float32"]
    loose = batches.map(lambda x, y: {"x": x[:, :1], "mean": y.mean(), "three": y[:3]}).element_spec
    assert {name: part.shape for name, part in loose.items()} == {
        "x": (None, 1), "mean": (), "three": (None,),
    }  # fmt: skip
    with pytest.raises(OutOfDataError, match="no further element"):
        data.Dataset.from_generator(lambda: iter(())).element_spec  # noqa: B018


def test_an_iterator_says_when_there_is_no_next_element():
    iterator = iter(data.Dataset.range(2))

    assert (int(iterator.get_next()), int(next(iterator)), list(iterator)) == (0, 1, [])
    assert isinstance(iterator, data.Iterator) and iterator.element_spec.shape == ()
    with pytest.raises(OutOfDataError, match="End of sequence"):
        iterator.get_next()
    with pytest.raises(StopIteration):
        next(iterator)


def test_names_of_tf_data_that_are_not_here_are_refused_with_what_to_write():
    lines = {
        "data.TFRecordDataset": "numpy.savez",
        "data.Datasets": "funclab.data.Dataset, if",
        "data.experimental.CsvDataset": "pandas.read_csv",
        "data.Dataset.range(3).mapp": "write map, if",
        "data.Dataset.range(3).bucket_by_sequence_length": "padded_batch",
        "data.Dataset.range(3).group_by_window": "from_generator",
    }
    for line, words in lines.items():
        with pytest.raises(AttributeError, match=words):
            eval(line)
    assert data.experimental.cardinality(data.Dataset.range(9)) // 2 == 4


def test_lengths_that_are_not_known_or_have_no_end_are_errors_of_len():
    endless = data.Dataset.range(5).repeat()
    unknown = data.Dataset.range(5).filter(lambda i: i > 1)

    for dataset, words in ((endless, "is infinite"), (unknown, "length is unknown")):
        with pytest.raises(TypeError, match=words):
            len(dataset)
    assert bool(endless) and len(data.Dataset.range(5)) == 5
    assert int(data.Dataset.range(5).reduce(0, lambda total, i: total + i)) == 10


def test_what_cannot_be_made_is_said():
    with pytest.raises(DataError, match=r"lengths \[2, 3\]"):
        data.Dataset.from_tensor_slices((np.ones(2), np.ones(3)))
    with pytest.raises(DataError, match="without axes"):
        data.Dataset.from_tensor_slices(5)
    for wrong in (lambda d: d.batch(0), lambda d: d.shuffle(0), lambda d: d.shard(0, 0)):
        with pytest.raises(ArgumentError, match="positive integer"):
            wrong(data.Dataset.range(3))


def test_fit_evaluate_and_predict_take_pipelines_with_the_results_of_arrays():
    x = np.random.RandomState(0).rand(40, 3).astype("float32")
    y = x.sum(axis=1, keepdims=True)

    def model():
        inputs = Input((3,))
        made = Model(inputs, layers.Dense(1)(inputs))
        made.compile("sgd", "mse")
        return made

    arrays, piped, endless = model(), model(), model()
    for other in (piped, endless):
        other.set_weights(arrays.get_weights())
    arrays.fit(x, y, epochs=3, batch_size=8, shuffle=False, verbose=0, validation_data=(x, y))
    batches = data.Dataset.from_tensor_slices((x, y)).batch(8).prefetch(data.AUTOTUNE)
    history = piped.fit(batches, epochs=3, verbose=0, validation_data=batches)
    endless.fit(batches.repeat(), epochs=3, steps_per_epoch=5, verbose=0)

    for one, other in zip(arrays.get_weights(), piped.get_weights()):
        assert np.array_equal(one, other)
    for one, other in zip(arrays.get_weights(), endless.get_weights()):
        assert np.array_equal(one, other)
    assert len(history.history["val_loss"]) == 3
    assert np.isclose(piped.evaluate(batches, verbose=0), arrays.evaluate(x, y, verbose=0))
    assert np.allclose(piped.predict(batches, verbose=0), arrays.predict(x, verbose=0))


def test_lines_of_text_files_are_elements(tmp_path):
    (tmp_path / "a.txt").write_bytes("one two\r\nthrée\n\n".encode())
    with gzip.open(tmp_path / "b.gz", "wt") as file:
        file.write("four\nfive")
    plain, packed = tmp_path / "a.txt", str(tmp_path / "b.gz")

    lines = data.TextLineDataset([plain, plain])
    files = data.Dataset.list_files(str(tmp_path / "*.txt"))

    assert [text.numpy() for text in lines] == ["one two", "thrée", ""] * 2
    assert [*data.TextLineDataset(packed, "GZIP").as_numpy_iterator()] == ["four", "five"]
    assert [*data.TextLineDataset(files).skip(1).as_numpy_iterator()] == ["thrée", ""]
    with pytest.raises(ArgumentError, match="ZLIB"):
        data.TextLineDataset(packed, "ZLIB")
    with pytest.raises(OSError, match="gone.txt; No such file"):
        list(data.TextLineDataset(str(tmp_path / "gone.txt")))
