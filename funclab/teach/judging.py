"""Judges: the functions that find the mistake in an attempt, and the sentence made from it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from funclab.errors import FunclabError
from funclab.graph.graph import reached
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.models import Sequential
from funclab.models.model import Functional
from funclab.teach import course
from funclab.teach.advice.again import Again
from funclab.teach.advice.lost import (
    dropped_line,
    idle_layer,
    loose_call,
    surplus_line,
    unneeded_lines,
)  # fmt: skip
from funclab.teach.advice.naming import filled, placed, shortened, told, wanted_in
from funclab.teach.advice.stopping import stopped_verdict
from funclab.teach.attempt import Attempt, flat, made_by_lesson, tensors_of
from funclab.teach.graphs import copies_trained, source_inputs
from funclab.view.draw.sentences import few, say
from funclab.view.draw.text import clean, shorten
from funclab.view.lesson.card import Marked, drawn_graph
from funclab.view.lesson.exercise import Verdict
from funclab.view.lesson.failed import fault_of

OF_THE_MODEL = re.compile(r"^Layer \S+ \(Functional\) cannot be called on inputs [^.]*\. (?=.)")
"""The beginning of an error that names the whole model; what follows names the part."""


class Mistake:
    """A mistake that a judge found: its name in the lesson's file, the places, and what to fill in.

    `name` is "" for a mistake that nobody foresaw. `at` maps calls or layers to a few words
    beside them. `values` fill the {names} in the message: layers, tensors, shapes, numbers.
    """

    def __init__(self, name: str, at: Mapping[Any, str] | None = None, **values: Any) -> None:
        self.name, self.at, self.values = name, dict(at or {}), values


def unforeseen(at: Mapping[Any, str] | None = None, **values: Any) -> Mistake:
    """A mistake that the lesson's file does not list; see `Mistake`."""
    return Mistake("", at, **values)


Judge = Callable[[Attempt], Mistake | None]
JUDGES: dict[str, Judge] = {}
"""The judge of each exercise."""
WITHOUT_MODEL: dict[str, Judge] = {}
"""For an exercise, the judge of attempts that made no model."""
LIGHTS: dict[str, Callable[[Attempt], Sequence[Node | Operation]]] = {}
"""For an exercise, the places that its first hint highlights."""


def judge(exercise: str, lit: Any = None) -> Callable[[Judge], Judge]:
    """Mark a function as the judge of an exercise.

    It is given the attempt and returns the mistake that matters most, or None for a right answer.
    `lit`: the function that finds the places for the first hint; a longer one is marked `lights`.
    """
    if lit is not None:
        LIGHTS[exercise] = lit
    return _kept_in(JUDGES, exercise)


def judge_model(exercise: str, lit: Any = None) -> Callable[[Any], Any]:
    """Mark a function as the judge of the model that an exercise asks for: it is given the attempt
    and this model. An attempt without a model is given to the function marked `without_model`."""

    def keep(function: Callable[[Attempt, Functional], Mistake | None]) -> Any:
        def judged(attempt: Attempt) -> Mistake | None:
            if attempt.model is not None:
                return function(attempt, attempt.model)
            return WITHOUT_MODEL[exercise](attempt) if exercise in WITHOUT_MODEL else unforeseen()

        judge(exercise, lit)(judged)
        return function

    return keep


def without_model(*exercises: str) -> Callable[[Any], Any]:
    """Mark a function as the one that finds out why an attempt has no model."""
    return _kept_in(WITHOUT_MODEL, *exercises)


def lights(*exercises: str) -> Callable[[Any], Any]:
    """Mark a function as the one that finds the places for the first hint of some exercises."""
    return _kept_in(LIGHTS, *exercises)


def in_model(places: Callable[[Any], Iterable[Any]], *names: str) -> Callable[[Attempt], Any]:
    """For a first hint: places in the attempt's model; before one, what made the lesson's tensors
    with these names."""

    def lit(attempt: Attempt) -> list[Any]:
        if attempt.model is not None:
            return [*places(attempt.model)]
        return [known(attempt, name).node for name in names]

    return lit


def _kept_in(table: dict[str, Any], *exercises: str) -> Callable[[Any], Any]:
    def keep(function: Any) -> Any:
        table.update(dict.fromkeys(exercises, function))
        return function

    return keep


class NotThere(KeyError):
    """Something that the lesson makes is missing in the notebook."""


def known(attempt: Attempt, name: str) -> Any:
    """What the lesson made under a name, although the lines may have deleted it. Numbers are those
    of the lesson, although the lines may have changed them, or set the name anew.

    Raises: NotThere if the notebook does not have it.
    """
    given = attempt.arrays.get(name, (attempt.before or {}).get(name))
    if isinstance(given, (np.ndarray, list, int, float)):
        return given
    for names in (attempt.names, attempt.before or {}):
        if name in names:
            return names[name]
    raise NotThere(name)


def verdict_on(exercise: course.Exercise, attempt: Attempt) -> Verdict:
    """The verdict on an attempt. Whatever the attempt is, this does not fail."""
    if exercise.graded:
        return _kept(exercise, attempt)
    failed: Exception | None = None
    trained: list[Any] = []
    try:
        # The student's own lines have warned.
        with warnings.catch_warnings(action="ignore"), copies_trained() as trained:
            mistake = JUDGES[exercise.id](attempt)
    except NotThere as error:
        about = {"name": error.args[0], "lesson": course.written(exercise.lesson)}
        key = "lesson_not_here" if exercise.lesson in course.OWN else "lesson_not_there"
        return Verdict("stale", say(key, **about))
    except Exception as error:  # an unexpected attempt must not end in a traceback
        mistake, failed = unforeseen(), error
    asked = exercise.stops or exercise.lesson in course.OWN
    if trained and learns_nothing(attempt.model) and (mistake is None or not mistake.name):
        return Verdict("wrong", say("lesson_learns_nothing", name=exercise.wants))
    if mistake is None and attempt.error is not None and not asked:
        kept = _surplus(exercise, attempt) or _stopped(attempt, exercise)  # behind the answer
    elif mistake is None:
        praise = "lesson_predicted" if exercise.kind == "predict" else "lesson_well_done"
        praise = "lesson_stops_well" if attempt.error is not None else praise
        says = [say(praise)]
        unneeded = unneeded_lines(attempt, again_for(exercise, attempt))
        if unneeded:
            says += [say("lesson_not_needed", lines=[f"“{line}”" for line in unneeded])]
        kept = Verdict("right", " ".join(says), marked=fault_of(attempt.error))
    elif isinstance(failed, FunclabError) and attempt.model and attempt.error is None:
        kept = _unusable(exercise, failed)
    else:
        kept = _wrong(exercise, attempt, mistake)
        kept.says = with_training(exercise, attempt, kept.says) if trained else kept.says
    kept.at = [*mistake.at] if mistake else []
    kept.lit = place_of_hint(exercise, attempt, kept.at)
    return kept


def learns_nothing(model: Functional | None) -> bool:
    """Whether a model has weights, and none of them is trainable: what it answers is chance."""
    return model is not None and bool(model.weights) and not model.trainable_weights


def with_training(exercise: course.Exercise, attempt: Attempt, says: str) -> str:
    """What is said of a model of which the check has trained a copy: if the lines trained it, too,
    also that this does not count, in place of the last sentence if there is no room."""
    asked = ".fit(" in exercise.solution_code + exercise.start
    if asked or ".fit(" not in attempt.source:
        return says
    sentences = [say("lesson_own_training"), *re.split(r"(?<=[.?!]) ", says)]
    fits = len(" ".join(sentences).split()) <= course.LONGEST_MESSAGE
    return " ".join(sentences if fits else sentences[:-1])


def _kept(exercise: course.Exercise, attempt: Attempt) -> Verdict:
    """What is said of an attempt that is graded later: only whether there is an answer."""
    if attempt.error is not None:
        return _stopped(attempt, exercise)
    if attempt.answer is None:
        return Verdict("wrong", say("lesson_no_answer", name=exercise.wants))
    return Verdict("kept", say("lesson_kept_until"))


def place_of_hint(
    exercise: course.Exercise, attempt: Attempt, beside: Iterable[Node | Operation] = ()
) -> Any:
    """The graph with the places that the first hint highlights, and the calls `beside` them; None
    if there is nothing to highlight."""
    try:
        lit = dict.fromkeys(LIGHTS[exercise.id](attempt), say("lesson_here"))
    except Exception:  # without a place to highlight, the hint still has its words
        return None
    return _picture(attempt, {}, lit, beside)


def _wrong(exercise: course.Exercise, attempt: Attempt, mistake: Mistake) -> Verdict:
    again = again_for(exercise, attempt)
    for key, value in mistake.values.items():
        if value is attempt.answer:  # use the name that the student knows
            mistake.values[key] = exercise.wants
    line = dropped_line(attempt, again)
    if line:
        return _dropped(exercise, line, mistake)
    unlike_ours = attempt.error is not None and not isinstance(attempt.error, FunclabError)
    if unlike_ours and attempt.answer is not None:  # a later error in the lines may explain it
        return _stopped(attempt, exercise)
    foreseen = exercise.wrong.get(mistake.name)
    if foreseen is not None:
        says = filled(foreseen.says, mistake.values, attempt)
        says = _with_loose(says, attempt, exercise, mistake)
        marked = _picture(attempt, mistake.at, {}) or fault_of(attempt.error)
        return Verdict(
            "wrong", says, mistake.name, foreseen.misconception, marked, values=mistake.values
        )
    surplus = _surplus(exercise, attempt)
    if surplus is not None or attempt.error is not None:
        return surplus or _stopped(attempt, exercise)
    other_kind = _of_another_kind(exercise, attempt, mistake)
    if other_kind:
        return Verdict("wrong", other_kind)
    loose = loose_call(attempt, exercise)
    if loose is not None and loose not in mistake.at:
        return _loose(exercise, attempt, loose)
    values = {"model": exercise.wants, **mistake.values} if attempt.model else mistake.values
    marked = _picture(attempt, mistake.at, {})
    says = filled(exercise.otherwise, values, attempt)
    return Verdict("wrong", says, marked=marked, values=values)


def _stopped(attempt: Attempt, exercise: course.Exercise) -> Verdict:
    return stopped_verdict(attempt, exercise, again_for(exercise, attempt))


def again_for(exercise: course.Exercise, attempt: Attempt) -> Again:
    """Tries with other lines than those of an attempt."""
    return Again(exercise, attempt, None if exercise.graded else JUDGES.get(exercise.id))


def _surplus(exercise: course.Exercise, attempt: Attempt) -> Verdict | None:
    """The verdict on lines to arrange that would be right without one of them."""
    line = surplus_line(attempt, again_for(exercise, attempt)) if exercise.lines else ""
    says = say("lesson_one_too_many", line=line)
    return Verdict("wrong", says, marked=fault_of(attempt.error)) if line else None


def _dropped(exercise: course.Exercise, line: str, mistake: Mistake) -> Verdict:
    """The verdict on lines that would be right if a name kept what one of them makes."""
    foreseen = exercise.wrong.get(mistake.name)
    says = say("lesson_dropped", line=line, wanted=wanted_in(exercise.otherwise)).strip()
    belief = foreseen.misconception if foreseen is not None else 0
    return Verdict("wrong", says, mistake.name if foreseen else "", belief, cut=("", line, ""))


def _loose(exercise: course.Exercise, attempt: Attempt, loose: Node) -> Verdict:
    """The verdict on lines that make a call which nothing reads, and have no foreseen mistake."""
    values = {**_unread(loose, attempt), "wanted": wanted_in(exercise.otherwise)}
    marked = _picture(attempt, {loose: say("lesson_unread")}, {})
    return Verdict("wrong", say("lesson_loose", **values), marked=marked, values={"layer": loose})


def _unread(loose: Node, attempt: Attempt) -> dict[str, Any]:
    """The words for a call that nothing reads: its layer, and what it reads itself."""
    read = [*dict.fromkeys(told(node) for node in loose.parent_nodes)]
    return {"layer": placed(loose, attempt), "read": few(read, 3)}


def _with_loose(says: str, attempt: Attempt, exercise: course.Exercise, mistake: Mistake) -> str:
    """What is said of a mistake, and if there is room, what lines made in vain: a call that nothing
    reads, or a layer that was never called."""
    loose, idle = loose_call(attempt, exercise), idle_layer(attempt)
    if loose is not None and loose not in mistake.at and loose.operation not in mistake.at:
        vain = say("lesson_loose_too", **_unread(loose, attempt))
    elif idle is not None and idle not in mistake.at and loose is None:
        vain = f"{say('lesson_never_called', name=placed(idle, attempt))}."
    else:
        return says
    both = f"{says} {vain}"
    return both if len(both.split()) <= course.LONGEST_MESSAGE else says


def _of_another_kind(exercise: course.Exercise, attempt: Attempt, mistake: Mistake) -> str:
    """What is said of lines that end without an answer, or with one of another kind; else ""."""
    if exercise.stops:
        return say("lesson_ran_through", wanted=wanted_in(exercise.otherwise)).strip()
    if exercise.wants not in attempt.new and attempt.answer is None:
        key = "lesson_no_line" if exercise.kind == "arrange" else "lesson_no_answer"
        return say(key, name=exercise.wants)
    if attempt.answer is None and exercise.kind not in course.GUESSED:
        return say("lesson_nothing_in", name=exercise.wants)
    if attempt.model is not None or mistake.values:
        return ""
    kind = type(attempt.answer).__name__
    if isinstance(attempt.answer, Sequential):
        kind = say("lesson_without_input", kind=kind)
    if exercise.kind in course.GUESSED and exercise.start:
        line = exercise.start.splitlines()[-1]
        return say("lesson_other_form", line=line, name=exercise.wants)
    asks_for_model = f"{exercise.wants} = Model(" in exercise.solution_code
    wanted = "" if asks_for_model else wanted_in(exercise.otherwise)
    if wanted:
        return say("lesson_of_kind", kind=kind, wanted=wanted)
    return say("lesson_other_kind", kind=kind, name=exercise.wants)


def _unusable(exercise: course.Exercise, error: FunclabError) -> Verdict:
    """The verdict on a model that stops when the check gives it data."""
    what = OF_THE_MODEL.sub("", error.what)
    values = {"what": shortened(what, 16), "wanted": wanted_in(exercise.otherwise)}
    says = say("lesson_unusable", name=exercise.wants, **values).strip()
    return Verdict("wrong", says, marked=fault_of(error))


def _picture(
    attempt: Attempt,
    at: Mapping[Node | Operation, str],
    lit: Mapping[Node | Operation, str],
    beside: Iterable[Node | Operation] = (),
) -> Any:
    """The student's graph with places marked, or, if it cannot be drawn, these places alone, with
    the calls `beside` them; None if there is nothing to mark. A call of the lesson that an answer
    is about is pointed at, since nothing is wrong there."""
    places = at or lit
    nodes = [place for place in (*places, *beside) if isinstance(place, Node)]
    idle = [place for place in places if not isinstance(place, Node)]
    notes = {clean(place.key if isinstance(place, Node) else place.name): note
             for place, note in places.items()}  # fmt: skip
    for graph in (_drawn(attempt), []) if places else ():
        try:
            name = getattr(attempt.answer, "name", "")
            ends = {tensor.node for tensor in graph}
            apart = [node for node in nodes if ends.isdisjoint(reached(node))]
            called = [tensor for node in apart for tensor in node.output_tensors]
            drawn = drawn_graph(str(name), graph + called, idle)
            pointed = not at or (not graph and made_by_lesson(attempt, at))
            return Marked(drawn, notes, "input" if pointed else "fault")
        except Exception:  # a picture that fails must not hide the verdict
            continue
    return None


def _drawn(attempt: Attempt) -> list[Tensor]:
    """The tensors at which the student's graph ends."""
    if attempt.model is not None:
        return list(attempt.model.outputs)
    made = attempt.given_to_model
    if made is not None:
        return [x for part in made for x in tensors_of(part)]
    return tensors_of(attempt.answer)


def calls_made(attempt: Attempt, kind: type = object) -> list[Any]:
    """The calls that an attempt made of layers of a kind: those of its lines, or all that begin at
    the inputs of its model."""
    nodes = attempt.nodes
    if not nodes and attempt.model is not None:
        nodes = [node for source in attempt.model.graph.input_nodes for node in reached(source)]
    return [node for node in dict.fromkeys(nodes) if isinstance(node.operation, kind)]


def calls_on_inputs(attempt: Attempt, *names: str) -> list[Node | Operation]:
    """The calls of an attempt that read an Input; if there are none, what made these variables."""
    nodes = calls_made(attempt)
    calls = [node for node in nodes if any(parent.is_input for parent in node.parent_nodes)]
    return list(calls) or [known(attempt, name).node for name in names]


def first_input(tensors: Any) -> Tensor | None:
    """The first Input behind some tensors."""
    found = [
        source for tensor in tensors_of(list(flat(tensors))) for source in source_inputs(tensor)
    ]
    return found[0] if found else None


def numpy_was_given(attempt: Attempt) -> Any:
    """The tensor that NumPy was given when the lines stopped."""
    for function in ("__array_ufunc__", "__array_function__", "__array__"):
        tensor = attempt.given_to(function, "self")
        if tensors_of(tensor):
            return tensor
    return None


def function_of(error: Any) -> str:
    """The name of the NumPy function that was given a tensor."""
    return str(error.what).split(" ")[0] if hasattr(error, "what") else "NumPy"


def not_given(attempt: Attempt) -> list[Tensor]:
    """The Inputs that the outputs of a failed Model come from, and that it was not given."""
    starts, ends = (tensors_of(part) for part in attempt.given_to_model or ([], []))
    return [source for end in ends for source in source_inputs(end) if source not in starts]


def stopped(what: str, error: BaseException) -> str:
    """A sentence that a student's function stopped, with the beginning of the reason."""
    said = str(getattr(error, "what", error)).split(". ")[0].rstrip(".")
    return f"{what} stopped with {type(error).__name__}: {shorten(said, 80)}"


def cut_off(attempt: Attempt) -> tuple[Tensor, Tensor, list[Tensor]] | None:
    """For a Model that could not be made: an output, an Input that it depends on and that was not
    given, and the tensors that were given as inputs."""
    inputs, outputs = attempt.given_to_model or ([], [])
    starts = tensors_of(inputs)
    for tensor in tensors_of(outputs):
        for needed in source_inputs(tensor):
            if all(needed is not start for start in starts):
                return tensor, needed, starts
    return None


def missing_input(attempt: Attempt, name: str) -> Mistake:
    """The mistake of a Model that could not be made, as it was not given an Input it needs."""
    cut = cut_off(attempt)
    if cut is None:
        return unforeseen()
    tensor, needed, [start, *_] = cut
    at = {needed.node: "not among the inputs"}
    return Mistake(name, at, tensor=tensor, other=needed.node, input=start.node)


def source(tensor: Tensor) -> Operation:
    """The layer whose call made a tensor."""
    return tensor.node.operation
