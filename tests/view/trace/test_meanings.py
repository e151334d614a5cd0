"""What the pictures of slow motion say of their numbers: pixels, words, classes, names of axes."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers, ops, utils
from funclab.datasets import digits, headlines, penguins
from funclab.view.draw import theme
from funclab.view.draw.canvas import Canvas
from funclab.view.draw.frame_drawing import _field, draw_frame, size_of, svg_of
from funclab.view.draw.pixels import png

SENTENCE = ["this", "morning", "man", "bites", "dog", "", "", "", ""]
HOSTILE = ['"><script>alert(1)</script>', "a&b", "\u202egnp"]


def frame(view, kind, name, role=""):
    stills = [still for still in view.stills if still.kind == kind]
    pictures = [picture for still in stills for picture in still.pictures]
    return next(frame for r, frame in pictures if frame.name == name and role in ("", r))


def attention():
    utils.set_random_seed(9)
    words = Input((9,), dtype="int32", name="words")
    rows = layers.Embedding(len(headlines.WORDS), 6, name="vectors")(words)
    number = ops.cumsum(ops.ones_like(words), axis=1)
    rows = layers.Add(name="placed")([rows, layers.Embedding(10, 6, name="places")(number)])
    query, key = (layers.Dense(6, name=name)(rows) for name in ("query", "key"))
    scores = layers.Dot(axes=(2, 2), name="scores")([query, key])
    return Model(words, layers.Softmax(name="weights")(scores))


def reader(outputs=10):
    pixels = Input((64,), name="pixels")
    model = Model(pixels, layers.Dense(outputs, activation="softmax", name="digit")(pixels))
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


class TestWords:
    def test_the_words_of_a_sentence_are_written_in_place_of_their_numbers(self):
        view = attention().trace(headlines.ids(["this morning man bites dog"]))

        shown = frame(view, "input", "words[0:0]")
        written = re.findall(r">([^<>]+)</text>", svg_of(shown))
        assert written == [word or "·" for word in SENTENCE]
        assert shown.spoken.endswith("(batch 1, 9): this morning man bites dog")

    def test_scores_of_attention_have_the_words_at_their_rows_and_columns(self):
        view = attention().trace(headlines.ids(["this morning man bites dog"]))

        for name in ("scores[0:0]", "weights[0:0]"):
            shown = frame(view, "forward", name, "makes")
            assert list(shown.rows) == list(shown.columns) == SENTENCE

    def test_the_largest_score_is_said_by_its_words(self):
        model = attention()
        sentence = headlines.ids(["man bites dog"])
        scores = model.predict(sentence, verbose=0)[0]
        row, column = np.unravel_index(scores.argmax(), scores.shape)

        shown = frame(model.trace(sentence), "forward", "weights[0:0]", "makes")
        words = [*headlines.text(sentence[0]).split(), *(f"position {i}" for i in range(4, 10))]
        assert shown.largest.startswith(f"largest at {words[row]}, {words[column]}: ")

    def test_each_name_stands_at_the_middle_of_its_row(self):
        view = attention().trace(headlines.ids(["this morning man bites dog"]))
        shown = frame(view, "forward", "weights[0:0]", "makes")
        width, height = size_of(shown)
        canvas = Canvas(theme.LIGHT)
        draw_frame(canvas, shown, 0j)

        texts = [*ElementTree.fromstring(f"<g>{canvas.text}</g>").iter("text")]
        beside = [text for text in texts if "rotate" not in text.get("transform", "")]
        above = [text for text in texts if "rotate" in text.get("transform", "")]
        field = _field(shown)[1]
        top = height - 9 * field
        assert [float(text.get("y")) for text in beside] == [
            pytest.approx(top + field * (i + 0.5) + 4, abs=0.1) for i in range(9)
        ]
        places = [float(re.search(r"\(([\d.]+),", text.get("transform"))[1]) for text in above]
        left = width - 9 * field
        assert places == [pytest.approx(left + field * (i + 0.5) + 4, abs=0.1) for i in range(9)]
        assert [text.text for text in above] == [word or "·" for word in SENTENCE]

    def test_a_gradient_has_the_names_of_the_value_that_it_is_of(self):
        model = attention()
        model.compile("sgd", "mse")
        x = headlines.ids(["man bites dog"])
        view = model.trace(x, np.zeros((1, 9, 9)))

        gradient = frame(view, "vjp", "g_scores[0:0]")
        assert gradient.rows[:3] == ("man", "bites", "dog")

    def test_words_that_a_user_names_are_not_read_as_markup(self):
        words = Input((3,), dtype="int32", name="words")
        funclab.meaning(words, "words", labels=HOSTILE)
        model = Model(words, layers.Embedding(3, 4, name="rows")(words))
        view = model.trace(np.array([[0, 1, 2]]))

        for _, shown in (pair for still in view.stills for pair in still.pictures):
            svg = svg_of(shown)
            assert "<script" not in svg and "\u202e" not in svg
            ElementTree.fromstring(svg)
        assert "<script" not in view.picture().svg

    def test_a_long_text_shows_its_first_thirty_words(self):
        words = Input((80,), dtype="int32", name="words")
        funclab.meaning(words, "words", labels=lambda i: f"w{i}")
        rows = layers.Embedding(80, 2, name="rows")(words)
        view = Model(words, rows).trace(np.arange(80)[None])

        shown = frame(view, "input", "words[0:0]")
        assert shown.words == tuple(f"w{i}" for i in range(30))
        assert shown.note == "the first 30 of 80 words"


class TestPixelsAndClasses:
    def test_the_digits_in_rows_are_drawn_as_images(self):
        (x, y), _ = digits.load_data()
        view = reader().trace(x.reshape(-1, 64)[:8] / 16, y[:8])

        shown = frame(view, "input", "pixels[0:0]")
        assert shown.kind == "pixels" and shown.brief == "image of 8 × 8 pixels"
        assert np.array_equal(shown.pixels.numbers[..., 0], x[0] / x[0].max())

    def test_a_gradient_of_an_image_is_no_image(self):
        (x, y), _ = digits.load_data()
        view = reader().trace(x.reshape(-1, 64)[:8] / 16, y[:8])

        frames = [f for still in view.stills if still.phase != "forward" for _, f in still.pictures]
        assert frames and all(frame.pixels is None for frame in frames)

    def test_outputs_and_targets_are_told_by_class(self):
        (x, y), _ = penguins.load_data()
        measures = Input((3,), name="measures")
        kind = layers.Dense(3, activation="softmax", name="species")(measures)
        model = Model(measures, kind)
        model.compile("sgd", "sparse_categorical_crossentropy")
        view = model.trace(x["measures"][:4], y["species"][:4])
        chances = model.predict(x["measures"][:1], verbose=0)[0]

        made = frame(view, "loss", "species[0:0]", "reads")
        [target] = [f for r, f in view.stills[view.find("loss")].pictures if r == "targets"]
        best = penguins.SPECIES[chances.argmax()]
        assert made.rows == penguins.SPECIES
        assert made.largest.startswith(f"largest at {best}: ")
        assert target.texts == [penguins.SPECIES[y["species"][0]]]
        assert frame(view, "forward", "measures[0:0]", "reads").rows == penguins.MEASURES

    def test_weights_have_the_names_of_what_they_read_and_make(self):
        (x, y), _ = penguins.load_data()
        measures = Input((3,), name="measures")
        kind = layers.Dense(3, activation="softmax", name="species")(measures)
        model = Model(measures, kind)
        model.compile("sgd", "sparse_categorical_crossentropy")
        view = model.trace(x["measures"][:4], y["species"][:4])

        kernel = frame(view, "forward", "species/kernel")
        assert (kernel.rows, kernel.columns) == (penguins.MEASURES, penguins.SPECIES)
        assert frame(view, "forward", "species/bias").rows == penguins.SPECIES
        update = view.stills[view.find("update", "species/kernel")]
        assert all(frame.columns == penguins.SPECIES for _, frame in update.pictures)

    def test_rows_of_a_small_embedding_are_named_by_their_words(self):
        words = Input((2,), dtype="int32", name="words")
        funclab.meaning(words, "words", labels=["", "man", "dog"])
        view = Model(words, layers.Embedding(3, 4, name="rows")(words)).trace(np.array([[1, 2]]))

        assert frame(view, "forward", "rows/embeddings").rows == ("", "man", "dog")

    def test_of_a_layer_that_is_called_on_different_columns_neither_names_the_weight(self):
        a, b = Input((2,), name="a"), Input((2,), name="b")
        funclab.meaning(a, "features", labels=["x", "y"])
        funclab.meaning(b, "features", labels=["u", "v"])
        dense = layers.Dense(1, name="dense")
        view = Model([a, b], layers.add([dense(a), dense(b)])).trace([np.ones((1, 2))] * 2)

        assert frame(view, "forward", "dense/kernel").rows == ()

    def test_without_a_meaning_pictures_are_as_they_were(self):
        random = np.random.default_rng(0)
        view = reader().trace(random.random((4, 64)), [1, 2, 3, 4])

        frames = [frame for still in view.stills for _, frame in still.pictures]
        assert not any(f.rows or f.columns or f.words or f.pixels for f in frames)

    def test_an_image_in_the_still_picture_survives_as_pixels(self):
        (x, y), _ = digits.load_data()
        view = reader().trace(x.reshape(-1, 64)[:8] / 16, y[:8])

        assert png(view.picture().svg, theme.LIGHT["paper"])
        assert 'stroke="#000000"' in view.picture().svg


def test_pixels_keep_their_colours_on_the_page():
    image = Input((2, 2, 1), name="image")
    model = Model(image, layers.Dense(2)(layers.Flatten()(image)))
    funclab.meaning(image, "image")
    view = funclab.trace(model, np.array([[[[0.0], [1.0]], [[0.5], [0.0]]]]))

    frame = next(one for one in view.facts["frames"].values() if one["kind"] == "pixels")
    drawn = ElementTree.fromstring(frame["svg"]).iter()
    colours = {value for part in drawn for value in (part.get("fill"), part.get("stroke"))}
    # Ink is 1 and paper 0, whatever the theme is; half of it is a grey in the middle.
    greys = sorted(int(colour[1:3], 16) for colour in colours if colour and colour[0] == "#")
    assert greys[0] == 0 and greys[-1] == 255 and any(112 <= grey <= 144 for grey in greys)
