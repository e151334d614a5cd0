"""Frames: which picture fits an array, how much of it is kept, and what is said about it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from funclab.view.draw.frame_drawing import svg_of
from funclab.view.draw.frames import alike, frame_of, marked
from funclab.view.draw.sentences import short
from funclab.view.trace.sums import telling


def numbers(*shape: int) -> np.ndarray:
    return np.arange(np.prod(shape), dtype="float32").reshape(shape) - 3


@pytest.mark.parametrize(
    ("shape", "batched", "kind"),
    [
        ((), False, "number"),
        ((4, 1), True, "number"),
        ((5,), False, "bars"),
        ((4, 5), True, "bars"),
        ((4, 5), False, "heat"),
        ((4, 6, 5), True, "strip"),
        ((4, 8, 8, 3), True, "image"),
        ((3, 3, 2, 4), False, "image"),
        ((3, 2, 4), False, "image"),
        ((2, 5, 8, 8, 3), True, "image"),
    ],
)
def test_every_array_has_the_picture_that_fits_it(shape, batched, kind):
    frame = frame_of("x", numbers(*shape), batched=batched)

    assert frame.kind == kind
    plain = f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
    assert frame.shape == (plain.replace("(", "(batch ") if batched else plain)


@pytest.mark.parametrize(
    "shape", [(5000,), (300, 700), (2, 33), (1, 64, 64, 3), (2, 60, 60, 512), (9, 400, 300)]
)
@pytest.mark.parametrize("batched", [False, True])
def test_a_picture_has_at_most_as_many_numbers_as_a_square_of_24(shape, batched):
    frame = frame_of("x", numbers(*shape), batched=batched)

    assert frame.numbers.size <= 24 * 24
    assert max(frame.numbers.shape[1:]) <= (64 if frame.kind == "bars" else 24)


def test_what_is_left_out_is_said():
    frame = frame_of("x", numbers(6, 40, 40, 20), batched=True)

    assert frame.note == (
        "the first of 6 samples; the first 16 of 20 channels; "
        "means of blocks of its 40 × 40 numbers"
    )


def test_ids_are_written_out_and_images_are_drawn_as_such():
    words = frame_of("words", np.arange(24, dtype="int32").reshape(2, 12), batched=True)
    digit = frame_of("digit", numbers(2, 8, 8, 1), batched=True)

    assert words.kind == "ids"
    assert not digit.printed


@pytest.mark.parametrize(
    ("array", "statistics"),
    [
        ([[0.0, 2.0], [4.0, 0.0]], {"mean": 1.5, "spread": 1.658, "zeros": 0.5, "greatest": 4.0}),
        ([np.nan, np.inf], {"size": 2, "mean": None, "least": None, "nan": 1, "infinite": 1}),
        ([1.0, -1.0 + 1e-9], {"mean": 0}),
    ],
)
def test_statistics_are_of_all_finite_numbers_and_a_mean_of_mere_rounding_is_zero(
    array, statistics
):
    frame = frame_of("x", np.array(array), batched=True)

    assert statistics.items() <= frame.statistics.items()


@pytest.mark.parametrize(
    ("array", "batched", "shown"),
    [
        (np.repeat(np.arange(48.0), 2), False, np.arange(48)),
        (np.array([[1.0, 2.0], [8.0, 9.0]]), True, [1, 2]),
    ],
)
def test_blocks_are_means_and_of_a_batch_the_first_sample_is_shown(array, batched, shown):
    frame = frame_of("x", array, batched=batched)

    np.testing.assert_allclose(frame.numbers.reshape(-1), shown)


@pytest.mark.parametrize(
    ("shape", "printed"), [((8, 8), True), ((9, 8), False), ((8,), True), ((9,), False)]
)
def test_small_arrays_show_their_numbers(shape, printed):
    assert frame_of("w", numbers(*shape)).printed == printed


def test_whole_numbers_are_written_without_a_point():
    frame = frame_of("ids", np.array([[3, 0, -1]], "int32"), batched=True)

    assert frame.texts == ["3", "0", "−1"]


@pytest.mark.parametrize(
    ("array", "texts"),
    [
        ([0.00922, 0.11327, -0.131], ["0.0092", "0.1133", "−0.1310"]),
        ([12.5, -0.25, 3.0], ["12.50", "−0.25", "3.00"]),
        ([1.0, -2.0, 0.0], ["1.0", "−2.0", "0.0"]),
        ([0.1], ["0.1"]),
        ([0.0004, -0.00012], ["0.0004", "−0.0001"]),
    ],
)
def test_numbers_in_one_column_have_equally_many_decimals_unless_they_are_tiny(array, texts):
    assert frame_of("w", np.array(array)).texts == texts


def test_steps_that_a_mask_leaves_out_are_kept_apart():
    counted = [True, True, False]

    frame = frame_of("x", numbers(2, 3, 4), batched=True, counted=counted)

    assert frame.counted == (True, True, False)


@pytest.mark.parametrize(("numbers", "top"), [([0.1, -7.0], 7), ([0.0, 0.0], 1)])
def test_frames_made_alike_have_one_scale(numbers, top):
    first, second = alike([frame_of("x", np.array([number])) for number in numbers])

    assert first.top == second.top == top
    assert first.zero == second.zero


def test_numbers_are_never_without_a_point():
    assert [short(number) for number in (3, 0.5, 1e-7, -0.0)] == ["3.0", "0.5", "1e-07", "0.0"]


def test_the_example_of_a_sum_is_one_to_which_both_parts_bring_much():
    there, came = np.array([9.0, 2.0, 4.0, 5.0]), np.array([0.1, 3.0, -4.0, 1.0])

    assert telling(there, came, np.arange(4)) == 1
    assert telling(there, np.zeros(4), np.arange(1, 4)) == 3


def test_what_is_below_zero_has_a_sign_besides_its_colour():
    matrix = svg_of(frame_of("w", np.clip(numbers(20, 20), -3, 3)))
    vector = svg_of(frame_of("w", numbers(20)))

    assert matrix.count("l7,-7") == 3  # one stroke for each of the three negative numbers
    left = re.search(r'<path d="([^"]*)" class="s-input"', vector)
    assert left and left[1].count("h-") == left[1].count("M") == 3


def test_what_is_not_finite_or_left_out_by_a_mask_is_crossed_out():
    odd = svg_of(frame_of("w", np.where(numbers(20, 20) == 5, np.nan, 1.0)))
    masked = frame_of("x", numbers(2, 20, 3), batched=True, counted=[True] * 19 + [False])

    assert odd.count("l7,-7") == 1 and odd.count("l7,7") == 1
    assert svg_of(masked).count("l7,7") == 3


def test_the_outline_stands_at_the_block_that_holds_a_number():
    array = np.zeros((70, 70))
    frame = marked(frame_of("kernel", array), array.shape, 69 * 70 + 69)

    assert frame.mark == frame.numbers.size - 1


def test_a_number_of_another_sample_is_not_outlined():
    array = numbers(8, 4)
    frame = frame_of("x", array, batched=True)

    assert marked(frame, array.shape, 2, batched=True).mark == 2
    assert marked(frame, array.shape, 9, batched=True).mark is None
