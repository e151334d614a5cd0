"""What tensors mean: said, or known from data and layers; and how far names travel."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, models, ops
from funclab.datasets import bikes, books, digits, headlines, penguins
from funclab.errors import FunclabError
from funclab.graph import meaning as meanings
from funclab.graph.meaning import Meaning, know, of_data
from funclab.models.axes import Axis, axes_of
from funclab.models.meaning import learn, names_along, told

ANIMALS = ["cat", "dog", "goose"]


def column_names(tensor):
    return axes_of(tensor)[-1].names


class TestWhatIsSaid:
    def test_a_meaning_is_given_back_when_asked_for(self):
        answer = layers.Dense(3)(Input((4,)))

        said = funclab.meaning(answer, "classes", labels=ANIMALS)

        assert funclab.meaning(answer) == said
        assert (said.kind, said.labels, said.name(1)) == ("classes", tuple(ANIMALS), "dog")

    def test_nothing_is_known_of_a_tensor_of_which_nothing_was_said(self):
        assert funclab.meaning(Input((28, 28))) is None
        assert funclab.meaning(layers.Dense(10, activation="softmax")(Input((4,)))) is None

    def test_a_layer_stands_for_its_output(self):
        layer = layers.Dense(3)
        answer = layer(Input((4,)))
        funclab.meaning(layer, "classes", labels=ANIMALS)

        assert answer.meaning.labels == tuple(ANIMALS)

    @pytest.mark.parametrize(
        "labels",
        [
            ["", "man", "dog"],
            ("", "man", "dog"),
            {0: "", 1: "man", 2: "dog"},
            {"": 0, "man": 1, "dog": 2},
            lambda i: ["", "man", "dog"][i],
            np.array(["", "man", "dog"]),
        ],
    )
    def test_words_take_their_names_from_lists_dicts_and_functions(self, labels):
        said = funclab.meaning(Input((4,), dtype="int32"), "words", labels=labels)

        assert said.words([1, 0, 2]) == ("man", "", "dog")

    def test_a_vocabulary_that_is_learned_later_is_read_when_words_are_asked_for(self):
        lookup = layers.TextVectorization()
        said = funclab.meaning(Input((4,), dtype="int32"), "words", labels=lookup)
        lookup.adapt(["goose goose dog"])

        assert said.words([2, 3, 9]) == ("goose", "dog", "9")

    def test_a_number_without_a_name_stays_a_number(self):
        said = Meaning("classes", ("cat", "dog"))

        assert [said.name(x) for x in (1, 2, -1, 0.25)] == ["dog", "2", "-1", "0.25"]

    def test_a_function_that_fails_has_no_name_for_a_number(self):
        words = ["", "man"]
        said = funclab.meaning(Input((4,), dtype="int32"), "words", labels=words.__getitem__)

        assert said.words([1, 7]) == ("man", "7")

    def test_points_in_time_are_counted_from_1_or_have_the_given_numbers(self):
        hours = Input((3, 2))
        counted = funclab.meaning(hours, "hours").positions(3)
        given = funclab.meaning(hours, "hours", labels=range(3)).positions(3)

        assert counted == ("hour 1", "hour 2", "hour 3")
        assert given == ("hour 0", "hour 1", "hour 2")

    def test_pixels_in_a_row_are_a_square_unless_a_size_says_otherwise(self):
        row = Input((48,))

        assert funclab.meaning(Input((64,)), "image").size == (8, 8)
        assert funclab.meaning(row, "image", size=(4, 4, 3)).size == (4, 4, 3)
        assert funclab.meaning(Input((28, 28, 1)), "image").size is None

    def test_numbers_take_back_what_data_said(self):
        island = Input((3,))
        (x, _), _ = penguins.load_data()
        model = Model(island, layers.Dense(1)(island))
        learn(model, x["island"])
        before = funclab.meaning(island)
        funclab.meaning(island, "numbers")
        learn(model, x["island"])

        assert before.labels == penguins.ISLANDS
        assert funclab.meaning(island).kind == "numbers"
        assert not axes_of(island)[0]

    def test_a_clone_knows_what_was_said_of_the_model(self):
        x = Input((3,), name="x")
        model = Model(x, layers.Dense(3, name="y")(x))
        chain = funclab.Sequential([Input((3,)), layers.Dense(3)])
        for each in (model, chain):
            funclab.meaning(each.inputs[0], "features", labels=["a", "b", "c"])
            funclab.meaning(each.outputs[0], "classes", labels=ANIMALS)

            copy = models.clone_model(each)

            assert funclab.meaning(copy.inputs[0]).labels == ("a", "b", "c")
            assert funclab.meaning(copy.outputs[0]).labels == tuple(ANIMALS)


class TestWhatDoesNotFit:
    @pytest.mark.parametrize(
        ("shape", "kind", "settings", "parts"),
        [
            ((3,), "picture", {}, ["'picture'", "image, words, classes"]),
            ((3,), "classes", {"labels": ["a", "b"]}, ["2 labels", "(None, 3)", "3 positions"]),
            ((5, 3), "features", {"labels": ["a"] * 4}, ["4 labels", "(None, 5, 3)", "3"]),
            ((5, 3), "hours", {"labels": ["a"] * 3}, ["3 labels", "(None, 5, 3)", "5"]),
            ((), "hours", {}, ["(None,)", "no axis"]),
            ((3,), "image", {}, ["(None, 3)", "no image"]),
            ((9,), "image", {"size": (2, 4)}, ["(None, 9)", "(2, 4)"]),
            ((3,), "classes", {"labels": "abc"}, ["'abc'", "no names"]),
            ((3,), "words", {"labels": 7}, ["labels=7", "no names"]),
        ],
    )
    def test_it_is_refused_with_the_shape_and_a_way_out(self, shape, kind, settings, parts):
        with pytest.raises(FunclabError) as refused:
            funclab.meaning(Input(shape), kind, **settings)

        assert all(part in str(refused.value) for part in parts), refused.value
        assert refused.value.why and refused.value.fix

    @pytest.mark.parametrize("given", [np.zeros((2, 3)), "words", None])
    def test_what_is_no_tensor_of_a_graph_is_refused(self, given):
        with pytest.raises(FunclabError, match="no tensor of a graph"):
            funclab.meaning(given, "image")

    def test_a_model_is_answered_with_its_inputs(self):
        x = Input((4,))

        with pytest.raises(FunclabError, match=r"model\.inputs\[0\]"):
            funclab.meaning(Model(x, layers.Dense(1)(x)), "image")

    def test_names_that_write_on_the_terminal_are_printed_as_escapes(self):
        said = funclab.meaning(Input((1,)), "classes", labels=["\x1b[31mred", "blue"])

        assert "\x1b" not in repr(said)


class TestWhatDataSay:
    def test_the_digits_are_images_however_they_are_scaled_and_reshaped(self):
        (x, y), _ = digits.load_data()

        for images in (x, x / 16, x[::3], x[..., None] / 16, x[5:9]):
            assert of_data(images) == Meaning("image", source="data")
        for rows in (x.reshape(-1, 64), x.reshape(-1, 64) / 16, x[3:4].reshape(1, 64) / 16):
            assert of_data(rows) == Meaning("image", size=(8, 8), source="data")
        assert of_data(y[:9]).labels == tuple("0123456789")

    def test_other_numbers_of_their_shape_are_not_the_digits(self):
        (x, _), _ = digits.load_data()
        random = np.random.default_rng(0)

        assert of_data(random.integers(0, 17, (5, 64))) is None
        assert of_data(random.random((5, 8, 8))) is None
        assert of_data(x[:, ::-1]) is None
        assert of_data(np.full((2, 64), np.nan)) is None

    def test_hours_of_bikes_are_known_in_any_unit_and_whole_days_by_the_clock(self):
        (days, _), _ = bikes.load_data()
        (hours, _), (later, _) = bikes.load_hours()

        for part in (hours[::5] / 1000, later[7::5, :, 0] / 977, hours):
            assert of_data(part).kind == "hours"
        assert of_data(hours[3:] / 1000).labels is None
        assert of_data(days / days.max()).labels == tuple(map(str, range(24)))
        assert of_data(bikes.load_hours(48)[0][0] / 10).kind == "hours"

    @pytest.mark.parametrize(
        "numbers",
        [
            lambda hours: np.log1p(hours),
            lambda hours: hours[:, ::-1] / 10,
            lambda hours: -hours,
            lambda hours: hours + 1,
            lambda hours: np.ones((4, 24)),
            lambda hours: np.eye(24),
            lambda hours: np.random.default_rng(0).random((4, 24)),
        ],
    )
    def test_numbers_of_their_shape_that_are_no_hours_of_bikes_say_nothing(self, numbers):
        (hours, _), _ = bikes.load_hours()

        assert of_data(numbers(hours)) is None

    def test_each_data_set_says_what_its_arrays_are(self):
        (birds, kinds), _ = penguins.load_data()
        news, _ = headlines.load_data(50, test=10)
        (days, working), _ = bikes.load_data()
        (sentences, which), _ = books.load_data(50)

        assert of_data(birds["measures"]).labels == penguins.MEASURES
        assert of_data(kinds["species"]).name(2) == penguins.SPECIES[2] == "Gentoo"
        assert of_data(kinds["mass"]) is None
        assert of_data(news.words[3:]).words(news.words[3]) == tuple(
            headlines.WORDS[i] for i in news.words[3]
        )
        assert of_data(news.hour).labels == headlines.HOURS
        assert of_data(days[:7, :, None]).positions(24)[23] == "hour 23"
        assert of_data(working).labels[1] == "working day"
        assert of_data(sentences).name(2) == books.vocabulary(50)[2]
        assert of_data(which).labels == books.TITLES

    def test_a_part_whose_samples_are_cut_or_turned_says_nothing(self):
        (birds, _), _ = penguins.load_data()
        measures = birds["measures"]
        (days, _), _ = bikes.load_data()

        for part in (measures[:, ::-1], measures[:, 1:], measures.T, measures[0], days[:, :12]):
            assert of_data(part) is None
        assert of_data(measures * 2) is None

    def test_what_is_known_of_an_array_is_forgotten_with_it(self):
        array = know(np.zeros((2, 3)), "features", ANIMALS)
        key = id(array)
        assert of_data(array[1:]).labels == tuple(ANIMALS)
        del array
        gc.collect()

        assert key not in meanings._KNOWN

    def test_a_model_learns_what_its_data_say_where_it_fits(self):
        (x, y), _ = penguins.load_data()
        measures, island = Input((3,), name="measures"), Input((3,), name="island")
        bird = layers.concatenate([measures, island])
        kind = layers.Dense(3, activation="softmax", name="species")(bird)
        model = Model([measures, island], [kind, layers.Dense(1, name="mass")(bird)])
        learn(model, x, y)

        assert funclab.meaning(island).labels == penguins.ISLANDS
        assert funclab.meaning(kind).labels == penguins.SPECIES
        assert funclab.meaning(model.outputs[1]) is None
        assert column_names(bird) == (*penguins.MEASURES, *penguins.ISLANDS)

    def test_names_that_do_not_fit_an_output_are_not_learned(self):
        (x, y), _ = penguins.load_data()
        measures = Input((3,))
        model = Model(measures, layers.Dense(5)(measures))
        learn(model, x["measures"], y["species"])

        assert funclab.meaning(model.outputs[0]) is None


class TestHowFarNamesTravel:
    def attention(self):
        words = Input((9,), dtype="int32", name="words")
        funclab.meaning(words, "words", labels=headlines.WORDS)
        number = ops.cumsum(ops.ones_like(words), axis=1)
        rows = layers.Embedding(len(headlines.WORDS), 8)(words)
        rows = layers.Add()([rows, layers.Embedding(10, 8)(number)])
        query, key, value = (layers.Dense(8)(rows) for _ in range(3))
        scores = layers.Dot(axes=(2, 2))([query, key])
        weights = layers.Softmax()(scores)
        return words, rows, weights, layers.Dot(axes=(2, 1))([weights, value])

    def test_rows_and_columns_of_attention_are_the_words_of_the_sample(self):
        words, rows, weights, mixed = self.attention()
        ids = headlines.ids(["man bites dog"])
        here = Axis(words=words, kind="words")

        assert axes_of(rows) == axes_of(mixed) == (here, Axis())
        assert axes_of(weights) == (here, here)
        assert names_along(here, {words: ids})[:4] == ("man", "bites", "dog", "")

    def test_heads_keep_the_words_of_the_query(self):
        _, rows, *_ = self.attention()
        other = Input((5, 8))

        assert axes_of(layers.MultiHeadAttention(2, 4)(rows, rows)) == axes_of(rows)
        assert not any(axes_of(layers.MultiHeadAttention(2, 4)(other, rows)))

    @pytest.mark.parametrize(
        "layer",
        [
            layers.Activation("softmax"),
            layers.Softmax(),
            layers.Dropout(0.5),
            layers.GaussianNoise(0.5),
            layers.LayerNormalization(),
            layers.BatchNormalization(),
            layers.Rescaling(2.0),
            layers.Identity(),
            layers.ReLU(),
            ops.exp,
            ops.sigmoid,
            lambda x: x * 2 + 1,
            lambda x: ops.softmax(x),
        ],
    )
    def test_what_acts_element_by_element_keeps_names(self, layer):
        x = Input((3,))
        funclab.meaning(x, "features", labels=ANIMALS)

        assert column_names(layer(x)) == tuple(ANIMALS)

    @pytest.mark.parametrize(
        "layer",
        [
            layers.Dense(3),
            lambda x: ops.flip(x, axis=1),
            lambda x: ops.roll(x, 1, axis=1),
            lambda x: ops.sort(x, axis=1),
            lambda x: ops.take(x, [2, 1, 0], axis=1),
            layers.Lambda(lambda x: x[:, ::-1]),
            lambda x: x + layers.Dense(3)(x),
            layers.RepeatVector(3),
            layers.Reshape((1, 3)),
        ],
    )
    def test_what_mixes_or_moves_columns_loses_their_names(self, layer):
        x = Input((3,))
        funclab.meaning(x, "features", labels=ANIMALS)

        assert not column_names(layer(x))

    def test_points_in_time_go_through_layers_that_return_sequences(self):
        hours = Input((24, 1))
        names = funclab.meaning(hours, "hours").positions(24)
        kept = [
            layers.LSTM(4, return_sequences=True),
            layers.Bidirectional(layers.GRU(4, return_sequences=True)),
            layers.Conv1D(4, 3, padding="same"),
            layers.Conv1D(4, 3, padding="causal"),
            layers.TimeDistributed(layers.Dense(2)),
            layers.Flatten(),
        ]
        lost = [
            layers.LSTM(24),
            layers.Conv1D(4, 3),
            layers.Conv1D(4, 3, padding="same", strides=2),
            layers.GlobalAveragePooling1D(),
        ]

        assert [axes_of(layer(hours))[0].names for layer in kept] == [names] * len(kept)
        assert not any(axes_of(layer(hours))[0] for layer in lost)

    def test_one_column_inputs_have_their_own_names_when_joined(self):
        age, height = Input((1,), name="age"), Input((1,), name="height")
        island = Input((3,))
        funclab.meaning(island, "features", labels=["a", "b", "c"])

        assert column_names(layers.concatenate([age, island, height])) == (
            *("age", "a", "b", "c", "height"),
        )
        assert column_names(layers.concatenate([height, age])) == ("height", "age")

    def test_axes_change_places_together_with_their_names(self):
        x = Input((2, 3))
        funclab.meaning(x, "features", labels=ANIMALS)

        assert axes_of(layers.Permute((2, 1))(x))[0].names == tuple(ANIMALS)
        assert axes_of(ops.transpose(x, (0, 2, 1)))[0].names == tuple(ANIMALS)
        assert not any(axes_of(ops.transpose(x, (2, 1, 0))))

    def test_names_go_through_a_model_that_is_used_as_a_layer(self):
        inner = Input((3,))
        scaled = Model(inner, layers.ReLU()(layers.Rescaling(2.0)(inner)))
        mixed = funclab.Sequential([Input((3,)), layers.Dense(3)])
        x = Input((3,))
        funclab.meaning(x, "features", labels=ANIMALS)

        assert column_names(scaled(x)) == tuple(ANIMALS)
        assert not column_names(mixed(x)) and not column_names(scaled(inner))

    def test_layers_with_a_vocabulary_say_what_they_make(self):
        text = Input((), dtype="string")
        numbered = layers.StringLookup(vocabulary=["cat", "dog"])(text)
        counted = layers.StringLookup(vocabulary=["cat", "dog"], output_mode="one_hot")(text)

        assert funclab.meaning(numbered).words([1, 2]) == ("cat", "dog")
        assert funclab.meaning(counted).labels == ("[UNK]", "cat", "dog")

    def test_a_graph_of_thousands_of_calls_is_no_trouble(self):
        x = first = Input((3,))
        funclab.meaning(first, "features", labels=ANIMALS)
        for _ in range(3000):
            x = layers.ReLU()(x)

        assert column_names(x) == tuple(ANIMALS)
        assert funclab.meaning(x).labels == tuple(ANIMALS)


class TestWhatViewsAreTold:
    def test_a_view_of_one_input_and_one_output_needs_no_names(self):
        words = Input((4,), dtype="int32", name="words")
        rows = layers.Flatten()(layers.Embedding(3, 2)(words))
        model = Model(words, layers.Dense(3, name="answer")(rows))
        told(model, tokens=["", "man", "dog"], labels=ANIMALS)

        assert funclab.meaning(words).words([2]) == ("dog",)
        assert funclab.meaning(model.outputs[0]).name(2) == "goose"

    def test_several_inputs_are_told_by_name(self):
        left, right = Input((2,), name="left"), Input((3,), name="right")
        model = Model([left, right], layers.Dense(1)(layers.concatenate([left, right])))
        told(model, features={"right": ANIMALS})

        assert funclab.meaning(left) is None
        assert funclab.meaning(right).labels == tuple(ANIMALS)
        with pytest.raises(FunclabError, match="left and right"):
            told(model, features=ANIMALS)
