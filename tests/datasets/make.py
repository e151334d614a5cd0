"""Make the files of data that ship with funclab from what was published.

    python -m tests.datasets.make FOLDER [penguins] [bikes] [books]

FOLDER holds, for penguins, `penguins.csv` (344 rows, as in palmerpenguins or seaborn); for bikes,
`hour.csv` of the UCI repository's set 275; for books, `pride_and_prejudice.txt` and
`tom_sawyer.txt`, plain text as Project Gutenberg has it (numbers 1342 and 74). The digits are
scikit-learn's `load_digits`, unchanged.
"""

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from funclab.datasets import bikes, penguins, shipped

Arrays = dict[str, np.ndarray]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make_penguins(folder: Path) -> Arrays:
    """The rows in which nothing is missing, with numbers in place of words."""
    rows = [row for row in rows_of(folder / "penguins.csv") if not {"", "NA"} & {*row.values()}]
    return {
        "species": codes(rows, "species", penguins.SPECIES),
        "island": codes(rows, "island", penguins.ISLANDS),
        "sex": codes(rows, "sex", penguins.SEXES),
        "measures": np.array([[row[name] for name in penguins.MEASURES] for row in rows], "f4"),
        "mass": np.array([row["body_mass_g"] for row in rows], "float32"),
    }


def codes(rows: list[dict[str, str]], column: str, words: tuple[str, ...]) -> np.ndarray:
    known = [word.lower() for word in words]
    return np.array([known.index(row[column].lower()) for row in rows], "int32")


def make_bikes(folder: Path) -> Arrays:
    """A row for each day and a column for each hour.

    The source has no line for 165 hours. Nobody rode in them, and the weather is that of the hour
    before. Temperatures are kept as the number of the source's steps, which are 0.94 degrees high.
    """
    rows = rows_of(folder / "hour.csv")
    when = [
        24 * int((np.datetime64(row["dteday"]) - bikes.FIRST_DAY).astype(int)) + int(row["hr"])
        for row in rows
    ]
    hours = 24 * bikes.DAYS
    known = np.full(hours, -1)
    known[when] = np.arange(len(rows))
    latest = np.maximum.accumulate(known)  # no line is -1, and a day begins with one

    def filled(value: Callable[[dict[str, str]], Any], dtype: str) -> np.ndarray:
        return np.array([value(row) for row in rows], dtype)[latest].reshape(bikes.DAYS, 24)

    rode = (known >= 0).reshape(bikes.DAYS, 24)
    return {
        "casual": filled(lambda row: row["casual"], "uint16") * rode,
        "registered": filled(lambda row: row["registered"], "uint16") * rode,
        "temperature": filled(lambda row: round(float(row["temp"]) * bikes.STEPS), "uint8"),
        "weather": filled(lambda row: row["weathersit"], "uint8"),
        "holiday": filled(lambda row: row["holiday"], "uint8")[:, 12],
    }


MAKERS: dict[str, Callable[[Path], Arrays]] = {
    "penguins": make_penguins,
    "bikes": make_bikes,
}


def main(folder: str, *names: str) -> None:
    for name in names or MAKERS:
        path = shipped.FOLDER / f"{name}.npz"
        np.savez_compressed(path, **MAKERS[name](Path(folder)))
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
