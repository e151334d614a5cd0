"""What the entries of a student mean: answers to questions, tries and hints at exercises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from funclab.teach import course
from funclab.teach.classroom.files import Student
from funclab.teach.records.entries import Entry

Moment = tuple[int, int]
"""A day of work, and minutes since the first entry of that day."""


@dataclass(frozen=True)
class Answer:
    """An answer: the number of an option, None for "show me". `vote` is the number of a vote in
    class, 0 for none; `ticket` whether an exit ticket asked, and not the test itself."""

    question: course.Question
    option: int | None
    vote: int
    ticket: bool

    @property
    def group(self) -> str:
        """The lesson, or the form of the concept test."""
        return course.group_of(self.question)

    @property
    def right(self) -> bool:
        return self.option == self.question.answer


@dataclass(frozen=True)
class Try:
    """A try at an exercise: the mistake, "" for none; its program and what that made, if they are
    known; and when."""

    exercise: course.Exercise
    mistake: str
    lines: str
    made: str
    at: Moment | None

    @property
    def misconception(self) -> int:
        """The number of the misconception behind the mistake; 0 if it was not foreseen."""
        foreseen = self.exercise.wrong.get(self.mistake)
        return foreseen.misconception if foreseen else 0


@dataclass(frozen=True)
class Hint:
    """A hint that was read."""

    exercise: course.Exercise
    number: int


@dataclass
class Records:
    """The answers, tries and hints of one student, in order."""

    code: str
    all: list[Answer | Try | Hint] = field(default_factory=list)
    last_minute: dict[int, int] = field(default_factory=dict)
    """The last minute of each day of work."""

    @property
    def answers(self) -> list[Answer]:
        return [one for one in self.all if isinstance(one, Answer)]

    @property
    def tries(self) -> list[Try]:
        return [one for one in self.all if isinstance(one, Try)]

    @property
    def hints(self) -> list[Hint]:
        return [one for one in self.all if isinstance(one, Hint)]


def understood(students: Iterable[Student]) -> tuple[list[Records], Counter[str]]:
    """The records of students; and the names of questions and exercises that do not exist here, or
    of which an option was chosen that does not exist, each with how often. Answers to options that
    meant something else are left out."""
    questions, exercises = course.all_questions(), course.all_exercises()
    found: list[Records] = []
    unknown: Counter[str] = Counter()
    for student in students:
        records = Records(student.code)
        for entry in student.entries:
            if "minute" in entry and "day" in entry:
                last = records.last_minute.get(entry["day"], 0)
                records.last_minute[entry["day"]] = max(last, entry["minute"])
            if entry["kind"] == "answer":
                ticket, _, name = entry["question"].rpartition("/")
                question, option = questions.get(name), entry["option"]
                if question is None or (option is not None and option >= len(question.options)):
                    unknown[entry["question"]] += 1
                elif course.group_of(question) not in student.other:
                    vote = entry.get("vote", 0)
                    records.all.append(Answer(question, option, vote, bool(ticket)))
            elif entry["exercise"] not in exercises:
                unknown[entry["exercise"]] += 1
            else:
                records.all.append(_at_exercise(entry, exercises[entry["exercise"]]))
        found.append(records)
    return found, unknown


def _at_exercise(entry: Entry, exercise: course.Exercise) -> Try | Hint:
    if entry["kind"] == "hint":
        return Hint(exercise, entry["number"])
    at = (entry["day"], entry["minute"]) if {"day", "minute"} <= {*entry} else None
    return Try(exercise, entry["mistake"], entry.get("lines", ""), entry.get("made", ""), at)
