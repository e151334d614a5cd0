"""Names that a room does not have: misspelt ones, and those of Keras that funclab is without."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Callable, Iterable
from dis import opmap
from typing import Any, NoReturn

from funclab.errors import FunclabError, NoSuchImportError, NoSuchNameError

# What users of Keras look for in these places, and where to look instead.
ELSEWHERE = {
    "keras": "funclab is the `keras` here: write funclab.layers, funclab.Model and so on; after "
    "funclab.install_as_keras() even `import keras` gives funclab.",
    "backend": "functions of tensors are in funclab.ops; funclab.utils.clear_session() forgets "
    "names and graphs.",
    "preprocessing": "prepare data with NumPy and give arrays to fit; funclab.datasets has three "
    "small sets that are ready.",
    "applications": "there are no trained networks to download; build one with funclab.layers, and "
    "load weights with model.load_weights(path).",
    "engine": "layers are in funclab.layers, tensors come from funclab.Input.",
    "wrappers": "TimeDistributed and Bidirectional are in funclab.layers.",
    "tf": "funclab needs no TensorFlow; functions of tensors are in funclab.ops.",
    "mnist": "funclab.datasets.digits has small images of digits, without a download.",
    "plot_model": "write funclab.plot_model(model).",
    "K": "functions of tensors are in funclab.ops.",
}


ROOMS = (
    "layers", "models", "optimizers", "losses", "metrics", "callbacks", "ops", "utils",
    "activations", "initializers", "regularizers", "constraints", "datasets",
)  # fmt: skip
"""Where a name may be that was looked for elsewhere, the likeliest first."""


def guard(module: str, more: Iterable[str] = ()) -> None:
    """From now on a module answers for a name it lacks with what it has that comes near."""
    room: Any = sys.modules[module]
    room.__getattr__ = absent(module, more)


def absent(module: str, more: Iterable[str] = ()) -> Callable[[str], NoReturn]:
    """A `__getattr__` for a module."""

    def refuse(name: str) -> NoReturn:
        if name.startswith("_"):  # Python asks for these, to see what there is
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        asking = sys._getframe(1)
        if asking.f_code.co_name == "__getattr__" and asking.f_back is not None:
            asking = asking.f_back
        raise no_such_name(module, name, more, _is_import(asking))

    return refuse


def no_such_name(
    module: str, name: str, more: Iterable[str] = (), imported: bool = False
) -> FunclabError:
    """The error for a name that a module does not have."""
    found = close(name, {*_public(sys.modules[module]), *more})
    what = f"module {module!r} has no attribute {name!r}."
    if imported:
        what = f"cannot import name {name!r} from {module!r}."
    fix = ELSEWHERE.get(name) or f"dir({module}) lists what there is."
    if found and name not in ELSEWHERE:
        fix = f"write {module}.{found[0]}, if that is what you mean."
    elif (room := _room_of(name)) and name not in ELSEWHERE:
        fix = f"it is in another place: from funclab.{room} import {name}."
    elif module == "funclab.layers":
        fix += " A layer of your own is a class with `call`, made of funclab.ops."
    kind = NoSuchImportError if imported else NoSuchNameError
    return kind(
        what,
        why=f"funclab has no {name} there"
        + (
            f"; near it are {', '.join(found)}." if found else ", nor anything that is spelt alike."
        ),
        fix=fix,
    )


def _room_of(name: str) -> str:
    """The room that has this very name; "" if none does."""
    rooms = (one for one in ROOMS if name in _public(importlib.import_module(f"funclab.{one}")))
    return next(rooms, "")


def _public(module: Any) -> list[str]:
    """The names that a module is for."""
    own = getattr(module, "__all__", None)
    if own is not None:
        return list(own)
    names = vars(module).items()
    return [one for one, thing in names if one[:1].isalpha() and one != "guard" and _is_own(thing)]


def _is_own(thing: Any) -> bool:
    return callable(thing) and getattr(thing, "__module__", "").startswith("funclab.")


def close(name: str, there: Iterable[str]) -> list[str]:
    """Names that look like one, in capitals or not, the likeliest first."""
    plain = {one.lower().replace("_", ""): one for one in sorted(there)}
    wanted = name.lower().replace("_", "")
    found = difflib.get_close_matches(wanted, plain, n=3, cutoff=0.75)
    longer = [one for one in plain if len(wanted) > 2 and one.startswith(wanted)]
    return [plain[one] for one in dict.fromkeys([*found, *longer])][:3]


def _is_import(frame: Any) -> bool:
    """Whether the caller is at `from module import name`, which hides an AttributeError."""
    code = frame.f_code.co_code
    return code[frame.f_lasti] == opmap["IMPORT_FROM"]
