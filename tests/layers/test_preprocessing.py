"""Layers that prepare numbers: what they learn from data, and what they refuse."""

import numpy as np
import pytest

import funclab
from funclab import Input, Model, config, layers
from funclab.errors import ArgumentError, DataError, NotSupportedError, ShapeError
from funclab.layers import CategoryEncoding, Dense, Discretization, Normalization, Rescaling

DATA = np.random.default_rng(0).normal(3.0, 2.0, (40, 3))


@pytest.mark.parametrize("axis", [-1, None])
def test_batches_one_after_another_teach_what_all_of_them_teach_at_once(axis):
    whole, parts = Normalization(axis=axis), Normalization(axis=axis)

    whole.adapt(DATA)
    parts.adapt((DATA[i : i + 7], "y") for i in range(0, 40, 7))

    for a, b in zip(whole.get_weights(), parts.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_a_model_uses_what_its_layer_learns_after_the_model_was_built():
    layer, inputs = Normalization(), Input((3,))
    model = Model(inputs, layer(inputs))
    before = model.predict(DATA)

    layer.adapt(DATA)

    np.testing.assert_allclose(before, DATA, rtol=1e-5)
    np.testing.assert_allclose(model.predict(DATA), layer(DATA), rtol=1e-6)


def test_what_a_layer_has_learned_is_saved_with_the_model(tmp_path):
    scaled, binned = Normalization(), Discretization(num_bins=4, output_mode="one_hot")
    scaled.adapt(DATA)
    binned.adapt(DATA)
    inputs = Input((3,))
    model = Model(inputs, [Dense(2)(scaled(inputs)), binned(inputs)])

    model.save(tmp_path / "m.keras")
    again = funclab.models.load_model(tmp_path / "m.keras")

    for a, b in zip(model.predict(DATA), again.predict(DATA), strict=True):
        np.testing.assert_array_equal(a, b)


def test_learned_bins_are_about_equally_full():
    layer = Discretization(num_bins=4)
    layer.adapt(DATA)

    counts = np.bincount(layer(DATA).reshape(-1))

    assert counts.size == 4
    assert counts.min() > 0.8 * counts.max()


@pytest.mark.parametrize(
    ("layer", "given", "wanted"),
    [
        (layers.Discretization(bin_boundaries=[20.0, 40.0]), [[18.0], [69.0]], [[0], [2]]),
        (layers.Rescaling(2.0), [1, 2], [2, 4]),
        (layers.CategoryEncoding(3, output_mode="one_hot"), [1, 2], [[0, 1, 0], [0, 0, 1]]),
        (layers.CategoryEncoding(3), (0, 2), [1, 0, 1]),
    ],
)
def test_lists_of_numbers_are_prepared_as_arrays_are(layer, given, wanted):
    assert np.asarray(layer(given)).tolist() == wanted


def test_channels_that_come_first_are_rescaled_each_by_its_own_number():
    config.set_image_data_format("channels_first")
    images = np.ones((1, 2, 3, 3))

    try:
        made = Rescaling([1.0, 5.0])(images)
    finally:
        config.set_image_data_format("channels_last")

    assert made[0, :, 0, 0].tolist() == [1.0, 5.0]


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: Rescaling("big"), ArgumentError, "scale"),
        (lambda: layers.Resizing(2, 2, interpolation="spline"), ArgumentError, "interpolation"),
        (
            lambda: layers.Resizing(2, 2, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True),
            ArgumentError,
            "Only one of",
        ),
        (lambda: layers.CenterCrop(0, 2), ArgumentError, "height"),
        (lambda: layers.Resizing(2, 2)(Input((3,))), ShapeError, "min_ndim"),
        (lambda: Normalization(mean=1.0), ArgumentError, "both `mean` and `variance`"),
        (lambda: Normalization(mean=[[1.0]], variance=[[1.0]]), ArgumentError, "rank of `mean`"),
        (lambda: Normalization(axis=4)(Input((3,))), ShapeError, r"range \[-ndim, ndim\)"),
        (lambda: Normalization()(Input((None,))), ShapeError, "must have a known shape"),
        (lambda: Normalization().adapt([]), DataError, "empty iterable"),
        (lambda: Normalization().adapt(iter(["a"])), DataError, "not numbers"),
        (lambda: Normalization().adapt(3), DataError, "Unsupported data type"),
        (lambda: Normalization(mean=1.0, variance=1.0).adapt(DATA), ArgumentError, "leave"),
        (lambda: Normalization().adapt(iter([DATA, DATA[:, :2]])), DataError, "incompatible"),
        (lambda: Discretization(), ArgumentError, "either `num_bins` or `bin_boundaries`"),
        (lambda: Discretization([0.0], num_bins=2), ArgumentError, "not both"),
        (lambda: Discretization([0.0]).adapt(DATA), ArgumentError, "Cannot adapt"),
        (lambda: Discretization(num_bins=2)(DATA), ArgumentError, "call `adapt"),
        (lambda: Discretization([0.0], sparse=True), NotSupportedError, "sparse"),
        (lambda: Discretization([0.0], output_mode="tf_idf"), ArgumentError, "output_mode"),
        (lambda: CategoryEncoding(), ArgumentError, "`num_tokens` must be set"),
        (lambda: CategoryEncoding(3, "int"), ArgumentError, "output_mode"),
        (
            lambda: CategoryEncoding(3)(np.ones((2, 2)), count_weights=np.ones((2, 2))),
            ArgumentError,
            "`count_weights` is not used",
        ),
        *(
            (
                lambda ids=ids, mode=mode: CategoryEncoding(3, mode)(ids),
                DataError,
                "is not in .0, 3",
            )
            for ids in ([[0, -1]], [[3, 2]])
            for mode in ("multi_hot", "one_hot", "count")
        ),
    ],
)
def test_what_a_layer_cannot_use_is_refused(make, error, says):
    with pytest.raises(error, match=says):
        make()


def test_one_image_without_a_batch_and_whole_numbers_are_resized_too():
    image = np.array([[[0], [4]]], "uint8")

    made = layers.Resizing(1, 4)(image)

    assert made.tolist() == [[[0], [1], [3], [4]]]
    assert made.dtype == "uint8"


def test_data_format_none_means_that_of_the_configuration():
    config.set_image_data_format("channels_first")

    try:
        made = layers.Conv2D(4, 2)(Input((3, 8, 8)))
        pooled = layers.GlobalMaxPooling2D()(made)
    finally:
        config.set_image_data_format("channels_last")

    assert made.shape == (None, 4, 7, 7)
    assert pooled.shape == (None, 4)
