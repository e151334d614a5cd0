"""Exercises of editing: each begins unsolved, is solved as its last hint says, and says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from funclab import teach
from funclab.errors import FunclabError, NameLookupError
from funclab.teach.editing import edit_exercises
from funclab.teach.records.keeping import forget_progress, tries_of
from tests.lessons.lesson import LESSONS, tags

SOLVED = {
    "5E": [["share", "right_eye", "left_eye"]],
    "6E": [["share", "copy", "eye"]],
    "7E": [["replace", "flat", "GlobalMaxPooling2D"]],
    "7F": [["connect", "down", "up", {"how": "Concatenate"}]],
    "10E": [["insert", "wide", "Dense", {"units": 32, "before": "add"}]],
    "10F": [["set", "first", {"padding": "same"}], ["set", "second", {"padding": "same"}]],
}
OTHERWISE = {
    "5E": [["duplicate", "right_eye"]],
    "6E": [["duplicate", "both"]],
    "7E": [["replace", "flat", "GlobalAveragePooling2D"]],
    "7F": [["insert", "up", "Dropout", {"rate": 0.5}]],
    "10E": [["replace", "add", "Concatenate"]],
    "10F": [["set", "second", {"padding": "same"}]],
}


def made(name, steps):
    session = teach.edit(name)
    for step in steps:
        command, *args = step
        settings = args.pop() if isinstance(args[-1], dict) else {}
        session.do(command, *args, **settings)
    return session


def said(session):
    """What the page says of the present step."""
    return session.facts["states"][str(session.state["position"])]["verdict"]


def test_there_is_a_solution_for_each():
    assert [*SOLVED] == [*OTHERWISE] == [*edit_exercises()]


def test_each_has_a_cell_in_its_lesson():
    cells = {
        cell.source: lesson.number
        for lesson in LESSONS
        for cell in lesson.code
        if "edit" in tags(cell)
    }

    assert cells == {f'edit("{name}")': int(name[:-1]) for name in edit_exercises()}


@pytest.mark.parametrize("name", SOLVED)
def test_an_exercise_is_solved_in_fewer_steps_than_are_allowed(name):
    forget_progress()
    assert not teach.edit(name).solved

    session = made(name, SOLVED[name])

    assert session.solved and said(session) == session.item.right
    assert tries_of(name) == [""]


@pytest.mark.parametrize("name", OTHERWISE)
def test_another_model_is_not_right_and_the_first_difference_is_said(name):
    session = made(name, OTHERWISE[name])

    assert not session.solved
    assert said(session)


@pytest.mark.parametrize("name", SOLVED)
def test_no_more_steps_may_be_made_than_are_allowed(name):
    session = teach.edit(name)
    allowed = session.item.allow[0]

    with pytest.raises(FunclabError):
        for _ in range(session.item.most + 1):
            session._do(["start"])
    with pytest.raises(FunclabError, match="not among"):
        teach.edit(name).do("rename", "x", "y")
    assert allowed in session.facts["allowed"]


def test_the_teachers_guide_lists_them_all():
    guide = (Path(__file__).parents[2] / "notebooks" / "teaching.md").read_text(encoding="utf-8")

    for name, item in edit_exercises().items():
        row = next(line for line in guide.splitlines() if line.startswith(f'| `edit("{name}")` |'))
        assert row.endswith(f"| {', '.join(item.allow)} | {item.most} |")
        assert f"| {name[:-1]} |" in row


def test_hints_come_one_after_the_other():
    forget_progress()
    session = teach.edit("7F")

    told = [session.answer_to({"ask": "hint"})["text"] for _ in range(4)]

    assert told == [*session.item.hints, session.item.hints[-1]]


def test_its_line_brings_it_back():
    session = made("10F", SOLVED["10F"])

    again = eval(session.line(), {"funclab": __import__("funclab")})

    assert again.solved and again.state == session.state


def test_an_unknown_exercise_is_refused():
    with pytest.raises(NameLookupError, match="no exercise of editing '5A'"):
        teach.edit("5A")
