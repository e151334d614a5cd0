"""Views as one page that opens from disk: no kernel, no network."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from funclab.view.draw.picture import document
from funclab.view.draw.sentences import say
from funclab.view.live.assets import script, style

PAGE = (
    "body{margin:1rem;color-scheme:light dark;color:CanvasText;background:Canvas}"
    "@media print{body{color-scheme:light}}"
    "h1:has(~section .fl-title,+section .fl-title):not(:has(~section~section)){position:absolute;"
    "width:1px;height:1px;margin:0;clip-path:inset(50%)}"
    "h1,h2{font:600 1.1rem sans-serif;overflow-wrap:anywhere;display:-webkit-box;"
    "-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow:hidden}"
    "main>section{margin-bottom:3rem}.still table{border-collapse:collapse;margin-top:1rem}"
    ".still :is(th,td){text-align:left;padding:.2rem .8rem;border-bottom:1px solid var(--f-rim);"
    "font-weight:400}.still :is(caption,thead th){font-weight:600;text-align:left}"
    "@page sheet{margin:8mm}@media print{section:has(.sheet){page:sheet;break-inside:avoid;"
    "margin:0;text-align:center}section+section:has(.sheet){break-before:page}"
    "body:has(.sheet){margin:0}:is(h1,h2):has(~section .sheet,+.sheet){display:none}"
    ".sheet svg{max-height:98vh}}"
)


class Page(str):
    """A page as text. Its repr is short, for a cell whose last line is a page."""

    __slots__ = ()

    def __repr__(self) -> str:
        return say("page", size=f"{len(self.encode()) / 1000:,.0f}")


def page_of(shown: list[Any]) -> Page:
    """Views and pictures, one under the other, as a page that opens from disk."""
    parts = [_part(view, f"view{i}", len(shown) > 1) for i, view in enumerate(shown)]
    title = "; ".join(view.title for view in shown)
    heading = title if len(shown) == 1 else say("page_of_views", n=len(shown))
    body = "".join([f"<h1>{escape(heading)}</h1>", *parts])
    rooms = {view.room for view in shown if hasattr(view, "room")}
    return Page(document(title, PAGE + style("live", *rooms), body))


def _part(shown: Any, name: str, several: bool) -> str:
    """A view or picture as a section with this name, and the script that makes it live."""
    heading = f"<h2>{escape(shown.title)}</h2>" if several else ""
    if hasattr(shown, "room"):
        body, code = f"<noscript>{shown.svg()}</noscript>", _code(shown, name)
    else:
        kind = "fl still sheet" if getattr(shown, "sheet", False) else "fl still"
        body, code = f'<div class="{kind}">{shown.svg}{shown.table}</div>', ""
    return f'<section id="{name}">{heading}{body}</section>{code}'


def _code(view: Any, name: str) -> str:
    """The script that makes a view live in the section with this name."""
    traits = {**view.alone(), "cover": ""}  # its question is not on this page
    # A name such as </script> must not end the script.
    data = json.dumps(traits, ensure_ascii=True).replace("<", "\\u003c")
    return (
        f'<script type="module">\n{script(view.room)}'
        f'const el = document.getElementById("{name}");\n'
        f"view.default.render({{ model: live.held({data}), el }});\n</script>"
    )
