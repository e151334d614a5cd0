"""What each class and function of Keras is called with, a line each in keras_signatures.txt.

To record again, with a Python that has keras and jax:

    KERAS_BACKEND=jax python -m tests.project.keras_signatures
"""

import importlib
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RECORD = HERE / "keras_signatures.txt"
NAMES = json.loads((HERE / "keras_names.json").read_text("utf-8"))
METHODS = (
    *("Layer", "Model", "metrics.Metric", "losses.Loss", "optimizers.Optimizer"),
    *("callbacks.Callback", "random.SeedGenerator", "utils.Progbar", "utils.PyDataset"),
)
"""Classes whose methods are compared, too."""

Parameters = dict[str, str | None]
"""The parameters, with their stars, and their defaults; None for one that has to be given."""


def things(library: str) -> Iterator[tuple[str, Any]]:
    """All that can be called, by its dotted name; what has several names once."""
    seen = set()
    for room, names in NAMES.items():
        try:
            module = importlib.import_module(f"{library}.{room}".rstrip("."))
        except ImportError:
            continue
        for name in names:
            full, thing = f"{room}.{name}".lstrip("."), getattr(module, name, None)
            if not callable(thing) or (library == "keras" and thing in seen):
                continue
            seen.add(thing)
            yield full, thing
            for method in dir(thing) if full in METHODS else ():
                if method[0] != "_" and callable(getattr(thing, method)):
                    yield f"{full}.{method}", getattr(thing, method)


def parameters(thing: Any, first: int = 0) -> Parameters:
    """What a thing is called with, from a place in its list on."""
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return {
        stars.get(each.kind, "") + each.name: default(each.default)
        for each in list(inspect.signature(thing).parameters.values())[first:]
        if each.name != "self"
    }


def default(value: Any) -> str | None:
    if value is inspect.Parameter.empty:
        return None
    return getattr(value, "__name__", repr(value)) if callable(value) else repr(value)


def recorded() -> dict[str, Parameters]:
    """The parameters of everything in Keras, by name."""
    return dict(map(parsed, RECORD.read_text("utf-8").splitlines()))


def parsed(line: str) -> tuple[str, Parameters]:
    """What `written` was given; commas in brackets part nothing."""
    name, _, text = line.removesuffix(")").partition("(")
    found: Parameters = {}
    part = ""
    for piece in text.split(", ") if text else ():
        part = f"{part}, {piece}" if part else piece
        if all(part.count(a) == part.count(b) for a, b in ("()", "[]", "{}")):
            argument, equals, value = part.partition("=")
            found[argument], part = value if equals else None, ""
    return name, found


def written(name: str, found: Parameters) -> str:
    parts = [each if value is None else f"{each}={value}" for each, value in found.items()]
    return f"{name}({', '.join(parts)})"


if __name__ == "__main__":
    lines = []
    for each, thing in things("keras"):
        try:
            lines.append(written(each, parameters(thing)))
        except (TypeError, ValueError):
            continue  # what has no signature
    RECORD.write_text("\n".join(lines) + "\n", "utf-8")
