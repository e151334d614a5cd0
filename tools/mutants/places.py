"""Chooses faults by chance, in Python and in JavaScript."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

from tools.mutants.fault import Mutant, Place
from tools.mutants.javascript import Script, scripts
from tools.mutants.python import Module

LANGUAGES = {".py": Module, ".js": Script}
KEPT = Path(__file__).parents[2] / "build" / "mutants" / "places"
LEFT_OUT = "__main__.py"  # tested as a program


def sample(root: Path, count: int, seed: int, within: list[str]) -> list[Mutant]:
    """So many faults by chance, every place being as likely as any other."""
    files = [*(root / "funclab").rglob("*.py"), *scripts(root)]
    names = sorted(str(file.relative_to(root)) for file in files if file.name != LEFT_OUT)
    chosen = [
        name for name in names if name.startswith(tuple(within)) or name.endswith(tuple(within))
    ]
    places = [place for name in chosen for place in places_in(root, name)]
    dice = random.Random(seed)
    picked = dice.sample(places, min(count, len(places)))
    print(f"{len(places):,} places in {len(chosen)} files; seed {seed} picks {len(picked)}")
    sources = {name: parsed(root, name) for name in {place[0] for place in picked}}
    return [sources[place[0]].mutant(place, dice) for place in picked]


def parsed(root: Path, name: str) -> Module | Script:
    return LANGUAGES[Path(name).suffix](root, name)


def places_in(root: Path, name: str) -> list[Place]:
    """The places of a file, found once for each version of it: a file takes a second."""
    finders = sorted(Path(__file__).parent.glob("*.py"))  # other finders number places otherwise
    digest = hashlib.sha256(b"".join(map(Path.read_bytes, [root / name, *finders])))
    kept = KEPT / f"{digest.hexdigest()}.json"
    if not kept.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps([place[1:] for place in parsed(root, name).places()]))
    return [(name, i, k) for i, k in json.loads(kept.read_text())]
