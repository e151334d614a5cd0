"""The Python of the browser site, packed beside it: no other server is asked for anything then.

`make lite PYODIDE=folder` takes a folder with the files of Pyodide's release, of which those that
the site needs are compared with the checksums here and copied. Without it, browsers fetch the same
version from `ADDRESS`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

VERSION = "314.0.6"
"""That of the kernel: `PYODIDE_VERSION` of jupyterlite-pyodide-kernel."""
ADDRESS = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
LOCK = "pyodide-lock.json"
CORE = {
    "pyodide.mjs": "69e3f6ccec3e14b465df60be577ca62f536251406b9a00cce019eac5252a2495",
    "pyodide.asm.mjs": "2ac5eba365ec12839c75c03b39b3be1dd63b798852cc460b014b52238be042f7",
    "pyodide.asm.wasm": "3a0a00dfeaa348ac20f9ef09904233d32d33f644339662d4af368f8a2010f37a",
    "python_stdlib.zip": "80c5be6babfe03297069703410c3c29404dcf2525d2b128746bae5536f94831f",
    LOCK: "3fdaef09e9e365c85e002737720f8d0ab8f278c1c244a2dde6a37663cf488ad4",
}
"""The files that are Python itself, with their SHA-256; `LOCK` has those of all packages."""
NEEDED = ("micropip", "ipython", "jedi", "numpy", "pillow", "packaging", "traitlets")
"""The packages that the kernel and funclab take from there, without those that these need."""


def pack(
    folder: Path,
    target: Path,
    core: Mapping[str, str] = CORE,
    needed: Collection[str] = NEEDED,
) -> int:
    """Copy what the site needs from `folder` to `target`; returns how many bytes.

    Ends the program, and says where to get them, if files are missing or are others than those of
    this version.
    """
    check(folder, core)
    packages = json.loads((folder / LOCK).read_text("utf-8"))["packages"]
    packages = {like(name): package for name, package in packages.items()}
    wheels = {
        packages[name]["file_name"]: packages[name]["sha256"] for name in with_all(needed, packages)
    }
    check(folder, wheels)
    target.mkdir(parents=True)
    for name in [*core, *wheels]:
        shutil.copy(folder / name, target / name)
    return sum(path.stat().st_size for path in target.iterdir())


def like(name: str) -> str:
    """A package's name in the one spelling in which names are compared."""
    return name.lower().replace("_", "-")


def with_all(needed: Collection[str], packages: Mapping[str, Any]) -> list[str]:
    """These packages and all that they need, in order of name."""
    found, open_ = set[str](), list(needed)
    while open_:
        name = like(open_.pop())
        if name not in found:
            found.add(name)
            open_ += packages[name]["depends"]
    return sorted(found)


def check(folder: Path, sums: Mapping[str, str]) -> None:
    missing = [name for name in sums if not (folder / name).is_file()]
    if missing:
        lines = "\n".join(f"  {ADDRESS}{name}" for name in missing)
        raise SystemExit(f"These files are missing in {folder}; get them from there:\n{lines}")
    others = [
        name
        for name, wanted in sums.items()
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != wanted
    ]
    if others:
        raise SystemExit(
            f"These files in {folder} are not those of Pyodide {VERSION}, or are damaged: "
            f"{', '.join(others)}. Get them again."
        )
