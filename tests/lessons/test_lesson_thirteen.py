"""What lesson 13 says about counts and training is true. What it says about time is not asserted,
since that depends on the machine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from funclab import Model, layers, models, optimizers, utils
from funclab.engine.profile import Profile
from funclab.teach import catch_up
from funclab.teach.graphs import calls_of, multiplications


@pytest.fixture(scope="module")
def lesson() -> dict[str, Any]:
    """The variables that the lesson leaves behind."""
    names: dict[str, Any] = {}
    catch_up(13, names=names)
    return names


def counts(model: Any) -> dict[str, int]:
    return {node.operation.name: multiplications(node) for node in calls_of(model)}


def read(lesson, model: Any, seed: int, batch: int = 32, rate: float = 0.001, epochs: int = 12):
    """The fraction of unseen digits that a copy of a model reads after training."""
    utils.set_random_seed(seed)
    copy: Any = models.clone_model(model)
    copy.compile(optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    data = lesson["x_train"], lesson["y_train"]
    copy.fit(*data, batch, epochs=epochs, verbose=0, live=False)
    return copy.evaluate(lesson["x_test"], lesson["y_test"], verbose=0)[1]


def test_the_widest_layer_and_the_second_window_multiply_equally_often(lesson):
    found = counts(lesson["three"])

    assert found["wide"] == found["again"] == 73_728
    assert sum(counts(lesson["windows"]).values()) == 81_088


def test_in_a_step_the_second_window_needs_three_products_and_the_widest_layer_two(lesson):
    x, y = lesson["x_train"], lesson["y_train"]
    steps = lesson["three"].profile(x, [y] * 3).profile.steps
    needed = {
        name: sum(step.operations for step in steps if step.layer == name)
        for name in ("again", "wide")
    }

    each = 2 * 32 * 73_728
    assert needed == {"again": 3 * each, "wide": 2 * each}
    assert (round(3 * each / 1e6, 2), round(2 * each / 1e6, 2)) == (14.16, 9.44)


def test_the_reader_with_windows_has_the_fewest_weights(lesson):
    three, windows, reader = (lesson[name] for name in ("three", "windows", "reader"))
    weights = windows.count_params(), reader.count_params()

    assert weights == (1418, 4970)
    assert three.count_params() - sum(weights) == 79_370


def test_the_update_moves_as_much_for_one_sheet_as_for_32(lesson):
    def moved(batch: int) -> int:
        x, y = lesson["x_train"], lesson["y_train"]
        profile: Profile = lesson["reader"].profile(x, y, batch_size=batch).profile
        return sum(step.bytes for step in profile.steps if step.kind == "extra")

    assert moved(1) == moved(32) > 0


def test_smaller_batches_read_better_after_as_many_epochs(lesson):
    reader = lesson["reader"]
    of_8, of_32, of_all = (
        np.array([read(lesson, reader, seed, batch) for seed in (2, 3, 4)])
        for batch in (8, 32, 1297)
    )

    assert of_8.min() > 0.87 and of_32.min() > 0.85 and of_8.mean() > of_32.mean()
    assert of_all.max() < 0.4


def test_a_larger_rate_helps_the_single_batch_but_not_enough(lesson):
    found = [read(lesson, lesson["reader"], seed, 1297, 0.01) for seed in (2, 3, 4)]

    assert min(found) > 0.4 and max(found) < 0.86


def test_the_dare_can_be_met_with_320_multiplications(lesson):
    paper = lesson["paper"]
    pairs = layers.AveragePooling2D((1, 2))(layers.Cropping2D(2)(paper))
    model = Model(paper, layers.Dense(10, activation="softmax")(layers.Flatten()(pairs)))

    assert sum(counts(model).values()) == 320
    assert read(lesson, model, 0, rate=0.01, epochs=40) > 0.88
