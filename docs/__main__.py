"""Build the site: `python -m docs build/site`, with `build/lite` as the part that runs.

Handwritten pages are in `docs/pages`; the others are generated here from lessons, errors,
docstrings and models of the gallery. Sphinx then makes HTML of them, and must not warn.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from docs import errors, gallery, home, keras, lessons, offline, opened, reference, runs, stored
from funclab.view.draw.theme import style_sheet

HERE = Path(__file__).parent
ROOT = HERE.parent
MADE: dict[str, Callable[[], dict[str, str]]] = {
    "lessons": lessons.pages,
    "gallery": gallery.pages,
    "reference": reference.alive,
    "errors": errors.pages,
    "keras": keras.pages,
}
"""The folders of pages that are made, and what makes the text of each, by its path there."""


def main(folder: Path) -> None:
    source = folder.parent / f"{folder.name}-source"
    shutil.rmtree(source, ignore_errors=True)
    os.environ["FUNCLAB_PROGRESS"] = "off"  # exercises are tried here that nobody solves
    write(source)
    shutil.rmtree(folder, ignore_errors=True)
    settings = ["--builder=html", "--fail-on-warning", "--keep-going", "--quiet", f"--jobs={JOBS}"]
    sphinx = [sys.executable, "-m", "sphinx", *settings]
    if subprocess.run([*sphinx, str(source), str(folder)], cwd=ROOT).returncode:
        sys.exit("The build of the site failed, or warned of something.")
    offline.fill(folder)
    if (lite := folder.parent / "lite").is_dir():
        shutil.copytree(lite, folder / "lite")
    print(f"{folder / 'index.html'}: {len(list(folder.rglob('*.html')))} pages")


IMAGES = "../../notebooks/images/"
JOBS = os.cpu_count() or 1


def write(source: Path) -> None:
    """Every page of the site, as Sphinx reads them."""
    shutil.copytree(HERE / "pages", source)
    for page in source.glob("*.md"):  # in the repository, pictures lie elsewhere
        page.write_text(page.read_text("utf-8").replace(IMAGES, "images/"), encoding="utf-8")
    shutil.copy(HERE / "conf.py", source)
    shutil.copytree(ROOT / "notebooks" / "images", source / "images")
    (source / "_static" / "pictures.css").write_text(style_sheet(), encoding="utf-8")
    stored.write_scripts(source / "_static" / "views")
    (source / "teaching.md").write_text(guide(), encoding="utf-8")
    (source / "drop.md").write_text(opened.page(), encoding="utf-8")
    (source / "runs.md").write_text(runs.page(), encoding="utf-8")
    (source / "_static" / "apart").mkdir()
    for path, text in home.pages().items():
        (source / path).write_text(text, encoding="utf-8")
    for name, make in MADE.items():
        (source / name).mkdir()
        for path, text in make().items():
            (source / name / path).write_text(text, encoding="utf-8")


def guide() -> str:
    """The teacher's guide, which lies beside the lessons."""
    text = (ROOT / "notebooks" / "teaching.md").read_text(encoding="utf-8")
    here = "the lessons in this folder"
    assert here in text
    return text.replace(here, "the [lessons](lessons/index.md)")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
