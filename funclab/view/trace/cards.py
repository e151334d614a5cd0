"""A step of slow motion as a card: its pictures side by side, each with what can be said of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count

from funclab.view.draw.area import area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.text import text_width
from funclab.view.live.said import named, say, short, signed
from funclab.view.trace.drawing import draw_frame, size_of
from funclab.view.trace.frames import Frame
from funclab.view.trace.still import Still

PAD, SIGN_ROOM, GAP, LINE = 12, 30, 16, 15
HEAD, EXAMPLE = 42, 20
NAME, NUMBER = Font(12, bold=True, mono=True), Font(11, "paper", bold=True, anchor="middle")
SMALL, SOFT = Font(11, mono=True), Font(11, "soft")
SIGN, EXAMPLE_FONT = Font(20, "soft", bold=True, anchor="middle"), Font(13, bold=True)
SIGNS = {"part": "+", "sum": "=", "after": "→", "on": "|"}
"""What stands before the second and later pictures of a card."""
TOGETHER = ("add_into", "update", "compare", "statistic")
SHOWN = {
    "input": ("makes",),
    "forward": ("makes",),
    "compare": ("off", "on"),
    "loss": ("makes",),
    "seed": ("hands",),
    "loss_back": ("hands",),
    "vjp": ("hands",),
    "add_into": ("part", "sum"),
    "update": ("before", "gradient", "after"),
    "held": ("held",),
    "statistic": ("before", "after"),
    "fold": ("makes", "hands"),
}
"""The roles of the pictures that a card shows, by the kind of its still."""


@dataclass
class Card:
    """Pictures in a row under a heading, with the step's number before it."""

    heading: str
    second: str
    pictures: list[tuple[str, Frame]]
    number: str = ""
    example: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    """What stands over the pictures of a role."""
    now: bool = False

    @property
    def size(self) -> tuple[float, float]:
        inner = sum(self._widths) + sum(self._rooms)
        heading = text_width(self.heading, 12, mono=True) + self._indent
        words = max(heading, text_width(self.second, 11), text_width(self.example, 13, bold=True))
        height = HEAD + self._top + max(self._heights, default=0.0)
        return max(inner, words) + 2 * PAD, height + (EXAMPLE if self.example else 0) + 8

    @property
    def _indent(self) -> float:
        return text_width(self.number, 11, bold=True) + 16 if self.number else 0

    @property
    def _top(self) -> float:
        return LINE if self.titles else 0

    @property
    def _widths(self) -> list[float]:
        return [
            max([size_of(pair[1])[0], *map(_width, self._words(pair), count())])
            for pair in self.pictures
        ]

    @property
    def _heights(self) -> list[float]:
        return [size_of(pair[1])[1] + LINE * len(self._words(pair)) + 4 for pair in self.pictures]

    @property
    def _rooms(self) -> list[float]:
        """What is left free before each picture; a sign stands there when there is one."""
        return [
            0 if not i else SIGN_ROOM if role in SIGNS else GAP
            for i, (role, _) in enumerate(self.pictures)
        ]

    def _words(self, pair: tuple[str, Frame]) -> list[str]:
        """The lines under a picture."""
        _, frame = pair
        name = named(frame.name)
        title = [] if name == self.heading else [name]
        return [*title, *([frame.shape] if frame.shape != "()" else []), *described(frame)]

    def draw(self, canvas: Canvas, corner: complex) -> None:
        width, height = self.size
        said = "; ".join(spoken(frame) for _, frame in self.pictures)
        canvas.open(f"{self.number} {self.heading}: {said}".strip(), "card")
        edge = Paint("paper", "ink", 2) if self.now else Paint("paper", "rim", 1)
        canvas.rect(area(corner, width, height), edge, 6)
        if self.number:
            pill = area(corner + (PAD - 2 + 6j), self._indent - 6, 17)
            canvas.rect(pill, Paint("ink"), 8)
            canvas.text_line(pill.middle + 4j, self.number, NUMBER)
        canvas.text_line(corner + complex(PAD + self._indent, 18), self.heading, NAME)
        canvas.text_line(corner + (PAD + 34j), self.second, SOFT)
        self.draw_pictures(canvas, corner + complex(PAD, HEAD))
        if self.example:
            canvas.text_line(corner + complex(PAD, height - 10), self.example, EXAMPLE_FONT)
        canvas.close()

    def draw_pictures(self, canvas: Canvas, corner: complex) -> None:
        """The row of pictures, without the card around it."""
        drawn = [size_of(frame)[1] for _, frame in self.pictures]
        last = ""
        for pair, width, room in zip(self.pictures, self._widths, self._rooms, strict=True):
            role, frame = pair
            if room and role in SIGNS:
                middle = corner + complex(room / 2, self._top + max(drawn) / 2 + 7)
                canvas.text_line(middle, SIGNS[role], SIGN)
            corner += room
            if role in self.titles and role != last:
                canvas.text_line(corner + 10j, self.titles[role], Font(11, "soft", bold=True))
            draw_frame(canvas, frame, corner + complex(0, self._top))
            below = corner + complex(0, self._top + size_of(frame)[1] + LINE)
            for i, line in enumerate(self._words(pair)):
                canvas.text_line(below + complex(0, LINE * i), line, SOFT if i else SMALL)
            corner += width
            last = role


def _width(line: str, row: int) -> float:
    """The first line is a name or shape."""
    return text_width(line, 11, mono=not row)


def cards_of(still: Still, number: int, now: bool, widest: float) -> list[Card]:
    """A step as one card, or as several when it would be wider than there is room."""
    shown = [(role, replace(one, small=True)) for role, one in _shown(still)]
    heading = heading_of(still)
    card = Card(heading, _second(still), shown, str(number), still.example, now=now)
    if still.kind in TOGETHER or card.size[0] <= widest or len(shown) < 2:
        return [card]
    half = (len(shown) + 1) // 2
    parts = [shown[:half], shown[half:]]
    return [Card(heading, card.second, part, card.number, now=now) for part in parts]


def rows_of(still: Still, widest: float) -> list[Card]:
    """All pictures of a step, each role under its name; in as many rows as they need."""
    rows: list[Card] = []
    titles = {role: say(f"trace_role_{role}") for role, _ in still.pictures}
    for one in still.pictures:
        tried = Card("", "", [*(rows[-1].pictures if rows else []), one], titles=titles)
        if rows and tried.size[0] <= widest:
            rows[-1] = tried
        else:
            rows.append(Card("", "", [one], titles=titles))
    return rows


def _shown(still: Still) -> list[tuple[str, Frame]]:
    """The pictures that the card of a step has."""
    wanted = SHOWN.get(still.kind, ())
    return [(role, one) for role, one in still.pictures if role in wanted]


def heading_of(still: Still) -> str:
    """The name of a step: that of what it is about."""
    shown = _shown(still)
    if still.kind == "vjp":
        return named(still.key)
    if still.kind in ("loss_back", "held"):
        return say("trace_the_loss" if still.kind == "loss_back" else "trace_held_heading")
    if still.kind == "fold" or not shown:
        return named(still.key) if still.key else say("trace_folded")
    return named(shown[-1][1].name)


def _second(still: Still) -> str:
    if still.kind == "fold":
        return f"{still.words.partition('. ')[0]}."
    if still.kind == "compare":
        return say("trace_off_on")
    if still.kind in ("vjp", "loss_back"):
        return say("trace_hands_frozen" if still.about.get("frozen") else "trace_hands")
    return still.aside


def described(frame: Frame) -> list[str]:
    """Mean, spread and share of zeros on two lines; what is no number comes first."""
    known = frame.statistics
    odd = known["nan"] + known["infinite"]
    if odd:
        return [say("trace_odd", n=odd, size=known["size"])]
    if known["size"] == 1:
        return []
    zeros = f"{100 * known['zeros']:.0f} %"
    text = say(
        "trace_brief", mean=signed(known["mean"]), spread=short(known["spread"]), zeros=zeros
    )
    first, comma, rest = text.partition(", ")
    return [first + comma.rstrip(), rest]


def brief(frame: Frame) -> str:
    """Mean, spread and share of zeros on one line."""
    return " ".join(described(frame))


def spoken(frame: Frame) -> str:
    """A frame for those who do not see it."""
    numbers = frame.numbers.reshape(-1)
    value = signed(float(numbers[0])) if numbers.size == 1 else brief(frame)
    return f"{named(frame.name)} {frame.shape}: {value}"
