"""Stills: what slow motion shows, one after another, as plain data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from funclab.view.draw.text import clean, listed, shorten
from funclab.view.live.said import named, say
from funclab.view.trace.drawing import marked_area, svg_of
from funclab.view.trace.frames import Frame

LONGEST_LINE = 300
PHASES = ("forward", "backward", "update")
TENSOR = re.compile(r"\[\d+:\d+\]")
"""The name of a tensor, or of its gradient, holds this; that of a weight does not."""


@dataclass
class Still:
    """One step of the slow motion: where it is, what happens there in words, and pictures.

    `key` is the node's key in the diagram; `marks` are what else is marked there: a tensor, or a
    layer and its nodes. `pictures` are pairs of a role and a frame. `lines` are the plan's steps
    as pseudo-Python. `aside` is what a small picture adds to the shape. `mask` is what becomes of a
    mask here: "made", "on" (it travels on), "used" or "lost". `about` is what questions are made
    of: `detail` and `rule` of a layer, `frozen` weights, the `numbers` of an example. `flows` are
    the edges along which numbers come in, or gradients go back, each by the keys of its ends.
    `fold` is how many of the stills after it are folded into this one.
    """

    kind: str
    phase: str
    key: str
    words: str
    pictures: list[tuple[str, Frame]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    example: str = ""
    aside: str = ""
    mask: str = ""
    question: dict[str, Any] | None = None
    about: dict[str, Any] = field(default_factory=dict)
    flows: list[tuple[str, str]] = field(default_factory=list)
    fold: int = 0

    @property
    def sign(self) -> str:
        """Which word stands at its place in the diagram."""
        return "sum" if self.kind == "add_into" else self.phase

    @property
    def places(self) -> list[str]:
        """The keys of where it is in the diagram, of which the first that is drawn counts: a sum
        and an update are where the weights are; all else is where the node is, or the box that
        holds the node."""
        weights = self.kind == "add_into" or self.phase == "update" or self.fold
        keys = [*self.marks, self.key] if weights else [self.key, *reversed(self.marks)]
        parts = [key.split("/") for key in keys if key]
        paths = ["/".join(part[:i]) for part in parts for i in range(len(part), 0, -1)]
        return list(dict.fromkeys([*paths, *(["fold"] if any("[" in key for key in keys) else [])]))

    def legend(self, look: str) -> str:
        """How to read its pictures; nothing where all are numbers."""
        frames = [frame for _, frame in self.pictures]
        if all(frame.kind in ("number", "ids") for frame in frames):
            return ""
        wall = look == "projector"
        texts = ["wall", "spread"] if wall else ["print" if look == "print" else ""]
        texts += ["odd"] if not wall and any(frame.odd for frame in frames) else []
        return " ".join(say(f"trace_legend_{text}".rstrip("_")) for text in texts)


class Facts:
    """Stills as data that JSON can hold; their frames once each, in the order of need."""

    def __init__(self, stills: Sequence[Still], look: str) -> None:
        self.look = look
        self.frames: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}
        self.steps = [self._step(still) for still in stills]
        self.lines = [
            {"text": fitting(line), "step": i}
            for i, still in enumerate(stills)
            for line in still.lines
        ]

    def _step(self, still: Still) -> dict[str, Any]:
        names = ("kind", "phase", "key", "words", "marks", "places", "example", "question", "fold")
        told = {name: getattr(still, name) for name in names}
        told["sign"] = say(f"trace_sign_{still.sign}")
        told["legend"] = still.legend(self.look)
        told["flows"] = [list(ends) for ends in still.flows]
        told["pictures"] = [self._picture(still, *pair) for pair in still.pictures]
        return told

    def _picture(self, still: Still, role: str, frame: Frame) -> dict[str, Any]:
        """A picture's role, the number of its frame, and the area that is outlined in it."""
        if role == "hands" and still.kind != "seed" and not TENSOR.search(frame.name):
            role = "own"
        drawn = replace(frame, small=self.look == "projector")
        facts = {
            "svg": svg_of(replace(drawn, mark=None)),
            "name": frame.name,
            "shape": frame.shape,
            "note": frame.note,
            "brief": frame.brief,
            "cells": frame.cells,
            "odd": bool(frame.statistics["nan"] + frame.statistics["infinite"]),
            "kind": frame.kind,
            "worded": drawn.printed or frame.kind in ("number", "ids"),
        }
        number = self._numbers.setdefault(str(facts), len(self.frames))
        if number == len(self.frames):
            self.frames.append(facts)
        mark = marked_area(drawn)
        outlined = [mark.x, mark.y, mark.width, mark.height] if mark else None
        return {"role": role, "frame": number, "mark": outlined}


def fitting(line: str) -> str:
    """A line of pseudo-Python, without its remark: where it belongs is told by its still."""
    return shorten(clean(line.partition("    # ")[0]), LONGEST_LINE)


def listed_names(names: Sequence[str], most: int = 4) -> str:
    """Names as in a sentence, the rest as a number."""
    short = [named(name) for name in names]
    if len(short) > most:
        short = [*short[: most - 1], say("trace_others", n=len(short) - most + 1)]
    return listed(short)
