"""How often layers change images, by how much, and what becomes of labels and masks."""

import numpy as np
import pytest

from funclab import Input, Model, Sequential, layers, ops
from funclab.errors import FunclabError

MANY = 1500
rng = np.random.default_rng(5)
IMAGE = rng.uniform(0, 255, (1, 6, 7, 3)).astype("float32")
IMAGES = np.repeat(IMAGE, MANY, 0)
BATCH = rng.uniform(0, 255, (8, 6, 7, 3)).astype("float32")
LABELS = np.eye(8, dtype="float32")


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("RandomInvert", (0.3, 0.3)),
        ("RandomGrayscale", 0.3),
        ("RandomErasing", (0.3, 0.3)),
        ("RandomPerspective", (0.3, 0.3)),
        ("RandomGaussianBlur", (0.3, 0.3)),
        ("RandomElasticTransform", (0.3, 0.3)),
    ],
)
def test_as_many_images_are_changed_as_the_factor_says(name, factor):
    layer = getattr(layers, name)(factor, seed=3)

    chosen = np.asarray(layer.draw(IMAGES)["chosen"]).ravel()

    assert abs(chosen.sum() - 0.3 * MANY) < 4 * np.sqrt(MANY * 0.3 * 0.7)
    changed = np.asarray(layer(IMAGES[:50])) != IMAGES[:50]
    assert 0 < changed.any((1, 2, 3)).sum() < 50


def test_numbers_are_spread_evenly_between_their_ends():
    draws = {
        "turn": (layers.RandomHue(0.4, seed=3), -0.2, 0.2),
        "share": (layers.RandomColorDegeneration((0.2, 0.6), seed=3), 0.2, 0.6),
        "sharpness": (layers.RandomSharpness((0.1, 0.7), seed=3), 0.2, 1.4),
        "shear_x": (layers.RandomShear((-0.3, 0.3), seed=3), -0.3, 0.3),
        "added": (layers.Solarization(0.4, seed=3), 0, 102),
    }
    for name, (layer, low, high) in draws.items():
        numbers = np.sort(np.ravel(layer.draw(IMAGES)[name]))
        even = np.linspace(low, high, MANY)
        np.testing.assert_allclose(numbers, even, atol=0.06 * (high - low), err_msg=name)


def test_posters_keep_each_number_of_bits_equally_often():
    bits = np.ravel(layers.RandomPosterization((2, 5), seed=3).draw(IMAGES)["bits"])

    assert {*bits.tolist()} == {2, 3, 4}
    assert all(abs((bits == n).sum() - MANY / 3) < 4 * np.sqrt(MANY * 2 / 9) for n in (2, 3, 4))


def test_erased_rectangles_have_the_area_that_scale_says_and_lie_within_the_image():
    drawn = layers.RandomErasing(1.0, (0.1, 0.3), 0, seed=3).draw(IMAGES)

    high, wide = drawn["bottom"] - drawn["top"], drawn["right"] - drawn["left"]
    mean_root = (0.3**1.5 - 0.1**1.5) * 2 / 3 / 0.2
    assert np.mean(high * wide) / 42 == pytest.approx(mean_root**2, rel=0.03)
    assert min(np.min(drawn["top"]), np.min(drawn["left"])) >= 0
    assert np.max(drawn["bottom"]) <= 6
    assert np.max(drawn["right"]) <= 7


def test_weights_of_mixed_images_have_the_spread_of_a_beta_distribution():
    weights = np.ravel(layers.MixUp(0.4, seed=3).draw(IMAGES)["weight"])

    assert np.mean(weights) == pytest.approx(0.5, abs=0.04)
    assert np.var(weights) == pytest.approx(1 / (4 * (2 * 0.4 + 1)), rel=0.06)


@pytest.mark.parametrize("name", ["MixUp", "CutMix"])
def test_labels_are_mixed_like_the_images(name):
    layer = getattr(layers, name)(seed=3)
    white = np.broadcast_to(np.arange(8.0)[:, None, None, None], (8, 60, 60, 1))

    mixed = layer({"images": white, "labels": LABELS})

    np.testing.assert_allclose(np.sum(mixed["labels"], 1), 1, atol=1e-5)
    of_labels = mixed["labels"] @ np.arange(8.0)
    np.testing.assert_allclose(np.mean(mixed["images"], (1, 2, 3)), of_labels, atol=0.25)


def test_masks_move_with_their_images_and_get_no_classes_between():
    masks = rng.integers(0, 5, (8, 6, 7, 1)).astype("float32")
    layer = layers.RandomRotation((0.25, 0.25), fill_mode="nearest")
    square = {"images": BATCH[:, :, :6], "segmentation_masks": masks[:, :, :6]}

    turned = layer(square)

    np.testing.assert_array_equal(
        turned["segmentation_masks"], np.rot90(square["segmentation_masks"], axes=(1, 2))
    )
    parted = layers.RandomShear(0.9, 0.9, seed=1)({"images": BATCH, "segmentation_masks": masks})
    assert {*np.ravel(parted["segmentation_masks"]).tolist()} <= {0, 1, 2, 3, 4}
    toned = layers.RandomInvert()({"images": BATCH, "segmentation_masks": masks})
    np.testing.assert_array_equal(toned["segmentation_masks"], masks)


def test_one_image_and_its_label_are_changed_like_a_batch_of_one():
    alone = {"images": BATCH[0], "labels": LABELS[0]}

    made = layers.RandomHue(0.3, seed=3)(alone)

    wanted = layers.RandomHue(0.3, seed=3)(BATCH[:1])
    np.testing.assert_allclose(made["images"], wanted[0], rtol=1e-6)
    np.testing.assert_array_equal(made["labels"], LABELS[0])


def test_layers_without_chance_change_images_in_predict_too():
    image = np.array([[[[50.0], [100.0], [150.0]]]], "float32")
    inputs = Input((1, 3, 1))
    stretched = Model(inputs, layers.AutoContrast()(inputs))

    np.testing.assert_allclose(stretched.predict(image, verbose=0).ravel(), [0, 127.5, 255])
    same = Model(inputs, layers.Equalization()(inputs))
    np.testing.assert_array_equal(same.predict(image, verbose=0), image)


def test_all_parts_of_a_policy_are_chosen_equally_often():
    layer = layers.RandAugment(num_ops=1, seed=3)
    batch = BATCH[:1]

    chosen = [int(layer.draw(batch)["chosen"][0]) for _ in range(220)]

    assert {*chosen} == set(range(11))
    assert max(chosen.count(i) for i in range(11)) < 20 + 5 * np.sqrt(20)


def test_a_pipeline_does_what_its_layers_do_one_after_another():
    parts = [layers.RandomZoom((0.2, 0.2)), layers.Rescaling(1 / 255), layers.Dense(2)]
    pipeline = layers.Pipeline(parts)

    made = pipeline(BATCH, training=True)

    np.testing.assert_allclose(made, parts[2](parts[1](parts[0](BATCH))), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        pipeline(BATCH, training=False), parts[2](BATCH / 255), rtol=1e-4, atol=1e-5
    )
    assert [weight.shape for weight in pipeline.trainable_weights] == [(3, 2), (2,)]


@pytest.mark.parametrize(
    "layer",
    [
        layers.RandAugment((0, 1), seed=3),
        layers.AugMix((0, 1), seed=3),
        layers.RandomErasing(value_range=(0, 1), seed=3),
        layers.CutMix(seed=3),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_model_with_changes_at_its_beginning_trains(layer):
    model = Sequential([Input((6, 7, 3)), layer, layers.Flatten()])
    model.add(layers.Dense(1))
    model.compile("sgd", "mse")

    history = model.fit(BATCH / 255, np.ones((8, 1)), batch_size=3, epochs=2, verbose=0)

    assert np.isfinite(history.history["loss"]).all()


def test_an_elastic_transform_of_no_strength_changes_nothing_and_its_seed_decides():
    still = ops.image.elastic_transform(BATCH, alpha=0.0, sigma=1.0, seed=1)
    first, again, other = (
        ops.image.elastic_transform(BATCH, alpha=9.0, sigma=1.0, seed=seed) for seed in (1, 1, 2)
    )

    np.testing.assert_allclose(still, BATCH, rtol=1e-6)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1
    inputs = Input((6, 7, 3))
    later = Model(inputs, ops.image.elastic_transform(inputs, alpha=9.0, sigma=1.0, seed=1))
    np.testing.assert_allclose(later.predict(BATCH, verbose=0), first, rtol=1e-5)
    drawn = Model(inputs, ops.image.elastic_transform(inputs, alpha=9.0, sigma=1.0))
    assert np.abs(drawn.predict(BATCH, verbose=0) - drawn.predict(BATCH, verbose=0)).max() > 1


@pytest.mark.parametrize(
    ("name", "settings", "told"),
    [
        ("RandomShear", {"x_factor": 2}, "x_factor"),
        ("RandomHue", {"factor": -0.5}, "factor"),
        ("RandomPosterization", {"factor": 9}, "factor"),
        ("RandomGaussianBlur", {"kernel_size": 4}, "kernel_size"),
        ("RandomErasing", {"fill_value": (1, 2)}, "fill_value"),
        ("RandomElasticTransform", {"fill_mode": "far"}, "fill_mode"),
        ("MixUp", {"alpha": -1}, "alpha"),
        ("RandAugment", {"num_ops": 0}, "num_ops"),
        ("Pipeline", {"layers": layers.RandomFlip()}, "list of layers"),
        ("Solarization", {"threshold_factor": 1.5}, "threshold_factor"),
        ("AutoContrast", {"value_range": 255}, "value_range"),
    ],
)
def test_what_has_no_meaning_is_refused(name, settings, told):
    with pytest.raises(FunclabError, match=told):
        getattr(layers, name)(**settings)


def test_boxes_and_what_is_not_an_image_are_refused():
    boxes = {"boxes": np.zeros((8, 1, 4)), "labels": np.zeros((8, 1))}

    with pytest.raises(FunclabError, match="bounding_boxes"):
        layers.RandomFlip()({"images": BATCH, "bounding_boxes": boxes})
    with pytest.raises(FunclabError, match="rank 3"):
        layers.RandomFlip()(BATCH[0, 0])
    with pytest.raises(FunclabError, match="3 channels"):
        layers.RandomHue(0.3)(BATCH[..., :2])


def test_boxes_are_counted_for_one_image_and_where_their_number_is_not_known():
    layer = layers.MaxNumBoundingBoxes(2, bounding_box_format="xyxy")
    image, boxes = Input((6, 7, 3)), Input((None, 4))
    given = {"images": image, "bounding_boxes": {"boxes": boxes, "labels": boxes[..., 0]}}

    made = layer(given)["bounding_boxes"]

    assert made["boxes"].shape == (None, 2, 4)
    assert made["labels"].shape == (None, 2)
    one = {"boxes": np.array([[1, 2, 3, 4]]), "labels": np.array([5])}
    counted = layer({"images": IMAGE[0], "bounding_boxes": one})["bounding_boxes"]
    assert counted["boxes"].tolist() == [[1, 2, 3, 4], [-1] * 4]
    assert counted["labels"].tolist() == [5, -1]


def test_boxes_without_labels_or_without_a_format_are_refused():
    boxes = {"boxes": np.zeros((1, 3, 4)), "labels": np.zeros((1, 3))}

    with pytest.raises(FunclabError, match="bounding box format"):
        layers.MaxNumBoundingBoxes(2)({"images": IMAGE, "bounding_boxes": boxes})
    del boxes["labels"]
    with pytest.raises(FunclabError, match="'boxes' and 'labels'"):
        layers.MaxNumBoundingBoxes(2)({"images": IMAGE, "bounding_boxes": boxes})
    with pytest.raises(FunclabError, match="max_number"):
        layers.MaxNumBoundingBoxes(0)


def test_equalization_in_tiles_leaves_whole_numbers_whole():
    equalize = layers.ContrastLimitedAdaptiveHistogramEqualization()
    shades = np.random.default_rng(1).integers(0, 256, (1, 16, 16, 1), dtype="uint8")
    inputs = Input((16, 16, 1), dtype="uint8")

    found, exact = equalize(shades), equalize(shades.astype("float32"))

    assert found.dtype == "uint8"
    np.testing.assert_array_equal(found, np.trunc(exact))
    assert Model(inputs, equalize(inputs)).output.dtype == "uint8"
    together = equalize({"images": shades, "labels": np.ones(1)})
    np.testing.assert_array_equal(together["images"], found)
