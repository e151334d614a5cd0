"""The journal of a sweep: complete lines, resumed sweeps, and files that are no journal of it."""

from __future__ import annotations

import itertools
import json
import os
import random
import warnings

import pytest
import scipy.stats

from funclab.distribute import Between, sweep
from funclab.errors import BusyError, ConfigError, FileError, FunclabError
from tests import damage
from tests.distribute.sweeps import SPACE, X, Y, build, counted, numbers, records, small, starts

TRIALS = 4
TRIES = 600 if os.environ.get("SOAK") else 32
"""Damaged journals of each form."""


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

    for cut in range(2, last, 29):
        journal.write_bytes(whole[:-cut])
        marks.unlink()
        again = counted(TRIALS, marks, journal, epochs=1)

        assert numbers(again) == expected
        assert list(starts(marks)) == [TRIALS - 1]
        assert sorted(record["trial"] for record in records(journal)) == list(range(TRIALS))


def test_a_journal_that_lost_no_more_than_its_last_byte_has_lost_no_trial(ended):
    journal, marks = ended
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-1])
    marks.unlink()

    assert len(counted(TRIALS, marks, journal, epochs=1).trials) == TRIALS
    assert journal.read_bytes() == whole[:-1] and not marks.exists()


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


def of_version_1(journal) -> None:
    """Make a journal what funclab 0.1 wrote: without a version and digests."""
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    for line in lines:
        del line["digest"]
        line.pop("version", None)
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines))


def resumed(**settings):
    """A sweep, and what was said about its journal."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = small(**settings)
    return result, [str(one.message) for one in caught if "journal" in str(one.message)]


@pytest.mark.soak("damaged journals")
def test_a_damaged_journal_loses_only_trials_of_damaged_lines_and_is_never_overwritten(
    tmp_path, trial
):
    journal = tmp_path / "sweep.jsonl"
    expected = numbers(small(journal=journal))
    whole = journal.read_bytes()
    lines = whole.decode().splitlines()

    for kind, seed in itertools.product(damage.KINDS, range(TRIES // len(damage.KINDS))):
        with trial(f"{kind.__name__} {seed}"):
            contents = kind(whole, random.Random(seed))
            journal.write_bytes(contents)
            left = {i - 1 for i, line in enumerate(lines) if line in damage.text_of(contents)}
            left -= {-1}

            try:
                again, said = resumed(journal=journal)
            except FunclabError:
                assert journal.read_bytes() == contents
                assert not left or kind is damage.in_utf_16
                continue

            kept = contents[: contents.rfind(b"\n") + 1]
            after = journal.read_bytes()
            added = after[len(kept) :].decode().splitlines()
            new = [json.loads(line) for line in added if line and line not in lines]
            assert numbers(again) == expected
            assert after.startswith(kept)
            assert {line.get("trial") for line in new} - {None} <= {*range(6)} - left
            assert all("are not used: line" in text for text in said)


@pytest.mark.soak("damaged journals")
def test_a_damaged_journal_of_version_1_is_used_refused_or_said_and_never_overwritten(
    tmp_path, trial
):
    journal = tmp_path / "sweep.jsonl"
    small(journal=journal)
    of_version_1(journal)
    whole = journal.read_bytes()

    for kind, seed in itertools.product(damage.KINDS, range(TRIES // len(damage.KINDS))):
        with trial(f"{kind.__name__} {seed}"):
            contents = kind(whole, random.Random(seed))
            journal.write_bytes(contents)

            try:
                again, _ = resumed(journal=journal)
            except FunclabError:
                assert journal.read_bytes() == contents
                continue

            assert len(again.trials) == 6
            assert journal.read_bytes().startswith(contents[: contents.rfind(b"\n") + 1])


def test_a_journal_of_version_1_is_resumed_and_new_lines_have_a_digest(tmp_path):
    journal = tmp_path / "sweep.jsonl"
    expected = numbers(small(journal=journal))
    of_version_1(journal)
    old = journal.read_text()
    journal.write_text("".join(old.splitlines(keepends=True)[:-2]))

    again, said = resumed(journal=journal)
    third, said_again = resumed(journal=journal)

    assert numbers(again) == numbers(third) == expected and said == said_again == []
    assert ["digest" in line for line in records(journal)] == [False] * 4 + [True] * 2


def test_two_journals_of_one_sweep_that_were_joined_are_one(tmp_path):
    journal, other = tmp_path / "sweep.jsonl", tmp_path / "other.jsonl"
    expected = numbers(small(journal=journal))
    whole = journal.read_text().splitlines(keepends=True)
    small(journal=other)
    others = other.read_text().splitlines(keepends=True)
    journal.write_text("".join(whole[:4] + others[:1] + others[4:]))
    before = journal.read_bytes()

    again, said = resumed(journal=journal)

    assert numbers(again) == expected and said == []
    assert journal.read_bytes() == before


@pytest.mark.parametrize("old", [False, True])
def test_lines_of_another_sweep_in_a_journal_are_said_and_not_used(tmp_path, old):
    journal, other = tmp_path / "sweep.jsonl", tmp_path / "other.jsonl"
    expected = numbers(small(journal=journal))
    small(journal=other, seed=1)
    for path in (journal, other) if old else ():
        of_version_1(path)
    whole = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(whole[:4]) + other.read_text())

    again, said = resumed(journal=journal)

    assert numbers(again) == expected
    assert len(said) == 1 and "line 5 begins the journal of another sweep" in said[0]
    assert "its seed is 1, not 0" in said[0]
    assert len(records(journal)) == 3 + 7 + 3


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("trial", "2", "no valid 'trial'"),
        ("trial", 4, "other settings than trial 4"),
        ("trial", -1, "no valid 'trial'"),
        ("epochs", 30, "30 epochs"),
        ("epochs", None, "no valid 'epochs'"),
        ("config", {"units": 8, "rate": 0.5}, "other settings than trial 2"),
        ("config", [1], "no valid 'config'"),
        ("values", {"loss": ["small", 0.1]}, "no valid 'values'"),
        ("values", {"loss": []}, "no valid 'values'"),
        ("values", {"loss": [0.1] * 9}, "a value for each epoch"),
        ("values", {}, "no loss and no error"),
        ("measured", {"loss": [0]}, "a value for each epoch"),
        ("seconds", "long", "no valid 'seconds'"),
    ],
)
def test_a_line_that_cannot_be_a_result_of_the_sweep_is_said_and_its_trial_runs_again(
    tmp_path, old, name, value, words
):
    journal = tmp_path / "sweep.jsonl"
    expected = numbers(small(journal=journal))
    if old:
        of_version_1(journal)
    lines = journal.read_text().splitlines()
    lines[3] = json.dumps({**json.loads(lines[3]), name: value})
    journal.write_text("\n".join([*lines, ""]))

    again, said = resumed(journal=journal)

    assert numbers(again) == expected
    assert len(said) == 1 and f"line 4 {'' if old else 'was changed'}" in said[0]
    assert words in said[0] or not old


def test_a_changed_number_in_a_journal_is_noticed(tmp_path):
    journal = tmp_path / "sweep.jsonl"
    expected = numbers(small(journal=journal))
    lines = journal.read_text().splitlines()
    changed = json.loads(lines[5])
    changed["values"]["loss"][-1] /= 2
    lines[5] = json.dumps(changed)
    journal.write_text("\n".join([*lines, ""]))

    again, said = resumed(journal=journal)

    assert numbers(again) == expected
    assert len(said) == 1 and "line 6 was changed" in said[0]


def test_a_journal_of_a_newer_version_is_refused_and_stays(tmp_path):
    journal = tmp_path / "sweep.jsonl"
    small(journal=journal)
    lines = journal.read_text().splitlines()
    first = {**json.loads(lines[0]), "version": 3}
    del first["digest"]
    journal.write_text("\n".join([json.dumps(first), *lines[1:], ""]))
    before = journal.read_bytes()

    with pytest.raises(ConfigError, match="newer version of funclab"):
        small(journal=journal)

    assert journal.read_bytes() == before
