"""The page of a class: what to do in the next lesson, and beside whom to sit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from statistics import median
from typing import TYPE_CHECKING

from funclab.teach.classroom.beliefs import Belief
from funclab.teach.classroom.exercises import FEWEST, Program, Work
from funclab.teach.classroom.questions import Item
from funclab.teach.classroom.statistics import Estimate
from funclab.teach.course import FORMS
from funclab.view.classroom import parts
from funclab.view.classroom.parts import RIGHT, WRONG, Html, bars, card, code, heading, paragraph
from funclab.view.draw.sentences import say
from funclab.view.notebook.entry_points import WAYS

if TYPE_CHECKING:
    from funclab.teach.classroom.room import Class

MOST_BELIEFS, MOST_NEXT, MOST_PROGRAMS = 8, 2, 3
MOST_TIMES_LISTED = 12
MOST_COLUMNS, COLUMNS_WIDE = 3, 18
"""How many tables of students stand side by side, and how many cells they have in a row."""


def percent(share: float) -> str:
    """
    >>> percent(0.234)
    '23 %'
    """
    return f"{100 * share:.0f} %"


def interval(estimate: Estimate) -> dict[str, str]:
    """The words of a share with its interval."""
    return {
        "share": percent(estimate.value),
        "low": percent(estimate.low),
        "high": percent(estimate.high),
    }


def decimals(estimate: Estimate) -> dict[str, str]:
    """The words of a number with its interval, with a real minus sign."""
    value, low, high = (f"{x:.2f}".replace("-", "−") for x in estimate)
    return {"value": value, "low": low, "high": high}


class ClassPage:
    """The parts of the page. On the wall, nothing tells of fewer than three students, or of one by
    a code."""

    def __init__(self, room: Class, wall: bool) -> None:
        self.room, self.wall = room, wall
        self.n = len(room.students)

    def all(self) -> list[Html]:
        if self.wall and self.n < FEWEST:
            return [parts.section(self.title, say("class_too_few", n=FEWEST), "")]
        sections = [self.head(), self.beliefs(), *self.questions(), self.programs(), self.test()]
        sections.append(self.tries())
        return [part for part in sections if part]

    @property
    def title(self) -> str:
        return say("class_title", n=self.n)

    def many(self, count: int) -> str:
        """A count of students; on the wall, a small one is not told."""
        return say("class_under", n=FEWEST) if self.wall and 0 < count < FEWEST else str(count)

    def length(self, count: int) -> float:
        """The length of a bar for so many students."""
        count = FEWEST - 1 if self.wall and 0 < count < FEWEST else count
        return count / max(1, self.n)

    def head(self) -> Html:
        room = self.room
        works = [work for each in room.work.values() for work in each.values()]
        solved, whole = sum(work.solved for work in works), self.n * len(room.exercises_known)
        stuck = room.stuck_at
        rows = [(say("class_solved"), str(solved), say("class_of", n=whole))]
        if not self.wall:
            students = len({one for one, _ in stuck})
            after = say("class_stuck_at", n=len({name for _, name in stuck}))
            rows.append((say("class_stuck"), str(students), after))
        test = room.test
        if test is not None:
            change = f"{percent(test.before)} → {percent(test.after)}"
            rows.append((say("class_test"), change, say("class_test_n", n=test.students)))
            told = decimals(test.gain) if test.gain else None
            value = told["value"] if told else "–"
            rows.append((say("class_gain"), value, say("class_range", **told) if told else ""))
        note = say("class_lessons", names=list(room.lessons)) if room.lessons else ""
        body = parts.tiles(rows)
        if room.notes and not self.wall:
            body += parts.folded(say("class_notes", n=len(room.notes)), parts.items(room.notes))
        foot = say("class_named" if room.names else "class_codes")
        return parts.section(self.title, note, body, foot="" if self.wall else foot)

    def beliefs(self) -> Html:
        shown = [one for one in self.room.held if not self.wall or len(one.ever) >= FEWEST]
        shown = shown[:MOST_BELIEFS]
        if not shown:
            return ""
        body = "".join(self._belief(one) for one in shown)
        begin = [one for one in shown if len(one.now) >= (FEWEST if self.wall else 1)][:MOST_NEXT]
        cards = [self._begin(one, i == 0) for i, one in enumerate(begin)]
        panel = heading(3, say("class_begin")) + "".join(cards) if cards else ""
        title, note = say("class_beliefs"), say("class_beliefs_note", n=self.n)
        return parts.section(title, note, body, panel, say("class_beliefs_foot"))

    def _belief(self, one: Belief) -> Html:
        now, ever = len(one.now), len(one.ever)
        text = paragraph(f"M{one.known.number} · {one.known.belief}")
        drawn = bars(("ever", self.length(ever)), ("now", self.length(now)))
        told = say("class_still", now=self.many(now), ever=self.many(ever))
        return parts.row(text, drawn, told, kind="fl-long")

    def _begin(self, one: Belief, first: bool) -> Html:
        inner = [
            heading(3, f"M{one.known.number}", say("class_students", n=len(one.now))),
            paragraph(one.known.truth),
            paragraph(say("class_two_minutes")) if first else "",
            code(view_line(one.known.view)),
            code(f'teach.vote("{one.again}")') if one.again else "",
        ]
        return card(*inner, strong=first)

    def questions(self) -> Iterator[Html]:
        """A section for each lesson."""
        room = self.room
        for lesson in room.lessons:
            items = [item for item in room.items_known if item.group == lesson]
            cards = "".join(card(*self._question(item)) for item in items)
            note = say("class_lesson_note_wall" if self.wall else "class_lesson_note")
            if items:
                title, body = say("class_lesson", name=lesson), parts.side_by_side(cards)
                yield parts.section(title, note, body, "", say("class_questions_foot"))

    def _question(self, item: Item) -> Iterator[Html]:
        yield heading(3, item.question.id)
        yield paragraph(item.question.text)
        for i, option in enumerate(item.question.options):
            kind = "yes" if option.right else "no"
            lengths = [(kind, self.length(item.first[i])), ("after", self.length(item.second[i]))]
            told = [self.many(item.first[i])]
            if any(item.second):
                told = [f"{told[0]} → {self.many(item.second[i])}"]
            if not self.wall:
                told.append(" · ".join(map(str, item.by_third[i])))
            known = f"M{option.misconception} · " if option.misconception else f"{WRONG} "
            text = paragraph((f"{RIGHT} " if option.right else known) + option.text)
            yield parts.row(text, bars(*lengths), *told, kind="fl-right" if option.right else "")
        yield parts.element("p", *map(parts.words, self._told(item)), kind="fl-flag")

    def _told(self, item: Item) -> Iterator[str]:
        if item.right is not None:
            yield say("class_first_right", n=item.n, **interval(item.right))
        if item.gain is not None:
            yield " " + say("class_vote_gain", **decimals(item.gain))
        if self.wall:
            return
        if item.looked:
            yield " " + say("class_looked", n=item.looked)
        if item.discrimination is not None:
            yield " " + say("class_discrimination", **decimals(item.discrimination))
            yield from (" " + say(f"class_flag_{flag}") for flag in item.flags)

    def test(self) -> Html:
        """How many were right, item by item, in form A and in form B."""
        test = self.room.test
        if test is None or (self.wall and test.students < FEWEST):
            return ""
        pairs: dict[str, dict[str, Item]] = {}
        for item in self.room.test_items:
            pairs.setdefault(item.question.id.partition(".")[2], {})[item.group] = item
        rows = "".join(self._pair(number, forms) for number, forms in pairs.items())
        known = [f"{form} {x:.2f}" for form, x in test.reliability.items() if x is not None]
        foot = say("class_reliability", values=known) if known else ""
        title, note = say("class_items"), say("class_items_note")
        return parts.section(title, note, parts.side_by_side(rows), "", foot)

    def _pair(self, number: str, forms: dict[str, Item]) -> Html:
        """An item of the test, of which each form asks a version."""
        shares = {name: x.right.value if x.right else 0.0 for name, x in forms.items()}
        text = paragraph(f"{number}. {next(iter(forms.values())).question.text}")
        drawn = bars(("no", shares.get("A", 0)), ("after", shares.get("B", 0)))
        told = " → ".join(percent(shares[form]) if form in shares else "–" for form in FORMS)
        return parts.row(text, drawn, told)

    def programs(self) -> Html:
        groups = self.room.programs_known
        about = [one.misconception or one.exercise.id for one in groups]
        firsts = [one for i, one in enumerate(groups) if about[i] not in about[:i]]
        others = [one for one in groups if one not in firsts]
        shown = [*firsts, *others][:MOST_PROGRAMS]  # of each misconception one, then others
        if not shown:
            return ""
        cards = "".join(card(*self._program(one)) for one in shown)
        body = parts.side_by_side(cards)
        title, note = say("class_programs"), say("class_programs_note")
        return parts.section(title, note, body, "", say("class_programs_foot"))

    def _program(self, one: Program) -> Iterator[Html]:
        mistake = one.mistake.replace("_", " ")
        number = f"M{one.misconception}" if one.misconception else say("class_unforeseen")
        yield heading(3, say("class_program", n=one.students), number)
        later = one.students - one.still
        known = {"id": one.exercise.id, "mistake": mistake, "later": self.many(later)}
        yield paragraph(say("class_program_about", **known))
        yield code(one.lines) if one.lines else paragraph(say("class_no_lines"))
        misconception = self.room.misconceptions.get(one.misconception)
        if misconception is not None:
            yield paragraph(misconception.truth)
            yield code(view_line(misconception.view))
        yield paragraph(say("class_beside"))
        yield code(one.exercise.solution_code)

    def tries(self) -> Html:
        room = self.room
        names = [exercise.id for exercise in room.exercises_known]
        if not names or not any(room.work.values()):
            return ""
        note, foot = say("class_tries_note"), say("class_tries_foot")
        title = say("class_tries")
        if self.wall:
            body = "".join(self._exercise(name) for name in names)
            return parts.section(title, "", body)
        rows = [
            [(room.name_of(student.code), ""), *(self._cell(student.code, name) for name in names)]
            for student in room.students
        ]
        columns = max(1, min(MOST_COLUMNS, COLUMNS_WIDE // (len(names) + 2)))
        size = -(-len(rows) // columns)
        tables = [
            parts.grid(title, ["", *names], rows[start : start + size])
            for start in range(0, len(rows), size)
        ]
        body = parts.element("div", *tables, kind="fl-tables")
        return parts.section(title, note, body, "".join(self._help(names)), foot)

    def _cell(self, student: str, name: str) -> tuple[str, str]:
        work = self.room.work[student].get(name, Work())
        if work.solved:
            return RIGHT + (str(work.count) if work.count > 1 else ""), "fl-done"
        if (student, name) in self.room.stuck_at:
            return f"{WRONG}{work.count}", "fl-stuck"
        return (f"…{work.count}", "fl-open") if work.tries else ("·", "")

    def _exercise(self, name: str) -> Html:
        """On the wall: how many have solved an exercise."""
        works = [each[name] for each in self.room.work.values() if name in each]
        solved = sum(work.solved for work in works)
        told = say("class_solved_by", n=self.many(solved), of=self.n)
        return parts.row(paragraph(name), bars(("yes", self.length(solved))), told, kind="fl-long")

    def _help(self, names: Iterable[str]) -> Iterator[Html]:
        """Who is stuck where, and what is hard for many."""
        room = self.room
        yield heading(3, say("class_stuck_here"))
        yield paragraph(say("class_stuck_why"))
        for student, name in sorted(room.stuck_at):
            work = room.work[student][name]
            counted = Counter(mistake.replace("_", " ") for mistake in work.tries)
            tried = [f"{n} × {mistake}" for mistake, n in counted.most_common(MOST_TIMES_LISTED)]
            tried = tried or [say("class_not_tried")]
            about = {"code": room.name_of(student), "id": name, "tried": tried, "hints": work.hints}
            yield card(paragraph(say("class_stuck_one", **about)))
        if not room.stuck_at:
            yield paragraph(say("class_nobody"))
        yield heading(3, say("class_hard"))
        yield parts.items(self._hard(names))

    def _hard(self, names: Iterable[str]) -> Iterator[str]:
        """The exercises with the most tries in the mean, and the minutes of those who solved it."""
        found = []
        for name in names:
            works = [x for each in self.room.work.values() if (x := each.get(name)) and x.tries]
            minutes = [x.minutes for x in works if x.solved and x.minutes is not None]
            if len(works) >= FEWEST:
                mean = sum(work.count for work in works) / len(works)
                middle = round(median(minutes)) if len(minutes) >= FEWEST else None
                found.append((-mean, name, middle))
        for mean, name, middle in sorted(found)[:4]:
            told = say("class_hard_one", id=name, tries=f"{-mean:.1f}")
            yield told + (say("class_hard_minutes", n=middle) if middle is not None else "")


def view_line(view: str) -> str:
    """The line that shows a view of a misconception.

    >>> view_line("shapes")
    '%funclab shapes model'
    """
    return f"%funclab {view} {WAYS[view].example}"
