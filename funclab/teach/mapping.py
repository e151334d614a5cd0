"""`course_map`: all lessons, and how far a student has come in each."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from funclab.teach import course
from funclab.teach.catching_up import lesson_files, notebook
from funclab.teach.records.so_far import so_far
from funclab.view.draw.picture import text_grid

TITLES = ("lesson", "it asks", "minutes", "so far", "afterwards you can")

LEFT = 'style="text-align:left"'


@dataclass(frozen=True)
class Stop:
    """A lesson on the map: its file, its objectives, and how much of it has been done."""

    number: int | str
    path: Path
    title: str
    minutes: int | None
    objectives: tuple[str, ...]
    done: str

    @property
    def cells(self) -> tuple[str, ...]:
        minutes = "" if self.minutes is None else str(self.minutes)
        return str(self.number), self.title, minutes, self.done, "; ".join(self.objectives)


class CourseMap:
    """A table of lessons. A notebook shows it with links; `print` shows it as text."""

    def __init__(self, stops: list[Stop]) -> None:
        self.stops = stops

    def __repr__(self) -> str:
        return "<Map of the course>"

    def __str__(self) -> str:
        rows = [stop.cells[:-1] for stop in self.stops]  # objectives are too long for a line
        return "\n".join(text_grid(TITLES[:-1], rows))

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" {LEFT}>{title}</th>' for title in TITLES)
        rows = "".join(_row(stop) for stop in self.stops)
        return (
            '<table class="funclab-map"><caption>The course</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )


def _row(stop: Stop) -> str:
    number, title, *others = map(escape, stop.cells)
    link = f'<a href="{escape(stop.path.name)}">{title}</a>'
    cells = "".join(f"<td {LEFT}>{text}</td>" for text in (link, *others))
    return f'<tr><th scope="row">{number}</th>{cells}</tr>'


def course_map() -> CourseMap:
    """The lessons that came with funclab, each with its question, its minutes, what a student can
    do afterwards, and how many of its questions and exercises are done.

    Each call makes the table from the lessons themselves and the student's progress.

    >>> print(course_map().stops[0].title)
    What does one layer compute?
    """
    return CourseMap([_stop(number, path) for number, path in lesson_files().items()])


def _stop(number: int | str, path: Path) -> Stop:
    content = notebook(path)
    facts = content["metadata"].get("funclab", {})
    title = "".join(content["cells"][0]["source"]).partition("\n")[0].lstrip("# ")
    objectives = tuple(facts.get("objectives", {}).values())[::-1]  # predict, name, build
    return Stop(number, path, title, facts.get("minutes"), objectives, _done(number))


def _done(number: int | str) -> str:
    """How many questions of a lesson are answered, and how many exercises solved."""
    lesson = course.lesson(number) if number in course.numbers() else None
    if lesson is None or not lesson.exercises:
        return ""
    counts = {kind: [done for _, done in rows] for kind, rows in so_far(lesson).items()}
    return ", ".join(f"{sum(done)} of {len(done)} {kind}" for kind, done in counts.items())
