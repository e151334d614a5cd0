"""The live view of a sweep: a table of trials over the curves of the best ones."""

from __future__ import annotations

import pytest

from funclab.distribute import sweep
from funclab.view.training.trials import MOST_CURVES, TrialsFeed
from tests.distribute.sweeps import small, wait_until


@pytest.fixture(scope="module")
def ended():
    """A sweep with more trials than curves are drawn, two of which have failed."""
    return small({"units": [2, 4, 8, 16, -1], "rate": [0.001, 0.01, 0.1], "number": [0]})


def test_the_table_has_a_row_for_each_trial_the_best_first_and_the_failed_last(ended):
    status = ended.view().status

    heads = ["trial", "units", "rate", "number", "epochs", "loss", "val_loss", "seconds", "error"]
    assert status["heads"] == heads
    assert status["rows"][0][0] == str(ended.best.number)
    assert [row[1] for row in status["rows"][-3:]] == ["-1"] * 3
    assert status["rows"][-1][-1].startswith("ArgumentError")
    scores = [float(row[6]) for row in status["rows"][:-3]]
    assert scores == sorted(scores)


def test_the_words_say_how_far_it_is_what_failed_and_which_is_best(ended):
    words = ended.view().status["words"]

    assert words.startswith("All 15 trainings have ended. With an error: 3 trials. Best: ")
    assert f"Best: {ended.best.label}, with val_loss " in words


def test_the_curves_are_those_of_the_best_trials_each_by_its_settings():
    result = small({"units": [2, 4, 8, 16], "rate": [0.001, 0.01, 0.05, 0.1]})

    view = result.view()

    best = {trial.number for trial in result.ranked(result.trials)[:MOST_CURVES]}
    assert {int(run["label"].split(":")[0]) for run in view.runs} == best
    first = result.trials[min(best)]
    rate = f"{first.config['rate']:.4g}"
    assert view.runs[0]["label"] == f"{first.number}: {first.config['units']}, {rate}"
    assert "The curves are those of the best 12." in view.status["words"]


def test_the_still_picture_has_curves_words_and_table(ended):
    picture = ended.view().picture()

    assert "loss" in picture.svg and ">val_loss</text>" in picture.svg
    assert picture.title == "Sweep: 15 of 15 trainings"
    assert "All 15 trainings have ended." in picture.description
    assert picture.text.count("ArgumentError") == 3
    assert ">val_loss</text>" not in ended.view(table=False).svg()


def test_settings_of_every_view_go_into_its_line_of_python(ended):
    view = ended.view(log=True, look="dark")

    assert view.line() == "sweep.view(log=True)"
    assert view.look == "dark"


def test_a_view_follows_a_sweep_that_runs_and_its_button_ends_it():
    result = small({"number": list(range(10_000))}, epochs=20, background=True)
    feed = TrialsFeed(result, {})
    result.watchers.append(feed.tell)
    view = feed.view

    wait_until(lambda: view.status["done"] >= 3)
    phase = view.status["phase"]
    feed.act({"do": "stop", "id": 1})
    result.wait(60)

    assert phase == "running"
    assert [chart["key"] for chart in view.facts["charts"]] == ["loss"]
    assert feed.control is not None and feed.control.comm is None
    assert view.status["phase"] == "stopped"
    assert view.status["words"].startswith(
        f"Stopped after {len(result.results)} of 10000 trainings"
    )
    assert view.status["done"] == len(result.results) < 10_000


def test_a_sweep_is_shown_by_its_view(ended):
    data, _ = ended._repr_mimebundle_()

    assert data["text/plain"] == "<TrialsView: Sweep: 15 of 15 trainings>"
    assert "image/svg+xml" in data


def test_names_and_errors_of_any_characters_are_only_text():
    def build(units):
        raise ValueError("<script>alert(1)</script>\x1b[31m")

    result = sweep(build, {"units": ["</text><b>"]}, ([0.0], [0.0]), workers=1)
    svg = result.view().svg()

    assert "<script>" not in svg and "<b>" not in svg and "\x1b" not in svg
