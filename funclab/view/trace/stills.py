"""Stills: what slow motion shows, one after another; how they are folded into fewer; and what is
sent of them to the live view."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby
from typing import Any

from funclab.registry.parameters import wrong_value
from funclab.view.draw.frame_drawing import svg_of
from funclab.view.draw.frames import PRINTED, Frame
from funclab.view.draw.sentences import few, listed, named, say
from funclab.view.draw.text import clean, shorten

PHASES = ("forward", "backward", "update")
TRAVEL = (
    *("kind", "phase", "key", "words", "marks", "anchors", "sign", "example", "question"),
    *("flows", "fold"),
)
FRAME_TRAVEL = ("name", "shape", "note", "brief", "cells", "kind")
"""The fields of a still, and of a frame, that are sent to the page unchanged."""
LONGEST_LINE = 300
WITHOUT_COLOURS = ("number", "ids", "pixels")
"""The kinds of frames whose colours say nothing about numbers."""
TENSOR = re.compile(r"\[\d+:\d+\]")
"""The name of a tensor, or of its gradient, contains this; that of a weight does not."""
PRINTED_ON_WALL, PRINTED_AMONG_MANY, WIDE_ON_WALL = PRINTED // 2, 2, 56
"""Up to how many along each side numbers are written on a projector, and there in steps with more
than two pictures, which would not fit otherwise."""

LEAST, USUAL, MOST = 12, 60, 400
PROJECTOR = 30
"""How many steps a class can follow."""
MARKED = 12
"""How many nodes a fold marks in the diagram."""


@dataclass
class Still:
    """One step of the slow motion: where it is, what happens there in words, and pictures.

    `key` is the node's key in the diagram; `marks` are what else is marked there: a tensor, or a
    layer and its nodes. `pictures` are pairs of a role and a frame. `lines` are the plan's steps
    as pseudo-Python. `mask` is what happens to a mask here: "made", "on" (it is passed on), "used"
    or "lost". `about` is what questions are made from: `detail` and `rule` of a layer, `frozen`
    weights, the `numbers` of an example. `flows` are the edges along which values come in, or
    gradients arrive and go back, each by the keys of its ends. `fold` is how many of the stills
    after it are folded into this one. `window` is that of a convolution or a pooling, with the
    first of its `filters`, as `funclab.view.trace.windows` describes it.
    """

    kind: str
    phase: str
    key: str = ""
    words: str = ""
    pictures: list[tuple[str, Frame]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    example: str = ""
    mask: str = ""
    question: dict[str, Any] | None = None
    about: dict[str, Any] = field(default_factory=dict)
    flows: list[tuple[str, str]] = field(default_factory=list)
    fold: int = 0
    window: dict[str, Any] | None = None
    filters: Any = None

    @property
    def sign(self) -> str:
        """What the tag says at its node in the diagram."""
        return say(f"trace_sign_{'sum' if self.kind == 'add_into' else self.phase}")

    @property
    def anchors(self) -> list[str]:
        """Keys in the diagram, of which the first that is drawn gets the ring: for a sum or an
        update, the weights; for all else, the node, or the box that holds the node."""
        weights = self.kind == "add_into" or self.phase == "update" or self.fold
        keys = [*self.marks, self.key] if weights else [self.key, *reversed(self.marks)]
        parts = [key.split("/") for key in keys if key]
        paths = ["/".join(part[:i]) for part in parts for i in range(len(part), 0, -1)]
        return list(dict.fromkeys(paths))

    def legend(self, look: str) -> str:
        """How to read its pictures; empty if all of them are numbers."""
        frames = [frame for _, frame in self.pictures]
        if all(frame.kind in WITHOUT_COLOURS for frame in frames):
            return ""
        keys = {"projector": ["trace_legend_wall", "trace_legend_spread"]}
        keys["print"] = ["trace_legend_print"]
        odd = ["trace_legend_odd"] if any(frame.odd for frame in frames) else []
        return " ".join(map(say, keys.get(look, ["frame_legend"]) + odd))


def listed_names(names: Sequence[str], most: int = 4) -> str:
    """The first few names as in a sentence, and how many more there are."""
    return listed(few([named(name) for name in names], most, "trace_others"))


def check_most(most: int | None, look: str | None) -> int:
    """How many stills a slow motion may have.

    Raises: ArgumentError for fewer than 12 or more than 400.
    """
    if most is None:
        return PROJECTOR if look == "projector" else USUAL
    if not LEAST <= most <= MOST:
        wanted = f"{LEAST} to {MOST} steps: each keeps its pictures in memory"
        raise wrong_value("trace", "most_steps", most, wanted, str(USUAL))
    return most


def fold(stills: list[Still], most: int) -> list[Still]:
    """The same stills with at most `most` on the spine. Each fold comes before those that are
    folded into it, layer by layer; beyond MOST stills the longest folds keep none of theirs.
    """
    if len(stills) <= most:
        return stills
    parts: list[list[Still]] = []
    for phase in PHASES:
        own = [still for still in stills if still.phase == phase]
        room = 3 + (most - 3 * len(PHASES)) * len(own) // len(stills)
        parts += _units(own, room)
    limit = _longest([len(part) for part in parts])
    return [still for part in parts for still in _folded(part, limit)]


def _units(stills: list[Still], room: int) -> list[list[Still]]:
    """Stills in at most `room` parts: the first and the last layer are not folded with others."""
    if len(stills) <= room:
        return [[still] for still in stills]
    layers = [list(group) for _, group in groupby(stills, key=_layer)]
    if len(layers) <= room:
        return layers
    middle = layers[1:-1]
    size = math.ceil(len(middle) / (room - 2))
    chunks = [list(chain(*middle[i : i + size])) for i in range(0, len(middle), size)]
    return [layers[0], *chunks, layers[-1]]


def _layer(still: Still) -> str:
    """What a still is about: its node, the layer whose weight is updated, or the loss."""
    about_weights = still.phase == "update" and still.marks
    return still.key or (still.marks[0] if about_weights else say("trace_the_loss"))


def _longest(lengths: list[int]) -> int:
    """How many stills a fold may keep, so that there are no more than MOST in total."""
    limit = max(lengths)
    while sum(length for length in lengths if length <= limit) > MOST:
        limit = max(length for length in lengths if length < limit)
    return limit


def _folded(stills: list[Still], limit: int) -> list[Still]:
    if len(stills) == 1:
        return stills
    first, *_, last = stills
    kept = stills if len(stills) <= limit else []
    ends = {"first": named(_layer(first)), "last": named(_layer(last))}
    names = say("trace_fold_between", **ends)
    if len({_layer(still) for still in stills}) == 1:
        names = say("trace_fold_one", name=ends["first"])
    phase = say(first.phase)
    words = say("trace_fold" if kept else "trace_left_out", n=len(stills), phase=phase, names=names)
    pictures = [*first.pictures[:1], *last.pictures[-1:]] if first.phase != "update" else []
    marks = list(dict.fromkeys(still.key for still in stills if still.key))[:MARKED]
    return [Still("fold", first.phase, "", words, pictures, marks=marks, fold=len(kept)), *kept]


def spine(stills: Sequence[Still]) -> list[int]:
    """The numbers of the stills that are not folded into another."""
    numbers, i = [], 0
    while i < len(stills):
        numbers.append(i)
        i += 1 + stills[i].fold
    return numbers


def place_of(stills: Sequence[Still], step: int) -> str:
    """Which step of how many it is, and which part of a fold, in words."""
    shown = spine(stills)
    number = sum(i <= step for i in shown)
    start = shown[number - 1]
    values = {"i": number, "n": len(shown), "part": step - start, "parts": stills[start].fold}
    return say("trace_step_of" if start == step else "trace_part_of", **values)


def facts_of(stills: Sequence[Still], look: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The steps and the lines of the plan; and the frames of the steps, each once."""
    steps, lines = [], []
    numbers: dict[str, int] = {}
    frames: list[dict[str, Any]] = []
    for i, still in enumerate(stills):
        pictures = []
        for role, frame in still.pictures:
            facts = _frame_facts(still, frame, look)
            number = numbers.setdefault(str(facts), len(frames))
            frames += [facts] if number == len(frames) else []
            pictures.append({"role": _told_role(still, role, frame), "frame": number})
        step = {name: getattr(still, name) for name in TRAVEL}
        step |= {"where": place_of(stills, i), "legend": still.legend(look), "pictures": pictures}
        step["slides"] = still.window is not None
        steps.append(step)
        # A line is sent without its comment: its still says which node it belongs to.
        texts = (clean(line.partition("    # ")[0]) for line in still.lines)
        lines += [{"text": shorten(text, LONGEST_LINE), "step": i} for text in texts]
    return {"steps": steps, "spine": spine(stills), "lines": lines}, frames


def _told_role(still: Still, role: str, frame: Frame) -> str:
    """A picture's role on the page, where gradients of a node's own weights are separate."""
    own = role == "hands" and still.kind != "seed" and not TENSOR.search(frame.name)
    return "own" if own else role


def _frame_facts(still: Still, frame: Frame, look: str) -> dict[str, Any]:
    if look == "projector":
        most = PRINTED_ON_WALL if len(still.pictures) <= 2 else PRINTED_AMONG_MANY
        frame = replace(frame, most_printed=most)
        if frame.kind == "bars" and len(still.pictures) == 3:  # two that meet, and their sum
            frame = replace(frame, most_printed=PRINTED_ON_WALL, wide=WIDE_ON_WALL)
    facts = {name: getattr(frame, name) for name in FRAME_TRAVEL}
    worded = bool(frame.printed or frame.kind in ("number", "ids") or frame.rows or frame.columns)
    return facts | {"svg": svg_of(frame), "odd": bool(frame.not_finite), "worded": worded}
