"""Forged outputs: what somebody may write into a notebook in place of a view that was stored."""

from __future__ import annotations

import base64
import copy
import json
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

import funclab
from funclab.teach import ask, vote
from funclab.view.explorer.view import Explorer
from funclab.view.live.view import MIME
from tests.view.models import twice

Traits = dict[str, Any]
WIDGET = "application/vnd.jupyter.widget-view+json"
ELSEWHERE = "http://forged.invalid"
RUN = 'data-commandlinker-command="notebook:run-all-cells"'
OPEN = 'data-commandlinker-command="help:open" data-commandlinker-args=\'{"url": "/forged"}\''
FIXED = "jp-HoverBox Toastify__toast-container jp-Dialog lm-Menu"
"""Classes with which JupyterLab puts something over the page."""
HTML = 'xmlns="http://www.w3.org/1999/xhtml"'
AREA = '<rect x="0" y="0" width="300" height="200" fill="#123456"/>'
LAUGHS = "<!ENTITY l0 'ha'>" + "".join(f'<!ENTITY l{i + 1} "{f"&l{i};" * 10}">' for i in range(9))
USES = "".join(f'<g id="u{i + 1}">{f"""<use href="#u{i}"/>""" * 9}</g>' for i in range(12))

# The state of widgets that a notebook brings: the script of an anywidget.
ESM = "act('a stored widget'); export default {}"
MODEL = {"model_module": "anywidget", "model_name": "AnyModel", "model_module_version": "*"}
VIEW = {"_view_module": "anywidget", "_view_name": "AnyView", "_view_module_version": "*"}
ANYWIDGET = {f"_{key}": value for key, value in MODEL.items()} | VIEW | {"_esm": ESM, "_css": ""}
VERSION = {"version_major": 2, "version_minor": 0}
OTHER = {"model_module": "@jupyter-widgets/base", "model_name": "LayoutModel"}
STATE = {
    "own": {**MODEL, "state": {**ANYWIDGET, "_anywidget_id": "own"}},
    "other": {**OTHER, "model_module_version": "2.0.0", "state": {}},
}
WIDGETS = {"application/vnd.jupyter.widget-state+json": VERSION | {"state": STATE}}

# Parts of a picture; each would act by itself, when it is shown, or at a click or key.
PARTS = {
    "a command that runs all cells": f"<g {RUN}>{AREA}</g>",
    "a command with arguments": f'<text {OPEN} x="9" y="99">Click here.</text>',
    "a command on a box of the graph": f'<g class="box" data-key="x" {RUN}>{AREA}</g>',
    "a script": "<script>act()</script>",
    "a script of HTML": f"<script {HTML}>act()</script>",
    "a handler of a click": f'<g onclick="act()">{AREA}</g>',
    "a handler of the mouse": f'<g onmouseover="act()" onpointerdown="act()">{AREA}</g>',
    "a handler of the focus": '<g tabindex="0" autofocus="" onfocus="act()"><rect/></g>',
    "a focus that is taken": f'<g tabindex="0" autofocus="">{AREA}</g>',
    "a handler of an animation": '<rect><set attributeName="x" to="9" onbegin="act()"/></rect>',
    "an animated link": f'<a><set attributeName="href" to="javascript:act()"/>{AREA}</a>',
    "a page in the picture": f"<foreignObject width='99' height='99'><iframe {HTML} srcdoc=\""
    '&lt;script>parent.act()&lt;/script>"/></foreignObject>',
    "an image of HTML": f'<img {HTML} src="x-forged" onerror="act()"/>',
    "a link to a script": f'<a href="javascript:act()">{AREA}</a>',
    "a link elsewhere": f'<a href="{ELSEWHERE}/link" target="_blank">{AREA}</a>',
    "a link as in old SVG": '<a xmlns:l="http://www.w3.org/1999/xlink" l:href="javascript:act()">'
    f"{AREA}</a>",
    "an image from elsewhere": f'<image href="{ELSEWHERE}/image" width="9" height="9"/>',
    "a part from elsewhere": '<use href="/forged/use.svg#a"/>',
    "a style that fetches": f"<style>@import url({ELSEWHERE}/style); .jp-Toolbar "
    f"{{background: url({ELSEWHERE}/toolbar)}}</style>",
    "a style that covers the page": "<style>.fl svg {position: fixed; inset: 0; z-index: 99999; "
    "width: 9999px; height: 9999px}</style>",
    "a style of its own": f'<g style="background: url({ELSEWHERE}/own)">{AREA}</g>',
    "a colour from elsewhere": f'<rect width="9" height="9" fill="url({ELSEWHERE}/colour#a)"/>',
    "a filter from elsewhere": f'<filter id="f"><feImage href="{ELSEWHERE}/filter"/></filter>'
    '<rect width="99" height="99" filter="url(#f)"/>',
    "the name of a global": '<g id="funclab" name="funclab"><rect id="act"/></g>',
    "a field to write in": f'<g contenteditable="" tabindex="0" data-lm-dragscroll="">{AREA}</g>',
}  # fmt: skip
TOGETHER = 5
"""How many of them are in one picture, for speed: what they do says which one did it."""


def in_picture(part: str) -> Callable[[Traits], None]:
    """A change: this part as the last one in every picture."""

    def change(traits: Traits) -> None:
        for drawn in traits["pictures"].values():
            drawn["svg"] = drawn["svg"].replace("</svg>", f"{part}</svg>")

    return change


def on_picture(attributes: str, before: str = "") -> Callable[[Traits], None]:
    """A change: these attributes on every picture itself, and something before it."""

    def change(traits: Traits) -> None:
        for drawn in traits["pictures"].values():
            drawn["svg"] = before + drawn["svg"].replace("<svg ", f"<svg {attributes} ", 1)

    return change


def with_trait(**values: Any) -> Callable[[Traits], None]:
    """A change: these traits in place of those stored."""
    return lambda traits: traits.update(values)


def in_facts(**values: Any) -> Callable[[Traits], None]:
    """A change: these entries in what the view knows."""
    return lambda traits: traits["facts"].update(values)


def with_output(name: str, of: str = "shared[0]") -> Callable[[Traits], None]:
    """A change: a call of the graph whose output has this name."""
    return lambda traits: traits["facts"]["nodes"][of].update(outputs=[name])


DEEP = "deep"
"""Python cannot write JSON as deep as what stands in place of this text."""


def covering(traits: Traits) -> None:
    """Pictures of a slow motion with a shape far larger than they are."""
    huge = '<rect x="-9000" y="-9000" width="20000" height="20000" fill="#123456"/></svg>'
    for frame in traits["facts"]["frames"].values():
        frame["svg"] = frame["svg"].replace("</svg>", huge)


def backwards(traits: Traits) -> None:
    """The part of a long model that is shown ends before it begins: no call is in it."""
    for drawn in traits["pictures"].values():
        drawn.update(strip=drawn["svg"], window=[2, 1, 4])


def classes(traits: Traits) -> None:
    for step in traits["facts"]["steps"]:
        step["kind"] = f"{step['kind']} {FIXED} fl-cover"


MARKED = '<img src=x onerror="act()"><b onclick="act()">Harmless.</b>'


def marked(value: Any) -> Any:
    """Markup in place of every text of facts."""
    if isinstance(value, dict):
        return {key: marked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [marked(one) for one in value]
    return f"{MARKED}{value}" if isinstance(value, str) and " " in value else value


def all_marked(traits: Traits) -> None:
    traits.update(title=MARKED, call=MARKED, cover="", facts=marked(traits["facts"]))
    traits["tour"] = [{"text": MARKED, "state": {"selected": MARKED}}]


Change = Callable[[Traits], None]
LENGTHY = Explorer.blank_state | {"selected": "/repeat " * 12_000}
VOTES = {"first": [9] * 4, "second": [9] * 4}
OTHERS: dict[str, tuple[str, Change]] = {
    "a command on the picture": ("explorer", on_picture(RUN)),
    "classes of Jupyter": ("explorer", on_picture(f'class="{FIXED}" width="2000" height="2000"')),
    "a style on the picture": ("explorer", on_picture('style="position:fixed;inset:0;z-index:9"')),
    "entities without end": ("explorer", on_picture("", f"<!DOCTYPE svg [{LAUGHS}]>")),
    "a style sheet of XML": ("explorer", on_picture("", f'<?xml-stylesheet href="{ELSEWHERE}"?>')),
    "elements 4,000 deep": ("explorer", in_picture("<g>" * 4000 + "</g>" * 4000)),
    "200,000 elements": ("explorer", in_picture("<g/>" * 200_000)),
    "a shape larger than the page": ("trace", covering),
    "classes in a word": ("trace", classes),
    "a window that ends before it begins": ("explorer", backwards),
    "a name that takes long to read": ("explorer", with_trait(state=LENGTHY)),
    "5 MB of state": ("explorer", with_trait(state={"selected": "x" * 5_000_000})),
    "a list of 100,000": ("explorer", in_facts(frames={str(i): "x" for i in range(100_000)})),
    "JSON 5,000 deep": ("explorer", in_facts(summary=DEEP)),
    "100 MB in 100 kB": ("explorer", with_trait(title=" " * 100_000_000)),
    "a tensor called __proto__": ("explorer", with_output("__proto__")),
    "a tensor called constructor": ("explorer", with_output("constructor")),
    "tables with a key __proto__": ("explorer", in_facts(__proto__={"forged": 1})),
    "a state without its types": ("explorer", with_trait(state={"selected": {"a": 1}, "open": 9})),
    "numbers that are markup": ("shapes", with_trait(state=dict.fromkeys(("step", "all"), MARKED))),
    "markup in all texts": ("explorer", all_marked),
    "markup in a question": ("question", all_marked),
    "answers that nobody gave": ("question", with_trait(answers=[{"__proto__": 1}, "1", None])),
    "a vote that nobody held": ("vote", with_trait(state={**VOTES, "ended": 2})),
    "a cover in place of another": ("explorer", with_trait(cover=f"{MARKED} $' {'x' * 9000}")),
    "facts of another kind": ("question", in_facts(kind="constructor", options="act()")),
}  # fmt: skip

ADDED = ("100 MB in 100 kB", "markup in all texts")
"""Those that are also tried in what a page adds before it saves."""


@cache
def stored(view: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The output of a view, data and metadata, as a kernel sends it."""
    x, y = np.eye(4), np.ones((4, 2))
    made = {
        "explorer": lambda: funclab.explore(twice()),
        "shapes": lambda: funclab.shapes(twice()),
        "trace": lambda: funclab.trace(twice(), x, y, loss="mse"),
        "question": lambda: ask("1.1"),
        "vote": lambda: vote("5.1"),
    }
    return made[view]()._repr_mimebundle_()


def forged(view: str, change: Change, place: str = "held") -> nbformat.NotebookNode:
    """An output with a view in which something was changed after it was stored; `place`: held, or
    since, for what a page adds before it saves."""
    data, metadata = copy.deepcopy(stored(view))
    traits = json.loads(zlib.decompress(base64.b64decode(metadata[MIME]["held"])))
    change(traits)
    text = json.dumps(traits).replace(f'"{DEEP}"', "[" * 5000 + "]" * 5000)
    packed = base64.b64encode(zlib.compress(text.encode())).decode()
    metadata[MIME][place] = packed
    data.pop(WIDGET)
    return nbformat.v4.new_output("display_data", data, metadata=metadata)


def without_view(svg: str, **changes: Any) -> nbformat.NotebookNode:
    """An output whose view cannot be read, with a still picture beside it."""
    data, _ = copy.deepcopy(stored("explorer"))
    data |= {"image/svg+xml": svg, **changes}
    data.pop("image/png")
    return nbformat.v4.new_output("display_data", data)


def outputs() -> dict[str, nbformat.NotebookNode]:
    """All forgeries, by what each of them is, or some of them are; the last one is none."""
    start = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="90" height="90">'
    endless, still = f'{start}<g id="u0"/>{USES}<use href="#u12"/></svg>', f"{start}{AREA}</svg>"
    named = [(name, part.replace("act()", f"act('{name}')")) for name, part in PARTS.items()]
    parts: dict[str, tuple[str, Change]] = {}
    for first in range(0, len(named), TOGETHER):
        names, markup = zip(*named[first : first + TOGETHER], strict=True)
        parts[", ".join(names)] = "explorer", in_picture("".join(markup))
    found = {name: forged(*forgery) for name, forgery in (parts | OTHERS).items()}
    later = {f"{name}, added since": forged(*OTHERS[name], "since") for name in ADDED}
    return (
        found
        | later
        | {
            "a still picture that acts": without_view(f"{start}<script>act()</script></svg>"),
            "a still picture without end": without_view(endless),
            "a script as a view": without_view(still, **{MIME: {"view": "../../../forged"}}),
            "a model of the page": without_view(still, **{WIDGET: {"model_id": "show 1.1"}}),
            "nothing": forged("explorer", lambda traits: None),
        }
    )


def write_forged(path: Path, chosen: dict[str, nbformat.NotebookNode]) -> Path:
    """A notebook with a forged output in each cell, and a line of code that must not run. The first
    cell has an element with the name of a global; and there is the state of a widget."""
    cells = [nbformat.v4.new_markdown_cell('<a id="funclab" name="funclab">Handed in.</a>')]
    cells += [
        nbformat.v4.new_code_cell(f"# {name}\nran = True", outputs=[output], execution_count=None)
        for name, output in chosen.items()
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "widgets": WIDGETS}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
    return path
