"""The curves of training runs described in sentences, and the questions about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funclab.training.diagnosis.conditions import Evidence, findings
from funclab.training.diagnosis.curves import wiggle
from funclab.view.draw.chart import brief, mean
from funclab.view.draw.sentences import question, say
from funclab.view.draw.text import clean
from funclab.view.training.curves import VALIDATION, by_title, known, one_curve_each
from funclab.view.training.record import Numbers

RISEN = 1.02
"""To the question whether validation has risen, yes is right above this many times its lowest."""
TOLD = ("step too large", "lagging statistics", "overfitting")
"""The conditions that curves alone can show."""


def describe(runs: Sequence[Numbers], charts: Sequence[Numbers], compared: bool) -> tuple[str, str]:
    """How the runs went, and how to read the picture; "" before the first epoch is over."""
    key = key_told(charts)
    shown = runs if compared else runs[-1:]
    if not key or not any(run["values"].get(key) for run in shown):
        return "", ""
    checked = [bool(known(run, VALIDATION + key)) for run in shown]
    if compared:
        grouped = any(run["group"] for run in runs)
        own = next(run for run in reversed(shown) if run["values"].get(key))
        story = [lowest(runs, key, all(checked)) or first(own, key)]
        reading = [
            say("live_caption_band") if grouped else "",
            say("live_caption_dashed") if any(checked) else "",
            say("live_caption_end")
            if one_curve_each(runs) and all(checked)
            else middle(any(checked)),
        ]
    else:
        run = runs[-1]
        now = bool(run["now"].get(key))
        story = [first(run, key), suspicion(run, key)]
        reading = [
            middle(checked[0] or now),
            say("live_caption_dots") if run["dots"] else "",
            say("live_caption_now") if now else "",
            say(f"live_caption_earlier{'_validation' * checked[0]}") if len(runs) > 1 else "",
        ]
    return " ".join(filter(None, story)), " ".join(filter(None, reading))


def middle(checked: bool) -> str:
    return say("caption_middle" if checked else "live_caption_mean")


def key_told(charts: Sequence[Numbers]) -> str:
    """The chart that captions and questions are about: the first loss, or else the first chart."""
    losses_first = sorted(charts, key=lambda chart: chart["upward"])
    return losses_first[0]["key"] if losses_first else ""


def first(run: Numbers, key: str) -> str:
    """The loss at the end, and whether it falls, as a sentence."""
    values, epochs = run["values"][key], run["epochs"]
    if values[-1] is None:
        return say("live_caption_lost", key=key, epoch=epochs[values.index(None)])
    verb = direction(values)
    facts = {"epoch": epochs[-1], "key": key, "value": brief(values[-1]), "verb": verb}
    checked = known(run, VALIDATION + key)
    if not checked:
        return say("live_caption", **facts)
    last, value = checked[-1]
    own = say("live_caption_checked_at", epoch=last) * (last != epochs[-1])
    return say("live_caption_both", **facts, checked=brief(value) + own)


def suspicion(run: Numbers, key: str) -> str:
    """What may be wrong with a run, as far as its curves can tell."""
    again = known({**run, "values": run["now"]}, key)
    evidence = Evidence(
        training=known(run, key),
        validation=known(run, VALIDATION + key),
        now=again,
        validated_on=run.get("validated_on", 0),
        batch_statistics=run.get("batch_statistics", False),
    )
    return " ".join(finding.sentence for finding in findings(evidence, TOLD))


def ends_of(runs: Sequence[Numbers], name: str) -> list[tuple[float, str]]:
    """The last value of each run, or the mean of each group's, with its title; lowest first."""
    ends = {
        title: [values[-1][1] for run in members if (values := known(run, name))]
        for title, members in by_title(runs).items()
    }
    return sorted((mean(values), title) for title, values in ends.items() if values)


def lowest(runs: Sequence[Numbers], key: str, checked: bool) -> str:
    """The run that ends lowest and the one that ends highest, of those that end in a number."""
    whole = [run for run in runs if (run["values"].get(key) or [None])[-1] is not None]
    ends = ends_of(whole, VALIDATION * checked + key)
    if len(ends) < 2:
        return ""
    (least, label), (most, other) = ends[0], ends[-1]
    facts = {"label": clean(label), "value": brief(least), "other": clean(other)}
    key = say("live_of_validation_key", key=key) if checked else key
    return say("live_caption_runs", **facts, key=key, most=brief(most))


def direction(values: Sequence[Any]) -> str:
    """Whether the mean of the last few numbers is below or above that of the few before them, by
    more than the numbers go up and down anyway."""
    few = min(5, len(values) // 2)
    numbers = [value or 0 for value in values]
    if not few:
        return ""
    change = (sum(numbers[-few:]) - sum(numbers[-2 * few : -few])) / few
    if not change or abs(change) < wiggle(numbers) / few**0.5:
        return ""
    return say("live_falling" if change < 0 else "live_rising")


def questions(
    runs: Sequence[Numbers], charts: Sequence[Numbers], compared: bool, status: Numbers
) -> list[Numbers]:
    """What is asked before the curves are shown; the answer is None until it is known."""
    key = key_told(charts)
    if not runs or not key:
        return []
    title = next(chart["title"] for chart in charts if chart["key"] == key)
    if compared:
        checked = all(known(run, VALIDATION + key) for run in runs)
        ends = ends_of(runs, VALIDATION * checked + key)
        if len(ends) < 2:
            return []
        prompt = say("live_ask_runs", key=title)
        return [question("lowest run", prompt, list(by_title(runs)), ends[0][1])]
    run, yes, no = runs[-1], say("yes"), say("no")
    ended = status["phase"] not in ("waiting", "running", "validating", "paused")
    values = [value for _, value in known(run, key)]
    checked = [value for _, value in known(run, VALIDATION + key)]
    if not status.get("validated") and not checked:
        halved = (yes if values[-1] < values[0] / 2 else no) if ended and values else None
        prompt = say("live_ask_half", key=title)
        return [question(f"halved {run['label']}", prompt, [yes, no], halved)]
    both = [say("training"), say("live_validation")]
    known_now = ended and values and checked
    lower = both[values[-1] >= checked[-1]] if known_now else None
    rises = (yes if checked[-1] > min(checked) * RISEN else no) if known_now else None
    asked, explain = say("live_ask_lower", key=title), say("caption_middle")
    return [
        question(f"lower {run['label']}", asked, both, lower, explain),
        question(f"rises {run['label']}", say("live_ask_rises", key=title), [yes, no], rises),
    ]
