"""The files of the front end: scripts, style sheet, and the table of texts."""

from __future__ import annotations

import json
from pathlib import Path

from funclab.view.draw import theme

HERE = Path(__file__).parent
ROOMS = HERE.parent


def texts() -> dict[str, str]:
    """Every sentence that live views show, by key: the table to translate."""
    return json.loads((HERE / "texts.json").read_text(encoding="utf-8"))


def style() -> str:
    """The style sheet of all live views, with the palette for each look."""
    rules = [theme.style_sheet()]
    for look in ("light", "dark", "print"):
        here = f".fl[data-look={look}]"
        rules.append(f"{here}.funclab,{here} .funclab{{{theme.variables(look)}}}")
    return "\n".join([*rules, (HERE / "core.css").read_text(encoding="utf-8")])


def script(*names: str) -> str:
    """The JavaScript module of a view: what all share, then its own files."""
    files = [ROOMS / f"{name}.js" for name in ("live/core", "live/keys", *names)]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)
