"""Each cause has an error that says what to type, leaves all models alone, and the fix works."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from typing import Any

import numpy as np
import pytest

from funclab.errors import FunclabError
from tests.misuse.causes import Cause
from tests.misuse.desk import Desk
from tests.misuse.shape_causes import SHAPES
from tests.misuse.test_misuse import CASES
from tests.misuse.value_causes import VALUES
from tests.misuse.warned_causes import WARNED, Warned

CAUSES = [*SHAPES, *VALUES]


def first_sentence(text: str) -> str:
    return re.split(r"(?<=[.;])\s(?=[A-Z])", text)[0]


def fails(cause: Cause, desk: Desk) -> Any:
    with warnings.catch_warnings(), pytest.raises(Exception) as caught:
        warnings.simplefilter("ignore")
        cause.line(desk)
    return caught.value


@pytest.mark.parametrize("cause", CAUSES, ids=str)
def test_the_error_has_the_words_people_search_for_and_a_fix_that_can_be_typed(cause):
    error = fails(cause, Desk())

    assert isinstance(error, FunclabError), repr(error)
    assert isinstance(error, cause.error)
    assert cause.says in error.what
    assert cause.fix in first_sentence(error.fix), error.fix


@pytest.mark.parametrize("cause", CAUSES, ids=str)
def test_a_line_that_fails_leaves_the_model_as_it_was_and_the_fix_works(cause):
    desk = Desk()
    before = desk.snapshot()

    fails(cause, desk)

    assert desk.snapshot() == before
    for model, weights in desk.__dict__.get("own", []):
        assert all(map(np.array_equal, model.get_weights(), weights))
    cause.right(desk)


@pytest.mark.parametrize("warned", WARNED, ids=str)
def test_what_works_and_is_not_meant_is_warned_of_once(warned: Warned):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warned.line(Desk())

    texts = [str(one.message) for one in caught]
    assert len(texts) == 1, texts
    assert all(part in texts[0] for part in warned.says), texts


@pytest.mark.parametrize("warned", WARNED, ids=str)
def test_what_the_warning_says_to_type_warns_of_nothing(warned: Warned):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warned.right(Desk())


def test_there_are_at_least_150_causes_and_none_is_listed_twice():
    rows = [*map(str, CASES), *map(str, CAUSES), *map(str, WARNED)]

    assert len(rows) >= 150
    assert [row for row, count in Counter(rows).items() if count > 1] == []
