"""All of a playground in one still picture, composed as the live view is; and its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import area, polyline
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import text_width
from funclab.view.playground.network import Network
from funclab.view.playground.picture import (
    CURVE,
    SIDE,
    THUMB,
    Answer,
    Losses,
    Points,
    Reading,
    Surface,
    loss_text,
)
from funclab.view.playground.trial import SETTINGS, Trial, samples

WIDE, HIGH = 700, 404
"""The room of the network."""
LEFT, DATA, GAP = 16, 72, 16
BAR, STRIP = 48, 52
STEP = 66
WIDTH = LEFT + DATA + WIDE + GAP + SIDE + LEFT


@dataclass(repr=False)
class PlaygroundPicture(Picture):
    """A drawn playground: the trial `shown`, and the `line` of Python of its state."""

    shown: Trial
    line: str
    look: str

    @property
    def title(self) -> str:
        name = self.shown.settings["data"] or say("play_yours")
        return f"{say('play_title')}: {name}"

    @property
    def description(self) -> str:
        return caption(self.shown.facts())

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Numbers, settings, then data, network and answer side by side; how to read them."""
        facts = self.shown.facts()
        canvas.text_line(complex(LEFT, 30), self.title, Font(15, bold=True))
        after = LEFT + text_width(self.title, 15, bold=True) + 16
        canvas.text_line(complex(after, 30), str(facts["epochs"]), Font(20, bold=True))
        after += text_width(str(facts["epochs"]), 20, bold=True) + 8
        canvas.text_line(complex(after, 30), counts(facts), Font(12, "label"))
        self._strip(canvas)
        top = BAR + STRIP + 8
        self._data(canvas, complex(LEFT, top))
        _placed(canvas, Network(self.shown, WIDE, HIGH, self.look), complex(LEFT + DATA, top))
        self._answers(canvas, complex(WIDTH - LEFT - SIDE, top), facts)
        base = top + HIGH + 8
        rule(canvas, base)
        words = caption(facts), legend(facts), reading(facts)
        base = canvas.prose(complex(LEFT, base + 20), words, WIDTH - 2 * LEFT, Font(12, "soft"), 16)
        canvas.text_line(complex(LEFT, base + 4), self.line, Font(12, mono=True))
        return max(WIDTH, 2 * LEFT + text_width(self.line, 12, mono=True)), base + 16

    def _strip(self, canvas: Canvas) -> None:
        """The settings: each value under its name."""
        rule(canvas, BAR)
        rule(canvas, BAR + STRIP)
        settings = self.shown.settings
        names = [name for name in settings if name != "data" and SETTINGS[name].choices]
        texts = [(say(f"play_{name}"), value_text(settings[name])) for name in names]
        wide = [max(text_width(a, 12), text_width(b, 13, bold=True)) for a, b in texts]
        spare = (WIDTH - 2 * LEFT - sum(wide)) / (len(texts) - 1)
        place = complex(LEFT, BAR)
        for (label, value), width in zip(texts, wide):
            canvas.text_line(place + 20j, label, Font(12, "label"))
            canvas.text_line(place + 40j, value, Font(13, bold=True))
            place += width + spare

    def _data(self, canvas: Canvas, corner: complex) -> None:
        """The sets of data, the chosen one framed; or the reader's own."""
        chosen = self.shown.settings["data"]
        for name, points in thumbs(self.shown).items():
            here = not chosen or name == chosen
            frame = area(corner + 8, THUMB, THUMB)
            canvas.rect(frame, Paint("paper", "ink" if here else "rule", 2 if here else 1), 8)
            _placed(canvas, Points(points, THUMB, size=2), corner + 8)
            middle = corner + complex(8 + THUMB / 2, THUMB + 14)
            font = Font(12, "ink" if here else "soft", bold=here, anchor="middle")
            canvas.text_line(middle, name or say("play_yours"), font)
            corner += STEP * 1j

    def _answers(self, canvas: Canvas, corner: complex, facts: dict[str, Any]) -> None:
        """The box of the answer, its surface with the points, how to read it, and the losses."""
        _placed(canvas, Answer(facts["classes"]), corner)
        corner += 48j
        surface = Surface(self.shown.surface(), self.shown.far, self.look)
        _placed(canvas, surface, corner)
        _placed(canvas, Points(facts["points"], SIDE), corner)
        corner += complex(0, SIDE + 6)
        _placed(canvas, Reading(facts["classes"], self.look), corner)
        place = corner.real + 1j * (BAR + STRIP + 8 + HIGH - CURVE)
        _placed(canvas, Losses(facts["train"], facts["test"]), place)


def rule(canvas: Canvas, y: float) -> None:
    canvas.path(polyline([complex(0, y), complex(WIDTH, y)]), Paint("", "rule", 1))


def _placed(canvas: Canvas, picture: Picture, corner: complex) -> None:
    """Draw a picture in another."""
    canvas.shift(corner)
    picture.draw(canvas)
    canvas.close()


def thumbs(trial: Trial) -> dict[str, list[list[int]]]:
    """The points of each set of data that one may choose; of a reader's own, under ""."""
    if trial.own is not None:
        return {"": trial.points()[:: max(1, len(trial.own[0]) // 40)]}
    return {name: samples(name) for name in SETTINGS["data"].choices}


def value_text(value: Any) -> str:
    """A setting's value as it is read."""
    return say("yes" if value else "no") if isinstance(value, bool) else str(value)


def counts(facts: dict[str, Any]) -> str:
    """What follows the number of epochs: weights, and test points that are right."""
    kind = "" if facts["classes"] else "_values"
    return say(f"play_counts{kind}", n=facts["epochs"], **{k: facts[k] for k in COUNTED})


COUNTED = "weights", "right", "tested"


def caption(facts: dict[str, Any]) -> str:
    """What the picture shows, as a sentence."""
    settings, epochs = facts["settings"], facts["epochs"]
    count = "one" if settings["branches"] == 1 else "many"
    sharing = say("play_with_shared" if settings["shared"] else "play_with_separate")
    shape = {**settings, "n": settings["branches"], "shared": sharing}
    values = {
        "data": settings["data"] or say("play_yours"),
        "shape": say(f"play_caption_{count}", **shape),
    }
    if not epochs:
        return say("play_caption_new", **values)
    train, test = (loss_text(facts[part][-1]) for part in ("train", "test"))
    return say("play_caption", **values, n=epochs, train=train, test=test)


def legend(facts: dict[str, Any]) -> str:
    """How to read neurons, weights and points, in one line."""
    return say("play_legend" if facts["classes"] else "play_legend_values")


def reading(facts: dict[str, Any]) -> str:
    """What the pictures show beyond that, for those who want to know, or cannot see them."""
    kind = "" if facts["classes"] else "_values"
    low, high = (f"({x:g}, {y:g})" for x, y in (facts["low"], facts["high"]))
    texts = [
        say(f"play_legend_marks{kind}"),
        say(f"play_legend_side{kind}"),
        say("play_legend_lines", low=low, high=high),
        say("caption_middle") if facts["epochs"] else "",
        say(f"play_ways_{facts['settings']['branches']}"),
    ]
    return " ".join(filter(None, texts))
