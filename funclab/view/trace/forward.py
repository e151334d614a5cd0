"""The way forward in stills: what each node reads and makes, and the loss."""

from __future__ import annotations

from collections.abc import Iterable

from funclab.engine.plan import calls_behind
from funclab.engine.trace import Moment
from funclab.graph.value import Call, Constant, Value
from funclab.view.live.said import named, say, short
from funclab.view.scene import words
from funclab.view.trace.places import Place, Places
from funclab.view.trace.still import Still, listed_names

MOST_READ, MOST_WEIGHTS = 3, 3


def forward_stills(places: Places, moments: Iterable[Moment]) -> list[Still]:
    """A still for each node, and one for the loss, when there is one."""
    lines: dict[Call, str] = {one.call: one.line for one in moments if one.call is not None}
    stills = [_node_still(places, place, lines) for place in places.leaves]
    if places.step.targets:
        stills.append(_loss_still(places, lines))
    return stills


def _node_still(places: Places, place: Place, lines: dict[Call, str]) -> Still:
    reads, made = places.reads(place), places.made[place]
    pictures = [("reads", places.frame(one)) for one in reads[:MOST_READ]]
    pictures += [("weights", places.frame(one)) for one in places.weights(place)[:MOST_WEIGHTS]]
    pictures += [("makes", places.frame(one)) for one in made[:MOST_READ]]
    calls = places.calls.get(place, [])
    return Still(
        kind="forward" if reads else "input",
        phase="forward",
        key=places.key(place),
        words=f"{forward_words(places, place)} {mask_words(places, place)}".strip(),
        pictures=pictures if reads else pictures[-len(made) :],
        lines=[lines[call] for call in calls if call in lines],
        mask=mask_fate(places, place),
        aside=f"← {listed_names([places.name(one) for one in reads], 3)}" if reads else "",
        flows=places.flows(place),
        about=places.about(place) if reads else {},
    )


def forward_words(places: Places, place: Place) -> str:
    reads, made = places.reads(place), places.made[place]
    key = named(places.key(place))
    if not reads:
        return say("trace_input", key=key, shape=places.frame(made[0]).shape)
    names = listed_names([places.name(one) for one in reads])
    if not places.calls.get(place):
        return say("trace_pass", key=key, reads=names)
    makes = listed_names([f"{key[:-1]}:{i}]" for i in range(len(made))])
    shapes = listed_names([places.frame(one).shape for one in made])
    detail = words.detail(places.nodes[place][1].operation)
    told = say("trace_forward", key=key, detail=detail, reads=names, makes=makes, shape=shapes)
    return f"{told} {places.rule(place)}".strip()


def mask_words(places: Places, place: Place) -> str:
    """What becomes of masks at a node, in a sentence; nothing where there are none."""
    fate = mask_fate(places, place)
    masks = [places.masks[one].reshape(-1) for one in places.made[place] if one in places.masks]
    kept, n = (int(masks[0].sum()), masks[0].size) if masks else (0, 0)
    key = named(places.key(place))
    return say(f"trace_mask_{fate}", key=key, kept=kept, n=n) if fate else ""


def mask_fate(places: Places, place: Place) -> str:
    given = any(one.mask is not None for one in places.reads(place))
    if any(one in places.masks for one in places.made[place]):
        return "on" if given else "made"
    if not given:
        return ""
    return "used" if places.uses_masks(place) else "lost"


def _loss_still(places: Places, lines: dict[Call, str]) -> Still:
    step, total = places.step, places.plan.outputs[0]
    needed = set(calls_behind([total]))
    pictures = [("reads", places.frame(one)) for one in step.outputs[:MOST_READ]]
    targets = [one for one in step.targets if one is not None]
    pictures += [("targets", places.frame(one)) for one in targets[:MOST_READ]]
    places.names[total] = say("trace_loss_name")
    loss = places.frame(total)
    outputs = listed_names([places.name(one) for one in step.outputs])
    value = short(float(places.plan.array(total)))
    parts = loss_sum(places)
    value = f"{parts} = {value}" if parts else value
    return Still(
        kind="loss",
        phase="forward",
        key="",
        words=say("trace_loss", outputs=outputs, loss=value),
        pictures=[*pictures, ("makes", loss)],
        lines=[lines[call] for call in places.calls.get((), []) if call in needed],
        marks=output_marks(places),
    )


def output_marks(places: Places) -> list[str]:
    """The model's outputs, as diagrams mark them: where the loss looks."""
    return [mark for one in places.step.outputs for mark in places.marks(one)]


def loss_sum(places: Places) -> str:
    """The total loss as a sum of the outputs' losses times their weights; nothing for one loss, or
    when penalties are in the sum, too."""
    count = sum(one is not None for one in places.step.targets)
    penalized = any(one.regularizer is not None for one in places.model.weights)
    if count < 2 or penalized or places.model.losses:
        return ""
    value, parts = places.plan.outputs[0], list[Value]()
    while len(parts) < count - 1:
        if value.origin is None or value.origin.op.name != "add":
            return ""
        value, part = value.origin.inputs
        parts.append(part)
    return " + ".join(_weighted(places, one) for one in [value, *reversed(parts)])


def _weighted(places: Places, part: Value) -> str:
    """One output's loss, with its weight before it."""
    call = part.origin
    if call is not None and call.op.name == "multiply":
        weights = [one for one in call.inputs if isinstance(one, Constant)]
        losses = [one for one in call.inputs if not isinstance(one, Constant)]
        if len(weights) == len(losses) == 1:
            loss = short(float(places.plan.array(losses[0])))
            return f"{float(weights[0].array):g} × {loss}"
    return short(float(places.plan.array(part)))
