"""What is displayed in a notebook is there once, and is closed when nobody can see it any more.

All of it in a real kernel, with the messages that JupyterLab sends.
"""

from __future__ import annotations

from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

WIDGET = "application/vnd.jupyter.widget-view+json"
SETUP = """
%load_ext funclab
import gc
import numpy as np, funclab
from funclab.distribute import sweep
from funclab.layers import Dense
from IPython.display import display
from ipywidgets.widgets.widget import _instances
inputs = funclab.Input((4,), name="inputs")
model = funclab.Model(inputs, Dense(2, name="dense")(inputs), name="line")
model.compile("sgd", "mse")
x, y = np.ones((8, 4)), np.ones((8, 2))
first = model.fit(x, y, epochs=2, verbose=0)
view = funclab.explore(model)
def build(units=1):
    made = funclab.Sequential([funclab.Input((4,)), Dense(units), Dense(2)])
    made.compile("sgd", "mse")
    return made
def shown():
    display(view)
def open_comms():
    gc.collect()
    return len(_instances), len(get_ipython().kernel.comm_manager.comms)
"""


class Notebook:
    """A kernel, and cells that are run in it as JupyterLab does."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def run(self, code: str, cell: str = "") -> list[dict[str, Any]]:
        """Run a cell; returns the contents of its outputs."""
        session, outputs = self.client.session, []
        content = {"code": code, "silent": False, "store_history": True, "stop_on_error": True}
        sent = session.msg("execute_request", content, metadata={"cellId": cell or code})
        self.client.shell_channel.send(sent)
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != sent["header"]["msg_id"]:
                continue
            kind, content = message["msg_type"], message["content"]
            assert kind != "error", content["traceback"]
            if kind == "status" and content["execution_state"] == "idle":
                return outputs
            if kind in ("display_data", "execute_result", "stream"):
                outputs.append(content)

    def views(self, code: str, cell: str = "") -> list[str]:
        """Run a cell; returns the id of the live view in each output that has one."""
        shown = [output.get("data", {}) for output in self.run(code, cell)]
        return [data[WIDGET]["model_id"] for data in shown if WIDGET in data]

    def says(self, expression: str) -> str:
        return self.run(f"print({expression})")[0]["text"].strip()


@pytest.fixture(scope="module")
def notebook():
    manager, client = start_new_kernel(kernel_name="python3")
    own = Notebook(client)
    own.run(SETUP)
    yield own
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.mark.parametrize(
    "code, count",
    [
        ("sweep(build, {'units': [1, 2]}, (x, y), epochs=1, workers=1)", 1),
        ("result = sweep(build, {'units': [1, 2]}, (x, y), epochs=1, workers=1)\nresult", 1),
        ("result", 1),
        ("model.fit(x, y, epochs=2)", 1),
        ("history = model.fit(x, y, epochs=2)\nhistory", 1),
        ("history", 0),
        ("model", 1),
        ("funclab.watch(model)", 1),
        ("view", 1),
        ("display(view)", 1),
        ("display(view)\nview", 2),
        ("for _ in range(3): display(view)", 3),
        ("shown()", 1),
        ("funclab.diff(model, build())", 1),
        ("%funclab explore model", 1),
        ("%funclab diff model, model", 1),
        ("funclab.profile(model, x)", 1),
        ("funclab.trace(model, x, y)", 1),
        ("funclab.compare_runs(first)", 1),
    ],
)
def test_a_cell_shows_each_view_as_often_as_it_says(notebook, code, count):
    assert len(notebook.views(code)) == count


@pytest.mark.parametrize(
    "code",
    [
        "model",
        "view",
        "funclab.explore(model)",
        "model.fit(x, y, epochs=1)",
        "for _ in range(5): model.fit(x, y, epochs=1)",
        "sweep(build, {'units': [1]}, (x, y), epochs=1, workers=1)",
        "result = sweep(build, {'units': [1]}, (x, y), epochs=1, workers=1)\nresult.view()",
        "funclab.trace(model, x, y)",
    ],
)
def test_a_cell_that_runs_again_and_again_leaves_no_more_widgets_open_than_once(notebook, code):
    notebook.run(code, "again")
    once = notebook.says("open_comms()")

    for _ in range(12):
        notebook.run(code, "again")

    assert notebook.says("open_comms()") == once


def test_50_runs_of_a_cell_leave_one_view_and_its_layout_open(notebook):
    notebook.run("None", "again")
    before = notebook.says("open_comms()")

    for _ in range(50):
        notebook.run("model", "again")
    after = notebook.says("open_comms()")
    notebook.run("None", "again")

    assert [int(n) for n in after[1:-1].split(",")] == [int(n) + 2 for n in before[1:-1].split(",")]
    assert notebook.says("open_comms()") == before


def test_a_view_that_another_cell_shows_too_stays_open_and_a_closed_one_can_be_shown_again(
    notebook,
):
    notebook.run("other = funclab.explore(model)\nother", "one")
    notebook.run("other", "two")

    notebook.run("None", "one")
    shown_in_two = notebook.says("other.comm is not None")
    notebook.run("None", "two")
    shown_nowhere = notebook.says("other.comm is None and other.layout.comm is None")
    again = notebook.views("other", "three")

    assert (shown_in_two, shown_nowhere) == ("True", "True")
    assert again == [notebook.says("other.comm.comm_id")] == [notebook.says("other.own_id")]
    assert notebook.says("other.layout.comm is not None") == "True"


def test_a_view_in_an_output_widget_outlives_the_cell_that_put_it_there(notebook):
    notebook.run("import ipywidgets\nbox = ipywidgets.Output()\nbox", "box")
    inside = "kept = funclab.explore(model)\nwith box: display(kept)"
    notebook.run(inside, "inside")

    notebook.run("None", "inside")

    assert notebook.says("kept.comm is not None") == "True"
