"""The rehearsal's own code: its table says what failed, at which seat, and after how long."""

from __future__ import annotations

from tools.rehearsal.outcomes import Outcome, all_passed, table


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
