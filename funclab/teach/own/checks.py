"""`funclab check-lesson`: what in the file of a lesson of one's own will not do what it should.

All programs of the file run, among the variables that the notebook next to it has made when the
exercise comes.
"""

from __future__ import annotations

import ast
import contextlib
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from funclab.errors import ArgumentError, FunclabError, NameLookupError
from funclab.errors.words import listed, plural
from funclab.files import write_text
from funclab.registry import near
from funclab.teach import course
from funclab.teach.attempt import Attempt, assigned, run
from funclab.teach.catching_up import notebook, quietly, without_magics
from funclab.teach.checking import base_names
from funclab.teach.graphs import fixed_start
from funclab.teach.judging import JUDGES, Mistake, unforeseen
from funclab.teach.own.conditions import SLOTS, holds
from funclab.teach.own.foreseen import Case, unread_fields
from funclab.teach.own.lessons import BY_FILE, contents, parts_of, use_lesson
from funclab.teach.own.shown import put_words
from funclab.teach.own.wildcards import programs
from funclab.teach.restoring import EXERCISE
from funclab.teach.rollback import no_trace
from funclab.view.draw.sentences import SLOT

Names = dict[str, Any]


def check_lesson(file: Path, write: bool = False) -> int:
    """Print what is to be mended in the file of a lesson; returns 1 if there is something.

    `write` (default False): whether to put the words of its questions and tasks into the notebook,
    where that has others.

    Raises: FileError if a file cannot be read or written; DataError if it is not TOML, or has a
    name that no lesson can have.
    """
    data = contents(file)
    reports = list(_on_parts(file, data))
    reports = reports or [*_on_words(file, data, write), *_on_programs(file)]
    for report in reports:
        print(report)
    if reports:
        print(f"{file}: {plural(len(reports), 'thing')} to mend.")
        return 1
    exercises = data.get("exercise", [])
    mistakes = sum(len(one.get("mistake", ())) + len(one.get("wrong", ())) for one in exercises)
    counts = plural(len(data.get("question", [])), "question"), plural(len(exercises), "exercise")
    print(f"{file}: {counts[0]}, {counts[1]}, {plural(mistakes, 'foreseen mistake')}: well.")
    return 0


# What can be read without running anything ------------------------------------------------------


def _on_parts(file: Path, data: dict[str, Any]) -> Iterator[str]:
    """What does not fit in each question and exercise, and then in the file as a whole."""
    count = 0
    for kind in ("question", "exercise"):
        rows = data.get(kind, [])
        for row in rows if isinstance(rows, list) else []:
            for report in _unfit(file, {"title": "", kind: [row]}):
                count += 1
                yield report
    if not count:
        yield from _unfit(file, data)


def _unfit(file: Path, data: dict[str, Any]) -> Iterator[str]:
    try:
        lesson = parts_of(file, data)
    except FunclabError as error:
        yield error.what if isinstance(error, ArgumentError) else f"{error.what} {error.why}"
        return
    for one in lesson.questions.values():
        for option in one.options:
            if not option.right and not option.answer.strip():
                yield f"{one.id}: the wrong option {option.text!r} has no answer of its own."
    for item in lesson.exercises.values():
        yield from (error.what for error in unread_fields(item))
        for wrong in item.wrong.values():
            yield from _unfilled(f"{item.id}, {wrong.name}", wrong)


def _unfilled(where: str, wrong: course.Wrong) -> Iterator[str]:
    """The {names} of a message that nothing fills; a judge of one's own may fill any."""
    if not any(getattr(wrong, sign) for sign in course.SIGNS):
        return
    for name in {slot[0] for slot in SLOT.findall(wrong.says)}:
        if name not in SLOTS:
            yield f"{where}: nothing fills {{{name}}}{near(name, SLOTS)}."
        elif not wrong.mark:
            yield f"{where}: {{{name}}} is not filled without mark, the call that it is about."


def _on_words(file: Path, data: dict[str, Any], write: bool) -> Iterator[str]:
    """Which questions and tasks the notebook shows in other words than the file."""
    path = file.with_suffix(".ipynb")
    content = notebook(path) if path.exists() else {"cells": []}
    changed = put_words(content["cells"], parts_of(file, data))
    if changed and write:
        write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
        print(f"{path} now has the file's words of {listed(changed)}.")
    elif changed:
        told = f"{path} has other words of {listed(changed)} than the file"
        yield f"{told}; --write puts these there."


# What shows when the programs run ---------------------------------------------------------------


def _on_programs(file: Path) -> Iterator[str]:
    """What is wrong with the programs of a lesson that can be read."""
    tables: list[Any] = [course.OWN, JUDGES, BY_FILE]
    before = [dict(table) for table in tables]
    try:
        # Warnings are for who runs the notebook.
        with (
            contextlib.chdir(file.absolute().parent),
            quietly(),
            warnings.catch_warnings(action="ignore"),
        ):
            use_lesson(file.name)
            lesson = course.OWN[file.stem]
            yield from _along(file.with_suffix(".ipynb"), lesson)
    finally:
        for table, kept in zip(tables, before):
            table.clear()
            table.update(kept)


def _along(path: Path, lesson: course.Lesson) -> Iterator[str]:
    """Reports on exercises where they come in a notebook, if there is one, with its variables."""
    names: Names = {"__name__": "__main__"}
    waiting = dict(lesson.exercises)
    with_notebook = Path(path.name).exists()
    cells = notebook(Path(path.name))["cells"] if with_notebook else []
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    for number, source in enumerate(sources, 1):
        match = EXERCISE.match(source)
        item = waiting.pop(match[1] or match[2], None) if match else None
        if item is not None:
            yield from _in_notebook(item, names)
        elif match and not _is_exercise(match[1] or match[2]):
            told = f"is about {match[1] or match[2]}, which is no exercise"
            yield f"{path.name}: code cell {number} {told}."
        elif not source.startswith("%%"):
            tried = run(without_magics(source), names)
            if tried.error is not None:
                yield f"{path.name}: code cell {number} {_stop(tried)}"
                return
    for item in waiting.values():
        if with_notebook:
            line = f'arrange("{item.id}")' if item.lines else f"%%check {item.id}"
            yield f"{item.id} has no cell in {path.name}: begin one with {line}"
        yield from _on_exercise(item, base_names(names))
    for name in lesson.questions if with_notebook else ():
        if not any(f'"{name}"' in source or f"'{name}'" in source for source in sources):
            yield f'{name} has no cell in {path.name}: write ask("{name}") into one.'


def _is_exercise(name: str) -> bool:
    try:
        return bool(course.exercise(name))
    except NameLookupError:
        return False


def _in_notebook(item: course.Exercise, names: Names) -> Iterator[str]:
    """Reports on an exercise in its cell; `names` get what its solution makes, for cells below."""
    reports = [*_on_exercise(item, base_names(names))]
    yield from reports
    tried = run(item.solution_code, names)
    if tried.error is not None and not reports:  # it needs what only `base_names` has
        yield f"{item.id}: in the notebook, its solution {_stop(tried)}. Import it in a cell above."


def _on_exercise(item: course.Exercise, names: Names) -> Iterator[str]:
    # As in class: what a line to be arranged makes is not there before.
    made = assigned("\n".join(item.lines))
    names = {name: value for name, value in names.items() if name not in made}
    with no_trace(names), fixed_start():
        solved = run(item.solution_code, dict(names), item.wants)
        judged = _judged(item, solved)
        if solved.error is not None:
            yield f"{item.id}: its solution {_stop(solved)}"
            return
        if solved.answer is None:
            makes = f"its solution does not make {item.wants}"
            yield f"{item.id}: {makes if item.wants else 'it lacks wants, the name of the answer'}."
            return
        if judged is not None:
            yield f"{item.id}: its solution is not right: {_why(judged)}"
        begun = run(item.start, dict(names), item.wants)
        if begun.answer is not None and _judged(item, begun) is None:
            yield f"{item.id}: its start is right already."
        conditions = {wrong.name: wrong.when for wrong in item.wrong.values()}
        for name, text in {"right_when": item.right_when, **conditions}.items():
            yield from _on_condition(item, name, text.strip(), solved)
    for number, code in enumerate(item.right, 1):
        where = f"{item.id}: program {number} in right"
        (tried, mistake), *others = _tries(item, code, names, solved)
        if tried.error is not None:
            yield f"{where} {_stop(tried)}"
        elif mistake is not None and all(other is not None for _, other in others):
            yield f"{where} is not right: {_why(mistake)}"
    for wrong in item.wrong.values():
        code = f"{item.wants} = ({wrong.equal})" if wrong.equal else wrong.code
        if code:
            yield from _on_mistake(item, wrong, [*_tries(item, code, names, solved)])


def _on_condition(item: course.Exercise, name: str, text: str, solved: Attempt) -> Iterator[str]:
    """What stops the reading of a condition, each part of it tried on the solution."""
    facts = Case(item, solved).facts
    if re.search(r"\baccuracy\b", text) and not item.learns:
        yield f"{item.id}, {name}: accuracy needs learns, which says how the exercise is trained."
        return
    parts = ast.walk(ast.parse(text or "1", mode="eval")) if facts else ()
    for part in parts:
        if isinstance(part, (ast.Compare, ast.Call)) and facts:
            try:
                holds(ast.unparse(part), facts)
            except Exception as error:  # such as a variable that the lesson does not make
                said = f"{type(error).__name__}: {error}"
                yield f"{item.id}, {name}: {ast.unparse(part)} stops: {said}"


def _tries(
    item: course.Exercise, code: str, names: Names, solved: Attempt
) -> Iterator[tuple[Attempt, Mistake | None]]:
    """What a program of the file does, for several settings that ANY stands for, as a try."""
    for program in programs(code, solved.model, samples=True):
        with no_trace(names), fixed_start():
            tried = run(program, dict(names), item.wants)
            yield tried, _judged(item, tried)


def _judged(item: course.Exercise, tried: Attempt) -> Mistake | None:
    try:
        return Case(item, tried).mistake()
    except Exception as error:  # a fault of the file is reported among the others
        return unforeseen(reason=f"{type(error).__name__}: {error}")


def _stop(tried: Attempt) -> str:
    """At which line a program stops, and why."""
    said = getattr(tried.error, "what", tried.error)
    return f"stops at “{tried.stopped_at}”: {type(tried.error).__name__}: {said}"


def _why(mistake: Mistake) -> str:
    return f"it is taken for {mistake.name}." if mistake.name else mistake.values["reason"]


def _on_mistake(
    item: course.Exercise, wrong: course.Wrong, tries: list[tuple[Attempt, Mistake | None]]
) -> Iterator[str]:
    """What is wrong with a mistake, of which these are examples."""
    where = f"{item.id}, {wrong.name}"
    others = [x for x in wrong.code.splitlines() if item.lines and x and x not in item.lines]
    if others:
        yield f"{where}: its code has “{others[0]}”, which is none of the lines to arrange."
        return
    found = [mistake for _, mistake in tries]
    reached = [mistake for mistake in found if mistake and mistake.name == wrong.name]
    tried = tries[0][0]
    if tried.error is not None and not wrong.error:
        place = _place(tried.error)
        name = type(tried.error).__name__ + f" in {place}" * place.isidentifier()
        slip = wrong.equal or isinstance(tried.error, (NameError, SyntaxError))
        fix = "" if slip else f' If that is the mistake, add error = "{name}".'
        yield f"{where}: its code {_stop(tried)}{fix}"
    elif all(mistake is None for mistake in found):
        yield f"{where}: its code is right, so nobody is told this."
    elif reached:
        missing = {slot[0] for slot in SLOT.findall(wrong.says)} - reached[0].values.keys()
        if missing:
            yield f"{where}: mark = {wrong.mark!r} marks nothing in its code."
    else:
        other = next(mistake for mistake in found if mistake)
        earlier = f"{other.name}, which comes earlier, fits its code, so nobody is told this."
        yield f"{where}: {earlier if other.name else 'its other fields do not fit its own code.'}"


def _place(error: BaseException) -> str:
    """The function that an error occurred in, as the lines have called it."""
    trace: Any = error.__traceback__
    while trace.tb_next is not None and trace.tb_frame.f_code.co_name in ("run", "<module>"):
        trace = trace.tb_next
    frame = trace.tb_frame
    kind = type(frame.f_locals.get("self")).__name__.replace("Functional", "Model")
    return kind if frame.f_code.co_name.startswith("__") else frame.f_code.co_name
