"""What a value of the wrong kind was probably meant to be: what to write instead.

Each function returns what to write, or "" if that is not clear.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from funclab.errors.words import listed

FIT = (
    "x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split",
    "validation_data", "shuffle", "class_weight", "sample_weight", "initial_epoch", "steps",
    "steps_per_epoch", "validation_steps", "validation_batch_size", "validation_freq",
    "cluster",
)  # fmt: skip
"""The arguments of fit, evaluate and predict."""
NOT_HERE = {
    "bounding_box_format": "boxes are not changed; images, labels and masks are.",
    "lora_rank": "a kernel is one array, without a product of two small ones beside it.",
    "lora_alpha": "a kernel is one array, without a product of two small ones beside it.",
    "quantization_config": "the engine computes in float32 or float64.",
}
"""Arguments of Keras' layers that funclab's do not take, and why."""
COMPILE = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")


def article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"


def folded(name: str) -> str:
    """A name without capitals, spaces, hyphens and underscores."""
    return "".join(name.lower().replace("-", "").replace("_", "").split())


def similar(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names of which `name` may be a misspelling, the nearest first: one edit for every
    three letters. A name of one or two letters may be anything; one with the same letters is meant.

    >>> similar("adma", ["adamax", "adam", "sgd"]), similar("C", ["CTC", "BCE"])
    (['adam'], [])
    """
    wanted, near = folded(name), {}
    most = min(len(wanted) // 3, 3)
    for other in sorted(known, key=lambda other: (other != other.lower(), other)):
        far = edits(wanted, folded(other))
        if far <= most:
            near.setdefault(folded(other), (far, other))
    if wanted in near:
        return [near[wanted][1]]
    return [other for _, other in sorted(near.values(), key=lambda pair: pair[0])][:count]


def edits(a: str, b: str) -> int:
    """How many letters to insert, leave out, replace, or swap with the next, to make `b` of `a`.

    >>> edits("wrod", "word"), edits("sub", "subtract")
    (1, 5)
    """
    before, row = [0] * (len(b) + 1), [*range(len(b) + 1)]
    for i, letter in enumerate(a, 1):
        above, two_above, row = row, row if i == 1 else before, [i]
        for j, other in enumerate(b, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != other)))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                row[-1] = min(row[-1], two_above[j - 2] + 1)
        before = above
    return row[-1]


def whole(name: str, value: Any, example: int) -> str:
    """A value given instead of a positive integer."""
    if isinstance(value, (list, tuple)) and len(value) == 1 and isinstance(value[0], int):
        return f"write {name}={value[0]}, without brackets."
    if isinstance(value, str):
        if value.strip().isdigit():
            return f"write {name}={value.strip()}, without quotation marks."
        return f"write the number first, {name}={example}; {value!r} is not a number."
    if isinstance(value, float) and value >= 1 and value.is_integer():
        return f"write {name}={int(value)}, without the point (a // b divides to a whole number)."
    if isinstance(value, float) and 1 <= value < 1e9:
        return f"write {name}={int(value)} or {name}={int(value) + 1}: a whole number."
    return f"write for example {name}={example}."


def per_axis(name: str, value: Any, rank: int) -> str:
    """A value given instead of one integer, or one for each of `rank` axes."""
    if value in ("same", "valid", "causal"):
        return f'write padding="{value}", with its name.'
    if isinstance(value, (list, tuple)):
        numbers = [number for number in value if isinstance(number, int) and number > 0]
        if len(numbers) == len(value) != rank and numbers:
            kept = tuple((numbers * rank)[:rank])
            return f"write {name}={kept if rank > 1 else kept[0]}: one number for each axis."
        if len(value) == rank:
            texts = [whole(name, number, 2) for number in value if not isinstance(number, int)]
            return texts[0] if texts else f"write for example {name}={(2,) * rank}."
    return whole(name, value, 2)


def shape(name: str, value: Any) -> str:
    """A value given instead of a shape."""
    if isinstance(value, np.ndarray):
        return f"write {name}=x.shape[1:], the shape of one sample."
    lengths = value if isinstance(value, (list, tuple)) else (value,)
    if len(lengths) == 1 and isinstance(lengths[0], (list, tuple)):
        return f"write {name}={tuple(lengths[0])}, with one pair of brackets."
    try:
        numbers = tuple(None if length is None else float(length) for length in lengths)
        kept = tuple(None if n is None else int(n) if n == int(n) else {}[n] for n in numbers)
        return f"write {name}={kept}: whole numbers, without quotation marks and points."
    except (TypeError, ValueError, KeyError, OverflowError):
        return f"write for example {name}=(784,), with the comma."


def fraction(name: str, value: Any) -> str:
    """A value given instead of a fraction in [0, 1)."""
    if isinstance(value, str):
        return number(name, value, "0.5")
    if name == "momentum":
        return "write for example momentum=0.99."
    if is_number(value) and 2 <= value < 100:  # 1.5 is hardly meant as a percentage
        return f"write {name}={value / 100:g} for {value:g} %."
    return f"write for example {name}=0.5."


def number(name: str, value: Any, example: str) -> str:
    """A value given instead of a number."""
    try:
        float(value if isinstance(value, str) else "")
    except ValueError:
        return f"write for example {name}={example}."
    return f"write {name}={value.strip()}, without quotation marks."


KERAS_1 = {
    "border_mode": "padding", "subsample": "strides", "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer", "b_regularizer": "bias_regularizer", "bias": "use_bias",
    "dim_ordering": "data_format", "nb_epoch": "epochs", "output_dim": "units",
    "nb_filter": "filters",
}  # fmt: skip
"""Arguments with other names in Keras 1."""


def keyword(name: str, known: Iterable[str], of_call: Iterable[str] = (), kind: str = "") -> str:
    """A keyword that a function with the arguments `known` does not take; for a layer of some kind
    with the arguments `of_call` of its calls.
    """
    known = list(known)
    if KERAS_1.get(name) in known:
        return f"write {KERAS_1[name]}= instead of {name}=."
    if close := keywords(name, known):
        return f"write {close[0]}= instead of {name}=."
    if name in of_call:
        return f"give it to the call: {kind}(...)(x, {name}=...)."
    if name in ("lr", "learning_rate"):
        return "write compile(optimizer=SGD(learning_rate=0.1)): the optimizer takes the steps."
    if name in NOT_HERE:
        return f"remove {name}: {NOT_HERE[name]}"
    if name in FIT:
        return f"write model.fit(x, y, {name}=...)."
    if name in COMPILE:
        return f"write model.compile({name}=...), before fit."
    return f"remove {name}."


def keywords(name: str, known: Iterable[str]) -> list[str]:
    """The arguments that a keyword may stand for: similar ones, or the only one of which it is the
    beginning or the end.

    >>> keywords("logits", ["from_logits", "axis"]), keywords("beta", ["beta_decay", "beta_limit"])
    (['from_logits'], [])
    """
    known = list(known)
    parts = [other for other in known if other.startswith(name) or other.endswith(f"_{name}")]
    return similar(name, known) or (parts if len(parts) == 1 and len(name) > 2 else [])


def is_number(value: Any) -> bool:
    """Whether a value is one number: not text, not True or False."""
    if isinstance(value, (bool, np.bool_, str)):
        return False
    return isinstance(value, (int, float, np.number)) or getattr(value, "shape", None) == ()


def is_whole(value: Any) -> bool:
    """Whether a value is an integer: not 2.0, not True or False."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def takes(function: Any, *args: Any, **kwargs: Any) -> bool:
    """Whether a function can be called in this way; True if its signature is not known."""
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except ValueError:
        return True
    except TypeError:
        return False
    return True


def is_switch(value: Any) -> bool:
    """Whether a value is True or False, or can stand for it."""
    return value is None or (
        isinstance(value, (bool, np.bool_, int, np.integer)) and value in (0, 1)
    )


@dataclass(frozen=True)
class Kind:
    """What is known about a kind, such as "loss"."""

    takes: tuple[str, ...] = ()
    """The arguments with which a function of this kind is called."""
    example: str = ""
    from_number: str = ""
    """How one is made from a number that was given instead."""
    of_whole: str = ""
    """What to do if that number is whole, where this is something else."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Names that people write, and the names used here."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """What to do about things that belong in another place, or are not written as a name."""


KINDS: defaultdict[str, Kind] = defaultdict(Kind)
"""Each room adds its own."""


def named() -> list[str]:
    """The kinds that users name in arguments."""
    return [name for name, kind in KINDS.items() if kind.example]


def alias(kind: str, name: str) -> str:
    """The name that a kind has here, if `name` is what others call it."""
    names = {folded(key): value for key, value in KINDS[kind].aliases.items()}
    return names.get(folded(name), "")


def by_name(kind: str, name: str, tables: Mapping[str, Mapping[str, Any]]) -> str:
    """An unknown name of a kind, as somebody wrote it; `tables` contain the names of all kinds."""
    known = tables.get(kind, {})
    short = folded(name)
    if short in KINDS[kind].elsewhere:
        return KINDS[kind].elsewhere[short]
    alike = max((word for word in known if folded(word) == short), default="")  # lower case first
    if alike or alias(kind, name):
        return f'write "{alike or alias(kind, name)}" instead of "{name}".'
    example = KINDS[kind].example
    for other in named():
        word = next((word for word in tables.get(other, {}) if folded(word) == short), "")
        if word and other != kind and (example or other == "metric"):
            return (
                f'write {KINDS[other].example.partition("=")[0]}="{word}": {name} is '
                f"{article(other)}, not {article(kind)}. For the {kind} write {example}."
                if other != "metric"
                else f'write metrics=["{word}"]: {name} is a metric, not {article(kind)}.'
            )
    if close := similar(name, known):
        names = listed([f'"{word}"' for word in close], " or ")
        return f"write {names}, if that is what you mean."
    example = example or f"the {kind} itself"
    return f"write a name that is known, such as {example}, or pass {article(kind)} of your own."


def by_value(kind: str, value: Any, other: str = "") -> str:
    """Something that is not a name, given for a kind; it may be an object of an `other` kind."""
    card = KINDS[kind]
    example = card.example or article(kind)
    if isinstance(value, (list, tuple)) and len(value) == 1 and isinstance(value[0], str):
        return f'write "{value[0]}" alone, without brackets.'
    if isinstance(value, np.ndarray) and "y_pred" in card.takes:
        return f"write {example}, or pass the function itself, without calling it: fit calls it."
    if isinstance(value, np.ndarray):
        return f"write {example}; to begin with weights of your own use layer.set_weights([...])."
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and card.from_number:
        return f"write {card.from_number.format(value)}: the number alone does not say what to do."
    if number and card.of_whole and value == int(value):  # type: ignore[arg-type]
        return f"write {example}; {card.of_whole.format(value)}."
    if other == "layer":
        name = getattr(value, "__name__", type(value).__name__)
        return f"write {example}; {name} is a layer, which is called: {name}(...)(x)."
    if other:
        return (
            f"write {example}, and pass the {other} where {KINDS[other].example.split('=')[0]}= is."
        )
    return f"write {example}: {value!r} is not {article(kind)}."


def of_own(kind: str, name: str) -> str:
    """An unknown name in a file or config: nobody misspelled it, it is that of a user's object."""
    if not name:
        return 'pass a config as `serialize` returns it: a dict with "class_name" and "config".'
    if name == "<lambda>":  # every lambda has this name, so none can be found by it
        return "give the function a name with def, and pass it in custom_objects by that name."
    kinds = {"layer": "class", "class": "class", "function": "function"}
    own = kinds.get(kind, "class or function")
    return f'pass custom_objects={{"{name}": {name}}}, with your own {own} of that name.'


def wrong_kind(kind: str, value: Any, tables: Mapping[str, Mapping[str, Any]]) -> str:
    """The kind of a funclab object (or class), if it is of another kind than wanted."""
    cls = value if isinstance(value, type) else type(value)
    fits: Iterable[str] = (kind, "loss") if kind == "metric" else (kind,)
    if any(_holds(tables.get(own, {}), cls, value) for own in fits):
        return ""
    kinds = [other for other in (*named(), "layer") if _holds(tables.get(other, {}), cls, value)]
    if not kinds:
        return ""
    if kind == "activation" and cls.__module__ == "funclab.layers.activation":
        return ""  # Keras takes activation=LeakyReLU()
    return kinds[0]


def _holds(table: Mapping[str, Any], cls: type, value: Any) -> bool:
    return any(known is value or known is cls for known in table.values())
