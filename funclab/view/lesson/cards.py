"""Cards to raise in a class: a letter over a sign, which need neither colour nor a server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import area, closed, mark_path
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.live.page import page_of

WIDTH, HEIGHT = 600, 848
"""A page with the proportions of A4; on letter paper the margins are wider."""
SIGNS = {
    "A": ("diamond", "group0"),
    "B": ("circle", "input"),
    "C": ("square", "group1"),
    "D": ("triangle", "output"),
}
"""The sign of each letter, and its colour: `vote` shows the same."""
LETTER, BASELINE = 0.72, 0.5
SIGN, MIDDLE = 0.21, 0.74
MARGIN = 0.03


@dataclass(repr=False)
class Cards(Picture):
    """A page for each letter or, with `fold`, one page with a quarter for each."""

    letters: str = "".join(SIGNS)
    fold: bool = False
    look: str = "light"

    sheet: ClassVar[bool] = True
    """Printed on a page of its own."""

    @property
    def title(self) -> str:
        return say("lesson_cards", n=len(self.letters), letters=", ".join(self.letters))

    @property
    def description(self) -> str:
        signs = [f"{letter}: {SIGNS[letter][0]}" for letter in self.letters]
        return f"{self.title}. {', '.join(signs)}."

    @property
    def pages(self) -> list[Cards]:
        """The pages to print."""
        return [self] if self.fold else [Cards(letter, True, self.look) for letter in self.letters]

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        if len(self.letters) == 1:
            _draw_card(canvas, self.letters, 0j, 1)
            return WIDTH, HEIGHT
        for number, letter in enumerate(self.letters):
            row, column = divmod(number, 2)
            _draw_card(canvas, letter, complex(WIDTH * column, HEIGHT * row) / 2, 0.5)
        crease = Paint("", "soft", 1, "4 6")
        canvas.path(closed([WIDTH / 2 + 0j, complex(WIDTH / 2, HEIGHT)]), crease)
        canvas.path(closed([HEIGHT * 0.5j, complex(WIDTH, HEIGHT / 2)]), crease)
        return WIDTH, HEIGHT

    def texts(self) -> dict[str, Callable[[], str]]:
        return {**super().texts(), ".html": lambda: page_of(self.pages)}


def _draw_card(canvas: Canvas, letter: str, corner: complex, scale: float) -> None:
    """A framed letter above its sign; the letter is as dark as text."""
    width, height = WIDTH * scale, HEIGHT * scale
    sign, ink = SIGNS[letter]
    middle = corner + width / 2
    frame = area(corner, width, height).grown(-MARGIN * width)
    canvas.rect(frame, Paint("paper", ink, 8 * scale), 24 * scale)
    font = Font(LETTER * width, bold=True, anchor="middle")
    canvas.text_line(middle + BASELINE * height * 1j, letter, font)
    canvas.path(mark_path(sign, middle + MIDDLE * height * 1j, SIGN * width), Paint(ink))
