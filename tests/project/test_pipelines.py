"""Pipelines: the elements of tf.data, orders that can be repeated, and what fit takes."""

from __future__ import annotations

import json
import threading
import time

import numpy as np
import pytest

import funclab
from funclab import Input, Model, data, layers
from funclab.errors import ArgumentError, DataError
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
