"""The lessons that are installed with funclab come along into a folder of one's own."""

from __future__ import annotations

from funclab.teach.commands import lab


def test_lessons_that_were_installed_are_copied_and_replace_nothing(tmp_path, monkeypatch, capsys):
    installed, own = tmp_path / "installed", tmp_path / "own"
    monkeypatch.setattr(lab, "PACKAGE", installed)
    own.mkdir()
    assert not lab.bring_lessons(own) and not (own / "notebooks").exists()
    (installed / "notebooks").mkdir(parents=True)
    for name in ("01_first.ipynb", "02_second.ipynb"):
        (installed / "notebooks" / name).write_text("as installed")
    (own / "notebooks").mkdir()
    (own / "notebooks" / "02_second.ipynb").write_text("my own")

    assert lab.bring_lessons(own)

    copied = {file.name: file.read_text() for file in (own / "notebooks").iterdir()}
    assert copied == {"01_first.ipynb": "as installed", "02_second.ipynb": "my own"}
    assert capsys.readouterr().out == f"The lessons are in {own / 'notebooks'}\n"
    assert lab.first_lesson(tmp_path, own) == (own, "notebooks/01_first.ipynb")
