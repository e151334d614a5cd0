"""Questions for ask mode: each is asked before its answer is shown, and has an explanation."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from funclab.graph.shape_math import known
from funclab.view.draw import sentences
from funclab.view.draw.frames import Frame
from funclab.view.draw.sentences import named, say, signed, told_shape
from funclab.view.draw.shape_question import wrong_shapes
from funclab.view.trace.stills import Still, listed_names
from funclab.view.trace.sums import DIGITS

Question = dict[str, Any]
MOST_SHAPES = 4
"""How many shapes are asked for in one slow motion."""
BATCH = f"({say('batch_of', n='')}"


def add_questions(stills: Sequence[Still]) -> None:
    """Give stills their questions: each kind once, but shapes for several kinds of layers, and
    every sum of gradients, fate of a mask, and comparison."""
    asked: set[str] = set()
    for number, still in enumerate(stills):
        for ask in ASKERS.get(still.kind, ()):
            name = ask.__name__.removeprefix("ask_")
            if ask is ask_shape:  # once for each kind of layer
                name += f" {still.about['detail'].partition(' ')[0]}"
                if sum(other.startswith("shape") for other in asked) == MOST_SHAPES:
                    continue
            if name in asked and ask not in ALWAYS:
                continue
            still.question = ask(still, stills)
            if still.question is not None:
                still.question["id"] = f"{name} {number}"
                asked.add(name)
                break


def question(
    still: Still, text: str, right: str, wrong: Sequence[str], why: str = "", **texts: str
) -> Question:
    """A question whose options are in an order that does not give the answer away.

    `text` and `why` are the keys of its prompt and of its reason in the table of texts.
    """
    texts = {"key": named(still.key), "detail": still.about.get("detail", ""), **texts}
    prompt, reason = (say(f"trace_ask_{key}", **texts) for key in (text, f"{why or text}_why"))
    return sentences.question("", prompt, sorted({right, *wrong}), right, reason)


def one_of(keys: Sequence[str], right: str) -> tuple[str, list[str]]:
    """The right one of several alternatives in words, and the others."""
    return say(right), [say(key) for key in keys if key != right]


def frames_in(still: Still, *roles: str) -> list[Frame]:
    return [frame for role, frame in still.pictures if role in roles]


def ask_shape(still: Still, _: Sequence[Still]) -> Question | None:
    """Which shape comes out? Asked if it is not the same as the one that goes in."""
    read, made = ([frame.shape for frame in frames_in(still, r)] for r in ("reads", "makes"))
    if len(made) != 1 or made[0] in read or not read:
        return None
    right = _lengths(made[0])
    sizes = right[:1], (2 * right[0],)  # if one of these comes first, it is the batch
    batched = made[0].startswith(BATCH)
    beliefs = wrong_shapes([_lengths(text) for text in read], right)
    wrong = [told_shape(known(shape), batched and shape[:1] in sizes) for shape in beliefs]
    texts = {"read": listed_names(read), "rule": still.about["rule"]}
    return question(still, "shape", made[0], wrong, **texts)


def _lengths(text: str) -> tuple[int, ...]:
    """The lengths in a shape as a frame writes it."""
    lengths = ast.literal_eval(text.replace(BATCH, "("))
    return lengths if isinstance(lengths, tuple) else (lengths,)


def ask_mask(still: Still, _: Sequence[Still]) -> Question | None:
    """What happens to the mask that a node receives?"""
    fates = ("trace_fate_on", "trace_fate_used", "trace_fate_lost")
    fate = f"trace_fate_{still.mask}"
    return (
        question(still, "mask", *one_of(fates, fate), f"mask_{still.mask}")
        if fate in fates
        else None
    )


def ask_order(still: Still, stills: Sequence[Still]) -> Question | None:
    """Which node passes gradients back first? No other node that the loss reads is an option."""
    keys = list(dict.fromkeys(other.key for other in stills if other.kind == "vjp"))
    read = {mark.removeprefix("tensor ").rpartition(":")[0] for mark in still.marks}
    others = [key for key in keys if key[:-1] not in read]
    if len(others) < 2 or keys[0] in others:
        return None
    first = named(keys[0])
    return question(still, "order", first, [named(others[0]), named(others[-1])], first=first)


def ask_larger(still: Still, _: Sequence[Still]) -> Question | None:
    """Which of the gradients that a node passes back has the largest number?"""
    frames = frames_in(still, "hands")
    sizes = sorted(((_size(frame), _of(frame)) for frame in frames), reverse=True)
    if len(sizes) < 2 or sizes[0][0] == sizes[1][0]:
        return None
    right, *wrong = [name for _, name in sizes]
    told = listed_names([f"{name}: {signed(size)}" for size, name in sizes])
    return question(still, "larger", right, wrong, sizes=told)


def ask_frozen(still: Still, _: Sequence[Still]) -> Question | None:
    """Where do gradients go at a node with frozen weights?"""
    if not still.about.get("frozen"):
        return None
    passes = any(end == still.key for _, end in still.flows)
    right = "trace_way_through" if passes else "trace_way_neither"
    ways = one_of(("trace_way_through", "trace_way_both", "trace_way_neither"), right)
    return question(still, "frozen", *ways)


def ask_sum(still: Still, _: Sequence[Still]) -> Question | None:
    """Does a value that is used twice get the sum, mean, last or first of its gradients?"""
    a, b, c = still.about["numbers"]
    first, second, mean, right = (signed(number, DIGITS) for number in (a, b, (a + b) / 2, c))
    total = still.pictures[-1][1]
    text = "sum" if total.kind == "number" else "sum_one"
    why = "sum" if still.about["weight"] else "sum_tensor"
    texts = {"first": first, "second": second, "name": named(_of(total))}
    return question(still, text, right, [mean, second, first], why, **texts)


def ask_moves(still: Still, stills: Sequence[Still]) -> Question | None:
    """Which weights does the update change, and which does it not change?"""
    updates = [still for still in stills if still.kind == "update"]
    held = [frame.name for still in stills for frame in frames_in(still, "held")]
    kept = [still for still in updates if still.about["numbers"][0] == still.about["numbers"][2]]
    if kept or len(updates) + len(held) < 2:
        return None
    everything = say("trace_moves_all")
    if held:
        but, only = (say(f"trace_moves_{w}", names=listed_names(held)) for w in ("but", "only"))
        wrong = [everything, only, say("trace_moves_none")]
        return question(still, "moves", but, wrong, "moves_held")
    ends = [named(update.pictures[0][1].name) for update in (updates[0], updates[-1])]
    wrong = [say("trace_moves_only", names=name) for name in ends]
    return question(still, "moves", everything, wrong, "moves_all")


def ask_way(still: Still, _: Sequence[Still]) -> Question | None:
    """In which direction does a weight move, given the sign of its gradient?"""
    before, slope, after = still.about["numbers"]
    change = after - before
    if change * slope > 0:  # an optimizer's momentum can outweigh the current gradient
        return None
    right = "trace_up" if change > 0 else "trace_down" if change < 0 else "trace_stays"
    weight = still.pictures[0][1]
    text = "way" if weight.kind == "number" else "way_one"
    ways = one_of(("trace_up", "trace_down", "trace_stays"), right)
    return question(still, text, *ways, "way", name=named(weight.name), gradient=signed(slope))


def ask_same(still: Still, _: Sequence[Still]) -> Question | None:
    """Is a layer's output the same with training on and off?"""
    off, on = (frame.numbers for frame in frames_in(still, "off", "on"))
    if off.shape != on.shape:
        return None
    equal = bool((off == on).all())
    why = "same" if equal else "other"
    return question(still, "same", *one_of(("yes", "no"), "yes" if equal else "no"), why)


Asker = Callable[[Still, Sequence[Still]], "Question | None"]
ALWAYS: tuple[Asker, ...] = (ask_mask, ask_sum, ask_same, ask_frozen)
ASKERS: dict[str, tuple[Asker, ...]] = {
    "forward": (ask_mask, ask_shape),
    "seed": (ask_order,),
    "add_into": (ask_sum,),
    "vjp": (ask_frozen, ask_larger),
    "update": (ask_moves, ask_way),
    "compare": (ask_same,),
}


def _of(gradient: Frame) -> str:
    return gradient.name.removeprefix("g_")


def _size(frame: Frame) -> float:
    ends = [frame.statistics["least"], frame.statistics["greatest"]]
    return max((abs(end) for end in ends if end is not None), default=0.0)
