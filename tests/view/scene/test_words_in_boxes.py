"""Words stand in the middle of their boxes, and all begin at the same distance from the rim."""

from __future__ import annotations

import pytest

from funclab.view.scene.diagram import diagram
from tests.view import models
from tests.view.measures import Text, texts

MODELS = (models.perceptron, models.shared_encoder, models.operators, models.masked,
          models.frozen, models.called_twice)  # fmt: skip
WAYS = ("full", "two lines", "one line", "lines")


def words_of(build, choice: str, face: str) -> list[tuple]:
    """The boxes with words alone, each with its texts."""
    picture = diagram(build(), face=face, choice=choice)
    written = [text for text in texts(picture) if text.words]
    plain = [box for box in picture.scene.boxes if not (box.rows or box.inside or box.note)]
    found = [
        (box, [t for t in written if box.grown(1).contains(t.area)])
        for box in plain
    ]  # fmt: skip
    return [(box, inside) for box, inside in found if inside]


@pytest.mark.parametrize("build", MODELS, ids=lambda build: build.__name__)
@pytest.mark.parametrize("choice", WAYS)
@pytest.mark.parametrize("face", ["calls", "layers"])
def test_the_words_of_a_box_stand_in_its_middle(build, choice, face):
    if choice not in diagram(build(), face=face).scene.choices:
        choice = "full"
    boxes = words_of(build, choice, face)
    assert boxes
    lefts, heights = set(), {}
    for box, inside in boxes:
        top, bottom = min(t.area.y for t in inside), max(t.area.bottom for t in inside)
        # Letters without tails seem to stand a little above the middle of their line.
        assert abs((top - box.y) - (box.bottom - bottom)) < 4.5
        first: Text = min(inside, key=lambda t: t.area.x)
        lefts.add(round(first.area.x - box.x, 1))
        assert box.right - max(t.area.right for t in inside) >= 8
        heights.setdefault(len(inside), set()).add(round(top - box.y, 1))
        assert {t.size for t in inside} <= {15, 13, 12, 11}
        name = max(inside, key=lambda t: t.size)
        assert name.area.y == min(t.area.y for t in inside if t.size == name.size)
    assert len(lefts) <= 2 and 10 <= min(lefts) <= 20
    assert all(len(tops) <= 2 for tops in heights.values())
