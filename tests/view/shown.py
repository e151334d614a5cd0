"""What is kept of what views show: digests of words, and sums of numbers."""

from __future__ import annotations

import hashlib
import json
import operator
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from funclab.view.draw.picture import Picture
from funclab.view.learned.packed import unpacked
from tests.view.test_stills import Told

WRITTEN = Path(__file__).with_name("unchanged_views.json")
CHANGED = Path(__file__).parents[2] / "build" / "unchanged"
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
            for key, part in value.items():
                if key not in OWN:
                    self.add(part, f"{name}.{key}")
        elif isinstance(value, (list, tuple)):
            self.words.append(f"{name} {len(value)}")
            for part in value:
                self.add(part, name)
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
        self.numbers += (float(number.replace("−", "-")) for number in pattern.findall(text))

    def text(self) -> str:
        return "\n".join([*self.words, *map(str, self.numbers)])

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
    """Compare what was shown with what `written` keeps."""
    texts = {
        name: "\n".join([*part.words, *map(str, part.numbers)]) for name, part in parts.items()
    }
    compare({name: part.kept() for name, part in parts.items()}, texts, written, same)


def compare(
    now: dict[str, Any],
    texts: dict[str, str],
    written: Path,
    equal: Callable[[Any, Any], bool] = operator.eq,
) -> None:
    """Compare parts with those that a file keeps; with STILLS=1, keep them. `texts` has what each
    part was made of: that of a part that differs is put into `build/unchanged`."""
    kept = json.loads(written.read_text("utf-8")) if written.exists() else {}
    if os.environ.get("STILLS"):
        kept |= now
        lines = [f"{json.dumps(name)}: {json.dumps(kept[name])}" for name in sorted(kept)]
        written.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    changed = [name for name in now if name not in kept or not equal(kept[name], now[name])]
    for name in changed:
        CHANGED.mkdir(parents=True, exist_ok=True)
        file = re.sub(r"\W+", "_", name)[:80]
        (CHANGED / f"{file}.txt").write_text(texts[name], "utf-8")
    assert changed == [], "look at build/unchanged; STILLS=1 accepts what is there"
