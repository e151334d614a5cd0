"""The rehearsal itself: its first quarter of an hour at one seat, and the table of what failed."""

from __future__ import annotations

from tools.rehearsal.lesson import STEPS, handed_out
from tools.rehearsal.outcomes import Outcome, all_passed, table
from tools.rehearsal.seat import Seat


def test_a_student_gets_through_the_first_fifteen_minutes(lab, open_notebook, tmp_path):
    outcomes: list[Outcome] = []
    student = Seat(2, open_notebook(lab, handed_out(tmp_path / "seat2.ipynb")), outcomes)

    for _, _, step in [one for one in STEPS if one[1] <= 15]:
        step(student)

    assert {0, 2, 6, 8, 11} == {outcome.minute for outcome in outcomes}
    assert all_passed(outcomes), table(outcomes)
    assert student.notebook.quiet


def test_a_check_passes_only_if_it_passes_at_every_seat():
    outcomes = [
        Outcome(11, "both votes are kept", 2, 0.5, "there is one"),
        Outcome(11, "both votes are kept", 1, 3.25),
        Outcome(2, "recall", 1, 1.0),
    ]

    lines = table(outcomes).splitlines()

    assert lines[1].split() == ["2", "1/1", "1.0", "s", "✓", "recall"]
    assert lines[2] == " 11    1/2    3.2 s  ✗ both votes are kept"
    assert lines[3].strip() == "seat 2: there is one"
    assert lines[4] == "1 of 2 checks passed."
    assert not all_passed(outcomes) and all_passed(outcomes[1:]) and not all_passed([])
