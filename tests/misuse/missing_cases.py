"""Names that funclab does not have: misspelt ones, and those of Keras."""

from typing import Any

import funclab
from tests.misuse.desk import Misuse


def import_from_layers(name: str) -> Any:
    return lambda desk: exec(f"from funclab.layers import {name}")


MISSING = [
    Misuse(
        "a layer of Keras that is not here",
        lambda desk: funclab.layers.MultiHeadAttention,
        ["module 'funclab.layers' has no attribute 'MultiHeadAttention'"],
        lambda desk: dir(funclab.layers),
        (AttributeError,),
    ),
    Misuse(
        "a layer looked for one room too high",
        lambda desk: exec("from funclab import Dense"),
        ["cannot import name 'Dense' from 'funclab'", "from funclab.layers import Dense"],
        lambda desk: exec("from funclab.layers import Dense"),
        (ImportError,),
    ),
    Misuse(
        "a layer misspelled",
        lambda desk: funclab.layers.Densee,
        ["has no attribute 'Densee'", "funclab.layers.Dense"],
        lambda desk: funclab.layers.Dense,
        (AttributeError,),
    ),
    Misuse(
        "a layer misspelled in an import",
        import_from_layers("Densee"),
        ["cannot import name 'Densee' from 'funclab.layers'", "funclab.layers.Dense"],
        import_from_layers("Dense"),
        (ImportError,),
    ),
    Misuse(
        "keras inside funclab",
        lambda desk: funclab.keras,
        ["module 'funclab' has no attribute 'keras'", "funclab.layers", "install_as_keras"],
        lambda desk: funclab.layers,
        (AttributeError,),
    ),
    Misuse(
        "the backend of old code",
        lambda desk: funclab.backend,
        ["has no attribute 'backend'", "funclab.ops"],
        lambda desk: funclab.ops,
        (AttributeError,),
    ),
]
