"""What the explorer says of the meaning of tensors and of weights."""

from __future__ import annotations

import numpy as np

import funclab
from funclab import Input, Model, layers
from funclab.datasets import headlines, penguins
from funclab.models.meaning import learn
from funclab.view.tables.nodes import node_table


def species():
    (x, y), _ = penguins.load_data()
    measures, island = Input((3,), name="measures"), Input((3,), name="island")
    bird = layers.concatenate([measures, island], name="bird")
    model = Model([measures, island], layers.Dense(3, name="species")(bird), name="who")
    learn(model, x, y["species"])
    return model


def test_the_panel_says_what_the_axes_of_a_tensor_are():
    tensors = species().explore().facts["tensors"]

    assert tensors["species[0:0]"]["means"] == "Axis 1: Adelie, Chinstrap and Gentoo."
    columns = [*penguins.MEASURES, *penguins.ISLANDS]
    assert tensors["bird[0:0]"]["means"] == f"Axis 1: {', '.join(columns[:4])} and 2 more."


def test_words_are_told_with_examples_and_their_places_by_their_tensor():
    words = Input((9,), dtype="int32", name="words")
    funclab.meaning(words, "words", labels=headlines.WORDS)
    model = Model(words, layers.Embedding(len(headlines.WORDS), 2, name="rows")(words))
    tensors = model.explore().facts["tensors"]

    first = ", ".join(headlines.WORDS[1:5])
    assert tensors["words[0:0]"]["means"].startswith(f"Its numbers stand for words: {first} and ")
    assert tensors["rows[0:0]"]["means"] == "Axis 1: the words of words[0:0]."


def test_of_tensors_without_a_meaning_nothing_is_said():
    x = Input((4,))
    tensors = Model(x, layers.Dense(2)(x)).explore().facts["tensors"]

    assert not any("means" in fact for fact in tensors.values())


def test_a_kernel_is_drawn_with_its_columns_and_classes():
    view = species().explore()
    kernel = view.model.get_layer("species").kernel.numpy()
    values = view.answer_to({"ask": "values", "key": "species kernel"})["value"]

    row, column = np.unravel_index(kernel.argmax(), kernel.shape)
    name = [*penguins.MEASURES, *penguins.ISLANDS][row]
    assert f"Largest at {name}, {penguins.SPECIES[column]}: " in values["told"]
    assert all(f">{kind}<" in values["svg"] for kind in penguins.SPECIES)


def test_of_a_long_embedding_the_rows_of_the_first_words_are_drawn():
    words = Input((9,), dtype="int32", name="words")
    funclab.meaning(words, "words", labels=headlines.WORDS)
    model = Model(words, layers.Embedding(len(headlines.WORDS), 2, name="rows")(words))
    values = model.explore().answer_to({"ask": "values", "key": "rows embeddings"})["value"]

    assert "The rows of the first 24 of 34 words." in values["told"]
    assert f">{headlines.WORDS[23]}<" in values["svg"]
    assert f">{headlines.WORDS[24]}<" not in values["svg"]


def test_a_name_with_markup_is_text_in_the_picture_of_a_weight():
    x = Input((2,))
    y = layers.Dense(2, name="y")(x)
    funclab.meaning(y, "classes", labels=["<script>alert(1)</script>", "b"])
    view = Model(x, y).explore()
    values = view.answer_to({"ask": "values", "key": "y kernel"})["value"]

    assert "<script" not in values["svg"]


def test_a_table_of_nodes_says_what_comes_out():
    model = species()

    assert node_table(model.get_layer("species")).text.endswith(
        "Of its output: Axis 1: Adelie, Chinstrap and Gentoo."
    )
    assert "Of its output" not in node_table(model.get_layer("species").__class__(2)).text
