"""Stills: what slow motion shows, one after another, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from funclab.view.draw.text import clean, listed, shorten
from funclab.view.live.said import named, say
from funclab.view.trace.frames import Frame

LONGEST_LINE = 300
PHASES = ("forward", "backward", "update")


@dataclass
class Still:
    """One step of the slow motion: where it is, what happens there in words, and pictures.

    `key` is the node's key in the diagram; `marks` are what else is marked there: a tensor, or a
    layer and its nodes. `pictures` are pairs of a role and a frame. `lines` are the plan's steps
    as pseudo-Python.
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
    """What a small picture adds to the shape."""
    mask: str = ""
    """What becomes of a mask here: "made", "on" (it travels on), "used" or "lost"."""
    question: dict[str, Any] | None = None
    about: dict[str, Any] = field(default_factory=dict)
    """What questions are made of, and readers do not see: `detail` and `rule` of a layer, `frozen`
    weights, the `numbers` of an example."""
    flows: list[tuple[str, str]] = field(default_factory=list)
    """The edges of the diagram along which numbers come in, or gradients go back: each by the keys
    of its ends."""
    fold: int = 0
    """How many of the stills after it are folded into this one."""


def to_facts(stills: Sequence[Still]) -> tuple[dict[str, Any], list[Frame]]:
    """Stills as data that JSON can hold, each line with its still; and the frames, each once, to
    which they refer by number."""
    numbers: dict[int, int] = {}
    frames: list[Frame] = []
    told: list[dict[str, Any]] = []
    for still in stills:
        shown = []
        for role, frame in still.pictures:
            if id(frame) not in numbers:
                numbers[id(frame)] = len(frames)
                frames.append(frame)
            shown.append({"role": role, "frame": numbers[id(frame)]})
        told.append(_facts(still, shown))
    lines = [
        {"text": fitting(line), "step": i} for i, still in enumerate(stills) for line in still.lines
    ]
    return {"steps": told, "lines": lines}, frames


def _facts(still: Still, shown: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("kind", "phase", "key", "words", "marks", "example", "question", "fold")
    told = {name: getattr(still, name) for name in names}
    return told | {"pictures": shown, "flows": [list(one) for one in still.flows]}


def fitting(line: str) -> str:
    """A line of pseudo-Python, without its remark: where it belongs is told by its still."""
    return shorten(clean(line.partition("    # ")[0]), LONGEST_LINE)


def listed_names(names: Sequence[str], most: int = 4) -> str:
    """Names as in a sentence, the rest as a number."""
    short = [named(name) for name in names]
    if len(short) > most:
        short = [*short[: most - 1], say("trace_others", n=len(short) - most + 1)]
    return listed(short)
