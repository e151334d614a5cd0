"""Which samples a view shows in its strip."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.errors import ArgumentError
from funclab.view.learned.answers import NUMBERS, Answers

SHOWN = 12


def chosen_samples(answers: Answers, samples: Any = None) -> list[int]:
    """The indices of the samples in the strip, at most 12 unless `samples` lists them: six right
    ones and the six surest mistakes, if the truth is known, else the first ones.

    Raises: ArgumentError for an index that there is no sample of.
    """
    count = len(answers.values)
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
    if answers.truth is None:
        return list(range(min(SHOWN, count)))
    if answers.kind == NUMBERS:
        worst = np.argsort(-answers.losses, kind="stable")[: SHOWN // 2].tolist()
        others = [i for i in range(count) if i not in worst]
        return [*others[: SHOWN - len(worst)], *worst]
    wrong = np.flatnonzero(answers.wrong)
    surest = wrong[np.argsort(-answers.sureness[wrong], kind="stable")][: SHOWN // 2].tolist()
    right = np.flatnonzero(~answers.wrong)[: SHOWN - len(surest)].tolist()
    return [*right, *surest]
