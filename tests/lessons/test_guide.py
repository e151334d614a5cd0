"""The teacher's guide keeps step with the lessons."""

from __future__ import annotations

import re
from copy import deepcopy
from itertools import pairwise

import pytest

from funclab.teach import course
from tests.lessons.lesson import LESSONS, Lesson, tags
from tools.lessons.refresh import in_guide, write_from_data

GUIDE = (LESSONS[0].path.parent / "teaching.md").read_text(encoding="utf-8")
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=str)


def plan_of(lesson: Lesson) -> str:
    """The part of the guide with a lesson's plan."""
    text = re.split(rf"^### Lesson {lesson.number}: ", GUIDE, flags=re.MULTILINE)[1]
    return text.split("\n### ")[0]


def plan(lesson: Lesson) -> list[list[str]]:
    """The rows of a lesson's plan: minutes, tried, section, what there is to do, misconceptions."""
    rows = re.findall(r"^\| (\d+ .*) \|$", plan_of(lesson), flags=re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in rows]


def sections(lesson: Lesson) -> dict[str, tuple[set[str], set[int]]]:
    """The sections, and for each its questions and exercises, and the misconceptions they meet."""
    found: dict[str, tuple[set[str], set[int]]] = {}
    for cell in lesson.cells:
        facts = cell.metadata.get("funclab", {})
        if facts.get("section"):
            found[facts["section"]] = (set(), set())
        tasks, numbers = list(found.values())[-1]
        if cell.cell_type == "markdown":
            tasks |= {facts["question"]} if "ask" in tags(cell) else set()
            tasks |= set(facts.get("exercises", {}))
        numbers |= set(facts.get("misconceptions", []))
    return found


@each_lesson
def test_every_section_has_its_minutes_and_they_add_up_to_those_of_the_lesson(lesson):
    rows = plan(lesson)

    assert [row[2].strip("`") for row in rows] == list(sections(lesson))
    assert sum(int(row[0]) for row in rows) == lesson.facts["minutes"]


@each_lesson
def test_every_section_names_what_there_is_to_do_and_which_misconceptions_it_meets(lesson):
    for row, (name, (tasks, numbers)) in zip(plan(lesson), sections(lesson).items()):
        told = {task for task in row[3].split(", ") if not task.startswith(("recall", "–"))}

        assert told == tasks, f"python -m tools.lessons.refresh {lesson.path}"
        assert {int(number) for number in re.findall(r"M(\d+)", row[4])} == numbers, name


@each_lesson
def test_refreshing_a_lesson_writes_its_rows_and_what_is_known_of_its_exercises(lesson):
    cells = deepcopy(lesson.cells)
    for cell in cells:
        facts = cell.metadata.get("funclab", {})
        if "exercises" in facts:
            del facts["exercises"], facts["kind"], facts["misconceptions"]

    for above, cell in pairwise(cells):
        write_from_data(above, cell)

    assert cells == lesson.cells
    spoiled = re.sub(r"\bM\d+", "M1", GUIDE)
    assert plan_of(lesson) in in_guide(spoiled, lesson.number, cells)


def test_every_misconception_stands_in_the_guide_with_its_view():
    for number, item in course.misconceptions().items():
        assert f"| {number} | {item.belief} | {item.truth} | `{item.view}` |" in GUIDE
