"""A batch's whole way through a model, as stills."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from funclab.engine.trace import Moment, moments
from funclab.view.live.said import named, say, signed
from funclab.view.trace.backward import Backward
from funclab.view.trace.fold import fold
from funclab.view.trace.forward import forward_stills, forward_words, mask_words
from funclab.view.trace.frames import Frame, alike, percent
from funclab.view.trace.places import Place, Places
from funclab.view.trace.questions import add_questions
from funclab.view.trace.rehearsal import rehearsal, variables_of
from funclab.view.trace.still import Still
from funclab.view.trace.update import update_stills


class Seen(NamedTuple):
    """What a node was given and made, in words and pictures."""

    words: str
    reads: list[Frame]
    makes: list[Frame]
    flows: list[tuple[str, str]]


def walk(
    model: Any, x: Any, y: Any, loss: Any, optimizer: Any, training: Any, most: int
) -> list[Still]:
    """At most `most` stills of one batch; `training` "both" shows it off and on side by side."""
    if training == "both":
        stills = compared(model, x)
    else:
        stills = through(model, x, y, loss, optimizer, training)
    short = fold(stills, most)
    add_questions(short)
    return short


def through(
    model: Any, x: Any, y: Any, loss: Any, optimizer: Any, training: bool | None
) -> list[Still]:
    """Forward; with targets also backward; with an optimizer also the update."""
    with rehearsal(model, x, y, loss, optimizer, training) as made:
        floats = [one for one in variables_of(model) if one.dtype.startswith("float")]
        before = {one: one.array.copy() for one in floats}
        places = Places(model, made.step)
        steps = moments(made.plan, places.names)
        forward = [next(steps) for _ in made.plan.calls]
        stills = forward_stills(places, forward)
        if not made.plan.wrt:
            return stills
        backward, rest = Backward(places), []
        stills += backward.stills(_until("update", steps, rest))
        if made.optimizer is not None:
            updates = chain(rest, steps)
            stills += update_stills(backward, updates, before, made.optimizer)
        return stills


def _until(kind: str, steps: Iterator[Moment], rest: list[Moment]) -> Iterator[Moment]:
    """The moments before the first of a kind, which goes to `rest`."""
    for moment in steps:
        if moment.kind == kind:
            rest.append(moment)
            return
        yield moment


def compared(model: Any, x: Any) -> list[Still]:
    """The same batch with training off and on: what each node makes of it."""
    sides: list[dict[Place, Seen]] = []
    for training in (False, True):
        with rehearsal(model, x, None, None, None, training) as made:
            places = Places(model, made.step)
            list(moments(made.plan))
            sides.append({place: _seen(places, place) for place in places.leaves})
    return [_compared(places.key(place), off, sides[1][place]) for place, off in sides[0].items()]


def _seen(places: Places, place: Place) -> Seen:
    reads = [places.frame(one) for one in places.reads(place)]
    makes = [places.frame(one) for one in places.made[place]]
    words = [forward_words(places, place), mask_words(places, place)]
    return Seen(" ".join(filter(None, words)), reads, makes, places.flows(place))


def _compared(key: str, off: Seen, on: Seen) -> Still:
    if not off.reads:
        pictures = [("makes", frame) for frame in off.makes]
        return Still("input", "forward", key, off.words, pictures)
    first, second = alike([replace(one.makes[0], name=on.makes[0].name) for one in (off, on)])
    equal = np.array_equal(first.numbers, second.numbers, equal_nan=True)
    numbers = {
        f"{side}_{name}": text
        for side, frame in (("off", first), ("on", second))
        for name, text in _told(frame).items()
    }
    words = say(f"trace_compare_{'same' if equal else 'differs'}", key=named(key), **numbers)
    pictures = [("off", first), ("on", second)]
    return Still("compare", "forward", key, words, pictures, flows=off.flows)


def _told(frame: Frame) -> dict[str, str]:
    known = frame.statistics
    told = {name: signed(known[name]) for name in ("mean", "spread")}
    return told | {"zeros": percent(known["zeros"])}
