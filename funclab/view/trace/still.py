"""Stills: what slow motion shows, one after another, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from funclab.view.draw.text import listed
from funclab.view.live.said import named, say
from funclab.view.trace.frames import Frame

PHASES = ("forward", "backward", "update")


@dataclass
class Still:
    """One step of the slow motion: where it is, what happens there in words, and pictures.

    `key` is the node's key in the diagram; `marks` are what else is marked there: a tensor, or a
    layer and its nodes. `pictures` are pairs of a role and a frame. `lines` are the plan's steps
    as pseudo-Python. `mask` is what becomes of a mask here: "made", "on" (it is passed on), "used"
    or "lost". `about` is what questions are made of: `detail` and `rule` of a layer, `frozen`
    weights, the `numbers` of an example. `flows` are the edges along which values come in, or
    gradients go back, each by the keys of its ends. `fold` is how many of the stills after it are
    folded into this one.
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

    @property
    def sign(self) -> str:
        """What the tag says at its node in the diagram."""
        return say(f"trace_sign_{'sum' if self.kind == 'add_into' else self.phase}")

    @property
    def anchors(self) -> list[str]:
        """Keys in the diagram, of which the first that is drawn gets the ring: a sum and an update
        are at the weights; all else is at the node, or at the box that holds the node."""
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
        keys = {"projector": ["trace_legend_wall", "trace_legend_spread"]}
        keys["print"] = ["trace_legend_print"]
        odd = ["trace_legend_odd"] if any(frame.odd for frame in frames) else []
        return " ".join(map(say, keys.get(look, ["trace_legend"]) + odd))


def listed_names(names: Sequence[str], most: int = 4) -> str:
    """Names as in a sentence, the rest as a number."""
    short = [named(name) for name in names]
    if len(short) > most:
        short = [*short[: most - 1], say("trace_others", n=len(short) - most + 1)]
    return listed(short)
