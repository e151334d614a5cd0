"""What a class must say, in the form in which it says it: see `said.py`."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tools.classroom.expected import COLUMNS, Expected, Group, Item, Known, Work
from tools.classroom.lesson import BELIEFS, EXERCISES, ITEMS, QUESTIONS, TITLES
from tools.classroom.plan import DAYS_OLD, OLD
from tools.classroom.said import Said

LESSONS = ("2", "3", "5")
FLAGS = {
    "easy": "Easy: hardly anybody is wrong.",
    "guessed": "Fewer are right than by guessing.",
    "odd": "It hardly tells strong from weak: look at its wording and its key.",
    "idle": "A wrong option is hardly chosen, and tests nothing.",
    "draws": "A wrong option draws the strong.",
}
FEWEST = 3
"""How many students a group on the wall has at least."""
SHOWN = 8, 2, 3, 4
"""How many misconceptions, first steps, programs and hard exercises the page has room for."""


def numbers(class_: Expected) -> Said:
    """The rows of the CSV file."""
    found: dict[tuple[Any, ...], list[Any]] = {}

    def add(*key: str, values: Sequence[float]) -> None:
        found.setdefault(key, []).append(tuple(map(float, values)))

    add("class", "", "students", values=[len(class_.students)])
    for name, item in class_.items.items():
        about = "question", name
        add(*about, "answered", values=[sum(item.first)])
        add(*about, "looked", values=[item.looked])
        for vote, counts in (("first", item.first), ("second", item.second)):
            for i, n in enumerate(counts, 1):
                add(*about, f"{vote}, option {i}", values=[n])
        estimates = {"right": item.share, "discrimination": item.discrimination, "gain": item.gain}
        for measure, value in estimates.items():
            if value is not None:
                add(*about, measure, values=value)
    for number, held in class_.beliefs.items():
        for measure, codes in zip(("ever", "now"), held):
            add("misconception", f"M{number}", measure, values=[len(codes)])
    for group in class_.groups:
        about = "program", f"{group.exercise} {group.mistake}"
        add(*about, "students", values=[len(group.codes)])
        add(*about, "still", values=[group.still])
    for form, mean in _test_numbers(class_):
        add("test", form, "gain" if "to" in form else "right", values=mean)
    for code, name, work in works(class_):
        about = "student", code
        measured = (work.count, work.solved, work.hints, (code, name) in class_.stuck)
        for measure, value in zip(("tries", "solved", "hints", "stuck"), measured):
            add(*about, f"{name} {measure}", values=[value])
    return found


def _test_numbers(class_: Expected) -> Iterator[tuple[str, Sequence[float]]]:
    before, after = class_.test
    if before:
        yield "A", [statistics.mean(before)]
        yield "B", [statistics.mean(after)]
        if class_.test_gain is not None:
            yield "A to B", class_.test_gain


def works(class_: Expected) -> Iterator[tuple[str, str, Work]]:
    for one in class_.students:
        yield from ((one.code, name, work) for name, work in one.work.items())


def rows(class_: Expected) -> Said:
    """What the rows of `teach.Class` say beyond these numbers."""
    found: Said = {("students",): [one.code for one in class_.students]}
    for name, item in class_.items.items():
        found["by third", name] = item.by_third
        found["flags", name] = item.flags
    for number, held in class_.beliefs.items():
        found["holds", number] = held
    found["order",] = class_.strongest
    for code, name, work in works(class_):
        found["mistakes", code, name] = [mistake for mistake in work.mistakes if mistake]
    found["stuck",] = class_.stuck
    found["programs",] = [
        (one.exercise, one.mistake, one.misconception, len(one.codes), one.still, one.shortest)
        for one in class_.groups
    ]
    before, _ = class_.test
    reliable = {form: class_.reliability(form) for form in ITEMS}
    found["test",] = (len(before), reliable) if before else None
    return found


def words(class_: Expected, wall: bool = False) -> Said:
    """The words of the page; on the wall, which tells nothing of fewer than three students, and
    nothing of one."""
    title = f"Class of {len(class_.students)}"
    found: Said = {("title",): title, ("lessons",): "lessons: 2, 3 and 5"}
    found |= {("tile", name): value for name, value in _tiles(class_, wall)}
    found["notes",] = [] if wall else sorted(_notes(class_))
    most, first, *_ = SHOWN
    ever, now = ({n: len(held[i]) for n, held in class_.beliefs.items()} for i in (0, 1))
    strongest = [n for n in class_.strongest if ever[n] >= (FEWEST if wall else 1)][:most]
    found["believes",] = [_belief(n, now[n], ever[n], wall) for n in strongest]
    begin = [n for n in strongest if now[n] >= (FEWEST if wall else 1)][:first]
    found["begin with",] = [_begin(class_, number, number == begin[0]) for number in begin]
    for name in QUESTIONS:
        if name in class_.items:
            found |= dict(_question(class_.items[name], wall))
    if class_.groups:
        found["programs",] = [_program(one, wall) for one in _first_of_each(class_.groups)]
    if class_.test[0]:
        for number, forms in enumerate(zip(*ITEMS.values()), 1):
            shares = [percent(share[0]) for x in forms if (share := class_.items[x.id].share)]
            found["item", number] = forms[0].text.replace("`", ""), " → ".join(shares)
        known = {form: class_.reliability(form) for form in ITEMS}
        told = " and ".join(f"{form} {x:.2f}" for form, x in known.items() if x is not None)
        before = "Reliability (formula 20 of Kuder and Richardson)"
        found["reliability",] = f"{before}: {told}." if told else ""
    return found | (_wall_of_exercises(class_) if wall else _exercises(class_))


def _exercises(class_: Expected) -> Said:
    found: Said = {("columns",): COLUMNS, ("hard",): [*_hard(class_)][: SHOWN[3]]}
    for one in class_.students:
        found |= {("cell", one.code, name): _cell(class_, one, name) for name in COLUMNS}
    for code, name, work in works(class_):
        if (code, name) in class_.stuck:
            found["stuck", code, name] = _tried(work), counted(work.hints, "hint")
    return found


def _wall_of_exercises(class_: Expected) -> Said:
    solved = Counter(name for _, name, work in works(class_) if work.solved)
    n = len(class_.students)
    told = {name: f"solved by {many(solved[name], True)} of {n}" for name in COLUMNS}
    return {("hard",): []} | {("solved by", name): text for name, text in told.items()}


def many(n: int, wall: bool) -> str:
    """A number of students."""
    return f"under {FEWEST}" if wall and 0 < n < FEWEST else str(n)


def _notes(class_: Expected) -> Iterator[str]:
    """A sentence on each file that does not count as it is."""
    for one in class_.students:
        first, last = one.student.exports[0], one.student.exports[-1]
        if one.student.role == OLD:
            yield f"{last.file} is {DAYS_OLD} days old: delete it if it is not needed any more."
        if first.code != last.code:
            twice = f"{first.file} has the code {first.code}, but repeats what is in {last.file}"
            yield f"{twice}: both count once, as {one.code}."
        elif first is not last:
            yield f"{first.file} repeats what is in {last.file}: both count once, as {one.code}."
        if not last.code:
            yield f"{last.file} has no code: here it is {one.code}."
        elif one.code != last.code:
            same = f"{last.file} has the code {last.code}, which another student chose, too"
            yield f"{same}: here it is {one.code}."


def counted(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n} {word}s"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def decimals(estimate: Sequence[float]) -> str:
    value, low, high = (f"{x:.2f}".replace("-", "−") for x in estimate)
    return f"{value} ({low} to {high})"


def _tiles(class_: Expected, wall: bool) -> Iterator[tuple[str, tuple[str, str]]]:
    solved = sum(work.solved for _, _, work in works(class_))
    yield "exercises solved", (str(solved), f"of {len(COLUMNS) * len(class_.students)}")
    students, places = ({one[i] for one in class_.stuck} for i in (0, 1))
    if not wall:
        yield "students stuck now", (str(len(students)), f"at {counted(len(places), 'exercise')}")
    before, after = class_.test
    if before:
        change = f"{percent(statistics.mean(before))} → {percent(statistics.mean(after))}"
        told = f"{counted(len(before), 'student')} took both; not validated"
        yield "concept test, A then B", (change, told)
        value, _, range_ = decimals(class_.test_gain or (0, 0, 0)).partition(" (")
        gained = class_.test_gain is not None
        yield "gain: of what was missing", (value, range_[:-1]) if gained else ("–", "")


def _belief(number: int, now: int, ever: int, wall: bool) -> tuple[str, str]:
    told = f"{many(now, wall)} still, {many(ever, wall)} at some time"
    return f"M{number} · {BELIEFS[number]['belief']}", told


def _begin(class_: Expected, number: int, first: bool) -> list[Any]:
    """The last two parts are the line of a view, which begins as said here, and a vote on one of
    these questions."""
    students = counted(len(class_.beliefs[number][1]), "student")
    told = [f"M{number} {students}", BELIEFS[number]["truth"].replace("`", "")]
    told += ["Two minutes with the picture, then one vote:"] * first
    lines = {f'teach.vote("{name}")' for name in class_.voted_again(number)}
    return [*told, f"%funclab {BELIEFS[number]['view']}", *([lines] if lines else [])]


def _question(item: Item, wall: bool) -> Iterator[tuple[tuple[Any, ...], Any]]:
    name = item.question.id
    for i, option in enumerate(item.question.options):
        known = f"M{option.misconception} ·" if option.misconception else "✕"
        text = f"{'✓' if option.right else known} {TITLES[name][i]}".replace("`", "")
        votes = many(item.first[i], wall)
        votes += f" → {many(item.second[i], wall)}" if any(item.second) else ""
        thirds = [] if wall else [" · ".join(map(str, item.by_third[i]))]
        yield ("option", name, i), [text, votes, *thirds]
    yield ("told", name), [*_told(item, wall)]


def _told(item: Item, wall: bool) -> Iterator[str]:
    if item.share is not None:
        value, low, high = map(percent, item.share)
        yield f"Right at first: {value} of {sum(item.first)} ({low} to {high})."
    if item.gain is not None:
        yield f"Gain of the second vote {decimals(item.gain)}."
    if wall:
        return
    if item.looked:
        yield f"{counted(item.looked, 'student')} asked for the answer first."
    if item.discrimination is not None:
        yield f"Correlation with the other answers {decimals(item.discrimination)}."
        yield from (FLAGS[flag] for flag in item.flags)


def _first_of_each(groups: Sequence[Group]) -> list[Group]:
    """Of each misconception, or exercise without one, the first; then others."""
    firsts = {one.misconception or one.exercise: one for one in reversed(groups)}
    chosen = [one for one in groups if firsts[one.misconception or one.exercise] is one]
    return [*chosen, *(one for one in groups if one not in chosen)][: SHOWN[2]]


def _program(one: Group, wall: bool) -> list[str]:
    known, row = BELIEFS.get(one.misconception), EXERCISES[one.exercise]
    students = counted(len(one.codes), "student")
    mistake, later = one.mistake.replace("_", " "), len(one.codes) - one.still
    solution = row["solution"]
    if row.get("lines"):
        solution = "\n".join(row["lines"][i] for i in solution)
    told = [
        f"{students}, one program {f'M{one.misconception}' if known else 'not foreseen'}",
        f"Exercise {one.exercise}, “{mistake}”; solved later by {many(later, wall)}.",
        one.shortest or "Its lines were not handed in.",
    ]
    told += [known["truth"].replace("`", ""), f"%funclab {known['view']}"] if known else []
    return [*told, "Beside it, our solution. Ask: what is different in the picture?", solution]


def _cell(class_: Expected, one: Known, name: str) -> tuple[str, str]:
    work = one.work.get(name, Work())
    if work.solved:
        return "✓" + str(work.count) * (work.count > 1), "fl-done"
    if (one.code, name) in class_.stuck:
        return f"✕{work.count}", "fl-stuck"
    return (f"…{work.count}", "fl-open") if work.tries else ("·", "")


def _tried(work: Work) -> str:
    """Mistakes by how often they were made, then in order."""
    each = Counter(mistake.replace("_", " ") for mistake in work.mistakes)
    told = [f"{n} × {mistake}" for mistake, n in each.most_common()]
    if not told:
        return "not tried"
    return " and ".join([*([", ".join(told[:-1])] if told[1:] else []), *told[-1:]])


def _hard(class_: Expected) -> Iterator[str]:
    found = []
    for name in COLUMNS:
        tried = [work for _, other, work in works(class_) if other == name and work.tries]
        minutes = [x.minutes for x in tried if x.solved and x.minutes is not None]
        if len(tried) >= 3:
            middle = round(statistics.median(minutes)) if len(minutes) >= 3 else None
            found.append((statistics.mean(work.count for work in tried), name, middle))
    for mean, name, middle in sorted(found, key=lambda x: (-x[0], x[1])):
        after = "" if middle is None else f", median {counted(middle, 'minute')}"
        yield f"{name}: {mean:.1f} tries on average{after}"
