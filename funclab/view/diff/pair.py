"""Both graphs in one picture: lines join the calls that do the same job, each with what differs
there, and capsules at the sides show how often weights exist."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import ClassVar

from funclab.view.diff.picture import SIDES, Comparison, Half, halves, shown_at
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import Area, area, mark_path
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import folded_lines, shorten, text_width
from funclab.view.scene.drawing import draw_scene
from funclab.view.scene.scene import Box

HEAD, LOW_HEAD, CAPSULE, HIGH, REACH = 48, 28, 96, 56, 20
"""The height of the headings (less on a projector), the size of a capsule, and its distance."""
GAP, NARROW, SLIM = 132, 102, 32
"""The room for lines: on a screen, on a projector, and where only numbers stand on them."""
ON_A_WALL = 490
"""How wide both graphs may be together on a projector; wider ones are scrolled one by one."""
PILL, MOST = 24, 3
"""How high a pill is, and how many numbers stand in it."""
NUMBER = Font(11, bold=True, anchor="middle")
TITLE, SOFT, TEXT = Font(15, bold=True), Font(12, "soft"), Font(13)
DOTS, DASHES = "1.5 4", "2 5"
NARROWEST, LINE = 760, 20


@dataclass
class Tie:
    """A line between two boxes, and the differences between the calls in them."""

    left: Box
    right: Box
    entries: list[int]


@dataclass
class Capsule:
    """The weights of one layer, and the boxes of its calls."""

    boxes: list[Box]
    numbers: str
    word: str
    mark: str = ""
    colour: str = "line"


class Pair(Picture):
    """The two graphs of a comparison side by side."""

    fits: ClassVar[bool] = True

    def __init__(self, difference: Comparison, large: bool = False) -> None:
        self.difference, self.large, self.slim = difference, large, False
        self.head = LOW_HEAD if large else HEAD
        self.halves = halves(difference, large)
        sides = zip(self.halves, SIDES)
        self.capsules = [[] if large else _capsules(half, difference, side) for half, side in sides]
        self.origins = self._origins()

    @property
    def title(self) -> str:
        return self.difference.title

    @property
    def description(self) -> str:
        return " ".join(half.scene.title for half in self.halves)

    @property
    def pictures(self) -> dict[str, Picture]:
        """What a page shows: one picture, or one for each side if both are too wide together."""
        boxes = max((box.right for box in self.halves[1].scene.boxes), default=0)
        if self.large and self.origins[1].real + boxes > ON_A_WALL:
            return dict(zip(SIDES, self.halves))
        return {"both": self, "slim": self._slimmer()}

    def _slimmer(self) -> Pair:
        """The same for a narrow room: without capsules, and with numbers only on the lines."""
        slim = copy(self)
        slim.slim, slim.capsules = True, [[], []]
        slim.origins = slim._origins()
        return slim

    def _origins(self) -> list[complex]:
        """Where the two graphs begin."""
        left = (CAPSULE + REACH) * bool(self.capsules[0]) + 0j
        wide = [max(half.scene.width, self._head(i)) for i, half in enumerate(self.halves)]
        boxes = max((box.right for box in self.halves[0].scene.boxes), default=0)
        gap = SLIM if self.slim else NARROW if self.large else GAP
        apart = left + max(wide[0] + 12, boxes + gap)
        self.width = apart.real + wide[1] + (CAPSULE + REACH) * bool(self.capsules[1])
        return [left + self.head * 1j, apart + self.head * 1j]

    def _names(self, i: int) -> tuple[str, str]:
        n = self.difference.numbers[i]
        return shorten(self.difference.headings[i], 30), say("diff_numbers", n=f"{n:,}")

    def _head(self, i: int) -> float:
        return 14 + max(text_width(name, 15, bold=True) for name in self._names(i)[:1])

    @property
    def ties(self) -> list[Tie]:
        """The lines, those with a difference first. A box that stands for several calls has one."""
        found: dict[tuple[str, ...], Tie] = {}
        left, right = (half.boxes for half in self.halves)
        for pair in self.difference.pairs:
            keys = shown_at(pair[0], left), shown_at(pair[1], right)
            if all(keys):
                boxes = left[keys[0]], right[keys[1]]
                several = tuple(box.key for box in boxes if box.members)
                tie = found.setdefault(several[:1] or keys, Tie(*boxes, []))
                tie.entries = sorted({*tie.entries, *self.difference.between(*pair)})
        return sorted(found.values(), key=lambda tie: not tie.entries)

    def draw(self, canvas: Canvas, chosen: int = -1) -> tuple[float, float]:
        """Lines and capsules are behind the graphs; `chosen` is the difference that is marked."""
        pills: list[Area] = []
        for tie in self.ties:
            self._tie(canvas, tie, pills, chosen)
        for i, (half, origin, side) in enumerate(zip(self.halves, self.origins, SIDES)):
            self._draw_capsules(canvas, i)
            name, weights = self._names(i)
            canvas.text_line(complex(origin.real + 14, 20), name, TITLE)
            if not self.large:
                canvas.text_line(complex(origin.real + 14, 38), weights, SOFT)
            canvas.shift(origin, side=side)
            draw_scene(canvas, half.scene)
            canvas.close()
        height = max(half.scene.height for half in self.halves) + self.head
        return self.width, max([height, *(pill.bottom + 8 for pill in pills), self.lowest])

    def _tie(self, canvas: Canvas, tie: Tie, pills: list[Area], chosen: int) -> None:
        start = self.origins[0] + complex(tie.left.right + 4, tie.left.middle.imag)
        end = self.origins[1] + complex(tie.right.x - 4, tie.right.middle.imag)
        kinds = [self.difference[i].kind for i in tie.entries]
        words = [say(f"diff_kind_{kind}") for kind in dict.fromkeys(kinds)] or [
            say("diff_same_job")
        ]
        numbers = [str(i + 1) for i in tie.entries]
        title = say("diff_tie", left=tie.left.key, right=tie.right.key, words=", ".join(words))
        canvas.open(title, "tie", mark=",".join(numbers))
        on, bend = chosen in tie.entries, (end.real - start.real) / 2
        line = Paint(stroke="line", width=1.5)
        if numbers:
            line = Paint(stroke="ink" if on else "line", width=3 if on else 2, dash=DASHES)
        canvas.path(
            f"M{start.real:.1f},{start.imag:.1f}C{start.real + bend:.1f},{start.imag:.1f} "
            f"{end.real - bend:.1f},{end.imag:.1f} {end.real:.1f},{end.imag:.1f}", line,
        )  # fmt: skip
        if self.slim:  # numbers only
            words = ["", ""] if numbers else ["="]
        pill = _pill(canvas, (start + end) / 2, numbers, words, pills, on)
        pills += [pill] if pill else []
        canvas.close()

    def _draw_capsules(self, canvas: Canvas, side: int) -> None:
        """At the left of the left graph, at the right of the right one, none over another."""
        origin, end = self.origins[side], 0.0
        for capsule in sorted(self.capsules[side], key=_middle):
            x = 2.0 if side == 0 else self.width - CAPSULE - 2
            y = max(end, origin.imag + _middle(capsule) - HIGH / 2)
            end = y + HIGH + 8
            place = area(complex(x, y), CAPSULE, HIGH)
            inner = complex(place.right if side == 0 else place.x, place.middle.imag)
            for box in capsule.boxes:
                at = origin + complex(box.x if side == 0 else box.right, box.middle.imag)
                half = (at.real - inner.real) / 2
                path = (
                    f"M{inner.real:.1f},{inner.imag:.1f}C{inner.real + half:.1f},{inner.imag:.1f} "
                    f"{at.real - half:.1f},{at.imag:.1f} {at.real:.1f},{at.imag:.1f}"
                )
                canvas.path(path, Paint(stroke=capsule.colour, width=1.4, dash=DOTS))
            _draw_capsule(canvas, place, capsule)
        self.lowest = max(getattr(self, "lowest", 0.0), end)


def _middle(capsule: Capsule) -> float:
    return sum(box.middle.imag for box in capsule.boxes) / len(capsule.boxes)


def _capsules(half: Half, difference: Comparison, side: str) -> list[Capsule]:
    """The weights of shared layers; and of those that have their own where the other has not."""
    boxes = list(half.scene.boxes)
    found = []
    for group in half.scene.groups:
        own = [box for box in boxes if box.group == group.number and box.weights]
        if own:
            numbers, colour = f"{own[0].weights:,}", f"group{group.colour}"
            found.append(Capsule(own, numbers, say("diff_once"), group.mark, colour))
    entries = [entry for entry in difference if entry.kind == "shared"]
    calls = {call for entry in entries for call in getattr(entry, side)}
    for box in boxes:
        if box.key in calls and box.group is None and box.weights:
            found.append(Capsule([box], f"{box.weights:,}", say("diff_its_own")))
    return found


def _draw_capsule(canvas: Canvas, place: Area, capsule: Capsule) -> None:
    canvas.open(say("diff_capsule", n=capsule.numbers, word=capsule.word), "capsule")
    canvas.rect(place, Paint("paper", capsule.colour, 1.5, DOTS), 26)
    x, y = place.middle.real, place.middle.imag - (0 if capsule.mark else 4)
    if capsule.mark:
        canvas.path(mark_path(capsule.mark, complex(x, place.y + 13), 5), Paint(capsule.colour))
    numbers = Font(13, bold=True, mono=True, anchor="middle")
    canvas.text_line(complex(x, y + 5), capsule.numbers, numbers)
    canvas.text_line(complex(x, y + 20), capsule.word, Font(11, "soft", anchor="middle"))
    canvas.close()


def _pill(
    canvas: Canvas,
    middle: complex,
    numbers: list[str],
    words: list[str],
    taken: list[Area],
    on: bool,
) -> Area | None:
    """What differs: the numbers of the sentences, and of one its kind; returns its place. Where
    lines are close, those on which nothing differs are bare."""
    shown = [*numbers[:MOST], *["…"] * (len(numbers) > MOST)]
    word = words[0] if len(words) == 1 else ""
    width = 22 * len(shown) + (text_width(word, 12, bold=bool(shown)) + 18 if word else 6)
    place = area(middle - complex(width, PILL) / 2, width, PILL)
    if not shown and any(place.meets(other) for other in taken):
        return None
    while any(place.meets(other) for other in taken):
        place = area(place.corner + (PILL + 2) * 1j, width, PILL)
    ground, ink = ("ink", "paper") if on else ("paper", "ink" if shown else "soft")
    canvas.rect(place, Paint(ground, "ink" if on else "line", 1.2), PILL / 2)
    x, y = place.x + 13, place.middle.imag
    for number in shown:
        canvas.circle(complex(x, y), 8.5, Paint("paper" if on else "rule"))
        canvas.text_line(complex(x, y + 4), number, NUMBER)
        x += 22
    if word:
        start = complex(x - 8 if shown else place.x + 9, y + 4)
        canvas.text_line(start, word, Font(12, ink, bold=bool(shown)))
    return place


@dataclass(repr=False)
class Compared(Comparison):
    """A comparison as a picture: both graphs, under them a card for each difference, the totals of
    weights, and whose the weights are."""

    fits: ClassVar[bool] = True
    chosen: int = -1
    """The difference that is marked; -1 for none."""

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        pair = Pair(self)
        width, y = pair.draw(canvas, self.chosen)
        width = max(width, NARROWEST)
        y += 16
        for i, entry in enumerate(self.entries):
            y = _card(
                canvas, complex(14, y), width - 28, i, entry.kind, entry.sentence, i == self.chosen
            )
        if not self.entries:
            canvas.text_line(complex(14, y + 14), say("diff_none"), TEXT)
            y += LINE + 8
        y = _totals(canvas, complex(14, y + 8), self)
        y = canvas.prose(complex(14, y + 16), self.notes, width - 28, TEXT, LINE)
        return width, y


def _card(
    canvas: Canvas, corner: complex, width: float, i: int, kind: str, sentence: str, on: bool
) -> float:
    """A numbered card; returns where the next one begins."""
    lines = folded_lines(sentence, width - 60, 13)
    high = LINE * (len(lines) + 1) + 12
    paint = Paint("paper", "ink" if on else "rule", 2 if on else 1)
    canvas.rect(area(corner, width, high), paint, 8)
    number = corner + 22 + 18j
    canvas.circle(number, 10, Paint("ink" if on else "rule"))
    font = Font(11, "paper" if on else "ink", bold=True, anchor="middle")
    canvas.text_line(number + 4j, str(i + 1), font)
    canvas.text_line(corner + 44 + 22j, say(f"diff_title_{kind}"), Font(13, bold=True))
    for j, line in enumerate(lines):
        canvas.text_line(corner + 44 + (22 + LINE * (j + 1)) * 1j, line, Font(13, "soft"))
    return corner.imag + high + 8


def _totals(canvas: Canvas, corner: complex, difference: Comparison) -> float:
    """Bars to one scale: how many numbers each model holds."""
    most = max(*difference.numbers, 1)
    canvas.text_line(corner + 12j, say("diff_totals"), Font(12, "label", bold=True))
    y = corner.imag + 22
    for side, n in zip(SIDES, difference.numbers):
        start = complex(corner.real, y)
        canvas.text_line(start + 12j, say(f"diff_{side}_side"), Font(12, "label"))
        canvas.rect(area(start + 44 + 2j, 240 * n / most, 11), Paint("neutral"), 2)
        at = start + complex(44 + 240 * n / most + 8, 12)
        canvas.text_line(at, f"{n:,}", Font(12, bold=True, mono=True))
        y += LINE
    return y
