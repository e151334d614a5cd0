"""Code back into a draft: what is written comes back, and what is not understood is never run."""

from __future__ import annotations

import os
import re
import sys

import pytest

import funclab
from funclab import activations, registry
from funclab.errors import FunclabError
from funclab.view.edit.building import Build, keep_weights
from funclab.view.edit.draft import Draft
from funclab.view.edit.reading import read_code
from funclab.view.edit.steps import Steps
from tests.view import gallery, models
from tests.view.edit.test_commands import reader
from tests.view.edit.test_draft import MODELS, assert_same_predictions
from tests.view.random_models import Builder

LONG = bool(os.environ.get("SOAK"))
NAMED_INSIDE = ("wrapped",)
"""In these, layers inside a wrapper get new automatic names."""


@pytest.mark.parametrize("name", MODELS)
def test_what_to_code_writes_comes_back_with_its_weights(name):
    model = MODELS[name]()
    draft, operations = Draft.of(model)

    back = read_code(funclab.to_code(model, names=False), draft)
    build = Build(back)
    _, new = keep_weights(build.operations, operations, dict.fromkeys(back.layers, ""))

    assert not new
    assert name in NAMED_INSIDE or build.model.get_config() == model.get_config()
    assert_same_predictions(model, build.model)


@pytest.mark.parametrize("seed", range(100 if LONG else 8))
def test_code_of_random_models_is_read_or_refused(seed):
    model = Builder(seed).build()
    draft, operations = Draft.of(model)
    try:
        back = read_code(funclab.to_code(model, names=False), draft)
    except FunclabError:
        return
    build = Build(back)
    keep_weights(build.operations, operations, dict.fromkeys(back.layers, ""))

    assert_same_predictions(model, build.model)


def test_a_changed_line_keeps_all_other_weights():
    model = gallery.inception()
    steps = Steps(model)
    text = funclab.to_code(model, names=False).replace("16, 5,", "16, 7,")

    state = steps.do(["code", text])

    assert state.new == ["conv2d_3 kernel"]
    assert state.model.get_layer("conv2d_3").kernel_size == (7, 7)


def test_a_layer_renamed_in_the_code_keeps_its_weights():
    steps = Steps(models.twice())
    text = funclab.to_code(steps.given, names=False).replace('name="shared"', 'name="both"')

    assert not steps.do(["code", text]).new


PASTED = """
image = Input((12, 12, 1), name="image")
conv = layers.Conv2D(4, 3)(image)
one = layers.Dense(8)(conv)
two = layers.Dense(8)(image)
model = Model(image, layers.Add()([one, two]))
"""


def test_another_model_in_the_box_is_told_of_by_itself():
    edit = funclab.edit(reader()).do("code", PASTED)
    told = edit.facts["states"]["1"]

    assert [layer.name for layer in edit._steps.state.draft.layers.values()] == [
        "image", "conv2d", "dense", "dense_1", "add",
    ]  # fmt: skip
    assert edit.model is edit._steps.given
    numbers = 4 * (9 + 1) + 8 * (4 + 1) + 8 * (1 + 1)
    assert {repair["cost"] for repair in told["repairs"]} == {f"{numbers} numbers in all"}

    edit.do(*told["repairs"][0]["step"])
    assert edit.facts["states"]["2"]["weights"] == f"{numbers} numbers. All its weights are new."
    edit.do("rename", "conv2d", "window")
    assert edit.facts["states"]["3"]["weights"] == f"{numbers} numbers. All its weights are kept."


def test_a_line_that_does_not_fit_is_an_error_in_the_picture():
    steps = Steps(gallery.unet())
    text = funclab.to_code(steps.given, names=False).replace("Concatenate()", "Add()")

    state = steps.do(["code", text])

    failed = [state.draft.layer_of(key).kind.__name__ for key in state.build.errors]
    assert failed == ["Add"] and state.model is steps.given


HOSTILE = [
    "import os", "from os import system", "from funclab import saving", "import funclab",
    "x = __import__('os')", "x = open('/etc/passwd')", "x = eval('1')", "x = exec('1')",
    "x = layers.__class__", "x = layers.__dict__", "x = Input((2,)).__class__",
    "x = Input(shape=(2,))\ny = x.node", "x = [a for a in ()]", "x = {a for a in ()}",
    "x = (a for a in ())", "x = lambda: 1", "def f(): pass", "class A: pass", "while True: pass",
    "for i in (): pass", "with open('f'): pass", "x = layers.Lambda(lambda v: v)",
    "x = layers.Lambda('x')", "x = layers.TextVectorization(vocabulary='/etc/passwd')",
    "x = layers.StringLookup(vocabulary='/etc/passwd')", "x = layers.deserialize({})",
    "x = layers.serialize(1)", "x = layers.set_floatx('float64')", "x = initializers.get('zeros')",
    "x = 9 ** 9 ** 9", "import numpy", "x = np.array(open)", "x = np.array([1], object)",
    "import numpy as np\nx = np.load('f')", "import numpy as np\nx = np.array([1], like=2)",
    "x = np.array(layers.Dense(3))", "x = 'a' * 10 ** 10", "x = [1] * 10 ** 10",
    "x = (1,) * 10 ** 9",
    "x = ops.zeros(10 ** 12)", "x = ops.zeros((1000000, 1000000))", "x = ops.vectorized_map(1, 2)",
    "x = f'{1}'", "x = b'1'", "x = 1j", "x: int = 1", "x += 1", "del x", "global x", "x = y",
    "x = (yield)", "x = layers.Dense(3)(4)", "x = Model(1, 2)", "x = Model()",
    "x = layers.Layer.from_config({})", "x = layers.Dense.__init__", "x.y = 1", "x[0] = 1",
    "x = Input(*[1])", "x = Input(**{})", "x = layers.Dense(3, weights=[1])", "raise SystemExit",
    "x = regularizers.get('l2')", "assert False", "try: pass\nexcept: pass", "x = (" * 3000,
    "x = " + "-" * 9000 + "1", "\x00", "x = '\ud800'", "x = 1" * 9000, "", "#",
    "model = model", "x = sequential.Sequential()", "x = Sequential([open])", "@x\ndef f(): 0",
]  # fmt: skip


@pytest.fixture(scope="module")
def events():
    """What Python does outside of its own objects: imports, files, programs, sockets."""
    seen: list[str] = []
    watched = ("import", "open", "exec", "subprocess", "os.", "socket", "ctypes")
    state = {"on": True}

    def hook(event, args):
        if state["on"] and event.startswith(watched) and seen is not None:
            seen.append(f"{event} {args!r:.80}")

    sys.addaudithook(hook)
    yield seen
    state["on"] = False


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_code_is_refused_without_running_any_of_it(text, events):
    draft, _ = Draft.of(models.twice())
    for warm in ("x = layers.Dense(3)(4)", "x = 1"):  # what is imported when it is first used
        with pytest.raises(FunclabError):
            read_code(warm, draft)
    events.clear()

    with pytest.raises(FunclabError) as error:
        read_code(text, draft)

    done = [event for event in events if "importlib" not in event]
    assert not re.match("None[a-z]|$", error.value.what) and not done


def test_an_error_names_its_line():
    draft, _ = Draft.of(models.twice())

    with pytest.raises(FunclabError, match="line 2: "):
        read_code("x = Input(shape=(4,))\ny = layers.Dense(-1)(x)\n", draft)


def test_layers_that_are_new_get_free_names():
    registry.reset_names()
    steps = Steps(models.residual())
    text = (
        funclab.to_code(steps.given, names=False)
        .replace("model = ", "dense_2 = layers.Dense(8)(add)\n\nmodel = ")
        .replace("outputs=add", "outputs=dense_2")
    )

    state = steps.do(["code", text])

    names = [layer.name for layer in state.model.layers]
    assert names == ["input_layer", "dense", "dense_1", "add", "dense_2"]
    assert state.new == ["dense_2 kernel", "dense_2 bias"]


def test_layers_are_read_without_the_name_of_their_module_too_and_within_each_other():
    text = """
from funclab import Input, Model
from funclab.layers import Conv2D, Dense, Flatten, add
image = Input((12, 12, 1), name="image")
one = Dense(8, name="one")(Flatten(name="flat")(Conv2D(4, 3, name="conv")(image)))
two = Dense(8, name="two")(Flatten(name="flat_2")(image))
model = Model(image, add([one, two], name="sum"), name="short")
"""
    space: dict[str, object] = {}
    exec(text, space)

    draft = read_code(text, Draft())

    assert funclab.teach.same_graph(Build(draft).model, space["model"])
    for refused in ("from funclab.layers import Dense as D", "from funclab.layers import ops"):
        with pytest.raises(FunclabError, match="line 2"):
            read_code(text.replace("from funclab import Input, Model", refused), Draft())


START = "x = Input(shape=(4,))\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (START + "a = layers.Dense(4, name='a')(x)\nb = layers.Dense(2, name='a')(a)\n"
         "model = Model(x, b)", "two layers named 'a'"),
        (START + "a, b = [x]", "line 2.*1 values for 2 names"),
        ("d = {'units': 3, **{}}", "line 1"),
        ("n = (1)[0]", "line 1"),
        ("n = [1][2]", "line 1: list index out of range"),
        ("n = 3(4)", "line 1"),
        ("n = layers.Dense()", "line 1: .*units"),
        (START + "y = layers.Dense(x)", "line 2.*a tensor among the settings of Dense"),
        ("s = Sequential([3])", "line 1"),
        ("x = activations.missing", "line 1"),
        (START + "y = layers.Dense(4)(x)\nz = layers.Reshape((3,))(y)\nw = z + 1",
         "reshape.* fails, so an op that comes after it is not read"),
        (START + "y = x\n" + "y = layers.ReLU()(y)\n" * 201, "more than 200 calls"),
    ],
)  # fmt: skip
def test_code_that_cannot_be_read_is_refused_with_its_line_and_what_is_wrong(text, says):
    with pytest.raises(FunclabError, match=f"(?s){says}"):
        read_code(text, Draft())


def test_functions_numbers_and_stacks_in_code_are_read():
    text = """
from funclab import Input, Model, Sequential, activations, layers, ops
import numpy as np
x = Input((3,), name="x")
head = Sequential([Input(shape=(3,)), layers.Dense(4, activation=activations.relu)], name="head")
y = abs(head(x)) * np.array([1.0, 2.0, 3.0, 4.0], dtype="float32")
first, second = ops.split(y, 2, axis=-1)
model = Model(x, [first, -second], name="parts")
"""
    space: dict[str, object] = {}
    exec(text, space)

    model = Build(read_code(text, Draft())).model

    assert funclab.teach.same_graph(model, space["model"])
    assert model.get_layer("head").layers[-1].activation is activations.relu
    model.set_weights(space["model"].get_weights())
    assert_same_predictions(model, space["model"])
