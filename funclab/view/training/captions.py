"""What the curves of a training say, in sentences: for the picture that stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funclab.view.draw.axis import brief
from funclab.view.draw.text import clean
from funclab.view.live.said import say
from funclab.view.training.history import VALIDATION
from funclab.view.training.record import Numbers

RISEN = 1.02
"""So many times its lowest value is a validation loss that has risen."""
REGAINED = 0.05
"""And it has regained this part of its fall: less is noise, after a fall from 60 to 0.00001."""


def told(runs: Sequence[Numbers], charts: Sequence[Numbers], compared: bool) -> str:
    """How the runs went, and how to read the picture."""
    if not runs or not charts:
        return ""
    key = next((one["key"] for one in charts if not one["upward"]), charts[0]["key"])
    if compared:
        return told_of_several(runs, key)
    run = runs[-1]
    checked = bool(known(run, VALIDATION + key))
    now = bool(run["now"].get(key))
    earlier = f"live_caption_earlier{'_validation' * checked}"
    found = [
        first(run, key),
        overfitting(run, key),
        say("live_caption_middle" if checked or now else "live_caption_mean"),
        say("live_caption_dots") if run["dots"] else "",
        say("live_caption_now") if now else "",
        say(earlier) if len(runs) > 1 else "",
    ]
    return " ".join(filter(None, found))


def first(run: Numbers, key: str) -> str:
    """Where the loss is at the end, and whether it falls."""
    values = run["values"].get(key, [])
    if not values:
        return ""
    if values[-1] is None:
        lost = run["epochs"][values.index(None)]
        return say("live_caption_lost", key=key, epoch=lost)
    end = run["epochs"][-1]
    verb = say("live_falling" if falls(values) else "live_rising")
    given = {
        "epoch": end,
        "key": key,
        "value": brief(values[-1]),
        "verb": verb * (len(values) > 1),
    }
    checked = known(run, VALIDATION + key)
    if not checked:
        return say("live_caption", **given)
    last, value = checked[-1]
    own = say("live_caption_checked_at", epoch=last)
    shown = brief(value) + own * (last != end)
    return say("live_caption_both", **given, checked=shown)


def overfitting(run: Numbers, key: str) -> str:
    """From where on validation rises while training falls."""
    training, checked = dict(known(run, key)), known(run, VALIDATION + key)
    if len(checked) < 3 or not training:
        return ""
    epoch, lowest = min(checked, key=lambda one: one[1])
    end = run["epochs"][-1]
    fell = training.get(end, 0) < training.get(epoch, 0)
    begin, last = checked[0][1], checked[-1][1]
    risen = last > lowest * RISEN and last - lowest > REGAINED * (begin - lowest)
    return say("live_caption_overfit", epoch=epoch, value=brief(lowest)) if risen and fell else ""


def told_of_several(runs: Sequence[Numbers], key: str) -> str:
    """Which run ends lowest; of validation, where all have it."""
    name = VALIDATION + key
    checked = [bool(known(run, name)) for run in runs]
    reading = "live_caption_middle" if any(checked) else "live_caption_mean"
    return " ".join(
        [
            lowest(runs, key, all(checked)),
            say("live_caption_dashed") if any(checked) else "",
            say(reading),
        ]
    ).strip()


def lowest(runs: Sequence[Numbers], key: str, checked: bool) -> str:
    """The run with the lowest end, and the one with the highest."""
    name = VALIDATION * checked + key
    ends = [(values[-1][1], run["label"]) for run in runs if (values := known(run, name))]
    if len(ends) < 2:
        return ""
    least, most = min(ends), max(ends)
    return say(
        "live_caption_runs",
        key=say("live_of_validation_key", key=key) if checked else key,
        label=clean(least[1]),
        value=brief(least[0]),
        other=clean(most[1]),
        most=brief(most[0]),
    )


def known(run: Numbers, name: str) -> list[tuple[int, Any]]:
    """The epochs with a number under a name, and the numbers."""
    pairs = zip(run["epochs"], run["values"].get(name, ()))
    return [(epoch, value) for epoch, value in pairs if value is not None]


def falls(values: Sequence[Any]) -> bool:
    """Whether the last few numbers are smaller than the few before."""
    few = min(5, len(values) // 2)
    known = [one or 0 for one in values]
    return sum(known[-few:]) < sum(known[-2 * few : -few])
