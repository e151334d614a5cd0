"""Reads a program that is written for Keras or TensorFlow, without running it, and finds the names
and arguments that the stand-ins of `install_as_keras` do not have.

It runs in a process of its own, in which `keras` and `tensorflow` are the stand-ins. Only funclab's
constructors run, with the plain values that stand in the program: they know best what they refuse.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import inspect
import json
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from funclab.errors import FunclabError
from funclab.files import json_lines
from funclab.keras2 import install, tensorflow
from funclab.keras2.pipelines import Pipelines
from funclab.models.model import Model
from funclab.training.compiled import NEVER_CALLED, STEPS, for_jax, not_called

Line = ast.stmt | ast.expr
"""A part of a program that stands in a line."""
STOPS, MAY, NOTE = "will not run", "may not run", "runs, but"
OURS = ("keras", "tensorflow")
SAME = {
    "tensorflow.compat.v2": "tensorflow",
    "tf_keras": "keras",
    "tensorflow.python.keras": "keras",
}
"""Other names of the same modules."""
MAGIC = re.compile(r"\s*(%|!|\?)|[\w.]+\?+$")
"""A line of IPython's own: a magic, the shell's, or a question about a name."""
OTHER_LANGUAGE = re.compile(r"\s*%%(?!time|timeit|capture|prun)")
"""The beginning of a cell that is no Python."""
ELSEWHERE = {
    "tensorflow_datasets": "read the data with NumPy, or with funclab.data.Dataset.from_generator.",
    "tensorflow_hub": "there are no trained networks to download.",
    "tensorflow_probability": "write the distribution with keras.ops and keras.random.",
    "tensorflow_addons": "most of it is in keras.layers and keras.optimizers today.",
    "keras_cv": "build the model of keras.layers; keras.applications has what can be read.",
    "keras_hub": "build the model of keras.layers; keras.applications has what can be read.",
    "keras_nlp": "build the model of keras.layers; lesson 10 has a transformer.",
    "keras_tuner": "write funclab.sweep(build, data, grid).",
    "kerastuner": "write funclab.sweep(build, data, grid).",
}
IGNORED = {
    "function": "runs as plain Python: nothing is compiled, and a print prints at every call.",
    "get_file": "needs the network, which Binder and an exam may not have.",
}
LARGE = 128 * 128
"""Pixels of an image from which on a step of convolutions takes seconds on a CPU."""


class Place(NamedTuple):
    """Where a line stands: the cell of a notebook, from 1, or 0 in a file, and the line in it."""

    cell: int
    line: int


class Finding(NamedTuple):
    """One thing that a reader of the program should know before a lesson."""

    cell: int
    """From 1; 0 in a file that is not a notebook."""
    line: int
    """In the cell or file, from 1."""
    code: str
    """The line itself."""
    kind: str
    """"will not run", "may not run" or "runs, but"."""
    says: str
    instead: str
    """What to write instead; "" if nothing has to be written."""


def source_of(path: Path) -> tuple[str, list[Place]]:
    """The Python of a notebook or file, and where each of its lines stands. Magics and lines for
    the shell become `pass`, so that the rest can be read.

    Raises: Unusable for a file that cannot be read, or is no notebook.
    """
    text = json_lines.read(path)
    cells = enumerate(cells_of(text), 1) if path.suffix == ".ipynb" else [(0, text)]
    lines, places = [], []
    for cell, source in cells:
        foreign = cell and OTHER_LANGUAGE.match(source)
        for number, line in enumerate(source.splitlines(), 1):
            lines.append("pass" if foreign else plain(line) if cell else line)
            places.append(Place(cell, number))
    return "\n".join(lines), places


def cells_of(text: str) -> list[str]:
    """The code of each cell of a notebook.

    Raises: Unusable.
    """
    notebook = json_lines.parsed(text)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise json_lines.Unusable("it is no notebook")
    sources = [cell.get("source", "") for cell in cells if cell.get("cell_type") == "code"]
    return ["".join(map(str, source)) for source in sources]


def plain(line: str) -> str:
    """A line of a cell as Python: what IPython alone understands does nothing."""
    if MAGIC.match(line) is None:
        return line
    return line[: len(line) - len(line.lstrip())] + "pass"


class Reader(ast.NodeVisitor):
    """Walks through the lines of a program, and knows which names mean a part of Keras."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}
        """What a name of the program means, as far as it is a part of the stand-ins."""
        self.pipelines = Pipelines(self.meaning)
        self.found: list[tuple[int, str, str, str]] = []

    def say(self, node: Line, kind: str, says: str, instead: str = "") -> None:
        self.found.append((node.lineno, kind, says, instead))

    def refuse(self, node: Line, error: Exception) -> None:
        """What an error of the stand-in says."""
        known = isinstance(error, FunclabError)
        self.say(node, STOPS, error.what if known else f"{error}.", error.fix if known else "")

    # Names.
    def visit_Import(self, node: ast.Import) -> None:
        for name in node.names:
            module = self.module(node, name.name)
            top = name.name.partition(".")[0]
            if module is not None:
                self.known[name.asname or top] = (
                    module if name.asname else sys.modules[SAME.get(top, top)]
                )

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = self.module(node, node.module or "") if not node.level else None
        for name in node.names if module is not None else ():
            if name.name == "*":
                public = getattr(module, "__all__", dir(module))
                self.known |= {key: self.part(node, module, key) for key in public if key[0] != "_"}
                continue
            found = self.part(node, module, name.name)
            self.known[name.asname or name.name] = found

    def module(self, node: Line, name: str) -> Any:
        """The stand-in's module of this name; None for others."""
        for old, new in SAME.items():
            if name == old or name.startswith(f"{old}."):
                name = new + name[len(old) :]
        top = name.partition(".")[0]
        if top not in OURS:
            self.other(node, top)
            return None
        try:
            return importlib.import_module(name)
        except (ImportError, FunclabError) as error:
            self.refuse(node, error)
            return None

    def other(self, node: Line, name: str) -> None:
        """A package that is neither Keras nor TensorFlow."""
        if name in sys.stdlib_module_names or importlib.util.find_spec(name) is not None:
            return
        kind = STOPS if name in ELSEWHERE else MAY
        self.say(
            node,
            kind,
            f"{name} is not installed here.",
            ELSEWHERE.get(name, f"%pip install {name}"),
        )

    def part(self, node: Line, owner: Any, name: str) -> Any:
        """What a module has under this name; None for what is not there or not a module's."""
        if not isinstance(owner, types.ModuleType | types.SimpleNamespace):
            return getattr(owner, name, None) if isinstance(owner, type) else None
        try:
            return getattr(owner, name)
        except (AttributeError, FunclabError) as error:
            self.refuse(node, error)
            return None

    def meaning(self, node: ast.expr) -> Any:
        """The part of Keras that an expression names, without a word about what is not there."""
        if isinstance(node, ast.Name):
            return self.known.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.meaning(node.value)
            with contextlib.suppress(AttributeError, FunclabError):
                return None if owner is None else getattr(owner, node.attr)
        return None

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        owner = self.meaning(node.value)
        if owner is not None and isinstance(node.ctx, ast.Load):
            self.part(node, owner, node.attr)
        elif isinstance(node.ctx, ast.Load) and self.pipelines.has(node.value):
            try:
                self.pipelines.method(node.attr)
            except FunclabError as error:
                self.refuse(node, error)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):  # now it is something of the program's own
            self.known.pop(node.id, None)
            self.pipelines.names.discard(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        meaning = self.meaning(node.value)
        pipelines = [self.pipelines.assigned(target, node.value) for target in node.targets]
        for target, names in zip(node.targets, pipelines, strict=True):
            self.visit(target)
            self.pipelines.names |= names
            if isinstance(target, ast.Name) and meaning is not None:
                self.known[target.id] = meaning  # layers = tf.keras.layers

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
            self.note(decorator, decorator.func if isinstance(decorator, ast.Call) else decorator)
        outside, arguments, pipelines = dict(self.known), node.args, set(self.pipelines.names)
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [given for given in (arguments.vararg, arguments.kwarg) if given]
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.visit(default)
        for argument in every:
            self.known.pop(argument.arg, None)
            self.pipelines.names.discard(argument.arg)
        for line in node.body:
            self.visit(line)
        self.pipelines.names = pipelines - {node.name}
        self.known = {key: value for key, value in outside.items() if key != node.name}

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        bases = [self.meaning(base) for base in node.bases]
        self.generic_visit(node)
        self.known.pop(node.name, None)
        if any(isinstance(base, type) and issubclass(base, Model) for base in bases):
            for line in node.body:
                if not isinstance(line, ast.FunctionDef):
                    continue
                if line.name in NEVER_CALLED:
                    self.refuse(line, not_called(node.name, line.name))
                elif line.name in STEPS and [x.arg for x in line.args.args[1:2]] == ["state"]:
                    self.refuse(line, for_jax(node.name, line.name))

    # Calls.
    def note(self, node: Line, function: ast.expr) -> None:
        """A word about what is there and does less than in TensorFlow."""
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in IGNORED and self.meaning(function) is not None:
            self.say(node, NOTE, IGNORED[name])

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        self.note(node, node.func)
        found = self.meaning(node.func) or self.pipelines.called(node.func)
        if found is None:
            return
        if wants_trained(found, node):
            self.say(
                node,
                STOPS,
                "there are no trained networks to download.",
                'write weights=None, or weights="path/to/file.weights.h5".',
            )
            return
        if self.size(node) >= LARGE:
            self.say(
                node,
                NOTE,
                "it may be slow: each step of convolutions on such images takes seconds on a CPU.",
                "make the images smaller, for example 64 by 64.",
            )
        try:
            self.check(found, node)
        except (FunclabError, TypeError, ValueError) as error:
            self.refuse(node, error)

    def check(self, found: Any, node: ast.Call) -> None:
        """Try the call's arguments: with a constructor of funclab and plain values for real,
        otherwise the names only.

        Raises: what the call raises.
        """
        if any(isinstance(given, ast.Starred) for given in node.args) or any(
            key.arg is None for key in node.keywords
        ):
            return
        if not (isinstance(found, type) and found.__module__.startswith(BUILT)):
            self.check_names(found, node)
            return
        try:
            args = [self.value(given) for given in node.args]
            named = {str(key.arg): self.value(key.value) for key in node.keywords}
        except ValueError:
            self.check_names(found, node)
            return
        found(*args, **named)

    def check_names(self, found: Any, node: ast.Call) -> None:
        """Say which named arguments the function does not have."""
        names = inspect.signature(found).parameters if inspect.isroutine(found) else {}
        if not names or any(known.kind is known.VAR_KEYWORD for known in names.values()):
            return
        for key in node.keywords:
            if key.arg not in (*names, "name"):
                called = ast.unparse(node.func)
                self.say(
                    node, STOPS, f"{called} has no argument {key.arg!r}.", f"remove {key.arg}."
                )

    def value(self, node: ast.expr) -> Any:
        """A plain value, or what a constructor makes of plain values.

        Raises: ValueError for anything else.
        """
        if isinstance(node, ast.Call):
            found = self.meaning(node.func)
            if isinstance(found, type) and found.__module__.startswith(BUILT):
                named = {str(key.arg): self.value(key.value) for key in node.keywords}
                return found(*map(self.value, node.args), **named)
        meaning = self.meaning(node)
        return meaning if meaning is not None else ast.literal_eval(node)

    def size(self, node: ast.Call) -> int:
        """The pixels of the images that an input or first layer says it takes."""
        for key in node.keywords:
            shape = value_of(key.value)
            if (
                key.arg in ("shape", "input_shape", "batch_shape")
                and isinstance(shape, tuple)
                and len(shape) >= 3
            ):
                high, wide = shape[-3:-1]
                return high * wide if isinstance(high, int) and isinstance(wide, int) else 0
        return 0


BUILT = tuple(
    f"funclab.{room}"
    for room in (
        "layers",
        "optimizers",
        "losses",
        "metrics",
        "initializers",
        "regularizers",
        "constraints",
    )
)
"""Rooms whose constructors do nothing but keep and check their arguments."""


def wants_trained(found: Any, node: ast.Call) -> bool:
    """Whether a call asks for the weights of a trained network, or says nothing of weights."""
    told = [value_of(key.value) for key in node.keywords if key.arg == "weights"]
    if told or len(node.args) > 1 or not inspect.isroutine(found):
        return "imagenet" in told
    weights = inspect.signature(found).parameters.get("weights")
    return weights is not None and weights.default == "imagenet"


def value_of(node: ast.expr) -> Any:
    """A plain value, or None."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def findings(path: Path) -> Iterator[Finding]:
    """What is found in a program, in the order of its lines, each once.

    Raises: Unusable; OSError.
    """
    source, places = source_of(path)
    lines = source.splitlines()
    reader = Reader()
    try:
        reader.visit(ast.parse(source))
    except SyntaxError as error:
        reader.found = [
            (error.lineno or 1, STOPS, f"Python cannot read this line: {error.msg}.", "")
        ]
    for line, kind, says, instead in sorted(dict.fromkeys(reader.found), key=lambda row: row[0]):
        place = places[min(line, len(places)) - 1] if places else Place(0, 1)
        code = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        yield Finding(*place, code, kind, says, instead)


def stand_in() -> None:
    """From now on, in this process, `keras` and `tensorflow` are the stand-ins."""
    sys.meta_path.insert(0, tensorflow.Finder())  # a real TensorFlow is not asked
    for name in list(sys.modules):
        if name.partition(".")[0] in OURS:
            del sys.modules[name]
    install()


def main() -> None:
    """Print what is found in the file that the command line names, as JSON; a text says why it
    cannot be read."""
    stand_in()
    try:
        found: Any = list(findings(Path(sys.argv[1])))
    except (json_lines.Unusable, OSError) as error:
        found = str(error)
    print(json.dumps(found))
