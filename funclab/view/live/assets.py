"""The files of the front end: the script of each view, the style sheet, and the table of texts."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from funclab.view.draw import sentences, theme

HERE = Path(__file__).parent
ROOMS = HERE.parent
SHARED = ("learned",)
"""Rooms without a view of their own, whose scripts and texts several views use."""
APART = ("cover", "slow")
"""What stands beside views, with a frame of its own."""


def style(*wanted: str, beside: bool = False) -> str:
    """The style sheet of the views in some folders, or of all, with the palette for each look: what
    all share, then what each folder adds. `beside`: there may be sheets of other views too."""
    rules = [theme.style_sheet(), f".fl{{--sans:{theme.SANS};--mono:{theme.MONO}}}"]
    for look in ("light", "dark", "print"):
        here = f".fl[data-look={look}]"
        rules.append(f"{here}.funclab,{here} .funclab{{{theme.variables(look)}}}")
    paper = f"{{{theme.variables('light')};color-scheme:light}}"
    rules.append(f"@media print{{.fl.fl.funclab.funclab,.fl.fl .funclab.funclab{paper}}}")
    shared = _text(HERE / "core.css") + "".join(_text(ROOMS / name / "view.css") for name in SHARED)
    own = {path.parent.name: path for path in sorted(ROOMS.glob("*/view.css"))}
    added = [_text(own[name]) for name in wanted or own if name in own and name not in SHARED]
    return "\n".join([*rules, _only_in(wanted, shared) if beside else shared, *added])


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _only_in(folders: tuple[str, ...], shared: str) -> str:
    """The rules that all views share, for the views of some folders: a notebook has a sheet for
    each kind of view that it shows, and there these rules come after what another kind adds."""
    here = ",".join(f".fl-{name}" for name in (*folders, *APART))
    root = rf"\.fl(-({'|'.join((*rooms(), *APART, 'tall', 'low'))}))?(?![-\w])"
    return re.sub(root, rf"\g<0>:where({here})", shared)


def rooms() -> list[str]:
    """The folders of `funclab.view` that have a live view."""
    return sorted(path.parent.name for path in ROOMS.glob("*/view.js"))


def texts() -> dict[str, str]:
    """The texts that scripts show, by key."""
    return sentences.texts("draw", "live", *SHARED, *rooms())


def bundle(name: str) -> str:
    """What `tools/scripts/bundle.js` has made of the scripts of a folder."""
    return (HERE / "bundle" / f"{name}.js").read_text(encoding="utf-8")


def script(room: str) -> str:
    """The code of a folder's view: it defines TEXTS, `live`, which all views share, and `view`."""
    return f"{_common()}{bundle(room)}"


def module(room: str) -> str:
    """The same as a module, as anywidget loads it: one text that needs no other."""
    return f"{script(room)}{_EXPORTS}"


def modules() -> dict[str, str]:
    """The same for pages that load several views: a module for each room, by its file's name, and
    `core.js`, with what all of them share and the style sheet, which is then loaded only once."""
    core = f"{_common()}export const STYLE = {json.dumps(style())};\nexport {{ TEXTS, live }};\n"
    digest = hashlib.sha256(core.encode()).hexdigest()[:16]  # browsers may cache files for a year
    names = f'import {{ STYLE, TEXTS, live }} from "./core.js?v={digest}";\n'
    rest = f"{_EXPORTS}export {{ STYLE }};\n"
    return {"core.js": core, **{f"{room}.js": names + bundle(room) + rest for room in rooms()}}


_EXPORTS = "export default view.default;\nexport { TEXTS, live };\n"


def _common() -> str:
    return f"const TEXTS = {json.dumps(texts())};\n{bundle('live')}"
