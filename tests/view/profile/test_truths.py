"""The numbers of a profile are right: operations and bytes against a count by hand."""

from __future__ import annotations

import re

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers

BATCH = 16


def number(text):
    return float(text.replace(",", ""))


def products(step):
    """Whether a step is a product of matrices or a convolution, whose operations are known."""
    return re.search(r"matmul|conv", step.line) is not None


def row_of(view, name):
    """The cells of a layer's row, by the heads of their columns."""
    heads, rows = view.picture().grid
    return next(dict(zip(heads, row)) for row in rows if row[0].startswith(f"{name} "))


def dense(units=(300, 500, 700)):
    first, middle, last = units
    x = Input((first,), name="x")
    y = layers.Dense(middle, use_bias=False, name="hidden")(x)
    model = Model(x, layers.Dense(last, use_bias=False, name="head")(y), name="model")
    model.compile("sgd", "mse")
    return model, np.ones((BATCH, first), "float32"), np.ones((BATCH, last), "float32")


def test_a_dense_layer_takes_two_operations_for_each_weight_and_sample():
    model, x, _ = dense()
    view = funclab.profile(model, x, batch_size=BATCH)

    for name, ins, outs in (("hidden", 300, 500), ("head", 500, 700)):
        operations = 2 * BATCH * ins * outs / 1e6
        moved = 4 * (BATCH * ins + ins * outs + BATCH * outs) / 1e3
        row = row_of(view, name)

        assert number(row["MFLOP"]) == pytest.approx(operations, abs=0.006)
        assert number(row["kB"]) == pytest.approx(moved, rel=0.01)


def test_the_words_of_a_bar_say_the_millions_of_operations_that_it_has():
    model, x, _ = dense((1000, 1000, 2000))
    view = funclab.profile(model, x, batch_size=BATCH)

    told = " ".join(view.facts["reasons"].values())
    counts = {number(n) for n in re.findall(r"Its ([\d.,]+) million operations", told)}

    assert counts <= {2 * BATCH * 1.0, 2 * BATCH * 2.0}
    assert counts


def test_backward_takes_the_products_for_the_weights_and_for_what_comes_before():
    model, x, y = dense()
    view = funclab.profile(model, x, y, batch_size=BATCH)
    forward = {"hidden": 2 * BATCH * 300 * 500, "head": 2 * BATCH * 500 * 700}

    for name, once in forward.items():
        steps = [step for step in view.profile.steps if step.layer == name and products(step)]
        back = sum(step.operations for step in steps if step.kind != "forward")
        # nothing comes before the first layer: its inputs need no gradient
        assert sum(step.operations for step in steps if step.kind == "forward") == once
        assert back == once * (1 if name == "hidden" else 2)


def test_a_convolution_takes_two_operations_for_each_weight_place_and_sample():
    x = Input((12, 10, 3), name="x")
    model = Model(x, layers.Conv2D(8, (3, 5), use_bias=False, name="conv")(x), name="model")
    view = funclab.profile(model, np.ones((BATCH, 12, 10, 3), "float32"), batch_size=BATCH)

    operations = 2 * BATCH * (10 * 6) * (3 * 5 * 3) * 8
    counted = sum(step.operations for step in view.profile.steps if products(step))
    assert counted == operations
    assert number(row_of(view, "conv")["MFLOP"]) == pytest.approx(operations / 1e6, abs=0.006)


def test_times_in_the_table_are_those_of_the_profile_in_microseconds():
    model, x, _ = dense()
    view = funclab.profile(model, x, batch_size=BATCH)

    taken = {}
    for step in view.profile.steps:
        taken[step.layer] = taken.get(step.layer, 0.0) + step.seconds
    whole = sum(taken.values())

    for name, seconds in taken.items():
        row = row_of(view, name)
        assert number(row["µs"]) == pytest.approx(seconds * 1e6, rel=0.01, abs=0.06)
        assert row["share"] == f"{seconds / whole:.1%}"


def test_the_caption_counts_steps_and_samples_and_the_question_has_the_longest_layer():
    model, x, y = dense()
    view = funclab.profile(model, x, y, batch_size=BATCH)

    steps = len(view.profile.steps)
    longest = max(view.bars.bars["layers"], key=lambda bar: bar.seconds).name
    assert view.facts["about"][0].startswith(f"{steps} steps, ")
    assert f"for {BATCH} samples" in view.facts["about"][0]
    assert view.facts["longest"]["answer"] == longest
