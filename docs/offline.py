"""The list of files that browsers keep at the first visit, so that they open without a network."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

FIRST = (
    *("index.html", "offline.html", "drop.html", "lessons/*.html"),
    *("_static/*.css", "_static/*.js", "_static/logo.svg", "_static/views/*"),
    *("_static/apart/home-*.txt", "_static/scripts/*.js", "_static/styles/*.css"),
)
"""The first page, the lessons, the page for model files, and what these load."""


def fill(folder: Path) -> None:
    """Write into the service worker of a built site what it keeps, and which version of it."""
    files = sorted({path for pattern in FIRST for path in folder.glob(pattern)})
    names = [path.relative_to(folder).as_posix() for path in files]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    worker = folder / "offline.js"
    text = worker.read_text("utf-8").replace("$DIGEST", digest.hexdigest()[:12])
    worker.write_text(text.replace('["$FIRST"]', json.dumps(names)), encoding="utf-8")
