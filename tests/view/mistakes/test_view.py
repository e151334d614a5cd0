"""The view of mistakes: what it says is what an independent count says; what it cannot show."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix, precision_score, recall_score

import funclab
from funclab import Input, Model, losses
from funclab.errors import ArgumentError, DataError, GraphError
from funclab.layers import Dense, Embedding, Flatten
from funclab.view.draw.sentences import ROOMS, say
from funclab.view.learned.answers import CLASSES, YES_NO, answers_of
from funclab.view.learned.look import Look
from tests.view.mistakes import models

FORBIDDEN = re.compile(
    r"\b(because|understands?|looks? for|important)\b|wrong label", re.IGNORECASE
)


def test_each_cell_says_its_count_and_holds_its_samples():
    x, y = models.sample()
    view = funclab.mistakes(models.classes(), x, y)
    wanted = confusion_matrix(y, x.argmax(axis=1))

    for i in range(10):
        for j in range(10):
            part = view.facts["parts"][f"cell  {i} {j}"]
            n, total = wanted[i, j], wanted[i].sum()
            assert part["words"][0].startswith(f"{n} of {total} samples of {i} were answered")
            here = np.flatnonzero((y == i) & (x.argmax(axis=1) == j))
            assert part["n"] == n
            assert set(part["samples"]) <= set(here.tolist())
            assert len(part["samples"]) == min(n, 24)


def test_the_picture_has_the_counts_too():
    x, y = models.sample()
    rows = funclab.mistakes(models.classes(), x, y).picture().grid[1]
    wanted = confusion_matrix(y, x.argmax(axis=1))

    assert [[int(cell) for cell in row[1:11]] for row in rows] == wanted.tolist()


def test_percents_are_of_the_truth():
    x, y = models.sample()
    view = funclab.mistakes(models.classes(), x, y, percent=True)
    wanted = confusion_matrix(y, x.argmax(axis=1), normalize="true")

    written = [[int(cell) for cell in row[1:11]] for row in view.picture().grid[1]]
    assert np.abs(np.array(written) / 100 - wanted).max() < 0.0051


def test_the_first_cell_is_that_with_the_most_mistakes():
    x, y = models.sample()
    view = funclab.mistakes(models.classes(), x, y)
    counts = confusion_matrix(y, x.argmax(axis=1))
    np.fill_diagonal(counts, 0)

    assert counts[tuple(view.facts["first"])] == counts.max()


def test_the_surest_mistakes_are_those_with_the_largest_losses():
    x, y = models.sample()
    view = funclab.mistakes(models.classes(), x, y)
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    losses = np.where(x.argmax(axis=1) == y, 0, -np.log(p[np.arange(len(y)), y]))

    assert view.facts["parts"]["surest"]["samples"] == np.argsort(-losses)[:24].tolist()
    for i in view.facts["parts"]["surest"]["samples"]:
        said = view.facts["samples"][str(i)]
        assert said["label"] == f"{y[i]}→{x[i].argmax()}"
        assert said["look"] == f"{y[i]} or {x[i].argmax()}? Look."


def test_losses_are_those_of_evaluate_also_where_the_truth_has_hardly_any_probability():
    x = np.array([[25, 0, 0], [30, 0, 0], [20, 0, 0], [0, 1, 0]], "float32")
    y, model = np.array([1, 2, 1, 1]), models.classes(3)
    model.compile(loss="sparse_categorical_crossentropy")
    view = funclab.mistakes(model, x, y)

    assert view.facts["parts"]["surest"]["samples"] == [1, 0, 2]
    told = dict(view.facts["whole"][""])["loss"]
    assert told == f"{model.evaluate(x, y, verbose=0):.3f}"


def test_one_hot_targets_and_names_of_classes_say_the_same():
    x, y = models.sample(c=3)
    names = ["cat", "dog", "owl"]
    plain = funclab.mistakes(models.classes(3), x, y, labels=names)

    for given in (np.eye(3)[y], np.array(names)[y], pd.Series(np.array(names)[y]), y.tolist()):
        view = funclab.mistakes(models.classes(3), x, given, labels=names)
        assert view.facts["parts"] == plain.facts["parts"]


def test_data_that_say_what_they_are_name_classes_and_columns():
    (x, y), _ = funclab.datasets.penguins.load_data(scaled=True)
    measures = Input((3,), name="measures")
    model = Model(measures, Dense(3, activation="softmax", name="species")(measures))
    view = funclab.mistakes(model, x["measures"], y["species"])

    said = view.facts["samples"][str(view.facts["parts"]["surest"]["samples"][0])]
    assert "Adelie" in " ".join(view.picture().grid[0])
    assert re.search(r"bill", said["text"])


def test_a_threshold_trades_one_kind_of_mistake_for_the_other():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 1)).astype("float32")
    y = (x[:, 0] + rng.normal(size=300) > 0.5).astype(int)
    view = funclab.mistakes(models.yes_or_no(), x, y)
    p = 1 / (1 + np.exp(-x[:, 0].astype("float64")))

    called = "called yes, and is (precision)"
    for t in (0.1, 0.5, 0.9):
        told = dict(map(tuple, view.facts["whole"][f"{t:.2f}"]))
        (right, false), (missed, found) = confusion_matrix(y, p >= t).tolist()
        assert told["right"].startswith(f"{right + found} ·")
        assert (told["missed"], told["false alarms"]) == (f"{missed}", f"{false}")
        assert f"{recall_score(y, p >= t):.0%}"[:-1] + " %" in told["yes found (recall)"]
        assert f"{precision_score(y, p >= t):.0%}"[:-1] + " %" in told[called]
        assert view.facts["parts"][f"cell {t:.2f} 1 0"]["n"] == missed


def test_bands_of_numbers_hold_all_samples():
    rng = np.random.default_rng(0)
    y = rng.normal(size=150)
    x = (y + rng.normal(size=150)).astype("float32")[:, None]
    view = funclab.mistakes(models.numbers(), x, y)
    off = np.abs(x[:, 0] - y)

    assert sum(view.facts["parts"][f"band {i}"]["n"] for i in range(5)) == 150
    near = int((off < np.sqrt((off**2).mean())).sum())
    assert view.facts["parts"]["band 2"]["words"][0].startswith(f"{near} of 150")
    assert view.facts["parts"]["surest"]["samples"] == np.argsort(-off)[:24].tolist()
    assert "confidence" not in view.facts["faces"]


def test_of_several_outputs_one_is_chosen():
    rng = np.random.default_rng(0)
    x, kind, size = rng.normal(size=(50, 3)), rng.integers(0, 3, 50), rng.normal(size=(50, 2))
    model = models.two_answers()

    for of, wanted in ((0, "classes"), ("kind", "classes"), (("size", 1), "numbers")):
        for y in ([kind, size], {"kind": kind, "size": size}):
            view = funclab.mistakes(model, x, y, of=of)
            assert view.facts["kind"] == wanted
    assert view.line() == "funclab.mistakes(both, x, y, of=['size', 1])"
    assert view.found.truth.tolist() == size[:, 1].tolist()
    with pytest.raises(ArgumentError, match="no output 'colour'"):
        funclab.mistakes(model, x, [kind, size], of="colour")
    with pytest.raises(DataError, match="nothing for the output size"):
        funclab.mistakes(model, x, {"kind": kind}, of="size")


def test_a_frame_names_the_columns():
    frame = pd.DataFrame(np.eye(4, dtype="float32"), columns=["age", "pulse", "sleep", "height"])
    x = Input((4,), name="x")
    view = funclab.mistakes(Model(x, Dense(1)(x)), frame, pd.Series([1.0, 2, 3, 4]))

    assert view.facts["samples"]["1"]["text"] == "age 0.0, pulse 1.0, sleep 0.0 and height 0.0"


def test_texts_and_word_numbers_are_read():
    words = Input((3,), dtype="int32", name="words")
    vectors = Flatten()(Embedding(5, 2)(words))
    model = Model(words, Dense(1, activation="sigmoid")(vectors))
    x = np.array([[1, 2, 0], [3, 4, 1]])
    view = funclab.mistakes(model, x, [0, 1], tokens=["", "dog", "bites", "man", "runs"])

    assert {entry["text"] for entry in view.facts["samples"].values()} == {
        "dog bites",
        "man runs dog",
    }

    texts = ["a dog", "a cat", "no cat"]
    reader = funclab.layers.TextVectorization(output_sequence_length=2)
    reader.adapt(texts)
    text = Input((1,), dtype="string", name="text")
    vectors = Flatten()(Embedding(10, 2)(reader(text)))
    view = funclab.mistakes(Model(text, Dense(1, activation="sigmoid")(vectors)), texts, [0, 1, 1])

    assert {entry["text"] for entry in view.facts["samples"].values()} == set(texts)


def test_samples_with_nan_are_left_out_and_said():
    x, y = models.sample(60)
    x[7, 2] = np.nan
    view = funclab.mistakes(models.classes(), x, y)

    assert "1 sample with NaN is left out." in view.facts["notes"]
    assert view.facts["n"] == 59
    assert "7" not in view.facts["samples"]
    here = view.facts["parts"]["surest"]["samples"]
    assert all(x[i].argmax() != y[i] for i in here)
    with pytest.raises(DataError, match="All samples have NaN"):
        funclab.mistakes(models.classes(), np.full((3, 10), np.nan), [0, 1, 2])


def test_of_many_samples_the_first_are_counted_and_said():
    x, y = models.sample(300)
    view = funclab.mistakes(models.classes(), x, y, at_most=100)

    assert view.facts["n"] == 100
    assert "These are the first 100 of 300 samples; at_most= counts more." in view.facts["notes"]


def test_data_that_were_trained_on_are_known():
    x, y = models.sample(96)
    scores = Input((10,), name="scores")
    model = Model(scores, Dense(10, activation="softmax")(scores))
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x[:64], y[:64], verbose=0)
    trained = "These samples were trained on: new ones may be answered worse."

    assert trained in funclab.mistakes(model, x[:64], y[:64]).facts["notes"]
    assert funclab.mistakes(model, x[64:], y[64:]).notes == []
    assert "The first 64 of these" in funclab.mistakes(model, x, y).notes[0]


def test_a_model_that_was_not_trained_says_so():
    said = funclab.mistakes(models.images(), *models.digits()).notes

    assert said == [
        "Not trained here: unless its weights come from elsewhere, the answers of this model are "
        "random."
    ]


def test_nothing_in_the_model_changes():
    x, y = models.digits(40)
    model = models.images()
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, verbose=0)
    before = [v.array.copy() for v in [*model.weights, *model.optimizer.variables]]
    funclab.utils.set_random_seed(3)
    wanted = funclab.random.normal((2,)).tolist()
    funclab.utils.set_random_seed(3)
    funclab.mistakes(model, x, y)

    after = [v.array for v in [*model.weights, *model.optimizer.variables]]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert funclab.random.normal((2,)).tolist() == wanted


def test_the_line_makes_the_same_view():
    x, y = models.sample()
    model = models.classes()
    state = {"face": "confidence", "at": [9], "sample": 3}
    view = funclab.mistakes(model, x, y, **state)
    again = eval(view.line(), {"funclab": funclab, "echo": model, "model": model, "x": x, "y": y})

    assert again.state == view.state
    assert again.svg() == view.svg()
    assert model.mistakes(x, y).facts == funclab.mistakes(model, x, y).facts


@pytest.mark.parametrize(
    "state, match",
    [
        ({"face": "side"}, "face"), ({"threshold": 0.07}, "threshold"),
        ({"sample": 500}, "no sample"), ({"at": [3, 44]}, "at"), ({"colour": 1}, "no setting"),
    ],
)  # fmt: skip
def test_states_that_there_are_not_are_refused(state, match):
    x, y = models.sample()

    with pytest.raises(ArgumentError, match=match):
        funclab.mistakes(models.classes(), x, y, **state)


def test_what_cannot_be_shown_is_said_with_a_way_out():
    x, y = models.sample(20)

    class Own(Model):
        def call(self, x):
            return x

    with pytest.raises(GraphError, match="no graph"):
        funclab.mistakes(Own(), x, y)
    with pytest.raises(DataError, match="y is None"):
        funclab.mistakes(models.classes(), x, None)
    with pytest.raises(DataError, match="20 samples, and 5 rows"):
        funclab.mistakes(models.classes(), x, y[:5])
    with pytest.raises(DataError, match="'cow', which is no class"):
        funclab.mistakes(models.classes(), x, ["cow"] * 20)
    with pytest.raises(DataError, match="20 answers of same are NaN or infinite"):
        funclab.mistakes(models.numbers(), np.full((20, 1), np.inf), y)


def test_a_view_says_what_it_stores_and_can_be_without():
    x, y = models.digits(200)
    view = funclab.mistakes(models.images(), x, y)
    stored = [name for name in view.pictures if name.startswith("sample")]
    without = funclab.mistakes(models.images(), x, y, store=False)

    assert 0 < len(stored) <= 96
    assert (
        f"This view stores {len(stored)} samples; store=False leaves them out."
        in view.facts["notes"]
    )
    assert not [name for name in without.pictures if name.startswith("sample")]
    assert not any("text" in entry for entry in without.facts["samples"].values())


def test_what_is_stored_is_small():
    x, y = funclab.datasets.digits.load_data()[1]
    large = np.repeat(np.repeat(x, 4, axis=1), 4, axis=2)[..., None] / 16.0
    image = Input((32, 32, 1), name="image")
    reader = Model(image, Dense(10, activation="softmax")(Flatten()(image)))
    many = models.sample(3000, 300)

    for view in (
        funclab.mistakes(models.images(), x[..., None] / 16, y),
        funclab.mistakes(reader, large, y),
        funclab.mistakes(models.classes(300), *many),
        funclab.mistakes(models.yes_or_no(), many[0][:, :1], many[1] % 2),
    ):
        assert len(json.dumps(view._stored())) < 300_000


def test_a_kernel_tells_more_than_is_stored():
    x, y = models.sample(2000)
    view = funclab.mistakes(models.classes(), x, y)
    key = "cell  3 3"
    here = np.flatnonzero((y == 3) & (x.argmax(axis=1) == 3))

    assert len(view.facts["parts"][key]["samples"]) == 24
    assert set(view.told("more", key)) == set(here.tolist())
    unknown = next(i for i in range(2000) if str(i) not in view.facts["samples"])
    assert view.told("sample", unknown)["words"].startswith(f"Sample {unknown}: ")
    assert view.told("sample", 2000) is view.told("more", "cell 99") is None


def test_thresholds_go_down_to_where_each_true_yes_is_found():
    shares = np.array([0.0183, 0.0219, 0.03, 0.3, 0.004], "float32")
    x, y = np.log(shares / (1 - shares))[:, None], np.array([1, 1, 0, 0, 0])
    view = funclab.mistakes(models.yes_or_no(), x, y, threshold=0.015)
    lowest = view.facts["thresholds"][0]

    assert lowest == 0.015  # below the least, 0.0183, and no lower
    assert dict(view.facts["whole"]["0.015"])["yes found (recall)"].startswith("2 · 100 %")
    assert dict(view.facts["whole"]["0.02"])["yes found (recall)"].startswith("1 · 50 %")
    found = funclab.mistakes(models.yes_or_no(), x, 1 - y)
    assert found.facts["thresholds"][0] == 0.002


def test_the_question_has_the_right_answer_among_its_options():
    x, y = models.sample()
    asked = funclab.mistakes(models.classes(), x, y, ask=True).facts["questions"]
    counts = confusion_matrix(y, x.argmax(axis=1))
    np.fill_diagonal(counts, 0)
    column = asked["overview"]["column"]

    assert set(asked) == {"overview", "confidence", "often"}
    assert counts[int(asked["overview"]["answer"]), column] == counts[:, column].max()
    assert asked["often"]["answer"] == "no"
    for each in asked.values():
        assert each["answer"] in each["options"]
        assert len(set(each["options"])) == len(each["options"])


@pytest.mark.parametrize("room", ["mistakes", "embedding"])
def test_no_sentence_claims_what_nobody_knows(room):
    texts = json.loads((ROOMS / room / "texts.json").read_text(encoding="utf-8"))

    assert [text for text in texts.values() if FORBIDDEN.search(text)] == []


def test_what_is_not_shown_is_said_of_the_mistakes_at_each_threshold():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 1)).astype("float32")
    y = (x[:, 0] + rng.normal(size=60) > 0.5).astype(int)
    view = funclab.mistakes(models.yes_or_no(), x, y)
    shares = models.yes_or_no().predict(x, verbose=0)[:, 0]

    assert len(view.facts["limits_from"]) == len(view.facts["thresholds"])
    for threshold in view.facts["thresholds"]:
        wrong = int(((shares >= threshold) != (y == 1)).sum())
        key = next(key for key in view.facts["limits_from"] if float(key) == threshold)
        assert view.facts["limits_from"][key].startswith(f"There are {wrong} mistakes: ")


def test_of_all_mistakes_the_one_with_the_largest_loss_says_so():
    x, y = models.sample()
    view = funclab.mistakes(models.classes(), x, y)
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    worst = np.where(x.argmax(axis=1) == y, 1, p[np.arange(len(y)), y]).argmin()

    for i, said in view.facts["samples"].items():
        assert bool(said["surest"]) == (int(i) == worst)
        assert ("largest loss" in said["words"]) == (int(i) == worst)


def test_pale_bars_are_explained_where_there_are_some_and_nowhere_else():
    x, y = models.sample()
    few = funclab.mistakes(models.classes(), x[:30], y[:30])
    many = funclab.mistakes(models.classes(2), np.tile([[3.0, 0.0]], (40, 1)), np.zeros(40, int))

    assert "pale: under 20 samples" in few.pictures["small"]
    assert "pale" not in many.pictures["small"]
    assert "pale" not in few.facts["limits"]


@pytest.mark.parametrize("kind", ["softmax", "sigmoid"])
def test_scores_are_told_as_the_probabilities_that_the_loss_takes_them_for(kind):
    n = 3 if kind == "softmax" else 1
    scores = np.array([[4.0, 1, -2], [0, 3, 1], [-900, 0, 900]])[:, :n]
    model = models.numbers(n)
    loss = losses.SparseCategoricalCrossentropy if n == 3 else losses.BinaryCrossentropy
    model.compile("sgd", loss(from_logits=True))

    answers = answers_of(Look(model, scores), [0, 1, 1])

    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances = powers / powers.sum(axis=1, keepdims=True)
    if n == 1:  # the sigmoid of -900 is 0, and no warning is seen
        chances = 1 / (1 + np.exp(-np.maximum(scores, -100)))
    assert answers.kind == (CLASSES if n == 3 else YES_NO)
    assert np.allclose(answers.values.reshape(chances.shape), chances)


def test_labels_and_truths_that_do_not_fit_are_refused_with_their_numbers():
    scores = np.eye(3)
    for settings, says in (
        ({"y": [0, 1, 2], "labels": ["a", "b"]}, "2 labels for the 3 classes"),
        ({"y": [0, 1]}, "3 samples, and 2 rows of y"),
        ({"y": [0, 1, 3]}, "value 3, but .* 0 to 2"),
        ({"y": np.zeros((3, 2))}, "does not fit answer"),
    ):
        with pytest.raises(DataError, match=says):
            funclab.mistakes(models.classes(3), scores, **settings)


def test_without_a_mistake_the_picture_says_so():
    right, wrong = (
        funclab.mistakes(models.classes(3), np.eye(3) * 5, y, face="surest").svg()
        for y in ([0, 1, 2], [0, 1, 1])
    )

    assert say("mistakes_none") in right and say("mistakes_none") not in wrong
