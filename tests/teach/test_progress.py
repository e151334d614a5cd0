"""Progress: kept in a small file, exported and imported, and told by misconception."""

from __future__ import annotations

import json
import os

import pytest

from funclab.errors import DataError, FileError
from funclab.teach import ask, export_progress, forget_progress, import_progress, result
from funclab.teach.records import keeping as module
from funclab.teach.records import storing


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "home" / "progress.json"
    monkeypatch.setenv("FUNCLAB_PROGRESS", str(path))
    return path


def test_an_answer_is_kept_and_still_known_in_the_next_session(file):
    ask("1.1").choose(2)

    again = ask("1.1")

    [kept] = file.with_suffix(".d").iterdir()
    entry = json.loads(kept.read_text())
    assert (entry["question"], entry["option"], entry["try"]) == ("1.1", 2, 1)
    assert again.answers == [2] and again.answered


def test_every_vote_is_kept_in_order(file):
    question = ask("1.1", votes=2)

    question.choose(0)
    waiting = question.answered
    question.choose(2)

    assert not waiting and question.answered
    assert module.answers_to("1.1") == [0, 2]
    assert [answer["vote"] for answer in module.progress()["answers"]] == [1, 2]


def test_who_prepared_a_question_at_home_votes_twice_in_class_all_the_same(file):
    at_home = ask("1.1")
    at_home.choose(0)
    at_home.choose(1)

    in_class = ask("1.1", votes=2)
    waiting = [in_class.answered]
    in_class.choose(0)
    waiting.append(in_class.answered)
    in_class.choose(2)

    assert waiting == [False, False] and in_class.answered
    kept = [(x["option"], x.get("try"), x.get("vote")) for x in module.progress()["answers"]]
    assert kept == [(0, 1, None), (1, 2, None), (0, None, 1), (2, None, 2)]
    assert ask("1.1", votes=2).answers == [0, 2] and ask("1.1").answered


def test_the_result_says_how_often_each_misconception_was_held_and_seen_through(file):
    ask("1.1").choose(0)
    ask("1.1").choose(2)
    module.record_try("1B", False, "new_layer")
    module.record_try("1B", True)
    module.record_answer("no such question", 0)

    told = result()

    assert told[1] == {"belief": "A layer is a tensor.", "held": 1, "seen_through": 1}
    assert told[7]["seen_through"] == 1 and told[7]["held"] == 0
    assert told[3]["held"] == 1
    assert set(told) == {1, 3, 7}


def test_what_is_exported_can_be_imported_elsewhere(file, tmp_path):
    ask("1.2").choose(1)
    module.record_hint("1A", 2)

    export_progress(tmp_path / "me.json")
    forget_progress()
    import_progress(tmp_path / "me.json")

    assert module.answers_to("1.2") == [1]
    assert module.progress()["exercises"]["1A"]["hints"] == 2


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 2}', '{"version": 1, "answers": [3]}']
)
def test_another_file_is_refused_and_changes_nothing(file, tmp_path, text):
    ask("1.2").choose(1)
    (tmp_path / "other.json").write_text(text)

    with pytest.raises(DataError, match="not a progress file"):
        import_progress(tmp_path / "other.json")
    with pytest.raises(FileError, match="not read"):
        import_progress(tmp_path / "nowhere.json")

    assert module.answers_to("1.2") == [1]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2}'])
def test_a_damaged_file_is_set_aside_and_said(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)

    with pytest.warns(UserWarning, match="with answers of yours is damaged"):
        ask("1.3").choose(2)

    [aside] = file.parent.glob("*.damaged")
    assert aside.read_text() == text and not file.exists()
    assert module.answers_to("1.3") == [2]


def test_where_nothing_can_be_written_progress_lasts_as_long_as_the_session(tmp_path, monkeypatch):
    (tmp_path / "blocked").write_text("a file, no folder")
    monkeypatch.setenv("FUNCLAB_PROGRESS", str(tmp_path / "blocked" / "progress.json"))
    forget_progress()

    with pytest.warns(UserWarning, match="only as long as this session") as said:
        ask("1.1").choose(1)

    assert module.answers_to("1.1") == [1] and len(said) == 1
    forget_progress()
    assert module.answers_to("1.1") == []


def test_progress_can_be_off(tmp_path, monkeypatch):
    monkeypatch.setenv("FUNCLAB_PROGRESS", "off")

    assert storing.path() is None


def test_every_public_name_stays_what_it_is_when_its_file_is_imported():
    import funclab.teach as teach

    assert all(callable(getattr(teach, name)) for name in teach.__all__)


def test_progress_that_is_forgotten_is_no_longer_on_the_disk(file):
    file.parent.mkdir()
    file.write_text(
        '{"version": 1, "answers": [{"question": "1.1", "option": 1}], "exercises": {}}'
    )
    ask("1.1").choose(0)
    [own] = file.with_suffix(".d").iterdir()
    damaged = own.with_name("other.jsonl")
    damaged.write_text(own.read_text() + "{")
    os.utime(damaged, (0, 0))
    file.write_text(file.read_text()[:-1])
    with pytest.warns(UserWarning, match="is damaged") as said:
        assert 1 in module.answers_to("1.1")
    assert len(said) == 2

    forget_progress()

    assert module.answers_to("1.1") == []
    assert [path for path in file.parent.rglob("*") if path.is_file()] == []


def test_a_place_says_whether_answers_can_be_kept_there_and_stays_clean(tmp_path):
    (tmp_path / "blocked").write_text("a file, no folder")

    assert storing.problem(tmp_path / "new" / "progress.json") == ""
    assert not [*(tmp_path / "new" / "progress.d").iterdir()]
    assert "blocked" in storing.problem(tmp_path / "blocked" / "progress.json")


def test_a_folder_holds_the_file_of_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("FUNCLAB_PROGRESS", str(tmp_path))
    assert storing.path() == tmp_path / "progress.json"
    monkeypatch.setenv("FUNCLAB_PROGRESS", str(tmp_path / "mine.json"))
    assert storing.path() == tmp_path / "mine.json"
    assert storing.folder_of(tmp_path / "mine.json") == tmp_path / "mine.d"
    for off in ("off", "OFF", "0"):
        monkeypatch.setenv("FUNCLAB_PROGRESS", off)
        assert storing.path() is None
    monkeypatch.delenv("FUNCLAB_PROGRESS")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert storing.path() == tmp_path / "home" / ".funclab" / "progress.json"
