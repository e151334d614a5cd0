"""Slides of notebooks: where each begins, and what cannot be made into slides."""

from __future__ import annotations

import nbformat
import pytest
from nbconvert import SlidesExporter

from funclab.errors import FileError
from funclab.teach.commands import main
from funclab.teach.slides import slide_types, write_slides
from tests.lessons.lesson import LESSONS, numbered, tags

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=str)


@each_lesson
def test_a_lesson_says_of_every_cell_whether_it_begins_a_slide(lesson):
    said = [cell.metadata.slideshow.slide_type for cell in lesson.cells]

    assert said == slide_types(lesson.cells), f"python -m tools.lessons.refresh {lesson.path}"


@each_lesson
def test_questions_begin_a_slide_pictures_follow_and_captions_stay_with_them(lesson):
    said = {cell.id: cell.metadata.slideshow.slide_type for cell in lesson.cells}

    for cell in lesson.questions:
        asking, shown = lesson.after(cell)[:2]
        assert (said[cell.id], said[asking.id], said[shown.id]) == ("slide", "skip", "subslide")
        assert said[lesson.after(shown, "markdown")[0].id] == "-"
    assert {said[cell.id] for cell in lesson.exercises} <= {"slide", "subslide"}
    assert {said[cell.id] for cell in lesson.code if "exercise" in tags(cell)} <= {"-"}


def test_nbconvert_reads_the_same_slides_from_a_lesson():
    page, _ = SlidesExporter().from_notebook_node(numbered(5).notebook)
    kinds = [cell.metadata.slideshow.slide_type for cell in numbered(5).cells]

    assert page.count("</section>") == kinds.count("slide") * 2 + kinds.count("subslide")


def notebook(path, *sources):
    """A notebook of Markdown, in which nothing is said of slides."""
    cells = [nbformat.v4.new_markdown_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_a_notebook_that_says_nothing_of_slides_is_divided(tmp_path, capsys):
    path = notebook(tmp_path / "bees.ipynb", "# Bees & co", "Some text.", "*Figure 1. A bee.*")

    assert main(["slides", str(path), "--to", str(tmp_path / "bees.html")]) == 0

    page = (tmp_path / "bees.html").read_text(encoding="utf-8")
    assert "<title>Bees &amp; co</title>" in page
    assert page.count("</section>") == 3  # two slides within one group
    assert f"{tmp_path / 'bees.html'} is written." in capsys.readouterr().out


def test_the_slides_of_a_notebook_are_named_after_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert write_slides(notebook(tmp_path / "bees.ipynb", "text")).name == "bees.slides.html"


@pytest.mark.parametrize("content", [None, "no notebook", "{}"])
def test_what_is_not_a_notebook_is_refused(content, tmp_path):
    path = tmp_path / "odd.ipynb"
    if content is not None:
        path.write_text(content)

    with pytest.raises(FileError, match=r"odd\.ipynb"):
        write_slides(path)
