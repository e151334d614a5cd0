"""Pictures and facts of many models are those that were looked at.

Other tests count, and compute what a view says in another way; this one notices whatever else
changes in a picture: `unchanged.json` has a digest of each. When one differs, what it was made of
is in `build/unchanged`: look at it, and at the picture. If it is meant, `STILLS=1 pytest
tests/view/test_unchanged.py` writes the digests anew.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import funclab
from funclab import Input, Model, layers, registry
from funclab.errors import FunclabError
from funclab.view import diagram, node_table
from funclab.view.blocks.words import Words
from funclab.view.draw.picture import Picture
from funclab.view.faults.faults import picture_of_fault
from funclab.view.scene.graph_text import DOT, MERMAID
from tests.misuse.answers import LINES
from tests.misuse.desk import Desk
from tests.view import gallery, models
from tests.view.blocks import graphs
from tests.view.random_models import Builder
from tests.view.shown import compare
from tests.view.test_stills import Told

WRITTEN = Path(__file__).with_name("unchanged.json")
FACES = [("calls", "TB"), ("calls", "LR"), ("layers", "LR")]
SMALL = (
    *("perceptron", "called_twice", "twice", "shared_inside", "two_and_two", "alternating"),
    *("shared_encoder", "residual", "densely", "several_outputs", "wrapped", "masked", "frozen"),
    *("operators", "called_elsewhere", "translated", "hostile"),
)
FOLDED: dict[str, dict[str, Any]] = {
    "u_2": {}, "u_3_add": {"levels": 3, "merge": layers.Add},
    "u_4_heads": {"levels": 4, "heads": 3}, "u_3_gated": {"levels": 3, "gated": True},
    "u_3_given": {"levels": 3, "given": True},
}  # fmt: skip
"""What differs in models that go down and up again."""
NAMES = [*gallery.MODELS, *SMALL, *FOLDED, "from_inside", *(f"random_{n}" for n in range(24))]


def built(name: str) -> Model:
    """A model of the gallery, a small one, or one that grew from a seed."""
    registry.reset_names()
    if name == "from_inside":
        return from_inside()
    if name in FOLDED:
        return folded_model(**FOLDED[name])
    if name.startswith("random_"):
        return Builder(int(name.removeprefix("random_"))).build()
    return gallery.MODELS[name]() if name in gallery.MODELS else getattr(models, name)()


def from_inside() -> Model:
    """Models whose inputs are tensors in the middle of another graph, and one of them inside."""
    hidden = layers.Dense(3, name="hidden")(Input((4,), name="outside"))
    inner = Model(hidden, layers.Dense(2, name="end")(layers.ReLU(name="held")(hidden)), name="cut")
    again = layers.Dense(3, name="again")(hidden)
    return Model([hidden, again], {"one": inner(hidden), "two": inner(again)}, name="around")


def folded_model(
    levels: int = 2, merge: type = layers.Concatenate, heads: int = 1,
    gated: bool = False, given: bool = False,
) -> Model:  # fmt: skip
    """Down by pooling and up again: with gates on the way across, several ends, or a second input
    that joins at the bottom."""
    x = y = Input((32, 32, 4), name="image")
    skips, ends = [], []
    for i in range(levels):
        y = layers.Conv2D(4, 3, padding="same", name=f"down{i}")(y)
        skips.append(y)
        y = layers.MaxPooling2D(name=f"pool{i}")(y)
    inputs = [x]
    if given:
        inputs.append(Input(tuple(y.shape[1:]), name="hint"))
        y = layers.Add(name="hinted")([y, inputs[1]])
    for i in reversed(range(levels)):
        y = layers.UpSampling2D(name=f"larger{i}")(y)
        skip = skips[i]
        if gated:
            gate = layers.Conv2D(4, 1, activation="sigmoid", name=f"gate{i}")(y)
            skip = layers.Multiply(name=f"gated{i}")([skip, gate])
        y = layers.Conv2D(4, 3, padding="same", name=f"up{i}")(merge(name=f"join{i}")([y, skip]))
        ends.append(layers.Conv2D(1, 1, name=f"end{i}")(y) if i < heads else None)
    return Model(inputs, [end for end in ends if end is not None], name="folded")


def told(picture: Picture) -> list[str]:
    canvas = Told()
    size = picture.draw(canvas)
    return [f"{size}", picture.text, picture.description, *canvas.lines]


def in_rooms(model: Model) -> Iterator[str]:
    for room, (width, height) in gallery.ROOMS.items():
        scale = gallery.SCALE.get(room, 1)
        look = "projector" if room == "projector" else "light"
        yield from told(diagram(model, room=(width / scale, height / scale), look=look))


def in_faces(model: Model) -> Iterator[str]:
    for face, direction in FACES:
        picture = diagram(model, face=face, direction=direction, choice="full")
        yield from (*told(picture), picture.graph_text(DOT), picture.graph_text(MERMAID))


def tables(model: Model) -> Iterator[str]:
    for layer in model.layers:
        yield from told(node_table(layer))


def explored(model: Model) -> Iterator[str]:
    view = funclab.explore(model)
    yield from (view.text, json.dumps(view.facts, indent=1, default=str))
    view.close()


def inferred(model: Model) -> Iterator[str]:
    view = funclab.shapes(model, all=True)
    yield from (view.text, *told(view.picture()))
    view.close()


def written(model: Model) -> Iterator[str]:
    yield funclab.to_code(model)


def compared(model: Model) -> Iterator[str]:
    yield from told(funclab.diff(model, models.residual()))


ASPECTS: list[Callable[[Model], Iterable[str]]] = [
    in_rooms, in_faces, tables, explored, inferred, written, compared
]  # fmt: skip


def parts_of(name: str) -> dict[str, str]:
    """What is seen of a model, by aspect."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {f"{name} {part.__name__}": "\n".join(part(built(name))) for part in ASPECTS}


def folded(graph: graphs.Graph) -> Iterator[str]:
    """The boxes of a graph at several sizes, each with its words and where it leads when opened."""
    tree = graphs.tree_of(graph)
    words = Words(tree)
    for most in (7, 12, 25, 40):
        cut = tree.cut(most)
        closed = {tree.key(box.block) for box in cut if not box.block.is_call}
        opened = tree.picture(most, focus=len(graph[0]) // 2)
        for boxes in (cut, opened, tree.picture(most, closed)):
            for box in boxes:
                block = box.block
                said = [words.title(block), words.detail(block)] if not block.is_call else []
                yield f"{tree.key(block)} {box.nodes} {said} {len(box.around)}"


def refused(line: Callable[[Desk], Any]) -> str:
    """What the pictures of an error show, on a page and on a wall; "" for a line without one."""
    with registry.fresh_names(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            line(Desk())
        except FunclabError as error:
            pictures = [picture_of_fault(error, look) for look in ("auto", "projector")]
            return "\n".join(line for picture in filter(None, pictures) for line in told(picture))
    return ""


def check(parts: dict[str, str]) -> None:
    digests = {name: hashlib.sha256(text.encode()).hexdigest()[:8] for name, text in parts.items()}
    compare(digests, parts, WRITTEN)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_seen_of_a_model_is_what_was_looked_at(name):
    check(parts_of(name))


def test_the_blocks_of_graphs_are_those_that_were_looked_at():
    random = {f"random {seed}": graphs.random_graph(seed) for seed in range(60)}
    grown = {f"grown {seed}": graphs.Grown(seed).graph for seed in range(100)}
    known = {name: graphs.stored(name) for name in graphs.NAMES}
    by_name = known | grown | random
    check({f"blocks {name}": "\n".join(folded(graph)) for name, graph in by_name.items()})


def test_the_pictures_of_errors_are_those_that_were_looked_at():
    errors = {f"error {title}": refused(line) for title, line in LINES.items()}
    check({name: text for name, text in errors.items() if text})
