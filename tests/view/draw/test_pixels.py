"""Pixels of small drawings whose shapes are known, by both ways of making them."""

from __future__ import annotations

import base64
import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from funclab.view.draw import pixels
from funclab.view.draw.pixels import curve, dashed, outlines, pictures, pieces

PAPER, RED, BLUE = "#ffffff", "#ff0000", "#0000ff"
COLOURS = {(255, 255, 255): " ", (255, 0, 0): "r", (0, 0, 255): "b"}


def svg(body: str, width: int = 60, height: int = 40) -> str:
    space = 'xmlns="http://www.w3.org/2000/svg"'
    return f'<svg {space} viewBox="0 0 {width} {height}"><title>no text</title>{body}</svg>'


@pytest.fixture(params=["small", "file"])
def drawn(request, tmp_path):
    """`drawn(body)`: the colours of the pixels, at one for each unit."""

    def draw(body: str, width: int = 60, height: int = 40) -> np.ndarray:
        text = svg(body, width, height)
        if request.param == "small":
            data = io.BytesIO(base64.b64decode(pixels.png(text, PAPER)))
        else:
            pixels.save(text, PAPER, tmp_path / "a.png", 72)
            data = io.BytesIO((tmp_path / "a.png").read_bytes())
        return np.asarray(Image.open(data).convert("RGB")).astype(int)

    return draw


def colours(image: np.ndarray, *points: tuple[int, int]) -> str:
    """A letter for the colour of each pixel: that which it is nearest to."""
    found = ""
    for x, y in points:
        off = {sum(abs(image[y, x] - colour)): letter for colour, letter in COLOURS.items()}
        found += off[min(off)]
    return found


def ink(image: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is not paper."""
    ys, xs = np.nonzero(np.abs(image - 255).sum(-1) > 120)
    return xs.min(), ys.min(), xs.max(), ys.max()


def test_a_rectangle_is_where_its_groups_shift_it(drawn):
    image = drawn(
        '<g transform="translate(10,5)"><g transform="translate(-2.0,3)">'
        f'<rect x="4" y="2" width="20" height="10" fill="{RED}" stroke="none"/></g></g>'
    )

    assert image.shape == (40, 60, 3)
    left, top, right, bottom = ink(image)
    assert abs(left - 12) <= 1 and abs(top - 10) <= 1
    assert abs(right - 31) <= 1 and abs(bottom - 19) <= 1
    assert colours(image, (20, 15), (13, 12), (5, 15), (20, 30)) == "rr  "


def test_a_rectangle_may_have_only_a_rim_and_round_corners(drawn):
    rim = drawn(
        f'<rect x="10" y="10" width="30" height="20" stroke="{BLUE}" stroke-width="3" fill="none"/>'
    )
    plain, round_ = (
        drawn(f'<rect x="10" y="10" width="30" height="20" fill="{RED}" rx="{radius}"/>')
        for radius in (0, 9)
    )

    assert colours(rim, (25, 20), (25, 10), (10, 20), (40, 20), (25, 30), (5, 5)) == " bbbb "
    assert colours(plain, (11, 11), (39, 29), (25, 20)) == "rrr"
    assert colours(round_, (11, 11), (38, 28), (25, 20), (25, 11), (11, 20)) == "  rrr"


def test_a_circle_has_its_middle_and_its_radius(drawn):
    full = drawn(f'<circle cx="30" cy="18" r="10" fill="{RED}"/>')
    ring = drawn(f'<circle cx="30" cy="18" r="10" fill="none" stroke="{BLUE}" stroke-width="2"/>')

    assert colours(full, (30, 18), (37, 24), (22, 18), (39, 27), (18, 18)) == "rrr  "
    left, top, right, bottom = ink(full)
    assert abs(left - 20) <= 1 and abs(right - 40) <= 1
    assert abs(top - 8) <= 1 and abs(bottom - 28) <= 1
    assert colours(ring, (30, 18), (20, 18), (40, 18), (30, 8), (30, 28)) == " bbbb"


def test_a_closed_path_is_filled_and_a_line_is_as_wide_as_it_says(drawn):
    triangle = drawn(f'<path d="M10,5L50,5L10,35Z" fill="{RED}" stroke="none"/>')
    line = drawn(f'<path d="M10,20h30l0,10" fill="none" stroke="{BLUE}" stroke-width="4"/>')

    assert colours(triangle, (15, 10), (11, 30), (40, 8), (45, 30), (5, 20)) == "rrr  "
    assert colours(line, (12, 20), (38, 20), (40, 28), (20, 25), (20, 15), (45, 20)) == "bbb   "
    column = np.abs(line[:, 25] - 255).sum(-1) > 120
    assert 3 <= column.sum() <= 5


def test_a_curve_runs_through_its_middle(drawn):
    image = drawn(
        f'<path d="M10,30C10,0,50,0,50,30" fill="none" stroke="{BLUE}" stroke-width="3"/>'
    )

    # Half-way, a cubic curve is at an eighth of its ends and three eighths of its handles.
    assert colours(image, (30, 7), (10, 29), (50, 29), (30, 20), (30, 1)) == "bbb  "


def test_a_dashed_line_has_gaps(drawn):
    image = drawn(
        f'<path d="M4,20L56,20" fill="none" stroke="{BLUE}" stroke-width="2" '
        'stroke-dasharray="6 6"/>'
    )

    dashes = colours(image, *[(x, 20) for x in range(5, 55)]).split()
    assert 4 <= len(dashes) <= 5
    assert all(5 <= len(dash) <= 7 for dash in dashes[1:-1])


@pytest.mark.parametrize(("anchor", "left", "right"), [("", 60, None), ("middle", None, None),
                                                        ("end", None, 60)])  # fmt: skip
def test_text_stands_at_its_place_on_its_line(drawn, anchor, left, right):
    side = f'text-anchor="{anchor}"' * bool(anchor)
    image = drawn(
        f'<text x="60" y="30" {side} font-size="14" fill="#000000">HELD</text>', width=120
    )

    first, top, last, bottom = ink(image)
    assert abs(bottom - 29) <= 1 and 8 <= bottom - top <= 12
    assert left is None or abs(first - left) <= 3
    assert right is None or abs(last - right) <= 3
    assert anchor != "middle" or abs((first + last) / 2 - 60) <= 2


def test_bold_text_is_wider_and_all_letters_of_a_machine_are_as_wide(drawn):
    def width(words: str, more: str = "", size: int = 12) -> int:
        text = f'<text x="2" y="20" font-size="{size}" fill="#000000" {more}>{words}</text>'
        first, _, last, _ = ink(drawn(text, width=200))
        return last - first

    mono = 'font-family="DejaVu Sans Mono"'
    assert width("narrow words", 'font-weight="600"') > width("narrow words") + 4
    assert abs(width("iiiiiii.", mono) - width("mmmmmmm.", mono)) <= 3
    assert width("iiiiiii.") < width("mmmmmmm.") / 2
    assert width("words", size=24) == pytest.approx(2 * width("words"), abs=4)


def test_parts_are_drawn_in_their_order(drawn):
    both = [
        f'<rect x="0" y="0" width="60" height="40" fill="{RED}"/>',
        f'<circle cx="30" cy="20" r="9" fill="{BLUE}"/>',
    ]

    assert colours(drawn("".join(both)), (30, 20)) == "b"
    assert colours(drawn("".join(reversed(both))), (30, 20)) == "r"


def test_a_large_picture_has_as_many_pixels_as_are_allowed_and_the_same_shape():
    body = f'<rect x="500" y="0" width="500" height="2000" fill="{RED}"/>'

    image = Image.open(io.BytesIO(base64.b64decode(pixels.png(svg(body, 1000, 4000), PAPER))))

    assert image.width * image.height == pytest.approx(pixels.MOST_DOTS, rel=0.01)
    assert image.height == pytest.approx(4 * image.width, abs=2)
    colour = np.asarray(image.convert("RGB"))
    assert tuple(colour[100, image.width * 3 // 4]) == (255, 0, 0)
    assert tuple(colour[100, image.width // 4]) == (255, 255, 255)
    assert tuple(colour[image.height * 3 // 4, image.width * 3 // 4]) == (255, 255, 255)


def test_dots_for_an_inch_and_opacity_count_in_files(tmp_path):
    body = f'<rect x="10" y="10" width="20" height="20" fill="{RED}" opacity="0.5"/>'
    pixels.save(svg(body), PAPER, tmp_path / "a.png", 144)

    image = np.asarray(Image.open(tmp_path / "a.png").convert("RGB")).astype(int)

    assert image.shape == (80, 120, 3)
    assert np.abs(image[40, 40] - (255, 128, 128)).max() <= 2
    assert tuple(image[10, 10]) == (255, 255, 255)
    dashes = '<path d="M0,20L60,20" fill="none" stroke="#0000ff" stroke-dasharray="6 6"/>'
    pixels.save(svg(dashes), PAPER, tmp_path / "b.png", 72)
    row = np.asarray(Image.open(tmp_path / "b.png").convert("RGB")).astype(int)[20, :, 0]
    assert 0.3 < (row < 200).mean() < 0.7


def test_a_very_large_drawing_is_kept_as_svg_alone():
    assert {*pictures(svg(""), PAPER)} == {"image/svg+xml", "image/png"}
    assert {*pictures(svg(" " * pixels.LARGEST), PAPER)} == {"image/svg+xml"}


def test_paths_are_read_with_relative_commands_and_several_parts():
    assert list(pieces("M1,2L3,4h5l1,-1Z")) == [
        ("M", [1 + 2j]), ("L", [3 + 4j]), ("h", [8 + 4j]), ("l", [9 + 3j]), ("Z", []),
    ]  # fmt: skip
    assert outlines("M0,0L4,0L4,4ZM9,9L8,8") == [[0, 4, 4 + 4j, 0], [9 + 9j, 8 + 8j]]
    first, *_, last = outlines("M0,0C0,10,10,10,10,0")[0]
    assert (first, last) == (0, 10)


def test_curves_end_at_their_ends_and_dashes_go_on_around_corners():
    points = curve(0, 8j, 8 + 8j, 8)
    assert len(points) == 5 and points[-1] == 8
    assert points[1].imag == pytest.approx(points[2].imag)
    assert points[0].real == pytest.approx(8 - points[3].real)

    assert dashed([0, 10], 4) == [[0, 2], [4, 6], [8, 10]]
    assert dashed([0, 3, 3 + 3j], 4) == [[0, 2], [3 + 1j, 3 + 3j]]
    assert dashed([5, 5], 4) == []


def test_a_text_that_is_read_from_below_is_one_turned_to_the_left(drawn):
    word = f'<text {{}} font-size="12" font-family="Sans" fill="{RED}">Fl</text>'
    flat = drawn(word.format('x="20" y="30"'), 60, 60)
    turned = drawn(word.format('transform="translate(30,40) rotate(-90)" x="0" y="0"'), 60, 60)

    def parts(image):
        """How much ink is in each part of the word, from its left and from above."""
        left, top, right, bottom = ink(image)
        word = 255 - image[top : bottom + 1, left : right + 1, 1]
        edges = [np.linspace(0, length, 5).round().astype(int) for length in word.shape]
        return np.array([[word[a:b, c:d].mean() for c, d in pairwise(edges[1])]
                         for a, b in pairwise(edges[0])])  # fmt: skip

    assert np.corrcoef(parts(turned).ravel(), np.rot90(parts(flat)).ravel())[0, 1] > 0.9
    assert colours(turned, *np.ndindex(60, 60)).count("r") > 9
    right, bottom = ink(turned)[2:]
    assert abs(bottom + 1 - 40) <= 2 and abs(right + 1 - 30) <= 1  # from the start upwards
