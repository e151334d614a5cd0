"""Training curves."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest

from funclab.callbacks import History
from funclab.errors import ArgumentError
from funclab.layers import Dense, Input
from funclab.models import Model
from funclab.view import history_plot
from funclab.view.draw.chart import apart
from funclab.view.draw.text import text_width

LOGS = {
    "loss": [2.0, 1.5, 1.0],
    "main_loss": [1.0, 0.8, 0.6],
    "main_accuracy": [0.5, 0.6, 0.7],
    "val_loss": [2.1, 1.9, 1.8],
    "val_main_accuracy": [0.4, 0.5, 0.5],
}


def history_with(*outputs, first=0):
    """A History with these numbers, of a model with these outputs, from epoch `first` on."""
    history, features = History(), Input((2,))
    history.model = Model(features, [Dense(1, name=name)(features) for name in outputs])
    for i in range(3):
        history.on_epoch_end(first + i, {name: values[i] for name, values in LOGS.items()})
    return history


def test_each_quantity_has_a_chart_with_the_curves_of_all_outputs():
    curves = history_plot(history_with("main", "side"))

    labels = {chart.title: [line.label for line in chart.lines] for chart in curves.charts}
    assert labels == {
        "loss": ["loss", "main_loss", "val_loss"],
        "accuracy": ["main_accuracy", "val_main_accuracy"],
    }


def test_charts_are_below_each_other_where_an_output_would_be_too_narrow():
    logs = {"loss": [2.0, 1.0], "accuracy": [0.5, 0.6], "mae": [1.0, 0.9]}
    logs |= {f"val_{name}": values for name, values in logs.items()}

    svg = ElementTree.fromstring(history_plot(logs).svg)

    assert float(svg.get("width")) <= 800
    assert float(svg.get("height")) > 500


def test_validation_is_dashed_and_has_the_colour_of_what_it_validates():
    curves = history_plot(history_with("main"))

    lines = {line.label: line for chart in curves.charts for line in chart.lines}
    assert [name for name, line in lines.items() if line.dashed] == [
        "val_loss",
        "val_main_accuracy",
    ]
    assert lines["val_loss"].colour == lines["loss"].colour
    assert lines["main_loss"].colour != lines["loss"].colour


def test_epochs_count_from_one_and_go_on_after_a_second_fit():
    curves = history_plot(history_with("main", first=5))

    assert curves.charts[0].epochs == [6, 7, 8]


def test_training_means_stand_in_the_middle_of_their_epochs_and_validation_at_the_end():
    curves = history_plot({"loss": [2.0, 1.0], "val_loss": [2.0, 1.5], "learning_rate": [0.1, 0.1]})

    lines = {line.label: line.back for chart in curves.charts for line in chart.lines}
    assert lines == {"loss": 0.5, "val_loss": 0.0, "learning_rate": 0.0}
    assert curves.charts[0].along == (0, 2)


def test_validation_of_every_second_epoch_is_drawn_where_it_was_measured():
    history = History()
    for epoch in range(4):
        history.on_epoch_end(
            epoch, {"loss": 1.0} | ({"val_loss": 3.0 + epoch} if epoch % 2 else {})
        )

    curves = history_plot(history)

    [_, checked] = curves.charts[0].lines
    assert [value for value in checked.values if value == value] == [4.0, 6.0]
    assert checked.values[1] == 4.0 and checked.values[3] == 6.0


def test_the_last_value_is_written_at_the_end_of_each_curve():
    root = ElementTree.fromstring(history_plot({"loss": [2.0, 1.23456]}).svg)

    assert "1.23" in [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_curves_are_told_in_sentences():
    curves = history_plot({"loss": [2.0, 1.0], "acc": [0.5, 0.5]})

    assert curves.description == "loss falls from 2 to 1. acc stays at 0.5."


def test_a_value_that_is_nan_leaves_a_gap():
    curves = history_plot({"loss": [3.0, math.nan, 1.0, 0.5]})

    root = ElementTree.fromstring(curves.svg)
    lines = [
        p for p in root.iter("{http://www.w3.org/2000/svg}path") if p.get("stroke-width") == "2"
    ]
    assert len(lines) == 2
    assert "nan" not in curves.svg


@pytest.mark.parametrize("losses", [[12345678.0, 23456789.0], [2.1e-8, 3.2e-8], [1234.5, 1234.6]])
def test_the_numbers_of_an_axis_are_not_cut_off(losses):
    root = ElementTree.fromstring(history_plot({"loss": losses}).svg)

    numbers = [
        text
        for text in root.iter("{http://www.w3.org/2000/svg}text")
        if text.get("font-size") == "11" and text.get("text-anchor") == "end"
    ]
    assert len(numbers) > 1
    assert all(float(n.get("x", 0)) - text_width(n.text or "", 11) > 2 for n in numbers)


@pytest.mark.parametrize("accuracy", [[0.25], [0.0, 0.9], [1.0]])
def test_an_axis_of_accuracies_has_no_numbers_that_cannot_be(accuracy):
    [chart] = history_plot({"accuracy": accuracy}).charts

    assert all(0 <= value <= 1 for value, _ in chart.axis().ticks)


def test_the_numbers_stand_in_a_table():
    lines = history_plot({"loss": [2.0, 1.0]}).text.splitlines()

    assert lines[0] == "Training: 2 epochs"
    assert [line.split() for line in lines[4:]] == [["1", "2"], ["2", "1"]]


def test_an_empty_history_is_refused():
    with pytest.raises(ArgumentError, match="holds no epochs"):
        history_plot({})


def test_labels_keep_their_distance_and_stay_within_the_limits():
    places = apart([50, 51, 99, 100], 10, 0, 100)

    assert all(b - a >= 10 for a, b in zip(places, places[1:], strict=False))
    assert places[-1] == 100
