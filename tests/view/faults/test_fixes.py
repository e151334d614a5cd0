"""Fixes as code: each runs, and gives the shape that is told; and the lengths as bars to scale."""

from __future__ import annotations

import re

import pytest

from funclab import Input, layers
from funclab.graph.shape_math import show
from tests.view.faults.test_faults import fault_of
from tests.view.measures import overlapping_texts


def dense(units, name):
    return layers.Dense(units, name=name)(Input((16,), name=f"to_{name}"))


def bars(picture):
    """The widths of the bars, from the first row on: of what there is, and of what is missing."""
    rows = re.findall(
        r'<g role="graphics-symbol" aria-label="[^"]*" class="row">.*?</g>', picture.svg
    )
    return [[float(w) for w in re.findall(r'<rect [^>]*? width="([\d.]+)"', row)] for row in rows]


@pytest.mark.parametrize("kind", ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"])
@pytest.mark.parametrize("lengths", [(64, 32), (8, 24)])
def test_the_code_for_two_lengths_runs_and_gives_the_shape_that_is_told(kind, lengths):
    wide, narrow = dense(lengths[0], "wide"), dense(lengths[1], "narrow")

    picture = fault_of(lambda: getattr(layers, kind)(name="join")([wide, narrow]))

    names = {**vars(layers), "wide": wide, "narrow": narrow}
    assert len(picture.fixes) == 2
    for fix in picture.fixes:
        assert show(eval(fix.code, names).shape) == fix.shape
        assert f">{fix.code}<" in picture.svg and f">{fix.shape}<" in picture.svg


def test_the_code_for_a_layer_that_has_its_weights_runs_on_that_layer():
    head = layers.Dense(3, name="head")
    head(Input((784,)))
    x = Input((10,), name="x")

    picture = fault_of(lambda: head(x))

    (fix,) = picture.fixes
    assert show(eval(fix.code, {**vars(layers), "head": head, "x": x}).shape) == fix.shape


@pytest.mark.parametrize(
    "act",
    [
        lambda: layers.Add(name="a")([dense(3, "one"), dense(4, "two"), dense(5, "three")]),
        lambda: layers.Add(name="a")([dense(3, "not a name"), dense(4, "two")]),
        lambda: layers.Concatenate(axis=1)([Input((3, 4)), Input((5, 6))]),
        lambda: layers.Conv2D(2, 3)(Input((9,))),
    ],
)
def test_where_no_code_is_sure_the_sentence_of_the_error_stands(act):
    picture = fault_of(act)

    assert [(fix.text, fix.code) for fix in picture.fixes] == [(picture.fix, "")]


def test_the_bars_are_to_one_scale_and_show_what_is_missing():
    wide, narrow = dense(64, "wide"), dense(24, "narrow")

    picture = fault_of(lambda: layers.Add(name="add")([wide, narrow]))

    (whole,), (there, missing) = bars(picture)
    assert (there / whole, missing / whole) == pytest.approx((24 / 64, 40 / 64), abs=0.01)
    assert ">40 missing<" in picture.svg and picture.title == "add cannot join lengths 64 and 24"


def test_a_length_that_is_too_long_says_how_much():
    head = layers.Dense(3, name="head")
    head(Input((4,)))

    picture = fault_of(lambda: head(Input((7,), name="x")))

    assert ">3 too many<" in picture.svg
    assert picture.title == "head needs 4 numbers on an axis, and was given 7"
    (wanted,), (fits, more) = bars(picture)
    assert (fits, more) == pytest.approx((wanted, wanted * 3 / 4), abs=0.2)


@pytest.mark.parametrize("look", ["light", "projector"])
def test_fixes_stand_beside_the_picture_and_cover_nothing(look):
    wide, narrow = dense(64, "wide"), dense(24, "narrow")

    picture = fault_of(lambda: layers.Add(name="add")([wide, narrow]), look)

    assert overlapping_texts(picture) == []
    assert ("node." in picture.svg) and "2 ways to fix it" in picture.svg
