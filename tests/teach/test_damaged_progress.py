"""Progress from damaged files, and from those of a newer version: nothing readable is lost."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
import warnings
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from funclab.errors import DataError, FunclabError
from funclab.files import json_lines
from funclab.teach import (
    arrange,
    ask,
    check,
    course_map,
    export_progress,
    hint,
    import_progress,
    progress,
    result,
    vote,
)
from funclab.teach.records import keeping
from tests import damage

TRIES = 512 if os.environ.get("SOAK") else 32
"""Damaged files of each form."""
OLD = 1_000_000_000
"""A time at which a file was written that nothing writes to any more."""
WITHOUT_A_TRACE = (damage.lines_left_out, damage.without_its_beginning, damage.truncated)
"""Damage that may take whole lines away, so that nothing is left to be said."""
VERSION_1 = {
    "version": 1,
    "answers": [{"question": f"1.{i % 5 + 1}", "option": (i % 4) or None} for i in range(12)],
    "exercises": {
        "1A": {"tries": ["order", ""], "right": True, "hints": 2},
        "1B": {"tries": ["new_layer"], "right": False, "hints": 0},
    },
    "votes": [{"question": "5.1", "began": "2026-11-01", "first": [1, 2, 3], "second": [0, 6, 0]}],
}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Where progress is stored now; `place()` changes it to a place where nothing is stored yet."""
    count = itertools.count()

    def elsewhere() -> Path:
        path = tmp_path / str(next(count)) / "progress.json"
        path.parent.mkdir()
        monkeypatch.setenv("FUNCLAB_PROGRESS", str(path))
        return path

    return elsewhere


def fill() -> None:
    """Some entries of each kind."""
    for i in range(10):
        keeping.record_answer(f"1.{i % 5 + 1}", i % 3 if i % 4 else None)
    keeping.record_try("1B", False, "new_layer")
    keeping.record_try("1B", True)
    keeping.record_hint("1A", 2)
    keeping.record_vote("5.1", "2026-11-01", [[1, 2, 3], [0, 6, 0]])


def process_file(path: Path) -> Path:
    [file] = path.with_suffix(".d").glob("*.jsonl")
    return file


def written(path: Path, contents: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(contents)
    os.utime(path, (OLD, OLD))


def use_everything() -> None:
    """Whatever reads progress or adds to it."""
    progress(), result()
    repr(ask("1.1")), repr(ask("1.2", votes=2)), repr(vote("5.1"))
    repr(check("1B")), repr(hint("1A"))
    ask("1.3").choose(2)


def entries_left(text: str, lines: list[str]) -> list[dict]:
    """The entries among the lines of a file that are still whole in a damaged text."""
    return [json.loads(line) for line in dict.fromkeys(lines) if line in text]


def as_told(entries: list[dict]) -> Counter[str]:
    """What `progress` tells of answers, votes and attempts, as text that can be counted."""
    told: Counter[str] = Counter()
    for entry in entries:
        if entry["kind"] in ("answer", "vote"):
            left_out = ("version", "id", "kind", "digest")
            facts = {name: x for name, x in entry.items() if name not in left_out}
            told[json.dumps(facts, sort_keys=True)] += 1
        elif entry["kind"] == "attempt":
            told[f"{entry['exercise']} {entry['mistake']}"] += 1
    return told


def now_told() -> Counter[str]:
    kept = progress()
    rows = [json.dumps(row, sort_keys=True) for row in [*kept["answers"], *kept["votes"]]]
    tries = kept["exercises"].items()
    return Counter([*rows, *(f"{name} {one}" for name, row in tries for one in row["tries"])])


def is_kept(folder: Path, contents: bytes) -> bool:
    """Whether a damaged file is still there, under its name or another."""
    return any(
        path.read_bytes().startswith(contents) for path in folder.rglob("*") if path.is_file()
    )


def warned(action) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action()
    return [str(one.message) for one in caught]


@pytest.mark.soak("damaged progress files")
def test_an_answer_is_lost_only_with_its_own_line_and_no_damaged_file_is_overwritten(place, trial):
    fill_place = place()
    fill()
    whole = process_file(fill_place).read_bytes()
    text = whole.decode()
    lines = text.splitlines()

    for kind, seed in itertools.product(damage.KINDS, range(TRIES // len(damage.KINDS))):
        with trial(f"{kind.__name__} {seed}"):
            contents = kind(whole, random.Random(seed))
            path = place()
            written(path.with_suffix(".d") / "other.jsonl", contents)

            expected = as_told(entries_left(damage.text_of(contents), lines))
            said = warned(use_everything)

            assert now_told() == expected + Counter({last_answer("1.3"): 1})
            assert is_kept(path.parent, contents)
            assert len(said) <= 1 and all("Why: " in one and "Fix: " in one for one in said)
            assert said or kind in WITHOUT_A_TRACE or expected == as_told(entries_left(text, lines))


def last_answer(question: str) -> str:
    row = [row for row in progress()["answers"] if row["question"] == question][-1]
    return json.dumps(row, sort_keys=True)


@pytest.mark.soak("damaged progress files")
def test_a_damaged_file_of_version_1_keeps_its_readable_entries_and_is_set_aside(place, trial):
    whole = json.dumps(VERSION_1, indent=1).encode()
    rows = [*VERSION_1["answers"], *VERSION_1["votes"]]
    blocks = [(row, json.dumps(row, indent=1).replace("\n", "\n  ")) for row in rows]

    for kind, seed in itertools.product(damage.KINDS, range(TRIES // len(damage.KINDS))):
        with trial(f"{kind.__name__} {seed}"):
            contents = kind(whole, random.Random(seed))
            path = place()
            written(path, contents)
            text = damage.text_of(contents).replace("\r", "")
            left = {block: text.count(block) for _, block in blocks}

            warned(use_everything)
            kept = progress()

            found = [json.dumps(row, indent=1).replace("\n", "\n  ") for row in without_at(kept)]
            assert all(found.count(block) >= count for block, count in left.items()), left
            assert {"1.3", 2} <= {*kept["answers"][-1].values()}
            assert is_kept(path.parent, contents)


def without_at(kept: dict) -> list[dict]:
    return [
        {name: value for name, value in row.items() if name not in ("at", "try")}
        for row in [*kept["answers"], *kept["votes"]]
    ]


@pytest.mark.soak("damaged exports")
def test_what_is_readable_in_a_damaged_export_is_imported_and_the_rest_is_said(place, trial):
    original = place()
    fill()
    whole = export_progress(original.with_name("me.json")).read_bytes()
    lines = [x.strip(" ,\r") for x in whole.decode().split("\n") if '"digest"' in x]

    for kind, seed in itertools.product(damage.KINDS, range(TRIES // len(damage.KINDS))):
        with trial(f"{kind.__name__} {seed}"):
            contents = kind(whole, random.Random(seed))
            path = place()
            export = path.with_name("me.json")
            written(export, contents)
            keeping.record_answer("1.5", 1)
            expected = as_told(entries_left(damage.text_of(contents), lines))

            try:
                said = warned(partial(import_progress, export))
            except DataError as error:
                assert "not a progress file" in error.what and not expected
                said = []

            assert expected <= now_told() - Counter({last_answer("1.5"): 0})
            assert all("Why: " in one and "Fix: " in one for one in said)
            assert export.read_bytes() == contents
            use_everything()


@pytest.mark.parametrize("where", ["progress.json", "progress.d/x.jsonl"])
@pytest.mark.parametrize("what", ["a folder", "a link to itself", "more than 16 MB"])
def test_what_cannot_be_read_is_left_and_said_once(place, where, what):
    path = place().parent / where
    path.parent.mkdir(exist_ok=True)
    if what == "a folder":
        path.mkdir()
    elif what == "a link to itself":
        path.symlink_to(path.name)
    else:
        written(path, bytes(17 << 20))

    said = warned(use_everything)
    said += warned(use_everything)

    is_used = (where, what) == ("progress.json", "a folder")  # it is used as a folder
    assert len(said) == (not is_used)
    assert keeping.answers_to("1.3") == [2, 2]
    assert os.path.lexists(path)


def test_answers_of_a_newer_version_are_left_and_said_and_the_others_are_used(place):
    path = place()
    fill()
    before = now_told()
    newer = {"version": 3, "kind": "answer", "id": "x-1", "of": "a kind of which nothing is known"}
    file = process_file(path)
    with file.open("a") as open_file:
        open_file.write(json_lines.sealed(newer) + "\n")
    os.utime(file, (OLD, OLD))
    contents = file.read_bytes()

    said = warned(progress) + warned(use_everything)

    assert len(said) == 1 and "newer version of funclab" in said[0] and "--upgrade" in said[0]
    assert file.read_bytes() == contents
    assert now_told() - before == Counter({last_answer("1.3"): 1})


def test_a_whole_file_of_a_newer_version_is_left_as_it_is(place):
    path = place()
    written(path, b'{"version": 7, "answers": {"in": "another form"}}')

    said = warned(use_everything)

    assert len(said) == 1 and "version 7" in said[0]
    assert path.read_bytes() == b'{"version": 7, "answers": {"in": "another form"}}'
    assert keeping.answers_to("1.3") == [2]
    with pytest.raises(DataError, match="of this version of funclab"):
        import_progress(path)


def test_fields_of_a_later_funclab_are_kept_when_progress_is_read_exported_and_imported(place):
    path = place()
    later = {"version": 2, "kind": "answer", "id": "y-1", "question": "1.1", "option": 2}
    other = {"version": 2, "kind": "a new kind", "id": "y-2", "about": [1, 2]}
    lines = [json_lines.sealed(one) for one in (later | {"seconds": 12.5}, other)]
    written(path.with_suffix(".d") / "later.jsonl", "\n".join([*lines, ""]).encode())
    export = export_progress(path.with_name("me.json"))
    place()
    import_progress(export)
    again = export_progress(path.with_name("again.json"))

    assert progress()["answers"] == [{"question": "1.1", "option": 2, "seconds": 12.5}]
    assert json.loads(again.read_text())["entries"] == [json.loads(line) for line in lines]


def test_an_export_that_is_imported_again_adds_nothing(place):
    path = place()
    written(path, json.dumps(VERSION_1).encode())
    fill()
    before = now_told()

    import_progress(export_progress(path.with_name("me.json")))
    import_progress(path)

    assert now_told() == before


def test_a_file_that_ends_in_the_middle_of_a_line_is_left_while_it_may_still_be_written(place):
    path = place()
    fill()
    file = process_file(path).rename(path.with_suffix(".d") / "other.jsonl")
    whole = file.read_bytes()
    file.write_bytes(whole[:-9])  # its process has not written the rest yet

    said = warned(progress)
    file.write_bytes(whole)

    assert said == [] and file.exists()
    assert progress()["votes"]


ANSWERS = """
import sys
from funclab.teach import ask
for number in range(int(sys.argv[1])):
    ask("1.1").choose(None if number % 3 else 2)
"""


@pytest.mark.parametrize("processes", [2, 4])
def test_processes_that_answer_at_once_lose_no_answer(place, processes):
    path = place()
    each = 200 // processes
    running = [
        subprocess.Popen([sys.executable, "-c", ANSWERS, str(each)], env={**os.environ})
        for _ in range(processes)
    ]

    assert [one.wait() for one in running] == [0] * processes
    assert len(keeping.answers_to("1.1")) == 200
    assert len({*path.with_suffix(".d").iterdir()}) == processes


def test_a_process_that_was_forked_writes_a_file_of_its_own(place):
    path = place()
    code = "import os\nfrom funclab.teach.records.keeping import record_answer\n"
    code += "record_answer('1.1', 0)\n"
    code += "child = os.fork()\nrecord_answer('1.1', 1)\nchild and os.waitpid(child, 0)\n"

    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ})

    assert sorted(keeping.answers_to("1.1")) == [0, 1, 1]
    assert len([*path.with_suffix(".d").iterdir()]) == 2


@pytest.mark.parametrize("change", [damage.without_its_end, damage.in_utf_16, damage.emptied])
def test_an_answer_is_kept_though_the_file_of_its_process_was_changed_meanwhile(place, change):
    path = place()
    ask("1.1").choose(0)
    file = process_file(path)
    written(file, change(file.read_bytes(), random.Random(0)))

    warned(lambda: ask("1.2").choose(1))

    assert keeping.answers_to("1.2") == [1]
    assert keeping.answers_to("1.1") == ([0] if change is damage.in_utf_16 else [])


def test_bad_entries_do_not_break_the_check_of_an_exercise(place):
    path = place()
    bad = {"version": 1, "answers": [{"question": ["1.1"], "option": "2"}, 7]}
    bad["exercises"] = {"1A": {"tries": [{"a": 1}], "right": "?", "hints": "many"}, "1B": 3}
    written(path, json.dumps(bad).encode())

    said = warned(
        lambda: (arrange("1A").judge([0]), check("1B", 3), hint("1B"), result(), str(course_map()))
    )

    assert len(said) == 1
    assert keeping.tries_of("1A") == ["other"]


def test_errors_of_progress_explain_themselves(place):
    path = place()

    for wrong in (path.parent, path.with_name("nowhere.json")):
        with pytest.raises(FunclabError):
            import_progress(wrong)
