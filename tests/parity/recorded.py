"""The settings with which each class and function of Keras is recorded, in all test files."""

import ast
import inspect
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import funclab
from tests.layers.keras_images import BOXED
from tests.layers.keras_images import CASES as IMAGES
from tests.layers.keras_words import CASES as WORDS
from tests.parity import odd_inputs
from tests.parity.models import CASES
from tests.project.test_keras_names import NAMES

ROOMS = {
    "layers": funclab.layers,
    "losses": funclab.losses,
    "metrics": funclab.metrics,
    "optimizers": funclab.optimizers,
    "schedules": funclab.optimizers.schedules,
    "initializers": funclab.initializers,
    "regularizers": funclab.regularizers,
    "constraints": funclab.constraints,
    "activations": funclab.activations,
}
Setting = dict[str, str]
"""The arguments as text, and under "" the shapes that a layer was called on."""
OF_EVERY_ROOM = {"deserialize", "get", "serialize", "to_config"}
"""What takes configurations; tests/saving compares those with Keras."""


def public() -> Iterator[tuple[str, Any]]:
    """The names and things of Keras, of which funclab has a namesake, each once."""
    seen = set()
    for room, module in ROOMS.items():
        for name in NAMES.get(room, dir(module)):
            thing = getattr(module, name, None)
            own = getattr(thing, "__module__", "").startswith("funclab")
            wanted = inspect.isclass(thing) or room not in ("layers", "schedules")
            if (
                own
                and callable(thing)
                and wanted
                and thing not in seen
                and name not in OF_EVERY_ROOM
            ):
                seen.add(thing)
                yield f"{room}.{thing.__name__}", thing


def arguments(thing: Any) -> dict[str, Any]:
    """The arguments that have a name of their own, and their defaults."""
    kinds = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
    parameters = inspect.signature(thing).parameters.values()
    return {each.name: each.default for each in parameters if each.kind not in kinds}


def in_configs(tree: Any) -> Iterator[tuple[str, Setting]]:
    """Class names and settings of all that a configuration holds."""
    if isinstance(tree, dict):
        if isinstance(tree.get("config"), dict) and "module" in tree:
            setting = {name: text(value) for name, value in tree["config"].items()}
            room = str(tree["module"]).rpartition(".")[2]
            on = text(shapes(tree.get("inbound_nodes")))
            yield f"{room}.{tree['class_name']}", setting | {"": on}
        tree = list(tree.values())
    if isinstance(tree, (list, tuple)):
        for part in tree:
            yield from in_configs(part)


def shapes(tree: Any) -> list[Any]:
    """The shapes of all tensors that a call was given."""
    if isinstance(tree, dict):
        return [tree["shape"]] if "shape" in tree else shapes(list(tree.values()))
    return [shape for part in tree for shape in shapes(part)] if isinstance(tree, list) else []


def text(value: Any) -> str:
    """A setting without the names that layers were given."""
    return json.dumps(nameless(value), default=repr, sort_keys=True)


def nameless(value: Any) -> Any:
    if isinstance(value, dict):
        left_out = ("name", "build_config", "registered_name", "module")
        return {key: nameless(part) for key, part in value.items() if key not in left_out}
    return list(map(nameless, value)) if isinstance(value, (list, tuple)) else value


def in_rows() -> Iterator[tuple[str, Setting]]:
    """The calls in rows of odd inputs for which Keras and funclab give the same."""
    record = json.loads(odd_inputs.RECORD.read_text("utf-8"))
    decisions = tomllib.loads((odd_inputs.FOLDER / "decisions.toml").read_text("utf-8"))
    decided = {row for decision in decisions["decision"] for row in decision["rows"]}
    for row, outcome in record.items():
        if "gives" not in outcome or row in decided:
            continue
        for node in ast.walk(ast.parse(row, mode="eval")):
            match node:
                case ast.Call(func=ast.Attribute(ast.Name(room), name)) if room in ROOMS:
                    thing = getattr(ROOMS[room], name)
                    values = [ast.unparse(each) for each in node.args]
                    named = {str(each.arg): ast.unparse(each.value) for each in node.keywords}
                    yield f"{room}.{thing.__name__}", bound(thing, values, named)


def bound(thing: Any, values: list[str], named: dict[str, str]) -> Setting:
    """All arguments of a call, those left out at their defaults."""
    given = inspect.signature(thing).bind(*values, **named).arguments
    return {
        name: read(given[name]) if name in given else text(default)
        for name, default in arguments(thing).items()
    }


def read(written: str) -> str:
    """A value of Python, as text, the way `text` writes it where it can."""
    try:
        return text(ast.literal_eval(written))
    except ValueError:
        return written


@cache  # and not at import, where each process that collects tests would build all models
def recorded() -> dict[str, list[Setting]]:
    """All settings of all that is recorded, by room and name."""
    found: dict[str, list[Setting]] = defaultdict(list)
    for case in CASES.values():
        model = case.build(funclab)
        for name, setting in in_configs([model.get_config(), model.get_compile_config()]):
            found[name].append(setting)
    for kind, settings, _, _ in WORDS.values():
        values = {name: repr(value) for name, value in settings.items()}
        setting = bound(getattr(funclab.layers, kind), [], values)
        found[f"layers.{kind}"].append(setting)
    boxed = [("MaxNumBoundingBoxes", settings, {}) for settings in BOXED.values()]
    for kind, settings, _ in [*IMAGES.values(), *boxed]:
        values = {name: repr(value) for name, value in settings.items()}
        found[f"layers.{kind}"].append(bound(getattr(funclab.layers, kind), [], values))
    for name, setting in in_rows():
        found[name].append(setting)
    return found
