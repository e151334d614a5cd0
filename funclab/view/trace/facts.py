"""Stills as data that JSON can hold, for the live view."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from funclab.view.draw.text import clean, shorten
from funclab.view.trace.drawing import svg_of
from funclab.view.trace.fold import spine, where
from funclab.view.trace.frames import PRINTED, Frame
from funclab.view.trace.still import Still

LONGEST_LINE = 300
TENSOR = re.compile(r"\[\d+:\d+\]")
"""The name of a tensor, or of its gradient, holds this; that of a weight does not."""
PRINTED_ON_WALL, PRINTED_AMONG_MANY = PRINTED // 2, 2
"""Up to this many along each side, numbers are written on a projector; and in steps of more than
two pictures, which would not fit there otherwise."""


class Facts:
    """Steps and lines of the plan; frames once each, in the order of need."""

    def __init__(self, stills: Sequence[Still], look: str) -> None:
        self.look = look
        self.frames: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}
        self.steps = [
            self._step(still) | {"where": where(stills, i)} for i, still in enumerate(stills)
        ]
        self.spine = spine(stills)
        self.lines = [
            {"text": fitting(line), "step": i}
            for i, still in enumerate(stills)
            for line in still.lines
        ]

    def _step(self, still: Still) -> dict[str, Any]:
        names = ("kind", "phase", "key", "words", "marks", "anchors", "sign", "example", "question")
        return {name: getattr(still, name) for name in (*names, "fold")} | {
            "legend": still.legend(self.look),
            "flows": [list(ends) for ends in still.flows],
            "pictures": [self._picture(still, *pair) for pair in still.pictures],
        }

    def _picture(self, still: Still, role: str, frame: Frame) -> dict[str, Any]:
        """A picture's role, and the number of its frame."""
        if role == "hands" and still.kind != "seed" and not TENSOR.search(frame.name):
            role = "own"
        if self.look == "projector":
            most = PRINTED_ON_WALL if len(still.pictures) <= 2 else PRINTED_AMONG_MANY
            frame = replace(frame, most_printed=most)
        facts = {
            "svg": svg_of(frame),
            "name": frame.name,
            "shape": frame.shape,
            "note": frame.note,
            "brief": frame.brief,
            "cells": frame.cells,
            "odd": bool(frame.not_finite),
            "kind": frame.kind,
            "worded": frame.printed or frame.kind in ("number", "ids"),
        }
        number = self._numbers.setdefault(str(facts), len(self.frames))
        if number == len(self.frames):
            self.frames.append(facts)
        return {"role": role, "frame": number}


def fitting(line: str) -> str:
    """A line of pseudo-Python, without its comment: its still says where it belongs."""
    return shorten(clean(line.partition("    # ")[0]), LONGEST_LINE)
