"""What is known of a student's lines after they ran: what they set, and where they stopped."""

from __future__ import annotations

import pytest

from funclab import Input, Model, Sequential
from funclab.layers import Dense
from funclab.teach.attempt import assigned, flat, line_of, run, tensors_of


def broken(x):
    """A function of another cell."""
    return 1 / x


@pytest.mark.parametrize(
    ("lines", "stopped_at"),
    [
        ("x = 1\ny = x / 0\nz = 2", "y = x / 0"),
        ("x = 1\n\nif x:\n    y = broken(0)", "y = broken(0)"),
        ("def f(x):\n    return x / 0\n\ny = f(1)", "return x / 0"),
        ("x = 1\ny = (\nz = 2", "y = ("),
        ("x = 1\nraise SystemExit", "raise SystemExit"),
        ("x = '\0'", ""),
        ("exec('1 / 0')", "exec('1 / 0')"),
        ("x = 1", ""),
    ],
)
def test_the_line_that_an_error_stopped_is_the_last_one_of_the_student_s_own(lines, stopped_at):
    attempt = run(lines, {"broken": broken})

    assert attempt.stopped_at == stopped_at
    assert (attempt.error is not None) == (lines != "x = 1")


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        ("model = Model(x, [Dense(2)(x)])", "Dense(2)(x)"),
        ("é = '🙂'; model = Model(x, Dense(2)( x ))", "Dense(2)( x )"),
        ("h = Dense(2)(\n    x)\nmodel = Model(x, h)", "Dense(2)( …"),
        ("def f(x):\n    return Dense(2)(x)\nmodel = Model(x, f(x))", "Dense(2)(x)"),
        ("model = Model(x, made(x))", ""),  # by a function of another cell
    ],
)
def test_the_place_of_a_call_is_what_the_lines_themselves_called(lines, part):
    names = {"x": Input((3,)), "Model": Model, "Dense": Dense, "made": made}
    attempt = run(lines, names, "model")

    before, found, behind = line_of(lines, attempt, [attempt.model.outputs[0].node])

    assert found == part
    assert f"{before}{found}{behind}".removesuffix(" …") in lines


def test_the_place_of_an_error_is_the_part_that_stopped():
    lines = "x = 1\ny = x + broken(0) + 2"

    assert line_of(lines, run(lines, {"broken": broken}), []) == ("y = x + ", "broken(0)", " + 2")


def test_the_place_of_a_layer_that_was_never_called_is_what_its_variable_is_set_to():
    lines = "rule = Dense(2)\nother = 3"
    attempt = run(lines, {"Dense": Dense})

    assert line_of(lines, attempt, [attempt.new["rule"]]) == ("rule = ", "Dense(2)", "")
    assert line_of(lines, attempt, [Dense(2)]) == ("", "", "")


def made(x):
    """Another function of another cell."""
    return Dense(2)(x)


def test_what_lines_set_is_new_also_if_it_is_the_same_object_again():
    same, names = [1], {"a": 1, "b": 2, "_": 3}
    names["kept"] = same

    attempt = run("a = 1\nkept = kept\nc = 4\n_hidden = 5", names, wants="kept")

    assert attempt.new == {"a": 1, "kept": same, "c": 4}
    assert attempt.answer is same
    assert [attempt.made(name) for name in ("a", "b", "c")] == [1, None, 4]


def test_lines_that_stopped_have_set_only_what_changed():
    attempt = run("a = 1\nb = 2\n1 / 0", {"a": 1, "b": 1}, wants="a")

    assert attempt.new == {"b": 2}
    assert attempt.answer is None


def test_layers_calls_and_models_of_the_lines_are_known():
    lines = """
x = Input((3,))
one, two = Dense(2), Dense(4)
model = Model(x, one(x))
other = Sequential([Dense(2)])
"""
    names = {one.__name__: one for one in (Input, Dense, Model, Sequential)}
    attempt = run(lines, names, wants="model")

    assert attempt.model is attempt.new["model"]
    assert attempt.layers == [attempt.new[name] for name in ("one", "two")]
    assert [type(node.operation).__name__ for node in attempt.nodes][:2] == ["InputLayer", "Dense"]
    assert attempt.given_to_model is None and attempt.own is None


def test_what_a_model_that_failed_was_given_is_known():
    x, y = Input((3,), name="x"), Input((3,), name="y")
    made = Dense(2)(y)

    attempt = run("Model({'a': x}, [made, (made,)])", {"Model": Model, "x": x, "made": made})

    inputs, outputs = attempt.given_to_model
    assert [tensor is x for tensor in inputs] == [True]
    assert [tensor is made for tensor in outputs] == [True, True]


def test_tensors_are_found_in_lists_tuples_and_dicts():
    x, y = Input((3,)), Input((4,))

    assert tensors_of({"a": [x, 1], "b": (y, "text")}) == [x, y]
    assert list(flat([1, (2, {"k": 3}), {}.values()])) == [1, 2, 3]
    assert tensors_of(None) == []


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("a = b = 1", {"a", "b"}),
        ("a += 1", {"a"}),
        ("with open('x') as f:\n    g = 1", {"f", "g"}),
        ("a[0] = 1\nb.c = 2", set()),
        ("x = [i for i in range(3)]\ny = lambda k: (z := k)", {"x", "y"}),
        ("class A:\n    inner = 1\nasync def f():\n    own = 2", set()),
    ],
)
def test_names_that_lines_assign_to_are_those_of_the_notebook(lines, names):
    assert assigned(lines) == names
