"""A seat: a student's notebook in a kernel of its own, and what a student does there.

Each act is the message that JupyterLab sends for it: a cell that is run, an option that is chosen,
a line of a program that is checked. Options are found by their words, as each student sees them in
another order.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

from tools.classroom.lesson import CELLS, ITEMS, TICKET, Question, words_of
from tools.classroom.plan import RECORDED, Act, Export

ROOT = Path(__file__).resolve().parents[2]
WIDGET = "application/vnd.jupyter.widget-view+json"
LONG = 600
CLOCK = (
    "exec('import time; a = time.time; time.ahead = 0; time.time = lambda: a() + time.ahead', {})"
)
"""Lets a student's clock be set, without a trace in the variables of the notebook."""
DAY = 86400
HELD_UP = 20
"""Seconds for which an act may be late, or more, and still be in the minute that was planned."""


def morning() -> float:
    """Nine o'clock of today, in seconds since 1970."""
    return time.mktime((*time.localtime()[:3], 9, 0, 0, 0, 0, -1))


class Seat:
    """A kernel whose progress is in a folder, and whose clock is that of the planned lesson."""

    def __init__(self, progress: Path, exports: Path) -> None:
        self.exports, self.begun = exports, morning()
        self.days: set[int] = set()
        self.new = itertools.count()
        progress.mkdir()
        settings = {**os.environ, "FUNCLAB_PROGRESS": str(progress)}
        self.manager = KernelManager()
        self.manager.start_kernel(cwd=ROOT / "notebooks", env=settings, stderr=subprocess.DEVNULL)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self._ready()

    def _ready(self) -> None:
        self.states: dict[str, dict[str, Any]] = {}
        """What the page knows of each view, by its id."""
        self.shown: dict[str, str] = {}
        """The view of each question and exercise that was displayed last."""
        self.lines: dict[str, str] = {}
        """The view with lines to arrange of each exercise."""
        self.client.wait_for_ready(timeout=LONG)
        self._request("execute_request", {"code": CLOCK, "silent": True})

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def do(self, act: Act) -> None:
        """Do what is planned, at the planned minute of the planned day."""
        late = HELD_UP * (act.day in self.days)  # so that none seems to be before the first
        self.days |= {act.day} if act.kind in RECORDED else set()
        now = self.begun + DAY * act.day + 60 * act.minute + late
        clock = f"__import__('time').ahead = {now - time.time()!r}"
        self._request("execute_request", {"code": clock, "silent": True})
        getattr(self, act.kind)(act)

    def run(self, act: Act) -> None:
        """Run a cell as it is."""
        self._cell(act.cell, CELLS[act.cell].source, stops=bool(act.what))

    def ask(self, act: Act) -> None:
        """Run the cell of a question, perhaps with two votes as the teacher says."""
        source = CELLS[act.cell].source
        source = source.replace('")', f'", votes={act.what})') if act.what else source
        self.shown[act.about] = self._cell(act.cell, source)[-1]

    def answer(self, act: Act) -> None:
        """Choose an option by its words, as they stand on this student's page; or "show me"."""
        view = self.shown[act.about]
        state = self.states[view]
        option = None
        if act.what is not None:
            order, options = state["facts"]["order"], state["facts"]["options"]
            page = [options[number]["text"] for number in order]
            option = order[page.index(words_of(act.about)[act.what])]
        state["answers"] = [*state["answers"], option]
        self._update(view, answers=state["answers"])

    def attempt(self, act: Act) -> None:
        """Try an exercise: check lines that were put in order, or run the cell with own lines."""
        tried = act.what
        if tried.order:
            self.shown[act.about] = self.lines[act.about]
            self._custom(self.lines[act.about], ask="check", key=[*tried.order])
            return
        arranged = act.about in self.lines  # own lines are in a cell of their own
        self._exercise(act, -1 if arranged else act.cell, f"%%check {act.about}\n{tried.source}")

    early = attempt

    def untouched(self, act: Act) -> None:
        """Run the cell of an exercise as it is: its start, or its lines to arrange."""
        source = CELLS[act.cell].source
        self._exercise(act, act.cell, source)
        if source.startswith("arrange"):
            self.lines[act.about] = self.shown[act.about]

    def _exercise(self, act: Act, cell: int, source: str) -> None:
        self.shown[act.about] = self._cell(cell, source)[-1]

    def hint(self, act: Act) -> None:
        """Open the next hint: in the view of the exercise, or by a cell with `hint`."""
        if act.cell >= 0:
            self._cell(-1, f'from funclab.teach import hint\nhint("{act.about}")')
            return
        view = self.shown[act.about]
        state = self.states[view]["state"] | {"hints": act.what}
        self.states[view]["state"] = state
        self._update(view, state=state)

    def edit(self, act: Act) -> None:
        """Change the model of an exercise in its picture."""
        view = self._cell(act.cell, CELLS[act.cell].source)[-1]
        for step in act.what:
            self._custom(view, ask="do", step=[*step])

    def test(self, act: Act) -> None:
        """Answer a form of the concept test, item by item in the planned order, which is not that
        of the page."""
        self._items(f'concept_test("{act.about}")', ITEMS[act.about], act.what)

    def ticket(self, act: Act) -> None:
        """Answer the exit ticket of the lesson."""
        self._items(f"exit_ticket({act.about})", TICKET, act.what)

    def _items(self, line: str, items: list[Question], planned: dict[str, int]) -> None:
        view = self._cell(-1, f"from funclab import teach\nteach.{line}")[-1]
        answers = list(self.states[view]["answers"])
        shown = self.states[view]["facts"]["items"]
        for item in items:
            at = [one["text"] for one in shown].index(item.text)
            words = item.options[planned[item.id]].text
            answers[at] = shown[at]["options"].index(words)
            self._update(view, answers=answers)

    def export(self, act: Act) -> None:
        """Hand in a file."""
        one: Export = act.what
        path = str(self.exports / one.file)
        programs = ", programs=True" if one.programs else ""
        code = f', code="{one.code}"' if one.code else ""
        line = f"teach.export_progress({path!r}{code}{programs})"
        if one.shown_first:
            line = f"teach.my_progress({one.code!r}{programs}).save({path!r})"
        self._cell(-1, f"from funclab import teach\n{line}")

    def restart(self, act: Act) -> None:
        """A new kernel, in which nothing was run yet."""
        self.manager.restart_kernel(now=True)
        self._ready()

    def _cell(self, cell: int, source: str, stops: bool = False) -> list[str]:
        """Run a cell; returns the ids of the views in its outputs."""
        content = {"code": source, "silent": False, "store_history": True, "stop_on_error": True}
        name = CELLS[cell].id if cell >= 0 else f"new {next(self.new)}"
        received = self._request("execute_request", content, {"cellId": name})
        errors = [body["evalue"] for kind, body in received if kind == "error"]
        if bool(errors) != stops:
            raise AssertionError(f"{source!r} {'stopped: ' if errors else 'did not stop'}{errors}")
        shown = [body["data"] for kind, body in received if "data" in body and kind != "comm_open"]
        return [data[WIDGET]["model_id"] for data in shown if WIDGET in data]

    def _update(self, view: str, **state: Any) -> None:
        self._send(view, {"method": "update", "state": state, "buffer_paths": []})

    def _custom(self, view: str, **content: Any) -> None:
        self._send(view, {"method": "custom", "content": content})

    def _send(self, view: str, data: dict[str, Any]) -> None:
        self._request("comm_msg", {"comm_id": view, "data": data})

    def _request(self, kind: str, content: dict[str, Any], metadata: Any = None) -> list[Any]:
        """Send a message, and wait until the kernel has dealt with it; returns what it published.

        What is said of views is kept, as a page does.
        """
        sent = self.client.session.msg(kind, content, metadata=metadata)
        self.client.shell_channel.send(sent)
        received = []
        while True:
            message = self.client.get_iopub_msg(timeout=LONG)
            if message["parent_header"].get("msg_id") != sent["header"]["msg_id"]:
                continue
            kind, body = message["msg_type"], message["content"]
            if kind == "status" and body["execution_state"] == "idle":
                return received
            received.append((kind, body))
            if kind in ("comm_open", "comm_msg") and "state" in body["data"]:
                self.states.setdefault(body["comm_id"], {}).update(body["data"]["state"])
