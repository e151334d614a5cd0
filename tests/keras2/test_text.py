"""keras.preprocessing of Keras 2: words as numbers, and sequences."""

import numpy as np
import pytest

from funclab.errors import FunclabError
from funclab.keras2.sequence import TimeseriesGenerator, make_sampling_table, skipgrams
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
    [
        ("binary", [0, 1, 1, 0]),
        ("count", [0, 2, 1, 0]),
        ("freq", [0, 2 / 3, 1 / 3, 0]),
        ("tfidf", [0, (1 + np.log(2)) * np.log(2), np.log(2), 0]),
    ],
)
def test_a_text_becomes_a_row_of_words(mode, row):
    tokens = Tokenizer(num_words=4)
    tokens.fit_on_texts(TEXTS)

    np.testing.assert_allclose(tokens.texts_to_matrix(["a the a mouse"], mode), [row])


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda: Tokenizer().texts_to_matrix(["a"]), "fit on some text data first"),
        (lambda: Tokenizer(3).sequences_to_matrix([[1]], "tf-idf"), "Unknown vectorization mode"),
    ],
)
def test_wrong_settings_are_refused(use, words):
    with pytest.raises(FunclabError) as raised:
        use()

    assert words in str(raised.value)


def test_windows_slide_over_a_series():
    series = np.arange(20)
    settings = {"stride": 2, "batch_size": 5, "end_index": 18}

    windows = TimeseriesGenerator(series, series * 10, 4, **settings)
    thin = TimeseriesGenerator(series, series, 4, sampling_rate=2, reverse=True, start_index=3)

    x, y = windows[1]
    np.testing.assert_array_equal(x, [[10, 11, 12, 13], [12, 13, 14, 15], [14, 15, 16, 17]])
    np.testing.assert_array_equal(y, [140, 160, 180])
    assert len(windows) == 2
    assert [part[0].tolist() for part in thin[0]] == [[5, 3], 7]


def test_windows_may_be_drawn_at_random():
    series = np.arange(20)

    x, y = TimeseriesGenerator(series, series, 4, shuffle=True, batch_size=6)[0]

    assert x.shape == (6, 4)
    np.testing.assert_array_equal(x[:, -1] + 1, y)


def test_skipgrams_pair_words_with_their_neighbours_and_with_any():
    near, labels = skipgrams([1, 2, 0, 3], 9, window_size=1, negative_samples=0.0, shuffle=False)
    pairs, kinds = skipgrams([1, 2, 3, 4], 9, 1, 2.0, categorical=True, seed=3)

    assert (near, labels) == ([[1, 2], [2, 1]], [1, 1])
    assert (kinds.count([0, 1]), kinds.count([1, 0])) == (6, 12)
    assert all(abs(a - b) == 1 for (a, b), kind in zip(pairs, kinds) if kind == [0, 1])
    assert all(1 <= b < 9 for _, b in pairs)


def test_common_words_are_left_out_of_skipgrams_more_often():
    table = make_sampling_table(1000)

    words = [word for word, _ in skipgrams([1, 999] * 200, 1000, 1, 0.0, sampling_table=table)[0]]

    np.testing.assert_allclose(table[:3], [0.00315225, 0.00315225, 0.00547597], rtol=1e-5)
    assert words.count(999) > words.count(1)
