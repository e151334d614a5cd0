"""The view of rows in the plane: what they are rows of, what is near, and what it cannot show."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import NearestNeighbors

import funclab
from funclab import Input, Model
from funclab.errors import ArgumentError, DataError, GraphError, ShapeError
from funclab.layers import Conv2D, Dense, Embedding, Flatten
from tests.view.mistakes import models

X, Y = models.digits(80)


@pytest.fixture(scope="module")
def reader():
    return models.images()


@pytest.fixture(scope="module")
def body(reader):
    """What the layer body makes of the images."""
    return Model(reader.inputs[0], reader.get_layer("body").output).predict(X, verbose=0)


def test_of_a_model_it_is_what_its_last_layer_reads(reader, body):
    for what in (reader, reader.get_layer("body"), reader.get_layer("body").output):
        view = funclab.embedding(what, X, Y)
        assert np.array_equal(view.rows.points, body)
        assert view.rows.name == "body"
        assert view.rows.labels == [str(digit) for digit in Y]


def test_an_activation_of_its_own_is_not_the_last_layer():
    x = Input((3,), name="x")
    vector = Dense(4, name="vector")(x)
    answer = funclab.layers.Activation("softmax")(Dense(2, name="answer")(vector))

    assert funclab.embedding(Model(x, answer), np.eye(3)).rows.name == "vector"
    assert funclab.embedding(Model(x, vector), np.eye(3)).rows.name == "x"


def test_wrong_answers_of_the_model_are_marked(reader):
    view = funclab.embedding(reader, X, Y)
    given = reader.predict(X, verbose=0).argmax(axis=1)

    assert view.rows.wrong.tolist() == (given != Y).tolist()
    i = int(np.flatnonzero(given != Y)[0])
    assert view.facts["names"][i] == f"Sample {i}: {Y[i]}, answered {given[i]}"
    assert funclab.embedding(reader.get_layer("body"), X, Y).rows.wrong is None


def test_classes_are_called_what_they_are_given_as(reader):
    names = [f"digit {i}" for i in range(10)]
    view = funclab.embedding(reader, X, Y, labels=names)
    given = reader.predict(X, verbose=0).argmax(axis=1)

    assert view.rows.labels == [names[digit] for digit in Y]
    assert view.rows.given == [names[digit] for digit in given]


def test_neighbours_are_those_in_the_full_space(reader, body):
    view = funclab.embedding(reader, X, Y)
    away, near = NearestNeighbors(n_neighbors=8).fit(body).kneighbors()
    labels = Y[near]

    for i in range(len(X)):
        assert view.facts["near"][i] == near[i].tolist()
        assert [float(one) for one in view.facts["away"][i]] == pytest.approx(away[i], rel=0.006)
        count = int((labels[i] == labels[i][0]).sum())
        assert f"{count} {'is' if count == 1 else 'are'} {labels[i][0]}" in view.facts["words"][i]


def test_the_numbers_of_trust_are_shares_of_neighbours(reader, body):
    view = funclab.embedding(reader, X, Y, face="tsne")
    full = NearestNeighbors(n_neighbors=10).fit(body).kneighbors(return_distance=False)

    said = [value for _, value in view.facts["trust"]]
    for value, face in zip(said, ("pca", "tsne")):
        places = view.plane.at(face)
        plane = NearestNeighbors(n_neighbors=10).fit(places).kneighbors(return_distance=False)
        share = np.mean([len({*a} & {*b}) / 10 for a, b in zip(full.tolist(), plane.tolist())])
        assert abs(int(value.split()[0]) / 100 - share) <= 0.011
    assert abs(int(said[2].split()[0]) / 100 - (Y[full] == Y[:, None]).mean()) <= 0.0051


def test_two_runs_draw_the_same(reader):
    first, second = (funclab.embedding(reader, X, Y, face="tsne") for _ in range(2))

    assert first.pictures == second.pictures
    assert first.facts == second.facts
    assert first.svg() == second.svg()


def test_rows_of_an_embedding_layer_are_words():
    words = ["", "dog", "bites", "man", "runs"]
    layer = Embedding(5, 3, name="vectors")
    layer(Input((4,), dtype="int32"))
    wanted = NearestNeighbors(n_neighbors=4).fit(layer.weights[0].numpy()).kneighbors()[1]

    for tokens in (
        words,
        dict(enumerate(words)),
        {w: i for i, w in enumerate(words)},
        words.__getitem__,
    ):
        view = funclab.embedding(layer, tokens=tokens)
        assert view.facts["names"] == ["#0", "dog", "bites", "man", "runs"]
        assert view.facts["near"] == wanted.tolist()
    assert "dog" in view.svg()
    assert view.line().startswith("funclab.embedding(")


def test_an_array_needs_no_model():
    points = np.random.default_rng(0).normal(size=(30, 5))
    frame = pd.DataFrame({"age": np.arange(30.0)})
    view = funclab.embedding(points, X[:30], ["even" if i % 2 == 0 else "odd" for i in range(30)])

    assert view.rows.labels[:2] == ["even", "odd"]
    assert "sample 0" in view.pictures
    assert funclab.embedding(points, y=np.eye(3)[Y[:30] % 3]).rows.labels[4] == str(Y[4] % 3)
    cut = funclab.embedding(points, y=frame["age"] + 0.5)
    assert cut.rows.labels == [str(1 + i // 6) for i in range(30)]
    assert any("least fifth" in note for note in cut.facts["notes"])


def test_names_of_classes_become_short_marks(reader):
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    view = funclab.embedding(reader, X, Y, labels=names)

    marks = {row[0]: row[1] for row in view.picture().grid[1]}
    assert len({*marks.values()}) == 10
    assert all(name.startswith(mark) and len(mark) <= 3 for name, mark in marks.items())


def test_of_many_rows_the_first_are_shown_and_said():
    points = np.random.default_rng(0).normal(size=(700, 3))
    view = funclab.embedding(points)
    more = funclab.embedding(points, at_most=700)

    assert view.facts["notes"] == ["These are the first 500 of 700 rows; at_most= shows more."]
    assert view.facts["faces"] == ["pca", "tsne"]
    assert more.facts["faces"] == ["pca"]
    assert "t-SNE is for up to 500 rows" in more.facts["notes"][0]


POINTS = np.random.default_rng(0).normal(size=(90, 4))


def asked(view, **more):
    """What a page is told that asks for a piece of t-SNE."""
    return view.answer_to({"ask": "plane", "key": "tsne", **more})


def test_tsne_is_computed_when_it_is_looked_at():
    view = funclab.embedding(POINTS)
    view.svg()

    assert view.plane.step == 0
    assert [*view.facts["places"]] == [*view.pictures] == ["pca"]
    assert view.facts["faces"] == ["pca", "tsne"]
    assert len(view.facts["trust"]) == 1

    while (reply := asked(view)) is not None:
        assert reply["value"] == {"step": view.plane.step, "steps": 300}
        assert "tsne" not in view.facts["places"]
    whole = funclab.embedding(POINTS, face="tsne")

    assert view.plane.step == 300
    assert view.facts == whole.facts
    assert view.pictures == whole.pictures
    assert view._stored()["serial"] == 1 + whole._stored()["serial"]


def test_tsne_of_few_rows_is_there_at_once_and_a_page_without_kernel_has_it_of_all():
    few = funclab.embedding(POINTS[:64])
    more = funclab.embedding(POINTS)

    assert {"pca", "tsne"} <= {*few.facts["places"]}
    assert {"pca", "tsne"} == {*more.alone()["facts"]["places"]} == {*more.alone()["pictures"]}
    assert {*more.alone()["facts"]["limits"]} == {"pca", "tsne"}


def test_tsne_that_a_page_stops_stays_where_it_is_and_can_go_on(monkeypatch):
    monkeypatch.setattr(funclab.view.embedding.view, "PIECE", 0.0)
    view = funclab.embedding(POINTS)
    steps = [asked(view)["value"]["step"] for _ in range(3)]
    asked(view, stop=True)

    assert steps == [1, 2, 3]
    assert view.facts["stopped"]
    assert view.facts["notes"] == [
        "t-SNE was stopped at step 3 of 300: its groups may still be mixed."
    ]
    assert "stopped at step 3" in view.picture().text
    view.alone()
    assert view.plane.step == 3

    while asked(view) is not None:
        pass
    assert view.facts == funclab.embedding(POINTS, face="tsne").facts


def test_an_interrupt_leaves_a_picture_that_says_so(monkeypatch):
    begin = funclab.view.embedding.plane.tsne

    def interrupted(points):
        for step, places in enumerate(begin(points)):
            if step == 12:
                raise KeyboardInterrupt
            yield places

    monkeypatch.setattr(funclab.view.embedding.plane, "tsne", interrupted)
    view = funclab.embedding(POINTS, face="tsne")

    assert view.facts["notes"] == [
        "t-SNE was stopped at step 12 of 300: its groups may still be mixed."
    ]
    assert view.plane.step == 12
    monkeypatch.undo()
    while asked(view) is not None:
        pass
    assert view.pictures == funclab.embedding(POINTS, face="tsne").pictures


def test_nothing_in_the_model_changes(reader):
    before = [weight.numpy().copy() for weight in reader.weights]
    nodes = [len(layer.inbound_nodes) for layer in reader.layers]
    funclab.embedding(reader, X, Y)

    assert all(np.array_equal(a, b.numpy()) for a, b in zip(before, reader.weights, strict=True))
    assert [len(layer.inbound_nodes) for layer in reader.layers] == nodes


def test_what_is_stored_is_small_and_may_be_left_out(reader):
    images, digits = funclab.datasets.digits.load_data()[1]
    view = funclab.embedding(reader, images[..., None] / 16, digits)
    without = funclab.embedding(reader, X, Y, store=False)
    stored = sum(name.startswith("sample") for name in view.pictures)

    assert len(json.dumps(view._stored())) < 300_000
    assert f"This view stores {stored} samples; store=False leaves them out." in view.facts["notes"]
    assert 0 < stored <= 200
    assert not any(name.startswith("sample") for name in without.pictures)
    chosen = funclab.embedding(reader, images[..., None] / 16, digits, sample=17)
    assert {f"sample {i}" for i in [17, *chosen.facts["near"][17]]} <= {*chosen.pictures}
    assert view.told("sample", 499)["svg"].startswith("<svg")
    assert view.told("sample", 500) is None


def test_the_line_makes_the_same_view(reader):
    view = funclab.embedding(reader, X, Y, face="tsne", sample=5, near=2)
    line = view.line()
    again = eval(line, {"funclab": funclab, "reader": reader, "X": X, "Y": Y})

    assert line == "funclab.embedding(reader, X, Y, face='tsne', sample=5, near=2)"
    assert again.state == view.state


@pytest.mark.parametrize(
    ("third", "says"),
    [
        (0.0, "nothing is lost, and points that lie on each other are equal"),
        (0.05, "Two of 3 directions: less than 1 % of the variance is lost"),
        (0.5, "of the variance is lost"),
    ],
)
def test_what_pca_loses_is_said_as_much_as_it_is(third, says):
    rows = np.random.RandomState(0).normal(size=(60, 3)) * [1, 1, third]
    sizes = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False) ** 2
    lost = sizes[2] / sizes.sum()

    view = funclab.embedding(rows)
    told = [view.text, view.facts["limits"]["pca"], view.facts["questions"]["open"]["explain"]]

    assert [lost < 1e-9, lost < 0.005] == [third == 0, third < 0.1]
    for text in map(str, told):
        assert says in text and " 0 % of the variance" not in text
        assert ("may be far apart" in text) == (third == 0.5)
        assert (f" {lost:.0%}"[:-1] + " % of the variance is lost" in text) == (third == 0.5)


@pytest.mark.parametrize("rows", [np.ones((5, 3)), np.arange(6.0)[:, None], np.eye(3)])
def test_of_rows_in_one_place_on_a_line_or_in_a_plane_nothing_is_lost(rows):
    assert "nothing is lost" in funclab.embedding(rows).text


def test_questions_have_their_answers_among_the_options(reader):
    asked = funclab.embedding(reader, X, Y, ask=True).facts["questions"]

    assert {"open", "tsne"} <= {*asked}
    assert asked["tsne"]["answer"] == "no"
    for each in asked.values():
        assert each["answer"] in each["options"]
        assert len({*each["options"]}) == len(each["options"])


def test_what_cannot_be_shown_is_said_with_a_way_out(reader):
    class Own(Model):
        def call(self, x):
            return x

    twice = Dense(2, name="twice")
    twice(Input((2,)))
    twice(Input((2,)))
    image = Input((8, 8, 1))
    fresh = Embedding(4, 2, name="fresh")
    points = np.zeros((3, 2))
    for error, match, act in [
        (GraphError, "no graph", lambda: funclab.embedding(Own(), X)),
        (ArgumentError, "was called 2 times", lambda: funclab.embedding(twice, X)),
        (ArgumentError, "x is None", lambda: funclab.embedding(reader)),
        (ArgumentError, "was given str", lambda: funclab.embedding("reader", X)),
        (ArgumentError, "no rows yet", lambda: funclab.embedding(fresh)),
        (ShapeError, "no row of numbers", lambda: funclab.embedding(Conv2D(2, 3)(image), X)),
        (ShapeError, "array of shape", lambda: funclab.embedding(np.zeros((3, 2, 2)))),
        (DataError, "3 rows, and 80 samples", lambda: funclab.embedding(points, X)),
        (DataError, "3 samples, and 80 rows of y", lambda: funclab.embedding(points, y=Y)),
        (DataError, "NaN", lambda: funclab.embedding(np.full((3, 2), np.nan))),
        (DataError, "no neighbours", lambda: funclab.embedding(np.zeros((1, 2)))),
        (ArgumentError, "face", lambda: funclab.embedding(points, face="umap")),
        (ArgumentError, "no sample 7", lambda: funclab.embedding(points, sample=7)),
    ]:
        with pytest.raises(error, match=match):
            act()


def test_texts_and_tables_are_read():
    texts = ["a dog", "a cat", "no cat"]
    reader = funclab.layers.TextVectorization(output_sequence_length=2)
    reader.adapt(texts)
    text = Input((1,), dtype="string", name="text")
    vector = Flatten(name="flat")(Embedding(10, 2)(reader(text)))
    model = Model(text, Dense(1, activation="sigmoid")(vector))

    assert funclab.embedding(model, texts, [0, 1, 1]).facts["texts"] == texts

    frame = pd.DataFrame(np.eye(3, dtype="float32"), columns=["age", "pulse", "sleep"])
    x = Input((3,), name="x")
    view = funclab.embedding(Model(x, Dense(1)(Dense(2)(x))), frame)
    assert view.facts["texts"][1] == "age 0.0, pulse 1.0 and sleep 0.0"
