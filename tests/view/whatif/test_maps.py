"""Maps beside an independent computation of each."""

from __future__ import annotations

import numpy as np
import pytest

from funclab import Input, Model, layers, ops, utils
from funclab.errors import ArgumentError
from funclab.view.learned.look import Look
from funclab.view.whatif.cells import cells_of
from funclab.view.whatif.maps import Maps
from funclab.view.whatif.target import Answering
from tests.view.whatif.models import editor, one, reader, trio, waves


def maps_of(model, x, **settings):
    look = Look(model, x)
    return Maps(Answering(look), cells_of(model, look.arrays), **settings)


def linear():
    utils.set_random_seed(2)
    row = Input((5,), name="row")
    return Model(row, layers.Dense(3, activation="softmax", name="kind")(row))


def test_cover_is_occlusion_by_hand():
    model, x, _ = reader()
    maps, image = maps_of(model, x), x[7]
    target = maps.answering.targets[3]
    before = model.predict(image[None], verbose=0)[0, 3]
    wanted = np.zeros((8, 8))
    for i in range(8):
        for j in range(8):
            other = image.copy()
            other[max(0, i - 1) : i + 2, max(0, j - 1) : j + 2] = 0
            wanted[i, j] = before - model.predict(other[None], verbose=0)[0, 3]

    found = maps.cover(one(x, 7), target).reshape(8, 8)

    assert found == pytest.approx(wanted, abs=1e-6)


def test_cover_with_the_sample_itself_as_the_fill_is_exactly_zero():
    model, x, _ = reader()
    maps = maps_of(model, x, fill=one(x, 7))

    found = maps.cover(one(x, 7), maps.answering.targets[3])

    assert not found.any()


def test_a_covered_feature_holds_the_mean_and_a_covered_group_that_of_each_option():
    model, x, _ = trio()
    maps, sample = maps_of(model, x), one(x, 0)
    target = maps.answering.targets[0]
    before = model.predict({name: array[:1] for name, array in x.items()}, verbose=0)[0][0, 0]

    found = maps.cover(sample, target)

    for cell, (name, column) in enumerate([*(("measures", i) for i in range(3)), ("island", ...)]):
        other = {key: array[:1].copy() for key, array in x.items()}
        other[name][0, column] = x[name].mean(axis=0)[column]
        wanted = before - model.predict(other, verbose=0)[0][0, 0]
        assert found[cell] == pytest.approx(wanted, abs=1e-6)


def test_the_slope_of_a_linear_model_is_its_weight_row():
    model = linear()
    x = np.random.default_rng(1).normal(size=(6, 5)).astype("float32")
    maps = maps_of(model, x)

    for column, target in enumerate(maps.answering.targets):
        found = maps.slope([x[:1]], target)
        assert found == pytest.approx(model.layers[-1].get_weights()[0][:, column], abs=1e-6)


def test_the_slope_of_a_word_is_the_length_of_the_gradient_of_its_vector():
    model, x, _ = editor()
    maps, sample = maps_of(model, x), one(x, 2)
    target = maps.answering.targets[0]
    [wanted] = maps.answering.gradients(["vectors[0]"], target, sample)

    found = maps.slope(sample, target)

    assert found[:9] == pytest.approx(np.linalg.norm(wanted[0], axis=1), abs=1e-5)


@pytest.mark.parametrize("made", [reader, trio, editor, waves])
def test_shares_add_up_to_the_difference_of_the_scores(made):
    model, x, _ = made()
    maps = maps_of(model, x)

    for index in range(8):
        for target in maps.answering.targets[:3]:
            shares, total, difference = maps.shares(one(x, index), target)
            assert total == pytest.approx(shares.sum(), rel=1e-5)
            assert abs(total - difference) <= max(0.05 * abs(difference), 1e-3)


def test_shares_of_an_image_go_from_an_empty_one():
    model, x, _ = reader()
    maps = maps_of(model, x)
    sample, target = one(x, 3), maps.answering.targets[3]
    scores = maps.look.scores(0, [np.concatenate([sample[0], np.zeros_like(sample[0])])])

    _, _, difference = maps.shares(sample, target)

    assert difference == pytest.approx(scores[0, 3] - scores[1, 3], abs=1e-4)


def test_the_region_of_a_model_with_global_averages_is_the_weighted_sum_of_the_maps():
    utils.set_random_seed(3)
    image = Input((8, 8, 1), name="image")
    held = layers.Conv2D(5, 3, padding="same", activation="relu", name="held")(image)
    mean = layers.GlobalAveragePooling2D(name="mean")(held)
    model = Model(image, layers.Dense(4, activation="softmax", name="kind")(mean))
    x = np.random.default_rng(2).random((3, 8, 8, 1)).astype("float32")
    maps = maps_of(model, x)
    values = Model(image, held).predict(x[:1], verbose=0)[0]
    weights = model.get_layer("kind").get_weights()[0]

    for column, target in enumerate(maps.answering.targets):
        found = maps.region([x[:1]], target).reshape(8, 8)
        wanted = np.maximum(values @ weights[:, column], 0)
        assert found * 64 == pytest.approx(wanted, abs=1e-5)


def test_region_reads_the_last_call_with_weights_that_keeps_places_or_the_one_that_is_named():
    model, x, _ = reader()
    pooled = maps_of(model, x, at="pool[0]")

    found = pooled.region(one(x, 3), pooled.answering.targets[3]).reshape(8, 8)

    assert maps_of(model, x).at == "parts[0]"
    assert found.any() and np.array_equal(found, np.kron(found[::2, ::2], np.ones((2, 2))))
    with pytest.raises(ArgumentError, match="strokes"):
        maps_of(model, x, at="body[0]")


def test_a_model_that_answers_with_argmax_keeps_cover_alone():
    model, x, _ = reader()
    likeliest = ops.cast(ops.argmax(model.output, axis=-1, keepdims=True), "float32")
    maps = maps_of(Model(model.input, likeliest), x)

    assert maps.names == ["cover"]


def test_whole_numbers_for_an_input_of_floats_have_slopes():
    model, x, _ = reader()
    pixels = np.rint(x[:4] * 16).astype("uint8")
    maps = maps_of(model, pixels)

    found = maps.slope([array[:1] for array in maps.look.arrays], maps.answering.targets[0])

    assert found.any()


def test_large_images_are_covered_by_at_most_784_windows_that_leave_nothing_out():
    image = Input((112, 112, 3), name="image")
    mean = layers.GlobalAveragePooling2D()(image)
    model = Model(image, layers.Dense(2)(mean))
    maps = maps_of(model, np.random.default_rng(0).random((2, 112, 112, 3)).astype("float32"))

    windows, owner = maps.windows()

    assert len(maps.cells) == 56 * 56
    assert len(windows) <= 784
    assert {cell for window in windows for cell in window} == set(range(len(maps.cells)))
    assert all(cell in windows[owner[cell]] for cell in range(len(maps.cells)))
