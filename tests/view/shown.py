"""What is kept of what views show: a digest of the words, and sums of the numbers."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from funclab.view.draw.picture import Picture
from funclab.view.learned.packed import unpacked
from tests.view.test_stills import Told
from tests.view.test_unchanged import CHANGED

WRITTEN = Path(__file__).with_name("unchanged_views.json")
NUMBER = re.compile(r"[-−]?\d+\.\d+(?:e[-+]\d+)?|[-−]?\d+e[-+]\d+")
ANY_NUMBER = re.compile(r"[-−]?\d+(?:\.\d+)?(?:e[-+]\d+)?")
BUCKETS = 12
OWN = {"own_id", "cover", "displays", "size"}
"""What differs each time."""


class Shown:
    """The words of what was shown, and sums of the numbers."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.numbers: list[float] = []

    def add(self, value: Any, name: str = "") -> None:
        """Whatever a view tells: structures, texts, pictures."""
        if isinstance(value, dict) and {"bits", "data", "top"} <= {*value}:
            self.words.append(f"{name} {value['shape']}")
            self.numbers += [float(n) for n in unpacked(value).ravel()[:500]]
        elif isinstance(value, dict):
            for key, one in value.items():
                if key not in OWN:
                    self.add(one, f"{name}.{key}")
        elif isinstance(value, (list, tuple)):
            self.words.append(f"{name} {len(value)}")
            for one in value:
                self.add(one, name)
        elif isinstance(value, Picture):
            canvas = Told()
            value.draw(canvas)
            self._text(f"{name} {value.text} {value.description}", NUMBER)
            for line in canvas.lines:
                self._text(line, ANY_NUMBER)
        elif isinstance(value, float):
            self.words.append(name)
            self.numbers.append(value)
        else:
            text = str(value)
            self._text(f"{name} {text}", ANY_NUMBER if "<svg" in text else NUMBER)

    def _text(self, text: str, pattern: re.Pattern) -> None:
        self.words.append(pattern.sub("~", text))
        self.numbers += (float(found.replace("−", "-")) for found in pattern.findall(text))

    def kept(self) -> dict[str, Any]:
        numbers = np.nan_to_num(np.clip(np.array(self.numbers, "float64"), -1e6, 1e6))
        buckets = [numbers[i::BUCKETS] for i in range(BUCKETS)]
        return {
            "words": hashlib.sha256("\n".join(self.words).encode()).hexdigest()[:8],
            "sums": [
                [float(f"{s:.5g}") for s in (b.sum(), np.abs(b).max(initial=0))] for b in buckets
            ],
        }


def same(kept: dict[str, Any], now: dict[str, Any]) -> bool:
    close = [
        abs(a - b) <= 0.02 * max(top, 0.01) for (a, top), (b, _) in zip(kept["sums"], now["sums"])
    ]
    return kept["words"] == now["words"] and all(close)


def check(parts: dict[str, Shown], written: Path = WRITTEN) -> None:
    """Compare what was shown with what `written` keeps; with STILLS=1, keep it."""
    known = json.loads(written.read_text("utf-8")) if written.exists() else {}
    found = {name: shown.kept() for name, shown in parts.items()}
    if os.environ.get("STILLS"):
        known |= found
        lines = [f"{json.dumps(key)}: {json.dumps(known[key])}" for key in sorted(known)]
        written.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    changed = [
        name for name, one in found.items() if name not in known or not same(known[name], one)
    ]
    for name in changed:
        CHANGED.mkdir(parents=True, exist_ok=True)
        shown = parts[name]
        file = CHANGED / f"{re.sub(r'[^a-z0-9]+', '_', name)[:80]}.txt"
        file.write_text("\n".join([*shown.words, *map(str, shown.numbers)]), "utf-8")
    assert changed == [], "look at build/unchanged; STILLS=1 accepts what is there"
