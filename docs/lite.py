"""Build the lessons as a site that runs in the browser: `python -m docs.lite build/lite`.

A JupyterLite site is static files: JupyterLab, the lessons, funclab's extension for stored views,
and the wheels that its Python needs. That Python is Pyodide, which the page fetches from the
network when a notebook is opened, with NumPy and Pillow; or, if a second folder has its files
(`docs.pyodide`), from beside the page. A service worker keeps all that was loaded once.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from html import escape
from importlib.metadata import version
from pathlib import Path

import nbformat

from docs import pyodide
from funclab import __version__
from funclab.view.notebook import labextension
from tests.view.gallery import built

ROOT = Path(__file__).resolve().parents[1]
PURE = ("anywidget", "comm", "graphviz", "ipywidgets", "jupyterlab_widgets", "psygnal")
"""The pure packages that funclab needs in a browser, and those that they need, without those that
Pyodide has (NumPy, Pillow, IPython, traitlets, typing_extensions). Each in the version whose
scripts the site brings."""
FIRST_CELL = """\
# In the browser only: fetch funclab, and keep your answers among the files on the left.
%pip install -q funclab
import os
os.environ["FUNCLAB_PROGRESS"] = "progress.json"
"""
CHECK = (
    """\
# Does my notebook run?

Drop a notebook or a Python file on the list of files on the left, write its name below, and run
both cells. It is read, not run, and stays in this browser.""",
    """\
from funclab.keras2.will_it_run import will_it_run

will_it_run("01_what_does_a_call_build.ipynb")     # the name of your file""",
)
"""What the notebook has that checks a program, after the first cell."""
PLAYGROUND = (
    """\
# The playground

Run both cells, the first of which fetches funclab. Press *Run* in the picture; change its layers,
units or data, and train again.""",
    """\
import funclab

funclab.playground(data="spirals", seed=3)""",
)
DROPPED = (
    """\
# The model that was dropped

Run these cells, the first of which fetches funclab. The picture has all that the model's file says
of its structure; its weights are new. Press `e` in it to edit the model.""",
    """\
import funclab
from funclab.models import model_from_json

with open("dropped_model.json", encoding="utf-8") as file:
    model = model_from_json(file.read())
funclab.explore(model)""",
)
MORE = {"will_it_run": CHECK, "playground": PLAYGROUND, "dropped_model": DROPPED}
"""Notebooks beside the lessons: what they have after the first cell."""
KERNEL = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
FOR_BROWSERS = ("--platform=any", "--implementation=py", "--abi=none", "--python-version=3.14")
SETTINGS = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "appName": "funclab",
        "contentsStorageName": "funclab",  # docs/drop/notebook.js leaves a model there
        "defaultKernelName": "python",
        "enableServiceWorkerCache": "true",  # what was loaded once is there at the next visit
    },
}


TEXTS = {
    "missing": "Python could not be fetched: there is no network, or the address is blocked. "
    "Reload this page when there is one. Stored pictures answer clicks meanwhile.",
    "died": "Python has stopped: it broke down, perhaps because memory ran out. Choose Kernel, "
    "then Restart Kernel, and run the cells again. Your files and answers are kept.",
    "close": "Close",
}
"""What a page says when the browser's Python cannot be had, or is lost."""


def main(folder: Path, python: Path | None = None) -> None:
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        write_contents(work / "contents")
        get_wheels(work / "wheels")
        if python:
            size = pyodide.pack(python, work / "static" / "pyodide")
            print(f"Pyodide {pyodide.VERSION} is packed beside the site: {size / 1e6:.0f} MB")
        (work / "jupyter-lite.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
        # Each extension of this environment becomes part of the site: ours as it is in the source.
        labextension.write(Path(sys.prefix, labextension.FOLDER), __version__)
        shutil.rmtree(folder, ignore_errors=True)
        build(work, folder.resolve())
        tell_of_deaths(folder)


def write_contents(folder: Path) -> None:
    """Every lesson, with a first cell that gets funclab there."""
    folder.mkdir()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        lesson = nbformat.read(path, as_version=4)
        write_notebook(lesson, folder / path.name)
    for name, (text, code) in MORE.items():
        cells = [
            nbformat.v4.new_markdown_cell(text, id="what"),
            nbformat.v4.new_code_cell(code, id="check"),
        ]
        write_notebook(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")
    # Until a model is dropped, its notebook shows another one.
    (folder / "dropped_model.json").write_text(built("siamese").to_json(), encoding="utf-8")


def write_notebook(notebook: nbformat.NotebookNode, path: Path) -> None:
    notebook.metadata.kernelspec = KERNEL
    notebook.cells.insert(0, nbformat.v4.new_code_cell(FIRST_CELL.rstrip(), id="in-the-browser"))
    for cell in notebook.cells:
        cell.metadata.trusted = True  # this project's own: JupyterLab shows all stored outputs
    # nbformat would leave the trust out.
    path.write_text(json.dumps(notebook), encoding="utf-8")


def get_wheels(folder: Path) -> None:
    """funclab's own wheel, made anew, and the pure packages that it needs."""
    own = ["--no-deps", "--no-build-isolation", f"--wheel-dir={folder}", str(ROOT)]
    subprocess.run([*PIP, "wheel", *own], check=True)
    pinned = [f"{package}=={version(package)}" for package in PURE]
    options = ["--no-deps", "--only-binary=:all:", f"--dest={folder}", *FOR_BROWSERS]
    subprocess.run([*PIP, "download", *options, *pinned], check=True)


def build(work: Path, folder: Path) -> None:
    """Run JupyterLite's own builder; ends the program if it warns of anything."""
    command = [
        *(sys.executable, "-m", "jupyterlite_core", "build", "--apps=lab", "--no-sourcemaps"),
        "--no-libarchive",  # Python itself unpacks as well
        *("--no-unused-shared-packages", f"--lite-dir={work}", "--contents=contents"),
        *(f"--output-dir={folder}", *(f"--piplite-wheels={w}" for w in work.glob("wheels/*.whl"))),
    ]
    run = subprocess.run(command, cwd=work, capture_output=True, text=True)
    said = run.stdout + run.stderr
    if run.returncode or "warning" in said.lower():
        sys.exit(f"{said}\nThe build of JupyterLite failed, or warned of something.")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {size / 1e6:.0f} MB; python -m http.server --directory {folder} serves it")


def tell_of_deaths(folder: Path) -> None:
    """Have pages say when the browser's Python cannot be had or is lost: JupyterLite does not."""
    scripts = Path(__file__).parent / "kernel"
    page, texts = folder / "lab" / "index.html", escape(json.dumps(TEXTS))
    script = f'<script data-texts="{texts}">{(scripts / "page.js").read_text("utf-8")}</script>'
    put_before(page, "<script", script)
    workers = [*folder.glob("extensions/@jupyterlite/pyodide-kernel-extension/static/*.worker.*js")]
    assert workers, "the browser's Python runs in a worker"
    for worker in workers:
        put_before(worker, "", (scripts / "worker.js").read_text("utf-8"))


def put_before(path: Path, mark: str, text: str) -> None:
    """Write something before the first place in a file that has this mark."""
    whole = path.read_text("utf-8")
    at = whole.index(mark)
    path.write_text(whole[:at] + text + whole[at:], encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
