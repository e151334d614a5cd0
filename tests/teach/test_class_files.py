"""The files of a class: one that is not used as it is has a sentence, and none stops the others."""

from __future__ import annotations

import json
import os
import re
from html.parser import HTMLParser

import pytest

from funclab.errors import ArgumentError, FileError
from funclab.files import json_lines
from funclab.teach import Class
from funclab.teach.records.handing_in import HandedIn, in_minutes
from tests.teach.classes import MORNING

NEVER_OLD = 10**6


def answers(token: str, *options: int, question: str = "5.1") -> list[dict]:
    """Entries of a student with this token: the n-th answers question 5.n."""
    return [
        {
            "version": 2, "id": f"{token}-{i}", "at": MORNING + 60 * i, "kind": "answer",
            "question": f"5.{i}", "option": option, "try": 1,
        }
        for i, option in enumerate(options, 1)
    ]  # fmt: skip


def write(folder, name: str, code: str, entries: list[dict]) -> str:
    """Write a file for a class; returns its text."""
    handed_in = HandedIn(code, tuple(in_minutes(entries)))
    handed_in.save(folder / name)
    return handed_in.text


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "exports"
    path.mkdir()
    return path


def read(folder, **settings) -> Class:
    return Class(folder, keep=NEVER_OLD, **settings)


def first_counts(room: Class, question: str = "5.1") -> list[int]:
    [row] = [row for row in room.items() if row["question"] == question]
    return row["first"]


def test_a_cut_file_keeps_its_whole_entries(folder):
    text = write(folder, "a.json", "m94", answers("a" * 12, 1, 2, 0))
    (folder / "a.json").write_text(text[: text.rindex('"question"')])

    room = read(folder)

    assert [student.code for student in room.students] == ["m94"]
    assert [row["question"] for row in room.items()] == ["5.1", "5.2"]
    assert len(room.notes) == 1 and "a.json is damaged" in room.notes[0]


def test_a_changed_entry_does_not_count_and_the_others_do(folder):
    text = write(folder, "a.json", "m94", answers("a" * 12, 1, 2))
    (folder / "a.json").write_text(text.replace('"option": 2', '"option": 3'))

    room = read(folder)

    assert [row["question"] for row in room.items()] == ["5.1"]
    assert len(room.notes) == 1 and "was changed" in room.notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("{}", "has no version"),
        ("[]", "is not an object"),
        ("null", "is not an object"),
        ("\x00\xff", "is not JSON"),
        ("[" * 100_000, "nested"),
        ('{"version": 9, "entries": []}', "newer version"),
        ('{"cells": [], "nbformat": 4}', "has no version"),
        ('{"version": 2, "entries": [1, "x", null, {"kind": 5}]}', "not a record"),
        ('{"version": 1, "answers": [{"question": "5.1", "option": NaN}]}', "no valid 'option'"),
        ('{"version": 1, "answers": [{"question": "5.1", "option": 1e999}]}', "no valid 'option'"),
    ],
)
def test_what_is_no_file_of_progress_has_one_sentence(folder, text, said):
    write(folder, "good.json", "m94", answers("a" * 12, 1))
    (folder / "other.json").write_text(text, encoding="latin-1")

    room = read(folder)

    assert first_counts(room) == [0, 1, 0, 0]
    assert len(room.notes) == 1
    assert room.notes[0].startswith("other.json") and said in room.notes[0]


def test_a_huge_file_a_folder_a_pipe_and_another_kind_stop_nothing(folder):
    write(folder, "good.json", "m94", answers("a" * 12, 1))
    (folder / "huge.json").write_text(" " * (2**20 + 1))
    (folder / "folder.json").mkdir()
    os.mkfifo(folder / "pipe.json")
    (folder / "gone.json").symlink_to(folder / "nowhere")
    (folder / "essay.docx").write_text("")
    (folder / ".DS_Store").write_text("")

    room = read(folder)

    assert first_counts(room) == [0, 1, 0, 0]
    assert room.notes == [
        "gone.json was not read: No such file or directory.",
        "huge.json was not read: is larger than 1 MB.",
        "pipe.json was not read: It is not a file.",
        "1 other file is not read: essay.docx.",
    ]


def test_files_in_folders_of_students_are_read_and_links_to_folders_are_not(folder, tmp_path):
    for name in ("ann", "bob"):
        (folder / name).mkdir()
        write(folder / name, "me.json", name[0], answers(name[0] * 12, 1))
    (folder / "loop").symlink_to(folder)

    assert [student.code for student in read(folder).students] == ["a", "b"]


def test_a_later_export_of_a_student_replaces_the_earlier_one(folder):
    write(folder, "me.json", "m94", answers("a" * 12, 1))
    write(folder, "me (1).json", "m94", answers("a" * 12, 1, 2))

    room = read(folder)

    assert len(room.students) == 1
    assert first_counts(room) == [0, 1, 0, 0] and first_counts(room, "5.2") == [0, 0, 1, 0]
    assert room.notes == ["me.json repeats what is in me (1).json: both count once, as m94."]


def test_one_students_work_under_two_codes_counts_once(folder):
    write(folder, "a.json", "m94", answers("a" * 12, 1, 2))
    write(folder, "b.json", "k20", answers("a" * 12, 1))

    room = read(folder)

    assert [student.code for student in room.students] == ["m94"]
    assert len(room.notes) == 1 and "has the code k20, but repeats" in room.notes[0]


def test_two_students_with_one_code_stay_two(folder):
    write(folder, "a.json", "m94", answers("a" * 12, 1))
    write(folder, "b.json", "m94", answers("b" * 12, 1))

    room = read(folder)

    assert [student.code for student in room.students] == ["m94", "m94~1"]
    assert first_counts(room) == [0, 2, 0, 0] and len(room.notes) == 1


def test_who_has_no_code_and_who_chose_anothers_are_counted_apart(folder):
    for name, code in (
        ("a", "m94"),
        ("b", "m94"),
        ("c", ""),
        ("d", "k20"),
        ("e", "k20"),
        ("f", ""),
    ):
        write(folder, f"{name}.json", code, answers(name * 12, 1))

    codes = [student.code for student in read(folder).students]

    assert codes == ["k20", "k20~1", "m94", "m94~1", "no code 1", "no code 2"]


def test_two_students_without_codes_and_times_stay_two_though_one_did_what_the_other_did(folder):
    both = [{"question": "5.1", "option": 1}, {"question": "5.2", "option": 0}]
    for name, answered in (("a.json", both), ("b.json", both[:1])):
        (folder / name).write_text(json.dumps({"version": 1, "answers": answered}))

    assert first_counts(read(folder)) == [0, 2, 0, 0]


def test_programs_of_an_earlier_export_are_kept(folder):
    tried = {
        "version": 2, "kind": "attempt", "exercise": "5A", "mistake": "two_layers", "at": MORNING,
    }  # fmt: skip
    for i in range(3):
        entry = {**tried, "id": f"{i:012x}-1"}
        more = [entry, {**entry, "id": f"{i:012x}-2"}]
        write(folder, f"{i} early.json", f"s{i}", [{**entry, "lines": f"x = {i}"}])
        write(folder, f"{i} late.json", f"s{i}", more)

    [program] = read(folder).programs()

    assert (program["students"], program["lines"]) == (3, "x = 0")


def test_answers_to_other_options_and_to_unknown_questions_do_not_count(folder):
    text = write(folder, "a.json", "m94", answers("a" * 12, 1))
    keys = json.loads(text)["course"]
    (folder / "a.json").write_text(text.replace(keys["5"], "0" * 16))
    strange = answers("b" * 12, 1, 99)
    strange.append({**strange[0], "id": "b" * 12 + "-9", "question": "bees.1"})
    write(folder, "b.json", "k20", strange)

    room = read(folder)

    assert first_counts(room) == [0, 1, 0, 0]
    assert len(room.items()) == 1
    assert len(room.notes) == 2 and "another edition" in room.notes[0]
    assert room.notes[1].startswith("2 answers or tries") and "5.2 and bees.1" in room.notes[1]


def made(token: str, *events: dict) -> list[dict]:
    """Entries of a student with this token, a minute apart."""
    return [
        {"version": 2, "id": f"{token}-{i}", "at": MORNING + 60 * i, **event}
        for i, event in enumerate(events)
    ]


def cells(room: Class, tmp_path) -> dict[str, str]:
    """What the page of one student says of each exercise."""
    page = room.save(tmp_path / "page.html").read_text(encoding="utf-8")
    table = page[page.index("<thead>") : page.index("</tbody>")]
    heads = re.findall('<th scope="col">(.*?)</th>', table)[1:]
    return dict(zip(heads, re.findall("<td.*?>(.*?)</td>", table), strict=True))


def test_a_lesson_whose_questions_are_recalled_in_another_has_no_exercises_to_be_done(
    folder, tmp_path
):
    recalled = {"kind": "answer", "question": "2.1", "option": 2, "try": 1}
    solved = {"kind": "attempt", "exercise": "5B", "mistake": ""}
    write(folder, "a.json", "m94", made("a" * 12, recalled, solved))

    room, asked = read(folder), read(folder, lessons=[2, 5])

    assert cells(room, tmp_path) == {"5A": "·", "5B": "✓", "5C": "·", "5D": "·", "5E": "·"}
    assert room.lessons == asked.lessons == ("2", "5")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<strong>1</strong><small>of 5</small>" in page and "Questions of lesson 2" in page
    assert cells(asked, tmp_path).keys() == {
        *(f"2{x}" for x in "ABCD"),
        *(f"5{x}" for x in "ABCDE"),
    }


def test_a_class_that_has_answered_and_tried_nothing_yet_has_all_exercises_to_be_done(
    folder, tmp_path
):
    write(folder, "a.json", "m94", answers("a" * 12, 1, 2))

    page = read(folder).save(tmp_path / "page.html").read_text(encoding="utf-8")

    assert "<strong>0</strong><small>of 5</small>" in page


def test_who_reads_two_hints_and_tries_nothing_is_stuck(folder, tmp_path):
    hints = [{"kind": "hint", "exercise": "5D", "number": number} for number in (1, 2)]
    write(folder, "a.json", "m94", made("a" * 12, *hints))
    write(folder, "b.json", "k20", made("b" * 12, *hints[:1]))

    room = read(folder)

    assert [(row["student"], row["tries"]) for row in room.stuck()] == [("m94", 0)]
    page = room.save(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<code>m94</code> at 5D: not tried; 2 hints read." in page
    assert page.count('<td class="fl-stuck">✕0</td>') == 1
    assert "✕" not in read(folder, lessons=[5], look="projector")._repr_html_()


def test_old_files_are_named_and_not_deleted(folder):
    write(folder, "a.json", "m94", answers("a" * 12, 1))
    os.utime(folder / "a.json", (0, 0))

    room = Class(folder)

    assert (folder / "a.json").exists() and first_counts(room) == [0, 1, 0, 0]
    assert len(room.notes) == 1 and "days old" in room.notes[0]


class Markup(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><iframe>",
    "\u202emal`<b>`",
]


@pytest.mark.parametrize("look", ["auto", "projector"])
@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_a_file_is_text_everywhere(folder, text, look):
    tried = {
        "version": 2, "kind": "attempt", "exercise": "5A", "mistake": text, "made": text,
        "lines": text + "\n" + text, "at": MORNING,
    }  # fmt: skip
    for i in range(3):
        line = json_lines.sealed({**tried, "id": f"{i:012x}-1"})
        unknown = json_lines.sealed({**tried, "exercise": text, "id": f"{i:012x}-2"})
        code = text.replace('"', "")[:20]
        name = f"{i}{text.replace('/', '')}.json"
        text_of_file = f'{{"code": "{code}", "entries": [\n{line},\n{unknown}\n]}}'
        (folder / name).write_text(text_of_file, encoding="utf-8")

    room = read(folder, look=look)
    room.save(folder.parent / "page.html")

    for page in (room._repr_html_(), (folder.parent / "page.html").read_text()):
        markup = Markup(page)
        assert not markup.tags & {"script", "img", "iframe", "b", "a", "link", "object", "form"}
        assert not [name for name in markup.attributes if name.startswith("on")]
        assert "\u202e" not in page
    assert "default-src 'none'" in (folder.parent / "page.html").read_text()


def test_no_cell_of_the_csv_is_a_formula(folder):
    (folder / "names.csv").write_text('m94,"=1+1"\n')
    tried = {"version": 2, "kind": "attempt", "exercise": "5A", "mistake": "other", "at": MORNING}
    write(folder, "a.json", "m94", [{**tried, "id": "a" * 12 + "-1"}])

    room = read(folder, names=folder / "names.csv")

    assert "student,'=1+1,5A tries,1" in room.csv()


def test_names_are_joined_and_the_page_says_so_and_the_wall_shows_neither(folder):
    write(folder, "a.json", "m94", answers("a" * 12, 1))
    tried = {"version": 2, "kind": "attempt", "exercise": "5A", "mistake": "other", "at": MORNING}
    for i in range(4):
        write(folder, f"{i}.json", f"m9{i}", [{**tried, "id": f"{i:012x}-1"}])
    names = folder.parent / "names.csv"
    names.write_text("m93, Ann Example\n")

    page, wall = (
        read(folder, names=names, look=look)._repr_html_() for look in ("auto", "projector")
    )

    assert "Ann Example" in page and "do not pass this on" in page
    assert not [word for word in ("Ann", "m93", "m90", "Stuck") if word in wall]


def test_the_wall_tells_nothing_of_fewer_than_three(folder):
    for i in range(5):
        write(folder, f"{i}.json", f"m9{i}", answers(f"{i:012x}", 1 if i < 2 else 0))

    wall = read(folder, look="projector")._repr_html_()

    assert "M3" not in wall.partition("Questions of lesson 5")[0]
    assert "<span>under 3</span>" in wall and "<span>2</span>" not in wall
    for path in folder.glob("[2-4].json"):
        path.unlink()
    assert "fewer than 3" in read(folder, look="projector")._repr_html_()


def test_what_cannot_be_read_or_chosen_is_explained(folder, tmp_path, capsys):
    from funclab.teach.commands import main

    with pytest.raises(FileError, match="There is no folder"):
        read(tmp_path / "nowhere")
    with pytest.raises(FileError, match="names in .* were not read"):
        read(folder, names=tmp_path / "nowhere.csv")
    with pytest.raises(ArgumentError, match="no lesson 77"):
        read(folder, lessons=[77])
    with pytest.raises(ArgumentError, match="cannot be written as"):
        read(folder).save(tmp_path / "class.pdf")
    assert main(["class", str(tmp_path / "nowhere")]) == 1
    assert "There is no folder" in capsys.readouterr().err


def test_an_empty_folder_is_a_class_of_nobody(folder, tmp_path):
    room = read(folder)

    room.save(tmp_path / "class.html")

    assert str(room) == "Class of 0" and room.gain() is None
    assert room.csv().splitlines()[1] == "class,,students,0,,"
