"""`Class`: a class at a glance, from the files that its students handed in."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from funclab.errors import ArgumentError, FileError, import_for
from funclab.files import as_path, json_lines, write_text
from funclab.files.json_lines import Unusable
from funclab.teach import course
from funclab.teach.classroom import exercises, questions
from funclab.teach.classroom.beliefs import beliefs
from funclab.teach.classroom.exercises import FEWEST, GRAPH
from funclab.teach.classroom.files import LARGEST, read_class
from funclab.teach.classroom.page import MOST_BELIEFS, ClassPage
from funclab.teach.classroom.records import understood
from funclab.teach.records.signing import read_key
from funclab.view.classroom import parts
from funclab.view.draw import theme
from funclab.view.draw.picture import text_grid
from funclab.view.draw.sentences import few, named, say

KEEP = 180
COLUMNS = ("part", "about", "measure", "value", "low", "high")
MOST_UNKNOWN = 6
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""

Row = dict[str, Any]


class Class:
    """A class at a glance: which misconceptions it holds, what each question and exercise shows,
    who is stuck, and what was gained from form A of the concept test to form B.

    A notebook shows it; `save` writes it as a page that needs no kernel, no network and no script,
    or as a table of all numbers. Nothing is sent, no file is changed, and no program of a student
    is run. It shows codes, not names, and no marks.

    `folder`: the folder with the files that students handed in (`teach.my_progress`,
    `teach.export_progress`), those in folders within it included. `lessons` (default: all that
    somebody has begun): the lessons to show, such as [1, 2, 5]; teachers' own by name, after
    `use_lesson`. `names` (default None): a CSV file with a code and a name in each row; the names
    stay in memory and in what you save. `keep` (default 180): after how many days the notes say
    that a file is old. `look`: see `funclab.view.live.view.View`; "projector" is for a wall that
    all see: no codes or names, and nothing that tells of fewer than three students. `key` (a path,
    or None): the file with the class's key (`funclab class-key`). Then only files that were
    exported with it and not changed since count, and the notes name the others; without it, all do.
    A signature does not show who did the work: see the guide, notebooks/teaching.md.

    Raises: FileError if the folder, the key or the file of names cannot be read; DataError for a
    key that is not one; ArgumentError for an unknown lesson or look.
    """

    def __init__(
        self,
        folder: Any,
        *,
        lessons: Iterable[int | str] = (),
        names: Any = None,
        keep: float = KEEP,
        look: str | None = None,
        key: Any = None,
    ) -> None:
        self.look = theme.chosen(look)
        known = {str(number): course.lesson(number) for number in course.numbers()} | course.OWN
        chosen = [_known_lesson(name, known) for name in lessons]
        self.folder = as_path(folder)
        files, self.notes = read_class(self.folder, keep, read_key(key))
        self.students, unknown = understood(files)
        if unknown:
            told = few([named(name) for name in unknown], MOST_UNKNOWN)
            self.notes.append(say("class_unknown", n=unknown.total(), names=told))
        self.names = {} if names is None else _names_in(as_path(names))
        self.lessons = tuple(chosen or self._begun(known))
        # Of a lesson whose questions were only recalled in a later one, no exercise is to be done.
        self.exercises_known = self._exercises_of(chosen or self._tried() or self.lessons)
        self.misconceptions = course.misconceptions()
        ids = {exercise.id for exercise in self.exercises_known}
        self.work = {
            student.code: {
                name: work for name, work in exercises.work_of(student).items() if name in ids
            }
            for student in self.students
        }
        self.stuck_at = exercises.stuck(self.work)
        self.held = beliefs(self.students, self.lessons)
        self.programs_known = exercises.programs(self.students, self.work, self.lessons)
        self.test = questions.test_result(self.students)
        forms = [questions.items(self.students, [form]) for form in course.FORMS]
        self.test_items = [item for form in forms for item in form]
        self.items_known = [*questions.items(self.students, self.lessons), *self.test_items]

    def _begun(self, known: Iterable[str]) -> list[str]:
        """The lessons that somebody has begun, in the order of the course."""
        groups = {answer.group for student in self.students for answer in student.answers}
        groups |= self._tried()
        return [name for name in known if name in groups]

    def _exercises_of(self, names: Collection[str]) -> list[course.Exercise]:
        """The exercises of some lessons, in the order of the course."""
        every = sorted(course.all_exercises().values(), key=lambda exercise: exercise.id)
        lessons = [lesson for lesson in self.lessons if lesson in names]
        return [x for lesson in lessons for x in every if str(x.lesson) == lesson]

    def _tried(self) -> set[str]:
        """The lessons at whose exercises somebody has been."""
        each = (x for student in self.students for x in (*student.tries, *student.hints))
        return {str(one.exercise.lesson) for one in each}

    def name_of(self, student: str) -> str:
        """The name of a student if it is known, else the code."""
        return self.names.get(student, student)

    def items(self) -> list[Row]:
        """A row for each question: how many answered, how many `looked` at the answer instead, the
        share right at first with its interval of 95 %, `discrimination` (the correlation with the
        other questions), the gain of a second vote, the counts by option (`first`, `second`, by the
        numbers of the course; `by_third` of the students, best first), and `flags`.
        """
        names = "looked", "right", "discrimination", "gain", "first", "second", "by_third", "flags"
        return [
            {"question": item.question.id, "answered": item.n, **_facts(item, *names)}
            for item in self.items_known
        ]

    def beliefs(self) -> list[Row]:
        """A row for each misconception that somebody held: how many did at some time, how many do
        by their latest answer or try that could show it, what is true, and the view that shows it.
        """
        return [
            {
                "misconception": one.known.number,
                **_facts(one.known, "belief", "truth", "view"),
                "ever": len(one.ever),
                "now": len(one.now),
                "again": one.again,
            }
            for one in self.held
        ]

    def exercises(self) -> list[Row]:
        """A row for each student and exercise that was tried: the tries until a right one, or so
        far, whether it is solved, the hints that were read, and whether the student is stuck."""
        stuck = {*self.stuck_at}
        return [
            {
                "student": self.name_of(student),
                "exercise": name,
                "tries": work.count,
                "solved": work.solved,
                "hints": work.hints,
                "stuck": (student, name) in stuck,
                "mistakes": [mistake for mistake in work.tries if mistake],
            }
            for student, each in self.work.items()
            for name, work in each.items()
        ]

    def stuck(self) -> list[Row]:
        """The rows of `exercises` of students who are stuck: it is not solved, and there were three
        tries whose last two made one mistake, or five tries, or two hints read, or 15 minutes since
        the first try when half of the class has solved it."""
        return [row for row in self.exercises() if row["stuck"]]

    def programs(self, exercise: str = "") -> list[Row]:
        """Wrong programs that at least three students wrote, up to names, first those that most
        still have not solved; of one exercise or of all.

        `exercise` (default ""): its name, such as "5D".
        """
        names = "mistake", "misconception", "students", "still", "lines"
        return [
            {"exercise": one.exercise.id, **_facts(one, *names)}
            for one in self.programs_known
            if exercise in ("", one.exercise.id)
        ]

    def unforeseen(self) -> str:
        """The wrong graph that most students built in teachers' own exercises, of those that their
        files do not foresee: as a mistake to put into the file, once you have written what it
        `says`. "" if at least three students did not hand in the program of one."""
        groups = [
            one
            for one in self.programs_known
            if one.mistake == "other" and one.lines and GRAPH.fullmatch(one.made)
            if str(one.exercise.lesson) in course.OWN
        ]
        if not groups:
            return ""
        most = max(groups, key=lambda one: one.students)
        about = say("class_not_foreseen", n=most.students, id=most.exercise.id)
        return f"# {about}\n{most.as_foreseen}"

    def gain(self) -> Row | None:
        """The concept test: how many students took both forms, the mean shares right, Hake's gain
        (b - a) / (1 - a) with its interval of 95 % (None for fewer than 10 students, or above 90 %
        before), and the reliability of each form; None if nobody took both. The test has not been
        validated."""
        names = "students", "before", "after", "gain", "reliability"
        return None if self.test is None else _facts(self.test, *names)

    def numbers(self) -> list[Row]:
        """All numbers, each in a row: the part of the page, what it is about, what was measured,
        the value, and the ends of its interval of 95 % if it has one."""
        return [dict(zip(COLUMNS, row)) for row in self._numbers()]

    def _numbers(self) -> Iterator[tuple[Any, ...]]:
        yield "class", "", "students", len(self.students), None, None
        for row in self.items():
            about = "question", row["question"]
            yield *about, "answered", row["answered"], None, None
            yield *about, "looked", row["looked"], None, None
            for vote in ("first", "second"):
                for i, count in enumerate(row[vote], 1):
                    yield *about, f"{vote}, option {i}", count, None, None
            for name in ("right", "discrimination", "gain"):
                if row[name] is not None:
                    yield *about, name, *row[name]
        for row in self.beliefs():
            about = "misconception", f"M{row['misconception']}"
            yield *about, "ever", row["ever"], None, None
            yield *about, "now", row["now"], None, None
        for row in self.programs():
            about = "program", f"{row['exercise']} {row['mistake']}"
            yield *about, "students", row["students"], None, None
            yield *about, "still", row["still"], None, None
        test = self.gain()
        if test is not None:
            yield "test", "A", "right", test["before"], None, None
            yield "test", "B", "right", test["after"], None, None
            if test["gain"] is not None:
                yield "test", "A to B", "gain", *test["gain"]
        for row in self.exercises():
            for name in ("tries", "solved", "hints", "stuck"):
                about = "student", row["student"]
                yield *about, f"{row['exercise']} {name}", int(row[name]), None, None

    def frame(self) -> Any:
        """The rows of `numbers` as a pandas DataFrame.

        Raises: MissingPackageError without pandas.
        """
        pandas = import_for("Class.frame()", "pandas")
        return pandas.DataFrame(self.numbers(), columns=COLUMNS)

    def csv(self) -> str:
        """The rows of `numbers` as CSV, for a spreadsheet: no cell of it is a formula."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in self._numbers():
            writer.writerow([_harmless(value) for value in row])
        return text.getvalue()

    def save(self, path: Any) -> Path:
        """Write the page (.html) or all numbers (.csv); returns the path.

        Raises: ArgumentError for another extension; FileError if the file cannot be written.
        """
        target = as_path(path)
        if target.suffix.lower() == ".csv":
            text = self.csv()
        elif target.suffix.lower() == ".html":
            text = parts.page(self.look, self._parts(), say("class_title", n=len(self.students)))
        else:
            raise ArgumentError(
                f"A class cannot be written as {target.name!r}.",
                why="the ending names the kind of file: .html for the page, .csv for the numbers.",
                fix='write for example "class.html".',
            )
        write_text(target, text)
        return target

    def _parts(self) -> list[str]:
        return ClassPage(self, self.look == "projector").all()

    def _repr_html_(self) -> str:
        title = say("class_title", n=len(self.students))
        return parts.output(self.look, self._parts(), title)

    def __str__(self) -> str:
        """The misconceptions of the class, and the notes on its files."""
        title = say("class_title", n=len(self.students))
        small = FEWEST if self.look == "projector" else 1
        rows = [
            (f"M{one.known.number}", str(len(one.now)), str(len(one.ever)), one.known.belief)
            for one in self.held[:MOST_BELIEFS]
            if len(one.now) >= small
        ]
        table = text_grid(("", "now", "ever", say("class_beliefs")), rows) if rows else []
        notes = [] if self.look == "projector" else self.notes
        return "\n".join([title, *table, *notes])

    def __repr__(self) -> str:
        return f"<{say('class_title', n=len(self.students))}>"


def _facts(source: Any, *names: str) -> Row:
    return {name: getattr(source, name) for name in names}


def _known_lesson(name: Any, known: Iterable[str]) -> str:
    if str(name) not in known:
        raise ArgumentError(
            f"There is no lesson {name!r}.",
            why=f"the lessons are {', '.join(known)}.",
            fix="name some of them, such as lessons=[1, 5]; teach.use_lesson brings your own.",
        )
    return str(name)


def _names_in(path: Path) -> dict[str, str]:
    """The names of students by code."""
    try:
        rows = list(csv.reader(io.StringIO(json_lines.read(path, LARGEST))))
    except (OSError, Unusable, csv.Error) as error:
        raise FileError(
            f"The names in {str(path)!r} were not read: "
            f"{getattr(error, 'strerror', None) or f'the file {error}'}.",
            why="names come from a CSV file with a code and a name in each row.",
            fix="correct the path, or leave out the names.",
        ) from error
    return {named(row[0].strip()): named(row[1].strip()) for row in rows if len(row) > 1}


def _harmless(value: Any) -> Any:
    """A cell that no spreadsheet computes."""
    if isinstance(value, float):
        return round(value, 6)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
