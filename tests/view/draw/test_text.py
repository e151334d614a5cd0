"""Text in pictures: its width as the typeface has it, cut and folded where it is too long."""

from __future__ import annotations

import string
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import ImageFont

from funclab.view.draw.text import (
    clean,
    folded_lines,
    prose,
    quote,
    shorten,
    steady,
    text_width,
)

FONTS = Path(find_spec("matplotlib").origin).parent / "mpl-data/fonts/ttf"  # type: ignore[union-attr,arg-type]
LETTERS = [*string.printable[:95], "dense_12 (None, 24, 8)", "Conv2D 32 · relu", ""]


def length(text: str, name: str) -> float:
    """The sum of the letters' widths in a typeface, as parts of its size."""
    font = ImageFont.truetype(str(FONTS / f"{name}.ttf"), 1000)
    return sum(font.getlength(letter) for letter in text) / 1000


@pytest.mark.parametrize("text", LETTERS)
def test_a_line_is_as_wide_as_in_the_widest_typeface(text):
    ascii_ = "".join(letter for letter in text if letter.isascii())

    assert text_width(ascii_, 10) == pytest.approx(10 * length(ascii_, "DejaVuSans"), abs=0.02)
    mono = text_width(ascii_, 10, mono=True)
    assert mono == pytest.approx(10 * length(ascii_, "DejaVuSansMono"), abs=0.03)
    assert text_width(ascii_, 20) == 2 * text_width(ascii_, 10)
    assert text_width(ascii_, 10, bold=True) == 1.13 * text_width(ascii_, 10)
    assert text_width(ascii_, 10, bold=True, mono=True) == mono


def test_bold_text_is_never_wider_than_it_is_said_to_be_by_much():
    for text in ("dense", "concatenate", "Model siamese", "time_distributed_3"):
        wide = 10 * length(text, "DejaVuSans-Bold")
        assert text_width(text, 10, bold=True) == pytest.approx(wide, rel=0.06)


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("日本", 20),
        ("é", 7.5),
        ("e\u0301", 10 * 1260 / 2048),
        ("\u200d", 0),
        ("·", 7.5),
        ("─", 7.5),
    ],
)
def test_other_characters_are_as_wide_as_their_kind(text, width):
    assert text_width(text, 10) == pytest.approx(width)


def test_other_characters_of_a_machine_s_typeface_are_as_wide_as_its_letters_but_for_drawings():
    assert text_width("é", 10, mono=True) == text_width("e", 10, mono=True)
    assert text_width("─", 10, mono=True) == 7.5
    assert text_width("日", 10, mono=True) == 10


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("dense", 5, "dense"),
        ("dense_1", 6, "den…_1"),
        ("conv2d_transpose_12", 9, "conv2…_12"),
        ("conv2d_transpose", 9, "conv2d…se"),
        ("a" * 30 + "_1234567890", 14, "aa…_1234567890"),
        ("12345678", 5, "1…678"),
        ("block_1_depthwise", 12, "block_1_…ise"),
        ("two\nlines", 20, "two\ufffdlines"),
    ],
)
def test_a_long_name_keeps_its_beginning_and_its_number(text, most, short):
    assert shorten(text, most) == short
    assert len(shorten(text, most)) <= most


def test_a_sentence_is_folded_at_words_to_lines_that_fit():
    text = "Node 0 is the model's own, from its inputs to its outputs; each call adds a node."

    lines = folded_lines(text, 150, 12)

    assert " ".join(lines) == text and len(lines) > 2
    assert all(text_width(line, 12) <= 150 for line in lines)
    for line, after in zip(lines, lines[1:]):  # no word had still fitted
        assert text_width(f"{line} {after.split()[0]}", 12) > 150
    assert folded_lines("", 100, 12) == [""]
    assert folded_lines("incomprehensibilities are", 20, 12) == ["incomprehensibilities", "are"]
    assert len(folded_lines(text, 150, 12, bold=True)) >= len(lines)


def test_characters_that_change_the_text_around_them_are_replaced():
    assert clean("a\nb\u202ec\x00") == "a\ufffdb\ufffdc\ufffd"
    assert clean("naïve 日本") == "naïve 日本"
    assert steady("x שלום עולם [0:1]") == "x \u2068שלום עולם\u2069 [0:1]"
    assert prose("write `a` or `b`") == "write “a” or “b”"


@pytest.mark.parametrize("text", ['say "hi"', "back\\slash", "two\nlines\x00", "שלום", "plain", ""])
def test_a_quoted_text_is_what_python_reads(text):
    assert eval(quote(text)) == text
    assert quote(text).isprintable()
    assert quote(text)[0] == quote(text)[-1] == '"'
