"""One sample as a picture and in words."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from funclab.errors import FunclabError
from funclab.graph.meaning import Meaning
from funclab.view.draw import theme
from funclab.view.draw.pixels import png
from funclab.view.draw.samples import GAP, LINE, LOOKS, SIZE, sample_of, sample_svg, size_of
from funclab.view.draw.text import text_width

RANDOM = np.random.default_rng(0)
WORDS = Meaning("words", ("", "man", "bites", "dog"))


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter() if element.text]


def pixels_of(svg, unit):
    """The colour of each field of an image, read from its runs."""
    width, height = map(int, re.search(r'width="(\d+)" height="(\d+)"', svg).groups())
    fields = [["#ffffff"] * (width // unit) for _ in range(height // unit)]
    for path in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}path"):
        for x, y, length in re.findall(r"M(\d+),([\d.]+)h(\d+)", path.get("d")):
            for column in range(int(x) // unit, (int(x) + int(length)) // unit):
                fields[int(float(y) // unit)][column] = path.get("stroke")
    return fields


@pytest.mark.parametrize(
    ("array", "look"),
    [
        (RANDOM.random((28, 28)), "image"),
        (RANDOM.random((4, 5, 1)), "image"),
        (RANDOM.random((32, 32, 3)), "image"),
        (RANDOM.random(7), "row"),
        (np.arange(9), "words"),
        (np.array(["a", "b"]), "words"),
        (RANDOM.random((24, 3)), "strip"),
        (RANDOM.normal(size=(28, 28)), "strip"),
        (RANDOM.random((24, 1)), "strip"),
        (np.float32(2.5), "number"),
        (np.array([7]), "number"),
        (RANDOM.random((3, 4, 5, 6)), "strip"),
    ],
)
def test_without_a_meaning_the_shape_decides(array, look):
    assert sample_of(array).look == look


@pytest.mark.parametrize(
    ("array", "meaning", "look", "text"),
    [
        (np.zeros(64), Meaning("image", size=(8, 8)), "image", "image of 8 × 8 pixels"),
        (np.zeros((8, 4)), Meaning("image"), "image", "image of 8 × 4 pixels"),
        (np.array([1, 2, 3, 0]), WORDS, "words", "man bites dog"),
        (np.array([0, 0]), WORDS, "words", "no words"),
        (np.array([1.0, 2.0, 3.0]), WORDS, "words", "man bites dog"),
        (np.array(1), Meaning("classes", ("cat", "dog")), "number", "dog"),
        (np.array([0.25, 0.75]), Meaning("classes", ("cat", "dog")), "row",
         "cat 0.25 and dog 0.75"),
        (np.array([2.0, -1.0]), Meaning("features", ("age", "height")), "row",
         "age 2.0 and height −1.0"),
        (np.array([[2.0], [-1.0], [0.5]]), Meaning("hours"), "series",
         "3 numbers, least −1.0 at hour 2, greatest 2.0 at hour 1"),
        (np.array([[2.0, 1], [-1.0, 7]]), Meaning("days"), "strip",
         "4 numbers, least −1.0 at day 2, greatest 7.0 at day 2"),
        (np.array([np.nan, np.nan]), Meaning("days"), "series", "no number"),
        (np.array([1.0, np.nan]), Meaning("days"), "series",
         "2 numbers, least 1.0 at day 1, greatest 1.0 at day 1"),
    ],
)  # fmt: skip
def test_a_meaning_decides_how_it_looks_and_what_is_read(array, meaning, look, text):
    sample = sample_of(array, meaning)

    assert (sample.look, sample.text) == (look, text)
    assert f'aria-label="{text}"' in sample_svg(sample)


def test_a_long_row_says_twelve_columns_and_how_many_more():
    names = tuple(f"c{i}" for i in range(30))

    told = sample_of(np.arange(30.0), Meaning("features", names)).text

    assert told.startswith("c0 0.0, c1 1.0") and told.endswith("c10 10.0 and 19 more")


def test_pixels_of_grey_go_from_paper_to_ink():
    image = np.array([[0, 1], [0.4, 0.2]])

    fields = pixels_of(sample_svg(sample_of(image, Meaning("image")), 20, 20), 10)

    greys = [[255 - round(x * 15) * 17 for x in row] for row in image]
    assert fields == [[f"#{grey:02x}{grey:02x}{grey:02x}" for grey in row] for row in greys]


def test_pixels_of_colour_are_drawn_in_it():
    image = np.zeros((1, 3, 3), "uint8")
    image[0, 0, 0], image[0, 1, 1], image[0, 2] = 255, 255, (255, 255, 0)

    [fields] = pixels_of(sample_svg(sample_of(image), 30, 30), 10)

    assert fields == ["#ff0000", "#00ff00", "#ffff00"]


def test_a_large_image_of_noise_stays_a_small_picture():
    noise = RANDOM.integers(0, 256, (300, 500, 3)).astype("uint8")

    svg = sample_svg(sample_of(noise), 96, 96)

    assert len(svg) < 60_000
    assert max(size_of(sample_of(noise), 96, 96)) <= 96


def test_words_that_have_no_room_are_counted():
    words = Meaning("words", lambda i: f"word{i}")
    svg = sample_svg(sample_of(np.arange(40), words), 100, 40)

    shown = texts(svg)

    *words, more = shown
    assert words == [f"word{i}" for i in range(len(words))]
    assert more == f"{40 - len(words)} more"


@pytest.mark.parametrize("width", range(60, 240, 10))
def test_as_many_words_as_have_room_stand_before_the_number_of_the_others(width):
    def wide(count):
        told = ["ox"] * count + [f"{40 - count} more"]
        return sum(text_width(word, SIZE) for word in told) + GAP * count

    *words, _ = texts(sample_svg(sample_of(np.array(["ox"] * 40)), width, LINE))

    assert wide(len(words)) <= width < wide(len(words) + 1)


def test_a_row_writes_each_name_and_its_number():
    sample = sample_of(np.array([1.5, -2.0]), Meaning("features", ("age", "height")))

    assert texts(sample_svg(sample, 120, 60)) == ["age", "1.5", "height", "−2.0"]


@pytest.mark.parametrize("show", ["row", "words", "series", "nothing"])
def test_a_look_that_does_not_fit_is_refused_with_those_that_do(show):
    with pytest.raises(FunclabError) as refused:
        sample_of(np.zeros((4, 4, 3)), show=show)

    assert "(4, 4, 3)" in str(refused.value) and "as image, strip;" in refused.value.why


@pytest.mark.parametrize(
    ("array", "show"),
    [(np.arange(5), "row"), (np.zeros((8, 8)), "strip"), (np.zeros((3, 3)), "image"),
     (np.zeros(5), "series"), (np.zeros(5), "words")],
)  # fmt: skip
def test_show_wins_over_the_shape(array, show):
    assert sample_of(array, show=show).look == show


HOSTILE = ['"><script>alert(1)</script>', "a&b<c>", "\u202egnp.exe", "]]>", "</svg>"]


@pytest.mark.parametrize("kind", ["words", "classes", "features"])
def test_names_from_elsewhere_are_never_read_as_markup(kind):
    meaning = Meaning(kind, tuple(HOSTILE))
    array = np.arange(5) if kind == "words" else np.arange(5.0)

    svg = sample_svg(sample_of(array, meaning), 400, 200)

    assert {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()} <= {
        *("svg", "g", "rect", "path", "text"),
    }
    assert "<script" not in svg and "\u202e" not in svg


@pytest.mark.parametrize(
    "array",
    [RANDOM.random((9, 9, 3)), RANDOM.random(30), RANDOM.normal(size=(20, 4)), np.arange(99),
     np.array([np.inf, -1, np.nan]), np.zeros((0,)), np.zeros((3, 0))],
)  # fmt: skip
def test_every_sample_can_be_made_a_png(array):
    if not array.size:
        assert sample_of(array).text
        return

    assert png(sample_svg(sample_of(array)), theme.LIGHT["paper"])


def test_every_look_is_one_that_some_sample_has():
    samples = [np.zeros((9, 9)), np.arange(3), np.zeros(3), np.zeros((3, 2)), np.float32(1)]

    looks = {sample_of(x).look for x in samples} | {sample_of(np.zeros(3), Meaning("days")).look}

    assert looks == set(LOOKS)


def test_what_is_no_number_is_crossed_in_a_series():
    sample = sample_of(np.array([1.0, np.nan, 3.0, np.inf]), Meaning("days"))

    assert texts(sample_svg(sample)) == ["×", "×"]


def test_bars_reach_as_far_as_their_numbers():
    sample = sample_of(np.array([1.0, -2.0, 3.0]), Meaning("days"))
    svg = sample_svg(sample, 90, 50)

    bars = re.findall(r"M([\d.]+),([\d.]+)l[\d.]+,0l0,([\d.]+)", svg)
    heights = {round(float(x) / 30): float(tall) for x, _, tall in bars}
    tops = {round(float(x) / 30): float(top) for x, top, _ in bars}
    assert heights == {0: 10, 1: 20, 2: 30} and tops == {0: 20, 1: 30, 2: 0}
