"""The lessons as pages, with the outputs they are kept with; lines in order are judged there."""

from __future__ import annotations

import base64
import json
import re
import zlib
from html import escape
from typing import Any

import nbformat

from docs.arranged import judged, variables_before
from docs.stored import as_output, raw
from docs.thumbs import VIEW, cards, link, named_once, on_binder
from funclab.view.live.view import compressed
from tools.lessons.render import LESSONS


def pages() -> dict[str, str]:
    """Each lesson by its file's name, and a list of them."""
    paths = sorted(LESSONS.glob("*.ipynb"))
    notebooks = {path: nbformat.read(path, as_version=4) for path in paths}
    names = "\n".join(path.stem for path in paths)
    listed = raw(cards(paths))
    index = f"# Lessons\n\n{INTRODUCTION}\n\n{listed}\n\n```{{toctree}}\n:hidden:\n{names}\n```\n"
    return {
        "index.md": index,
        **{path.name: nbformat.writes(page(n, path.name)) for path, n in notebooks.items()},
    }


INTRODUCTION = """\
These are the lessons as they look after they have run. Pictures can be clicked here, questions be
answered, and lines be put in order and checked. In the browser, on Binder or on your own machine
you also run the code, and write the lines of the other exercises: see [](../ways.md)."""


def page(notebook: Any, name: str) -> Any:
    """A lesson as Sphinx takes it: pictures in the page itself, where they follow its theme."""
    notebook.metadata.language_info = {"name": "python", "pygments_lexer": "ipython3"}
    first = notebook.cells[0]
    heading, _, rest = first.source.partition("\n")
    first.source = f"{heading}\n\n{link(name, 'Run it in the browser')}{on_binder(name)}\n{rest}"
    judge_arrangements(notebook)
    for cell in notebook.cells:
        cell.setdefault("metadata", {}).pop("tags", None)
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"] = still(output)
    return notebook


def judge_arrangements(notebook: Any) -> None:
    """Keep the verdicts on all programs in exercises of lines to put in order."""
    for cell in notebook.cells:
        called = re.fullmatch(r'arrange\("([\w.]+)"\)', cell.source)
        if called is None or not cell.get("outputs"):
            continue
        facts = judged(called[1], variables_before(notebook.cells, called[1]))
        if facts is not None:
            kept = cell.outputs[0].metadata[VIEW]
            traits = unpacked(kept["held"])
            kept["held"] = compressed(traits | {"facts": traits["facts"] | facts})


def unpacked(held: str) -> dict[str, Any]:
    """The traits that a notebook keeps of a view."""
    return json.loads(zlib.decompress(base64.b64decode(held)))


def still(output: Any) -> dict[str, str]:
    """What a page shows of an output: its view, or its picture, covered or not, or its text."""
    data = output["data"]
    if svg := data.get("image/svg+xml"):
        cover = output.get("metadata", {}).get(VIEW, {}).get("cover")
        picture = f'<div class="picture">{named_once(svg)}</div>'
        summary = f"Question {escape(cover or '')} comes first: answer it for yourself."
        folded = f"<details><summary>{summary}</summary>{picture}</details>"
        html = as_output(output, VIEW, folded if cover else picture) if VIEW in data else picture
        return {"text/html": html, "text/plain": data["text/plain"]}
    if html := data.get("text/html"):
        return {**data, "text/html": re.sub(r'(href="\w+)\.ipynb', r"\1.html", html)}
    return {"text/plain": data["text/plain"]}
