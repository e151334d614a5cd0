"""The files of the front end: the script of each view, the style sheet, and the table of texts."""

from __future__ import annotations

import json
from pathlib import Path

from funclab.view.draw import sentences, theme

HERE = Path(__file__).parent
ROOMS = HERE.parent


def style() -> str:
    """The style sheet of all live views, with the palette for each look."""
    rules = [theme.style_sheet()]
    for look in ("light", "dark", "print"):
        here = f".fl[data-look={look}]"
        rules.append(f"{here}.funclab,{here} .funclab{{{theme.variables(look)}}}")
    return "\n".join([*rules, (HERE / "core.css").read_text(encoding="utf-8")])


def rooms() -> list[str]:
    """The folders of `funclab.view` that have a live view."""
    return sorted(path.parent.name for path in ROOMS.glob("*/view.js"))


def texts() -> dict[str, str]:
    """The texts that scripts show, by key."""
    return sentences.texts("draw", "live", *rooms())


def script(room: str) -> str:
    """The JavaScript module of a folder's view: the texts, what all views share, its own files."""
    own = [path for path in sorted((ROOMS / room).glob("*.js")) if path.name != "view.js"]
    files = [*sorted(HERE.glob("*.js")), *own, ROOMS / room / "view.js"]
    table = f"const TEXTS = {json.dumps(texts())};"
    return "\n".join([table, *(path.read_text(encoding="utf-8") for path in files)])
