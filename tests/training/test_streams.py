"""Data that come batch by batch: generators, Sequences and other iterables."""

from __future__ import annotations

import numpy as np
import pytest

from funclab import Model, layers
from funclab.errors import ArgumentError, DataError, ShapeError
from funclab.layers import Input
from funclab.optimizers import SGD
from tests.training.conftest import line, two_outputs

RANDOM = np.random.RandomState(0)
X, Y = RANDOM.randn(10, 3), RANDOM.randn(10, 1)
CUTS = [slice(0, 4), slice(4, 8), slice(8, 10)]


class Pairs:
    """Batches by number, as keras.utils.Sequence has them."""

    def __init__(self, *arrays):
        self.arrays = arrays
        self.epochs = 0

    def __len__(self):
        return len(CUTS)

    def __getitem__(self, i):
        return tuple(array[CUTS[i]] for array in self.arrays)

    def on_epoch_end(self):
        self.epochs += 1


class Loader:
    """An iterable that can be gone through again and again, without numbers."""

    def __iter__(self):
        return (tuple(array[rows] for array in (X, Y)) for rows in CUTS)


def endless(*arrays):
    while True:
        yield from ([array[rows] for array in arrays] for rows in CUTS)


def compiled():
    model = line()
    model.compile(SGD(0.1), "mse", metrics=["mae"])
    return model


@pytest.fixture
def from_arrays():
    model = compiled()
    history = model.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    return model, history


STREAMS = {
    "a Sequence": (lambda: Pairs(X, Y), {"shuffle": False}),
    "a generator": (lambda: endless(X, Y), {"steps_per_epoch": 3}),
    "an iterable": (lambda: Loader(), {}),
    "an iterable with steps": (lambda: Loader(), {"steps_per_epoch": 3}),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_trains_like_the_arrays_it_is_cut_from(name, from_arrays):
    stream, options = STREAMS[name]
    model = compiled()

    history = model.fit(stream(), epochs=2, verbose=0, **options)

    np.testing.assert_array_equal(model.get_weights()[0], from_arrays[0].get_weights()[0])
    assert history.history == from_arrays[1].history


def test_a_batch_may_bring_its_weights():
    stream, arrays, weights = compiled(), compiled(), np.linspace(0, 1, 10)

    stream.fit(Pairs(X, Y, weights), shuffle=False, verbose=0)
    arrays.fit(X, Y, batch_size=4, sample_weight=weights, shuffle=False, verbose=0)

    np.testing.assert_array_equal(stream.get_weights()[0], arrays.get_weights()[0])


def test_a_sequence_is_told_when_an_epoch_ends():
    pairs, model = Pairs(X, Y), compiled()

    model.fit(pairs, epochs=3, verbose=0)

    assert pairs.epochs == 3


class Watched(Pairs):
    """Writes down which batches are asked for."""

    def __init__(self):
        super().__init__(X, Y)
        self.asked = []

    def __getitem__(self, i):
        self.asked.append(i)
        return super().__getitem__(i)


def test_the_batches_of_a_sequence_come_in_an_order_by_chance_unless_told_otherwise():
    pairs, in_order = Watched(), Watched()

    compiled().fit(pairs, epochs=12, verbose=0)
    compiled().fit(in_order, epochs=12, shuffle=False, verbose=0)

    orders = [tuple(pairs.asked[i : i + 3]) for i in range(0, len(pairs.asked), 3)]
    assert [sorted(order) for order in orders] == [[0, 1, 2]] * 12
    assert len(set(orders)) > 1
    assert in_order.asked == [0, 1, 2] * 12


def test_a_sequence_is_asked_for_what_is_used_only():
    pairs = Watched()

    compiled().fit(pairs, epochs=2, steps_per_epoch=2, shuffle=False, verbose=0)
    compiled().evaluate(pairs, steps=1, verbose=0)
    compiled().predict(pairs, steps=1, verbose=0)

    assert pairs.asked == [0, 1, 0, 1, 0, 0]


def test_validation_may_be_a_stream_too():
    model, other = compiled(), compiled()

    first = model.fit(X, Y, epochs=2, validation_data=Pairs(X, Y), shuffle=False, verbose=0)
    second = other.fit(X, Y, epochs=2, validation_data=(X, Y), shuffle=False, verbose=0)

    np.testing.assert_allclose(first.history["val_loss"], second.history["val_loss"], rtol=1e-6)


def test_evaluate_and_predict_take_streams():
    model = compiled()
    model.fit(X, Y, verbose=0)

    loss, mae = model.evaluate(Pairs(X, Y), verbose=0)
    predicted = model.predict(Pairs(X, Y))

    np.testing.assert_allclose([loss, mae], model.evaluate(X, Y, verbose=0), rtol=1e-6)
    # Batches of other sizes: a matrix product may differ in the last bit.
    np.testing.assert_allclose(predicted, model.predict(X), rtol=1e-6)
    streamed = model.predict(iter([X[:3], X[3:]]))
    np.testing.assert_allclose(streamed, model.predict(X), rtol=1e-6)


def test_dicts_come_through_a_stream():
    model = two_outputs()
    model.compile("sgd", {"size": "mse"})
    batch = {"features": np.zeros((2, 4))}, {"size": np.ones(2)}

    history = model.fit([batch, batch].__iter__(), verbose=0)

    assert list(history.history) == ["loss"]


def test_a_generator_goes_on_in_the_next_training():
    source, held_out = endless(X, Y), endless(X, Y)

    for _ in range(2):
        history = compiled().fit(
            source, steps_per_epoch=3, validation_data=held_out, validation_steps=2, verbose=0
        )
        compiled().evaluate(source, steps=3, verbose=0)

    assert history.params["steps"] == 3


def test_an_empty_generator_is_an_error_before_anything_happens():
    model = compiled()

    with pytest.raises(DataError, match="gave no batch at all"):
        model.fit(iter([]), verbose=0)


def test_the_first_batch_is_checked_before_training_and_later_ones_name_their_number():
    model = compiled()
    bad = np.zeros((2, 5)), np.zeros(2)

    with pytest.raises(ShapeError, match=r'^Input "features"'):
        model.fit(iter([bad]), verbose=0)
    with pytest.raises(ShapeError, match=r"^Batch 2 does not fit"):
        model.fit(iter([(X, Y), bad]), verbose=0)


@pytest.mark.parametrize(
    "extra", [{"y": Y}, {"sample_weight": np.ones(10)}, {"validation_split": 0.2}]
)
def test_what_belongs_to_arrays_cannot_go_with_a_stream(extra):
    model = compiled()

    with pytest.raises(ArgumentError, match="argument is not supported when x is a Pairs"):
        model.fit(Pairs(X, Y), verbose=0, **extra)


@pytest.mark.parametrize(
    "extra", [{"y": Y}, {"sample_weight": np.ones(10)}], ids=["y", "sample_weight"]
)
def test_evaluate_takes_nothing_of_arrays_with_a_stream_either(extra):
    with pytest.raises(ArgumentError, match=f"`{[*extra][0]}` argument is not supported"):
        compiled().evaluate(Pairs(X, Y), verbose=0, **extra)


def test_the_generator_methods_of_keras_2_still_work():
    model = compiled()

    model.fit_generator(endless(X, Y), steps_per_epoch=3, epochs=2, workers=1, verbose=0)

    assert int(model.optimizer.iterations) == 6
    assert len(model.evaluate_generator(endless(X, Y), steps=3, verbose=0)) == 2
    assert model.predict_generator(Pairs(X, Y)).shape == (10, 1)


def two_sided(own_step=False):
    """A model on a dict of two inputs, one of ids, with two outputs."""
    inputs = {"ids": Input((2,), dtype="int32", name="ids"), "x": Input((3,), name="x")}
    words = layers.Flatten()(layers.Embedding(5, 2, name="words")(inputs["ids"]))
    hidden = layers.Concatenate()([words, inputs["x"]])
    classes = layers.Dense(3, activation="softmax", name="classes")(hidden)
    outputs = {"classes": classes, "amount": layers.Dense(1, name="amount")(hidden)}
    if own_step:

        class Own(Model):
            def train_step(self, data):
                return super().train_step(data)

    model = (Own if own_step else Model)(inputs, outputs)
    losses = {"classes": "sparse_categorical_crossentropy", "amount": "mse"}
    model.compile(SGD(0.1), losses, metrics={"classes": ["accuracy"]})
    draw = np.random.default_rng(1)
    model.set_weights([draw.normal(size=w.shape) for w in model.get_weights()])
    return model


IDS, LABELS = RANDOM.randint(0, 5, (10, 2)), RANDOM.randint(0, 3, 10)
WEIGHT = RANDOM.uniform(0, 2, 10)


def two_sided_batches(ids=IDS, labels=LABELS):
    for rows in CUTS:
        x = {"x": X[rows], "ids": ids[rows]}  # not in the order of the inputs
        y = {"amount": Y[rows, 0], "classes": labels[rows]}
        yield x, y, {"classes": WEIGHT[rows], "amount": WEIGHT[rows] + 1}


def again(make):
    while True:
        yield from make()


@pytest.mark.parametrize("own_step", [False, True])
def test_batches_that_are_alike_train_as_each_matched_by_itself(own_step):
    model, twin = two_sided(own_step), two_sided(own_step)

    model.fit(again(two_sided_batches), steps_per_epoch=3, epochs=3, verbose=0)
    for _ in range(3):
        for x, y, weight in two_sided_batches():
            twin.train_on_batch(x, y, sample_weight=weight)

    for found, wanted in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_a_number_out_of_range_in_a_later_batch_is_named_as_in_the_first():
    far, many = IDS.copy(), LABELS.copy()
    far[6, 1], many[7] = 9, 4

    with pytest.raises(DataError, match="Batch 2 does not fit. .* = 9 is not in"):
        two_sided().fit(two_sided_batches(ids=far), steps_per_epoch=3, verbose=0)
    with pytest.raises(DataError, match="Batch 2 does not fit. .*hold the class 4"):
        two_sided().fit(two_sided_batches(labels=many), steps_per_epoch=3, verbose=0)
