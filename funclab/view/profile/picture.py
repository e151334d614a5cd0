"""Where the time goes, as a picture: a bar for each step, or for each layer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from funclab.engine.profile import Profile, Timing
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import area
from funclab.view.draw.picture import Cells, Picture
from funclab.view.draw.sentences import say, titles
from funclab.view.draw.text import clean, shorten, text_width

WIDTH, LEFT = 664, 14
"""The width of a row, and where names and bars begin."""
HEIGHT, THICK = 40, 16
ROW, SLIM, COUNTED = 524, 10, 124
"""The width of a bar's row, two of which stand beside each other; how thick the bar is; and the
room of its numbers, which stand above it."""
NAME, DETAIL, HEADING = Font(13), Font(11, "soft"), Font(16, bold=True)
NUMBER, TAKEN = Font(12, mono=True, anchor="end"), Paint("paper", "ink", 1.3)
LONGEST_NAME = 40
BRIEFEST, LETTER = 10, 5.9
"""With room for fewer letters, a detail is left out; how wide a letter of it is at most."""
MOST = 40
"""The most bars with a row of their own; all others are combined into one."""
KINDS = {"forward": "forward", "vjp": "backward", "add_into": "backward"}


@dataclass(repr=False)
class Bar(Picture):
    """One row: a name, its details, and how long it took compared with the longest."""

    name: str
    detail: str
    steps: list[Timing]
    whole: float
    longest: float = 0.0
    told: str = ""
    """How long it takes, and what part of all."""
    why: str = ""
    """What that is made of."""

    @property
    def words(self) -> str:
        """The bar in sentences."""
        return f"{self.told} {self.why}"

    @property
    def seconds(self) -> float:
        return sum(step.seconds for step in self.steps)

    @property
    def least(self) -> float:
        return sum(step.least for step in self.steps)

    @property
    def share(self) -> float:
        return self.seconds / self.whole

    @property
    def title(self) -> str:
        return f"{self.name}: {microseconds(self.seconds)}"

    @property
    def description(self) -> str:
        return self.words

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        canvas.open(self.title, "step")
        name = shorten(self.name, LONGEST_NAME)
        canvas.text_line(complex(LEFT, 17), name, NAME)
        start = LEFT + text_width(name, NAME.size) + 10
        letters = int((ROW - LEFT - COUNTED - start) / LETTER)
        if letters >= BRIEFEST:
            canvas.text_line(complex(start, 17), shorten(self.detail, letters), DETAIL)
        scale = (ROW - 2 * LEFT) / self.longest
        least = min(self.least, self.seconds)
        for seconds, paint in ((self.seconds, TAKEN), (least, Paint("neutral"))):
            canvas.rect(area(complex(LEFT, 24), max(seconds * scale, 0.5), SLIM), paint, 2)
        text = f"{microseconds(self.seconds)} {self.share:4.0%}"
        canvas.text_line(complex(ROW - LEFT, 17), text, NUMBER)
        canvas.close()
        return ROW, HEIGHT

    def cells(self) -> tuple[str, ...]:
        operations = sum(step.operations for step in self.steps) / 1e6
        moved = sum(step.bytes for step in self.steps) / 1e3
        numbers = f"{self.share:.1%}", f"{operations:,.2f}", f"{moved:,.1f}", brief(self.least)
        return f"{self.name} {self.detail}", brief(self.seconds), *numbers


@dataclass(repr=False)
class Bars(Picture):
    """The bars of a model: its steps, in the order of the plan, or its layers."""

    name: str
    profile: Profile
    batch: int
    by: str = "layers"
    look: str = "auto"
    numeric = True
    bars: dict[str, list[Bar]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = {"steps": list(step_bars(self.profile)), "layers": layer_bars(self.profile)}
        for face, bars in made.items():
            bars = folded(bars)
            for bar in bars:
                bar.longest = max(each.seconds for each in bars)
                bar.told, bar.why = words(bar)
            self.bars[face] = bars

    @property
    def title(self) -> str:
        return say("profile_title", name=clean(self.name))

    @property
    def caption(self) -> str:
        return say(
            "profile_caption",
            n=len(self.profile.steps),
            time=microseconds(self.profile.seconds),
            batch=say("profile_samples" if self.batch else "profile_run", n=self.batch),
            rounds=self.profile.rounds,
            rate=f"{self.profile.rate / 1e9:,.0f}",
        )

    @property
    def layers(self) -> list[int]:
        """For each bar of a step, the number of the bar of its layer."""
        layers = {id(step): i for i, bar in enumerate(self.bars["layers"]) for step in bar.steps}
        return [layers[id(bar.steps[0])] for bar in self.bars["steps"]]

    @property
    def description(self) -> str:
        return " ".join([self.caption, *(bar.words for bar in self.bars[self.by])])

    @property
    def grid(self) -> tuple[Cells, Sequence[Cells]]:
        return titles("profile_titles"), [bar.cells() for bar in self.bars[self.by]]

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        y = 38.0
        canvas.text_line(complex(LEFT, 26), self.title, HEADING)
        for bar in self.bars[self.by]:
            canvas.shift(y * 1j)
            y += bar.draw(canvas)[1]
            canvas.close()
        texts = [self.caption, say("profile_legend")]
        return ROW, canvas.prose(complex(LEFT, y + 18), texts, ROW - 2 * LEFT, DETAIL) + 4


def step_bars(profile: Profile) -> Iterator[Bar]:
    """A bar for each step: its number and layer, and what it does, on one line."""
    for i, step in enumerate(profile.steps, 1):
        line = step.line.partition("    #")[0]
        name = ", ".join(dict.fromkeys([place_of(step), kind_of(step)]))
        yield Bar(f"{i}. {name}", line, [step], profile.seconds)


def layer_bars(profile: Profile) -> list[Bar]:
    """A bar for each layer, for the loss and for the update, in the order of their first steps."""
    steps: dict[str, list[Timing]] = {}
    for step in profile.steps:
        steps.setdefault(place_of(step), []).append(step)
    return [Bar(name, _parts(steps[name]), steps[name], profile.seconds) for name in steps]


def _parts(steps: Sequence[Timing]) -> str:
    """How long it takes forward, and how long backward."""
    kinds = list(dict.fromkeys(map(kind_of, steps)))
    times = [sum(step.seconds for step in steps if kind_of(step) == kind) for kind in kinds]
    told = [f"{kind} {microseconds(time)}" for kind, time in zip(kinds, times)]
    return say("profile_parts", n=len(steps), parts=told)


def folded(bars: list[Bar]) -> list[Bar]:
    """The longest bars in their order; the others in one."""
    long = sorted(bars, key=lambda bar: -bar.seconds)[:MOST]
    kept = [bar for bar in bars if any(bar is each for each in long)]
    rest = [bar for bar in bars if not any(bar is each for each in long)]
    steps = [step for bar in rest for step in bar.steps]
    more = [Bar(say("more", n=len(rest)), _parts(steps), steps, bars[0].whole)]
    return kept + more * bool(rest)


def place_of(step: Timing) -> str:
    return clean(step.layer) or say("update" if step.kind == "extra" else "profile_loss")


def kind_of(step: Timing) -> str:
    return say(KINDS.get(step.kind, "update"))


def words(bar: Bar) -> tuple[str, str]:
    """How long a bar takes, and why."""
    operations = sum(step.operations for step in bar.steps)
    told = {
        "name": bar.name,
        "detail": bar.detail,
        "time": microseconds(bar.seconds),
        "share": f"{bar.share:.1%}",
        "least": microseconds(bar.least),
        "times": f"{bar.seconds / (bar.least or math.inf):,.1f}",
        "operations": f"{operations / 1e6:,.2f}",
        "moved": f"{sum(step.bytes for step in bar.steps) / 1e3:,.1f}",
    }
    why = "profile_operations" if operations else "profile_bytes"
    if bar.seconds > 4 * bar.least and bar.seconds / len(bar.steps) < CALL:
        why = "profile_call"
    return say("profile_bar", **told), say(why, **told)


CALL = 5e-6
"""A step that takes fewer seconds may spend most of them on the overhead of its call."""


def microseconds(seconds: float) -> str:
    return f"{brief(seconds)} µs"


def brief(number: float) -> str:
    """Seconds as microseconds, with a digit after the point if there are few before it."""
    value = number * 1e6
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"
