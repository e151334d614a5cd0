"""`check`, `hint`, `solution` and `arrange`: exercises with feedback on what was tried.

A check looks at the graph, never at the text of a cell: different names, cells and lines that build
the same graph are just as right.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from funclab import ops
from funclab.errors import FunclabError
from funclab.teach import course
from funclab.teach.already import Already, Compared, lines_of_graph, numbering
from funclab.teach.attempt import Attempt, assigned, is_untried, line_of, run, still_open
from funclab.teach.judging import JUDGES, place_of_hint, verdict_on
from funclab.teach.parts import fingerprint
from funclab.teach.records.handing_in import program_of
from funclab.teach.records.keeping import HINTS, LAST, record_hint, record_try, tries_of
from funclab.teach.records.so_far import strip_of
from funclab.teach.rollback import no_trace
from funclab.view.diff.picture import halves
from funclab.view.diff.view import diff
from funclab.view.draw.sentences import say
from funclab.view.lesson.exercise import ExerciseView, Verdict
from funclab.view.notebook import runs
from funclab.view.scene.diagram import bare

NOTHING: Any = object()
MOST_NAMES = 4


def check(
    exercise: str,
    answer: Any = NOTHING,
    *,
    names: Mapping[str, Any] | None = None,
    look: str | None = None,
) -> ExerciseView:
    """The verdict on an answer: right, or the mistake, with its place in the graph.

    In a notebook, `%%check 1B` as the first line of a cell runs the lines below it and checks what
    they made; then even an error counts as an answer.

    `exercise`: its name, such as "1B". `answer`: usually a model; left out, the exercise is "not
    tried yet". `names` (dict or None): the variables that the lesson made; unless given, those of
    the notebook. `look`: see `funclab.view.live.view.View`.

    Raises: NameLookupError for an unknown exercise.

    >>> check("1B")
    1B: not tried yet.
    """
    item = known_exercise(exercise)
    names = runs.names() if names is None else names
    if answer is NOTHING:
        return view_of(item, None, untried(item, names), look=look)
    with no_trace(dict(names)):
        return judged(item, Attempt(answer, names), look)


def check_lines(exercise: str, source: str, names: dict[str, Any] | None = None) -> ExerciseView:
    """The same for lines of Python: they run with the variables `names`, unless given those of the
    notebook; in an exercise with lines to arrange, with a copy that lacks the variables which the
    lines themselves have to make.

    Unless the answer is right, what the lines have changed is undone: see `rollback`.

    Raises: NameLookupError for an unknown exercise.
    """
    item = known_exercise(exercise)
    names = runs.names() if names is None else names
    if is_untried(source, item.start):
        left = [f"“{name}”" for name in still_open(source, item.start)]
        says = say("lesson_still_open", names=left) if left else ""
        return view_of(item, None, untried(item, names, says))
    if item.lines:
        arranged = all(line in item.lines for line in source.splitlines() if line.strip())
        hidden = assigned("\n".join(item.lines)) if arranged else set()
        names = {name: value for name, value in names.items() if name not in hidden}
    with no_trace(names) as trying:
        attempt = run(source, names, item.wants)
        attempt.changed = trying.objects.changed_weights()
        verdict = judge(item, attempt)
        mark_line(item, source, attempt, verdict)
        if verdict.kind in ("right", "kept"):
            trying.keep(item.wants)
        lost = [name for name in attempt.new if trying.undoes(name)]
        if lost:
            key = "lesson_as_before" if verdict.kind in ("right", "kept") else "lesson_undone"
            others = [say("lesson_others")] * (len(lost) > MOST_NAMES)
            verdict.undone = say(key, names=[*lost[:MOST_NAMES], *others])
        return view_of(item, attempt, verdict)


def untried(
    item: course.Exercise, names: Mapping[str, Any] | None = None, says: str = ""
) -> Verdict:
    """No verdict yet, but a place for the first hint to highlight."""
    names = dict(runs.names() if names is None else names)
    with no_trace(names):
        return Verdict("untried", says, lit=place_of_hint(item, Attempt(names=names)))


def judged(item: course.Exercise, attempt: Attempt, look: str | None = None) -> ExerciseView:
    """The view of the verdict on an attempt, which is recorded."""
    verdict = judge(item, attempt)
    return view_of(item, attempt, verdict, look=look)


def judge(item: course.Exercise, attempt: Attempt) -> Verdict:
    """The verdict on an attempt; a stale object is named as such, and does not count as one."""
    verdict = verdict_on(item, attempt)
    if verdict.kind == "wrong" and attempt.model is not None:
        made_by = [*attempt.model.graph.nodes, *attempt.model.inbound_nodes[:1]]
        old = runs.stale_run([node.time for node in made_by])
        if old is not None:
            made, newer = old
            key = "lesson_stale_failed" if newer.failed else "lesson_stale_again"
            name = attempt.model.name
            verdict = Verdict("stale", say(key, name=name, made=made.number, newer=newer.number))
    if verdict.kind == "wrong" and not item.graded:
        verdict.common = common_with_solution(item, attempt, verdict)
        verdict.already = verdict.common.sentences() if verdict.common else []
    if verdict.kind in ("right", "wrong", "kept"):
        attempt.names = dict(attempt.names)  # as they are now: our solution will run with them
        LAST[item.id] = attempt, verdict
    if verdict.kind in ("right", "wrong") and not item.graded:
        lines, made = program_of(attempt.source), outcome_of(attempt)
        record_try(item.id, verdict.right, verdict.mistake or "other", lines=lines, made=made)
    return verdict


def outcome_of(attempt: Attempt) -> str:
    """What an attempt has made: the fingerprint of its graph, or the name of the error that
    stopped it; "" if neither is known."""
    if attempt.error is not None:
        return type(attempt.error).__name__
    try:
        return "" if attempt.model is None else fingerprint(attempt.model)
    except Exception:  # a model that cannot be replayed on shapes has none
        return ""


def hint(exercise: str, *, look: str | None = None) -> ExerciseView:
    """The next of three hints: where to look, which rule applies, a similar example.

    `exercise`: its name, such as "1B". `look`: see `funclab.view.live.view.View`.

    Raises: NameLookupError for an unknown exercise.
    """
    item = known_exercise(exercise)
    HINTS[item.id] = min(3, HINTS.get(item.id, 0) + 1)
    record_hint(item.id, HINTS[item.id])
    attempt, verdict = LAST.get(item.id) or (None, untried(item))
    return view_of(item, attempt, verdict, look=look, state={"hints": HINTS[item.id]})


def solution(exercise: str, *, look: str | None = None) -> ExerciseView:
    """Our solution beside the last attempt, once there has been one.

    `exercise`: its name, such as "1B". `look`: see `funclab.view.live.view.View`.

    Raises: NameLookupError for an unknown exercise.
    """
    item = known_exercise(exercise)
    if item.graded or not tries_of(item.id):
        key = "lesson_kept_until" if item.graded else "lesson_try_first"
        return view_of(item, None, untried(item, says=say(key)), look=look)
    attempt, verdict = LAST.get(item.id) or (None, untried(item))
    return view_of(item, attempt, verdict, look=look, state={"solution": True})


def arrange(exercise: str, *, look: str | None = None, **state: Any) -> ExerciseView:
    """Shuffled lines of a program, to put in order with keys or clicks; `c` checks them.

    Some of the lines may be left out. `exercise`: its name, such as "1A". `look`: see
    `funclab.view.live.view.View`.

    Raises: NameLookupError for an unknown exercise.

    >>> arrange("1A").judge([0, 1, 2, 3, 4, 5]).right
    True
    """
    item = known_exercise(exercise)
    numbers = list(range(len(item.lines)))
    random.Random(item.id).shuffle(numbers)
    lines = [{"number": number, "text": item.lines[number]} for number in numbers]
    return view_of(item, None, untried(item), look=look, lines=lines, state=state)


def reset(exercise: str, *, look: str | None = None) -> ExerciseView:
    """An exercise as it was at first: no hint is open, no line taken, the last try forgotten.

    In a notebook, its first lines come in a new cell below. What you have tried and solved stays in
    your progress. `exercise`: its name, such as "5A". `look`: see `funclab.view.live.view.View`.

    Raises: NameLookupError for an unknown exercise.

    >>> reset("5A")
    5A: not tried yet.
    """
    item = known_exercise(exercise)
    LAST.pop(item.id, None)
    HINTS.pop(item.id, None)
    if item.lines:
        return arrange(item.id, look=look)
    runs.next_cell(f"%%check {item.id}\n{item.start.strip()}")
    return view_of(item, None, untried(item), look=look)


def check_order(
    item: course.Exercise, order: Sequence[int], *, names: Mapping[str, Any] | None = None
) -> Verdict:
    """The verdict on some lines in an order, after `names`: unless given, those of the notebook."""
    chosen = [item.lines[number] for number in order if 0 <= number < len(item.lines)]
    names = base_names(runs.names() if names is None else names)
    for name in assigned("\n".join(item.lines)):  # what a line makes must be missing without it
        names.pop(name, None)
    source = "\n".join(chosen)
    with no_trace(names):
        attempt = run(source, names, item.wants)
        verdict = judge(item, attempt)
        mark_line(item, source, attempt, verdict)
        return verdict


def mark_line(item: course.Exercise, source: str, attempt: Attempt, verdict: Verdict) -> None:
    """Add to a verdict the line of the mistake, cut at its place: a call that is as in the solution
    is none, even if it is marked in the picture. In a prediction, it is the line with the answer;
    where the judge names a variable as `sets`, the line that sets it, and an `entry` is one of its
    parts. A line that the verdict names already stays.
    """
    if verdict.kind == "wrong" and not any(verdict.cut):
        common = verdict.common
        places = [place for place in verdict.at if not (common and common.is_alike(place))]
        guessed = item.wants if item.kind in course.GUESSED else ""
        setting = guessed or verdict.values.get("sets", "")
        verdict.cut = line_of(source, attempt, places, setting, verdict.values.get("entry", ""))


def view_of(
    item: course.Exercise, attempt: Attempt | None, verdict: Verdict, **settings: Any
) -> ExerciseView:
    """The view of an exercise before or after an attempt."""
    return ExerciseView(
        item.id,
        item.task,
        item.hints,
        verdict,
        check=partial(check_order, item),
        solution=partial(solution_beside, item, attempt),
        hinted=partial(record_hint, item.id),
        tried=bool(tries_of(item.id)),
        solved="" in tries_of(item.id),
        strip=strip_of(item.id),
        **settings,
    )


def common_with_solution(
    item: course.Exercise, attempt: Attempt, verdict: Verdict
) -> Already | None:
    """What a wrong answer has in common with the solution; None if that cannot be known."""
    if attempt.model is None or attempt.begun is None or attempt.before is None:
        return None
    code, names = numbering(), base_names(attempt.before)
    try:
        # What the solution's lines change of the lesson's layers must not count for the student's.
        mine = Compared(attempt.model, attempt.begun, code)
        with no_trace(names):
            ours = run(lines_of_graph(item.solution_code), names, item.wants)
            if ours.model is None or ours.begun is None:
                return None
            wanted = Compared(ours.model, ours.begun, code)
            return Already(mine, wanted, verdict.at, verdict.values.values(), attempt)
    except Exception:  # what cannot be compared is not praised; the verdict stands without it
        return None


def solution_beside(item: course.Exercise, attempt: Attempt | None) -> dict[str, Any]:
    """The solution's code, and both graphs with the differences between them."""
    told: dict[str, Any] = {"code": item.solution_code}
    names = base_names(runs.names() if attempt is None else attempt.names)
    with no_trace(names):
        ours = run(item.solution_code, names, item.wants).model
    attempt = LAST[item.id][0] if item.id in LAST else attempt
    theirs = attempt.model if attempt is not None else None
    if ours is None or theirs is None:
        return told
    try:
        difference = diff(theirs, ours)
        told["left"], told["right"] = map(bare, halves(difference, False))
        told["entries"] = [by_owner(entry.sentence) for entry in difference.entries]
    except FunclabError:  # graphs that cannot be compared are still two graphs
        return {"code": item.solution_code}
    return told


def by_owner(sentence: str) -> str:
    """A sentence about two models, in which the sides are named after their owners."""
    for side, whose in (("left", "lesson_left"), ("right", "lesson_right_side")):
        sentence = sentence.replace(f"{side} only:", f"{say(whose)} only:")
    return sentence


def base_names(names: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of the notebook, on top of what lessons import in their first lines."""
    import numpy as np

    from funclab import Input, Model, layers

    every = {name: getattr(layers, name) for name in layers.__all__}
    return every | {"Input": Input, "Model": Model, "layers": layers, "np": np, "ops": ops, **names}


def known_exercise(name: str) -> course.Exercise:
    """The exercise with this name, with its judge loaded.

    Raises: NameLookupError for an unknown exercise.
    """
    item = course.exercise(name)
    if item.id not in JUDGES:
        importlib.import_module(f"funclab.teach.exercises.{course.file_stem(item.lesson)}")
    return item
