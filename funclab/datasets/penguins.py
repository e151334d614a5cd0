"""Penguins: 333 birds of three species on three islands, measured at Palmer Station, Antarctica.

These are the complete rows among 344; in the other 11, something was not measured.

Source: A. M. Horst, A. P. Hill and K. B. Gorman, "palmerpenguins: Palmer Archipelago (Antarctica)
penguin data", 2020, doi:10.5281/zenodo.3960218, dedicated to the public domain (CC0). The birds
were measured for K. B. Gorman, T. D. Williams and W. R. Fraser, PLoS ONE 9(3), 2014.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.datasets import shipped
from funclab.datasets.cards import Cards
from funclab.graph.meaning import know
from funclab.graph.shape_math import Array

Arrays = dict[str, Array]

SPECIES = ("Adelie", "Chinstrap", "Gentoo")
ISLANDS = ("Biscoe", "Dream", "Torgersen")
SEXES = ("female", "male")
MEASURES = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm")
MEANINGS = {
    "measures": ("features", MEASURES),
    "island": ("features", ISLANDS),
    "species": ("classes", SPECIES),
    "sex": ("classes", SEXES),
}
TEST = 83
"""A quarter of the birds, on which no model is trained."""
CARD, SCALE = 172, 0.65
"""The width of a card, and the number of pixels per millimetre."""


def load_data(
    seed: int = 0, scaled: bool = False
) -> tuple[tuple[Arrays, Arrays], tuple[Arrays, Arrays]]:
    """Two inputs and three answers by name, for training and for testing.

    `seed` (whole number) draws the birds for testing, since the rows of the source are sorted by
    species. `scaled`: whether each measure is shifted and scaled so that, in the birds for
    training, it has mean 0 and standard deviation 1.

    Shapes: x has measures (250, 3) float32, millimetres in the order of MEASURES, and island
    (250, 3) float32, one-hot over ISLANDS; y has species (250,) int32, an index of SPECIES, sex
    (250,) int32, an index of SEXES, and mass (250,) float32, grams. For testing there are 83.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train["measures"].shape, x_train["island"].shape, y_test["mass"].shape
    ((250, 3), (250, 3), (83,))
    """
    data = shipped.read("penguins")
    order = np.random.RandomState(seed).permutation(len(data["mass"]))
    x: Arrays = {
        "measures": data["measures"],
        "island": np.eye(len(ISLANDS), dtype="float32")[data["island"]],
    }
    y: Arrays = {name: data[name] for name in ("species", "sex", "mass")}
    if scaled:
        trained = x["measures"][order[TEST:]]
        x["measures"] = (x["measures"] - trained.mean(0)) / trained.std(0)
    return _rows(x, y, order[TEST:]), _rows(x, y, order[:TEST])


def _rows(x: Arrays, y: Arrays, rows: Array) -> tuple[Arrays, Arrays]:
    first, second = ({name: _known(name, part[name][rows]) for name in part} for part in (x, y))
    return first, second


def _known(name: str, array: Array) -> Array:
    return know(array, *MEANINGS[name]) if name in MEANINGS else array


def table() -> Arrays:
    """The columns of the source by their names, in its order, with words in place of numbers.

    `pandas.DataFrame(penguins.table())` shows them.

    Shapes: species, island, sex (333,) text; the MEASURES and body_mass_g (333,) float32.

    >>> birds = table()
    >>> print(birds["species"][0], birds["sex"][0], birds["body_mass_g"][0])
    Adelie male 3750.0
    """
    data = shipped.read("penguins")
    return {
        "species": np.array(SPECIES)[data["species"]],
        "island": np.array(ISLANDS)[data["island"]],
        **dict(zip(MEASURES, data["measures"].T)),
        "body_mass_g": data["mass"],
        "sex": np.array(SEXES)[data["sex"]],
    }


def draw(birds: Any, captions: Sequence[Any]) -> Cards:
    """A row of penguins: the bill and the flipper of each, to one scale, and its caption.

    Shapes: birds (n, 3), millimetres in the order of MEASURES. `captions`: a text for each bird.

    >>> draw([[39.1, 18.7, 181.0], [46.5, 17.9, 192.0]], ["A", "B"])
    <2 penguins: A, B>
    """
    rows = np.asarray(birds, np.float32).reshape(-1, len(MEASURES))
    return Cards("penguins", [_bird(*map(float, row)) for row in rows], captions, CARD)


def _bird(length: float, depth: float, flipper: float) -> str:
    """A bill and a flipper, with their sizes in millimetres."""
    tip, half, wing = 12 + SCALE * length, SCALE * depth / 2, 12 + SCALE * flipper
    middle = (12 + wing) / 2
    return (
        f'<path fill-opacity="0.8" shape-rendering="auto" d="M12 {26 - half:.1f} '
        f'Q{tip - 8:.1f} {26 - half:.1f} {tip:.1f} 30 L12 {26 + half:.1f} Z"/>'
        f'<path fill-opacity="0.4" shape-rendering="auto" d="M12 66 '
        f'Q{middle:.1f} 48 {wing:.1f} 66 Q{middle:.1f} 84 12 66 Z"/>'
        f'<text x="{tip + 8:.1f}" y="31" font-size="13">bill {length:.0f} × {depth:.0f}</text>'
        f'<text x="{middle:.1f}" y="70.5" text-anchor="middle" font-size="13">'
        f"flipper {flipper:.0f}</text>"
    )
