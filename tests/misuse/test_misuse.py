"""More than forty wrong uses: each error explains itself and leaves everything unchanged."""

from collections import Counter

import pytest

from funclab.errors import FunclabError
from tests.misuse.data_cases import DATA
from tests.misuse.desk import Desk, Misuse
from tests.misuse.graph_cases import GRAPH, NODES
from tests.misuse.layer_cases import LAYERS
from tests.misuse.newcomer_cases import MISSING, NEWCOMERS
from tests.misuse.training_cases import TRAINING

CASES = [*NODES, *GRAPH, *LAYERS, *TRAINING, *DATA, *NEWCOMERS, *MISSING]


def fails(misuse: Misuse, desk: Desk) -> Exception:
    with pytest.raises(Exception) as caught:
        misuse.wrong(desk)
    return caught.value


@pytest.mark.parametrize("misuse", CASES, ids=str)
def test_the_error_is_the_one_keras_raises_and_says_what_why_and_what_to_do(misuse):
    error = fails(misuse, Desk())

    text = str(error)
    assert isinstance(error, FunclabError), repr(error)
    assert [kind for kind in misuse.types if not isinstance(error, kind)] == []
    assert [part for part in misuse.says if part not in text] == [], text
    assert all(part and part in text for part in (error.what, error.why, error.fix))
    assert text.index(error.what) < text.index("Why: ") < text.index("Fix: ")


@pytest.mark.parametrize("misuse", CASES, ids=str)
def test_a_wrong_use_leaves_models_weights_optimizers_and_histories_as_they_were(misuse):
    desk = Desk()
    before = desk.snapshot()

    fails(misuse, desk)

    after = desk.snapshot()
    assert [name for name in before if before[name] != after[name]] == []
    assert before.keys() == after.keys()


@pytest.mark.parametrize("misuse", CASES, ids=str)
def test_the_line_put_right_works_afterwards(misuse):
    desk = Desk()
    fails(misuse, desk)

    misuse.right(desk)

    desk.compile_twins()
    history = desk.twins.fit(desk.pair, desk.answers, verbose=0)
    assert len(history.history["loss"]) == 1


def test_no_wrong_use_is_listed_twice():
    assert [title for title, count in Counter(map(str, CASES)).items() if count > 1] == []
