"""What still pictures show and say, as it was computed by hand.

After a change of a picture, `STILLS=1 pytest tests/view/test_stills.py` writes the files in
`stills/` anew: read what has changed, and check each number, before you commit it. They have what
is drawn in its order, with the sizes of bars, squares and dots, and then all texts as they are read
from above and from the left.
"""

from __future__ import annotations

import os
import re
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers
from funclab.teach import cards
from funclab.teach.checking import check_lines
from funclab.teach.scenes import SCENES, scene
from funclab.view import diagram, node_table
from funclab.view.draw.canvas import Font, Paint
from funclab.view.draw.geometry import Area
from funclab.view.draw.picture import Picture
from funclab.view.draw.samples import sample_of, sample_svg
from tests.teach.tries import tries
from tests.view import gallery
from tests.view import models as graphs
from tests.view.counted import (
    BANDS,
    IDS,
    NAMED,
    STROKES,
    WORDS,
    between_lines,
    birds,
    changed,
    headlines,
    images,
    landscape,
    line,
    scores,
    sizes,
    slow_motion,
    strokes,
    unhurried,
)
from tests.view.faults.test_faults import fault_of
from tests.view.measures import Texts, overlapping_texts
from tests.view.mistakes import models
from tests.view.profile.test_workers import a_record
from tests.view.shapes.test_steps import failure, walk

FOLDER = Path(__file__).parent / "stills"
YES = np.array([[-2], [-1], [0.2], [1], [2], [3]]), [0, 1, 0, 1, 1, 0]
NUMBERS = np.array([[0], [1], [2], [3], [4], [5]]), [0, 1.5, 2, 1, 4.25, 8]
ROW = {"features": ["metres", "kilograms"]}
EDITS = [["set", "shared", {"units": 3}], ["connect", "x", "out", {"how": "Add"}]]
GRAPHS = ("siamese", "inception", "unet", "transformer_2", "resnet", "vqa")
"""Models of the gallery whose pictures are arranged in different ways."""
PRICES = BANDS @ [[1.0], [-2]] + 3


def inside(**state):
    return funclab.inside(strokes(), STROKES, [0, 1, 0], **NAMED, **state)


def whatif(**state):
    return funclab.whatif(strokes(), STROKES, [0, 1, 0], **{"sample": 2} | state, **NAMED)


def mistakes(**state):
    labels = ["ant", "bee", "cow"]
    return funclab.mistakes(models.classes(3), *scores(), labels=labels, **state)


def lost():
    """The answer to an exercise whose result was not kept."""
    one = next(one for one in tries() if one.mistake == "result_lost")
    return check_lines(one.exercise, one.lines, one.names).picture()


def odd():
    """Numbers that are none, handed on as they are."""
    x = Input((2,), name="x")
    model = Model(x, layers.Dense(2, use_bias=False, name="out")(x))
    model.set_weights([np.eye(2)])
    return funclab.trace(model, np.array([[np.nan, 2], [np.inf, -1]]), step=0)


def volume():
    """Values with more axes than a picture shows."""
    x = Input((2, 2, 2, 1), name="volume")
    flat = layers.Flatten(name="flat")(layers.ReLU(name="held")(x))
    model = Model(x, layers.Dense(1, name="out")(flat), name="solid")
    model.set_weights([np.ones((8, 1)), [1]])
    return model


def sequence():
    """A sequence that is too long for each of its positions to be drawn."""
    x = Input((400, 2), name="hours")
    h = layers.Conv1D(3, 24, 2, padding="same", name="days")(x)
    return Model(x, layers.MaxPooling1D(8, 1, name="peaks")(h), name="long")


def around():
    """The losses around a model with three weights, along random directions."""
    x = Input((2,), name="x")
    model = Model(x, layers.Dense(1, name="out")(x), name="plane")
    model.set_weights([[[1], [-2]], [0.5]])
    model.compile(funclab.optimizers.SGD(0.01), "mse")
    way = funclab.callbacks.WeightPath()
    history = model.fit(BANDS[:, :2], PRICES, epochs=2, verbose=0, live=False, callbacks=[way])
    return history.landscape(BANDS[:, :2], PRICES, face="random")


def named():
    """Names that are longer than any place has room for."""
    x = Input((4,), name="measurements_of_one_bird_on_an_island")
    shared = layers.Dense(4, name="the_layer_that_is_called_two_times", activation="relu")
    ends = [layers.Dense(n, name=f"a_long_name_of_the_answer_number_{n}") for n in (2, 3)]
    return Model(x, [end(shared(shared(x))) for end in ends], name="names")


def joined():
    """The two ends of a model whose second input was forgotten."""
    left, right = Input((3,), name="left"), Input((3,), name="right")
    return left, layers.Dense(2, name="out")(layers.concatenate([left, right], name="both"))


STILLS = {
    "inside": inside,
    "inside_edges": lambda: inside(call="edges[0]", face="number", channel=1, at=[1, 2], sample=1),
    "inside_volume": lambda: funclab.inside(volume(), np.arange(8.0).reshape(1, 2, 2, 2, 1)),
    "inside_way": lambda: inside(call="way[0]", face="number", channel=1, sample=2),
    "inside_attention": lambda: funclab.inside(
        headlines(), IDS, [1, 0], call="heads[0]", face="weights", tokens=WORDS
    ),
    "whatif": whatif,
    "whatif_changed": lambda: whatif(changes=[11, 1.0], of="upright", face="slope"),
    "whatif_drawn": lambda: whatif(changes=[7, 1.0, 12, 1.0], blank=True, face="change"),
    "whatif_row": lambda: funclab.whatif(sizes(), BANDS, PRICES, sample=3, **ROW),
    "whatif_row_changed": lambda: funclab.whatif(
        sizes(), BANDS, PRICES, sample=1, changes=[0, 4.0], face="share", **ROW
    ),
    "whatif_words": lambda: funclab.whatif(headlines(), IDS, [1, 0], sample=1, tokens=WORDS),
    "mistakes": mistakes,
    "mistakes_percent": lambda: mistakes(percent=True, at=[1, 1], look="projector"),
    "mistakes_surest": lambda: mistakes(face="surest"),
    "mistakes_confidence": lambda: mistakes(face="confidence"),
    "mistakes_yes_or_no": lambda: funclab.mistakes(models.yes_or_no(), *YES, threshold=0.8),
    "mistakes_numbers": lambda: funclab.mistakes(models.numbers(), *NUMBERS, at=[3]),
    "mistakes_farthest": lambda: funclab.mistakes(models.numbers(), *NUMBERS, face="surest"),
    "embedding": lambda: funclab.embedding(
        BANDS, y=[0, 1, 0, 1, 0, 1], labels=["low", "high"], sample=2
    ),
    "embedding_words": lambda: funclab.embedding(
        headlines().get_layer("vectors"), tokens=["pad", *WORDS[1:]]
    ),
    "landscape": landscape,
    "landscape_start": lambda: landscape(epoch=0),
    "landscape_random": around,
    "landscape_line": between_lines,
    "edit": lambda: funclab.edit(graphs.twice(), steps=EDITS),
    "playground": funclab.playground,
    "playground_in_print": lambda: funclab.playground("plane", epochs=2, look="print"),
    "playground_of_own_data": lambda: funclab.playground(
        (BANDS[:, :2].repeat(3, 0), [0, 1, 0, 1, 0, 1] * 3), epochs=0
    ),
    "shapes": lambda: funclab.shapes(graphs.twice()),
    "shapes_of_a_long_sequence": lambda: funclab.shapes(sequence()),
    "shapes_of_images": lambda: funclab.shapes(images(), all=True),
    "diff": changed,
    "trace_forward": lambda: slow_motion(step=2),
    "trace_loss": lambda: slow_motion(step=3),
    "trace_backward": lambda: slow_motion(step=5),
    "trace_update": lambda: slow_motion(step=9),
    **{f"scene_{name}": partial(scene, name) for name in SCENES},
    "explorer": lambda: funclab.explore(graphs.twice(), selected="shared[1]"),
    "training": lambda: funclab.watch(line(3, metrics=["mae"])),
    "training_validated": lambda: funclab.watch(line(4, validated=True), log=True),
    "runs": lambda: funclab.compare_runs(line(2).history, line(4).history),
    "runs_on_a_wall": lambda: funclab.compare_runs(
        *(line(n, True, metrics=["mae"]).history for n in (2, 3, 4)), look="projector"
    ),
    "graph_layers": lambda: diagram(graphs.alternating(), face="layers"),
    "graph_masked": lambda: diagram(graphs.masked()),
    "graph_outputs": lambda: diagram(graphs.several_outputs()),
    "graph_wrapped": lambda: diagram(graphs.wrapped()),
    **{f"graph_{name}": partial(gallery.drawn, name, "notebook") for name in GRAPHS},
    "faults_call": lambda: fault_of(lambda: Model(*joined())),
    "faults_data": lambda: fault_of(lambda: graphs.twice().predict(BANDS)),
    "faults_shapes": lambda: fault_of(
        lambda: layers.Add(name="sum")([Input((3,), name="left"), Input((4,), name="right")])
    ),
    "faults_keys": lambda: fault_of(
        lambda: graphs.twice().compile("sgd", loss={"out": "mse", "otu": "mae"})
    ),
    "faults_numpy": lambda: fault_of(lambda: np.exp(Input((3,), name="left"))),
    "faults_names": lambda: fault_of(
        lambda: Model(
            x := Input((2,), name="x"), layers.Dense(2, name="q")(layers.Dense(3, name="q")(x))
        )
    ),
    "shapes_failed": lambda: walk(failure(layers.Conv2D(4, 3), Input((28, 28)))),
    "shapes_lengths": lambda: walk(
        failure(layers.Add(), [Input((3, n), name=f"n{n}") for n in (4, 5, 4, 100)])
    ),
    "shapes_many": lambda: walk(
        failure(layers.Add(), [Input((3, n), name=f"number_{n}") for n in range(4, 15)])
    ),
    "whatif_group": lambda: funclab.whatif(*birds(), sample=2),
    "whatif_group_changed": lambda: funclab.whatif(*birds(), sample=1, face="share"),
    "playground_crowded": lambda: funclab.playground("spirals", units=16, layers=3, branches=2),
    "playground_shared": lambda: funclab.playground("circles", branches=3, shared=True, epochs=2),
    "trace_odd": odd,
    "explorer_layers": lambda: funclab.explore(graphs.alternating(), face="layers"),
    "graph_low": lambda: gallery.drawn("resnet", "low"),
    "graph_named": lambda: diagram(named(), choice="full"),
    "graph_named_briefly": lambda: diagram(named(), choice="one line"),
    "graph_paper": lambda: gallery.drawn("vqa", "paper"),
    "graph_sideways": lambda: diagram(graphs.shared_inside(), direction="LR"),
    "nodes": lambda: node_table(graphs.called_twice().get_layer("dense")),
    "cards": cards,
    "mistake": lost,
    "workers": lambda: a_record(repeats=1).picture(),
}


class Told(Texts):
    """A canvas that notes what is drawn, and where: texts of one line together, and shapes by their
    sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, float, str, list[complex]]] = []

    def open(self, title: str, kind: str = "", **data: str) -> None:
        super().open(title, kind, **data)
        self._shape(f"({title})", 0j)

    def text_line(self, start: complex, text: str, font: Font) -> None:
        super().text_line(start, text, font)
        place = start + self.origins[-1]
        named = ["bold" * font.bold, "mono" * font.mono, font.anchor, font.ink]
        words = f"{text} [{' '.join([f'{font.size:g}', *filter(None, named)])}]"
        self.told.append(("text", round(place.imag, 1), words, [place]))

    def rect(self, area_: Area, paint: Paint, radius: float = 0) -> None:
        round_ = f" round {radius:g}" * bool(radius)
        size = f"▭ {area_.width:.0f} × {area_.height:.0f}{round_} {painted(paint)}"
        self._shape(size, complex(area_.x, area_.y))

    def circle(self, middle: complex, radius: float, paint: Paint) -> None:
        self._shape(f"● {radius:g} {painted(paint)}", middle)

    def path(self, data: str, paint: Paint) -> None:
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", data)]
        steps = re.sub("[^LCHVZhvz]", "", data)[:12]
        whole = {*steps} <= {*"LCZ"}  # all its points are absolute
        points = [complex(*pair) for pair in zip(numbers[::2], numbers[1::2])]
        if not whole:
            points = points[:1]
            steps += f" {data[data.find('h') :]}" if len(data) < 60 and "h" in data else ""
        elif len(points) > 5:
            points = [points[0], sum(points) / len(points), points[-1]]
        self._shape(f"~ {data.count('M')} {painted(paint)} {steps}", *points)

    def upward_line(self, start: complex, text: str, font: Font) -> None:
        self.text_line(start, text, font)

    def _shape(self, words: str, *places: complex) -> None:
        self.told.append((words, 0.0, "", [place + self.origins[-1] for place in places]))

    @property
    def read(self) -> list[str]:
        """All texts in the order in which one reads: from above, and from the left."""
        places = [(round(text.area.y + text.area.height), text) for text in self.texts]
        ordered = sorted(places, key=lambda one: (one[0], one[1].area.x))
        return [
            " | ".join(text.words for _, text in line)
            for _, line in groupby(ordered, key=lambda one: one[0])
        ]

    @property
    def lines(self) -> list[str]:
        found = []
        for (kind, _), group in groupby(self.told, key=lambda one: one[:2]):
            drawn = [*group]
            where = " ".join(pairs([place for *_, places in drawn for place in places]))
            times = f" ({len(drawn)} times)" * (len(drawn) > 1)
            words = " | ".join(text for *_, text, _ in drawn) if kind == "text" else kind + times
            found.append(f"{words} @ {where}")
        return found


def pairs(places: list[complex]) -> list[str]:
    """Some places; of many, the corners of the area that they are in."""
    if len(places) > 6:
        xs, ys = [place.real for place in places], [place.imag for place in places]
        places = [complex(min(xs), min(ys)), complex(max(xs), max(ys))]
    return [f"{place.real:.0f},{place.imag:.0f}" for place in places]


def painted(paint: Paint) -> str:
    stroke = f"{paint.stroke} {paint.width:g}{' dashed' * bool(paint.dash)}" if paint.stroke else ""
    faint = f"at {paint.opacity:.2f}" if paint.opacity < 1 else ""
    return " ".join(filter(None, [paint.fill, stroke, faint]))


def pictured(made: Any) -> Picture:
    """A picture, or that of a view."""
    return made if isinstance(made, Picture) else made.picture()


@pytest.mark.parametrize("name", STILLS)
def test_a_still_picture_shows_what_was_computed_by_hand(name, monkeypatch):
    unhurried(monkeypatch)
    made, canvas = STILLS[name](), Told()
    picture = pictured(made)
    picture.draw(canvas)

    said = "\n".join([made.text, "", picture.description, "", *canvas.lines, "", *canvas.read, ""])

    check(said, name)


def check(said: str, name: str) -> None:
    """Compare with what is written, or write it."""
    file = FOLDER / f"{name.replace(' ', '_')}.txt"
    if os.environ.get("STILLS"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(said, encoding="utf-8")
    written = file.read_text(encoding="utf-8") if file.exists() else ""
    assert said.splitlines() == written.splitlines(), (
        f"look at the picture; STILLS=1 .venv/bin/pytest {Path(__file__).name} writes {file.name}"
    )


@pytest.mark.parametrize("name", STILLS)
def test_all_that_a_still_picture_says_has_room(name):
    picture = pictured(STILLS[name]())
    canvas = Texts()
    width, height = picture.draw(canvas)

    assert overlapping_texts(picture) == []
    for text in canvas.texts:
        assert text.area.x >= 0 and text.area.right <= width, text.words
        assert text.area.y >= 0 and text.area.bottom <= height, text.words


SAMPLES = {
    "image": (np.arange(64).reshape(8, 8) / 63, {}),
    "words": (np.array(["dogs", "chase", "the", "quick", "cats", "and", "bark"]), {}),
    "row": (np.array([2.0, -1, 0.5]), {}),
    "named row": (np.array([2.0, -1]), {"names": ["age", "height"]}),
    "series": (np.array([[1.0], [3], [2]]), {"show": "series"}),
    "strip": (np.arange(6.0).reshape(3, 2), {}),
    "number": (np.float32(2.5), {}),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_drawn_as_it_was_counted(name):
    array, more = SAMPLES[name]
    check(sample_svg(sample_of(array, **more)).replace("><", ">\n<"), f"sample_{name}")
