"""Runs that are compared: groups with their mean and band, smoothed curves, legends."""

from __future__ import annotations

import re

import numpy as np
import pytest

from funclab.errors import ArgumentError
from funclab.view.draw.chart import Chart
from funclab.view.draw.text import text_width
from funclab.view.training.curves import COLUMN, RunCharts
from funclab.view.training.view import compare_runs
from tests.view.training.live_runs import history_of


def loss_chart(view, smooth=False, joined=False) -> Chart:
    """The chart of the loss of a view."""
    chart = RunCharts(view.runs, True, joined).chart(view.facts["charts"][0], smooth=smooth)
    assert chart is not None
    return chart


def test_a_group_of_runs_is_its_mean_in_a_band_from_its_lowest_to_its_highest():
    shared = [history_of([4.0, 2.0]), history_of([2.0, 1.0])]
    separate = [history_of([3.0, 3.0]), history_of([3.0, 6.0])]

    chart = loss_chart(compare_runs(shared=shared, separate=separate))

    assert [line.label for line in chart.lines] == ["shared", "separate"]
    assert [line.values for line in chart.lines] == [[3.0, 1.5], [3.0, 4.5]]
    assert chart.lines[0].band == [(2.0, 4.0), (1.0, 2.0)]


def test_groups_say_what_line_and_band_are_and_which_ends_lowest():
    shared = [history_of([4.0, 2.0]), history_of([2.0, 1.0])]
    view = compare_runs(shared=shared, separate=[history_of([3.0, 3.0])])

    caption = f"{view.curves['caption']} {view.curves['reading']}"

    assert "shared ends lowest, with loss 1.5; separate ends highest, with 3." in caption
    assert "A line is the mean of its group" in caption
    assert view.line() == "funclab.compare_runs(shared=shared, separate=separate)"


def test_only_the_curves_that_are_named_are_shown_each_with_its_validation():
    first, second = history_of([2.0, 1.0], [3.0, 2.0]), history_of([2.0, 1.5], [3.0, 2.5])
    for history in (first, second):
        history.history["accuracy"] = [0.5, 0.75]

    view = compare_runs(first, second, curves=["loss"])

    assert [chart["key"] for chart in view.facts["charts"]] == ["loss"]
    assert len(loss_chart(view).lines) == 4
    assert view.line() == "funclab.compare_runs(history1, history2, curves=['loss'])"


def test_where_no_loss_is_shown_the_caption_tells_of_the_curve_that_is():
    first, second = history_of([2.0, 1.0]), history_of([2.0, 1.5])
    first.history["accuracy"], second.history["accuracy"] = [0.5, 0.75], [0.5, 0.625]

    view = compare_runs(first, second, labels=["8", "32"], curves=["accuracy"])

    told = view.curves["caption"]
    assert told == "32 ends lowest, with accuracy 0.625; 8 ends highest, with 0.75."


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ([[4.0, 2.0]], "After epoch 2: loss 2, falling."),
        ([[4.0, np.nan]], "The loss has been nan (not a number) since epoch 2"),
        ([[4.0, 2.0], [4.0, np.nan]], "The loss has been nan (not a number) since epoch 2"),
    ],
)
def test_where_no_two_runs_can_be_compared_the_last_is_told(losses, words):
    view = compare_runs(**{f"run{i}": [history_of(own)] for i, own in enumerate(losses)})

    assert words in view.curves["caption"]


def test_runs_of_a_group_that_ended_early_leave_the_mean_to_the_others():
    view = compare_runs(shared=[history_of([4.0, 2.0]), history_of([2.0])])

    assert loss_chart(view).lines[0].values == [3.0, 2.0]


def test_training_and_validation_of_a_run_have_names_of_their_own():
    view = compare_runs(history_of([2.0, 1.0], [3.0, 2.0]), history_of([2.0, 1.0]))

    labels = [line.label for line in loss_chart(view).lines]

    assert labels == ["run 1", "run 1, validation", "run 2"]


def test_twenty_runs_are_one_curve_each_and_the_chart_says_of_what():
    histories = [history_of([2.0, 1.0], [3.0, 2.0]) for _ in range(20)]

    chart = loss_chart(compare_runs(*histories, labels=[f"network {i}" for i in range(20)]))

    assert len(chart.lines) == 20
    assert all(line.dashed for line in chart.lines)
    assert chart.title == "loss · validation"


@pytest.mark.parametrize("count", [2, 20])
def test_legends_lie_inside_their_chart_however_long_the_names(count):
    labels = [f"{i} {'W' * 300}" for i in range(count)]
    histories = [history_of([2e-5, 1e-5], [3.0, 2.0]) for _ in labels]

    chart = loss_chart(compare_runs(*histories, labels=labels))

    names = max(text_width(line.label, 12, bold=True) for line in chart.lines)
    assert chart.width >= chart.left + chart.wide + names + text_width("1.0e-5", 12)
    assert chart.width <= COLUMN
    assert chart.tall >= 17 * len(chart.lines)


def test_smoothed_curves_say_so_and_keep_the_values():
    view = compare_runs(history_of([4.0, 2.0, 4.0, 2.0, 4.0, 2.0]), smooth=True)

    chart = loss_chart(view, smooth=True)

    assert chart.title == "loss · smoothed over 3 epochs"
    assert chart.lines[0].values == [4.0, 2.0, 4.0, 2.0, 4.0, 2.0]
    np.testing.assert_allclose(chart.lines[0].smoothed(3)[1:-1], [10 / 3, 8 / 3, 10 / 3, 8 / 3])
    assert "each point is the mean of 3 epochs around it" in view.picture().description


def test_runs_in_sequence_have_their_epochs_counted_on():
    view = compare_runs(history_of([4.0, 2.0]), history_of([2.0, 1.0]))

    assert loss_chart(view, joined=True).epochs == [1, 2, 3, 4]


def test_twenty_long_runs_weigh_no_more_than_the_page_can_hold():
    histories = [history_of(np.linspace(2, 1, 2000).tolist()) for _ in range(20)]

    view = compare_runs(*histories)

    assert sum(len(run["epochs"]) for run in view.runs) <= 2440
    assert len(str(view.curves)) < 350_000


@pytest.mark.parametrize(
    ("histories", "settings", "what"),
    [
        ([history_of([1.0])], {"labels": ["one", "two"]}, "one label for each run"),
        ([{"loss": [1.0]}], {}, "not a History"),
        ([], {}, "0 runs"),
        ([], {"colour": "red"}, "not a list of Histories"),
        ([], {"shared": [None]}, "not a History"),
        ([history_of([1.0])], {"curves": ["accuracy"]}, "from loss"),
        ([history_of([1.0])], {"curves": "loss"}, "a list of names"),
        ([history_of([1.0])], {"curves": []}, "a list of names"),
    ],
)
def test_compare_runs_takes_histories_and_a_label_for_each(histories, settings, what):
    with pytest.raises(ArgumentError, match=what):
        compare_runs(*histories, **settings)


def test_the_only_chart_of_a_comparison_is_large_with_the_names_of_its_runs_whole():
    histories = history_of([2.0, 1.0], [3.0, 2.0]), history_of([2.0, 1.5], [3.0, 2.5])
    labels = ["300 headlines", "50 headlines"]

    alone = compare_runs(*histories, labels=labels).curves["charts"][0]["svgs"][""]
    on_a_wall = compare_runs(*histories, labels=labels, look="projector")
    sizes = [[float(n) for n in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)', svg).groups()]
             for svg in (alone, on_a_wall.curves["charts"][0]["svgs"][""])]  # fmt: skip

    assert "300 headlines, validation" in alone
    assert 700 < sizes[0][0] <= COLUMN + 2 and sizes[0][1] > 340
    assert 240 < sizes[1][1] < 278
