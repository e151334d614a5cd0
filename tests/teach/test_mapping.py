"""The map of the course is made of the lessons that there are, and of what a student has done."""

from __future__ import annotations

import re

from funclab.teach import course, course_map
from funclab.teach.catching_up import lesson_files
from funclab.teach.mapping import Stop
from funclab.teach.records.keeping import record_answer, record_try


def test_every_lesson_is_on_the_map_with_its_title_and_a_link():
    table = course_map()._repr_html_()

    links = re.findall(r'<a href="([^"]+)">([^<]+)</a>', table)
    assert [link for link, _ in links] == [path.name for path in lesson_files().values()]
    titles = {stop.number: stop.title for stop in course_map().stops}
    for number in course.numbers():
        assert titles[number] == course.lesson(number).title


def test_the_page_that_starts_the_course_is_not_a_lesson():
    assert 0 not in lesson_files()


def test_what_was_answered_and_solved_is_counted_once():
    for option in (0, 2, 2):
        record_answer("1.1", option)
    record_try("1B", False, "new_layer")
    record_try("1C", True)

    done = {stop.number: stop.done for stop in course_map().stops}

    assert done[1] == "1 of 5 questions, 1 of 5 exercises"
    assert done[2].startswith("0 of ")


def test_the_map_as_text_has_a_line_for_each_lesson_and_its_repr_never_changes():
    lines = str(course_map()).splitlines()

    assert len(lines) == 2 + len(lesson_files())
    assert repr(course_map()) == "<Map of the course>"


def test_a_lesson_that_says_nothing_of_its_minutes_has_an_empty_cell(tmp_path):
    known, unknown = (
        Stop(7, tmp_path / "07.ipynb", "Why?", n, ("see",), "none") for n in (45, None)
    )

    assert "45" in known.cells
    assert unknown.cells[2] == "" and "None" not in " ".join(unknown.cells)
