"""Make the files of data that ship with funclab from what was published.

    python -m tools.make_datasets FOLDER [penguins] [bikes] [books]

FOLDER holds, for penguins, `penguins.csv` (344 rows, as in palmerpenguins or seaborn); for bikes,
`hour.csv` of the UCI repository's set 275; for books, `pride_and_prejudice.txt` and
`tom_sawyer.txt`, plain text as Project Gutenberg has it (numbers 1342 and 74). The digits are
scikit-learn's `load_digits`, unchanged.
"""

import csv
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from funclab.datasets import bikes, books, penguins, shipped

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


# A full stop after one of these ends no sentence.
ENDS = re.compile(r"(?<!\bMr\.)(?<!\bMrs\.)(?<!\bDr\.)(?<!\bSt\.)(?<=[.!?])\s+(?=[A-Z'])")
HEADING = re.compile(r"chapter\b", re.IGNORECASE)
INSULTING = re.compile(r"nigg|injun|half-breed|negro|darky|gyps|savage", re.IGNORECASE)


def make_books(folder: Path) -> Arrays:
    """Of each novel, as many short sentences as `books.EACH`, evenly spaced."""
    lines = []
    for name in ("pride_and_prejudice", "tom_sawyer"):
        short = short_sentences((folder / f"{name}.txt").read_text("utf-8"))
        lines += [short[i * len(short) // books.EACH] for i in range(books.EACH)]
    return {"text": np.frombuffer("\n".join(lines).encode(), "uint8")}


def short_sentences(text: str) -> list[str]:
    """Sentences of 5 to 16 words, without quotation marks, in order."""
    body = text[re.search(r"(?im)^chapter ", text).start() :]
    body = re.split(r"\*\*\* ?END OF|End of (?:the )?Project Gutenberg", body)[0]
    plain = re.sub(r'["“”_]', "", body).replace("’", "'").replace("—", "--").replace("--", " - ")
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", plain))
    sentences = (
        sentence.strip(" -")
        for part in paragraphs
        if not part.isupper() and not HEADING.match(part)
        for sentence in ENDS.split(part)
    )
    return [
        sentence
        for sentence in sentences
        if 5 <= len(books.words(sentence)) <= books.LENGTH
        and sentence[-1] in ".!?"
        and not INSULTING.search(sentence)
    ]


MAKERS: dict[str, Callable[[Path], Arrays]] = {
    "penguins": make_penguins,
    "bikes": make_bikes,
    "books": make_books,
}


def main(folder: str, *names: str) -> None:
    for name in names or MAKERS:
        path = shipped.FOLDER / f"{name}.npz"
        np.savez_compressed(path, **MAKERS[name](Path(folder)))
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
