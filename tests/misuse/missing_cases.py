"""Names that funclab does not have: misspelt ones, and those of Keras."""

from __future__ import annotations

from typing import Any

import funclab
from tests.misuse.desk import Misuse


def import_from_layers(name: str) -> Any:
    return lambda desk: exec(f"from funclab.layers import {name}")


MISSING = [
    Misuse(
        "a layer of Keras that is not here",
        lambda desk: funclab.layers.MultiHeadAttention,  # type: ignore[attr-defined]
        (AttributeError,),
        ["module 'funclab.layers' has no attribute 'MultiHeadAttention'"],
        ["funclab.layers"],
        lambda desk: dir(funclab.layers),
    ),
    Misuse(
        "a layer looked for one room too high",
        lambda desk: exec("from funclab import Dense"),
        (ImportError,),
        ["cannot import name 'Dense' from 'funclab'", "from funclab.layers import Dense"],
        ["Dense"],
        lambda desk: exec("from funclab.layers import Dense"),
    ),
    Misuse(
        "a layer misspelled",
        lambda desk: funclab.layers.Densee,  # type: ignore[attr-defined]
        (AttributeError,),
        ["has no attribute 'Densee'", "funclab.layers.Dense"],
        ["Dense"],
        lambda desk: funclab.layers.Dense,
    ),
    Misuse(
        "a layer misspelled in an import",
        import_from_layers("Densee"),
        (ImportError,),
        ["cannot import name 'Densee' from 'funclab.layers'", "funclab.layers.Dense"],
        ["Dense"],
        import_from_layers("Dense"),
    ),
    Misuse(
        "keras inside funclab",
        lambda desk: funclab.keras,
        (AttributeError,),
        ["module 'funclab' has no attribute 'keras'", "funclab.layers"],
        ["install_as_keras"],
        lambda desk: funclab.layers,
    ),
    Misuse(
        "the backend of old code",
        lambda desk: funclab.backend,
        (AttributeError,),
        ["has no attribute 'backend'", "funclab.ops"],
        [],
        lambda desk: funclab.ops,
    ),
]
