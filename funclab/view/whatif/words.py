"""What is said about a sample, its cells and its maps, in Python and on pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from funclab.view.draw.sentences import named, question, say, signed
from funclab.view.whatif.cells import IMAGE, ROW, SERIES, WORDS, Part
from funclab.view.whatif.maps import SHARE
from funclab.view.whatif.study import Study
from funclab.view.whatif.target import Target
from funclab.view.whatif.trust import RANDOM, Trust

MUCH = 0.35
"""Above this rank correlation with fresh weights, a caption says that much of a map is the input
itself. It was measured on five readers of digits, and is the middle of the gap: slope and region
had at most 0.18, cover and share at least 0.52 (`tests/view/whatif/test_trust.py`)."""


def amount(value: float, target: Target) -> str:
    """A number that a model answers with: a probability in percent."""
    if not np.isfinite(value):
        return "NaN" if np.isnan(value) else "∞" if value > 0 else "−∞"
    if not target.is_probability:
        return signed(value, 4)
    percent = 100 * value
    return say("whatif_percent", n=f"{percent:.0f}" if 1 <= percent <= 99 else f"{percent:.1f}")


def decimals(value: float) -> str:
    """A number with two decimals."""
    return f"{value:z.2f}".replace("-", "−")


def cell_name(study: Study, cell: int) -> str:
    """A cell in words: its row and column, counted from 0, or its feature."""
    part, own = study.cells.find(cell)
    row, column = divmod(own, part.columns)
    if part.kind == ROW:
        return named(part.said(own))
    key = {IMAGE: "whatif_cell_pixel", SERIES: "whatif_cell_series", WORDS: "whatif_cell_word"}[
        part.kind
    ]
    return say(key, row=row, column=column)


def value_name(part: Part, value: float) -> str:
    """The value of a cell: a number, a word or an option."""
    if (part.group or part.kind == WORDS) and 0 <= round(value) < len(part.names):
        return part.names[round(value)] or say("whatif_padding")
    return f"{value:.0f}" if part.kind == WORDS else signed(value)


def terms(study: Study) -> dict[str, str]:
    """The fill, the base and the call of a model's maps, in words."""
    kinds = {part.kind for part in study.cells.parts}
    mean = not kinds.isdisjoint({ROW, SERIES})
    words = "whatif_fill_words_or_mean" if mean else "whatif_fill_words"
    fill = words if WORDS in kinds else "whatif_fill_zero" if IMAGE in kinds else "whatif_fill_mean"
    base = "whatif_base_words" if WORDS in kinds else "whatif_base_mean"
    base = "whatif_base_image" if IMAGE in kinds else base
    given = study.maps.fill is not None
    return {
        "fill": say("whatif_fill_own" if given else fill),
        "base": say(base),
        "call": study.maps.at,
    }


def map_head(study: Study, name: str, target: str) -> str:
    """The question of a map."""
    kinds = {part.kind for part in study.cells.parts}
    special = {"cover": "_row" * (IMAGE not in kinds), "slope": "_words" * (WORDS in kinds)}
    return say(f"whatif_head_{name}{special.get(name, '')}", **terms(study), answer=target)


def limits(study: Study, trust: Trust | None) -> dict[str, str]:
    """For each face, what it does not show, with what was measured of this model."""
    faces = ["all", "change", *study.maps.names]
    return {face: " ".join(_limits(study, trust, face)) for face in faces}


def _limits(study: Study, trust: Trust | None, face: str) -> list[str]:
    told = [say("whatif_untrained")] if study.untrained else []
    told.append(say(f"whatif_limits_{face}", **terms(study)))
    if trust is None or face == "change":
        return told
    if face in trust.erase:
        fall, random = (decimals(trust.erase[name]) for name in (face, RANDOM))
        values = {"map": say(f"whatif_{face}"), "n": trust.erased, "fall": fall, "random": random}
        told.append(say("whatif_measured", **values))
    names = study.maps.names if face == "all" else [face]
    alike = {name: trust.randomized.get(name, 0.0) for name in names}
    much = [name for name in names if alike[name] > MUCH]
    if much:
        maps = [say(f"whatif_{name}").lower() for name in much]
        told.append(say("whatif_much_input", maps=maps, r=[f"{alike[name]:.2f}" for name in much]))
    return told


def headline(study: Study, state: Mapping[str, Any], before: Any, after: Any) -> str:
    """What is answered to the sample of a state, and what before the changes."""
    answering, index = study.answering, state["sample"]
    changed = bool(state["changes"]) or state["blank"]
    at = answering.own(after)
    target = answering.targets[at]
    p, old = amount(after[at], target), answering.targets[answering.own(before)]
    values = {"i": index, "answer": target.label, "p": p, "n": len(state["changes"]) // 2}
    if state["blank"]:
        return say("whatif_drawing" if state["changes"] else "whatif_drawing_empty", **values)
    several = answering.kinds[0] == "classes"
    if changed:
        key = "whatif_turned" if old != target else "whatif_stayed" if several else "whatif_shifted"
        told = old.label if key == "whatif_turned" else amount(before[at], target)
        return say(key, **values, before=told)
    if not several:
        return say("whatif_answered", **values)
    truth = study.truth(0, index)
    if truth is None or truth == at:
        return say("whatif_read_as", **values)
    return say("whatif_read_wrong", **values, truth=answering.targets[int(truth)].label)


def face_question(face: str, study: Study) -> dict[str, Any] | None:
    """What ask mode asks before a face is first shown."""
    images = any(part.kind == IMAGE for part in study.cells.parts)
    if face == "slope" and images:
        no, yes = say("whatif_ask_empty_no"), say("whatif_ask_empty_yes")
        return question(
            "whatif empty", say("whatif_ask_empty"), [yes, no], no, say("whatif_ask_empty_why")
        )
    if face == SHARE:
        right = say("whatif_ask_sum_score", **terms(study))
        options = [say("whatif_ask_sum_one"), right, say("whatif_ask_sum_input")]
        return question(
            "whatif sum", say("whatif_ask_sum"), options, right, say("whatif_ask_sum_why")
        )
    return None


def change_question(study: Study, told: Mapping[str, Any], target: str) -> dict[str, Any]:
    """Which cell's change moves an answer most? Three others, spread over the cells, are wrong."""
    cell, count = told["cell"], len(study.cells)
    others: Sequence[int] = [(cell + count * i // 4) % count for i in (1, 2, 3)]
    options = [cell_name(study, c) for c in sorted({cell, *others})]
    right = cell_name(study, cell)
    prompt = say("whatif_ask_pixel", target=target)
    return question(f"whatif cell {cell}", prompt, list(dict.fromkeys(options)), right)
