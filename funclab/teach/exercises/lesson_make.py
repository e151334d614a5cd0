"""Lesson make: what can it make?"""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from funclab import optimizers
from funclab.datasets import digits, headlines
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array
from funclab.models.model import Functional
from funclab.teach.attempt import Attempt, assigned, flat, parsed, run
from funclab.teach.graphs import activation_of, bends, calls_of, calls_within, reads, trained_copy
from funclab.teach.judging import (
    Mistake, calls_made, judge, judge_model, known, missing_input, stopped, unforeseen,
    without_model,
)  # fmt: skip
from funclab.teach.advice.naming import told

PIXELS, CODE = 64, 8
ENOUGH, EPOCHS = 0.020, 40
TEMPERATURES = (1, 2, 0.5)
SAME = 0.001
"""How far probabilities may differ and still be the same."""


# make.A
@judge_model("make.A", lit=lambda attempt: [x for x in calls_made(attempt) if width_of(x) == CODE])
def through_eight_numbers(attempt: Attempt, model: Functional) -> Mistake | None:
    """From an image to as many pixels, with 8 numbers on every way."""
    source, output = model.inputs[0], model.outputs[0]
    ends = {source.node: str(source.shape), output.node: str(output.shape)}
    widths = source.shape[1:], output.shape[1:]
    if widths == ((CODE,), (CODE,)):
        first = next(node for node in calls_of(model) if source.node in reads(node))
        return Mistake("wrong_way_round", ends, layer=first)
    if source.shape[1:] == (CODE,):
        return Mistake("decoder_alone", ends, model=model, input=source.node)
    if output.shape[1:] == (CODE,):
        return Mistake("encoder_alone", ends, model=model, tensor=output, shape=output.shape)
    narrow = narrowest(model)
    right = len(model.inputs) == 1 == len(model.outputs) and widths == ((PIXELS,), (PIXELS,))
    if right and narrow is not None and width_of(narrow) == CODE:
        return None
    return unforeseen(ends, model=model, input=source.node, shape=output.shape)


@without_model("make.A")
def no_chain(attempt: Attempt) -> Mistake:
    """A Model that could not be made: of a layer, of parts, or of numbers squeezed again."""
    _, outputs = attempt.given_to_model or ([], [])
    models = [value for value in flat(outputs) if isinstance(value, Operation)]
    if models:
        return Mistake("gave_a_layer", {models[0]: "not called"}, layer=models[0])
    tensors = getattr(attempt.error, "tensors", None)
    if tensors and tensors[0].shape[1:] == (CODE,):
        at = {tensors[0].node: "numbers"}
        return Mistake("squeezed_numbers", at, shape=tensors[0].shape)
    return missing_input(attempt, "cut_in_two")


# make.B
@judge("make.B", lit=lambda attempt: [softmax_at(attempt, t) for t in (1, 2)])
def at_a_temperature(attempt: Attempt) -> Mistake | None:
    """What the lines make of `p` at several temperatures; of an answer without lines, at one."""
    p, own = np.asarray(known(attempt, "p"), float), known(attempt, "T")
    temperatures = TEMPERATURES if attempt.source else (own,)
    at = {softmax_at(attempt, 2): "at T = 2"}
    runs = [tried_at(attempt, t) if attempt.source else attempt for t in temperatures]
    errors = [(t, one.error) for t, one in zip(temperatures, runs) if one.error is not None]
    if errors and attempt.error is None:
        return unforeseen(at, found=stopped(f"With T = {errors[0][0]}, your code", errors[0][1]))
    found = [np.asarray(one.answer, float) for one in runs]
    found = [q.ravel() if q.shape == (1, *p.shape) else q for q in found]  # a batch of one
    if any(q.shape != p.shape for q in found):
        return unforeseen(at, found=f"You give an array of shape {found[0].shape}")
    wanted = [heated(p, t) for t in temperatures]
    if are(found, wanted):
        return None
    hot = found[temperatures.index(2)] if 2 in temperatures else found[0]
    values = {"q": "q", "found": rounded(hot), "given": rounded(p)}
    sums = [q.sum() for q in found]
    faults = {
        "not_one": not np.allclose(sums, 1, atol=SAME),
        "only_the_best": are([q.max() for q in found], [1.0] * len(found)),
        "softmax_of_p": are(found, [np.exp(p / t) / np.exp(p / t).sum() for t in temperatures]),
        "logarithms": are(found, [np.log(p) / np.log(p).sum()] * len(found)),
        "turned": are(found, [heated(p, 1 / t) for t in temperatures]),
        "divided": are(found, [found[0]] * len(found)) and reads_temperature(attempt.source),
        "no_temperature": are(found, [found[0]] * len(found)) and len(found) > 1,
    }
    name = next((name for name, holds in faults.items() if holds), "")
    if name == "not_one":
        values["sum"] = f"{max(sums, key=lambda total: abs(total - 1)):.2f}"
    if name == "softmax_of_p":
        at, values["found"] = {softmax_at(attempt, 1): "at T = 1"}, rounded(found[0])
    return Mistake(name, at, **values) if name else other_numbers(temperatures, found, wanted, at)


def other_numbers(
    temperatures: Any, found: list[Array], wanted: list[Array], at: dict[Node, str]
) -> Mistake:
    """What is said of numbers that nobody foresaw: at T = 2, unless they are right there; and which
    of three is out of proportion, if it is one."""
    tried = sorted(zip(temperatures, found, wanted), key=lambda one: one[0] != 2)
    t, q, right = next(one for one in tried if not are([one[1]], [one[2]]))
    says = f"For T = {t} you give {rounded(q)}"
    says += "" if t == 2 else f", not {rounded(right)}"
    ratios = q / right
    odd = [k for k in range(len(q)) if np.ptp(np.delete(ratios, k)) < 2 * SAME]
    where: dict[str, Any] = {}
    if len(odd) == 1 and len(q) == 3:
        nth = ("first", "second", "third")[odd[0]]
        where["where"] = f"your {nth} number: the two others are in proportion"
    return unforeseen(at if t == 2 else {}, found=says, **where)


def are(found: list[Any], wanted: list[Any]) -> bool:
    return all(np.allclose(q, w, atol=SAME) for q, w in zip(found, wanted))


def reads_temperature(source: str) -> bool:
    """Whether lines use `T`, and do not set it."""
    names = [part for part in ast.walk(parsed(source)) if isinstance(part, ast.Name)]
    return any(part.id == "T" for part in names) and "T" not in assigned(source)


def rounded(q: Array) -> str:
    return ", ".join(f"{x:.2f}" for x in q)


def softmax_at(attempt: Attempt, t: int) -> Node:
    """The call in the lesson's model that takes softmax at a temperature."""
    return known(attempt, "heat").get_layer(f"at_{t}").inbound_nodes[0]


def heated(p: Array, t: float) -> Array:
    """Probabilities at a temperature."""
    q = p ** (1 / t)
    return q / q.sum()


def tried_at(attempt: Attempt, t: float) -> Attempt:
    """What the lines of an attempt make of `q` at another temperature."""
    return run(attempt.source, attempt.given() | {"T": t}, "q")


# make.C
@judge("make.C", lit=lambda attempt: [known(attempt, "blank").inputs[0].node])
def the_next_word(attempt: Attempt) -> Mistake | None:
    """What is read is what is wanted, moved on by one word, with START in front."""
    words, start = np.asarray(known(attempt, "words")), known(attempt, "START")
    writer = known(attempt, "blank")
    at = {writer.inputs[0].node: "reads x", writer.outputs[0].node: "is to say y"}
    most = max(start, len(headlines.WORDS) - 1)
    tables = two_tables(attempt.answer, most)
    if tables is None:
        about = no_table(attempt.answer) or strange(attempt.answer, most)
        return unforeseen(at, **about)
    x, y = tables
    if x.shape[1] != y.shape[1]:
        rows = {"x": f"a row of {x.shape[1]} words", "y": f"a row of {y.shape[1]}"}
        return unforeseen(at, **rows)
    values: dict[str, Any] = {"x": said(x[0], start), "y": said(y[0], start), "model": "a writer"}
    if len(x) != len(words):
        return unforeseen(at, rows=f"{len(x)} of {len(words)}")
    first = np.full((len(words), 1), start)
    fine = np.concatenate([first, words[:, :-1]], axis=1)
    width = x.shape[1]
    long = np.pad(np.concatenate([first, words], axis=1), ((0, 0), (0, width)))  # nothing follows
    if (x == long[:, :width]).all() and (y == long[:, 1 : width + 1]).all():
        lost = int(words[:, width:].any(axis=1).sum())
        return unforeseen(at, lost=f"{lost} of {len(words)}") if lost else None
    ways = [
        ("same", (words, words)),
        ("backwards", (words, fine)),
        ("backwards", (words[:, 1:], words[:, :-1])),
        ("no_start", (words[:, :-1], words[:, 1:])),
        ("no_start", (words, np.roll(words, -1, axis=1))),
        ("round", (np.roll(words, 1, axis=1), words)),
        ("other_headline", (np.roll(words, 1, axis=0), words)),
        ("two_ahead", (np.roll(words, 2, axis=1), words)),
    ]
    for name, pair in ways:
        if alike(x, pair[0]) and alike(y, pair[1]):
            return Mistake(name, at, **values)
    return unforeseen(at, **values)


def no_table(answer: Any) -> dict[str, str]:
    """Which of the two parts of a pair is no table, as a message calls it."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return {}
    ragged = [name for name, one in zip("xy", answer) if dimensions(one) != 2]
    return {"part": ragged[0]} if ragged else {}


def dimensions(value: Any) -> int:
    """The axes of an array; 0 for what is none, such as rows of different lengths."""
    try:
        return np.asarray(value).ndim
    except ValueError:
        return 0


def two_tables(answer: Any, most: int) -> tuple[Array, Array] | None:
    """The two tables of word ids that an answer is, if it is."""
    try:
        x, y = map(np.asarray, answer)
    except (TypeError, ValueError):  # not two, or rows of different lengths
        return None
    numbers = all(one.ndim == 2 and one.size and one.dtype.kind in "iuf" for one in (x, y))
    if not numbers or min(x.min(), y.min()) < 0 or not max(x.max(), y.max()) <= most:
        return None
    return x.astype(int), y.astype(int)


def strange(answer: Any, most: int) -> dict[str, str]:
    """What the rows of two tables are, if that is not numbers alone; else which of the tables holds
    some that stand for no word."""
    try:
        x, y = map(np.asarray, answer)
    except (TypeError, ValueError):
        return {}
    tables = {"x": x, "y": y}
    rows = {name: _row(one) for name, one in tables.items()}
    if {*rows.values()} != {"a row of numbers"}:
        return rows
    numbers = [(name, x) for name, x in tables.items() if x.size and x.dtype.kind in "iuf"]
    wild = [name for name, one in numbers if not 0 <= one.min() <= one.max() <= most]
    return {"part": wild[0]} if wild else {}


def _row(table: Array) -> str:
    if table.dtype.kind == "U":
        return "a row of texts"
    return "one number" if table.ndim == 1 else "a row of numbers"


def alike(given: Array, wanted: Array) -> bool:
    """Whether most of two tables are the same: what stands at the edge is another question."""
    return given.shape == wanted.shape and bool((given[2:, 2:] == wanted[2:, 2:]).all())


def said(row: Array, start: int) -> str:
    """A row of word ids in words."""
    names = [*headlines.WORDS, *["START"] * (start + 1 - len(headlines.WORDS))]
    return " ".join(names[i] or "–" for i in row[:5])


# make.D
@judge("make.D", lit=lambda attempt: sorted(filter(reads, calls_made(attempt)), key=width_of)[:1])
def copies_well(attempt: Attempt) -> Mistake | None:
    """Copies through at most 8 numbers that are close enough, after training from a fixed start."""
    model = attempt.model
    if model is None:
        return missing_input(attempt, "")
    source, output = model.inputs[0], model.outputs[0]
    narrow = narrowest(model)
    if source.shape[1:] != (PIXELS,) and output.shape[1:] == (PIXELS,):
        start = {source.node: str(source.shape)}
        begins = f"64 pixels, but begins at {told(source.shape)}"
        return unforeseen(start, model=model, loss=begins)
    if narrow is None or (source.shape[1:], output.shape[1:]) != ((PIXELS,), (PIXELS,)):
        ends = "its own input" if narrow is None else told(output.shape)
        return unforeseen({output.node: ends}, model=model, loss=ends)
    if width_of(narrow) > CODE:
        return too_wide(model, narrow)
    loss = error_of(model)
    if loss < ENOUGH:
        return None
    return why_not(model, narrow, f"{loss:.3f}")


def error_of(model: Functional) -> float:
    """The mean squared difference between unseen images and their copies, once it is trained."""
    (x, _), (x_test, _) = digits.load_data()
    x, x_test = (part.reshape(-1, PIXELS) / 16 for part in (x, x_test))
    copy = trained_copy(model, x, x, loss="mse", epochs=EPOCHS, optimizer=optimizers.Adam(0.003))
    made = np.asarray(copy.predict(x_test, batch_size=500, verbose=0))
    return float(((made - x_test) ** 2).mean())


def too_wide(model: Functional, narrow: Node) -> Mistake:
    """No place with 8 numbers, or a way around it."""
    small = [node for node in layers_of(model) if width_of(node) <= CODE]
    if small:
        join = next((node for node in calls_of(model) if len(set(reads(node))) > 1), narrow)
        at = {small[0]: "passed by", join: "joined here"}
        ends = {"input": model.inputs[0].node, "output": model.outputs[0].node}
        return Mistake("way_round", at, join=join, **ends)
    tensor, n = narrow.output_tensors[0], width_of(narrow)
    return Mistake("too_wide", {narrow: f"{n} numbers"}, model=model, tensor=tensor, n=n)


def why_not(model: Functional, narrow: Node, loss: str) -> Mistake:
    """Why the copies of a model with a narrow place are not close enough."""
    every = layers_of(model)
    calls = [node for node in every if getattr(node.operation, "weights", None)]
    small = [node for node in calls if width_of(node) <= CODE]
    values: dict[str, Any] = {"model": model, "loss": loss, "layer": narrow}
    if not small and narrow in every:
        return unforeseen({narrow: "no weights"}, picks=narrow, **values)
    squeezed = small[0] if small else calls[0]
    code, end = every.index(squeezed), every.index(calls[-1])
    before, behind = (any(map(bends, part)) for part in (every[: code + 1], every[code + 1 : end]))
    if activation_of(calls[-1]) == "softmax":
        return Mistake("shares_of_one", {calls[-1]: "softmax"}, output=calls[-1])
    if activation_of(squeezed) == "relu":
        return Mistake("cut_code", {squeezed: "relu"}, layer=squeezed)
    if not before and not behind:
        return Mistake("straight", {narrow: "nothing bends"}, **values)
    if not behind:
        return Mistake("bends_once", {narrow: "straight from here"}, **values)
    return unforeseen({model.outputs[0].node: f"off by {loss}"}, **values)


# Widths.
def width_of(node: Node) -> int:
    """How many numbers a call makes of an example."""
    return int(np.prod([n or 1 for n in node.output_tensors[0].shape[1:]]))


def layers_of(model: Functional) -> list[Node]:
    """The calls in a model, those inside models in place of the calls of these."""
    return [x for x in calls_within(model) if not isinstance(x.operation, Functional)]


def narrowest(model: Functional) -> Node | None:
    """Of the calls that every way through a model passes, the one with the fewest numbers."""
    passed: list[Node] = []
    for node in calls_of(model):
        if is_passed(model, node):
            inner: Any = node.operation
            within = narrowest(inner) if isinstance(inner, Functional) else None
            passed += [node, *([within] if within is not None else [])]
    return min(passed, key=width_of, default=None)


def is_passed(model: Functional, node: Node) -> bool:
    """Whether every way from a model's inputs to its output leads through a call."""
    waiting, seen = [model.outputs[0].node], set()
    while waiting:
        here = waiting.pop()
        if here is node or here in seen:
            continue
        if here.is_input:
            return False
        seen.add(here)
        waiting += reads(here)
    return True
