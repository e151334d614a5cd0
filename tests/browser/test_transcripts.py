"""What each view says on a page from disk, and what each key changes, as it was read and counted.

After a change of words, `TRANSCRIPTS=1 pytest tests/browser/test_transcripts.py` writes the files
anew: read what has changed, and check each number, before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

import funclab
from funclab import Input
from funclab.layers import Add
from funclab.teach import arrange, ask, concept_test, course, vote
from funclab.teach.checking import check_lines
from funclab.view.lesson.failed import FailedView
from tests.browser.bridge import bridged_page, wired
from tests.browser.transcript import DRAWN, FOLDER, NOTHING, transcript
from tests.teach.tries import tries
from tests.view import gallery, models
from tests.view.counted import changed, images, line, slow_motion, unhurried, windows

ALL_KEYS = ["?", "Escape"]
TOUR = [
    {"text": "The first call.", "state": {"selected": "shared[0]"}},
    {"text": "The second call.", "state": {"selected": "shared[1]"}},
]
EDITS = [["set", "shared", {"units": 3}], ["connect", "x", "out", {"how": "Add"}]]
"""A shared layer that is called on another width, and after that a sum that has no shape."""
RENEW = "TRANSCRIPTS=1 .venv/bin/pytest tests/browser/test_transcripts.py"


def mistake():
    one = next(one for one in tries() if one.mistake == "result_lost")
    return check_lines(one.exercise, one.lines, one.names)


def failed():
    """The view of an error that a lesson shows on purpose: two tensors that cannot be added."""
    with pytest.raises(funclab.errors.FunclabError) as caught:
        Add(name="sum")([Input((3,), name="left"), Input((4,), name="right")])
    return FailedView(caught.value, "add([left, right])  ")


WALKS = {
    "explorer": (
        lambda: funclab.explore(models.shared_inside()),
        [
            *("ArrowDown ArrowDown", "s", "s", "ArrowDown", "o", "Enter", "ArrowDown", "f", "f"),
            *("O", "O", "u", "u", "m", "m", "t", "t", "y", "c", "r", "/", "s h a r e d", "Enter"),
            *("Shift+Enter", "Escape", "ArrowUp", "ArrowLeft", "ArrowRight", "m", "m"),
            *("Enter", "Enter", "Escape", "Escape", "Backspace", "c", *ALL_KEYS),
        ],
    ),
    "explorer_asks": (
        lambda: funclab.explore(models.twice(), ask=True, tour=TOUR),
        [
            *("ArrowDown", "ArrowDown", "2", "ArrowDown", "0", "t", "f", "u", "PageDown"),
            *("PageDown", "PageDown", "1", "PageUp", "r", "y", *ALL_KEYS),
        ],
    ),
    "explorer_long": (
        lambda: funclab.explore(models.chain(42), selected="dense_9[0]"),
        [
            *("Escape", "Escape", "Backspace", "]", "ArrowDown", "ArrowUp", "Enter", "o", "t", "t"),
            *("f", "f", "/", "d e n s e _ 2 0", "Escape", "0", "Backspace"),
        ],
    ),
    "explorer_start": (
        lambda: funclab.explore(models.several_outputs()),
        [
            *("ArrowRight", "Backspace", "ArrowLeft", "Backspace", "ArrowUp", "Backspace", "s"),
            *("Backspace", "Enter", "Backspace", "c", "]", "+", "-", "-", "0", "o", "o", "O"),
            *("ArrowDown", "ArrowDown", "s", "ArrowRight", "ArrowRight", "ArrowUp", "f", "o", "s"),
        ],
    ),
    "explorer_frames": (
        lambda: funclab.explore(models.siamese(), open=True, selected="encoder[1]/dense[0]"),
        [
            *("ArrowDown", "ArrowDown", "o", "o", "f", "o", "o", "f", "Enter", "Enter", "ArrowUp"),
            *("Escape", "Escape", "Escape", "/", "e n c o d e r [ 2 ]", "Enter", "ArrowUp"),
            *("Escape", "m", "ArrowDown", "t", "Escape", "Escape"),
        ],
    ),
    "explorer_repeat": (
        lambda: funclab.explore(gallery.built("chain_60")),
        [
            *("ArrowDown", "ArrowDown", "Enter", "ArrowDown", "o", "click .fl-sign", "u"),
            *("End", "ArrowUp", "ArrowUp", "/", "d e n s e _ 5 9", "Enter", "Escape"),
        ],
    ),
    "explorer_strip": (
        lambda: funclab.explore(gallery.built("mobilenet"), look="projector"),
        ["]", "ArrowDown", "]", "[", "[", "[", "ArrowRight", "[", "Escape"],
    ),
    "explorer_outputs": (
        lambda: funclab.explore(models.translated()),
        ["ArrowDown", "ArrowDown", *"sssss", "ArrowDown", "Escape", "Enter", "Enter"],
    ),
    "shapes": (
        lambda: funclab.shapes(models.twice()),
        [
            *("ArrowRight", "ArrowRight", "u", "End", "ArrowRight", "Home", "ArrowLeft", "a", "a"),
            *("ArrowDown", "ArrowUp", "y", "r", *ALL_KEYS),
        ],
    ),
    "shapes_ask": (
        lambda: funclab.shapes(models.twice(), ask=True),
        ["ArrowRight", "1", "ArrowRight", "0", "ArrowLeft", "ArrowRight", "ArrowRight"],
    ),
    "diff": (
        changed,
        [
            *("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "u", "y", "Escape"),
            *('click [data-side=right] [data-key="x[0]"]', "r", "ArrowUp"),
            *('click [data-side=left] [data-key="out[0]"]', "click .fl-tape li:last-child button"),
            *ALL_KEYS,
        ],
    ),
    "edit": (
        lambda: funclab.edit(models.twice(), steps=EDITS),
        ["ArrowRight", "ArrowDown", "u", "u", "U", "f", "f", "e", "y", "Backspace", *ALL_KEYS],
    ),
    "trace": (slow_motion, [*["ArrowRight"] * 12, "ArrowLeft", "o", "ArrowRight", "ArrowRight", "o",
                            "End", "u", "Home", "n", "b", "w", "n", "y",
                            'click .fl-graph .box[data-key="out[0]"]',
                            "click .fl-lines li:nth-child(9) button", "r", *ALL_KEYS]),
    "trace_asks": (
        lambda: slow_motion(ask=True),
        ["ArrowRight", "ArrowRight", "1", "ArrowRight", "0", "ArrowLeft", "ArrowRight"],
    ),
    "trace_windows": (
        lambda: windows(step=1),
        [
            *("Enter", "ArrowUp", "ArrowLeft", "ArrowLeft", "ArrowDown", "]", "c", "]", "u", "["),
            *("click .fl-thumb >> nth=0", "click .fl-read", "Escape", "ArrowRight", "]", "Enter"),
            *("ArrowRight", "]", "ArrowRight", "c", "Escape", "ArrowRight", "Enter", "ArrowDown"),
            *("ArrowRight", "c", "c", "Escape", "ArrowRight", "]", "ArrowLeft"),
        ],
    ),
    "trace_windows_on_a_wall": (
        lambda: windows(step=1, look="projector"),
        ["Enter", "ArrowUp", "]", "Escape", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight"],
    ),
    "question": (
        lambda: ask("1.1"),
        ["1", "2", "3", "0", "click .fl-options li:first-child button", "u", "r", *ALL_KEYS],
    ),
    "question_in_a_class": (lambda: ask("1.1", votes=2), ["2", "3", "1", "y"]),
    "lines": (
        lambda: arrange("1A"),
        [
            *("ArrowDown", "Enter", "ArrowDown", "Enter", "ArrowLeft", "ArrowRight", "u", "h", "h"),
            *("c", "s", "Enter", "ArrowUp", "click .fl-stage button", "y", "r", *ALL_KEYS),
        ],
    ),
    "mistake": (mistake, ["h", "h", "h", "s", "s", "u", *ALL_KEYS]),
    "failed": (failed, ALL_KEYS),
    "vote": (
        lambda: vote("5.1"),
        [
            *("Enter", "5", "a 1 2", "b b Shift+B", "d 3", "u", "Enter", "a 5", "b 1", "Enter"),
            *("u", "u", "Enter", "y", "r", "c", "c 9 9", "Enter", "s", *ALL_KEYS),
        ],
    ),
    "training": (
        lambda: funclab.watch(line(3, metrics=["mae"])),
        [
            *("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowRight", "t", "h", "h", "h", "l", "u"),
            *("x", "n", "Space", "y", "r", "click .fl-graph .box[data-key^=slope]", "ArrowDown"),
            *("ArrowUp", "g", "g", "Enter", "s", "+", "i", "Escape", *ALL_KEYS),
        ],
    ),
    "training_validated": (
        lambda: funclab.watch(line(4, validated=True), ask=False),
        ["ArrowLeft", "t", "h", "ArrowLeft", "l", "Escape", "h", "t", "ArrowUp", "Enter", "g", "u"],
    ),
    "training_asks": (
        lambda: funclab.watch(line(4, validated=True), ask=True),
        ["2", "1", "ArrowLeft", "y"],
    ),
    "shapes_of_images": (
        lambda: funclab.shapes(images()),
        [*["ArrowRight"] * 7, "ArrowRight", "ArrowLeft", "a", "ArrowDown", "ArrowDown", "Home"],
    ),
    "runs": (
        lambda: funclab.compare_runs(line(2).history, line(4).history),
        ["ArrowLeft", "ArrowLeft", "ArrowLeft", "j", "j", "l", "y", *ALL_KEYS],
    ),
    "playground": (lambda: funclab.playground(), ["y", "Tab", "Tab", "Tab", "Escape", *ALL_KEYS]),
    "concept_test": (
        lambda: concept_test("A"), ["1", "ArrowLeft", "3", "ArrowLeft", "ArrowRight", "u"]
    ),
}  # fmt: skip


WITH_A_KERNEL = {
    "kernel_explorer": (
        lambda: funclab.explore(models.twice(), selected="shared[1]"),
        ["Enter", "Enter", "m", "click .fl-weight", "click .fl-weight", "Backspace", "u", "y"],
    ),
    "kernel_lines": (
        lambda: arrange("1A"),
        ["ArrowDown", "Enter", "c", "h", "s", "Escape", "r", "c", "u", "y"],
    ),
    "kernel_edit": (
        lambda: funclab.edit(models.twice(), steps=EDITS, selected="out[0]"),
        ["d", "1", "ArrowUp", "Delete", "u", "U", "r", "x", "1", "Escape", "y"],
    ),
    "kernel_edit_clicked": (
        lambda: funclab.edit(models.twice(), steps=[EDITS[1]], selected="add[0]"),
        [
            *('click button:has-text("cut an arrow")', "click .fl-repairs li:nth-child(2) button"),
            *("u", 'click button:has-text("connect it")', 'click [data-key="shared[0]"]'),
            *("click .fl-repairs li:nth-child(2) button", 'click button:has-text("settings")'),
            *("Escape", 'click button:has-text("duplicate it")', 'click button:has-text("Undo")'),
        ],
    ),
    "kernel_edit_forms": (
        lambda: funclab.edit(models.twice(), selected="shared[0]"),
        [
            *("e", "7 Enter", "Tab", "ArrowRight", "Escape", "a d r o", "ArrowDown", "ArrowUp"),
            *("Enter", "Enter", "n", "Control+a n e w", "Enter", "c", "ArrowRight", "Enter", "2"),
            *("s", "ArrowLeft", "Escape", "m", "Enter", "Escape", "x", "Escape", "/", "o u t"),
            *("Enter", "s", "Escape", "i", "Enter", "w", "Escape", "o", "f", "u"),
        ],
    ),
    "kernel_edit_refused": (
        lambda: funclab.edit(models.twice(), selected="shared[0]"),
        [
            *("e", "Control+a w r o n g", "Enter", "Enter", "Control+a 5", "Enter", "c"),
            *("Enter", "Enter", "Escape", "n", "Control+a o u t", "Enter", "Enter", "Escape"),
        ],
    ),
    "kernel_mistake": (mistake, ["s", "h", "s"]),
    "kernel_question": (lambda: ask("1.1"), ["1", "3", "0"]),
}


@pytest.mark.parametrize("name", WITH_A_KERNEL)
def test_with_a_kernel_a_view_says_what_was_read_and_counted(browser, tmp_path, monkeypatch, name):
    wired(monkeypatch)
    (make, steps), file, complaints = WITH_A_KERNEL[name], FOLDER / f"{name}.txt", list[str]()
    page = bridged_page(browser, tmp_path, make(), complaints.append)

    said = transcript(page, steps)
    page.close()

    check(said, file)
    assert complaints == []


@pytest.mark.parametrize("right", [0, 7, 20])
def test_the_concept_test_counts_the_answers_that_are_right(browser, tmp_path, monkeypatch, right):
    wired(monkeypatch)
    view, items, complaints = concept_test("A"), course.concept_test("A"), list[str]()
    page = bridged_page(browser, tmp_path, view, complaints.append)

    best = {item.text: {one.text for one in item.options if one.right} for item in items}
    for i, asked in enumerate(view.facts["items"]):
        (at,) = (k for k, text in enumerate(asked["options"]) if text in best[asked["text"]])
        page.keyboard.press(str((at if i < right else (at + 1) % len(asked["options"])) + 1))

    expect(page.locator(".fl-stage")).to_contain_text(f"{right} of 20 answers are right")
    page.close()
    assert complaints == []


@pytest.mark.parametrize("name", WALKS)
def test_a_view_says_what_was_read_and_counted(opened_page, monkeypatch, name):
    unhurried(monkeypatch)
    make, steps = WALKS[name]
    page, file = opened_page(make()), FOLDER / f"{name}.txt"
    explores = name.startswith("explorer")  # its picture has what fits in words of any font

    said = transcript(page, steps, more=NOTHING if explores else DRAWN)

    check(said, file)


def check(said: str, file: Path) -> None:
    if os.environ.get("TRANSCRIPTS"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(said, encoding="utf-8")
    written = file.read_text(encoding="utf-8").splitlines()
    assert said.splitlines() == written, f"read what changes and count: {RENEW}"
