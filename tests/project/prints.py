"""Print whatever funclab prints: run by test_printing.py where the encoding lacks characters."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import funclab
from funclab import Input, Model, errors, layers, ops, teach
from funclab.distribute.records import ClusterRecord
from funclab.engine.plan import Plan
from funclab.graph.tape import Tape
from funclab.graph.value import Variable
from funclab.keras2.programs import Finding
from funclab.keras2.will_it_run import Report
from funclab.teach import catching_up, course
from funclab.teach.asking import question_text
from funclab.teach.commands.doctor import doctor
from funclab.teach.notebooks import Checked, Failure
from funclab.training.own_steps import OwnStep
from funclab.training.step import Specs
from funclab.view.draw.sentences import texts
from funclab.view.notebook.magics import help_text
from funclab.view.shapes.failure import failed_step

warnings.simplefilter("ignore")
for module in pkgutil.walk_packages(funclab.__path__, "funclab."):
    if not module.name.endswith(("__main__", "wrappers")) and ".wrappers." not in module.name:
        with contextlib.suppress(ImportError):
            importlib.import_module(module.name)


def shared_model() -> Any:
    a, b = Input((4,), name="left"), Input((4,), name="right")
    shared = layers.Dense(4, activation="relu", name="twice")
    model = Model([a, b], layers.Dense(2)(layers.add([shared(a), shared(b)])), name="both")
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def failed() -> Exception:
    try:
        layers.Concatenate()([Input((3, 4)), Input((5, 4))])
    except errors.FunclabError as error:
        return error
    raise AssertionError("it was meant to fail")


model, other = shared_model(), shared_model()
x, y = [np.ones((8, 4), "float32")] * 2, np.ones((8, 2), "float32")
history = model.fit(x, y, epochs=2, batch_size=4, verbose=1, live=False, validation_split=0.5)
model.fit(x, y, verbose=2, live=False)
model.evaluate(x, y)
model.summary(expand_nested=True, show_trainable=True)
profile = funclab.profile(model, x, y)
error = failed()
cluster = ClusterRecord()
cluster.add("train", 0.1, 0, [("tcp://a:1", 4, 0.05), ("tcp://b:1", 4, 0.1)])
with Tape():
    plan = Plan(ops.matmul(*[Variable(np.eye(2, dtype="float32"))] * 2))

THINGS: list[Any] = [
    model, model.layers[2], model.outputs[0], history, error, cluster, profile, profile.profile,
    funclab.shapes(model), funclab.trace(model, x, y), funclab.diff(model, other),
    funclab.explore(model), funclab.to_code(model), funclab.playground(), teach.course_map(),
    teach.vote("5.1"), teach.cards(), teach.concept_test(), teach.exit_ticket(5), teach.hint("1B"),
    teach.solution("1B"), teach.arrange("1A"), teach.check("1B"), teach.same_graph(model, other),
    teach.same_graph(Model(model.inputs, model.layers[2].get_output_at(1)), model), help_text(),
    Checked(Path("one.ipynb"), 3, 0, 1.0, [Failure(2, "x → y", "another text: → ✗")]), plan,
    failed_step(layers.Concatenate(), [Input((3, 4)), Input((5, 4))], error),
    teach.my_progress("m94"), teach.Class(Path(__file__).parent),
    teach.glossary(), *teach.glossary().terms,
    teach.result(), teach.progress(), OwnStep(model, Specs(()), None, "train_step"),
    Report(Path("lesson.ipynb"), [Finding(1, 2, "x → y", "will not run", "✗", "write y → x")]),
    *texts().values(), *sys.modules["funclab"].__all__,
]  # fmt: skip
printed: set[type] = set()
for number in course.numbers():
    for name in course.lesson(number).questions:
        THINGS += [question_text(name), teach.ask(name)]
    for exercise in course.lesson(number).exercises.values():
        THINGS += [exercise.task, *exercise.hints, exercise.solution_code]
for room in ("funclab", *(f"funclab.{name}" for name in funclab._ROOMS)):
    module = importlib.import_module(room)
    THINGS += [getattr(module, name).__doc__ for name in getattr(module, "__all__", ())]

for thing in THINGS:
    print(thing)
    print(repr(thing))
    printed |= {*type(thing).__mro__}
doctor()
catching_up.catch_up(1, names={})

classes = {
    value
    for module in [*sys.modules.values()]
    if getattr(module, "__name__", "").startswith("funclab")
    for value in vars(module).values()
    if isinstance(value, type) and "__str__" in vars(value)
}
left_out = {one for one in classes if one.__module__.startswith("funclab")} - printed
left_out = {one for one in left_out if not issubclass(one, errors.FunclabError)}
assert not left_out, f"these have a text of their own and were not printed: {left_out}"
print("all was printed")
