"""Questions for ask mode: each before what it asks for is shown, and each with its reason."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from funclab.shape_math import known
from funclab.view.live.said import named, say, signed, told_shape
from funclab.view.shapes.questions import wrong_shapes
from funclab.view.trace.example import DIGITS
from funclab.view.trace.frames import Frame
from funclab.view.trace.still import Still, listed_names

Question = dict[str, Any]
MOST_SHAPES = 4
"""How many shapes are asked for in one slow motion."""
BATCH = f"({say('trace_batch', n='')}"


def add_questions(stills: Sequence[Still]) -> None:
    """Give stills their questions: each kind once, but shapes of several kinds of layers, and every
    sum of gradients, fate of a mask, and comparison."""
    asked: set[str] = set()
    for number, still in enumerate(stills):
        for ask in ASKERS.get(still.kind, ()):
            name = ask.__name__
            if ask is ask_shape:  # once for each kind of layer
                name += f" {still.about['detail'].partition(' ')[0]}"
                if sum(other.startswith("ask_shape") for other in asked) == MOST_SHAPES:
                    continue
            if name in asked and ask not in ALWAYS:
                continue
            still.question = ask(still, stills)
            if still.question is not None:
                still.question["id"] += f" {number}"
                asked.add(name)
                break


def ask_shape(still: Still, _: Sequence[Still]) -> Question | None:
    """Which shape comes out? Asked where it is not the one that goes in."""
    read = [frame.shape for role, frame in still.pictures if role == "reads"]
    made = [frame.shape for role, frame in still.pictures if role == "makes"]
    if len(made) != 1 or made[0] in read or not read:
        return None
    right = _lengths(made[0])
    sizes = right[:1], (2 * right[0],)  # where one of these comes first, it is the batch
    batched = made[0].startswith(BATCH)
    beliefs = wrong_shapes([_lengths(text) for text in read], right)
    wrong = [told_shape(known(shape), batched and shape[:1] in sizes) for shape in beliefs]
    texts = {"key": named(still.key), "detail": still.about["detail"], "read": listed_names(read)}
    texts |= {"rule": still.about["rule"]}
    return _question(f"shape {still.key}", "trace_ask_shape", made[0], wrong, texts)


def _lengths(text: str) -> tuple[int, ...]:
    """A shape as a frame tells it."""
    lengths: tuple[int, ...] = ast.literal_eval(text.replace(BATCH, "("))
    return lengths


def ask_mask(still: Still, _: Sequence[Still]) -> Question | None:
    """What happens to the mask that a node receives?"""
    if still.mask not in ("on", "used", "lost"):
        return None
    fates = {fate: say(f"trace_fate_{fate}") for fate in ("on", "used", "lost")}
    right = fates.pop(still.mask)
    texts = {"key": named(still.key), "detail": still.about["detail"]}
    question = _question(f"mask {still.key}", "trace_ask_mask", right, list(fates.values()), texts)
    return question | {"explain": say(f"trace_ask_mask_{still.mask}_why", **texts)}


def ask_order(still: Still, stills: Sequence[Still]) -> Question | None:
    """Which node passes gradients back first? No other that the loss reads is an option."""
    keys = list(dict.fromkeys(other.key for other in stills if other.kind == "vjp"))
    read = {mark.removeprefix("tensor ").rpartition(":")[0] for mark in still.marks}
    others = [key for key in keys if key[:-1] not in read]
    if len(others) < 2 or keys[0] in others:
        return None
    wrong = [named(others[0]), named(others[-1])]
    texts = {"first": named(keys[0])}
    return _question("order", "trace_ask_order", named(keys[0]), wrong, texts)


def ask_larger(still: Still, _: Sequence[Still]) -> Question | None:
    """Which of the gradients that a node passes back has the largest number?"""
    frames = [frame for role, frame in still.pictures if role == "hands"]
    sizes = sorted(((_size(frame), _of(frame.name)) for frame in frames), reverse=True)
    if len(sizes) < 2 or sizes[0][0] == sizes[1][0]:
        return None
    right, *wrong = [name for _, name in sizes]
    told = listed_names([f"{name}: {signed(size)}" for size, name in sizes])
    texts = {"key": named(still.key), "sizes": told}
    return _question(f"larger {still.key}", "trace_ask_larger", right, wrong, texts)


def ask_frozen(still: Still, _: Sequence[Still]) -> Question | None:
    """Where do gradients go at a node with frozen weights?"""
    if not still.about.get("frozen"):
        return None
    ways = {way: say(f"trace_way_{way}") for way in ("through", "both", "neither")}
    right = ways.pop("through" if still.flows else "neither")
    texts = {"key": named(still.key)}
    return _question(f"frozen {still.key}", "trace_ask_frozen", right, list(ways.values()), texts)


def ask_sum(still: Still, _: Sequence[Still]) -> Question | None:
    """Does what is used twice get the sum, the mean, the last or the first of its gradients?"""
    a, b, c = still.about["numbers"]
    first, second, mean, right = (signed(number, DIGITS) for number in (a, b, (a + b) / 2, c))
    name = _of(still.pictures[-1][1].name)
    kind = "trace_ask_sum" if still.pictures[-1][1].kind == "number" else "trace_ask_sum_one"
    texts = {"first": first, "second": second, "name": named(name)}
    question = _question(f"sum {name}", kind, right, [mean, second, first], texts)
    why = "trace_ask_sum_why" if still.about["weight"] else "trace_ask_sum_tensor_why"
    return question | {"explain": say(why, **texts)}


def ask_moves(_: Still, stills: Sequence[Still]) -> Question | None:
    """Which weights does the update move, and which does it leave?"""
    updates = [still for still in stills if still.kind == "update"]
    held = [frame.name for still in stills if still.kind == "held" for _, frame in still.pictures]
    kept = [still for still in updates if still.about["numbers"][0] == still.about["numbers"][2]]
    if kept or len(updates) + len(held) < 2:
        return None
    everything, nothing = say("trace_moves_all"), say("trace_moves_none")
    if held:
        right = say("trace_moves_but", names=listed_names(held))
        wrong = [everything, say("trace_moves_only", names=listed_names(held)), nothing]
    else:
        right = everything
        ends = (_weight(updates[0]), _weight(updates[-1]))
        wrong = [say("trace_moves_only", names=listed_names([name])) for name in ends]
    texts = {"why": say(f"trace_moves_{'held' if held else 'all'}_why")}
    return _question("moves", "trace_ask_moves", right, wrong, texts)


def ask_way(still: Still, _: Sequence[Still]) -> Question | None:
    """Which way does a weight go, seen from the sign of its gradient?"""
    before, slope, after = still.about["numbers"]
    change = after - before
    if change * slope > 0:  # what an optimizer remembers can be stronger than the present gradient
        return None
    ways = [say("trace_up"), say("trace_down"), say("trace_stays")]
    right = ways[0 if change > 0 else 1 if change < 0 else 2]
    name = _weight(still)
    kind = "trace_ask_way" if still.pictures[0][1].kind == "number" else "trace_ask_way_one"
    texts = {"name": name, "gradient": signed(slope)}
    wrong = [way for way in ways if way != right]
    return _question(f"way {name}", kind, right, wrong, texts)


def ask_same(still: Still, _: Sequence[Still]) -> Question | None:
    """Is a layer's output the same with training on and off?"""
    sides = {role: frame for role, frame in still.pictures if role in ("off", "on")}
    if len(sides) < 2 or sides["off"].numbers.shape != sides["on"].numbers.shape:
        return None
    equal = bool((sides["off"].numbers == sides["on"].numbers).all())
    yes, no = say("trace_yes"), say("trace_no")
    right, wrong = (yes, no) if equal else (no, yes)
    texts = {"key": named(still.key)}
    question = _question(f"same {still.key}", "trace_ask_same", right, [wrong], texts)
    return question | {"explain": say(f"trace_ask_{'same' if equal else 'other'}_why", **texts)}


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


def _question(
    key: str, text: str, right: str, wrong: Sequence[str], values: dict[str, str]
) -> Question:
    """A question whose options stand in an order that says nothing about the answer."""
    return {
        "id": key,
        "prompt": say(text, **values),
        "options": sorted({right, *wrong}),
        "answer": right,
        "explain": say(f"{text}_why", **values),
    }


def _weight(still: Still) -> str:
    return named(still.pictures[0][1].name)


def _of(name: str) -> str:
    return name.removeprefix("g_")


def _size(frame: Frame) -> float:
    ends = [frame.statistics["least"], frame.statistics["greatest"]]
    return max((abs(end) for end in ends if end is not None), default=0.0)
