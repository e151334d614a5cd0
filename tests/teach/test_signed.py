"""Files signed with the key of a class: what was changed, or signed otherwise, does not count."""

from __future__ import annotations

import hashlib
import hmac
import json
import re

import pytest

from funclab.errors import ArgumentError, DataError, FileError
from funclab.files import json_lines
from funclab.teach import Class, ask, export_progress, import_progress, my_progress
from funclab.teach.commands import main
from funclab.teach.records import keeping
from funclab.teach.records.handing_in import HandedIn, in_minutes
from funclab.teach.records.signing import id_of, new_key, signature
from tests.teach.test_class_files import NEVER_OLD, answers

each = pytest.mark.parametrize


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder for what is handed in, beside the keys of two classes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FUNCLAB_PROGRESS", str(tmp_path / "home" / "progress.json"))
    assert main(["class-key"]) == main(["class-key", "other.key"]) == 0
    path = tmp_path / "exports"
    path.mkdir()
    return path


def key_in(name: str) -> str:
    with open(name) as file:
        return file.read().strip()


def write(folder, name: str, code: str, entries: list[dict], key: str | None = "class.key") -> str:
    signed_by = None if key is None else key_in(key)
    handed_in = HandedIn(code, tuple(in_minutes(entries)), signed_by)
    handed_in.save(folder / name)
    return handed_in.text


def read(folder, key: str | None = "class.key") -> Class:
    return Class(folder, keep=NEVER_OLD, key=key)


def codes(room: Class) -> list[str]:
    return [student.code for student in room.students]


def counted(room: Class) -> dict[str, list[int]]:
    return {row["question"]: row["first"] for row in room.items()}


def test_a_key_is_a_file_of_its_own_and_never_replaced(folder, tmp_path, capsys):
    keys = [key_in(name) for name in ("class.key", "other.key")]
    said = capsys.readouterr().out

    assert all(re.fullmatch("funclab-key-[0-9a-f]{32}", key) for key in keys)
    assert keys[0] != keys[1] and not any(key in said for key in keys)
    assert main(["class-key"]) == 1 and "already a file" in capsys.readouterr().err
    assert key_in("class.key") == keys[0]
    with pytest.raises(FileError, match="was not written"):
        new_key(tmp_path / "nowhere" / "class.key")


def test_a_student_sees_the_signature_and_not_the_key_and_the_teacher_counts_the_file(folder):
    ask("5.1").choose(1)

    told = my_progress("m94", key="class.key")
    told.save(folder / "me.json")

    key = key_in("class.key")
    assert f"It is signed with the key {id_of(key)} of a class" in str(told)
    assert key not in repr(told) and "signed" not in str(my_progress("m94"))
    room = read(folder)
    assert codes(room) == ["m94"] and counted(room) == {"5.1": [0, 1, 0, 0]}
    assert room.notes == [f"Only files that are signed with the key {id_of(key)} count: 1 of 1."]
    assert my_progress("m94", key=key).text == told.text


def test_the_signature_is_the_hmac_of_the_contents_as_json_with_sorted_names(folder):
    data = json.loads(write(folder, "a.json", "m94", answers("a" * 12, 1)))

    name, _, given = data.pop("signature").partition(":")

    text = json.dumps(data, sort_keys=True).encode()
    key = key_in("class.key").encode()
    assert given == hmac.new(key, text, "sha256").hexdigest()
    assert name == hashlib.sha256(b"id of " + key).hexdigest()[:8]


def test_an_export_of_all_progress_is_signed_too_and_imported_as_ever(folder, monkeypatch):
    ask("5.1").choose(2)
    export_progress(folder / "all.json", key="class.key")
    export_progress(folder / "me.json", "m94", key="class.key")
    monkeypatch.setenv("FUNCLAB_PROGRESS", str(folder.parent / "elsewhere" / "progress.json"))

    import_progress(folder / "all.json")

    assert keeping.answers_to("5.1") == [2]
    assert counted(read(folder)) == {"5.1": [0, 0, 1, 0]}  # both are of one student
    assert codes(read(folder)) == ["m94"]


def test_of_two_classes_in_a_folder_each_key_counts_its_own(folder):
    write(folder, "a.json", "ann", answers("a" * 12, 1))
    write(folder, "b.json", "bob", answers("b" * 12, 2), "other.key")
    write(folder, "c.json", "cid", answers("c" * 12, 3), None)

    rooms = [read(folder, key) for key in ("class.key", "other.key", None)]

    assert [codes(room) for room in rooms] == [["ann"], ["bob"], ["ann", "bob", "cid"]]
    notes = rooms[0].notes
    assert notes[0].endswith("count: 1 of 3.") and len(notes) == 3
    assert notes[1].startswith("b.json does not count: it was signed with another key")
    assert notes[2].startswith("c.json does not count: it has no signature.")
    assert rooms[2].notes == []


def test_files_from_before_there_was_a_key_are_read_without_one(folder):
    old = {"version": 1, "answers": [{"question": "5.1", "option": 1}], "exercises": {}}
    (folder / "old.json").write_text(json.dumps(old))
    lines = "\n".join(json_lines.sealed(entry) for entry in answers("b" * 12, 2))
    (folder / "copy.jsonl").write_text(lines + "\n")

    assert counted(read(folder, None)) == {"5.1": [0, 1, 1, 0]}
    with_key = read(folder)
    assert with_key.students == [] and len(with_key.notes) == 3
    assert "or read it without a key" in with_key.notes[2]


def resealed(text: str, option: int) -> str:
    """A file whose answers were changed by somebody who knows how entries get their digests."""
    data = json.loads(text)
    for i, entry in enumerate(data["entries"]):
        row = {name: x for name, x in entry.items() if name != "digest"} | {"option": option}
        data["entries"][i] = json.loads(json_lines.sealed(row))
    return json.dumps(data)


CHANGES = {
    "an answer": lambda text: text.replace('"option": 1', '"option": 0'),
    "an answer and its digest": lambda text: resealed(text, 0),
    "the code": lambda text: text.replace('"code": "m94"', '"code": "m95"'),
    "an entry less": lambda text: re.sub(r"  \{.*5\.1.*\},\n", "", text),
    "an entry twice": lambda text: re.sub(r"(  \{.*5\.1.*\},\n)", r"\1\1", text),
    "the edition": lambda text: re.sub(r'"5": "\w+"', '"5": "0000000000"', text),
    "a field more": lambda text: text.replace('"version"', '"note": 1, "version"', 1),
    "the signature": lambda text: re.sub(r":[0-9a-f]{64}", ":" + 64 * "0", text),
    "a signature cut": lambda text: re.sub(r"(:[0-9a-f]{63})[0-9a-f]", r"\1", text),
}


@each("change", CHANGES)
def test_what_was_changed_by_hand_does_not_count(folder, change):
    text = write(folder, "a.json", "m94", answers("a" * 12, 1, 1))
    write(folder, "b.json", "good", answers("b" * 12, 2))
    changed = CHANGES[change](text)
    (folder / "a.json").write_text(changed)

    room = read(folder)

    assert changed != text
    assert codes(room) == ["good"] and counted(room) == {"5.1": [0, 0, 1, 0]}
    assert room.notes[1:] == [
        "a.json does not count: it was changed after it was signed. Ask for it again; what the "
        "student has done is kept where it was done."
    ]


def test_no_byte_can_be_changed_so_that_the_file_says_something_else(folder):
    text = write(folder, "a.json", "m94", answers("a" * 12, 1))
    data = text.encode()
    before = read(folder).students

    for at in range(len(data)):
        forged = bytearray(data)
        forged[at] ^= 1
        (folder / "a.json").write_bytes(forged)
        assert read(folder).students in ([], before), at  # such as a space that became a line end


def test_a_file_that_was_cut_or_is_something_else_is_named(folder):
    text = write(folder, "a.json", "m94", answers("a" * 12, 1))
    (folder / "a.json").write_text(text[:-30])
    for name, other in {
        "b": "[]",
        "c": '{"signature": 3}',
        "d": '{"signature": "\\ud800"}',
    }.items():
        (folder / f"{name}.json").write_text(other)

    notes = read(folder).notes

    assert notes[1].startswith("a.json does not count: it is not JSON (")
    assert notes[1].endswith("so its signature cannot be checked. Ask for it again.")
    says = ("it has no signature", "it has no signature", "it was signed with another key")
    for name, note, said in zip("bcd", notes[2:], says, strict=True):
        assert note.startswith(f"{name}.json does not count: {said}")


def test_a_code_that_stands_twice_is_the_one_that_was_signed(folder):
    text = write(folder, "a.json", "m94", answers("a" * 12, 1))
    twice = text.replace('"version": 2', '"code": "mine", "version": 2', 1)
    (folder / "a.json").write_text(twice)

    assert json.loads(twice)["code"] == "m94"
    assert codes(read(folder)) == ["m94"]


@each("way", ["crlf", "utf-16", "bom", "indented"])
def test_line_ends_and_encodings_of_editors_change_nothing(folder, way):
    text = write(folder, "a.json", "m94", answers("a" * 12, 1, 2))
    told = {
        "crlf": text.replace("\n", "\r\n").encode(),
        "utf-16": text.replace("\n", "\r\n").encode("utf-16"),
        "bom": text.encode("utf-8-sig"),
        "indented": json.dumps(json.loads(text), indent=4).encode(),
    }[way]
    key = key_in("class.key") + "\r\n"
    (folder / "a.json").write_bytes(told)
    (folder.parent / "class.key").write_bytes(
        key.encode({"utf-16": "utf-16", "bom": "utf-8-sig"}.get(way, "utf-8"))
    )

    assert codes(read(folder)) == ["m94"]
    assert len(read(folder).notes) == 1


def test_a_friend_s_signed_file_counts_once_whatever_it_is_called(folder):
    text = write(folder, "a.json", "m94", answers("a" * 12, 1))
    (folder / "mine.json").write_text(text)

    room = read(folder)

    assert codes(room) == ["m94"] and "mine.json repeats what is in a.json" in room.notes[1]


@each(
    ("contents", "error", "says"),
    [
        (None, FileError, "was not read: No such file"),
        (b"", DataError, "There is no class's key"),
        (b"funclab-key-12\n", DataError, "one line, funclab-key- and 32 digits"),
        (b"funclab-key-" + 32 * b"g", DataError, "There is no class's key"),
        (b"\xff" * 5000, DataError, "There is no class's key"),
    ],
)
def test_a_key_that_cannot_be_read_is_explained_and_nothing_is_written(
    folder, tmp_path, capsys, contents, error, says
):
    path = tmp_path / "wrong.key"
    if contents is not None:
        path.write_bytes(contents)

    for run in (
        lambda: my_progress("m94", key=path),
        lambda: export_progress(tmp_path / "me.json", "m94", key=path),
        lambda: export_progress(tmp_path / "me.json", key=path),
        lambda: read(folder, path),
    ):
        with pytest.raises(error, match=says):
            run()
    command = ["class", str(folder), "--key", str(path), "--out", str(tmp_path / "page.html")]
    assert main(command) == 1 and says in capsys.readouterr().err
    assert not {"me.json", "page.html"} & {file.name for file in tmp_path.iterdir()}


@each("given", [3, b"class.key", ["class.key"]])
def test_a_key_is_a_path_or_text(folder, given):
    with pytest.raises((ArgumentError, DataError, FileError)):
        my_progress("m94", key=given)


def test_the_command_counts_signed_files_and_says_so_on_page_and_screen(folder, capsys):
    write(folder, "a.json", "ann", answers("a" * 12, 1))
    write(folder, "b.json", "bob", answers("b" * 12, 1), None)
    page = folder.parent / "page.html"

    assert main(["class", str(folder), "--key", "class.key", "--out", str(page)]) == 0

    said = capsys.readouterr().out
    for text in (said, page.read_text()):
        assert "Class of 1" in text and "count: 1 of 2." in text
        assert "b.json does not count" in text and key_in("class.key") not in text


def test_students_find_the_key_beside_a_released_notebook(folder, monkeypatch, capsys):
    main(["new-lesson", "bees"])

    assert main(["release", "bees.ipynb", "--course", "a", "--key", "other.key"]) == 0
    assert main(["release", "bees.ipynb", "--course", "b"]) == 0

    placed = folder.parent / "a" / "source" / "bees"
    assert (placed / "class.key").read_text().strip() == key_in("other.key")
    assert not (folder.parent / "b" / "source" / "bees" / "class.key").exists()
    assert main(["release", "bees.ipynb", "--course", "c", "--key", "none.key"]) == 1
    assert not (folder.parent / "c").exists()
    monkeypatch.chdir(placed)
    ask("5.1").choose(1)
    my_progress("m94", key="class.key").save(folder / "me.json")
    assert codes(read(folder, str(folder.parent / "other.key"))) == ["m94"]


def test_whoever_has_the_key_can_sign_anything(folder):
    """What the guide says plainly: a signature does not show who did the work."""
    data = json.loads(resealed(write(folder, "a.json", "m94", answers("a" * 12, 1)), 3))
    del data["signature"]
    data["signature"] = signature(data, key_in("class.key"))
    (folder / "a.json").write_text(json.dumps(data))

    assert counted(read(folder)) == {"5.1": [0, 0, 0, 1]}
