"""The real sets that ship: what was published, made again by the script, ready for fit."""

import csv
import importlib
import inspect
import re

import numpy as np
import pytest

from funclab.datasets import bikes, books, penguins, shipped
from funclab.errors import ArgumentError
from tools import make_datasets as make

LOADERS = {
    "penguins": penguins.load_data,
    "bikes": bikes.load_data,
    "hours": bikes.load_hours,
    "riders": bikes.load_riders,
    "books": books.load_data,
}
LARGEST = 150_000
"""Bytes: everybody who installs funclab downloads every data set."""


def arrays(part):
    return list(part.values()) if isinstance(part, dict) else [part]


@pytest.mark.parametrize("name", LOADERS)
def test_a_set_goes_into_fit_as_it_is_and_comes_the_same_again(name):
    (x, y), test = LOADERS[name]()
    (again, answers), _ = LOADERS[name]()

    for part, count in ((x, len(arrays(x)[0])), (y, len(arrays(x)[0]))):
        assert all(len(array) == count for array in arrays(part))
        assert all(array.dtype in (np.float32, np.int32) for array in arrays(part))
        assert all(np.isfinite(array).all() for array in arrays(part))
    assert [a.shape[1:] for a in arrays(test[0])] == [a.shape[1:] for a in arrays(x)]
    for first, second in zip(arrays(x) + arrays(y), arrays(again) + arrays(answers), strict=True):
        np.testing.assert_array_equal(first, second)


def test_the_penguins_are_those_that_were_published():
    birds = penguins.table()

    counts = {
        name: dict(zip(*map(np.ndarray.tolist, np.unique(birds[name], return_counts=True))))
        for name in ("species", "island", "sex")
    }
    assert counts["species"] == {"Adelie": 146, "Chinstrap": 68, "Gentoo": 119}
    assert counts["island"] == {"Biscoe": 163, "Dream": 123, "Torgersen": 47}
    assert counts["sex"] == {"female": 165, "male": 168}
    means = [birds[name].mean() for name in (*penguins.MEASURES, "body_mass_g")]
    np.testing.assert_allclose(means, [43.9928, 17.1649, 200.967, 4207.06], rtol=1e-5)


def test_every_penguin_is_either_for_training_or_for_testing():
    first, other = penguins.load_data(0), penguins.load_data(1)

    masses = np.concatenate([first[0][1]["mass"], first[1][1]["mass"]])
    np.testing.assert_array_equal(np.sort(masses), np.sort(penguins.table()["body_mass_g"]))
    assert len(first[1][1]["mass"]) == 83
    assert not np.array_equal(first[0][1]["mass"], other[0][1]["mass"])


def test_scaled_measures_have_mean_0_and_deviation_1_for_the_birds_to_train_with():
    (x, y), (x_test, _) = penguins.load_data(3, scaled=True)
    (raw, masses), (raw_test, _) = penguins.load_data(3)

    np.testing.assert_allclose(x["measures"].mean(0), 0, atol=1e-4)
    np.testing.assert_allclose(x["measures"].std(0), 1, atol=1e-4)
    wanted = (raw_test["measures"] - raw["measures"].mean(0)) / raw["measures"].std(0)
    np.testing.assert_allclose(x_test["measures"], wanted, atol=1e-4)
    np.testing.assert_array_equal(y["mass"], masses["mass"])


def test_drawn_penguins_show_their_sizes_and_a_larger_one_is_longer():
    picture = penguins.draw([[36, 18, 182], [49, 16, 230]], ["a <b>", "B"])

    svg = picture.svg
    tips = [float(x) for x in re.findall(r"66 Q[\d.]+ 48 ([\d.]+) 66", svg)]
    assert "bill 36 × 18" in svg and "flipper 230" in svg
    assert "a &lt;b&gt;" in svg and "<b>" not in svg
    assert tips[0] < tips[1] < penguins.CARD
    assert repr(picture) == "<2 penguins: a <b>, B>"


def test_a_penguin_keeps_its_measures_its_island_and_its_answers():
    (x, y), _ = penguins.load_data()
    birds = penguins.table()

    columns = np.stack([birds[name] for name in (*penguins.MEASURES, "body_mass_g")], 1)
    own = np.column_stack([x["measures"], y["mass"]])
    rows = [int(np.flatnonzero((columns == row).all(1))[0]) for row in own]
    islands = np.array(penguins.ISLANDS)[x["island"].argmax(1)]
    assert (islands == birds["island"][rows]).all()
    assert (np.array(penguins.SPECIES)[y["species"]] == birds["species"][rows]).all()
    assert (np.array(penguins.SEXES)[y["sex"]] == birds["sex"][rows]).all()


def test_the_bikes_are_those_that_were_published():
    data = bikes.table()
    rented = data["casual"] + data["registered"]

    assert rented[: bikes.YEAR].sum() == 1_243_103 and rented[bikes.YEAR :].sum() == 2_049_576
    assert data["casual"].sum() == 620_017 and (rented == 0).sum() == 165
    assert data["working"].sum() == 500 and data["holiday"].sum() == 21
    assert np.bincount(data["weather"][rented > 0]).tolist() == [11413, 4544, 1419, 3]
    assert data["temperature"].min() == np.float32(-7.06) and data["temperature"].max() == 39


def test_weekdays_are_those_of_the_calendar():
    data = bikes.table()

    names = [bikes.WEEKDAYS[day] for day in data["weekday"]]
    assert names == [date.strftime("%A") for date in data["date"].tolist()]


def test_an_hour_follows_its_window():
    (x, y), (x_test, y_test) = bikes.load_hours(3)
    data = bikes.table()

    first, second = np.split((data["casual"] + data["registered"]).ravel(), [24 * bikes.YEAR])
    np.testing.assert_array_equal(x[5, :, 0], first[5:8])
    np.testing.assert_array_equal(y[:, 0], first[3:])
    np.testing.assert_array_equal(x_test[-1, :, 0], second[-4:-1])
    assert y_test[-1, 0] == second[-1]


def test_riders_of_a_day_are_those_of_its_hours():
    train, test = bikes.load_riders()

    data = bikes.table()
    for name in ("casual", "registered"):
        both = np.concatenate([train[1][name], test[1][name]])
        np.testing.assert_array_equal(np.sort(both), np.sort(data[name].sum(1)[bikes.YEAR :]))
    np.testing.assert_allclose(train[0]["weather"][:, 1:].sum(1), 1, rtol=1e-6)
    assert (train[0]["weekday"].sum(1) == 1).all()


def test_the_books_are_two_novels_in_order_and_their_ends_are_for_testing():
    (x, y), (x_test, y_test) = books.load_data()
    data = books.table()

    assert data["sentence"][0] == "Mr. Bennet replied that he had not."
    assert np.bincount(y).tolist() == [1500, 1500] and np.bincount(y_test).tolist() == [500, 500]
    np.testing.assert_array_equal(x_test[499], books.ids([data["sentence"][1999]])[0])
    np.testing.assert_array_equal(x[1500], books.ids([data["sentence"][2000]])[0])
    counts = [len(books.words(line)) for line in data["sentence"]]
    assert min(counts) == 5 and max(counts) == books.LENGTH
    assert (np.count_nonzero(np.concatenate([x, x_test]), axis=1).sum()) == sum(counts)


def test_words_that_training_does_not_show_often_enough_have_one_id():
    few = books.vocabulary(10)

    assert few == books.vocabulary(50)[:10]
    row = books.ids(["The and of xyzzy to."], num_words=10)[0]
    assert row[3] == 1 and books.text(row, 10) == "the and of … to"
    assert books.ids(["word " * 30]).shape == (1, books.LENGTH)
    with pytest.raises(ArgumentError, match="num_words"):
        books.load_data(2)


@pytest.mark.parametrize("window", [0, -1, 2.5, 8760, "day"])
def test_a_window_that_is_not_a_number_of_hours_is_refused(window):
    with pytest.raises(ArgumentError, match="window"):
        bikes.load_hours(window)


def test_every_set_that_ships_is_small_and_names_its_source_and_licence():
    files = sorted(shipped.FOLDER.glob("*.npz"))

    assert {"digits", "penguins", "bikes", "books"} == {file.stem for file in files}
    for file in files:
        text = inspect.getdoc(importlib.import_module(f"funclab.datasets.{file.stem}")) or ""
        assert file.stat().st_size < LARGEST
        assert "Source: " in text and ("CC" in text or "public domain" in text)


def test_the_script_makes_penguins_of_complete_rows(tmp_path):
    write(
        tmp_path / "penguins.csv",
        ["species", "island", *penguins.MEASURES, "body_mass_g", "sex"],
        ["Gentoo", "Biscoe", 46.1, 13.2, 211, 4500, "FEMALE"],
        ["Adelie", "Dream", "NA", "NA", "NA", "NA", "NA"],
        ["Adelie", "Torgersen", 39.1, 18.7, 181, 3750, "male"],
    )

    data = make.make_penguins(tmp_path)

    assert data["species"].tolist() == [2, 0] and data["sex"].tolist() == [0, 1]
    assert data["island"].tolist() == [0, 2] and data["mass"].tolist() == [4500, 3750]
    np.testing.assert_allclose(data["measures"][0], [46.1, 13.2, 211], rtol=1e-6)


def test_the_script_fills_the_hours_that_the_source_left_out(tmp_path):
    write(
        tmp_path / "hour.csv",
        ["dteday", "hr", "holiday", "weathersit", "temp", "casual", "registered"],
        ["2011-01-01", 0, 0, 1, 0.24, 3, 13],
        ["2011-01-01", 2, 0, 2, 0.3, 5, 27],
        ["2012-12-31", 23, 1, 3, 0.26, 12, 37],
    )

    data = make.make_bikes(tmp_path)

    assert data["casual"][0, :4].tolist() == [3, 0, 5, 0]
    assert data["registered"].sum() == 77 and data["registered"][730, 23] == 37
    assert data["weather"][0, :4].tolist() == [1, 1, 2, 2]
    assert data["temperature"][0, :3].tolist() == [12, 12, 15]


def test_the_script_takes_short_sentences_and_leaves_out_the_rest():
    text = """Produced by volunteers who are not part of the book at all.

CHAPTER I

"Mr. Bennet replied that he _had_ not," said she--and laughed. Yes. "Is it true? I do not
believe it yet!" This is one of the savages, they said.

Chapter 2

It was late.

End of the Project Gutenberg EBook, which is free for everybody to use."""

    assert make.short_sentences(text) == [
        "Mr. Bennet replied that he had not, said she - and laughed.",
        "I do not believe it yet!",
    ]


def write(path, *rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
