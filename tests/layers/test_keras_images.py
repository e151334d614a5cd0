"""Layers that change images do with what was drawn what those of Keras do (keras_images.py)."""

import numpy as np
import pytest

from funclab import layers
from tests.layers.keras_images import CASES, LABELS, RECORD, images_of

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


def test_every_case_is_recorded():
    assert {name for name in RECORDS if not name.endswith(" labels")} == {"versions", *CASES}
