"""What is counted over many samples: zeros, largest numbers, and the samples that have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.inside.calls import Shown
from funclab.view.learned.look import Look

SHOWN, MOST_TILES = 8, 12
"""How many samples are listed for each channel, and how many channels are drawn at once."""
LEAST_CHANNELS, MOST_CHANNELS, MOST_LISTED = 4, 64, 1000
"""For how many channels of a call this is stored, at least and at most, and of all calls."""
MOST_NUMBERS = 100_000_000
"""How many numbers are computed at most: of a large model, for fewer samples."""


@dataclass
class Counted:
    """For one call: the share of its numbers that are zero; for each channel its largest number,
    the samples that have the largest, and the channels from the one that varies most."""

    zeros: float
    largest: Array
    samples: Array
    order: list[int]
    channels: int
    """For how many channels the samples are stored."""

    @property
    def dead(self) -> list[int]:
        """The channels that are never above zero, in a call with zeros."""
        return np.flatnonzero(self.largest <= 0).tolist() if self.zeros else []

    @property
    def listed(self) -> Array:
        """The samples that are stored, for each channel."""
        return self.samples[: self.channels]

    def stored(self) -> dict[str, Any]:
        top = float(self.largest.max(initial=0)) if self.largest.size else 0.0
        return {
            "zeros": round(self.zeros, 4),
            "largest": top if np.isfinite(top) else 0.0,
            "dead": self.dead[:MOST_CHANNELS],
            "tops": self.listed.tolist(),
            "order": self.order[:MOST_TILES],
        }


def counted(look: Look, calls: Sequence[Shown], most: int) -> tuple[int, list[Counted]]:
    """How many samples were counted, at most `most`, and what was counted for each call."""
    n = max(1, min(len(look), most, MOST_NUMBERS // max(1, look.numbers)))
    channels = max(LEAST_CHANNELS, min(MOST_CHANNELS, MOST_LISTED // max(1, len(calls))))
    listed = [call for call in calls if not call.between]
    sums = [_Sums() for _ in listed]
    for arrays in look.each([call.path for call in listed], n):
        for call, array, total in zip(listed, arrays, sums):
            total.add(array.reshape(len(array), -1, call.plane[2]))
    return n, [total.counted(channels) for total in sums]


class _Sums:
    def __init__(self) -> None:
        self.zeros = self.count = 0
        self.tops: list[Array] = []
        self.sums: Any = 0.0
        self.squares: Any = 0.0

    def add(self, array: Array) -> None:
        """Numbers of a batch: (samples, places, channels)."""
        if array.dtype.kind not in "iuf" or not array.size:
            return
        known = np.nan_to_num(array.astype("float32", copy=False))
        self.zeros += known.size - int(np.count_nonzero(known))
        self.count += known.size
        self.tops.append(known.max(axis=1))
        self.sums = self.sums + known.sum((0, 1), dtype="float64")
        self.squares = self.squares + np.square(known, dtype="float64").sum((0, 1))

    def counted(self, channels: int) -> Counted:
        if not self.count:
            return Counted(0.0, np.zeros(0), np.zeros((0, 0), int), [], 0)
        tops = np.concatenate(self.tops)
        places = self.count / tops.shape[1]
        varies = self.squares / places - np.square(self.sums / places)
        first = np.argsort(-tops, axis=0, kind="stable")[:SHOWN].T
        order = np.argsort(-varies, kind="stable").tolist()
        return Counted(self.zeros / self.count, tops.max(axis=0), first, order, channels)
