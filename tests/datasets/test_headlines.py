"""Made headlines: their rules hold, and no answer is given away."""

import re

import numpy as np

from funclab.datasets import headlines


def test_a_headline_is_popular_exactly_when_the_rules_say_so():
    train, test = headlines.load_data(seed=1)

    for part in (train, test):
        stories = [story(row) for row in part.words]
        unusual = np.array([headlines.is_unusual(story) for story in stories])
        read = np.array(headlines.READ)[part.hour.argmax(1)]
        np.testing.assert_array_equal(part.popular, unusual * read)
        assert 0.4 < unusual.mean() < 0.6


def test_no_test_headline_was_seen_in_training():
    train, test = headlines.load_data(seed=2)

    seen = {row.tobytes() for row in train.words}
    assert not any(row.tobytes() in seen for row in test.words)


def test_pairs_are_the_same_exactly_when_who_does_what_to_whom_is():
    train, test = headlines.load_pairs(seed=3)

    for part in (train, test):
        same = [story(a) == story(b) for a, b in zip(part.first, part.second, strict=True)]
        np.testing.assert_array_equal(same, part.same == 1)
        assert part.same.mean() == 0.5


def test_many_pairs_can_only_be_told_apart_by_the_order_of_their_words():
    train, _ = headlines.load_pairs(seed=4)
    different = train.same == 0

    pairs = zip(train.first[different], train.second[different], strict=True)
    swapped = [story(a) == story(b)[::-1] for a, b in pairs]
    assert 0.4 < np.mean(swapped) < 0.6


def test_the_vocabulary_is_of_plain_words_and_holds_each_once():
    words = headlines.WORDS[1:]

    assert all(re.fullmatch("[a-z]+", word) for word in words)
    assert len({*words}) == len(words)


def test_ids_and_text_are_each_others_inverse_and_zero_fills_the_end():
    phrase = "this morning man bites dog on a boat"

    row = headlines.ids([phrase])[0]

    assert headlines.text(row) == phrase
    assert row.shape == (headlines.LENGTH,) and row[8] == 0 and (row[:8] > 0).all()


def test_the_story_of_a_headline_is_who_does_what_to_whom():
    train, _ = headlines.load_data(seed=5)

    assert all(headlines.story(row) == story(row) for row in train.words)


def test_a_seed_gives_the_same_headlines_again():
    first, again, other = (headlines.load_data(seed=seed)[0].words for seed in (6, 6, 7))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def story(row: np.ndarray) -> headlines.Story:
    """Who, what, whom: the three words around the verb."""
    words = headlines.text(row).split()
    verb = next(i for i, word in enumerate(words) if word in headlines.ROUGH + headlines.POLITE)
    return words[verb - 1], words[verb], words[verb + 1]
