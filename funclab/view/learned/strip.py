"""Which samples a view shows in its strip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from funclab.errors import ArgumentError
from funclab.view.draw.sentences import say
from funclab.view.learned.answers import NUMBERS, Answers

SHOWN = 12


def chosen_samples(answers: Answers | None, samples: Any, count: int | None = None) -> list[int]:
    """The indices of the samples in the strip, at most 12 unless `samples` lists them: six right
    ones and the six mistakes of largest loss, if the truth is known, else the first ones.
    Without answers, `count` is how many samples there are.

    Raises: ArgumentError for an index that there is no sample of.
    """
    count = len(answers.values) if answers is not None else count or 0
    if samples is not None:
        chosen = [int(i) for i in np.atleast_1d(samples)]
        for i in chosen:
            if not 0 <= i < count:
                raise ArgumentError(
                    f"There is no sample {i}.",
                    why=f"x has {count} samples, counted from 0.",
                    fix=f"write samples=[{count - 1}], for example.",
                )
        return chosen
    if answers is None or answers.truth is None:
        return list(range(min(SHOWN, count)))
    if answers.kind == NUMBERS:
        worst = np.argsort(-answers.losses, kind="stable")[: SHOWN // 2].tolist()
        others = [i for i in range(count) if i not in worst]
        return [*others[: SHOWN - len(worst)], *worst]
    surest = answers.surest_first[: min(SHOWN // 2, answers.wrong.sum())].tolist()
    right = np.flatnonzero(~answers.wrong)[: SHOWN - len(surest)].tolist()
    return [*right, *surest]


def stored_samples(
    indices: list[int],
    answers: Answers | None,
    drawn: Callable[[int], str],
    named: Callable[[int], str] = lambda index: "",
) -> list[dict[str, Any]]:
    """Samples as the strip of a page shows them: each with its index, a small picture (`drawn`, as
    SVG), a label, whether its answer is wrong, and the same in words. `named` gives the label of a
    sample that is itself a few words; others have their class."""
    return [
        {
            "sample": i,
            "picture": drawn(i),
            "label": _label(i, answers, named(i)) or f"#{i}",
            "wrong": answers is not None and bool(answers.wrong[i]),
            "words": ", ".join(filter(None, [named(i), _words(i, answers)])),
        }
        for i in indices
    ]


def _label(index: int, answers: Answers | None, name: str) -> str:
    """The sample's name, or else the truth, or else the answer; of a wrong answer "9→5 ✕"."""
    if answers is None or answers.kind == NUMBERS:
        return name
    if name:
        return f"{name} ✕" if answers.wrong[index] else name
    answer = answers.said(answers.given[index])
    if answers.truth is None:
        return answer
    truth = answers.truly(index)
    return f"{truth}→{answer} ✕" if answers.wrong[index] else truth


def _words(index: int, answers: Answers | None) -> str:
    if answers is None:
        return ""
    answer = answers.said(answers.given[index])
    if answers.truth is None:
        return say("strip_answered", answer=answer)
    key = "strip_wrong" if answers.wrong[index] else "strip_right"
    return say(key, truth=answers.truly(index), answer=answer)
