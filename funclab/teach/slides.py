"""Lessons as slides: `funclab slides NOTEBOOK` writes a page that needs no network.

The notebook says which cells begin a slide, in the form that `jupyter nbconvert --to slides` reads
too; a notebook that does not say so is divided by the same rules as the lessons.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from funclab.errors import MissingPackageError
from funclab.teach.catching_up import notebook

PICTURES = {"image/svg+xml", "image/png"}
PAGE = Path(__file__).with_name("slides.html.j2")


def write_slides(path: Path, target: Path | None = None) -> Path:
    """Write a notebook as slides; returns the file.

    Arrows, PageUp and PageDown (a clicker) change slides, A opens the answer to a question. The
    outputs are those saved in the notebook.

    `path`: the notebook. `target` (path or None): the file to write; unless given, the name of the
    notebook with the extension .slides.html, in the working folder.

    Raises: FileError for a file that is not a notebook; MissingPackageError without nbconvert.
    """
    content = notebook(path)
    cells = content["cells"]
    if not any(cell["metadata"].get("slideshow") for cell in cells):
        divide(cells)
    content.setdefault("metadata", {})["title"] = title_of(cells) or path.stem
    page, _ = exporter_of_slides().from_file(io.StringIO(json.dumps(content)))
    written = target or Path(f"{path.stem}.slides.html")
    written.write_text(page, encoding="utf-8")
    return written


def exporter_of_slides() -> Any:
    """The exporter that draws the cells.

    Raises: MissingPackageError without nbconvert.
    """
    try:
        from nbconvert import SlidesExporter
    except ImportError:
        raise MissingPackageError(
            "Slides cannot be made: nbconvert is missing here.",
            why="nbconvert draws the cells of a notebook.",
            fix="type pip install 'funclab[lab]'.",
        ) from None
    exporter = SlidesExporter(raw_template=PAGE.read_text(encoding="utf-8"))
    exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    return exporter


def title_of(cells: Sequence[Any]) -> str:
    first = "".join(cells[0]["source"]).partition("\n")[0] if cells else ""
    return first.removeprefix("# ") if first.startswith("# ") else ""


def divide(cells: Sequence[Any]) -> None:
    """Write into each cell of a notebook whether it begins a slide, in nbconvert's form."""
    for cell, kind in zip(cells, slide_types(cells)):
        cell["metadata"]["slideshow"] = {"slide_type": kind}


def slide_types(cells: Sequence[Any]) -> list[str]:
    """For each cell: "slide" or "subslide" if it begins one, "-" if it belongs to the previous one,
    "skip" if it is on no slide.

    >>> text, code = ({"cell_type": kind, "metadata": {}, "source": "# A"} for kind in
    ...               ("markdown", "code"))
    >>> slide_types([text, text, code])
    ['slide', 'slide', '-']
    """
    kinds: list[str] = []
    for i, cell in enumerate(cells):
        introduced = i > 1 and kinds[-1] in ("slide", "subslide") and is_text(cells[i - 1])
        kinds.append(_slide_type(cell, introduced) if i else "slide")
    return kinds


def is_text(cell: Any) -> bool:
    return cell["cell_type"] == "markdown"


def _slide_type(cell: Any, introduced: bool) -> str:
    """The type of one cell; `introduced` if a text before it begins a slide."""
    facts, tags = cell["metadata"].get("funclab", {}), {*cell["metadata"].get("tags", [])}
    source = "".join(cell["source"])
    if is_text(cell):
        if source.startswith("*Figure"):  # a caption
            return "-"
        return "slide" if source.startswith("#") or "question" in facts else "subslide"
    if tags & {"ask", "recall"}:  # these ask by key, which a slide cannot do
        return "skip"
    drawn = any(PICTURES & {*output.get("data", {})} for output in cell.get("outputs", []))
    return "-" if introduced and ("exercise" in tags or not drawn) else "subslide"
