"""Runs the examples of Keras' own documentation, name by name, on Keras and on funclab.

    KERAS_BACKEND=jax .venv/interop/bin/python -m tools.interop.examples      first, on Keras
    .venv/bin/python -m tools.interop.examples                                then, on funclab
    ... -m tools.interop.examples --write                                     and keep the verdicts
    ... -m tools.interop.examples layers.Dense ops.                           these names only

On Keras, it reads the examples from the docstrings of all names of `keras_names.json`, with those
of the methods of classes, runs each twice, and writes what each statement gave to `build/examples`,
which stays there: the sentences of Keras are Keras'. On funclab, each statement that ran on Keras
must run and give the same, to 1e-5; what differs between the two runs on Keras, as random numbers
do, must have the same shape. Each example has a process of its own, and limited time.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import functools
import importlib
import inspect
import json
import os
import pickle
import re
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.interop.verdicts import RECORD, Outcome, names, plain, verdict

NAMES: dict[str, list[str]] = json.loads(Path("tests/project/keras_names.json").read_text("utf-8"))
BUILD = Path("build/examples")
SECONDS = 150
"""How long an example may take."""
ROOMS = (
    *("activations", "applications", "callbacks", "constraints", "datasets", "initializers"),
    *("layers", "losses", "metrics", "models", "ops", "optimizers", "regularizers", "saving"),
    *("random", "tree", "utils"),
)
BARE = ("metrics", "losses", "optimizers", "layers", "models", "")
"""Rooms whose classes examples use without saying where they are from; the last counts most."""


def public() -> Iterator[tuple[str, str]]:
    """Each public name of Keras: its room, and itself."""
    for room, known in NAMES.items():
        for name in known:
            yield room, name


def full(room: str, name: str) -> str:
    return f"{room}.{name}".lstrip(".")


def documented(room: str, name: str) -> dict[str, list[str]]:
    """The examples of a name and, of a class, of its methods: lists of statements."""
    value = getattr(importlib.import_module(f"keras.{room}".rstrip(".")), name)
    found = {full(room, name): statements(value.__doc__ or "")}
    if inspect.isclass(value):
        for method, where in inspect.getmembers(value):
            if not method.startswith("_") and defined_here(value, method):
                found[f"{full(room, name)}.{method}"] = statements(where.__doc__ or "")
    return {qualname: example for qualname, example in found.items() if example}


def defined_here(cls: type, method: str) -> bool:
    """Whether no other public class of Keras describes this method already."""
    owner = next((one for one in cls.__mro__ if method in vars(one)), object)
    return owner is cls or (owner.__module__.startswith("keras") and owner not in classes())


@functools.cache
def classes() -> set[Any]:
    """The public classes of Keras."""
    values = (
        getattr(importlib.import_module(f"keras.{room}".rstrip(".")), name)
        for room, name in public()
    )
    return {value for value in values if inspect.isclass(value)}


def statements(text: str) -> list[str]:
    """The statements of all examples of a docstring, in their order."""
    found: list[str] = []
    for i, part in enumerate(re.split(r"^\s*```[ \t]*", inspect.cleandoc(text), flags=re.M)):
        language, _, code = part.partition("\n")
        if ">>>" in part:
            for example in doctest.DocTestParser().get_examples(part):
                found += parsed(example.source)
        elif i % 2 and language.strip() in ("", "python", "py"):
            found += parsed(inspect.cleandoc("\n" + code))
    return found


def parsed(code: str) -> list[str]:
    """The statements of code; none, if it is a sketch that Python cannot read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return [ast.unparse(one) for one in ast.parse(code).body]
        except SyntaxError:
            return []


def begin(keras: Any, code: list[str], qualname: str) -> dict[str, Any]:
    """The names that an example finds: those that all of them use, and those of its room."""
    import numpy as np

    known: dict[str, Any] = {"__name__": "__main__", "keras": keras, "np": np, "os": os}
    known |= {room: importlib.import_module(f"keras.{room}") for room in ROOMS}
    used = set().union(*map(names, code))
    for room in (*BARE, room_of(qualname)):
        module = importlib.import_module(f"keras.{room}".rstrip("."))
        for name in sorted(set(NAMES[room]) & used):
            if room == room_of(qualname) or name[0].isupper():
                with contextlib.suppress(Exception):
                    known[name] = getattr(module, name)
    return known


def room_of(qualname: str) -> str:
    return max((room for room in NAMES if qualname.startswith(f"{room}.")), key=len, default="")


def module_of(qualname: str) -> Any:
    return importlib.import_module(f"keras.{room_of(qualname)}".rstrip("."))


def run(code: list[str], qualname: str, seed: int) -> list[Outcome]:
    """What each statement of an example gives."""
    import keras

    keras.utils.set_random_seed(seed)
    known = begin(keras, code, qualname)
    if any(re.search(r"\btf\.", line) for line in code):
        with contextlib.suppress(Exception):
            known["tf"] = importlib.import_module("tensorflow")
    printed: list[Any] = []
    known["print"] = lambda *args, **_: printed.append(args)
    outcomes = []
    for line in code:
        printed.clear()
        try:
            value = execute(line, known)
            outcomes.append(Outcome(value=plain((value, list(printed)))))
        except Exception as error:
            outcomes.append(failed(absent(error, qualname) or error))
    return outcomes


def failed(error: Exception) -> Outcome:
    kinds = [kind.__name__ for kind in type(error).__mro__]
    return Outcome(error=f"{type(error).__name__}: {error}", kinds=kinds)


def absent(error: Exception, qualname: str) -> Exception | None:
    """For a name of the room that is not there: the error that says so."""
    if isinstance(error, NameError) and error.name in NAMES[room_of(qualname)]:
        try:
            getattr(module_of(qualname), error.name)
        except Exception as refused:
            return refused
    return None


def execute(line: str, known: dict[str, Any]) -> Any:
    """Executes a statement; the value of an expression, or what it gave a name to."""
    [node] = ast.parse(line).body
    if isinstance(node, ast.Expr):
        return eval(compile(ast.Expression(node.value), "example", "eval"), known)
    exec(compile(ast.Module([node], []), "example", "exec"), known)
    if isinstance(node, ast.Assign):
        names = [one.id for one in ast.walk(node.targets[0]) if isinstance(one, ast.Name)]
        return [known[name] for name in names if name in known]
    return None


def apart(code: list[str], qualname: str, seeds: tuple[int, ...]) -> list[list[Outcome]]:
    """Runs an example in a process of its own, in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer")
        child = os.fork()
        if not child:
            os.chdir(tempfile.mkdtemp(dir=folder))
            quiet = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(quiet, stream)
            try:
                outcomes = [run(code, qualname, seed) for seed in seeds]
                answer.write_bytes(pickle.dumps(outcomes))
            finally:
                os._exit(0)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and os.waitpid(child, os.WNOHANG)[0] == 0:
            time.sleep(0.01)
        if answer.exists():
            return pickle.loads(answer.read_bytes())
        try:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
    stopped = [Outcome(error="ended, or took too long", kinds=[]) for _ in code]
    return [stopped for _ in seeds]


def chosen(qualname: str, wanted: list[str]) -> bool:
    return not wanted or any(qualname == one or qualname.startswith(one) for one in wanted)


def on_keras(wanted: list[str]) -> None:
    """Reads and runs all examples on Keras."""
    BUILD.mkdir(parents=True, exist_ok=True)
    same: dict[str, Any] = {}
    for room, name in public():
        path = BUILD / f"{full(room, name)}.pickle"
        if not chosen(full(room, name), wanted) or (path.exists() and not wanted):
            continue
        found, run_twice = documented(room, name), {}
        for qualname, code in found.items():
            key = "\n".join(code)
            same[key] = same.get(key) or apart(code, qualname, (1, 2))
            run_twice[qualname] = (code, *same[key])
        path.write_bytes(pickle.dumps(run_twice))
        print(full(room, name), len(found), flush=True)


def on_funclab(wanted: list[str], write: bool) -> None:
    """Runs on funclab what ran on Keras, and judges it."""
    import funclab

    funclab.install_as_keras(tensorflow=True)
    importlib.import_module("keras")
    record: dict[str, str] = {}
    for room, name in public():
        if not chosen(full(room, name), wanted):
            continue
        path = BUILD / f"{full(room, name)}.pickle"
        if not path.exists():
            continue
        found = pickle.loads(path.read_bytes())
        told = [
            verdict(qualname, code, first, second, apart(code, qualname, (1,))[0])
            for qualname, (code, first, second) in found.items()
        ]
        record[full(room, name)] = worst(told)
        for one in told:
            if one.startswith(("FAILS", "refused")) or len(wanted) == 1:
                print(full(room, name), one, flush=True)
    counts: dict[str, int] = {}
    for one in record.values():
        counts[one.partition(":")[0]] = counts.get(one.partition(":")[0], 0) + 1
    print(counts)
    if write:
        RECORD.write_text(json.dumps(record, indent=0, ensure_ascii=False) + "\n", "utf-8")


def worst(told: list[str]) -> str:
    """The verdict on a name, whose examples have these."""
    order = ("FAILS", "refused", "decided", "runs", "another library", "not on Keras")
    return min(told, key=lambda one: order.index(one.partition(":")[0]), default="no example")


if __name__ == "__main__":
    arguments = [one for one in sys.argv[1:] if one != "--write"]
    if os.environ.get("KERAS_BACKEND"):
        on_keras(arguments)
    else:
        on_funclab(arguments, "--write" in sys.argv)
