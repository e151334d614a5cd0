"""keras.preprocessing of Keras 2: words as numbers."""

import numpy as np
import pytest

from funclab.errors import FunclabError
from funclab.keras2.text import Tokenizer, one_hot, text_to_word_sequence

TEXTS = ["The cat saw the dog.", "A dog, a cat; a mouse!"]


def test_words_are_cut_at_spaces_and_signs():
    assert text_to_word_sequence(TEXTS[0]) == ["the", "cat", "saw", "the", "dog"]
    assert text_to_word_sequence("Ab-c|D", filters="-", lower=False, split="|") == ["Ab", "c", "D"]


def test_the_number_of_a_word_is_always_the_same():
    numbers = one_hot("dog cat dog", 50)

    assert numbers[0] == numbers[2] != numbers[1]
    assert all(0 < number < 50 for number in numbers)


def test_words_are_numbered_by_how_often_they_come():
    tokens = Tokenizer()
    tokens.fit_on_texts(TEXTS)

    assert tokens.word_index["a"] == 1
    assert tokens.word_index["mouse"] == 6
    assert tokens.texts_to_sequences(["a mouse and the cat"]) == [[1, 6, 2, 3]]
    assert tokens.sequences_to_texts([[1, 6, 99]]) == ["a mouse"]
    assert (tokens.document_count, tokens.word_docs["cat"]) == (2, 2)


def test_rare_and_unknown_words_are_left_out_or_marked():
    few, marked = Tokenizer(num_words=3), Tokenizer(num_words=4, oov_token="?")
    few.fit_on_texts(TEXTS)
    marked.fit_on_texts(TEXTS)

    assert few.texts_to_sequences(["a mouse and the cat"]) == [[1, 2]]
    assert marked.texts_to_sequences(["a mouse and the cat"]) == [[2, 1, 1, 3, 1]]


def test_characters_may_be_the_words():
    tokens = Tokenizer(char_level=True)
    tokens.fit_on_texts(["abab", "a"])

    assert tokens.texts_to_sequences(["ba c"]) == [[2, 1]]


@pytest.mark.parametrize(
    ("mode", "row"),
    [("binary", [0, 1, 1, 0]), ("count", [0, 2, 1, 0]), ("freq", [0, 2 / 3, 1 / 3, 0])],
)
def test_a_text_becomes_a_row_of_words(mode, row):
    tokens = Tokenizer(num_words=4)
    tokens.fit_on_texts(TEXTS)

    np.testing.assert_allclose(tokens.texts_to_matrix(["a the a mouse"], mode), [row])


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda: Tokenizer().texts_to_matrix(["a"]), "fit on some text data first"),
        (lambda: Tokenizer(3).sequences_to_matrix([[1]], "tfidf"), "Unknown vectorization mode"),
    ],
)
def test_wrong_settings_are_refused(use, words):
    with pytest.raises(FunclabError) as raised:
        use()

    assert words in str(raised.value)
