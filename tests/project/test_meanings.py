"""What the parameters of classes and functions mean."""

import re

from funclab import layers, models, optimizers, registry
from funclab.fields import MEANINGS
from funclab.optimizers import schedules

EMPTY = re.compile(r"^ +(\w+)(?: \([^)]*\))?: *[.;]", re.MULTILINE)
"""The line of a parameter in a docstring, with no meaning in it."""


def things() -> list:
    """Each class and function that the parameters belong to."""
    known = [registry.registered(kind).values() for kind in registry.KERAS_MODULES]
    rooms = [vars(room).values() for room in (layers, models, optimizers, schedules)]
    return [thing for things in (*known, *rooms) for thing in things]


def test_every_parameter_in_a_docstring_has_a_meaning():
    assert EMPTY.search("    units (int): ; default 3.")

    empty = {
        (thing.__name__, name) for thing in things() for name in EMPTY.findall(thing.__doc__ or "")
    }
    assert empty == set()


def test_every_meaning_of_a_parameter_is_told_by_the_class_it_is_about():
    told = " ".join(" ".join((thing.__doc__ or "").split()) for thing in things())

    meanings = {key: " ".join(meaning.split()) for key, meaning in MEANINGS.items()}
    found = {key for key, says in meanings.items() if re.search(rf": {re.escape(says)}[;.]", told)}

    assert {key for key in meanings.keys() - found if not key.startswith("moving_")} == set()
