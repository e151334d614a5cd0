"""Where the numbers of a frame are drawn: fields side by side, tiles apart, bars on their side."""

from __future__ import annotations

import re

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers
from funclab.view.draw.canvas import Font, Paint
from funclab.view.draw.frame_drawing import draw_frame, size_of, svg_of
from funclab.view.draw.frames import frame_of, marked
from funclab.view.draw.geometry import Area
from tests.view.measures import Texts


class Sheet(Texts):
    """A canvas that notes the lines of each paint, the rectangles and the texts."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, Paint]] = []
        self.rects: list[tuple[Area, Paint]] = []

    def path(self, data: str, paint: Paint) -> None:
        self.lines.append((data, paint))

    def rect(self, area_: Area, paint: Paint, radius: float = 0) -> None:
        self.rects.append((area_, paint))

    def text_line(self, start: complex, text: str, font: Font) -> None:
        super().text_line(start, text, font)


def drawn(array: np.ndarray, batched: bool = False, mark: int | None = None):
    frame, sheet = frame_of("x", array, batched=batched), Sheet()
    frame = frame if mark is None else marked(frame, array.shape, mark, batched=batched)
    draw_frame(sheet, frame, 0j)
    return frame, sheet


def fields(sheet: Sheet) -> dict[tuple[float, float], tuple[str, float]]:
    """The upper left corner of each field, with its colour and strength."""
    found = {}
    for data, paint in sheet.lines:
        for x, y, length in re.findall(r"M(-?[\d.]+),(-?[\d.]+)h(-?[\d.]+)", data):
            high = paint.width
            for left in np.arange(float(x), float(x) + float(length), high):
                found[left, float(y) - high / 2] = (paint.stroke, paint.opacity)
    return found


@pytest.mark.parametrize("shape", [(8, 8, 1), (8, 8, 5), (6, 4, 4), (9, 9, 7)])
def test_tiles_stand_in_rows_as_far_apart_across_as_down(shape):
    frame, sheet = drawn(np.ones(shape, "float32"))
    tiles, rows, columns = frame.numbers.shape
    across = int(np.ceil(np.sqrt(tiles)))

    places = sorted(fields(sheet))
    xs, ys = sorted({x for x, _ in places}), sorted({y for _, y in places})

    assert len(places) == frame.numbers.size
    side = xs[1] - xs[0]
    for line, count, number in ((xs, columns, across), (ys, rows, -(-tiles // across))):
        assert len(line) == count * number
        gaps = [b - a for a, b in zip(line, line[1:])]
        between = [gap for i, gap in enumerate(gaps) if (i + 1) % count == 0]
        assert {*gaps} - {side, side + 3} == set() and between == [side + 3] * (number - 1)
    width, height = size_of(frame)
    assert (xs[0], ys[0]) == (0, 0)
    assert (xs[-1] + side, ys[-1] + side) == (width, height)
    [(rim, _)] = [one for one in sheet.rects if one[1].stroke == "rim"]
    assert (rim.width, rim.height) == (width, height)


def test_a_field_has_the_colour_of_its_side_and_is_as_strong_as_its_number_is_large():
    array = np.linspace(-8, 8, 100, dtype="float32").reshape(10, 10, 1)
    frame, sheet = drawn(array)
    known = fields(sheet)
    side = min(x for x, _ in known if x)

    for i, number in enumerate(frame.numbers.reshape(-1)):
        place = (side * (i % 10), side * (i // 10))
        level = round(8 * abs(number) / 8)
        if not level:
            assert place not in known
            continue
        colour, strength = known[place]
        assert colour == ("group0" if number > 0 else "input")
        assert strength == pytest.approx(0.95 * level / 8)
    hatched = "".join(data for data, paint in sheet.lines if paint.stroke == "ink")
    strokes = {(float(x), float(y) - side) for x, y in re.findall(r"M([\d.]+),([\d.]+)l", hatched)}
    assert strokes == {place for place, (colour, _) in known.items() if colour == "input"}


def test_what_is_no_number_is_crossed_out_in_the_colour_of_faults():
    array = np.ones((8, 8, 1), "float32")
    array[2, 3] = np.nan
    _, sheet = drawn(array)
    known = fields(sheet)
    side = min(x for x, _ in known if x)

    assert known[3 * side, 2 * side][0] == "fault"
    [crosses] = [data for data, paint in sheet.lines if paint.stroke == "ink"]
    corners = re.findall(r"M([\d.]+),([\d.]+)l(-?[\d.]+),(-?[\d.]+)", crosses)
    assert [tuple(map(float, one)) for one in corners] == [
        (3 * side, 3 * side, side, -side), (3 * side, 2 * side, side, side),
    ]  # fmt: skip


def test_bars_begin_at_zero_and_reach_as_far_as_their_numbers():
    values = np.array([4.0, -2.0, 1.0, 0.0], "float32")
    frame, sheet = drawn(values)

    bars = [(float(x), float(y), float(length), paint) for data, paint in sheet.lines
            for x, y, length in re.findall(r"M(-?[\d.]+),([\d.]+)h(-?[\d.]+)", data)]  # fmt: skip
    assert len(bars) == 3
    zeros = {x for x, *_ in bars}
    assert len(zeros) == 1
    unit = bars[0][2] / values[0]
    rows = sorted(y for _, y, *_ in bars)
    assert rows[1] - rows[0] == rows[2] - rows[1] == 18
    for _, y, length, paint in bars:
        number = values[round((y - rows[0]) / 18)]
        assert length == pytest.approx(unit * number, abs=0.1)
        assert paint.stroke == ("group0" if number > 0 else "input")
    texts = [text.words for text in sheet.texts]
    assert [float(text.replace("−", "-")) for text in texts] == [4, -2, 1, 0]
    assert frame.kind == "bars"


@pytest.mark.parametrize("position", [0, 7, 29])
def test_the_marked_number_is_outlined_at_its_place(position):
    array = np.arange(30, dtype="float32").reshape(5, 6)
    frame, sheet = drawn(array, mark=position)

    outlines = [part for part, paint in sheet.rects if paint.stroke == "ink"]
    [outline] = outlines
    text = sheet.texts[frame.mark]
    assert outline.contains(text.area) or abs(outline.middle - text.area.middle) < 4
    assert float(text.words.replace("−", "-")) == array.reshape(-1)[position]
    rims = [part for part, paint in sheet.rects if paint.stroke == "paper"]
    assert rims == outlines


def test_ids_are_written_six_to_a_row():
    ids = np.arange(100, 115, dtype="int32")[None]
    frame, sheet = drawn(ids, batched=True)

    assert [text.words for text in sheet.texts] == [str(i) for i in range(100, 115)]
    corners = [part.corner for part, _ in sheet.rects]
    assert corners == [complex(44 * (i % 6), 18 * (i // 6)) for i in range(15)]
    for text, (part, _) in zip(sheet.texts, sheet.rects, strict=True):
        assert abs(text.area.middle.real - part.middle.real) < 0.1
        assert part.contains(text.area)
    assert size_of(frame) == (44 * 6, 18 * 3)


def test_a_single_number_stands_in_the_middle_of_its_picture():
    frame, sheet = drawn(np.float32(-2.5))

    [text] = sheet.texts
    width, height = size_of(frame)
    assert text.words.replace("−", "-") == "-2.5"
    assert abs(text.area.middle.real - width / 2) < 0.1 and 0 < text.area.y < height
    assert f'viewBox="-1 -1 {width + 2:g} {height + 2:g}"' in svg_of(frame)
    assert "fl-number" in svg_of(frame)


def printed(model: Model, size: int, look: str) -> list[bool]:
    """Whether each picture of the first call writes its numbers."""
    view = funclab.trace(model, np.ones((1, size)), look=look)
    step = next(step for step in view.facts["steps"] if step["kind"] == "forward")
    keys = [picture["frame"] for picture in step["pictures"]]
    return [view.answer_to({"ask": "frames", "key": key})["value"]["worded"] for key in keys]


@pytest.mark.parametrize(
    ("size", "look", "wanted"),
    [(8, "light", True), (9, "light", False), (4, "projector", True), (5, "projector", False)],
)
def test_on_a_wall_half_as_many_numbers_are_written_in_a_picture(size, look, wanted):
    x = Input((size,), name="x")
    model = Model(x, layers.ReLU(name="positive")(x))

    assert printed(model, size, look) == [wanted, wanted]


def test_on_a_wall_two_numbers_are_written_among_many_pictures():
    x = Input((2,), name="x")
    wide, narrow = (Model(x, layers.Dense(n, name="out")(x)) for n in (3, 2))

    assert printed(narrow, 2, "projector") == [True] * 4
    assert printed(wide, 2, "projector").count(False) == 3
    assert printed(wide, 2, "light") == [True] * 4


def test_on_a_wall_gradients_that_meet_and_their_sum_are_narrow_bars_with_numbers():
    x, dense = Input((3,), name="x"), layers.Dense(3, name="twice")
    model = Model(x, dense(dense(x)))
    model.compile("sgd", "mse")
    view = funclab.trace(model, np.ones((1, 3)), np.zeros((1, 3)), look="projector")
    meet = [step for step in view.facts["steps"] if step["kind"] == "add_into"]
    bias = next(step for step in meet if "bias" in str(step))

    assert len(bias["pictures"]) == 3
    for picture in bias["pictures"]:
        frame = view.answer_to({"ask": "frames", "key": picture["frame"]})["value"]
        assert frame["worded"] and 'width="112"' in frame["svg"]  # 56 and 54, and the edges


def test_of_many_gradients_six_are_shown_on_the_way_back():
    inputs = [Input((2,), name=f"input_{i}") for i in range(9)]
    hidden = [layers.Dense(2, name=f"h_{i}")(x) for i, x in enumerate(inputs)]
    model = Model(inputs, layers.Dense(1, name="out")(layers.Concatenate(name="all")(hidden)))
    model.compile("sgd", "mse")

    view = funclab.trace(model, [np.ones((1, 2))] * 9, np.ones((1, 1)))

    back = [step for step in view.facts["steps"] if step["kind"] == "vjp"]
    [joined] = [step for step in back if step["key"] == "all[0]"]
    assert len(joined["pictures"]) == 6
    assert all(len(step["pictures"]) <= 6 for step in back)
