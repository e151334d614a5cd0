"""Questions for ask mode: each before what it asks for is shown, and each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from funclab.view.live.frames import Frame, named, say, signed
from funclab.view.live.trace_still import Still

Question = dict[str, Any]


def add_questions(stills: Iterable[Still]) -> None:
    """Give stills their questions: every sum of gradients and end of a mask, and the first of each
    other kind."""
    asked: set[str] = set()
    for still in stills:
        ask = ASKERS.get(still.kind)
        if ask is None or (still.kind in asked and still.kind not in ALWAYS):
            continue
        still.question = ask(still)
        if still.question is not None:
            asked.add(still.kind)


def ask_sum(still: Still) -> Question | None:
    """Does a weight used twice get the sum, the mean, or the last of its gradients?"""
    there, came, total = (frame for _, frame in still.pictures)
    if total.kind != "number":
        return None
    a, b, c = (float(one.numbers.reshape(-1)[0]) for one in (there, came, total))
    texts = {"first": signed(a), "second": signed(b), "name": named(_of(there.name))}
    wrong = [signed(one) for one in ((a + b) / 2, b, a)]
    return _question(f"sum {there.name}", "trace_ask_sum", signed(c), wrong, texts)


def ask_larger(still: Still) -> Question | None:
    """Which of the gradients that a node hands on is larger, by the largest of its numbers?"""
    frames = [frame for role, frame in still.pictures if role == "hands"]
    sizes = [(_size(frame), _of(frame.name)) for frame in frames]
    if len(sizes) < 2 or max(sizes)[0] == sorted(sizes)[-2][0]:
        return None
    right = max(sizes)[1]
    names = [name for _, name in sizes if name != right]
    texts = {"key": named(still.key)}
    return _question(f"larger {still.key}", "trace_ask_larger", right, names, texts)


def ask_way(still: Still) -> Question | None:
    """Which way does a weight go, seen from the sign of its gradient?"""
    before, g, after = (frame for _, frame in still.pictures)
    if before.kind != "number":
        return None
    change = _number(after) - _number(before)
    ways = [say("trace_up"), say("trace_down"), say("trace_stays")]
    right = ways[0 if change > 0 else 1 if change < 0 else 2]
    name = _of(g.name)
    texts = {"name": named(name), "gradient": signed(_number(g))}
    wrong = [one for one in ways if one != right]
    return _question(f"way {name}", "trace_ask_way", right, wrong, texts)


def ask_held(still: Still) -> Question:
    name = named(still.pictures[0][1].name)
    yes, no = say("trace_yes"), say("trace_no")
    return _question(f"held {name}", "trace_ask_held", no, [yes], {"name": name})


def ask_same(still: Still) -> Question | None:
    """Is a layer's output the same with training on and off?"""
    sides = {role: frame for role, frame in still.pictures if role in ("off", "on")}
    if len(sides) < 2 or sides["off"].numbers.shape != sides["on"].numbers.shape:
        return None
    equal = bool((sides["off"].numbers == sides["on"].numbers).all())
    yes, no = say("trace_yes"), say("trace_no")
    right, wrong = (yes, no) if equal else (no, yes)
    texts = {"key": named(still.key)}
    return (
        None if equal else _question(f"same {still.key}", "trace_ask_same", right, [wrong], texts)
    )


def ask_mask(still: Still) -> Question | None:
    """Does a mask go on from here? Asked where it ends."""
    if still.mask not in ("used", "lost"):
        return None
    yes, no = say("trace_yes"), say("trace_no")
    return _question(f"mask {still.key}", "trace_ask_mask", no, [yes], {"key": named(still.key)})


ALWAYS = ("add_into", "forward")
ASKERS = {
    "forward": ask_mask,
    "add_into": ask_sum,
    "vjp": ask_larger,
    "update": ask_way,
    "held": ask_held,
    "compare": ask_same,
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


def _of(name: str) -> str:
    return name.removeprefix("g_")


def _number(frame: Frame) -> float:
    return float(frame.numbers.reshape(-1)[0])


def _size(frame: Frame) -> float:
    known = [frame.statistics["least"], frame.statistics["greatest"]]
    return max((abs(one) for one in known if isinstance(one, float)), default=0.0)
