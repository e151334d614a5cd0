"""A try in an exercise leaves no trace, whatever its lines do; a right one leaves its variables."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

import funclab
from funclab import config, initializers, models
from funclab.layers import Dense
from funclab.registry import user_classes
from funclab.teach.attempt import is_untried
from funclab.teach.checking import arrange, base_names, check, check_lines, solution
from funclab.teach.rollback import no_trace
from funclab.view.draw import theme
from funclab.view.notebook.extension import load_ipython_extension, unload_ipython_extension
from tests.teach.tries import Try, tries

LESSON = """
import numpy as np
from funclab import Input, Model, layers
from funclab.layers import Dense, concatenate

pixels = Input((64,), name="pixels")
h1 = Dense(8, activation="relu", name="hidden_1")(pixels)
h2 = Dense(8, activation="relu", name="hidden_2")(h1)
reader = Model(pixels, Dense(10, activation="softmax", name="digit")(h2), name="reader")
idle = Dense(3, name="idle")
x = np.linspace(0, 1, 64 * 40, dtype="float32").reshape(40, 64)
y = np.arange(40) % 10
reader.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = reader.fit(x, y, epochs=1, verbose=0)
notes, table, seen = [1, [2]], {"a": 1}, {1, 2}
"""
WRONG = "eye = Model(pixels, reader.output)"
RIGHT = "eye = Model(pixels, h2)"
RULE = 'rule = Dense(10, activation="softmax", name="rule")\nmodel = Model(pixels, rule(h1))'


class Notebook:
    def __init__(self, shell: InteractiveShell) -> None:
        self.shell, self.names = shell, shell.user_ns

    def run(self, source: str) -> Any:
        return self.shell.run_cell(source, store_history=True, cell_id=source)

    def check(self, lines: str, exercise: str = "1B") -> None:
        result = self.run(f"%%check {exercise}\n{lines}")
        assert result.success, result


def opened() -> Notebook:
    shell = InteractiveShell()
    load_ipython_extension(shell)
    own = Notebook(shell)
    assert own.run(LESSON).success
    return own


@pytest.fixture
def notebook(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    own = opened()
    yield own
    unload_ipython_extension(own.shell)


def state(names: dict[str, Any]) -> dict[str, Any]:
    """All that a try must not change, as plain values and identities."""
    reader, idle = names["reader"], names["idle"]
    compiled = reader.compiled_state
    return {
        "names": {key: id(value) for key, value in names.items() if key[0] != "_"},
        "calls": [[*x.inbound_nodes, *x.outbound_nodes] for x in [*reader.layers, idle, reader]],
        "weights": [weight.tobytes() for weight in reader.get_weights()],
        "optimizer": [part.tobytes() for part in compiled.optimizer.get_weights()],
        "compiled": id(compiled),
        "built": idle.built,
        "trainable": [layer.trainable for layer in reader.layers],
        "data": [names["x"].tobytes(), names["y"].tobytes()],
        "held": repr([names["notes"], names["table"], names["seen"], names["history"].history]),
        "random": repr(initializers.rng().bit_generator.state),
        "settings": [config.floatx(), theme.chosen(), theme.ask(), dict(user_classes.tables()[0])],
        "filters": list(warnings.filters),
        "keras": sorted(name for name in sys.modules if name.startswith("keras")),
        "automatic": funclab.registry.counts().copy(),
    }


TRIES = {
    "calls of the layers": f"idle(h1), reader(Input((64,)))\nreader.layers[2](h1)\n{WRONG}",
    "names of its own": "first = second = 3\n" + WRONG,
    "names of the lesson": "Dense = Model = pixels = reader = None\neye = 3",
    "names that are deleted": "eye = 3\ndel reader, Dense, x",
    "import *": f"{WRONG}\nfrom numpy import *\nfrom funclab.layers import *",
    "random numbers": f"import random\nnp.random.rand(3), random.random()\n{WRONG}\n"
    "funclab.utils.set_random_seed(3)\neye.predict(x, verbose=0)",
    "training": f'{WRONG}\nreader.fit(x, y, epochs=2, verbose=0)',
    "compiling": f'{WRONG}\nreader.compile("sgd", "sparse_categorical_crossentropy")\n'
    "reader.fit(x, y, verbose=0)",
    "weights": f"{WRONG}\nreader.set_weights([w * 0 for w in reader.get_weights()])",
    "freezing": f"{WRONG}\nreader.layers[1].trainable = False\nreader.trainable = False",
    "lists, dicts and sets": f"{WRONG}\nnotes.append(3), notes[1].append(4)\n"
    'table["b"] = table.pop("a")\nseen.add(9), history.history.clear()',
    "arrays": f"{WRONG}\nx[:] = 7\ny += 1",
    "settings": f'{WRONG}\nfunclab.config.set_floatx("float64")\n'
    'for word in ("look dark", "ask on"): get_ipython().run_line_magic("funclab", word)',
    "a registered class": f"{WRONG}\n@funclab.utils.register_keras_serializable()\n"
    "class Own(layers.Layer): pass",
    "filters of warnings": f'{WRONG}\nimport warnings\nwarnings.simplefilter("ignore")',
    "an error in the middle": f"x[:] = 0\nnotes.clear()\nidle(h1)\n{WRONG}\n1 / 0",
    "an error of funclab": "idle(h1)\nreader = Model(pixels, idle)",
    "an interrupt": "idle(h1)\nreader = None\nraise KeyboardInterrupt",
    "SystemExit": "idle(h1)\nreader = None\nraise SystemExit",
    "sys.exit": "import sys\nidle(h1)\nreader = None\nsys.exit(2)",
    "a line that cannot be read": "reader = = 3",
    "await": "reader = None\nawait reader",
}  # fmt: skip


def try_that_leaves_all_as_it_was(notebook: Notebook, lines: str) -> None:
    notebook.run("import funclab")
    before = state(notebook.names)

    notebook.check(lines)

    now = state(notebook.names)
    for key, value in before.items():
        assert now[key] == value, key


@pytest.mark.parametrize("lines", TRIES.values(), ids=TRIES)
def test_a_try_leaves_all_as_it_was(notebook, lines, capsys):
    try_that_leaves_all_as_it_was(notebook, lines)

    said = capsys.readouterr().out
    assert "1B: not yet." in said and "Traceback" not in said


def test_a_try_of_install_as_keras_leaves_all_as_it_was(tmp_path):
    """In a process of its own: the methods that it adds to classes stay until the end."""
    lines = f"{WRONG}\nfunclab.install_as_keras()\nimport keras"
    program = (
        "from tests.teach.test_rollback import opened, try_that_leaves_all_as_it_was\n"
        f"try_that_leaves_all_as_it_was(opened(), {lines!r})"
    )
    settings = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}

    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=settings,
                         capture_output=True, text=True, check=False)  # fmt: skip

    assert run.returncode == 0, run.stderr
    assert "1B: not yet." in run.stdout and "Traceback" not in run.stdout


def test_training_goes_on_after_a_try_as_it_would_have_without(notebook, capsys):
    names, runs = notebook.names, []
    for lines in (None, "reader.fit(x, y, epochs=3, verbose=0)\neye = 3"):
        funclab.utils.set_random_seed(5)
        notebook.run(LESSON)
        if lines:
            notebook.check(lines)
        notebook.run("again = reader.fit(x, y, epochs=3, verbose=0)")
        runs.append((names["again"].history, names["reader"].get_weights()))

    assert runs[0][0] == runs[1][0]
    assert all(np.array_equal(a, b) for a, b in zip(runs[0][1], runs[1][1]))


def test_a_right_answer_keeps_its_variables_and_leaves_no_call_on_the_lesson_s_layers(notebook):
    calls = [len(layer.inbound_nodes) for layer in notebook.names["reader"].layers]

    notebook.check("own = Input((64,))\nfirst, second = reader.layers[1:3]\n"
                   "eye = Model(own, second(first(own)))")  # fmt: skip

    eye, reader = notebook.names["eye"], notebook.names["reader"]
    assert [len(layer.inbound_nodes) for layer in reader.layers] == calls
    assert reader.get_layer("hidden_2").output is notebook.names["h2"]
    assert notebook.run('reader.get_layer("hidden_2").output').success
    np.testing.assert_array_equal(
        eye.predict(notebook.names["x"], verbose=0),
        funclab.Model(reader.input, notebook.names["h2"]).predict(notebook.names["x"], verbose=0),
    )
    eye.save("eye.keras")
    assert models.load_model("eye.keras").count_params() == eye.count_params() == 592
    assert notebook.run("eye.summary()\neye.explore()\neye").success
    deeper = notebook.run('deeper = Model(own, Dense(2, name="end")(eye.output))')
    assert deeper.success and notebook.names["deeper"].count_params() == 610


def test_a_layer_that_a_right_answer_makes_keeps_its_calls(notebook):
    notebook.check(
        'rule = Dense(10, activation="softmax", name="rule")\nmodel = Model(pixels, rule(h1))', "1C"
    )

    rule, model = notebook.names["rule"], notebook.names["model"]
    assert rule.output is model.output and len(rule.inbound_nodes) == 1
    assert notebook.names["h1"].node.operation.outbound_nodes == [notebook.names["h2"].node]


def test_a_checked_cell_that_runs_twice_says_the_same_twice(notebook, capsys):
    for lines in (WRONG, RIGHT):
        capsys.readouterr()
        notebook.check(lines)
        first = capsys.readouterr().out
        notebook.check(lines)

        assert capsys.readouterr().out == first


def test_what_a_try_set_and_loses_is_said(notebook, capsys):
    notebook.check(f"first = 3\n{WRONG}")

    assert "Not kept until the answer is right: first and eye." in capsys.readouterr().out
    notebook.check(RIGHT)
    assert "Not kept" not in capsys.readouterr().out


def test_lines_may_ask_print_and_display(notebook, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("8\n"))

    notebook.check(
        'width = int(input("how many? "))\nprint("so", width)\ndisplay(12 * 345)\n' + RIGHT
    )

    said = capsys.readouterr().out
    assert "how many? " in said and "so 8" in said and "\n4140\n" in said and "1B: right" in said
    assert notebook.names["width"] == 8


@pytest.mark.parametrize(
    "lines", [f'print("...")\n{RIGHT}', f'{RIGHT}\nprint("a ___ b")', f"# ...\n{RIGHT}",
              f'"""..."""\n{RIGHT}', f"note = x[..., 0], x[0, ...]\n{RIGHT}"]
)  # fmt: skip
def test_dots_in_a_text_or_an_index_are_no_blank(notebook, lines, capsys):
    notebook.check(lines)

    assert "1B: right" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("lines", "start", "untried"),
    [
        ('guess = {5: "...", 6: "fit"}', 'guess = {5: "...", 6: "..."}', True),
        ('guess = {5: "call", 6: "fit"}\nprint("...")', 'guess = {5: "...", 6: "..."}', False),
        ("a  =  1 # as given", "a = 1", True),
        ("a = 1 +", "a = 1", False),
        ("def f():\n    ...", "x = 1", True),
        ("x = y[f(...)]", "x = 1", False),
        ("raise NotImplementedError()", "x = 1", True),
        ("guess = [...]\nguess = [3]", "guess = [...]", False),
        ("guess = [...]\nother = [3]", "guess = [...]", True),
        ("guess = [3]\nguess = [...]", "guess = [...]", True),
    ],
)
def test_a_blank_is_what_the_exercise_left_open(lines, start, untried):
    assert is_untried(lines, start) == untried


def names_of(exercise: str) -> dict[str, Any]:
    return next(one for one in tries() if one.exercise == exercise).names


def right(exercise: str) -> list[Try]:
    return [one for one in tries() if one.exercise == exercise and not one.mistake]


def test_an_index_of_an_earlier_try_does_not_count_in_the_next():
    names, lines = names_of("5D"), right("5D")[0].lines
    without = "\n".join(line for line in lines.splitlines() if not line.startswith("index"))

    assert check_lines("5D", lines, names).verdict.right
    assert check_lines("5D", without, names).verdict.mistake == "no_index"


def test_leftovers_of_one_exercise_are_not_blamed_in_the_next():
    names = names_of("1C")
    for one in tries():
        if one.exercise == "1C" and one.mistake:
            check_lines("1C", one.lines, names)

    h1 = names["h1"].node.operation
    assert len(h1.outbound_nodes) == 1 and "rule" not in names
    assert all(check_lines("1D", one.lines, names).verdict.right for one in right("1D"))


@pytest.mark.parametrize("exercise", ["2A", "7A", "11A"])
def test_what_is_not_tried_yet_hinted_or_shown_as_a_solution_makes_no_call_on_the_lesson_s_layers(
    exercise,
):
    names = names_of(exercise)
    layers = {id(x): x for x in vars_of(names)}
    before = [(len(x.inbound_nodes), len(x.outbound_nodes)) for x in layers.values()]

    check(exercise, names=names)
    check_lines(exercise, "# nothing\n", names)
    check_lines(exercise, right(exercise)[0].lines, dict(names)).solution()
    solution(exercise)

    assert [(len(x.inbound_nodes), len(x.outbound_nodes)) for x in layers.values()] == before


def vars_of(names: dict[str, Any]) -> list[Any]:
    """The operations behind the tensors and models of a notebook."""
    found = []
    for value in names.values():
        found += [value.node.operation] if hasattr(value, "_keras_history") else []
        found += value.layers if isinstance(value, funclab.Model) else []
    return found


def test_an_order_of_lines_makes_no_call_on_the_lesson_s_layers():
    view = arrange("5A")
    names = base_names({})

    view.judge([0, 1, 2])

    assert names.keys() == base_names({}).keys()


def test_a_model_in_training_in_the_background_learns_on_during_a_try():
    x = funclab.Input((4,), name="x")
    model = funclab.Model(x, Dense(1)(x))
    model.compile("sgd", "mse")
    data, answers = np.ones((64, 4), "float32"), np.ones((64, 1), "float32")
    names = {"model": model, "n": 1}
    training = model.fit(data, answers, epochs=200, verbose=0, background=True)

    with no_trace(names):
        names["n"] = 2
        training.wait()
    learned = model.get_weights()

    assert names["n"] == 1 and len(training.history["loss"]) == 200
    assert float(model.evaluate(data, answers, verbose=0)) == pytest.approx(0, abs=1e-3)
    assert np.array_equal(learned[0], model.get_weights()[0])


def test_objects_of_the_notebook_s_own_classes_are_as_before():
    names: dict[str, Any] = {"__name__": "__main__"}
    exec("class Counter:\n    def __init__(self):\n        self.n, self.seen = 0, []", names)
    exec("counter = Counter()\nclass Slim:\n    __slots__ = ('n',)\nslim = Slim()", names)

    with no_trace(names):
        exec("counter.n += 1\ncounter.seen.append(3)\ncounter.more = 1", names)

    assert vars(names["counter"]) == {"n": 0, "seen": []}


def test_a_long_list_and_a_frozen_array_do_no_harm():
    frozen = np.arange(3)
    frozen.flags.writeable = False
    short = np.arange(4)
    names: dict[str, Any] = {"long": list(range(20_000)), "frozen": frozen, "loop": []}
    names["short"] = short
    names["loop"].append(names["loop"])

    with no_trace(names):
        names["long"].append(1)
        names["loop"].clear()
        short.resize(2, refcheck=False)

    assert len(names["long"]) == 20_000 and names["loop"] == [names["loop"]]


def test_a_right_answer_does_not_replace_variables_of_other_cells_except_the_answer(
    notebook, capsys
):
    names = notebook.names
    before = {name: names[name] for name in ("x", "h1", "Dense")}
    notebook.run("eye = 3")

    notebook.check(f"{RIGHT}\nx = h1 = Dense = None\nmine = 4")

    assert {name: names[name] for name in before} == before
    assert names["mine"] == 4 and names["eye"].output is names["h2"]
    left = "Also made by other cells, and left as they made it: Dense, h1 and x."
    assert left in capsys.readouterr().out
    notebook.check(f"{RIGHT}\nmine = 5")
    assert names["mine"] == 5


def test_an_array_that_a_right_answer_changes_in_place_is_as_before():
    names = next(one for one in tries() if one.exercise == "make.B").names
    p = names["p"]

    verdicts = [
        check_lines("make.B", lines, names).verdict.right
        for lines in ("p **= 1 / T\nq = p / p.sum()", "q = p ** (1 / T)\nq = q / q.sum()")
    ]

    assert verdicts == [True, True] and names["p"] is p
    assert p.tolist() == [0.6, 0.3, 0.1]
    assert np.allclose(names["q"], p**0.5 / (p**0.5).sum())
