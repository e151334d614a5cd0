"""Run every lesson and write it as a page: `python -m tools.lessons.render build/lessons`.

The pages need nothing from the network: the pictures are in them, live widgets are left out.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path
from time import perf_counter

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

LESSONS = Path(__file__).resolve().parents[2] / "notebooks"

# Notebook pages as nbconvert writes them, without the scripts it would fetch from elsewhere, and
# with the pictures in the page itself: there they have names, themes and a width that fits. What a
# question covers is folded.
PAGE = """
{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js_requirejs -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block data_svg scoped -%}
{%- set cover = output.metadata.get('application/vnd.funclab.view+json', {}).get('cover') -%}
<div class="jp-RenderedSVG jp-OutputArea-output {{ extra_class }}">
{%- if cover -%}
<details><summary>Question {{ cover }} comes first: answer it above.</summary>
{%- endif -%}
{{ output.data['image/svg+xml'] }}
{%- if cover -%}</details>{%- endif -%}
</div>
{%- endblock -%}
"""
INDEX = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>funclab lessons</title>
<style>:root{{color-scheme:light dark}} body{{font:1.1rem/1.6 system-ui;margin:3rem}}</style>
<h1>funclab lessons</h1>
<ol>{}</ol>
</html>
"""


def run(path: Path) -> nbformat.NotebookNode:
    """The lesson with fresh outputs; a cell that fails ends the program with its traceback."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": path.parent}}).execute()
    # With the state of its widgets a page would ask the network for their scripts.
    notebook.metadata.pop("widgets", None)
    return notebook


def title(notebook: nbformat.NotebookNode, path: Path) -> str:
    first = notebook.cells[0].source.splitlines() if notebook.cells else []
    return first[0].lstrip("# ") if first and first[0].startswith("# ") else path.stem


def page_of(notebook: nbformat.NotebookNode) -> str:
    """A lesson as a page that needs no scripts."""
    return HTMLExporter(raw_template=PAGE).from_notebook_node(notebook)[0]


def render(path: Path, folder: Path) -> str:
    """Write one page; returns its entry in the list of lessons."""
    start = perf_counter()
    notebook = run(path)
    notebook.metadata["title"] = title(notebook, path)
    page = page_of(notebook)
    target = folder / f"{path.stem}.html"
    target.write_text(page, encoding="utf-8")
    print(f"{target}  {perf_counter() - start:.1f} s", flush=True)
    return f'<li><a href="{target.name}">{escape(notebook.metadata["title"])}</a></li>'


def main(folder: Path, lessons: list[Path]) -> int:
    if not lessons:
        print(f"There are no lessons in {LESSONS}.", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    entries = [render(path, folder) for path in lessons]
    (folder / "index.html").write_text(INDEX.format("\n".join(entries)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    chosen = [Path(name) for name in sys.argv[2:]] or sorted(LESSONS.glob("*.ipynb"))
    sys.exit(main(Path(sys.argv[1]), chosen))
