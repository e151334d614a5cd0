"""What a layer that changes images makes of a picture: several results, and what was drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, ShapeError
from funclab.graph.shape_math import Array, show
from funclab.layers import Layer
from funclab.layers.preprocessing.augmenting import RandomCrop, RandomImages
from funclab.layers.preprocessing.policies import AugMix, Pipeline, RandAugment
from funclab.view.draw.canvas import Canvas, Font
from funclab.view.draw.picture import Cells, Picture
from funclab.view.draw.samples import Sample, draw_sample, size_of
from funclab.view.draw.sentences import named, say, titles

LEFT, TOP, ACROSS, SIDE, GAP = 16, 44, 5, 128, 40
BETWEEN = " · "
HEADING, LABEL, SMALL = Font(17, bold=True), Font(12, "label", bold=True), Font(12, "soft")
PERCENT = ("down", "right", "high", "wide", "more", "share", "weight", "kept")
SCALES = dict.fromkeys(PERCENT, 100) | {"angle": 180 / np.pi, "turn": 360}
SHADES = ("added", "threshold", "bits", "top", "bottom")
BOX = {"top", "bottom", "left", "right"}


@dataclass(repr=False)
class AugmentedPicture(Picture):
    """Originals and results as pictures, each with its words."""

    title: str
    originals: Sequence[Array]
    results: Sequence[Array]
    words: Sequence[str]
    look: str

    @property
    def cells(self) -> list[tuple[str, Array, str]]:
        """What there is to see: a label, an image from 0 to 1, and words."""
        alone = len(self.originals) == 1
        first = [
            (say("augmented_original" if alone else "augmented_original_of", i=i), image, "")
            for i, image in enumerate(self.originals)
        ]
        made = enumerate(zip(self.results, self.words))
        return first + [(say("augmented_result", i=i), *result) for i, result in made]

    @property
    def description(self) -> str:
        told = [f"{label}: {words}." for label, _, words in self.cells if words]
        return " ".join([f"{self.title}.", *told])

    @property
    def grid(self) -> tuple[Cells, Sequence[Cells]]:
        rows = [(label, words) for label, _, words in self.cells if words]
        return titles("augmented_titles"), rows

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        canvas.text_line(complex(LEFT, 24), self.title, HEADING)
        step, top = SIDE + GAP, float(TOP)
        for first in range(0, len(self.cells), ACROSS):
            ends = [
                self.draw_cell(canvas, complex(LEFT + n * step, top), *cell)
                for n, cell in enumerate(self.cells[first : first + ACROSS])
            ]
            top = max(ends) + 10
        return 2 * LEFT + ACROSS * step - GAP, top

    def draw_cell(
        self, canvas: Canvas, corner: complex, label: str, image: Array, words: str
    ) -> float:
        """Draw one picture with its words; returns where they end."""
        canvas.open(f"{label}: {words}" if words else label, "box")
        sample = Sample("image", image)
        draw_sample(canvas, sample, corner, SIDE, SIDE)
        corner += complex(0, size_of(sample, SIDE, SIDE)[1])
        canvas.text_line(corner + 16j, label, LABEL)
        told = words.split(BETWEEN) if words else []
        end = canvas.prose(corner + 31j, told, SIDE + GAP - 8, SMALL, 14)
        canvas.close()
        return end


def augmented(
    layer: Any, images: Any, count: int = 9, *, seed: int = 0, look: str = "auto"
) -> AugmentedPicture:
    """What a layer that changes images at random makes of a picture: the original and some
    results, each with what was drawn for it, in words. The layer draws the same afterwards.

    layer: a layer such as RandomRotation, a Pipeline of them, or any other layer for images.
    images: one picture (height, width, channels), numbers from 0 to 1 or to 255; or several (n,
        height, width, channels), each changed once, as one batch: for layers that mix them.
    count: how many results of one picture there are.
    seed: where the draws begin: the same seed, the same picture.
    look: "auto", "light", "dark", "print" or "projector".

    Raises: ArgumentError for what is not a layer; ShapeError for what is not a picture.

    >>> from funclab.layers import RandomTranslation
    >>> layer = RandomTranslation((0.25, 0.25), (0, 0))
    >>> print(augmented(layer, np.eye(8)[..., None], count=1))
    What RandomTranslation makes of a picture
    <BLANKLINE>
    picture   what was drawn
    --------  --------------------
    result 0  down 25 %, right 0 %
    """
    if not isinstance(layer, Layer):
        raise ArgumentError(
            f"augmented needs a layer. Received: {layer!r}.",
            why="it shows what a layer does to a picture.",
            fix="write funclab.augmented(layers.RandomRotation(0.1), image).",
        )
    pictures = np.asarray(images, "float32")
    if pictures.ndim not in (3, 4) or pictures.shape[-1] not in (1, 3):
        raise ShapeError(
            f"augmented needs a picture of shape (height, width, 1 or 3), or several. Received: "
            f"shape {show(pictures.shape)}.",
            why="a picture has rows, columns and one or three channels.",
            fix="pass one image of a batch, such as x[0].",
        )
    alone = pictures.ndim == 3
    batches = [pictures[None]] * count if alone else [pictures]
    with begun(layer, seed):
        made = [step(layer, batch) for batch in batches]
    results = [np.asarray(image) for batch, _ in made for image in batch]
    words = [BETWEEN.join(told) or say("augmented_nothing") for _, many in made for told in many]
    high = 255.0 if pictures.max(initial=0) > 1.5 else 1.0
    low = min(0.0, float(pictures.min(initial=0)))
    key = "augmented_title" if alone else "augmented_title_several"
    title = say(key, name=named(type(layer).__name__), n=len(pictures))
    shown = [
        [np.clip((image - low) / (high - low), 0, 1) for image in row]
        for row in ([pictures] if alone else pictures, results)
    ]
    return AugmentedPicture(title, shown[0], shown[1], words, look)


@contextmanager
def begun(layer: Any, seed: int) -> Iterator[None]:
    """While it lasts, all streams of a layer begin at `seed`; then they go on where they were."""
    streams = list(dict.fromkeys(streams_of(layer)))
    before = [stream.numpy() for stream in streams]
    try:
        for i, stream in enumerate(streams):
            stream.assign(np.array([seed + i, 0], "uint64"))
        yield
    finally:
        for stream, state in zip(streams, before):
            stream.assign(state)


def streams_of(layer: Any) -> Iterator[Any]:
    if hasattr(layer, "stream"):
        yield layer.stream
    for part in layer.sublayers:
        yield from streams_of(part)


def step(layer: Any, images: Array) -> tuple[Array, list[list[str]]]:
    """What a layer makes of a batch in training, and for each image what was drawn, in words."""
    told: list[list[str]] = [[] for _ in images]
    if isinstance(layer, Pipeline):
        for part in layer.layers:
            images, more = step(part, images)
            told = [first + then for first, then in zip(told, more)]
        return images, told
    if not isinstance(layer, (RandomImages, RandomCrop)):
        takes = {"training": True} if layer.uses_training else {}
        return layer(images, **takes), told
    if isinstance(layer, RandomCrop) and not layer.fits(images):
        return layer(images), told
    drawn = layer.draw(images)
    made = layer.changed(images, **drawn)
    return made, [words_of(layer, drawn, i) for i in range(len(images))]


def words_of(layer: Any, drawn: dict[str, Any], i: int) -> list[str]:
    """What was drawn for one image."""
    if isinstance(layer, RandAugment):
        parts = list(layer.parts.items())
        chosen: list[int] = np.asarray(drawn["chosen"]).tolist()
        return [
            one for k in chosen for one in part_words(*parts[k], drawn["parts"][parts[k][0]], i)
        ]
    if isinstance(layer, AugMix):
        return [sentence({"kept": drawn["kept"], "weights": drawn["weights"]}, i)]
    inner = [name for name, value in drawn.items() if isinstance(value, dict)]
    if inner:
        return [one for k in inner for one in part_words(k, layer.parts[k], drawn[k], i)]
    numbers = dict(drawn)
    for name in ("chosen", "mirrored"):
        if name in numbers and not at(numbers[name], i):
            return [say("augmented_unchanged")]
    if len(numbers) > 1:
        numbers.pop("chosen", None)
    return [sentence(numbers, i)] if numbers else []


def part_words(name: str, layer: Any, drawn: Any, i: int) -> list[str]:
    told = words_of(layer, drawn, i)
    label = name.replace("_", " ")
    return [say("augmented_named", name=label, words=words) for words in told] or [label]


def at(value: Any, i: int) -> float:
    """The number that was drawn for an image, or for all of them."""
    flat = np.asarray(value).reshape(-1)
    return float(flat[i] if len(flat) > 1 else flat[0])


def sentence(numbers: dict[str, Any], i: int) -> str:
    """A sentence with the numbers of an image, by the names of what was drawn."""
    values = {name: rounded(name, at(value, i), numbers.keys()) for name, value in numbers.items()}
    return say("augmented_" + "_".join(sorted(numbers)), **values)


def rounded(name: str, number: float, beside: Any) -> str:
    """Fractions as percent, angles in degrees, pixels as whole numbers, others with two digits."""
    whole = name in SHADES or name == "partner" or (name in BOX and beside >= {"top", "left"})
    scaled = number if whole else number * SCALES.get(name, 1)
    text = f"{scaled:.0f}" if whole or name in SCALES else f"{scaled:.2f}"
    return text.replace("-", "−")
