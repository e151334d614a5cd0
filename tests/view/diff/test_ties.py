"""Lines between calls that do the same job, and the capsules and totals of weights."""

from __future__ import annotations

import re

import pytest

from funclab import Input, Model, layers
from funclab.view.diff.pair import Pair
from funclab.view.diff.view import diff
from tests.view import gallery, models


def one_or_two():
    x = Input((64,), name="x")
    shared = layers.Dense(64, activation="relu", name="shared")
    out = layers.Dense(10, name="out")
    apart = [layers.Dense(64, activation="relu", name=name) for name in ("first", "second")]
    left = Model(x, out(shared(shared(x))), name="one")
    return left, Model(x, layers.Dense(10, name="out2")(apart[1](apart[0](x))), name="two")


def ties(pair):
    return {(tie.left.key, tie.right.key): tie.entries for tie in pair.ties}


def test_a_layer_called_twice_is_joined_with_the_two_that_do_its_job():
    difference = diff(*one_or_two())

    kinds = [entry.kind for entry in difference]
    shared, renamed = kinds.index("shared"), kinds.index("renamed")
    assert ties(Pair(difference)) == {
        ("x[0]", "x[0]"): [],
        ("shared[0]", "first[0]"): [shared],
        ("shared[1]", "second[0]"): [shared],
        ("out[0]", "out2[0]"): [renamed],
    }


def test_capsules_show_one_set_of_weights_against_two():
    pair = Pair(diff(*one_or_two()))

    told = [[(one.numbers, one.word, len(one.boxes)) for one in side] for side in pair.capsules]
    count = f"{64 * 64 + 64:,}"
    assert told == [[(count, "once", 2)], [(count, "its own", 1)] * 2]


@pytest.mark.parametrize("names", [("resnet", "unet"), ("resnet", "resnet"), ("unet", "unet")])
def test_every_difference_is_a_number_on_a_line_or_on_a_box(names):
    difference = diff(*map(gallery.built, names))
    pair = Pair(difference)

    on_lines = {i for tie in pair.ties for i in tie.entries}
    on_boxes = {int(n) - 1 for half in pair.halves for ns in half.numbers.values() for n in ns}
    about = {i for i, entry in enumerate(difference) if entry.left or entry.right}
    assert on_lines | on_boxes == about


def test_a_box_that_stands_for_several_calls_has_one_line():
    pair = Pair(diff(gallery.resnet(2), gallery.resnet(3)))

    joined = [(tie.left.key, tie.right.key) for tie in pair.ties]
    assert any(tie.left.members for tie in pair.ties)
    assert len(joined) == len(set(joined))


def test_nothing_is_red_as_nothing_failed():
    for pair in (one_or_two(), (models.twice(), models.twice(3))):
        difference = diff(*pair)

        assert difference.entries
        assert "-fault" not in difference.svg.split("</style>")[1]


def test_the_bars_of_the_totals_are_to_one_scale():
    left, right = one_or_two()

    svg = diff(left, right).svg.split("Weights in all")[1]

    bars = [float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)"', svg)[:2]]
    assert bars[0] / bars[1] == pytest.approx(left.count_params() / right.count_params(), abs=1e-3)
    assert all(f">{model.count_params():,}<" in svg for model in (left, right))
