"""Headlines made up by fixed rules: what a model can learn from them is known in advance.

A headline says who does what to whom, sometimes where and when. Many people read it when it tells
of a person who is rough to an animal ("man bites dog"), and when it appears at an hour at which
people read. These are neither real headlines nor real readers: the rules are `is_unusual` and READ.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from funclab.graph.meaning import know
from funclab.graph.shape_math import Array

Story = tuple[str, str, str]

PEOPLE = ("man", "baker", "teacher", "mayor", "farmer", "pilot")
ANIMALS = ("dog", "parrot", "goose", "horse", "cat", "monkey")
ACTORS = PEOPLE + ANIMALS
ROUGH = ("bites", "chases", "carries")
POLITE = ("teaches", "paints", "feeds")
WHERE = ("", "at school", "in town", "on a boat", "near the station")
WHEN = ("", "yesterday", "this morning", "after lunch")
HOURS = ("morning", "noon", "afternoon", "evening", "night")
READ = (1, 1, 0, 1, 0)
"""Whether people read at each of the HOURS."""
LENGTH = 9

_EVERY = (*ACTORS, *ROUGH, *POLITE, *" ".join((*WHERE, *WHEN)).split())
WORDS = ("", *dict.fromkeys(_EVERY))
"""The vocabulary; a word's id is its index. Id 0 pads short headlines at the end."""


class Headlines(NamedTuple):
    """Shapes: words (n, 9) int32, ids of WORDS; hour (n, 5) float32, one-hot over HOURS;
    popular (n,), 1 when many people read it."""

    words: Array
    hour: Array
    popular: Array


class StoryPairs(NamedTuple):
    """Shapes: first, second (n, 9) int32, ids of WORDS; same (n,), 1 when both tell one story."""

    first: Array
    second: Array
    same: Array


def load_data(n: int = 1500, seed: int = 0, test: int = 500) -> tuple[Headlines, Headlines]:
    """Headlines to train on, and others to test on; no headline is in both.

    >>> train, test = load_data(seed=0)
    >>> text(train.words[1]), int(train.popular[1])
    ('this morning man bites cat at school', 0)
    """
    random = np.random.RandomState(seed)
    by_phrase: dict[str, Story] = {}
    while len(by_phrase) < n + test:
        story = _story(random, random.randint(2) == 1)
        by_phrase.setdefault(_phrase(story, random), story)
    phrases, stories = list(by_phrase), list(by_phrase.values())
    hour = random.randint(len(HOURS), size=n + test)
    unusual = np.array([is_unusual(story) for story in stories])
    popular = (unusual & np.array(READ, bool)[hour]).astype(int)
    hours = know(np.eye(len(HOURS), dtype="float32")[hour], "features", HOURS)
    whole = Headlines(ids(phrases), hours, popular)
    return Headlines(*(part[:n] for part in whole)), Headlines(*(part[n:] for part in whole))


def load_pairs(n: int = 1500, seed: int = 0, test: int = 500) -> tuple[StoryPairs, StoryPairs]:
    """Pairs of headlines: do they tell the same story in different words? Half of them do.

    In half of the others, who and whom are exchanged, so that only the order of the words differs.
    """
    random = np.random.RandomState(seed)
    return _pairs(random, n), _pairs(random, test)


def is_unusual(story: Story) -> bool:
    """Whether a person is rough to an animal.

    >>> is_unusual(("man", "bites", "dog")), is_unusual(("dog", "bites", "man"))
    (True, False)
    """
    who, what, _ = story
    return who in PEOPLE and what in ROUGH


def ids(phrases: Sequence[str]) -> Array:
    """Phrases as rows of word ids, padded with 0 at the end.

    >>> ids(["man bites dog"])[0, :5].tolist() == [1, 13, 7, 0, 0]
    True
    """
    table = np.zeros((len(phrases), LENGTH), "int32")
    for row, phrase in zip(table, phrases):
        numbers = [WORDS.index(word) for word in phrase.split()]
        row[: len(numbers)] = numbers
    return know(table, "words", WORDS)


def text(row: Array) -> str:
    """The words of one row of ids."""
    return " ".join(WORDS[number] for number in row if number)


def story(row: Array) -> Story:
    """Who does what to whom, in one row of ids.

    >>> story(ids(["this morning man bites cat at school"])[0])
    ('man', 'bites', 'cat')
    """
    who, what, whom = (word for word in text(row).split() if word in ACTORS + ROUGH + POLITE)
    return who, what, whom


def _story(random: Any, unusual: bool) -> Story:
    """A story between a person and an animal."""
    while True:
        story = (_any(PEOPLE, random), _any(ROUGH + POLITE, random), _any(ANIMALS, random))
        if random.randint(2):
            story = _turned(story)
        if is_unusual(story) == unusual:
            return story


def _any(words: Sequence[str], random: Any) -> str:
    """What `random.choice` chooses, without making an array of the words each time."""
    return words[int(random.randint(len(words)))]


def _turned(story: Story) -> Story:
    who, what, whom = story
    return whom, what, who


def _phrase(story: Story, random: Any) -> str:
    where, when = _any(WHERE, random), _any(WHEN, random)
    before, after = (when, where) if random.randint(2) else (where, when)
    return " ".join(part for part in (before, *story, after) if part)


def _pairs(random: Any, n: int) -> StoryPairs:
    first, second, same = [], [], np.arange(n) % 2
    for alike in same:
        story = _story(random, random.randint(2) == 1)
        other = story if alike else _another(story, random)
        first.append(_phrase(story, random))
        second.append(_phrase(other, random))
    return StoryPairs(ids(first), ids(second), same)


def _another(story: Story, random: Any) -> Story:
    if random.randint(2):
        return _turned(story)
    while (other := _story(random, random.randint(2) == 1)) == story:
        pass
    return other
