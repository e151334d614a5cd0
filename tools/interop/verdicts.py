"""What is said of an example of Keras' documentation that ran on Keras and on funclab."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

RECORD = Path("tests/project/keras_documented.json")
SIZE = 20_000
"""Of larger arrays, this many numbers are compared."""


INCIDENTAL = (".update_state(", "config.backend()")
"""Parts of lines whose value is not compared: what a method returns that is called for its effect,
and the name of what computes."""


OF_WHOLE_NUMBERS = "runs, with the documented number: Keras on JAX computes in whole numbers there"
DECIDED = {
    **dict.fromkeys(
        ("layers.IntegerLookup", "layers.StringLookup"),
        "runs, with the documented floats where Keras 3.15.1 gives whole numbers",
    ),
    **{
        f"metrics.{name}": OF_WHOLE_NUMBERS
        for name in (
            "LogCoshError", "MeanAbsolutePercentageError", "Poisson",
            "SparseCategoricalCrossentropy",
        )
    },
    "random.SeedGenerator": "runs, with other random numbers",
}  # fmt: skip
"""Names whose examples give other values, and why."""


@dataclass
class Outcome:
    """What a statement gave: a value, or an error with the names of its classes."""

    value: Any = None
    error: str = ""
    kinds: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Numbers:
    """An array, or a symbolic tensor, which has no numbers."""

    shape: tuple[int | None, ...]
    dtype: str
    values: np.ndarray | None = None


def plain(value: Any, depth: int = 0) -> Any:
    """A value as numbers, texts and lists of them, which both libraries can be asked for."""
    if value is None or isinstance(value, str | bytes | bool):
        return value
    if depth > 6:
        return "..."
    if isinstance(value, dict):
        return {str(key): plain(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one, depth + 1) for one in value]
    if isinstance(value, int | float | complex | np.generic):
        return Numbers((), str(np.asarray(value).dtype), np.asarray(value))
    return of_tensor(value)


def of_tensor(value: Any) -> Any:
    if not hasattr(value, "shape") or not hasattr(value, "dtype"):
        return "..."  # an object
    try:
        array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
        if array.dtype != object:
            numbers = array.astype("float32") if array.dtype.kind == "V" else array  # bfloat16
            return Numbers(array.shape, str(array.dtype), numbers.reshape(-1)[:SIZE].copy())
    except Exception:  # symbolic: each backend has an error of its own for that
        pass
    try:
        return Numbers(tuple(value.shape), str(getattr(value.dtype, "name", value.dtype)))
    except (TypeError, ValueError):  # a shape of unknown length
        return "..."


def differs(ours: Any, theirs: Any, other: Any) -> str:
    """How a value differs from that of Keras, which once was `theirs`, then `other`; or ""."""
    if isinstance(theirs, str | None) and theirs in (None, "..."):
        return ""  # an object; or a length that only we know
    if isinstance(theirs, Numbers) or isinstance(ours, Numbers):
        return numbers_differ(ours, theirs, other)
    if isinstance(theirs, dict) and isinstance(ours, dict):
        if set(theirs) != set(ours):
            return f"has {sorted(ours)} in place of {sorted(theirs)}"
        other = other if isinstance(other, dict) else {}
        pairs = [(ours[key], theirs[key], other.get(key)) for key in theirs]
    elif isinstance(theirs, list) and isinstance(ours, list):
        if len(theirs) != len(ours):
            return f"has {len(ours)} in place of {len(theirs)} parts"
        others = other if isinstance(other, list) and len(other) == len(theirs) else theirs
        pairs = list(zip(ours, theirs, others, strict=True))
    else:
        same = ours == theirs or theirs != other
        return "" if same else f"is {ours!r} in place of {theirs!r}"
    return next((said for pair in pairs if (said := differs(*pair))), "")


def numbers_differ(ours: Any, theirs: Any, other: Any) -> str:
    if isinstance(ours, list) and all(isinstance(one, Numbers) for one in ours):
        ours = as_one(ours)
    if isinstance(theirs, list) and all(isinstance(one, Numbers) for one in theirs):
        theirs, other = as_one(theirs), as_one(other)
    if not isinstance(theirs, Numbers) or not isinstance(ours, Numbers):
        return f"is {ours!r} in place of {theirs!r}"
    if not fits(ours.shape, theirs.shape):
        again = isinstance(other, Numbers) and other.shape != theirs.shape
        return "" if again else f"has shape {ours.shape} in place of {theirs.shape}"
    if (ours.values is None) != (theirs.values is None):
        return f"is {'symbolic' if ours.values is None else 'an array'}"
    if theirs.values is None or ours.values is None:
        return kinds_differ(ours, theirs)
    if not isinstance(other, Numbers) or not equal(theirs.values, other.values):
        return kinds_differ(ours, theirs)
    if not equal(ours.values, theirs.values):
        return f"is {np.ravel(ours.values)[:8]} in place of {np.ravel(theirs.values)[:8]}"
    return kinds_differ(ours, theirs)


def fits(ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> bool:
    """Whether a shape is the other one; it may know a length that the other does not."""
    pairs = zip(ours, theirs, strict=False)
    return len(ours) == len(theirs) and all(b is None or a == b for a, b in pairs)


def as_one(several: Any) -> Any:
    try:
        array = np.stack([one.values.reshape(one.shape) for one in several])
        return Numbers(array.shape, str(array.dtype), array.reshape(-1))
    except (AttributeError, TypeError, ValueError):  # symbolic, or of several shapes
        return several


def kinds_differ(ours: Numbers, theirs: Numbers) -> str:
    """Whether the dtypes differ. JAX has 32 bits where TensorFlow and NumPy have 64."""
    first, second = (re.sub(r"^<U.*|^\|S.*|object", "text", one.dtype) for one in (ours, theirs))
    wide = [re.sub("64$", "32", one).replace("complex128", "complex32") for one in (first, second)]
    if wide[0] == wide[1] or not theirs.shape:
        return ""
    return f"has dtype {first} in place of {second}"


def equal(ours: Any, theirs: Any) -> bool:
    ours, theirs = np.ravel(ours), np.ravel(theirs)
    if ours.shape != theirs.shape:
        return False
    if ours.dtype.kind in "USO" or theirs.dtype.kind in "USO":
        return ours.astype(str).tolist() == theirs.astype(str).tolist()
    return bool(np.allclose(ours, theirs, rtol=1e-5, atol=1e-5, equal_nan=True))


def verdict(
    qualname: str, code: list[str], first: list[Outcome], second: list[Outcome], ours: list[Outcome]
) -> str:
    """`runs`, `refused: by what`, `not on Keras: why`, and so on, or `FAILS: where, and how`."""
    ran, lost, needs, other = 0, set[str](), "", False
    for line, once, again, here in zip(code, first, second, ours, strict=True):
        if once.error or again.error:
            continue
        short = f"{qualname}: {line[:300]!r}"
        if "FunclabError" in here.kinds:
            return f"refused: {first_line(here.error)}"
        if "ModuleNotFoundError" in here.kinds or lost & names(line):
            lost |= names(line, ast.Store)
            needs = needs or line
        elif here.error:
            return f"FAILS: {short} -> {here.error[:600]}"
        elif not any(part in line for part in INCIDENTAL) and (
            said := differs(here.value, once.value, again.value)
        ):
            if qualname not in DECIDED:
                return f"FAILS: {short} {said[:600]}"
            other = True
        else:
            ran += 1
    errors = [one.error for one in first if one.error]
    name = qualname.rpartition(".")[2]
    about = [one for line, one in zip(code, first) if re.search(rf"\b{name}\b", line)]
    if about and all(one.error for one in about):
        ran, needs = 0, ""
    if other:
        return f"decided: {DECIDED[qualname]}"
    if needs and not ran:
        return f"another library: {needs}"
    return "runs" if ran else f"not on Keras: {errors[0].partition(':')[0]}"


def first_line(error: str) -> str:
    """What was wrong, without why and what to write; with no path of a folder."""
    text = error.partition(": ")[2].partition("\n")[0]
    return re.sub(r"(/[\w.-]+){2,}", "PATH", text)


def names(line: str, kind: type[ast.AST] = ast.AST) -> set[str]:
    """The names in a statement; with ast.Store, those that it gives to something."""
    nodes = list(ast.walk(ast.parse(line)))
    found = {one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, kind)}
    imported = {one.asname or one.name for one in nodes if isinstance(one, ast.alias)}
    return found | {name.partition(".")[0] for name in imported}
