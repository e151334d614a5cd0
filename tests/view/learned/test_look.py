"""Values and gradients of calls for data: the same as those of models that end at these calls."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, ops
from funclab.errors import ArgumentError, GraphError
from funclab.view.learned import look as looking
from funclab.view.learned.look import Look
from tests.view import gallery


def nested() -> Model:
    """A model that is called twice, in which a layer is called twice."""
    x = Input((4,), name="x")
    shared = layers.Dense(4, activation="tanh", name="shared")
    encoder = Model(x, layers.Dense(3, name="code")(shared(shared(x))), name="encoder")
    a, b = Input((4,), name="a"), Input((4,), name="b")
    both = layers.Concatenate(name="both")([encoder(a), encoder(b)])
    return Model([a, b], layers.Dense(2, activation="softmax", name="answer")(both), name="pair")


def convolutional() -> Model:
    image = Input((6, 6, 2), name="image")
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="parts")(image)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(layers.Dropout(0.5, name="drop")(x))
    return Model(image, layers.Dense(1, activation="sigmoid", name="yes")(x), name="cnn")


def reading() -> Model:
    words = Input((5,), dtype="int32", name="words")
    vectors = layers.Embedding(9, 4, name="vectors")(words)
    looked = layers.MultiHeadAttention(2, 3, name="heads")(vectors, vectors)
    rows = layers.LayerNormalization(name="norm")(layers.Add(name="keep")([vectors, looked]))
    return Model(words, layers.LSTM(3, name="state")(rows), name="reader")


def data(model: Model, n: int = 3) -> list[np.ndarray]:
    random = np.random.RandomState(0)
    found = []
    for tensor in model.inputs:
        shape = (n, *(4 if length is None else length for length in tensor.shape[1:]))
        whole = "int" in tensor.dtype
        array = random.randint(0, 4, shape) if whole else random.rand(*shape)
        found.append(array.astype(tensor.dtype))
    return found


MODELS = [nested, convolutional, reading]
GALLERY = ["siamese", "inception", "unet"]


@pytest.mark.parametrize("make", MODELS)
def test_values_are_those_of_models_that_end_at_a_call(make):
    model = make()
    x = data(model)
    look = Look(model, x)

    for layer in model.layers:
        for index in range(len(layer.inbound_nodes)):
            place = f"{layer.name}[{index}]"
            if place not in look.places:
                continue
            wanted = Model(model.inputs, layer.get_output_at(index)).predict(x, verbose=0)
            assert np.array_equal(look.values([place])[0], wanted), place


@pytest.mark.parametrize("name", GALLERY)
def test_values_of_every_call_of_the_gallerys_models(name):
    model = gallery.built(name)
    x = data(model, 1)
    look = Look(model, x)
    tensors = {f"{node.key}": node.output_tensors[0] for node in model.graph.nodes}
    places = [place for place in look.places if place in tensors]

    wanted = Model(model.inputs, [tensors[place] for place in places]).predict(x, verbose=0)

    for place, made, right in zip(places, look.values(places), wanted, strict=True):
        assert np.array_equal(made, right), place


def test_each_output_of_a_call_has_a_place():
    x = Input((3, 2), name="x")
    outputs = layers.LSTM(4, return_sequences=True, return_state=True, name="lstm")(x)
    model = Model(x, outputs)
    batch = data(model)

    look = Look(model, batch)
    made = look.values(["lstm[0]", *(f"lstm[0]:{i}" for i in range(3))])

    for value, right in zip(made[1:], model.predict(batch, verbose=0), strict=True):
        assert np.array_equal(value, right)
    assert np.array_equal(made[0], made[1])
    for wrong in ("lstm[0]:3", "lstm[0]:x", "lstm[1]"):
        with pytest.raises(ArgumentError, match="no call"):
            look.values([wrong])


def test_calls_of_a_model_that_is_called_twice_have_values_of_their_own():
    model = nested()
    a, b = data(model)
    encoder = model.get_layer("encoder")
    shared = encoder.get_layer("shared")
    inner = Model(encoder.inputs, shared.get_output_at(1))

    first, second = Look(model, [a, b]).values(["encoder[1]/shared[1]", "encoder[2]/shared[1]"])

    assert np.allclose(first, inner.predict(a, verbose=0), atol=1e-7)
    assert np.allclose(second, inner.predict(b, verbose=0), atol=1e-7)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("make", MODELS)
def test_a_sample_alone_has_the_values_and_slopes_that_it_has_among_others(make):
    model = make()
    x = data(model, 7)
    look, alone = Look(model, x), Look(model, [array[:1] for array in x])
    sources = look.sources()

    assert np.allclose(look.outputs()[0][:1], alone.outputs()[0], atol=1e-6)
    many = look.gradients(sources, look.chosen(0))
    one = alone.gradients(sources, alone.chosen(0))
    for among, by_itself in zip(many, one, strict=True):
        assert np.allclose(among[:1], by_itself, atol=1e-6)


@pytest.mark.parametrize("make", [nested, convolutional])
def test_slopes_of_scores_are_those_of_small_changes(make):
    model = make()
    x = data(model, 2)
    look = Look(model, x)
    weights = look.chosen(0)
    slopes = look.gradients(look.sources(), weights)

    for number, slope in enumerate(slopes):
        for place in [(0, *np.zeros(slope.ndim - 1, int)), (1, *np.ones(slope.ndim - 1, int))]:
            ends = []
            for step in (0.01, -0.01):
                moved = [array.copy() for array in x]
                moved[number][place] += step
                ends.append(float((look.scores(arrays=moved) * weights).sum()))
            assert np.isclose((ends[0] - ends[1]) / 0.02, slope[place], atol=2e-3)


def test_scores_are_what_a_softmax_reads_and_what_a_sigmoid_stands_for():
    classes, yes = nested(), convolutional()
    scores = Look(classes, data(classes)).scores()
    powers = np.exp(scores)

    answers = Look(classes, data(classes)).outputs()[0]
    assert np.allclose(powers / powers.sum(axis=1, keepdims=True), answers, atol=1e-6)
    look = Look(yes, data(yes))
    assert np.allclose(1 / (1 + np.exp(-look.scores())), look.outputs()[0], atol=1e-6)
    assert look.activation() == "sigmoid"


def test_slopes_of_whole_numbers_begin_at_the_embedding_that_reads_them():
    assert Look(reading(), data(reading())).sources() == ["vectors[0]"]
    assert Look(nested(), data(nested())).sources() == [0, 1]


def test_batches_of_any_size_give_the_same(monkeypatch):
    model = convolutional()
    x = data(model, 11)
    whole = Look(model, x).values(["parts[0]"])[0]

    monkeypatch.setattr(looking, "NUMBERS", Look(model, x).numbers * 2)
    small = Look(model, x)

    assert np.allclose(small.values(["parts[0]"])[0], whole, atol=1e-6)
    batches = [arrays[0] for arrays in small.each(["parts[0]"], 5)]
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert np.allclose(np.concatenate(batches), whole[:5], atol=1e-6)


def test_nothing_in_the_model_changes_and_any_number_of_threads_may_look():
    model = convolutional()
    x = data(model, 5)
    before = [array.copy() for array in model.get_weights()]
    look = Look(model, x)
    wanted = look.values(["norm[0]"])[0]
    found = []

    def work() -> None:
        found.append(look.values(["norm[0]"])[0])
        look.gradients([0], look.chosen(0))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(np.array_equal(values, wanted) for values in found) and len(found) == 6
    for old, new in zip(before, model.get_weights(), strict=True):
        assert np.array_equal(old, new)


def test_an_unknown_call_and_a_model_without_graph_are_refused():
    with pytest.raises(ArgumentError, match="no call 'conv"):
        Look(convolutional(), data(convolutional())).values(["conv[0]"])

    class Own(Model):
        def call(self, x):
            return ops.relu(x)

    with pytest.raises(GraphError, match="no graph"):
        Look(Own(), np.ones((2, 3)))


def test_a_look_notices_that_weights_have_changed():
    model = convolutional()
    look = Look(model, data(model))

    look.outputs(), look.gradients([0], look.chosen(0))
    assert not look.stale and not look.first(1).stale
    model.get_layer("norm").moving_mean.assign(np.full(4, 0.5, "float32"))
    assert look.stale


@pytest.mark.parametrize("make", [funclab.inside, funclab.whatif])
def test_a_page_is_told_once_that_the_model_was_trained_and_no_new_numbers(make):
    image = Input((6, 6, 1), name="image")
    model = Model(image, layers.Dense(2, activation="softmax")(layers.Flatten()(image)))
    x = data(model, 20)[0]
    view, asked = make(model, x), {"ask": "sample", "key": 15}
    asked |= {"key": "15"} if make is funclab.whatif else {}

    view.answer_to(asked)
    assert "stale" not in view.facts
    model.set_weights([array + 1 for array in model.get_weights()])
    before = dict(view.facts)

    assert view.answer_to({**asked, "key": type(asked["key"])(16)}) is None
    assert view.facts == {**before, "stale": True}
    assert make(model, x).answer_to(asked) is not None or make is funclab.whatif
