"""Parts of pictures, and edits, show what they did when they were looked at: as in
`test_unchanged_views`, whose file keeps them."""

from __future__ import annotations

import json
import math
import random
import warnings

import numpy as np
import pytest

import funclab
from funclab import registry
from funclab.errors import FunclabError
from funclab.view.draw.frame_drawing import size_of, svg_of
from funclab.view.draw.frames import alike, frame_of, marked, with_names
from funclab.view.draw.samples import sample_of, sample_svg
from tests.view.edit.test_draft import MODELS as EDITED
from tests.view.edit.test_draft import random_step
from tests.view.shown import Shown, check
from tests.view.training.live_runs import history_of


def frames() -> Shown:
    """Arrays of many shapes, as a step of slow motion shows them."""
    dice, shown = np.random.RandomState(0), Shown()
    shapes: list[tuple[int, ...]] = [(), (1,), (5,), (64,), (300,), (4, 1), (4, 5), (2, 40)]
    shapes += [(30, 30), (4, 6, 5), (4, 60, 3), (4, 8, 8, 3), (1, 28, 28, 1), (1, 70, 70, 2)]
    shapes += [(2, 5, 8, 8, 3), (1, 3, 40, 2), (1, 4, 4, 40), (1, 1, 1, 6)]
    for shape in shapes:
        for scale in (1.0, 1e-6, 1e5):
            array = np.round(dice.randn(*shape) * 8) / 8 * scale
            for batched in {False, len(shape) > 1}:
                frame = frame_of("x", array, batched=batched)
                names = [[f"name {i}" for i in range(n)] for n in shape[batched:]]
                shown.add([svg_of(frame), frame.note, frame.shape, size_of(frame)], f"{shape}")
                named = with_names(frame, names)
                shown.add([svg_of(named), svg_of(marked(named, shape, 0, batched))], "named")
                shown.add([svg_of(one) for one in alike([frame, frame_of("y", array[:1] * 3)])]
                          if shape else [], "alike")  # fmt: skip
        whole = dice.randint(0, 9, shape)
        shown.add(svg_of(frame_of("ids", whole, batched=len(shape) > 1)), "whole")
    return shown


def samples() -> Shown:
    """Samples of each kind, at several sizes."""
    dice, shown = np.random.RandomState(1), Shown()
    shapes = [(8, 8, 1), (28, 28), (9, 30, 3), (100, 100, 3), (4,), (40,), (1,), (12, 2), (90, 3)]
    for shape in shapes:
        for array in (dice.rand(*shape), dice.randint(0, 255, shape), dice.randn(*shape)):
            for show in (None, "image", "words", "row", "series", "strip", "number"):
                try:
                    sample = sample_of(array, None, show=show)
                except FunclabError as error:
                    shown.add(str(error), f"{shape} {show}")
                    continue
                for width, height in ((24, 24), (96, 96), (200, 40)):
                    shown.add(sample_svg(sample, width, height), f"{shape} {show} {width}")
                shown.add([sample.look, sample.text], f"{shape} {show}")
    return shown


def charts() -> Shown:
    """Charts of lines that rise, fall, end, miss values, and lie at one value."""
    shown = Shown()
    runs = [[3, 2, 1.5, 1.25], [0.5] * 6, [1e-6, 1e3, 1], [2.0], [1, math.nan, 3, math.inf, 2],
            [100 / (n + 1) for n in range(120)], [-1, -2, 4]]  # fmt: skip
    for count in (1, 2, 5):
        for values in runs:
            histories = [
                history_of([v * (i + 1) for v in values], values[1:]) for i in range(count)
            ]
            view = funclab.compare_runs(*histories)
            for log, smooth in ((False, False), (True, False), (False, True)):
                view.show(log=log, smooth=smooth)
                shown.add(view.picture(), f"{count} {len(values)} {log} {smooth}")
            shown.add(view.alone(), "alone")
            view.close()
    return shown


PARTS = [frames, samples, charts]


@pytest.mark.parametrize("make", PARTS, ids=lambda make: make.__name__)
def test_what_parts_of_pictures_show_is_what_was_looked_at(make):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check({make.__name__: make()})


def edited(name: str) -> Shown:
    """An edit after steps at random, with what its forms are told at each."""
    registry.reset_names()
    dice, shown = random.Random(f"edited {name}"), Shown()
    view = EDITED[name]().edit()
    for _ in range(16):
        step = random_step(dice, view._steps)
        about = f"{view._steps.position} {json.dumps(step)}"
        for kind in ("preview", "question"):
            shown.add(view.answer_to({"ask": kind, "key": about}), kind)
        shown.add(view.answer_to({"ask": "do", "step": step}), f"{step}")
        shown.add({key: getattr(view, key) for key in ("facts", "state", "status")})
        keys = [*view._steps.state.draft.keys.values()]
        position = view._steps.position
        pair = " ".join(dice.sample(keys, min(2, len(keys))))
        asked = {"menu": keys[0], "fields": dice.choice(keys), "merges": pair, "kind": "Conv2D"}
        for kind, about in asked.items():
            shown.add(view.answer_to({"ask": kind, "key": f"{position} {about}"}), kind)
        if dice.random() < 0.4:
            view.show(position=max(0, position - 1))
        shown.add([view.text, view.line(), view.picture()], "shown")
    view.close()
    return shown


@pytest.mark.parametrize("name", EDITED)
def test_what_an_edit_shows_and_tells_is_what_was_looked_at(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check({f"edit {name}": edited(name)})
