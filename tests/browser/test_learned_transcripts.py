"""What the views of a trained model say and draw on a page from disk, and what each key changes.

The models are so small that all numbers were computed by hand. After a change of words,
`TRANSCRIPTS=1 pytest tests/browser/test_learned_transcripts.py` writes the files anew: read what
has changed, and check each number, before you commit it.
"""

from __future__ import annotations

import numpy as np
import pytest

import funclab
from tests.browser.test_transcripts import ALL_KEYS, check
from tests.browser.transcript import DRAWN, FOLDER, transcript
from tests.view.counted import (
    BANDS,
    IDS,
    INKS,
    NAMED,
    SQUARES,
    STROKES,
    WORDS,
    between_lines,
    birds,
    colours,
    handed_on,
    headlines,
    kinds,
    landscape,
    long_headline,
    scores,
    sizes,
    strokes,
    timed,
    unhurried,
)
from tests.view.mistakes import models

CLICKS = {
    "inside_clicked": (
        lambda: funclab.inside(strokes(), STROKES, [0, 1, 0], **NAMED),
        [
            *('click text="One number"', 'click text="All calls"', 'click text="largest"'),
            *("click [role=option]:nth-child(2)", "click [role=radio]:nth-child(2)", "Enter"),
            *("click .fl-in-face svg >> nth=-1", 'click text="same scale"'),
        ],
    ),
    "inside_attention_clicked": (
        lambda: funclab.inside(headlines(), IDS, [1, 0], call="heads[0]", tokens=WORDS),
        [
            'click text="Weights"',
            'click text="head 1"',
            "click .fl-in-face svg",
            'click text="One weight"',
        ],
    ),
    "whatif_clicked": (
        lambda: funclab.whatif(strokes(), STROKES, [0, 1, 0], sample=2, **NAMED),
        [
            *(
                "click .fl-stage svg",
                'click button:has-text("Slope")',
                'click text="Smallest change"',
            ),
            *('click text="As it was"', 'click button:has-text("Change")', 'click text="Draw"'),
            *('click text="Move"', "click [role=radio]:nth-child(1)"),
        ],
    ),
    "mistakes_clicked": (
        lambda: funclab.mistakes(models.classes(3), *scores(), labels=["ant", "bee", "cow"]),
        [
            *('click text="% of the truth"', 'click text="counts"', 'click [data-key="2 1"]'),
            *("click .fl-panel .fl-sample", "click .fl-mistakes-side .fl-sample"),
            *('click text="largest loss"', "click .fl-mistakes-main .fl-sample"),
            *('click text="confidence"', 'click [data-key="7"]', 'click text="table"'),
        ],
    ),
    "embedding_clicked": (
        lambda: funclab.embedding(BANDS, y=[0, 1, 0, 1, 0, 1], labels=["low", "high"]),
        ["click .shape text >> nth=3", "click .fl-cards button >> nth=1", 'click text="PCA"'],
    ),
}
WALKS = {
    "inside": (
        lambda: funclab.inside(strokes(), STROKES, [0, 1, 0], call="image[0]", **NAMED),
        [
            *("ArrowDown", "l", "]", "[", "[", "Enter", "ArrowRight", "ArrowRight", "ArrowDown"),
            *("]", "Home", "f", "ArrowDown", ".", ".", ",", "u", "Enter", "ArrowLeft", "ArrowUp"),
            *("Escape", "ArrowDown", "f", "ArrowDown", "Escape", "ArrowDown", "Enter", "]"),
            *("Escape", "ArrowDown", "Enter", "]", "/", "1", "Enter", "y", "r", *ALL_KEYS),
        ],
    ),
    "inside_shared": (
        lambda: funclab.inside(handed_on(), np.array([[4.0, 3, 0, 1], [0, 2, 1, 0]]), [0, 1]),
        ["ArrowUp", "Enter", "]", "Escape", "ArrowUp", "."],
    ),
    "inside_attention": (
        lambda: funclab.inside(headlines(), IDS, [1, 0], call="heads[0]", tokens=WORDS),
        [
            *("Enter", "ArrowDown", "ArrowRight", "]", "]", "]", "[", "f", "ArrowDown", "Escape"),
            *("ArrowUp", "f", "]", "Escape", "Escape", ".", "ArrowUp", "Enter", "ArrowRight"),
            *("Escape", "ArrowDown", "ArrowDown", "ArrowDown", "Enter", *ALL_KEYS),
        ],
    ),
    "whatif": (
        lambda: funclab.whatif(strokes(), STROKES, [0, 1, 0], sample=2, **NAMED),
        [
            *("ArrowDown", "ArrowRight", "t", "t", "]", "[", "f", "Enter", "+", "-", "u", "o"),
            *("f", "f", "f", "f", "f", "s", "o", ".", "s", "f", "f", "d", "p", "ArrowRight"),
            *("p", "m", "ArrowDown", "m", "o", "y", "r", *ALL_KEYS),
        ],
    ),
    "inside_asks": (
        lambda: funclab.inside(
            strokes(), STROKES, [0, 1, 0], call="edges[0]", ask=True, sample=2, **NAMED
        ),
        ["Enter", "1", "Enter", "2", "Enter", "Escape", "ArrowDown", "Enter", "Escape", "Enter"],
    ),
    "inside_attention_asks": (
        lambda: funclab.inside(
            headlines(), IDS, [1, 0], call="heads[0]", tokens=WORDS, ask=True, samples=[0]
        ),
        ["Enter", "1", "Enter", "2", "Enter", "Enter"],
    ),
    "whatif_asks": (
        lambda: funclab.whatif(
            strokes(), STROKES, [0, 1, 0], sample=1, ask=True, face="change", **NAMED
        ),
        ["s", "2", "s", "o", "f", "f", "1", "f", "f", "2", "f", "f"],
    ),
    "whatif_nowhere": (
        lambda: funclab.whatif(
            strokes(), STROKES, [0, 1, 0], sample=1, of="upright", face="region", **NAMED
        ),
        ["ArrowDown"],
    ),
    "whatif_row": (
        lambda: funclab.whatif(
            sizes(), BANDS, BANDS @ [[1.0], [-2]] + 3, sample=1, features=["metres", "kilograms"]
        ),
        ["ArrowDown", "f", "Enter", "+", "-", "o", "f", "f", "f", "s", "o", "t", ".", *ALL_KEYS],
    ),
    "whatif_group": (
        lambda: funclab.whatif(*birds(), sample=2),
        ["ArrowDown", "ArrowDown", "ArrowDown", "Enter", "f", "f", "s", "o", "]"],
    ),
    "whatif_words": (
        lambda: funclab.whatif(headlines(), IDS, [1, 0], sample=0, tokens=WORDS),
        ["ArrowRight", "f", "f", "f", "f", "s", "u", ".", "ArrowRight", "ArrowRight"],
    ),
    "mistakes": (
        lambda: funclab.mistakes(models.classes(3), *scores(), labels=["ant", "bee", "cow"]),
        [
            *("ArrowRight", "ArrowDown", "p", "p", ".", ".", ",", "m", "Escape", "f", "ArrowRight"),
            *("ArrowRight", "f", "ArrowUp", "ArrowDown", "ArrowDown", ".", "f", "/", "3", "Enter"),
            *("u", "y", "r", *ALL_KEYS),
        ],
    ),
    "mistakes_asks": (
        lambda: funclab.mistakes(
            models.classes(3), *scores(), labels=["ant", "bee", "cow"], ask=True, at=[1, 1]
        ),
        ["1", "ArrowLeft", "m", "2", "f", "f", "3", "ArrowDown", "f"],
    ),
    "mistakes_numbers_asks": (
        lambda: funclab.mistakes(
            models.numbers(), np.array([[0], [1], [2], [3]]), [0, 1.5, 2, 1], ask=True
        ),
        ["2", "ArrowRight"],
    ),
    "mistakes_yes_or_no": (
        lambda: funclab.mistakes(
            models.yes_or_no(), np.array([[-2], [-1], [0.2], [1], [2], [3]]), [0, 1, 0, 1, 1, 0]
        ),
        ["ArrowDown", "ArrowRight", "[", "[", "]", ".", "f", "f", "ArrowDown", *ALL_KEYS],
    ),
    "mistakes_numbers": (
        lambda: funclab.mistakes(
            models.numbers(), np.array([[0], [1], [2], [3], [4], [5]]), [0, 1.5, 2, 1, 4.25, 8]
        ),
        ["ArrowRight", "ArrowRight", "ArrowUp", "ArrowDown", ".", ".", "f", "ArrowRight", "f"],
    ),
    "embedding": (
        lambda: funclab.embedding(BANDS, y=[0, 1, 0, 1, 0, 1], labels=["low", "high"]),
        [
            *("ArrowRight", "ArrowRight", "ArrowUp", "n", "n", "Enter", "ArrowLeft", "ArrowDown"),
            *("Escape", ".", ",", "/", "4", "Enter", "n", "Escape", "u", "y", "r", *ALL_KEYS),
        ],
    ),
    "embedding_asks": (
        lambda: funclab.embedding(BANDS, y=[0, 1, 0, 1, 0, 1], labels=["low", "high"], ask=True),
        ["1", "ArrowRight", "2", "ArrowRight", "n"],
    ),
    "inside_kinds": (
        lambda: funclab.inside(kinds(), SQUARES, call="mean[0]", face="number"),
        [
            *("ArrowDown", "]", *["Escape ArrowDown Enter"] * 2, "ArrowRight ArrowDown ] ]"),
            *(["Escape ArrowDown Enter"] * 9),
        ],
    ),
    "inside_colours": (
        lambda: funclab.inside(colours(), INKS, [0, 1], call="image[0]"),
        [".", "Enter", "ArrowRight", "Escape", "ArrowDown", "Enter"],
    ),
    "inside_attention_long": (
        lambda: funclab.inside(*long_headline(), call="heads[0]"),
        ["Enter", "ArrowDown", "Escape", "f"],
    ),
    "whatif_colours": (
        lambda: funclab.whatif(colours(), INKS, [0, 1], sample=1),
        ["ArrowDown", "Enter", "ArrowRight", "+", "f", "f", "s", "u", "."],
    ),
    "embedding_images": (
        lambda: funclab.embedding(strokes(), STROKES, [0, 1, 0], **NAMED),
        ["ArrowRight", "i", "ArrowRight", "n", "f", "i"],
    ),
    "profile": (
        timed,
        ["ArrowDown", "m", "s", "ArrowDown", "End", "u", "s", "click .fl-step >> nth=1", *ALL_KEYS],
    ),
    "landscape_between": (
        between_lines,
        ["ArrowRight", "End", "ArrowRight", "ArrowLeft", "Home", "f", "y"],
    ),
    "landscape": (
        landscape,
        ["ArrowLeft", "Home", "ArrowLeft", "ArrowRight", "End", "u", "f", "y", "r", *ALL_KEYS],
    ),
}  # fmt: skip


# What of a drawing lies beyond it, where it would be cut off.
BEYOND = """() => [...document.querySelectorAll(".fl svg")].flatMap((svg) => {
  const room = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text,rect,circle,path")].filter((part) => {
    const { left, right, top, bottom, width, height } = part.getBoundingClientRect();
    return width + height > 0 && (left < room.left - 3 || right > room.right + 3
      || top < room.top - 3 || bottom > room.bottom + 3);
  }).map((part) => `${svg.ariaLabel ?? ""} ${part.outerHTML.slice(0, 160)}`);
})"""


@pytest.mark.parametrize("name", [*WALKS, *CLICKS])
def test_a_view_of_a_trained_model_says_and_draws_what_was_computed_by_hand(
    opened_page, monkeypatch, name
):
    unhurried(monkeypatch)
    make, steps = (WALKS | CLICKS)[name]
    page = opened_page(make())

    said = transcript(page, steps, BEYOND, DRAWN)

    check(said, FOLDER / f"{name}.txt")
