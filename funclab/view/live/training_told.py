"""What the curves of a training say, in sentences: for the picture that stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funclab.view import words
from funclab.view.axis import brief
from funclab.view.history import VALIDATION
from funclab.view.live.frames import say
from funclab.view.live.training_record import Numbers

RISEN = 1.02
"""So many times its lowest value is a validation loss that has risen."""


def told(runs: Sequence[Numbers], charts: Sequence[Numbers], compared: bool) -> str:
    """How the runs went, and how to read the picture."""
    if not runs or not charts:
        return ""
    key = next((one["key"] for one in charts if not one["upward"]), charts[0]["key"])
    if compared:
        return told_of_several(runs, key)
    run = runs[-1]
    found = [first(run, key), overfitting(run, key)]
    checked, now = known(run, VALIDATION + key), run["now"].get(key)
    found.append(say("live_caption_middle" if checked or now else "live_caption_mean"))
    found += [say("live_caption_dots")] * bool(run["dots"]) + [say("live_caption_now")] * bool(now)
    if len(runs) > 1:
        found.append(say(f"live_caption_earlier{'_validation' * bool(checked)}"))
    return " ".join(filter(None, found))


def first(run: Numbers, key: str) -> str:
    """Where the loss is at the end, and whether it falls."""
    values, epochs = run["values"].get(key, []), run["epochs"]
    lost = [epoch for epoch, value in zip(epochs, values) if value is None]
    if not values:
        return ""
    if values[-1] is None:
        return say("live_caption_lost", key=key, epoch=lost[0])
    verb = "" if len(values) < 2 else say("live_falling" if falls(values) else "live_rising")
    checked = known(run, VALIDATION + key)
    given = {"epoch": epochs[-1], "key": key, "value": brief(values[-1]), "verb": verb}
    if not checked:
        return say("live_caption", **given)
    last, value = checked[-1]
    own = say("live_caption_checked_at", epoch=last) if last != epochs[-1] else ""
    return say("live_caption_both", **given, checked=f"{brief(value)}{own}")


def overfitting(run: Numbers, key: str) -> str:
    """From where on validation rises while training falls."""
    training, checked = dict(known(run, key)), known(run, VALIDATION + key)
    if len(checked) < 3 or not training:
        return ""
    epoch, lowest = min(checked, key=lambda one: one[1])
    end = run["epochs"][-1]
    fell = training.get(end, 0) < training.get(epoch, 0)
    risen = checked[-1][1] > lowest * RISEN and fell
    return say("live_caption_overfit", epoch=epoch, value=brief(lowest)) if risen else ""


def told_of_several(runs: Sequence[Numbers], key: str) -> str:
    """Which run ends lowest; of validation, where all have it."""
    checked = all(known(run, VALIDATION + key) for run in runs)
    name = VALIDATION * checked + key
    ends = [(values[-1][1], run["label"]) for run in runs if (values := known(run, name))]
    dashed = any(known(run, VALIDATION + key) for run in runs)
    found = [say("live_caption_middle" if dashed else "live_caption_mean")]
    found = [say("live_caption_dashed")] * dashed + found
    if len(ends) > 1:
        (least, low), (most, high) = min(ends), max(ends)
        key = say("live_of_validation_key", key=key) if checked else key
        given = {"label": words.clean(low), "other": words.clean(high), "key": key}
        found = [say("live_caption_runs", value=brief(least), most=brief(most), **given), *found]
    return " ".join(found)


def known(run: Numbers, name: str) -> list[tuple[int, Any]]:
    """The epochs with a number under a name, and the numbers."""
    pairs = zip(run["epochs"], run["values"].get(name, ()))
    return [(epoch, value) for epoch, value in pairs if value is not None]


def falls(values: Sequence[Any]) -> bool:
    """Whether the last few numbers are smaller than the few before."""
    few = min(5, len(values) // 2)
    return sum(one or 0 for one in values[-few:]) < sum(one or 0 for one in values[-2 * few : -few])
