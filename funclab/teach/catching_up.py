"""`catch_up`: bring the session to any section of a lesson, in one line."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

from funclab.errors import FileError, NameLookupError
from funclab.files import json_lines
from funclab.registry import near
from funclab.teach.course import ORDER, prefix, written
from funclab.training import fitting
from funclab.view.notebook import runs

PACKAGE = Path(__file__).resolve().parents[1]
FOLDERS = (PACKAGE / "notebooks", PACKAGE.parent / "notebooks")
"""Where lessons are: in an installed package, and in a clone."""
LARGEST = 2**28
"""The bytes that a notebook may have, with all its pictures."""
SHOWN_ONLY = {"ask", "edit", "exercise", "fails", "keras"}
"""The tags of cells that leave nothing behind, or that change what `import keras` means."""


def catch_up(
    lesson: int | str, section: str | None = None, *, names: MutableMapping[str, Any] | None = None
) -> None:
    """Run everything a lesson runs before a section, without pictures, and list what is defined.

    For a student who is late, or a session that broke. The cells are those of the lesson that came
    with funclab, whatever was changed in the notebook; variables of the same names are replaced.

    `lesson`: its number or name. `section` (text or None): the name of the section to begin with,
    as the lesson has it; None for the end of the lesson. `names` (dict or None): where the
    variables go; unless given, into the notebook.

    Raises: NameLookupError for an unknown lesson or section.
    """
    cells = cells_before(lesson, section)
    target: Any = runs.names() if names is None else names
    before = dict(target)
    with quietly():
        for source in cells:
            exec(compile(source, f"<lesson {lesson}>", "exec"), target)
    own = [key for key in target if key[0] != "_" and before.get(key, before) is not target[key]]
    told = [key for key in own if not callable(target[key]) or hasattr(target[key], "name")]
    where = f"before “{section}”" if section else "at its end"
    print(f"Lesson {lesson}, {where}. Here now: {', '.join(told)}.")


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Within the block, cells print nothing, and training is not drawn."""
    live, fitting.live_by_default = fitting.live_by_default, False
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        fitting.live_by_default = live


def cells_before(lesson: int | str, section: str | None) -> list[str]:
    """The sources of the cells that a lesson runs before a section, without magics.

    Raises: NameLookupError for an unknown lesson or section.
    """
    names = sections(lesson)
    if section is not None and section not in names:
        raise NameLookupError(
            f"Lesson {lesson} has no section {section!r}{near(str(section), names)}.",
            why=f"its sections are {', '.join(names)}.",
            fix=f'write for example teach.catch_up({written(lesson)}, "{names[-1]}").',
        )
    sources = []
    for cell in cells_of(lesson):
        facts = cell["metadata"].get("funclab", {})
        if section is not None and facts.get("section") == section:
            break
        if cell["cell_type"] == "code" and not SHOWN_ONLY & {*cell["metadata"].get("tags", [])}:
            sources.append(without_magics("".join(cell["source"])))
    return sources


def without_magics(source: str) -> str:
    """The lines of a cell that are Python."""
    return "\n".join(line for line in source.splitlines() if not line.startswith(("%", "!")))


def sections(lesson: int | str) -> list[str]:
    """The names of a lesson's sections, in order."""
    names = [cell["metadata"].get("funclab", {}).get("section") for cell in cells_of(lesson)]
    return [name for name in names if name]


def cells_of(lesson: int | str) -> list[dict[str, Any]]:
    """The cells of a lesson as they are in its file.

    Raises: NameLookupError for an unknown lesson.
    """
    files = lesson_files()
    if lesson not in files:
        raise NameLookupError(
            f"There is no lesson {lesson!r} here.",
            why=f"the lessons that came with funclab are {', '.join(map(str, files))}.",
            fix="give the number or the name of one of them.",
        )
    return notebook(files[lesson])["cells"]


def lesson_files() -> dict[int | str, Path]:
    """The notebooks of the lessons that came with funclab, by number or name, in order."""
    return {
        number: path
        for number in ORDER
        for folder in reversed(FOLDERS)
        for path in folder.glob(f"{prefix(number)}_*.ipynb")
    }


def notebook(path: Path) -> dict[str, Any]:
    """The content of a notebook.

    Raises: FileError for a file that does not exist, or is something else.
    """
    content: Any = None
    try:
        content = json_lines.parsed(json_lines.read(path, LARGEST))
        why = "" if _is_notebook(content) else "it is not a list of cells with source and metadata"
    except OSError as error:
        why = str(error)
    except json_lines.Unusable as error:
        why = f"it {error}"
    if why:
        raise FileError(
            f"{str(path)!r} was not read as a notebook.",
            why=f"{why}.",
            fix="correct the path; a notebook that is damaged can be opened with a text editor.",
        )
    return content


def _is_notebook(content: Any) -> bool:
    well = isinstance(content, dict) and isinstance(content.get("cells"), list)
    well = well and isinstance(content.get("metadata"), dict)
    well = well and type(content.get("nbformat_minor", 0)) is int
    return well and all(map(_is_cell, content["cells"]))


def _is_cell(cell: Any) -> bool:
    if not isinstance(cell, dict) or not isinstance(cell.get("metadata"), dict):
        return False
    facts, source = cell["metadata"], cell.get("source")
    dicts = [facts.get("nbgrader", {}), facts.get("funclab", {})]
    texts = [cell.get("cell_type"), *(source if isinstance(source, list) else [source])]
    texts += [cell.get("id") or ""]
    return all(isinstance(one, dict) for one in dicts) and all(isinstance(x, str) for x in texts)
