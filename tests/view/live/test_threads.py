"""A view that a training thread and its page change at the same time."""

from __future__ import annotations

import threading

import pytest

import funclab
from tests.view.training.live_runs import history_of


@pytest.mark.parametrize(
    "change",
    [
        lambda view: view.set_state({"state": {"log": True}}),
        lambda view: view.show(log=True),
        lambda view: view.show_runs(view.runs, view.status),
    ],
    ids=["the page", "another cell", "a training thread"],
)
def test_nothing_else_changes_a_view_while_a_thread_changes_several_traits(change):
    view = funclab.compare_runs(history_of([4.0, 2.0]), history_of([3.0, 1.0]))
    changed, seen = threading.Event(), []

    def run() -> None:
        change(view)
        changed.set()

    other = threading.Thread(target=run)
    with view.hold_sync():
        other.start()
        seen.append(changed.wait(0.2))
        before = dict(view.state)
    other.join(10)

    assert seen == [False] and not before["log"]
    assert changed.is_set()
