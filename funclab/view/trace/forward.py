"""The forward computation in stills: what each node reads and makes, and the loss."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from funclab.engine.plan import calls_behind
from funclab.engine.trace import Moment, moments
from funclab.graph.value import Call
from funclab.models.model import Model
from funclab.registry.parameters import call_parameters
from funclab.training.compiled import Compiled
from funclab.training.one_batch import filled_step
from funclab.view.draw.frames import alike, percent
from funclab.view.draw.sentences import named, say, short, signed
from funclab.view.scene import words
from funclab.view.shapes.rule import rule
from funclab.view.trace.stills import Still, listed_names
from funclab.view.trace.traced import NodePath, TracedModel
from funclab.view.trace.windows import told_window, window_of

MOST = 3
"""The most pictures that a node has of what it reads, of its weights, and of what it makes."""
Lines = dict[Call, str]


def forward_stills(traced: TracedModel, steps: Iterable[Moment]) -> list[Still]:
    """A still for each node."""
    lines = {moment.call: moment.line for moment in steps if moment.call is not None}
    return [node_still(traced, path, lines) for path in traced.leaves]


def node_still(traced: TracedModel, path: NodePath, lines: Lines) -> Still:
    key = traced.key(path)
    reads = traced.reads(path)
    outputs = traced.outputs[path]
    pictures = [
        *(("reads", traced.frame(value)) for value in reads[:MOST]),
        *(("weights", traced.frame(weight)) for weight in traced.weights(path)[:MOST]),
        *(("makes", traced.frame(value)) for value in outputs[:MOST]),
    ]
    still = Still("input", "forward", key, pictures=pictures)
    if reads:
        read_by(traced, path, still)
    else:
        shape = traced.frame(outputs[0]).shape
        still.words = say("trace_input", key=named(key), shape=shape)
    still.mask = mask_fate(traced, path)
    if still.mask:
        masks = (traced.masks.get(value) for value in outputs)
        mask = next((mask for mask in masks if mask is not None), np.zeros(0))
        counted = {"key": named(key), "kept": int(mask.sum()), "n": mask.size}
        still.words += f" {say(f'trace_mask_{still.mask}', **counted)}"
    still.lines = [lines[call] for call in traced.calls.get(path, []) if call in lines]
    return still


def read_by(traced: TracedModel, path: NodePath, still: Still) -> None:
    """Complete the still of a node with inputs: what it reads and computes, and its shape rule."""
    node = traced.node(path)
    shape_rule = rule(node)
    axes = say("trace_axes", axes=shape_rule.text)
    detail = words.detail(node.operation)
    names = listed_names([traced.name(value) for value in traced.reads(path)])
    outputs = traced.outputs[path]
    still.kind = "forward"
    still.about = {"detail": detail, "rule": f"{shape_rule.words} {axes}"}
    still.flows = traced.flows(path)
    if not traced.calls.get(path):
        still.words = say("trace_pass", key=named(still.key), reads=names)
        return
    still.words = say(
        "trace_forward",
        key=named(still.key),
        detail=detail,
        reads=names,
        makes=listed_names([traced.tensor_id(path, i) for i in range(len(outputs))]),
        shape=listed_names([traced.frame(value).shape for value in outputs]),
    )
    still.filters = window_of(traced, path)
    if still.filters is not None:
        window = still.window = still.filters.part(0)
        still.words = told_window(window)
    elif shape_rule.known:
        still.words += f" {shape_rule.words}"


def mask_fate(traced: TracedModel, path: NodePath) -> str:
    """What happens to masks at a node: "made", "on", "used", "lost", or "" if there are none."""
    reads_mask = any(value.mask is not None for value in traced.reads(path))
    if any(value in traced.masks for value in traced.outputs[path]):
        return "on" if reads_mask else "made"
    if not reads_mask:
        return ""
    layer = traced.node(path).operation
    uses = layer.is_layer and "mask" in call_parameters(type(layer))
    return "used" if uses else "lost"


def loss_still(traced: TracedModel, steps: Iterable[Moment], compiled: Compiled) -> Still:
    """The loss of the outputs against their targets."""
    step = traced.step
    total = traced.plan.outputs[0]
    needed = set(calls_behind([total]))
    targets = [value for value in step.targets if value is not None]
    traced.names[total] = say("loss")
    pictures = [
        *(("reads", traced.frame(value)) for value in step.outputs[:MOST]),
        *(("targets", traced.frame(value)) for value in targets[:MOST]),
        ("makes", traced.frame(total)),
    ]
    outputs = listed_names([traced.name(value) for value in step.outputs])
    terms = loss_terms(traced, compiled)
    loss = short(float(traced.plan.array(total)))
    return Still(
        kind="loss",
        phase="forward",
        words=say("trace_loss", outputs=outputs, loss=f"{terms} = {loss}" if terms else loss),
        pictures=pictures,
        lines=[step.line for step in steps if step.call in needed and step.call.place == ()],
        marks=output_marks(traced),
    )


def output_marks(traced: TracedModel) -> list[str]:
    """The model's outputs, which the loss reads, as diagrams mark them."""
    return [mark for value in traced.step.outputs for mark in traced.marks(value)]


def loss_terms(traced: TracedModel, compiled: Compiled) -> str:
    """The total loss as a sum of the outputs' losses times their weights; empty for a single loss,
    or if the sum has penalties too."""
    model = traced.model
    if model.losses or any(weight.regularizer is not None for weight in model.weights):
        return ""
    terms: list[str] = []
    means, targets = compiled.loss_means, traced.step.targets
    for output, mean, target in zip(compiled.outputs or [], means, targets):
        if mean is not None and target is not None:
            loss = short(float(mean.result()))
            terms.append(loss if output.weight is None else f"{output.weight:g} × {loss}")
    return " + ".join(terms) if len(terms) > 1 else ""


def compared_stills(model: Model, x: Any) -> list[Still]:
    """The same batch with training off and on: what each node makes of it each time."""
    sides: list[list[Still]] = []
    for training in (False, True):
        with filled_step(model, x, None, None, None, training) as (step, _):
            sides.append(forward_stills(TracedModel(model, step), list(moments(step.plan))))
    return [off if off.kind == "input" else compared(off, on) for off, on in zip(*sides)]


def compared(off: Still, on: Still) -> Still:
    """What one node makes with training off, and with training on."""
    sides = [next(f for role, f in still.pictures if role == "makes") for still in (off, on)]
    first, second = alike([replace(frame, name=sides[1].name) for frame in sides])
    equal = np.array_equal(first.numbers, second.numbers, equal_nan=True)
    values: dict[str, str] = {"key": named(off.key)}
    for side, frame in (("off", first), ("on", second)):
        values |= {f"{side}_{name}": signed(frame.statistics[name]) for name in ("mean", "spread")}
        values[f"{side}_zeros"] = percent(frame.statistics["zeros"])
    sentence = say(f"trace_compare_{'same' if equal else 'differs'}", **values)
    pictures = [("off", first), ("on", second)]
    return Still("compare", "forward", off.key, sentence, pictures, flows=off.flows)
