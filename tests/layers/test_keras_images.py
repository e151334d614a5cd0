"""Layers that change images do with what was drawn what those of Keras do (keras_images.py)."""

import numpy as np
import pytest

from funclab import layers
from tests.layers.keras_images import BOXED, CASES, LABELS, RECORD, images_of, with_boxes

with np.load(RECORD) as record:
    RECORDS = dict(record)
TOLERANCE = 1e-5
"""Of the range of numbers in an image."""


@pytest.mark.parametrize("name", CASES)
def test_images_are_changed_as_in_keras(name):
    kind, settings, drawn = CASES[name]
    layer, images = getattr(layers, kind)(**settings), images_of(settings)

    made = layer.changed(images, **(drawn or layer.draw(images)))

    np.testing.assert_allclose(made, RECORDS[name], atol=TOLERANCE * np.ptp(images))
    if kind in ("CutMix", "MixUp"):
        labels = layer.changed_labels(LABELS, **drawn)
        np.testing.assert_allclose(labels, RECORDS[f"{name} labels"], atol=TOLERANCE)


@pytest.mark.parametrize("name", BOXED)
def test_images_get_as_many_boxes_as_in_keras(name):
    layer = layers.MaxNumBoundingBoxes(**BOXED[name])

    made = layer(with_boxes())

    np.testing.assert_array_equal(made["images"], with_boxes()["images"])
    for part in ("boxes", "labels"):
        np.testing.assert_array_equal(made["bounding_boxes"][part], RECORDS[f"{name}: {part}"])


def test_every_case_is_recorded():
    boxed = {f"{name}: {part}" for name in BOXED for part in ("boxes", "labels")}
    images = {name for name in {*RECORDS} - boxed if not name.endswith(" labels")}

    assert boxed <= {*RECORDS}
    assert images == {"versions", *CASES}
