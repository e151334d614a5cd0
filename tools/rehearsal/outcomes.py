"""What a rehearsal found: each check, how many seats passed it, and its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """A check at one seat: the minute of the class, the seconds it took, what was wrong ("" for
    nothing)."""

    minute: int
    check: str
    seat: int
    seconds: float
    problem: str = ""


def table(outcomes: Sequence[Outcome]) -> str:
    """A line for each check, in the order of the class, and at the end how many passed."""
    checks: dict[tuple[int, str], list[Outcome]] = {}
    for outcome in outcomes:
        checks.setdefault((outcome.minute, outcome.check), []).append(outcome)
    lines = ["min  seats  slowest  check"]
    passed = 0
    for (minute, check), seats in sorted(checks.items(), key=lambda item: item[0][0]):
        failed = sorted((seat for seat in seats if seat.problem), key=lambda seat: seat.seat)
        passed += not failed
        sign = "✗" if failed else "✓"
        slowest = max(seat.seconds for seat in seats)
        well = f"{len(seats) - len(failed)}/{len(seats)}"
        lines.append(f"{minute:>3}  {well:>5}  {slowest:>5.1f} s  {sign} {check}")
        lines += [f"{'':>21}seat {seat.seat}: {seat.problem}" for seat in failed]
    return "\n".join([*lines, f"{passed} of {len(checks)} checks passed."])


def all_passed(outcomes: Sequence[Outcome]) -> bool:
    """Whether there was a check, and none failed."""
    return bool(outcomes) and not any(outcome.problem for outcome in outcomes)
