"""The slow motion as one picture: forward, backward and update, each as a row of key frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from funclab.view.canvas import Canvas, Font, Paint
from funclab.view.grid import html_grid, text_grid
from funclab.view.live.frames import Frame, named, say, short
from funclab.view.live.trace_drawing import draw_frame, size_of
from funclab.view.live.trace_still import PHASES, Still
from funclab.view.measure import text_width
from funclab.view.picture import picture_of
from funclab.view.scene import area

WIDTH, GAP, PAD, HEAD, FOOT = 1040, 14, 12, 42, 20
NAME = Font(12, bold=True, mono=True)
SMALL, FOOT_FONT = Font(11, "soft", mono=True), Font(11, "soft")
TITLE, SIGN = Font(15, bold=True), Font(20, "soft", bold=True, anchor="middle")
MOST_CARDS = 12
SIGNS = {"part": "+", "sum": "=", "after": "→", "on": "|"}
"""What stands before the second and later pictures of a card."""
SHOWN = {
    "input": ("makes",),
    "forward": ("makes",),
    "compare": ("off", "on"),
    "loss": ("makes",),
    "loss_back": ("hands",),
    "vjp": ("hands",),
    "add_into": ("part", "sum"),
    "update": ("before", "gradient", "after"),
    "held": ("held",),
    "statistic": ("before", "after"),
}
"""The roles of the pictures that a card shows, by the kind of its still."""


@dataclass
class TracePicture:
    """Key frames of a trace, as cards in rows."""

    title: str
    stills: Sequence[Still]
    look: str = "auto"

    @property
    def svg(self) -> str:
        return picture_of(self)

    @property
    def description(self) -> str:
        return " ".join(still.words for still in self.stills[:40])

    @property
    def text(self) -> str:
        return "\n".join(text_grid(*self._grid()))

    @property
    def table(self) -> str:
        return html_grid(self.title, *self._grid())

    def _grid(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        titles = tuple(say(f"trace_{one}") for one in ("step", "words", "pictures"))
        rows = [
            (str(number), still.words, "; ".join(spoken(frame) for _, frame in still.pictures))
            for number, still in enumerate(self.stills)
        ]
        return titles, rows

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        y, width = 26.0, 400.0
        canvas.text_line(complex(PAD, y), named(self.title), TITLE)
        y += 14
        for phase in PHASES:
            stills = [still for still in self.stills if still.phase == phase]
            if stills:
                right, y = self._draw_phase(canvas, phase, stills, y)
                width = max(width, right)
        legend = say("trace_legend_print" if self.look == "print" else "trace_legend")
        canvas.text_line(complex(PAD, y + 6), legend, Font(12, "soft"))
        return max(width, text_width(legend, 12) + 2 * PAD), y + 18

    def _draw_phase(
        self, canvas: Canvas, phase: str, stills: list[Still], y: float
    ) -> tuple[float, float]:
        canvas.text_line(complex(PAD, y + 20), say(f"trace_heading_{phase}"), Font(13, bold=True))
        cards = [card for still in stills for card in cards_of(still)]
        more = len(cards) - MOST_CARDS
        x, y, tallest, right = float(PAD), y + 32, 0.0, 0.0
        for card in cards[:MOST_CARDS]:
            width, height = card.size
            if x > PAD and x + width > WIDTH:
                x, y, tallest = float(PAD), y + tallest + GAP, 0.0
            card.draw(canvas, complex(x, y))
            x, tallest = x + width + GAP, max(tallest, height)
            right = max(right, x)
        if more > 0:
            y += tallest + GAP
            tallest = 14
            canvas.text_line(complex(PAD, y + 10), say("trace_more", n=more), Font(12, "soft"))
        return right, y + tallest + GAP


@dataclass
class Card:
    """The pictures of one still, side by side, under a name and over what can be said of them."""

    kind: str
    heading: str
    pictures: list[tuple[str, Frame]]
    foot: str
    aside: str = ""

    @property
    def size(self) -> tuple[float, float]:
        widths = [size_of(frame)[0] for _, frame in self.pictures]
        heights = [size_of(frame)[1] for _, frame in self.pictures]
        inner = sum(widths) + 34 * (len(widths) - 1)
        words = max(text_width(self.heading, 12, mono=True), text_width(self.foot, 11))
        words = max(words, text_width(self.second, 11, mono=True))
        return max(inner, words) + 2 * PAD, max(heights) + HEAD + FOOT + 6

    @property
    def second(self) -> str:
        """The line under the heading."""
        first = self.pictures[0][1]
        return say("trace_off_on") if self.kind == "compare" else f"{first.shape} {self.aside}"

    def draw(self, canvas: Canvas, corner: complex) -> None:
        width, height = self.size
        said = "; ".join(spoken(frame) for _, frame in self.pictures)
        canvas.open(f"{self.heading}: {said}", "card")
        canvas.rect(area(corner, width, height), Paint("paper", "rim", 1), 6)
        canvas.text_line(corner + (PAD + 18j), self.heading, NAME)
        canvas.text_line(corner + (PAD + 34j), self.second, SMALL)
        x = corner.real + PAD
        top = corner.imag + HEAD
        tallest = height - HEAD - FOOT - 6
        for i, (role, frame) in enumerate(self.pictures):
            wide, high = size_of(frame)
            if i:
                sign = SIGNS.get(role, "")
                canvas.text_line(complex(x + 17, top + tallest / 2 + 7), sign, SIGN)
                x += 34
            draw_frame(canvas, frame, complex(x, top + (tallest - high) / 2))
            x += wide
        canvas.text_line(corner + complex(PAD, height - 9), self.foot, FOOT_FONT)
        canvas.close()


def cards_of(still: Still) -> Iterator[Card]:
    """A card for each picture of a still that can stand alone, or one for pictures together."""
    if still.kind == "fold":
        return
    shown = [one for one in still.pictures if one[0] in SHOWN.get(still.kind, ())]
    together = still.kind in ("add_into", "update", "compare", "statistic")
    for group in [shown] if together else [[one] for one in shown]:
        if group:
            last = group[-1][1]
            foot = still.example or brief(last)
            yield Card(still.kind, named(last.name), group, foot, still.aside)


def brief(frame: Frame) -> str:
    """Mean, spread and share of zeros on one line; what is no number comes first."""
    known = frame.statistics
    odd = known["nan"] + known["infinite"]
    if odd:
        return say("trace_odd", n=odd, size=known["size"])
    if known["size"] == 1:
        return ""
    zeros = f"{100 * known['zeros']:.0f} %"
    return say("trace_brief", mean=short(known["mean"]), spread=short(known["spread"]), zeros=zeros)


def spoken(frame: Frame) -> str:
    """A frame for those who do not see it."""
    numbers = frame.numbers.reshape(-1)
    value = short(float(numbers[0])) if numbers.size == 1 else brief(frame)
    return f"{named(frame.name)} {frame.shape}: {value}"
