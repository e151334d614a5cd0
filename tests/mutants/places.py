"""Chooses faults by chance, in Python and in JavaScript."""

from __future__ import annotations

import random
from pathlib import Path

from tests.mutants.fault import Mutant
from tests.mutants.javascript import Script
from tests.mutants.python import Module

LANGUAGES = {".py": Module, ".js": Script}
LEFT_OUT = "__main__.py"  # tested as a program


def sample(root: Path, count: int, seed: int, within: list[str]) -> list[Mutant]:
    """So many faults by chance, every place being as likely as any other."""
    files = [file for file in (root / "funclab").rglob("*.*") if file.suffix in LANGUAGES]
    names = sorted(str(file.relative_to(root)) for file in files if file.name != LEFT_OUT)
    chosen = [
        name for name in names if name.startswith(tuple(within)) or name.endswith(tuple(within))
    ]
    sources = {name: LANGUAGES[Path(name).suffix](root, name) for name in chosen}
    places = [place for source in sources.values() for place in source.places()]
    dice = random.Random(seed)
    picked = dice.sample(places, min(count, len(places)))
    print(f"{len(places):,} places in {len(sources)} files; seed {seed} picks {len(picked)}")
    return [sources[place[0]].mutant(place, dice) for place in picked]
