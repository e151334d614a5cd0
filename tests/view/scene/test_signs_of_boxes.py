"""What a box shows beside its words: colour, mark, lock, pill, ports, ticks; and its wires."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from operator import sub
from typing import Any

import pytest

from funclab import Input, Model, layers
from funclab.view.draw.canvas import Font, Paint
from funclab.view.draw.geometry import Area, area
from funclab.view.scene.diagram import diagram
from tests.view import gallery, models
from tests.view.measures import Texts


@dataclass
class Part:
    """Something drawn: in which element, of which kind, how, and where."""

    key: str
    kind: str
    what: str
    paint: Any
    points: list[complex]

    @property
    def middle(self) -> complex:
        xs, ys = [p.real for p in self.points], [p.imag for p in self.points]
        return complex((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)


class Ledger(Texts):
    """A canvas that notes what is drawn within which element."""

    def __init__(self) -> None:
        super().__init__()
        self.parts_drawn: list[Part] = []
        self.within: list[dict[str, str]] = [{}]

    def open(self, title: str, kind: str = "", **data: str) -> None:
        super().open(title, kind, **data)
        self.within.append({"kind": kind, "title": title, **data})

    def shift(self, origin: complex, **data: str) -> None:
        super().shift(origin)
        self.within.append(self.within[-1])

    def close(self) -> None:
        super().close()
        self.within.pop()

    def note(self, what: str, paint: Any, points: list[complex]) -> None:
        here = self.within[-1]
        moved = [point + self.origins[-1] for point in points]
        key = here.get("key") or here.get("start") or here.get("row") or ""
        self.parts_drawn.append(Part(key, here.get("kind", ""), what, paint, moved))

    def rect(self, area_: Area, paint: Paint, radius: float = 0) -> None:
        corner = complex(area_.right, area_.bottom)
        self.note("rect", paint, [area_.corner, corner])

    def circle(self, middle: complex, radius: float, paint: Paint) -> None:
        self.note("circle", paint, [middle - radius, middle + radius])

    def arrow(self, tip: complex, ahead: complex, fill: str) -> None:
        self.note("arrow", fill, [tip, tip - ahead])

    def path(self, data: str, paint: Paint) -> None:
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", data)]
        points = [complex(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        self.note("path", paint, points)

    def text_line(self, start: complex, text: str, font: Font) -> None:
        super().text_line(start, text, font)
        self.note(f"text {text}", font, [start])


def drawn(model: Model, **settings: Any) -> tuple[Any, dict[str, list[Part]]]:
    """The scene, and what is drawn in each of its elements."""
    picture, canvas = diagram(model, **settings), Ledger()
    picture.draw(canvas)
    of: defaultdict[str, list[Part]] = defaultdict(list)
    for part in canvas.parts_drawn:
        of[part.key].append(part)
    return picture.scene, of


def bars(parts: list[Part]) -> list[str]:
    """The colours of bars inside a box: rectangles that are narrow and high."""
    narrow = [part for part in parts if part.what == "rect" and part.paint.fill]
    sizes = [(part, part.points[1] - part.points[0]) for part in narrow]
    return [part.paint.fill for part, size in sizes if size.real <= 4 < size.imag]


def marks(parts: list[Part]) -> list[Part]:
    """Filled paths that are no lock."""
    return [p for p in parts if p.what == "path" and p.paint.fill not in ("", "soft")]


def locks(parts: list[Part]) -> list[Part]:
    return [p for p in parts if p.what == "path" and p.paint.fill == "soft"]


CHOICES = ("full", "two lines", "one line")


@pytest.mark.parametrize("choice", CHOICES)
def test_calls_of_one_layer_have_its_colour_and_its_mark_and_others_have_none(choice):
    _, of = drawn(models.alternating(), choice=choice)

    looks = {}
    for name in "ab":
        calls = [of[f"{name}[{i}]"] for i in (0, 1)]
        [colour] = {*bars(calls[0]), *bars(calls[1])}
        shapes = {
            tuple(
                complex(round((p - m.middle).real, 1), round((p - m.middle).imag, 1))
                for p in m.points
            )
            for call in calls for m in marks(call)
        }  # fmt: skip
        assert colour.startswith("group") and all(len(marks(call)) == 1 for call in calls)
        assert {m.paint.fill for call in calls for m in marks(call)} == {colour}
        [shape] = shapes
        looks[colour] = shape
    assert len(looks) == 2 and len({*looks.values()}) == 2
    _, plain = drawn(models.shared_encoder(), choice=choice)
    assert bars(plain["both[0]"]) == ["neutral"] and marks(plain["both[0]"]) == []
    assert bars(plain["left[0]"]) == ["input"] and marks(plain["left[0]"]) == []


@pytest.mark.parametrize("choice", CHOICES)
def test_a_lock_is_on_the_calls_of_frozen_weights_alone(choice):
    scene, of = drawn(models.frozen(), choice=choice)

    found = {box.key: len(locks(of[box.key])) for box in scene.boxes}
    assert {key for key, count in found.items() if count} == {"still[0]", "still[1]"}
    assert set(found.values()) == {0, 1}
    for box in scene.boxes:
        for lock in locks(of[box.key]):
            assert box.middle.real < lock.middle.real < box.right - 4
            assert box.y < lock.middle.imag < box.bottom


def test_the_number_of_a_call_stands_in_a_pill_at_the_right_where_there_are_several():
    scene, of = drawn(models.alternating(), choice="full")

    for box in scene.boxes:
        words = [p.what[5:] for p in of[box.key] if p.what.startswith("text node")]
        index = re.search(r"\[(\d)\]", box.key)[1]
        assert words == [f"node {index}"]
        pill = [p for p in of[box.key] if p.what == "rect"][-1]
        assert box.right - 14 < max(p.real for p in pill.points) < box.right - 6
        [text] = [p for p in of[box.key] if p.what == f"text node {index}"]
        assert abs(text.points[0].real - pill.middle.real) < 0.6
        assert 2 < text.points[0].imag - pill.middle.imag < 6


def test_a_masked_tensor_has_a_dashed_line_beside_its_own():
    scene, of = drawn(models.masked())
    masked = {edge.tensor for edge in scene.edges if edge.mask}
    assert masked

    for edge in scene.edges:
        lines = [p for p in of[edge.tensor] if p.what == "path" and p.kind == "edge"]
        dashed = [p for p in lines if p.paint.dash]
        assert bool(dashed) == (edge.tensor in masked)
        for line in dashed:
            solid = [p for p in lines if not p.paint.dash and len(p.points) == len(line.points)]
            own = min(solid, key=lambda p: max(map(abs, map(sub, p.points, line.points))))
            gaps = {round(abs(a - b), 1) for a, b in zip(line.points, own.points, strict=True)}
            assert len(gaps) == 1 and 2 < gaps.pop() < 9
            assert line.paint.stroke == "neutral" and own.paint.stroke == "line"


@pytest.mark.parametrize("build", [models.residual, models.siamese, models.several_outputs])
def test_an_arrow_ends_at_the_box_that_reads_it(build):
    scene, of = drawn(build(), choice="full")
    boxes = {box.key: box for box in scene.boxes}
    ends = [edge for edge in scene.edges if edge.target.key in boxes]
    assert ends

    for edge in ends:
        box = boxes[edge.target.key]
        tips = [p.points for p in of[edge.tensor] if p.what == "arrow"]
        assert any(
            box.grown(16).contains(area(tip, 0, 0)) and not box.grown(-3).contains(area(tip, 0, 0))
            for tip, _ in tips
        )
        for tip, back in tips:
            assert 4 < abs(tip - back) < 14


def test_an_output_s_shape_and_line_have_the_colour_of_outputs():
    scene, of = drawn(models.shared_encoder(), choice="two lines")
    [output] = [plate for plate in scene.plates if plate.output]
    others = [plate for plate in scene.plates if not plate.output and plate.width]

    bar = [p for p in of[output.key] if p.what == "rect" and p.paint.fill]
    assert [p.paint.fill for p in bar] == ["output"]
    for plate in others:
        assert {p.paint.fill for p in of[plate.key] if p.what == "rect" and p.paint.fill} == {"rim"}
    lines = {p.paint.stroke for p in of[output.key] if p.what == "path"} | {
        p.paint.stroke for edge in scene.edges if edge.target.key == output.key
        for p in of[edge.tensor] if p.what == "path"
    }  # fmt: skip
    assert lines == {"output"}


def test_ports_number_the_inputs_of_a_call_in_their_order():
    x = [Input((4,), name=name) for name in "abc"]
    scene, of = drawn(Model(x, layers.Concatenate(name="all")(x)), choice="full")
    [box] = [box for box in scene.boxes if box.key == "all[0]"]

    numbers = [
        (p.what[5:], p.points[0]) for p in of["all[0]"] if re.fullmatch("text [0-9]", p.what)
    ]
    tabs = [p.middle for p in of["all[0]"] if p.what == "rect" and p.paint.fill == "paper"]

    assert sorted(number for number, _ in numbers) == ["0", "1", "2"]
    for _, place in numbers:
        assert min(abs(place - 4j - tab) for tab in tabs) < 0.6
        rims = (place.imag - 4 - box.y, box.bottom - place.imag + 4, place.real - box.x,
                box.right - place.real)  # fmt: skip
        assert min(map(abs, rims)) < 9


def test_a_repeat_has_a_tick_for_each_repetition_and_the_shown_one_is_filled():
    scene, of = drawn(gallery.built("resnet"))
    [box] = [box for box in scene.boxes if box.role == "repeat"]

    ticks = [p for key in box.starts for p in of[key] if p.kind == "tick"]

    assert len(ticks) == box.times == 4
    filled = [i for i, tick in enumerate(ticks) if tick.paint.fill == "neutral"]
    assert filled == [box.shown]
    lefts = [tick.points[0].real for tick in ticks]
    steps = {round(b - a, 2) for a, b in zip(lefts, lefts[1:])}
    assert len(steps) <= 2 and min(steps) > 0
    assert min(lefts) > box.x and max(tick.points[1].real for tick in ticks) < box.right


def test_each_call_of_a_layer_has_a_row_with_its_number_and_what_it_makes():
    scene, of = drawn(models.alternating(), face="layers")
    box = next(box for box in scene.boxes if box.key == "a")

    assert [row.index for row in box.rows] == [0, 1]
    texts = [p for p in of["a"] + of["0"] + of["1"] if p.what.startswith("text ")]
    assert {"text node 0", "text node 1", "text →"} <= {p.what for p in texts}
    levels = {p.what: p.points[0].imag for p in texts if p.what in ("text node 0", "text node 1")}
    assert 20 < abs(levels["text node 1"] - levels["text node 0"]) < 80
    for key in "01":
        row = [
            p for p in of[key] if p.kind == "row" and box.grown(6).contains(area(p.middle, 0, 0))
        ]
        frame, pill = (p for p in row if p.what == "rect")
        (left, top), (right, bottom) = ((q.real, q.imag) for q in frame.points)
        words = [
            p.points[0].real for p in row if p.what.startswith("text ") and "node" not in p.what
        ]
        assert 0 < pill.points[0].real - left < 6 and abs(pill.middle.imag - frame.middle.imag) < 1
        assert words == sorted(words)
        assert 4 < words[0] - pill.points[1].real < 12 and words[-1] < right
        levels_of_words = {p.points[0].imag for p in row if p.what.startswith("text ")}
        assert all(top + 4 < level < bottom for level in levels_of_words)
        [port] = [p for p in row if p.what == "circle"]
        assert abs(port.middle - complex(box.right, frame.middle.imag)) < 1


def test_a_box_that_wraps_another_has_a_second_line_around_it():
    scene, of = drawn(models.wrapped(), choice="full")

    for box in scene.boxes:
        rims = [p for p in of[box.key] if p.what == "rect" and not p.paint.fill and p.paint.stroke]
        assert bool(rims) == box.wrapper
        for rim in rims:
            (left, right) = rim.points
            assert left.real < box.x and right.real > box.right
            assert abs(box.x - left.real - (right.real - box.right)) < 0.01
