"""The receptive field that `funclab.inside` tells is where the image has a gradient."""

from __future__ import annotations

import numpy as np

import funclab
from funclab import Input, Model, layers, utils


def seeing() -> Model:
    """Windows of each kind along an image, two paths that meet, and a second image."""
    image, other = Input((25, 23, 1), name="image"), Input((25, 23, 1), name="other")
    wide = layers.Conv2D(2, 3, dilation_rate=2, padding="same", name="wide")(image)
    near = layers.Conv2D(2, (1, 2), padding="same", name="near")(image)
    met = layers.Add(name="met")([wide, near])
    joined = layers.Concatenate(name="joined")([met, near])
    half = layers.AveragePooling2D(2, name="half")(joined)
    deep = layers.Conv2D(3, 3, strides=2, name="deep")(half)
    both = layers.Add(name="both")([layers.Conv2D(2, 1, name="one")(other), near])
    flat = layers.Flatten(name="flat")(deep)
    return Model([image, other], [flat, layers.Conv2D(1, 3, name="late")(both)], name="seeing")


def test_a_receptive_field_is_where_the_image_has_a_gradient():
    utils.set_random_seed(0)
    model = seeing()
    random = np.random.RandomState(0)
    image, other = (random.rand(1, 25, 23, 1).astype("float32") for _ in range(2))
    calls = {call["name"]: call for call in funclab.inside(model, [image, other]).facts["calls"]}

    for name in ("wide", "near", "met", "joined", "half", "deep"):
        _, axes = calls[name]["reach"]
        output = model.get_layer(name).output
        middle = tuple(n // 2 for n in output.shape[1:3])
        for place in ((0, 0), middle, tuple(n - 1 for n in output.shape[1:3])):
            row, column = place
            slopes = funclab.gradients(output[:, row, column], model.inputs[0], image)[0, :, :, 0]
            for axis, (n, (scale, low, high)) in enumerate(zip(place, axes)):
                seen = np.nonzero(slopes.any(axis=1 - axis))[0]
                first, last = n * scale + low, n * scale + high
                if place == middle:
                    assert (seen[0], seen[-1]) == (first, last), (name, axis)
                else:  # a part of it is outside of the image
                    assert first <= seen[0] and seen[-1] <= last, (name, axis)
    assert [calls[name]["reach"] for name in ("both", "late", "flat")] == [None] * 3
