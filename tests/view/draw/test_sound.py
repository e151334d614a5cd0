"""Still pictures of all rooms: all parts lie on them, and words are clear of each other."""

from __future__ import annotations

import re

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers
from funclab.teach import arrange, ask, cards, vote
from funclab.teach.checking import check_lines
from funclab.view.draw.canvas import Paint
from funclab.view.draw.geometry import Area, area
from tests.teach.tries import tries
from tests.view import gallery, models
from tests.view.measures import Texts, overlap, overlapping_texts
from tests.view.mistakes.models import digits, images

MARGIN = 80
"""The most that is left empty at a rim."""
X, Y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")


class Parts(Texts):
    """A canvas that also notes where rectangles, circles and paths lie."""

    def __init__(self) -> None:
        super().__init__()
        self.areas: list[Area] = []

    def note(self, corner: complex, width: float, height: float) -> None:
        self.areas.append(area(corner + self.origins[-1], width, height))

    def rect(self, area_: Area, paint: Paint, radius: float = 0) -> None:
        self.note(area_.corner, area_.width, area_.height)

    def circle(self, middle: complex, radius: float, paint: Paint) -> None:
        self.note(middle - radius * (1 + 1j), 2 * radius, 2 * radius)

    def path(self, data: str, paint: Paint) -> None:
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", data)]
        if numbers and not re.search("[a-zAHV]", data):  # all are places
            xs, ys = numbers[::2], numbers[1::2]
            self.note(complex(min(xs), min(ys)), max(xs) - min(xs), max(ys) - min(ys))


def small() -> Model:
    x = Input((2,), name="x")
    model = Model(x, layers.Dense(1, name="out")(layers.Dense(2, name="hidden")(x)))
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def trained(epochs: int) -> Model:
    model = small()
    model.fit(X, Y, epochs=epochs, validation_split=0.5, verbose=0, live=True)
    return model


def tried(mistake: str):
    one = next(one for one in tries() if one.mistake == mistake)
    return check_lines(one.exercise, one.lines, one.names)


VIEWS = {
    "explorer": lambda: funclab.explore(models.siamese(), open=True),
    "explorer_layers": lambda: funclab.explore(models.siamese(), face="layers"),
    "explorer_long": lambda: funclab.explore(gallery.built("mobilenet")),
    "shapes": lambda: funclab.shapes(models.twice()),
    "shapes_of_images": lambda: funclab.shapes(gallery.built("unet")),
    "diff": lambda: funclab.diff(models.twice(), models.shared_inside()).view(),
    "trace": lambda: funclab.trace(small(), X, Y),
    "profile": lambda: funclab.profile(small(), X, Y),
    "mistakes": lambda: funclab.mistakes(images(), *digits()),
    "mistakes_surest": lambda: funclab.mistakes(images(), *digits(), face="surest"),
    "mistakes_confidence": lambda: funclab.mistakes(images(), *digits(), face="confidence"),
    "mistakes_numbers": lambda: funclab.mistakes(small(), np.eye(2), np.ones(2)),
    "embedding": lambda: funclab.embedding(np.eye(4), y=[0, 1, 1, 0]),
    "training": lambda: funclab.watch(trained(3)),
    "runs": lambda: funclab.compare_runs(trained(2).history, trained(4).history),
    "playground": lambda: funclab.playground(branches=2, epochs=3),
    "question": lambda: ask("1.1"),
    "vote": lambda: vote("5.1"),
    "lines": lambda: arrange("1A"),
    "mistake": lambda: tried("result_lost"),
    "mask": lambda: tried("any_length"),
}


@pytest.mark.parametrize("name", VIEWS)
def test_all_parts_of_a_still_picture_lie_on_it_and_words_are_clear_of_each_other(name):
    picture = VIEWS[name]().picture()
    canvas = Parts()

    width, height = picture.draw(canvas)

    parts = [*canvas.areas, *(text.area for text in canvas.texts if text.words)]
    rims = [min(part.x for part in parts), min(part.y for part in parts),
            width - max(part.right for part in parts),
            height - max(part.bottom for part in parts)]  # fmt: skip
    assert all(0 <= rim <= MARGIN for rim in rims), rims
    assert overlapping_texts(picture) == []
    assert min(text.size for text in canvas.texts if text.words) >= 11


@pytest.mark.parametrize("name", ["profile", "shapes", "training", "vote"])
def test_words_that_lie_in_a_box_lie_in_it_whole(name):
    canvas = Parts()
    VIEWS[name]().picture().draw(canvas)

    cut = [
        text.words
        for text in canvas.texts
        for box in canvas.areas
        if text.words and min(box.width, box.height) > 14 and overlap(text.area, box, 0)
        and not (box.x <= text.area.x and text.area.right <= box.right + 1
                 and box.y <= text.area.y + 1 and text.area.bottom <= box.bottom + 1)
    ]  # fmt: skip

    assert cut == []


def test_cards_to_print_fill_a_page_and_letters_stand_in_their_middle():
    canvas = Parts()
    width, height = cards().draw(canvas)

    for text in canvas.texts:
        inside = [part for part in canvas.areas if overlap(text.area, part, 0)]
        box = min(inside, key=lambda part: part.width * part.height)
        assert abs(text.area.x + text.area.right - box.x - box.right) < 2
    assert width / height == pytest.approx(210 / 297, rel=0.01)
