"""Penguins: 333 birds of three species on three islands, measured at Palmer Station, Antarctica.

These are the complete rows of 344; in the other 11, something was not measured.

Source: A. M. Horst, A. P. Hill and K. B. Gorman, "palmerpenguins: Palmer Archipelago (Antarctica)
penguin data", 2020, doi:10.5281/zenodo.3960218, dedicated to the public domain (CC0). The birds
were measured for K. B. Gorman, T. D. Williams and W. R. Fraser, PLoS ONE 9(3), 2014.
"""

from __future__ import annotations

import numpy as np

from funclab.datasets import shipped
from funclab.shape_math import Array

Arrays = dict[str, Array]

SPECIES = ("Adelie", "Chinstrap", "Gentoo")
ISLANDS = ("Biscoe", "Dream", "Torgersen")
SEXES = ("female", "male")
MEASURES = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm")
TEST = 83
"""A quarter of the birds, with which no model is trained."""


def load_data(seed: int = 0) -> tuple[tuple[Arrays, Arrays], tuple[Arrays, Arrays]]:
    """Two inputs and three answers by name, for training and for testing.

    Which birds are for testing is drawn by `seed`: the rows of the source are in order of species.

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
    return _rows(x, y, order[TEST:]), _rows(x, y, order[:TEST])


def _rows(x: Arrays, y: Arrays, rows: Array) -> tuple[Arrays, Arrays]:
    first, second = ({name: part[name][rows] for name in part} for part in (x, y))
    return first, second


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
