"""`funclab.inside`: its numbers are the engine's, nothing in the model changes, and limits hold."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, optimizers, utils
from funclab.datasets import headlines
from funclab.errors import ArgumentError, DataError, GraphError, ShapeError
from funclab.initializers import random_state
from funclab.models.meaning import known_meaning
from funclab.view.inside.view import Inside
from funclab.view.learned.packed import packed, unpacked
from tests.view import gallery
from tests.view.whatif.models import trio

STORED = 300_000


def small(classes: int = 3) -> Model:
    image = Input((6, 6, 1), name="image")
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="strokes")(image)
    x = layers.Flatten(name="flat")(layers.MaxPooling2D(2, name="pool")(x))
    return Model(image, layers.Dense(classes, activation="softmax", name="digit")(x), name="reader")


def images(n: int = 40):
    random = np.random.RandomState(0)
    return random.rand(n, 6, 6, 1).astype("float32"), random.randint(0, 3, n)


def whom(words):
    return np.array([headlines.ACTORS.index(headlines.story(row)[2]) for row in words])


@pytest.fixture(scope="module")
def who():
    utils.set_random_seed(0)
    words = Input((9,), dtype="int32", name="words")
    vectors = layers.Embedding(len(headlines.WORDS), 16, name="vectors")(words)
    looked = layers.MultiHeadAttention(2, 8, name="heads")(vectors, vectors)
    mean = layers.GlobalAveragePooling1D(name="mean")(looked)
    model = Model(words, layers.Dense(12, activation="softmax", name="whom")(mean), name="who")
    data, _ = headlines.load_data(200)
    model.compile(optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(data.words, whom(data.words), epochs=3, verbose=0)
    return model, data.words[:20]


def test_all_stored_numbers_are_those_of_models_that_end_at_a_call():
    model, (x, y) = small(), images()
    view = funclab.inside(model, x, y)

    assert view.facts["kept"] == view.inner.strip and view.facts["whole"]
    for fact in view.facts["calls"]:
        layer = model.get_layer(fact["name"])
        made = Model(model.inputs, layer.output).predict(x[view.inner.strip], verbose=0)
        stored = unpacked(fact["data"])
        assert np.allclose(stored.reshape(made.shape), made, atol=1e-6), fact["name"]


def test_counts_are_those_of_all_samples():
    model, (x, y) = small(), images()
    view = funclab.inside(model, x, y)
    made = Model(model.inputs, model.get_layer("strokes").output).predict(x, verbose=0)
    fact = next(fact for fact in view.facts["calls"] if fact["name"] == "strokes")
    tops = made.max(axis=(1, 2))

    assert np.isclose(fact["zeros"], (made == 0).mean(), atol=1e-3)
    assert np.isclose(fact["largest"], made.max())
    assert fact["dead"] == [k for k in range(4) if tops[:, k].max() == 0]
    for k in range(4):
        assert np.allclose(tops[fact["tops"][k], k], np.sort(tops[:, k])[::-1][:8], atol=1e-6)
    assert view.facts["labels"][str(fact["tops"][0][0])] == str(y[fact["tops"][0][0]])
    fewer = funclab.inside(model, x, y, at_most=10)
    assert (
        fewer.facts["counted"] == 10 and max(max(f["tops"][0]) for f in fewer.facts["calls"]) < 10
    )


def test_nothing_in_the_model_changes():
    model, (x, y) = small(), images()
    weights = [array.copy() for array in model.get_weights()]
    nodes = [len(layer.inbound_nodes) for layer in model.layers]
    wanted = random_state()

    view = model.inside(x, y)
    view.svg(), str(view), view.told("sample", 3), view.told("exact", "3 1")

    assert random_state() == wanted
    assert [len(layer.inbound_nodes) for layer in model.layers] == nodes
    for old, new in zip(weights, model.get_weights(), strict=True):
        assert np.array_equal(old, new)


def test_the_strip_has_right_answers_and_the_mistakes_of_largest_loss():
    model, (x, y) = small(), images()
    answers = model.predict(x, verbose=0)
    wrong = np.flatnonzero(answers.argmax(axis=1) != y)
    view = funclab.inside(model, x, y)
    surest = wrong[np.argsort(answers[wrong, y[wrong]], kind="stable")][:6].tolist()

    assert view.inner.strip[-6:] == surest and len(view.inner.strip) == 12
    assert funclab.inside(model, x).inner.strip == [*range(12)]
    assert funclab.inside(model, x, y, samples=[30, 2]).inner.strip == [30, 2]
    item = next(one for one in view.facts["strip"] if one["sample"] == surest[0])
    assert item["wrong"] and item["label"] == f"{y[surest[0]]}→{answers[surest[0]].argmax()} ✕"


def test_attention_weights_are_those_that_the_layer_returns(who):
    model, x = who
    view = funclab.attention(model, x)
    vectors, heads = model.get_layer("vectors"), model.get_layer("heads")
    rows = Input((9, 16))
    made = vectors.embeddings.numpy()[x]
    _, scores = heads(rows, rows, return_attention_scores=True)
    wanted = Model(rows, scores).predict(made, verbose=0)

    assert view.state["face"] == "weights" and view.state["call"] == "heads[0]"
    (looked,) = view.facts["attention"].values()
    for sample in view.inner.strip:
        stored = looked["samples"][str(sample)]
        weights = unpacked(stored["weights"])
        assert np.allclose(weights, wanted[sample], atol=1e-6)
        q, k, s = (unpacked(stored[name]) for name in ("query", "key", "scores"))
        assert np.allclose(np.einsum("hqd,hkd->hqk", q, k), s, atol=1e-4)
        powers = np.exp(s - s.max(-1, keepdims=True))
        assert np.allclose(powers / powers.sum(-1, keepdims=True), weights, atol=1e-5)
        assert stored["words"] == [headlines.WORDS[i] or "(no word)" for i in x[sample]]


@pytest.mark.parametrize("kind", ["dot", "attention", "grouped", "masked"])
def test_attention_is_found_wherever_a_softmax_is_multiplied_with_values(kind):
    rows = Input((5, 8), name="rows")
    if kind == "dot":
        scores = layers.Dot(axes=(2, 2), name="scores")([rows, rows])
        weights = layers.Softmax(name="weights")(scores)
        out, path = layers.Dot(axes=(2, 1), name="mixed")([weights, rows]), "weights[0]"
    elif kind == "attention":
        out, path = layers.Attention(name="looks")([rows, rows]), "looks[0]"
    elif kind == "masked":
        layer = layers.MultiHeadAttention(2, 4, name="looks")
        out, path = layer(rows, rows, use_causal_mask=True), "looks[0]"
    else:
        out, path = layers.GroupQueryAttention(4, 4, 2, name="looks")(rows, rows), "looks[0]"
    model = Model(rows, layers.Dense(2, activation="softmax", name="answer")(out))
    view = funclab.attention(model, np.random.RandomState(0).rand(4, 5, 8).astype("float32"))

    assert view.inner.hosts == [path]
    arrays = view.inner.looks(view.inner.places[path], 2)
    assert np.allclose(arrays["weights"].sum(-1), 1, atol=1e-5)
    assert "query" in arrays and arrays["query"].shape[1] == 5
    if kind == "masked":
        assert not np.triu(arrays["weights"], 1).any()
    else:
        products = np.einsum("hqd,hkd->hqk", arrays["query"], arrays["key"])
        assert np.allclose(products, arrays["scores"], atol=1e-5)


def test_a_softmax_at_the_end_of_a_model_is_no_attention():
    model, (x, _) = small(), images()

    with pytest.raises(ArgumentError, match="no attention"):
        funclab.attention(model, x)


def test_the_table_says_what_becomes_of_the_answer_without_each_word(who):
    model, x = who
    view = funclab.attention(model, x)
    sample = view.inner.strip[0]
    (index,) = view.inner.attention
    table = view.inner.table(index, sample)
    count = int((x[sample] != 0).sum())
    answer = model.predict(x[[sample]], verbose=0)[0].argmax()

    assert table.words == [headlines.WORDS[i] for i in x[sample][:count]]
    assert np.allclose(
        table.received, view.inner.looks(index, sample)["weights"][:, :count].mean(1)[:, :count]
    )
    for j in range(count):
        changed = x[[sample]].copy()
        changed[0, j] = 0
        other = model.predict(changed, verbose=0)[0].argmax()
        assert table.answers[j] == view.inner.answers.said(other)
        assert table.changed[j] == (other != answer)
    vectors = model.get_layer("vectors")
    rows = Input((9, 16))
    y = model.get_layer("mean")(model.get_layer("heads")(rows, rows))
    dense = model.get_layer("whom")
    score = y @ dense.kernel.numpy() + dense.bias.numpy()
    made = vectors.embeddings.numpy()[x[[sample]]]
    slopes = funclab.gradients(score[:, int(answer)], rows, made)
    assert np.allclose(table.push, (slopes * made).sum(-1)[0, :count], atol=1e-4)


@pytest.mark.parametrize("end", ["a number", "yes or no"])
def test_the_table_says_what_becomes_of_a_number_and_of_a_yes_without_each_word(end):
    utils.set_random_seed(1)
    words = Input((6,), dtype="int32", name="words")
    vectors = layers.Embedding(20, 8, embeddings_initializer="glorot_normal", name="vectors")(words)
    looked = layers.MultiHeadAttention(2, 4, name="heads")(vectors, vectors)
    made = layers.Dense(1, None if end == "a number" else "sigmoid", name="end")
    model = Model(words, made(layers.GlobalAveragePooling1D(name="mean")(looked)), name="one")
    model.compile("sgd", "mse" if end == "a number" else "binary_crossentropy")
    x = np.random.RandomState(0).randint(1, 20, (8, 6))
    view = funclab.attention(model, x)
    sample, (index,) = view.inner.strip[0], view.inner.attention

    table = view.inner.table(index, sample)

    for j, answer in enumerate(table.answers):
        changed = x[[sample]].copy()
        changed[0, j] = 0
        other = model.predict(changed, verbose=0)[0, 0]
        if end == "a number":
            shown = float(answer.replace("−", "-"))
            assert shown == pytest.approx(other, abs=6e-4)  # three decimals
        else:
            assert answer == view.inner.answers.said(int(other >= 0.5))


def test_every_model_of_the_gallery_is_stored_in_little_room():
    for name in ("siamese", "inception", "headline", "unet"):
        model = gallery.built(name)
        random = np.random.RandomState(0)
        x = [
            (random.rand(3, *[n or 8 for n in t.shape[1:]]) * 3).astype(t.dtype)
            for t in model.inputs
        ]
        view = funclab.inside(model, x)

        assert len(json.dumps(view.facts)) < STORED and len(view._held()) < STORED, name
        assert len(view.svg()) < STORED, name


def test_large_data_are_read_up_to_a_limit_that_is_said():
    model, (x, y) = small(), images(2300)
    view = funclab.inside(model, x, y)

    assert "Of 2,300 samples, the first 2000 are read." in view.facts["left_out"]
    assert view.facts["samples"] == 2000
    assert funclab.inside(model, x, y, samples=[2250]).inner.strip == [2250]
    assert funclab.inside(model, x, y, sample=2200).state["sample"] == 2200


def test_missing_numbers_and_a_thousand_classes_are_drawn():
    model, (x, _) = small(1000), images()
    x[3] = np.nan

    view = funclab.inside(model, x, np.arange(40))

    assert "NaN" not in json.dumps(view.facts)
    assert view.svg() and str(view)


def test_what_is_not_stored_is_told():
    model, (x, y) = small(), images()
    view = funclab.inside(model, x, y)
    other = next(i for i in range(40) if i not in view.inner.strip)
    made = Model(model.inputs, model.get_layer("strokes").output).predict(x[[other]], verbose=0)

    told = view.told("sample", other)

    assert np.allclose(unpacked(told["data"][1]), made, atol=1e-6)
    assert np.allclose(unpacked(view.told("exact", f"{other} 1")), made[0], atol=1e-6)
    kernel = model.get_layer("strokes").kernel.numpy()
    assert np.array_equal(unpacked(view.told("kernel", 1)), kernel)
    assert view.told("sample", 40) is None and view.told("kernel", 99) is None
    assert told["strip"]["sample"] == other and told["says"]


def test_a_view_of_one_number_keeps_what_it_is_the_sum_of():
    x = np.random.RandomState(0).rand(20, 28, 28, 1).astype("float32")
    image = Input((28, 28, 1), name="image")
    made = layers.Conv2D(6, 3, activation="relu", name="conv")(image)
    model = Model(image, layers.Dense(10)(layers.Flatten()(made)))
    sample = 0

    view = funclab.inside(model, x, face="number", call="conv[0]", sample=sample)

    exact = view.facts["exact"]
    kept = [np.squeeze(unpacked(exact[f"{sample} {i}"])) for i in (0, 1)]
    assert np.array_equal(kept[0], np.squeeze(x[sample]))
    assert np.allclose(kept[1], Model(image, made).predict(x, verbose=0)[sample], atol=1e-6)
    assert "exact" not in funclab.inside(model, x, call="conv[0]").facts


def test_packed_numbers_are_off_by_half_a_step_at_most():
    array = np.random.RandomState(0).normal(size=(3, 4))
    for bits in (8, 16, 32):
        step = np.abs(array).max() / (2 ** (bits - 1) - 1)
        assert np.abs(unpacked(packed(array, bits)) - array).max() <= step / 2 + 1e-7


def test_line_and_text_say_what_is_shown():
    model, (x, y) = small(), images()
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=1, verbose=0)
    view = funclab.inside(model, x, y, face="number", channel=2, at=[1, 3], samples=[5, 7])
    made = Model(model.inputs, model.get_layer("strokes").output).predict(x[[5]], verbose=0)

    assert view.line() == (
        "funclab.inside(reader, x, y, samples=[5, 7], face='number', channel=2, at=[1, 3])"
    )
    again = eval(view.line(), {"funclab": funclab, "reader": model, "x": x, "y": y})
    assert isinstance(again, Inside) and again.state == view.state
    text = view.text
    assert f"reader, sample 5, truth {y[5]} · answered " in text
    value = float(made[0, 1, 3, 2])
    assert "strokes[0], filter 2, row 1, column 3: " in text
    shown = text.split("column 3: ")[1].split("\n")[0].replace("−", "-")
    assert np.isclose(float(shown), value, rtol=1e-3, atol=1e-6)


def test_a_model_that_was_not_trained_says_so():
    model, (x, y) = small(), images()

    assert not funclab.inside(model, x).facts["trained"]
    assert "not trained yet" in funclab.inside(model, x).svg()
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=1, verbose=0)
    assert funclab.inside(model, x).facts["trained"]
    assert "not trained yet" not in funclab.inside(model, x).svg()


def test_samples_may_be_left_out_of_what_is_saved():
    model, (x, y) = small(), images()
    view = funclab.inside(model, x, y, store=False)

    assert "not stored" in view.svg()
    held = json.loads(zlib.decompress(base64.b64decode(view._held())))
    assert "calls" not in held["facts"] and "strip" not in held["facts"]
    assert "calls" in view.facts


def test_wrong_data_and_settings_are_refused_with_a_fix():
    model, (x, y) = small(), images()

    class Own(Model):
        def call(self, inputs):
            return inputs

    for error, make in {
        GraphError: lambda: funclab.inside(Own(), x),
        ShapeError: lambda: funclab.inside(model, x[0]),
        DataError: lambda: funclab.inside(model, x[:0]),
    }.items():
        with pytest.raises(error):
            make()
    for settings in (
        {"call": "none"},
        {"face": "all"},
        {"sample": 40},
        {"scale": 2},
        {"filter": 1},
    ):
        with pytest.raises(ArgumentError):
            funclab.inside(model, x, y, **settings)
    view = funclab.inside(model, x, y)
    for places in ([1], [0, -1], 3, ["a", 0]):
        with pytest.raises(ArgumentError, match="a row and a column, from 0"):
            view.show(at=places)
    for name, value in (("channel", -1), ("channel", "red"), ("head", 0.5)):
        with pytest.raises(ArgumentError, match=f"{name}={value!r}"):
            view.show(**{name: value})
    with pytest.raises(ArgumentError, match="no sample 50") as caught:
        funclab.inside(model, x, samples=[50])
    assert f"samples=[{len(x) - 1}]" in str(caught.value)  # the last one that there is
    with pytest.raises(ArgumentError, match="in place of a model"):
        funclab.inside(model.layers[1], x)


def test_no_sentence_claims_a_reason():
    texts = json.loads((Path(funclab.__file__).parent / "view/inside/texts.json").read_text())

    for key, text in texts.items():
        for word in ("because", "looks for", "understands", "important", "wants"):
            assert word not in text.lower(), key


def test_of_several_outputs_each_answer_is_said_with_its_truth():
    model, x, y = trio()
    view = funclab.inside(model, x, y)
    species, sex, mass = model.predict(x, verbose=0)
    sample = view.inner.strip[-1]

    said = dict(part.split(": ", 1) for part in view.facts["says"][str(sample)].split(" · "))
    kinds = known_meaning(model.outputs[0]).labels
    own = species[sample].argmax()
    wanted = f"{100 * species[sample].max():.0f} %"
    assert said["species"] == (
        f"truth {kinds[y['species'][sample]]}, answered {kinds[own]}, {wanted}"
    )
    sure = max(sex[sample, 0], 1 - sex[sample, 0])
    assert said["sex"].endswith(f"{100 * sure:.0f} %")
    assert said["mass"] == f"truth {y['mass'][sample]:.3f}, answered {mass[sample, 0]:.3f}"
    wrong = species.argmax(axis=1) != y["species"]
    assert [item["wrong"] for item in view.facts["strip"]] == wrong[view.inner.strip].tolist()
    digit = next(fact for fact in view.facts["calls"] if fact["name"] == "species")
    assert digit["names"] == [str(name) for name in kinds]


def test_an_output_with_classes_at_each_position_names_the_likeliest_there():
    utils.set_random_seed(0)
    words = Input((None,), dtype="int32", name="words")
    vectors = layers.Embedding(4, 5, name="vectors")(words)
    after = layers.Dense(3, activation="softmax", name="after")(vectors)
    model, read = Model(words, after, name="writer"), np.array([[3, 1, 2, 0], [1, 0, 0, 0]])
    made = model.predict(read, verbose=0)

    view = funclab.inside(model, read, tokens=["", "a", "b", "c"], labels=["ant", "bee", "cow"])

    shown = view.facts["expected"]["2"]
    assert [one["at"] for one in shown["0"]] == ["c", "a", "b"]
    assert [one["at"] for one in shown["1"]] == ["a"]
    for sample, place in ((0, 0), (0, 2), (1, 0)):
        best = sorted(range(3), key=lambda i: -made[sample, place, i])[:2]
        wanted = [[("ant", "bee", "cow")[i], f"{100 * made[sample, place, i]:.0f} %"] for i in best]
        assert shown[str(sample)][place]["likely"] == wanted
    assert f"{shown['0'][0]['likely'][0][0]} {shown['0'][0]['likely'][0][1]}" in view.picture().svg
    assert view.told("sample", 1)["expected"]["2"]["1"] == shown["1"]


def test_without_names_of_classes_positions_are_a_map():
    words = Input((4,), dtype="int32", name="words")
    model = Model(words, layers.Dense(3, activation="softmax")(layers.Embedding(4, 5)(words)))

    assert funclab.inside(model, np.ones((2, 4), int)).facts["expected"] == {}


def test_a_truth_that_was_counted_is_a_whole_number_beside_an_answer_with_decimals():
    x = Input((2,), name="x")
    model = Model(x, layers.Dense(1, kernel_initializer="ones", name="sum")(x), name="judge")
    data = np.array([[1.0, 0.5], [0.0, 0.0]])

    counted = funclab.inside(model, data, np.array([True, False]))
    measured = funclab.inside(model, data, np.array([1.0, 0.0]))

    assert counted.facts["says"]["0"] == "truth 1 · answered 1.500"
    assert measured.facts["says"]["0"] == "truth 1.000 · answered 1.500"
