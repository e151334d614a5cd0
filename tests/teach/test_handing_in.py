"""What a student hands in: shown first, under a code, without names, dates and times of day."""

from __future__ import annotations

import itertools
import json
import time

import pytest

from funclab import layers
from funclab.errors import ArgumentError
from funclab.graph.node import observed
from funclab.teach import ask, concept_test, export_progress, import_progress, my_progress, result
from funclab.teach.attempt import run
from funclab.teach.checking import base_names, check_lines, hint
from funclab.teach.parts import Parts, are_same, fingerprint
from funclab.teach.records import entries, keeping, storing
from funclab.teach.records.handing_in import in_minutes, program_of
from tests.teach import tries_05

MORE = "one, two = Dense(32), Dense(32)  # by Ann\n"


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    path = tmp_path / "home" / "progress.json"
    monkeypatch.setenv("FUNCLAB_PROGRESS", str(path))
    return path


def lesson_5() -> dict:
    return dict(run(tries_05.LESSON, base_names({})).names)


def test_it_has_answers_tries_hints_and_minutes_and_neither_names_nor_dates(tmp_path):
    ask("5.1").choose(1)
    check_lines("5A", MORE + tries_05.WRONG["5A"]["two_layers"], lesson_5())
    hint("5A")

    told = my_progress("m94", programs=True)
    told.save(tmp_path / "me.json")

    data = json.loads(told.text)
    kinds = [entry["kind"] for entry in data["entries"]]
    assert data["code"] == "m94" and data["version"] == 2 and "5" in data["course"]
    assert kinds == ["answer", "attempt", "hint"]
    assert all({"day", "minute"} <= {*entry} and "at" not in entry for entry in data["entries"])
    answer, attempt, hinted = data["entries"]
    assert (answer["question"], answer["option"], answer["try"]) == ("5.1", 1, 1)
    assert (attempt["mistake"], len(attempt["made"])) == ("two_layers", 16)
    assert "Dense" in attempt["lines"] and "Ann" not in attempt["lines"]
    assert hinted["number"] == 1
    assert (tmp_path / "me.json").read_text() == told.text
    assert str(time.localtime().tm_year) not in told.text


def test_programs_are_handed_in_only_if_asked_for(tmp_path):
    check_lines("5A", tries_05.WRONG["5A"]["two_layers"], lesson_5())

    texts = [my_progress("m94").text]
    for name, programs in (("backup", False), ("all", True)):
        texts.append(export_progress(tmp_path / f"{name}.json", programs=programs).read_text())

    assert ["Dense(" in text for text in texts] == [False, False, True]


def test_the_text_is_shown_in_words_before_the_file_is_written(tmp_path, capsys):
    ask("5.1").choose(1)

    path = export_progress(tmp_path / "me.json", "m94")

    out = capsys.readouterr().out
    assert out.startswith(
        "A teacher would get the text below, under the code m94: 1 answer, 0 tries"
    )
    assert "no name, no date and no time of day. Nothing has been sent." in out
    assert path.read_text() in out and repr(my_progress("m94")) == out.removesuffix("\n")


@pytest.mark.parametrize("code", ["", "Ann Example", "a" * 21, "<b>", 7, None])
def test_what_is_no_code_is_refused(code):
    with pytest.raises(ArgumentError, match="is not a code"):
        my_progress(code)


def test_votes_of_a_class_and_what_later_versions_record_are_not_handed_in():
    keeping.record_vote("5.1", "2026-01-01T09:00", [[1, 2, 3, 4]])
    ask("5.1").choose(1)
    storing.add({"kind": "answer", "question": "5.2", "option": 0, "name": "Ann"})
    storing.add({"kind": "diary", "text": "Ann"})

    text = my_progress("m94").text

    assert "Ann" not in text and "2026" not in text
    assert len(json.loads(text)["entries"]) == 2


def test_what_was_handed_in_can_be_imported(tmp_path, monkeypatch):
    ask("5.1").choose(1)
    my_progress("m94").save(tmp_path / "me.json")
    monkeypatch.setenv("FUNCLAB_PROGRESS", str(tmp_path / "other" / "progress.json"))

    import_progress(tmp_path / "me.json")

    assert keeping.answers_to("5.1") == [1]


def test_an_entry_with_fields_of_this_version_is_read_and_wrong_ones_are_refused():
    entry = {"version": 2, "id": "a", "kind": "attempt", "exercise": "5A", "mistake": ""}

    assert entries.fitting({**entry, "lines": "x", "made": "y", "day": 0, "minute": 3})
    for wrong in ({"lines": "x" * 2001}, {"minute": -1}, {"day": 0.5}, {"made": None}):
        with pytest.raises(entries.Unusable):
            entries.fitting({**entry, **wrong})


def test_minutes_begin_anew_on_each_day_of_work():
    begin = time.mktime((2026, 3, 2, 9, 0, 0, 0, 0, -1))
    later = time.mktime((2026, 3, 9, 17, 30, 0, 0, 0, -1))

    made = in_minutes([{"at": begin}, {"at": begin + 61 * 60}, {"at": later}, {"id": "old"}])

    assert made == [
        {"day": 0, "minute": 0}, {"day": 0, "minute": 61}, {"day": 1, "minute": 0}, {"id": "old"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("x = 1  # Ann\n\n# Bob\ny = 2\n", "x = 1\ny = 2"),
        ("x = 'a # b'", "x = 'a # b'"),
        (f'"""{"Dear teacher " * 5}"""\nx = 1', "'…'\nx = 1"),
        (f'x = f"{"a" * 50}{{y}}"', None),
        (f'"""{"a" * 50}\n{"b" * 50}"""; x = 1  # Ann', "'…'; x = 1"),
        ("x = (", ""),
        ("x = '", ""),
        ("x\f = 1 # Ann", None),
        ("x = 1\r\ny = 2 # Ann\r\n", "x = 1\ny = 2"),
        ("x = 1\n" * 1000, ""),
        ("", ""),
    ],
)
def test_programs_lose_comments_and_long_texts(source, kept):
    told = program_of(source)

    assert "Ann" not in told and "Bob" not in told and "a" * 41 not in told
    assert kept is None or told == kept


def test_items_of_the_concept_test_count_in_the_result():
    test = concept_test("A")
    for item in range(20):
        test.choose(item, 0)

    assert sum(row["held"] for row in result().values()) > 0


def test_fingerprints_are_equal_exactly_if_models_are_the_same():
    models = []
    for programs in (tries_05.RIGHT, {k: [*v.values()] for k, v in tries_05.WRONG.items()}):
        for lines in (*programs["5A"], *programs["5C"][:3]):
            with observed():
                attempt = run(lines, lesson_5(), "model")
            models += [attempt.model] if attempt.model is not None else []
    renamed = run(tries_05.WRONG["5A"]["two_layers"].replace("eye", "ear"), lesson_5(), "model")
    models.append(renamed.model)

    pairs = list(itertools.combinations(models, 2))
    same = [are_same(Parts(a), Parts(b)) for a, b in pairs]

    assert same == [fingerprint(a) == fingerprint(b) for a, b in pairs]
    assert 1 <= sum(same) < len(pairs) and isinstance(models[0].layers[-1], layers.Layer)
