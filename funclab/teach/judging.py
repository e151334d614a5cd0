"""Judges: the functions that find the mistake in an attempt, and the sentence made from it."""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from funclab.errors import (
    DataError,
    FunclabError,
    GraphError,
    NodeIndexError,
    ShapeError,
    TensorAttributeError,
    WeightsError,
)  # fmt: skip
from funclab.errors.suggest import similar
from funclab.graph.graph import reached
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import show
from funclab.graph.tensor import Tensor
from funclab.models import Sequential
from funclab.teach import course
from funclab.teach.attempt import Attempt, flat, made_by_lesson, tensors_of
from funclab.teach.graphs import source_inputs
from funclab.teach.misspelled import name_fix
from funclab.view.draw import sentences
from funclab.view.draw.sentences import SLOT, say
from funclab.view.draw.text import clean, shorten
from funclab.view.lesson.card import Marked, drawn_graph
from funclab.view.lesson.exercise import Verdict
from funclab.view.lesson.failed import fault_of

LONGEST_NAME = 40
OF_THE_MODEL = re.compile(r"^Layer \S+ \(Functional\) cannot be called on inputs [^.]*\. (?=.)")
"""The beginning of an error that names the whole model; what follows names the part."""
GIVEN = ("given", "number")
"""What students have answered: a fraction is repeated as it is, and not as a share."""
NOT_FITTING = (
    ShapeError, GraphError, WeightsError, DataError, NodeIndexError, TensorAttributeError,
)  # fmt: skip
"""Errors of calls, weights and data that do not fit together, of calls that do not exist, and of
tensors taken for what made them."""


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
LIGHTS: dict[str, Callable[[Attempt], list[Node | Operation]]] = {}
"""For an exercise, the places that its first hint highlights."""


def judge(exercise: str, lit: Any = None) -> Callable[[Judge], Judge]:
    """Mark a function as the judge of an exercise.

    It is given the attempt and returns the mistake that matters most, or None for a right answer.
    `lit`: the function that finds the places for the first hint; a longer one is marked `lights`.
    """

    def keep(function: Judge) -> Judge:
        JUDGES[exercise] = function
        if lit is not None:
            LIGHTS[exercise] = lit
        return function

    return keep


def lights(exercise: str) -> Callable[[Any], Any]:
    """Mark a function as the one that finds the places for the first hint of an exercise."""

    def keep(function: Any) -> Any:
        LIGHTS[exercise] = function
        return function

    return keep


class NotThere(KeyError):
    """Something that the lesson makes is missing in the notebook."""


def known(attempt: Attempt, name: str) -> Any:
    """What the lesson made under a name, although the lines may have deleted it.

    Raises: NotThere if the notebook does not have it.
    """
    for names in (attempt.names, attempt.before or {}):
        if name in names:
            return names[name]
    raise NotThere(name)


def verdict_on(exercise: course.Exercise, attempt: Attempt) -> Verdict:
    """The verdict on an attempt. Whatever the attempt is, this does not fail."""
    if exercise.graded:
        return _kept(exercise, attempt)
    failed: Exception | None = None
    try:
        with warnings.catch_warnings(action="ignore"):  # the student's own lines have warned
            mistake = JUDGES[exercise.id](attempt)
    except NotThere as error:
        about = {"name": error.args[0], "lesson": course.written(exercise.lesson)}
        key = "lesson_not_here" if exercise.lesson in course.OWN else "lesson_not_there"
        return Verdict("stale", say(key, **about))
    except Exception as error:  # an unexpected attempt must not end in a traceback
        mistake, failed = unforeseen(), error
    asked = exercise.stops or exercise.lesson in course.OWN
    if mistake is None and attempt.error is not None and not asked:
        kept = _stopped(attempt, exercise)  # after the answer was there
    elif mistake is None:
        praise = "lesson_predicted" if exercise.kind == "predict" else "lesson_well_done"
        praise = "lesson_stops_well" if attempt.error is not None else praise
        kept = Verdict("right", say(praise), marked=fault_of(attempt.error))
    elif isinstance(failed, FunclabError) and attempt.model and attempt.error is None:
        kept = _unusable(exercise, failed)
    else:
        kept = _wrong(exercise, attempt, mistake)
    kept.at = [*mistake.at] if mistake else []
    kept.lit = place_of_hint(exercise, attempt, kept.at)
    return kept


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
    unlike_ours = attempt.error is not None and not isinstance(attempt.error, FunclabError)
    if unlike_ours and attempt.answer is not None:  # a later error in the lines may explain it
        return _stopped(attempt, exercise)
    foreseen = exercise.wrong.get(mistake.name)
    for key, value in mistake.values.items():
        if value is attempt.answer:  # use the name that the student knows
            mistake.values[key] = exercise.wants
    if foreseen is not None:
        says = filled(foreseen.says, mistake.values)
        marked = _picture(attempt, mistake.at, {}) or fault_of(attempt.error)
        return Verdict(
            "wrong", says, mistake.name, foreseen.misconception, marked, values=mistake.values
        )
    if attempt.error is not None:
        return _stopped(attempt, exercise)
    values = {"model": exercise.wants, **mistake.values} if attempt.model else mistake.values
    if exercise.stops:
        wanted = wanted_in(exercise.otherwise)
        return Verdict("wrong", say("lesson_ran_through", wanted=wanted).strip())
    if exercise.wants not in attempt.new and attempt.answer is None:
        key = "lesson_no_line" if exercise.kind == "arrange" else "lesson_no_answer"
        return Verdict("wrong", say(key, name=exercise.wants))
    if attempt.answer is None and exercise.kind not in course.GUESSED:
        return Verdict("wrong", say("lesson_nothing_in", name=exercise.wants))
    if attempt.model is None and not mistake.values:
        kind = type(attempt.answer).__name__
        if isinstance(attempt.answer, Sequential):
            kind = say("lesson_without_input", kind=kind)
        if exercise.kind in course.GUESSED and exercise.start:
            line = exercise.start.splitlines()[-1]
            return Verdict("wrong", say("lesson_other_form", line=line, name=exercise.wants))
        wanted = "" if makes_model(exercise) else wanted_in(exercise.otherwise)
        if wanted:
            return Verdict("wrong", say("lesson_of_kind", kind=kind, wanted=wanted))
        return Verdict("wrong", say("lesson_other_kind", kind=kind, name=exercise.wants))
    marked = _picture(attempt, mistake.at, {})
    return Verdict("wrong", filled(exercise.otherwise, values), marked=marked, values=values)


def makes_model(exercise: course.Exercise) -> bool:
    """Whether the answer to an exercise is a model, and not an array or a function."""
    return f"{exercise.wants} = Model(" in exercise.solution_code


def _stopped(attempt: Attempt, exercise: course.Exercise) -> Verdict:
    """The verdict on lines that an error stopped in a way that was not anticipated.

    Where shapes or calls do not fit, an error can only suggest what would run, which is seldom what
    the exercise asks for: what is wanted stands in place of it.
    """
    error: Any = attempt.error
    said = getattr(error, "msg", "") if isinstance(error, SyntaxError) else error
    about = f"{type(error).__name__}: {said}".rstrip(".: ")
    about += "" if about.endswith("?") else "."
    about = error.what if isinstance(error, FunclabError) else about
    fix = error.fix if isinstance(error, FunclabError) else say("lesson_read_line")
    if isinstance(error, NameError) and error.name:
        own = error.name in dir(attempt.own)
        near = name_fix(error.name, attempt, exercise.kind)
        fix = say("lesson_write_self", name=error.name) if own else near
    if type(error) is AttributeError and (near := similar(error.name or "", dir(error.obj))):
        fix = say("lesson_near_attribute", near=near[0])
    unfit = isinstance(error, NOT_FITTING) or attempt.given_to_model is not None
    unfit = unfit or exercise.stops or fix.startswith("remove ")  # which leads back to the start
    unfit = unfit and not fix.startswith("swap ")
    in_class = "class " in exercise.start and attempt.given_to("call", "self") is not None
    # What is wrong in a method may be made in another, and lines to arrange are not written anew.
    unfit = unfit or in_class or exercise.kind == "arrange"
    told_now = (isinstance(error, FunclabError) or exercise.stops) and unfit and not exercise.graded
    wanted = wanted_in(exercise.otherwise) if told_now else ""
    if fix.split(" ")[0].isalpha():  # a word, not code
        fix = fix[:1].upper() + fix[1:]
    fix = wanted or _words(fix, 12)
    rest = say("lesson_stopped", line=attempt.stopped_at, what="", fix=fix)
    room = course.LONGEST_MESSAGE - len(rest.split()) - 1
    what = _words(about, 18 if fix != wanted else min(max(room, 8), 18))
    says = say("lesson_stopped", line=attempt.stopped_at, what=what, fix=fix)
    return Verdict("wrong", says, marked=fault_of(error))


def _unusable(exercise: course.Exercise, error: FunclabError) -> Verdict:
    """The verdict on a model that stops when the check gives it data."""
    what = OF_THE_MODEL.sub("", error.what)
    values = {"what": _words(what, 16), "wanted": wanted_in(exercise.otherwise)}
    says = say("lesson_unusable", name=exercise.wants, **values).strip()
    return Verdict("wrong", says, marked=fault_of(error))


def wanted_in(message: str) -> str:
    """The sentence of a message that says what is wanted, if it needs no value; else "".

    >>> wanted_in("{model} is small. Wanted: one answer a day, (None, 1). Look at {layer}.")
    'Wanted: one answer a day, (None, 1).'
    """
    sentences = re.split(r"(?<=[.?!]) ", message)
    return next((x for x in sentences if x.startswith("Wanted") and not SLOT.search(x)), "")


def _words(text: str, most: int) -> str:
    words = clean(text).split()
    return " ".join(words[:most]) + (" …" if len(words) > most else "")


def filled(message: str, values: Mapping[str, Any]) -> str:
    """A message with names, shapes and numbers filled in, without sentences that lack a value.

    >>> filled("{model} ends at {tensor}. Wanted: a row. Look at {model}.", {"model": "what"})
    'Wanted: a row. Look at what.'
    """
    parts = re.split(r"(?<=[.?!]) ", message)
    complete = [x for x in parts if {slot[0] for slot in SLOT.findall(x)} <= values.keys()]
    message = " ".join(complete) or message
    words = {key: f"{value:g}" if key in GIVEN and isinstance(value, float) else
             unlike(message, value) for key, value in values.items()}  # fmt: skip
    return sentences.filled(message, defaultdict(lambda: "it", words))


def unlike(message: str, value: Any) -> str:
    """How a message names something; a share that would read like the one that is wanted, with a
    decimal.

    >>> unlike("{model} reads {share}. Wanted: 80 %.", 0.798)
    '79.8 %'
    """
    text = told(value)
    if isinstance(value, float) and text in message:
        return f"{value:.1%}".replace("%", " %")
    return text


def told(value: Any) -> str:
    """How a message names something.

    >>> told((None, 24, 8)), told(2080), told(0.683), told(5.2), told("relu")
    ('(None, 24, 8)', '2,080', '68 %', '5.2', 'relu')
    """
    if isinstance(value, Node):
        value = value.operation
    if isinstance(value, Operation):
        return shorten(clean(value.name), LONGEST_NAME)
    if isinstance(value, Tensor):
        return shorten(clean(value.id), LONGEST_NAME)
    if isinstance(value, tuple):
        return shorten(show(value), LONGEST_NAME)
    if isinstance(value, float) and not 0 <= value <= 1:
        return f"{value:g}"
    if isinstance(value, float):
        return f"{value:.0%}".replace("%", " %")
    return f"{value:,}" if isinstance(value, int) else str(value)


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


def calls_made(attempt: Attempt) -> list[Node]:
    """The calls of an attempt: those of its lines, or all that begin at the inputs of its model."""
    if attempt.nodes or attempt.model is None:
        return list(attempt.nodes)
    nodes = [node for source in attempt.model.graph.input_nodes for node in reached(source)]
    return list(dict.fromkeys(nodes))


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


def missing_input(attempt: Attempt, name: str) -> Mistake:
    """The mistake of a Model that could not be made, as it was not given an Input it needs."""
    inputs, outputs = attempt.given_to_model or ([], [])
    for tensor in tensors_of(outputs):
        missing = [x for x in source_inputs(tensor) if all(x is not own for own in inputs)]
        if missing:
            [start, *_], at = tensors_of(inputs), {missing[0].node: "not among the inputs"}
            values = {"tensor": tensor, "other": missing[0].node, "input": start.node}
            return Mistake(name, at, **values)
    return unforeseen()


def source(tensor: Tensor) -> Operation:
    """The layer whose call made a tensor."""
    return tensor.node.operation
