"""The journal of a sweep: complete lines, resumed sweeps, and files that are no journal of it."""

from __future__ import annotations

import json
import warnings

import pytest
import scipy.stats

from funclab.distribute import Between, sweep
from funclab.errors import BusyError, ConfigError, FileError
from tests.distribute.sweeps import SPACE, X, Y, build, counted, numbers, records, small, starts

TRIALS = 4


@pytest.fixture
def ended(tmp_path):
    """The journal and the marks of a sweep that has ended."""
    journal, marks = tmp_path / "sweep.jsonl", tmp_path / "marks"
    counted(TRIALS, marks, journal, epochs=1)
    return journal, marks


def test_a_journal_has_a_line_for_each_trial_after_the_one_that_says_what_it_is(tmp_path):
    journal = tmp_path / "sweep.jsonl"

    result = small(journal=journal)

    first, *others = map(json.loads, journal.read_text().splitlines())
    assert first["funclab"] == "sweep" and first["about"]["space"] == SPACE
    assert [line["trial"] for line in others] == list(range(6))
    assert [line["values"] for line in others] == [trial.values for trial in result.trials]


def test_a_sweep_that_has_ended_runs_nothing_when_it_is_called_again(ended):
    journal, marks = ended
    before = journal.read_bytes()

    again = counted(TRIALS, marks, journal, epochs=1)

    assert len(again.trials) == TRIALS and not again.stopped
    assert journal.read_bytes() == before
    assert all(len(processes) == 1 for processes in starts(marks).values())


@pytest.mark.parametrize("kind", [scipy.stats.uniform, Between])
def test_a_range_is_known_again_and_told_from_another(tmp_path, kind):
    def drawn(most: float) -> list[tuple]:
        journal = tmp_path / "sweep.jsonl"
        return numbers(
            small({"rate": kind(0.01, most)}, search="random", trials=2, journal=journal)
        )

    assert drawn(0.1) == drawn(0.1)
    with pytest.raises(ConfigError, match="space"):
        drawn(0.2)


def test_a_line_cut_off_anywhere_costs_its_trial_and_no_other(ended, tmp_path):
    journal, marks = ended
    whole = journal.read_bytes()
    expected = numbers(counted(TRIALS, marks, journal, epochs=1))
    last = len(whole) - whole[:-1].rindex(b"\n") - 1

    for cut in range(1, last, 29):
        journal.write_bytes(whole[:-cut])
        marks.unlink()
        again = counted(TRIALS, marks, journal, epochs=1)

        assert numbers(again) == expected
        assert list(starts(marks)) == [TRIALS - 1]
        assert sorted(record["trial"] for record in records(journal)) == list(range(TRIALS))


def test_a_first_line_cut_off_is_written_anew(ended):
    journal, marks = ended
    for length in (0, 5, 100):
        journal.write_bytes(journal.read_bytes()[:length])

        assert len(counted(TRIALS, marks, journal, epochs=1).trials) == TRIALS
        assert len(records(journal)) == TRIALS


def test_a_journal_may_be_taken_up_with_more_trials_and_with_fewer(tmp_path):
    journal = tmp_path / "sweep.jsonl"
    small(search="random", trials=2, journal=journal)

    more = small(search="random", trials=4, journal=journal)
    fewer = small(search="random", trials=3, journal=journal)

    assert numbers(more) == numbers(small(search="random", trials=4))
    assert numbers(fewer) == numbers(more)[:3]
    assert len(records(journal)) == 4


def test_halving_is_taken_up_in_its_round(tmp_path):
    journal = tmp_path / "sweep.jsonl"
    settings = {"search": "halving", "factor": 2, "epochs": 4}
    expected = small(journal=journal, **settings)
    lines = journal.read_text().splitlines(keepends=True)

    journal.write_text("".join(lines[:-2]))
    again = small(journal=journal, **settings)

    assert {k: t.values for k, t in again.results.items()} == {
        k: t.values for k, t in expected.results.items()
    }
    assert len(records(journal)) == expected.count


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"epochs": 3}, "its epochs is 2, not 3"),
        ({"seed": 5}, "its seed is 0, not 5"),
        ({"space": {"units": [1]}}, "its space is"),
        ({"batch_size": 7}, "its fit is"),
    ],
)
def test_the_journal_of_another_sweep_is_refused_and_stays(tmp_path, changed, words):
    journal = tmp_path / "sweep.jsonl"
    small(journal=journal)
    before = journal.read_bytes()

    with pytest.raises(ConfigError, match=words):
        small(journal=journal, **changed)

    assert journal.read_bytes() == before


@pytest.mark.parametrize("contents", ["notes of mine", "notes\nof mine\n", '{"a": 1}\n', "[1]\n"])
def test_a_file_that_is_not_a_journal_is_refused_and_stays(tmp_path, contents):
    path = tmp_path / "notes.txt"
    path.write_text(contents)

    with pytest.raises(ConfigError, match="cannot be read as the journal"):
        small(journal=path)

    assert path.read_text() == contents


def test_a_journal_in_use_is_refused(tmp_path):
    journal = tmp_path / "sweep.jsonl"
    first = small({"number": [0]}, epochs=1_000_000, journal=journal, background=True)

    with pytest.raises(BusyError, match="Another sweep is writing"):
        small({"number": [0]}, epochs=1_000_000, journal=journal)

    first.cancel().wait()
    assert first.stopped


def test_a_journal_that_cannot_be_written_says_why(tmp_path):
    with pytest.raises(FileError, match="was not written"):
        small(journal=tmp_path / "missing" / "sweep.jsonl")


def test_trials_that_failed_run_again_when_a_sweep_is_resumed(tmp_path):
    journal, file = tmp_path / "sweep.jsonl", tmp_path / "needed.txt"

    def needy(units):
        if units == 4:
            file.read_text()
        return build(units)

    first = sweep(needy, {"units": [2, 4]}, (X, Y), workers=1, journal=journal)
    file.write_text("here it is")
    again = sweep(needy, {"units": [2, 4]}, (X, Y), workers=1, journal=journal)
    third = sweep(needy, {"units": [2, 4]}, (X, Y), workers=1, journal=journal)

    assert [bool(trial.error) for trial in first.trials] == [False, True]
    assert [trial.error for trial in again.trials] == ["", ""]
    assert [record["trial"] for record in records(journal)] == [0, 1, 1]
    assert numbers(third) == numbers(again)


def test_a_sweep_that_is_resumed_with_another_build_says_that_results_are_of_the_older(tmp_path):
    journal = tmp_path / "sweep.jsonl"

    def make(units):
        return build(units)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first = sweep(make, {"units": [2, 4]}, (X, Y), workers=1, journal=journal)
        sweep(make, {"units": [2, 4]}, (X, Y), workers=1, journal=journal)

    def make(units):
        return build(units, rate=0.1)

    with pytest.warns(UserWarning, match="`build` has changed since the journal"):
        again = sweep(make, {"units": [2, 4]}, (X, Y), workers=1, journal=journal)

    assert numbers(again) == numbers(first)
