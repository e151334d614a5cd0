"""Small models ready for slow motion, each with data, a tour and one idea to show.

>>> view = scene("shared_gradient")
>>> view.stills[view.find("add_into")].example
'1.0 + 2.0 = 3.0'
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from funclab import Input, layers
from funclab.errors import NameLookupError
from funclab.models import Model
from funclab.optimizers import SGD
from funclab.view.draw.sentences import say
from funclab.view.trace.view import Trace, trace

ONE = {"use_bias": False, "kernel_initializer": "ones"}


def scene(name: str, *, look: str | None = None, ask: bool | None = None, **state: Any) -> Trace:
    """A ready-made slow motion with a tour.

    "shared_gradient": two gradients that are added at a shared weight, next to two layers with
    weights of their own. "mask": where a mask ends, used or lost. "training": dropout and batch
    normalization with training off and on. "frozen": which weights trainable=False keeps.

    Raises: NameLookupError for an unknown name.
    """
    if name not in SCENES:
        raise NameLookupError(
            f"There is no scene {name!r}.",
            why=f"the scenes are {', '.join(SCENES)}.",
            fix=f'choose one of them, for example funclab.scene("{next(iter(SCENES))}").',
        )
    make, stops = SCENES[name]
    view = make(look=look, ask=ask, **state)
    view.call = f'funclab.scene("{name}"$)'
    view.tour = [
        {"state": {"step": view.find(*stop.split())}, "text": say(f"trace_{name}_{number}")}
        for number, stop in enumerate(stops.split(", "), 1)
    ]
    return view


def shared_gradient(**settings: Any) -> Trace:
    """One weight for two calls, and two weights for one call each: 1 and 2 against 1 + 2."""
    left, right = Input((1,), name="left"), Input((1,), name="right")
    shared = layers.Dense(1, **ONE, name="shared")
    together = layers.Add(name="together")([shared(left), shared(right)])
    own = [layers.Dense(1, **ONE, name=f"own_{side}") for side in ("left", "right")]
    apart = layers.Add(name="apart")([own[0](left), own[1](right)])
    model = Model([left, right], [apart, together], name="shared_or_not")
    model.compile(SGD(0.1), "mae")
    x = [np.full((1, 1), number, "float32") for number in (2, 1)]
    return trace(model, x, [np.zeros((1, 1)), np.zeros((1, 1))], **settings)


def mask(**settings: Any) -> Trace:
    """Padding that an average leaves out, and that a maximum treats as words."""
    words = Input((5,), dtype="int32", name="words")
    embed = layers.Embedding(4, 2, mask_zero=True, name="embed")
    each = layers.Dense(2, use_bias=False, kernel_initializer="identity", name="each")
    steps = each(embed(words))
    average = layers.GlobalAveragePooling1D(name="average")(steps)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the lost mask is what this scene shows
        largest = layers.GlobalMaxPooling1D(name="largest")(steps)
    model = Model(words, [average, largest], name="where_a_mask_stops")
    embed.set_weights([np.array([[9, 9], [1, 2], [2, 1], [3, 0]], "float32")])
    return trace(model, np.array([[1, 2, 3, 0, 0]], "int32"), **settings)


def training(**settings: Any) -> Trace:
    """The two layers that act differently during training, each on the same batch."""
    x = Input((6,), name="x")
    drop = layers.Dropout(0.5, seed=0, name="drop")(x)
    norm = layers.BatchNormalization(name="norm")(x)
    # As in Keras, the last of several parallel outputs is computed first.
    model = Model(x, [norm, drop], name="training_off_and_on")
    batch = 4 + np.sin(np.arange(48.0)).reshape(8, 6)
    return trace(model, batch, training="both", **settings)


def frozen(**settings: Any) -> Trace:
    """A frozen layer between two that learn: gradients pass through it but do not change it."""
    x = Input((2,), name="x")
    h = layers.Dense(2, **ONE, name="first")(x)
    h = layers.Dense(2, **ONE, trainable=False, name="base")(h)
    model = Model(x, layers.Dense(1, **ONE, name="head")(h), name="frozen_in_the_middle")
    model.compile(SGD(0.01), "mse")
    return trace(model, np.array([[1.0, 0.5]]), np.array([[1.0]]), **settings)


SCENES: dict[str, tuple[Callable[..., Trace], str]] = {
    "shared_gradient": (
        shared_gradient,
        "input right[0], forward shared[1], forward own_right[0], "
        "loss, "
        "vjp own_right[0], vjp own_left[0], "
        "add_into shared/kernel, "
        "update shared/kernel",
    ),
    "mask": (
        mask,
        "input words[0], forward embed[0], forward each[0], forward average[0], forward largest[0]",
    ),
    "training": (training, "input x[0], compare drop[0], compare norm[0]"),
    "frozen": (
        frozen,
        "forward base[0], "
        "vjp head[0], vjp base[0], vjp first[0], "
        "update first/kernel, update head/kernel, held",
    ),
}
"""A model in slow motion, and the steps at which its tour stops: a kind, and where."""
