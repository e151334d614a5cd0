"""Three students in kernels of their own: what a class says of them is what was planted.

`make classroom` does the same with forty.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tools.classroom.__main__ import teach
from tools.classroom.comparing import Compared, compared, table
from tools.classroom.expected import Expected
from tools.classroom.plan import planned

ROLES = {0: "restart", 1: "exports twice", 2: "same code"}
SEED = 199
"""A class in which all three write one wrong program, and one of them is stuck."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("classroom")


@pytest.fixture(scope="module")
def students(home):
    students = planned(SEED, 3, ROLES, light=True)
    teach(students, home, at_once=1)
    return students


def test_a_class_says_what_its_students_have_done(students, home):
    plan = Expected(students)

    found = compared(students, home / "exports", home)

    assert not [str(one) for one in found if not one.well]
    assert len(found) > 250 and plan.stuck and plan.groups
    assert table(found).splitlines()[1].split() == ["CSV", "class", "1", "0"]


def test_a_try_that_was_not_planted_is_a_difference(students, home):
    [*others, last] = students
    [forgotten] = [act for act in last.acts if act.kind == "attempt" and act.about == "5A"][:1]
    acts = [act for act in last.acts if act is not forgotten]

    found = compared([*others, replace(last, acts=acts)], home / "exports", home)

    wrong = {(one.where, *one.about) for one in found if not one.well}
    assert {("CSV", "student", "m01~1", "5A tries"), ("page", "cell", "m01~1", "5A")} <= wrong
    assert "CSV, ('student', 'm01~1', '5A tries'):" in table(found).splitlines()


@pytest.mark.parametrize(
    ("said", "planted", "well"),
    [
        ([1, (0.5,)], [1, (0.5000001,)], True),
        ([1, (0.5,)], [1, (0.51,)], False),
        ("5.6", {"5.1", "5.6"}, True),
        ("%funclab diff a, b", "%funclab diff", True),
        ("%funclab trace a, b", "%funclab diff", False),
        ("Gain of it 0.50 (−0.20 to 0.81).", "Gain of it 0.50 (−0.21 to 0.80).", True),
        ("Gain of it 0.50 (−0.20 to 0.81).", "Gain of it 0.50 (−0.28 to 0.80).", False),
        ("Gain of it 0.50 (−0.20 to 0.81).", "Gain of it 0.51 (−0.20 to 0.81).", False),
        ("nothing", 3, False),
        ("nothing", [(3.0,)], False),
    ],
)
def test_what_is_the_same_is_told_from_what_differs(said, planted, well):
    assert Compared("page", ("told", "5.1"), said, planted).well is well


@pytest.mark.parametrize(("end", "well"), [(0.71, True), (0.74, False)])
def test_only_the_interval_of_a_gain_may_be_that_of_other_draws(end, well):
    planted, one = [(0.5, 0.3, 0.7)], [(0.5, 0.3, end)]

    assert Compared("CSV", ("question", "5.1", "gain"), one, planted).well is well
    assert not Compared("CSV", ("question", "5.1", "right"), one, planted).well
    assert not Compared("CSV", ("program", "5B called_again", "still"), one, planted).well
    assert not Compared("CSV", ("question", "5.1", "gain"), "nothing", planted).well
