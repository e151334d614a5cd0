"""Lines in any order get the verdict on a page that a notebook gives them."""

import random

import nbformat
import pytest

from docs.arranged import judged, key_of, variables_before
from funclab.teach import course
from funclab.teach.checking import check_order
from tools.lessons.render import LESSONS


@pytest.mark.parametrize(
    ("name", "lesson"),
    [("1A", "01_what_does_a_call_build"), ("layer.A", "00b_what_does_one_layer_compute")],
)
def test_a_page_says_of_any_order_what_a_notebook_says(name, lesson, monkeypatch):
    monkeypatch.setenv("FUNCLAB_PROGRESS", "off")
    cells = nbformat.read(LESSONS / f"{lesson}.ipynb", as_version=4).cells
    variables = variables_before(cells, name)
    item, dice = course.exercise(name), random.Random(1)

    programs = judged(name, variables)["programs"]

    numbers = range(len(item.lines))
    orders = [dice.sample(numbers, dice.randint(0, len(numbers))) for _ in range(40)]
    for order in [*orders, *map(sorted, orders), item.solution]:
        told = programs["told"][programs["verdicts"][key_of(order, **flow_and_stops(programs))]]
        verdict = check_order(item, order, names=variables)
        assert told["verdict"] == verdict.kind, order
        assert (told["told"], told["already"]) == (verdict.says, [*verdict.already]), order
        assert tuple(told["cut"]) == verdict.cut, order
    assert verdict.right


def flow_and_stops(programs):
    return {part: programs[part] for part in ("flow", "stops")}


def test_an_exercise_with_too_many_programs_is_left_to_python(monkeypatch):
    monkeypatch.setattr("docs.arranged.MOST", 20)

    assert judged("1A", {}) is None
