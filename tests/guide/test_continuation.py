"""The guide's larger models: at full size built and drawn but not allocated, when small trained."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from funclab import Input, Model
from funclab.errors import AmbiguousNodeError
from funclab.layers import Conv2D, Dense
from funclab.optimizers import SGD, Adam
from funclab.utils import set_random_seed
from funclab.view import diagram
from tests.guide.continuation import MODELS, batch

ROOT = Path(__file__).resolve().parents[2]
PEAK_MEGABYTES = 400


def conv(side: int, channels: int, filters: int) -> int:
    return (side * side * channels + 1) * filters


def dense(features: int, units: int) -> int:
    return (features + 1) * units


def lstm(features: int, units: int) -> int:
    return 4 * units * (features + units + 1)


# Counted from the sizes that the guide gives. The vision model ends in 25x25 fields of 256.
VISION = (
    conv(3, 3, 64) + conv(3, 64, 64) + conv(3, 64, 128) + conv(3, 128, 128)
    + conv(3, 128, 256) + 2 * conv(3, 256, 256)
)  # fmt: skip
FEATURES = 25 * 25 * 256
QUESTION = 10000 * 256 + lstm(256, 256)
WEIGHTS = {
    "headline": 10000 * 512 + lstm(512, 32) + dense(37, 64) + 2 * dense(64, 64)
    + dense(64, 1) + dense(32, 1),
    "tweets": lstm(256, 64) + dense(128, 1),
    "inception": 3 * conv(1, 3, 64) + conv(3, 64, 64) + conv(5, 64, 64),
    "residual": conv(3, 3, 3),
    "shared_vision": conv(3, 1, 64) + conv(3, 64, 64) + dense(2 * 11 * 11 * 64, 1),
    "visual_question": VISION + QUESTION + dense(FEATURES + 256, 1000),
    "video_question": VISION + QUESTION + lstm(FEATURES, 256) + dense(512, 1000),
}  # fmt: skip


@pytest.fixture(scope="module", params=MODELS)
def full_size(request) -> dict[str, Any]:
    """One model built, summarised and drawn in a process of its own."""
    command = [sys.executable, "-m", "tests.guide.continuation", request.param]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    return {"name": request.param, **json.loads(run.stdout.splitlines()[-1])}


def test_a_full_size_model_takes_little_memory_and_no_weight_is_allocated(
    full_size, record_property
):
    record_property("seconds", full_size["seconds"])

    assert full_size["allocated"] == []
    assert full_size["megabytes"] < PEAK_MEGABYTES


def test_a_full_size_model_is_summarised_and_drawn_with_all_its_layers(full_size):
    assert all(name in full_size["summary"] for name in full_size["names"])
    assert full_size["drawn"] == full_size["names"]
    assert full_size["root"] == "{http://www.w3.org/2000/svg}svg"


def test_a_full_size_model_counts_its_weights_as_one_does_by_hand(full_size):
    assert full_size["weights"] == WEIGHTS[full_size["name"]]


@pytest.mark.parametrize("name", MODELS)
def test_a_small_guide_model_learns_from_what_its_inputs_tell(name):
    set_random_seed(0)
    model = MODELS[name](False)
    random = np.random.default_rng(0)
    inputs = [batch(tensor, 48, random) for tensor in model.inputs]
    targets = [target(model, i, inputs) for i in range(len(model.outputs))]
    model.compile(Adam(0.01), [loss(tensor) for tensor in model.outputs])

    history = model.fit(inputs, targets, epochs=20, batch_size=16, verbose=0)

    losses = history.history["loss"]
    assert np.isfinite(losses).all()
    assert losses[-1] < 0.95 * losses[0], losses


def loss(output: Any) -> str:
    if output.ndim > 2:
        return "mse"
    return "binary_crossentropy" if output.shape[-1] == 1 else "sparse_categorical_crossentropy"


def target(model: Model, i: int, inputs: list[Any]) -> Any:
    """A target that depends on the first input: whether, or how much, its numbers are large."""
    output, first = model.outputs[i], np.asarray(inputs[0], "float32")
    if output.ndim > 2:
        channels = np.abs(first).mean(-1, keepdims=True)
        return np.repeat(channels, output.shape[-1], axis=-1)
    means = first.reshape(len(first), -1).mean(1)
    classes = max(2, output.shape[-1])
    bounds = np.quantile(means, np.arange(1, classes) / classes)
    return np.searchsorted(bounds, means).reshape(-1, 1)


def test_a_convolution_on_images_of_two_sizes_has_a_shape_for_each_node_only():
    a, b = Input(shape=(32, 32, 3)), Input(shape=(64, 64, 3))
    conv = Conv2D(16, (3, 3), padding="same")

    conv(a)
    once = conv.input_shape
    conv(b)

    assert once == (None, 32, 32, 3)
    assert conv.get_input_shape_at(0) == (None, 32, 32, 3)
    assert conv.get_input_shape_at(1) == (None, 64, 64, 3)
    assert conv.get_output_shape_at(1) == (None, 64, 64, 16)
    with pytest.raises(AmbiguousNodeError, match="with different input shapes"):
        _ = conv.input_shape


def test_a_model_five_thousand_layers_deep_builds_draws_and_trains():
    set_random_seed(0)
    inputs = Input(shape=(2,))
    x = inputs
    for _ in range(5000):
        x = Dense(2, kernel_initializer="identity")(x)
    model = Model(inputs, x)
    data = np.eye(2, dtype="float32")
    model.compile(SGD(1e-5), "mse")

    picture = diagram(model).svg
    history = model.fit(data, data / 2, epochs=3, verbose=0)

    losses = history.history["loss"]
    assert "dense_4999" in picture
    assert losses[2] < losses[1] < losses[0]
