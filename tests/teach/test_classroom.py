"""A class at a glance: what it says of 40 students equals what was planted, counted again."""

from __future__ import annotations

import csv
import io
import random
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from funclab.teach import Class, course
from funclab.teach.classroom.records import Try
from funclab.teach.commands import main
from tests.teach import classes
from tests.teach.classes import AGAIN, COPIED, FLAWED, ONE_INPUT, TESTED, TWO_EYES, Planted
from tests.view.shown import Shown, check

NEVER_OLD = 10**6
LOOKED_AT = Path(__file__).with_name("looked_at.json")


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> dict[str, dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        return classes.judged(tmp_path_factory.mktemp("judged"), patch)


@pytest.fixture(scope="module")
def students(known) -> list[Planted]:
    return classes.planted(known)


@pytest.fixture(scope="module")
def folder(students, tmp_path_factory):
    path = tmp_path_factory.mktemp("class") / "exports"
    classes.hand_in(students, path)
    return path


@pytest.fixture(scope="module")
def room(folder) -> Class:
    return Class(folder, keep=NEVER_OLD)


def counted(students: list[Planted], question: str, vote: int) -> Counter[int]:
    """The options of a vote; the file of funclab 0.1 knew no votes, but its first answers count."""
    return Counter(
        about["option"]
        for student in students
        for about in student.events("answer")
        if about["question"] == question and about.get("vote") == vote
        if vote == 1 or student.code != "s38"
    )


def test_every_option_has_the_planted_counts_of_both_votes(room, students):
    rows = {row["question"]: row for row in room.items()}

    for question in course.lesson(5).questions.values():
        first, second = (counted(students, question.id, vote) for vote in (1, 2))
        options = range(len(question.options))
        assert rows[question.id]["first"] == [first[i] for i in options]
        assert rows[question.id]["second"] == [second[i] for i in options]
        assert rows[question.id]["answered"] == 40 and rows[question.id]["looked"] == 0


def test_a_form_of_the_test_has_one_vote(room):
    rows = [row for row in room.items() if row["question"].startswith(("A.", "B."))]

    assert len(rows) == 40 and all(row["answered"] for row in rows)
    assert not any(any(row["second"]) or row["gain"] for row in rows)


def right_at_first(students: list[Planted]) -> dict[str, dict[str, int]]:
    """For each student and question, whether the first vote was right."""
    return {
        student.code: {
            about["question"]: int(about["option"] == course.question(about["question"]).answer)
            for about in student.events("answer")
            if about.get("vote") == 1
        }
        for student in students
    }


def test_correlations_are_those_with_all_other_questions_and_the_flawed_one_is_flagged(
    room, students
):
    right = right_at_first(students)
    rows = {row["question"]: row for row in room.items()}

    for name in course.lesson(5).questions:
        own = [row[name] for row in right.values()]
        others = [statistics.mean(x for q, x in row.items() if q != name) for row in right.values()]
        expected = statistics.correlation(own, others)
        assert rows[name]["discrimination"].value == pytest.approx(expected)
        assert ("odd" in rows[name]["flags"]) == (name == FLAWED)


def test_thirds_are_of_the_students_by_their_other_answers(room, students):
    right = right_at_first(students)
    [row] = [row for row in room.items() if row["question"] == "5.1"]
    others = {code: sum(x for q, x in row.items() if q != "5.1") for code, row in right.items()}
    ranked = sorted(others.values(), reverse=True)

    upper, middle, lower = (sum(part) for part in zip(*row["by_third"]))

    assert (upper, middle, lower) == (13, 14, 13)
    answer = course.question("5.1").answer
    surely = [code for code, score in others.items() if score > ranked[12]]
    assert row["by_third"][answer][0] >= sum(right[code]["5.1"] for code in surely)
    assert [sum(counts) for counts in row["by_third"]] == row["first"]


def evidence(student: Planted) -> Iterator[dict[int, bool]]:
    """For each answer and try of the plan, the misconceptions that it could show, and whether."""
    tests = {item.id: item for form in "AB" for item in course.concept_test(form)}
    for _, about in student.plan:
        if about["kind"] == "answer":
            name = about["question"]
            options = (tests.get(name) or course.question(name)).options
            numbers = {option.misconception for option in options} - {0}
            yield {n: options[about["option"]].misconception == n for n in numbers}
        elif about["kind"] == "attempt":
            wrong = course.exercise(about["exercise"]).wrong
            if about["mistake"] == "":
                yield {mistake.misconception: False for mistake in wrong.values()}
            elif about["mistake"] in wrong:
                yield {wrong[about["mistake"]].misconception: True}


def test_misconceptions_are_held_by_whose_latest_evidence_shows_them(room, students):
    ever, now = defaultdict(set), defaultdict(set)
    for student in students:
        last: dict[int, bool] = {}
        for shown in evidence(student):
            last.update(shown)
            for number, holds in shown.items():
                if holds:
                    ever[number].add(student.code)
        for number, holds in last.items():
            if holds:
                now[number].add(student.code)

    rows = {row["misconception"]: (row["ever"], row["now"]) for row in room.beliefs()}

    assert rows == {number: (len(ever[number]), len(now[number])) for number in ever}
    assert [row["now"] for row in room.beliefs()] == sorted(map(len, (now[n] for n in ever)))[::-1]


def test_the_stuck_are_the_five_who_were_planted(room):
    assert {(row["student"], row["exercise"]) for row in room.stuck()} == {
        ("s01", "5A"), ("s02", "5A"), ("s03", "5A"), ("s04", "5B"), ("s05", "5B"),
    }  # fmt: skip


def test_every_cell_of_students_and_exercises_is_as_planted(room, students):
    shown = {(row["student"], row["exercise"]): row for row in room.exercises()}
    tries = defaultdict(list)
    for student in students:
        for about in student.events("attempt"):
            tries[classes.shown_as(student), about["exercise"]].append(about["mistake"])

    assert {*shown} == {*tries}
    for key, mistakes in tries.items():
        assert shown[key]["solved"] == ("" in mistakes)
        assert shown[key]["tries"] == len(mistakes)
        assert shown[key]["mistakes"] == [mistake for mistake in mistakes if mistake]


def test_wrong_programs_are_grouped_by_graph_whatever_their_names(room, known):
    rows = {(row["exercise"], row["mistake"]): row for row in room.programs()}

    assert {*rows} == {("5A", "two_layers"), ("5C", "copied_weights")}
    assert (rows["5A", "two_layers"]["students"], rows["5A", "two_layers"]["still"]) == (9, 2)
    assert (rows["5C", "copied_weights"]["students"], rows["5C", "copied_weights"]["still"]) == (
        4,
        4,
    )
    assert rows["5A", "two_layers"]["lines"] == known[TWO_EYES]["lines"].strip()
    assert room.programs("5C") == [rows["5C", "copied_weights"]]
    assert all("Ann" not in row["lines"] for row in rows.values())
    assert [known[x]["mistake"] for x in (ONE_INPUT, AGAIN, COPIED)] == [
        "input_missing", "called_again", "copied_weights",
    ]  # fmt: skip


def test_the_gain_from_form_a_to_form_b_is_that_of_the_students_who_took_both(room, students):
    shares = {}
    for form in "AB":
        key = {item.id: item.answer for item in course.concept_test(form)}
        shares[form] = [
            statistics.mean(
                about["option"] == key[about["question"]]
                for about in students[i].events("answer")
                if about["question"] in key
            )
            for i in TESTED
        ]
    before, after = statistics.mean(shares["A"]), statistics.mean(shares["B"])
    draw = random.Random(1)
    gains = []
    for _ in range(4000):
        chosen = draw.choices(range(len(TESTED)), k=len(TESTED))
        a, b = (statistics.mean(shares[form][i] for i in chosen) for form in "AB")
        gains.append((b - a) / (1 - a))
    low, *_, high = statistics.quantiles(gains, n=40)

    told = room.gain()

    assert told["students"] == 26
    assert (told["before"], told["after"]) == (pytest.approx(before), pytest.approx(after))
    assert told["gain"].value == pytest.approx((after - before) / (1 - before))
    assert told["gain"].low == pytest.approx(low, abs=0.02)
    assert told["gain"].high == pytest.approx(high, abs=0.02)


def test_csv_and_frame_have_the_same_numbers(room):
    rows = list(csv.DictReader(io.StringIO(room.csv())))
    frame = room.frame()

    assert len(rows) == len(frame) == len(room.numbers())
    [first] = [r for r in rows if (r["about"], r["measure"]) == ("5.1", "first, option 1")]
    assert int(first["value"]) == room.items()[0]["first"][0]
    stuck = frame[(frame["part"] == "student") & frame["measure"].str.endswith("stuck")]
    assert stuck["value"].sum() == len(room.stuck())


def test_each_file_without_a_code_has_one_sentence_and_nothing_else_is_said(room):
    assert room.notes == [
        f"{code}.json has no code: here it is no code {n}."
        for n, code in enumerate(("s30", "s31", "s32", "s33", "s38"), 1)
    ]


def test_a_page_is_the_same_each_time_and_small(folder, room, tmp_path):
    Class(folder, keep=NEVER_OLD).save(tmp_path / "again.html")
    room.save(tmp_path / "class.html")

    page = (tmp_path / "class.html").read_text()

    assert page == (tmp_path / "again.html").read_text()
    assert len(page) < 200_000
    assert "s01" in page and "<script" not in page and "http://" not in page.replace("xmlns", "")


def test_pages_and_numbers_are_those_that_were_looked_at(folder, room, tmp_path):
    shown = {name: Shown() for name in ("class", "wall", "numbers")}
    for name, look in (("class", "light"), ("wall", "projector")):
        Class(folder, keep=NEVER_OLD, look=look).save(tmp_path / f"{name}.html")
        shown[name].add((tmp_path / f"{name}.html").read_text("utf-8").split(">"))
    shown["numbers"].add([room.csv().splitlines(), str(room).splitlines(), room.notes])

    check(shown, LOOKED_AT)


def test_a_mistake_that_no_lesson_foresees_is_no_misconception():
    exercise = course.exercise("5A")
    tries = {mistake: Try(exercise, mistake, "", "", None) for mistake in ("", *exercise.wrong)}

    assert {mistake: one.misconception for mistake, one in tries.items()} == {
        "": 0, **{mistake: wrong.misconception for mistake, wrong in exercise.wrong.items()}
    }  # fmt: skip


def test_the_command_writes_the_page_and_says_where(folder, tmp_path, capsys):
    page, table = tmp_path / "class.html", tmp_path / "numbers.csv"

    code = main(["class", str(folder), "--out", str(page), "--csv", str(table), "--lessons", "5"])

    out = capsys.readouterr().out
    assert code == 0 and out.startswith("Class of 40\n")
    assert f"{page} is written.\n{table} is written.\n" in out
    assert "Questions of lesson 5" in page.read_text()
    assert table.read_text().startswith("part,about,measure,value,low,high\nclass,,students,40")
