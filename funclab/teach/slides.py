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
# The cells as nbconvert draws them, in sections; the script shows one section at a time, as large
# as the window allows. What is larger than 1280 x 720 is scaled down.
PAGE = """
{%- extends 'reveal/base.html.j2' -%}
{%- block header -%}
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light">
<title>{{ nb.metadata.get('title', resources['metadata']['name']) | escape_html }}</title>
{% for css in resources.inlining.css %}<style>{{ css }}</style>{% endfor %}
{{ resources.include_css("static/index.css") }}{{ resources.include_css("static/theme-light.css") }}
<style>
:root { --jp-content-font-size1: 26px; --jp-code-font-size: 19px; color-scheme: light }
body { margin: 0; background: white; overflow: hidden }
body.jp-Notebook { padding: 0 }
section section { display: none; position: absolute; transform-origin: 0 0 }
section section.now { display: block }
.jp-RenderedHTMLCommon table { font-size: 20px }
.tall { display: flex; gap: 24px; align-items: flex-start }
.tall .jp-Cell-inputWrapper { flex: 1; min-width: 0; width: auto }
.tall .jp-Cell-outputWrapper { flex: none; width: max-content }
.tall .jp-OutputArea-child, .tall .jp-OutputArea-output { width: max-content }
.tall .jp-Cell-inputWrapper pre { white-space: pre-wrap }
.jp-Collapser, a.anchor-link { display: none }
#number { position: fixed; right: 12px; bottom: 6px; font: 16px system-ui; color: #555 }
@media print {
  body { overflow: visible }
  section section { display: block; position: static; break-after: page; zoom: 0.7 }
}
</style></head>
{%- endblock header -%}
{%- block body_header -%}<body class="jp-Notebook" data-jp-theme-light="true"><main>{%- endblock -%}
{%- block data_svg scoped -%}
<div class="jp-RenderedSVG jp-OutputArea-output">{{ output.data['image/svg+xml'] }}</div>
{%- endblock -%}
{%- block body_footer -%}
</main><div id="number" aria-live="polite"></div>
<script>
const slides = [...document.querySelectorAll("section section")];
const WIDTH = 1280, HEIGHT = 720, MARGIN = 32;
for (const svg of document.querySelectorAll(".jp-RenderedSVG svg")) {
  const [width, height] = [svg.width.baseVal.value, svg.height.baseVal.value];
  const tall = height > 0.7 * width;  // its code goes beside it
  const most = { x: tall ? 800 : WIDTH - 2 * MARGIN, y: tall ? 600 : 480 };
  svg.style.width = `${width * Math.min(1.6, most.x / width, most.y / height)}px`;
  svg.style.height = "auto";
  svg.closest(".jp-Cell").classList.toggle("tall", tall);
}
let at = Math.max(0, Number(location.hash.slice(1)) - 1);

function fit() {
  const slide = slides[at], window_scale = Math.min(innerWidth / WIDTH, innerHeight / HEIGHT);
  const place = (scale) => {
    slide.style.width = `${(WIDTH - 2 * MARGIN) / scale}px`;
    slide.style.transform = `translate(${MARGIN * window_scale}px, ${MARGIN * window_scale}px) `
      + `scale(${scale * window_scale})`;
    return Math.min((HEIGHT - 2 * MARGIN) / slide.scrollHeight,
      (WIDTH - 2 * MARGIN) / scale / slide.scrollWidth);
  };
  for (let scale = 1; place(scale) < scale && scale > 0.2;) scale *= 0.97;
}

function show(to) {
  slides[at].classList.remove("now");
  at = Math.min(Math.max(to, 0), slides.length - 1);
  slides[at].classList.add("now");
  document.getElementById("number").textContent = `${at + 1} / ${slides.length}`;
  history.replaceState(null, "", `#${at + 1}`);
  fit();
}

const answers = () => slides[at].querySelectorAll("details");
const KEYS = {
  ArrowRight: () => show(at + 1), PageDown: () => show(at + 1), " ": () => show(at + 1),
  ArrowLeft: () => show(at - 1), PageUp: () => show(at - 1),
  Home: () => show(0), End: () => show(slides.length - 1),
  a: () => { answers().forEach((one) => { one.open = !one.open; }); fit(); },
};
addEventListener("keydown", (event) => {
  if (!KEYS[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  KEYS[event.key]();
});
addEventListener("resize", fit);
document.addEventListener("toggle", fit, true);
at = Math.min(at, slides.length - 1);
show(at);
</script></body></html>
{%- endblock -%}
{%- block footer -%}{%- endblock -%}
"""


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
    exporter = SlidesExporter(raw_template=PAGE)
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
