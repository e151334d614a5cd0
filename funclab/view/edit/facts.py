"""What the page is told of a state: its calls, its error and repairs, its code, its weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from funclab.errors import FunclabError
from funclab.graph.shape_math import show
from funclab.view.code.layers import Layers
from funclab.view.code.source import code_lines
from funclab.view.code.text import flat, identifier
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean, shorten
from funclab.view.edit.building import Build
from funclab.view.edit.repairs import Repair, repairs
from funclab.view.edit.steps import State, Steps, parts_of
from funclab.view.scene import words

MOST_NAMES = 6
Line = tuple[str, str]
"""A line of code, and the key of the call that it makes, or the name of the layer."""


def lines_of(state: State) -> list[Line]:
    """The code of a draft, line for line.

    Raises: NotSupportedError for what has no source.
    """
    sketch = state.build.sketch
    if sketch is None:
        return _inputs_only(state.build)
    lines = [
        (line, clean(getattr(about, "key", "") or getattr(about, "name", "")))
        for line, about in code_lines(sketch, "model", False)
    ]
    # Without an output there is no model, and so no last line.
    return lines if state.draft.output_refs else lines[:-1]


def _inputs_only(build: Build) -> list[Line]:
    """The lines of a draft without any call that reads."""
    writer = Layers(set(), set(), False)
    lines = []
    for node in build.nodes.values():
        variable = identifier(node.operation.name, writer.taken)
        lines.append((f"{variable} = {flat(writer.source(node.operation))}", clean(node.key)))
    first = [(line, "") for line in writer.imports.lines("")] if lines else []
    return [*first, *([("", "")] if lines else []), *lines]


def code_of(state: State) -> tuple[list[Line], str]:
    """The code, or no line and why there is none; written once."""
    if state.code is None:
        try:
            state.code = lines_of(state), ""
        except FunclabError as error:
            state.code = [], error.what
    return state.code


def facts_of(steps: Steps) -> dict[str, Any]:
    """All that the page is told of the present state."""
    state = steps.state
    lines, reason = code_of(state)
    before: set[str] = set()
    if steps.position:
        before = {line for line, _ in code_of(steps.at(steps.position - 1))[0]}
    changed = [bool(before) and line not in before for line, _ in lines]
    return {
        "calls": calls_of(state.build, state.new),
        "error": error_of(state.build),
        "repairs": [_offered(repair) for repair in repairs(steps)],
        "changed": changed_of(steps),
        "code": [[line, key, new] for (line, key), new in zip(lines, changed)],
        "uncoded": reason and say("edit_code_none", what=reason),
        "typed": state.text,
        "weights": weights_of(steps),
        "outputs": [state.draft.keys[ref.call] for ref in state.draft.output_refs],
        "whole": state.is_whole,
    }


def changed_of(steps: Steps) -> str:
    """The first call that is new or makes another shape than before the step, and what it makes."""
    if not steps.position:
        return ""
    build, before = steps.state.build, steps.at(steps.position - 1).build
    for key in build.draft.calls:
        shape = build.shape(key)
        if shape is not None and not (key in before.draft.calls and before.shape(key) == shape):
            return say("edit_changed", key=clean(build.draft.keys[key]), shape=show(shape))
    return ""


def calls_of(build: Build, new: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The calls in the order in which they run; `new` are the weights that are new."""
    draft, keys, read = build.draft, build.draft.keys, {}
    count = Counter(call.layer for call in draft.calls.values())
    for call in draft.calls.values():
        for source in dict.fromkeys(call.sources):
            read.setdefault(source, []).append(keys[call.id])
    told = []
    fresh = {name.rpartition(" ")[0] for name in new}
    for key, call in draft.calls.items():
        layer, shape = draft.layers[call.layer], build.shape(key)
        status = (
            "failed" if key in build.errors
            else "unknown" if key in build.unknown
            else "forgotten" if key in build.forgotten
            else "fine"
        )  # fmt: skip
        told.append({
            "key": clean(keys[key]), "layer": clean(layer.name), "status": status,
            "what": clean(words.call_words(build.nodes[key])) if layer.op is None else "",
            "shape": "?" if shape is None else show(shape), "calls": count[layer.id],
            "reads": [clean(keys[source]) for source in dict.fromkeys(call.sources)],
            "read": [clean(name) for name in read.get(key, [])],
            "input": layer.is_input, "merge": layer.merges, "op": layer.op is not None,
            "kind": layer.kind.__name__, "fresh": layer.name in fresh,
        })  # fmt: skip
    return told


def error_of(build: Build) -> dict[str, str] | None:
    """The first error, in the words that Python raises it with."""
    error: Any = build.error
    if error is None:
        return None
    failed = next(iter(build.errors), None)
    key = "" if failed is None else clean(build.draft.keys[failed])
    name = key and clean(build.draft.layer_of(failed).name)  # type: ignore[arg-type]
    return {
        "key": key,
        "title": say("edit_failed", name=name) if key else clean(getattr(error, "what", "")),
        "what": clean(getattr(error, "what", str(error))),
        "why": clean(getattr(error, "why", "")),
        "fix": clean(getattr(error, "fix", "")),
    }


def weights_of(steps: Steps) -> str:
    """Which model `edit.model` is, and which of its weights are new."""
    state = steps.state
    if state.model is None:
        error: Any = state.build.error
        return say("edit_model_none", why=getattr(error, "why", ""))
    if not state.is_whole:
        return say("edit_model_last", n=state.whole)
    if state.model is steps.given:
        return say("edit_model_given")
    n = state.model.count_params()
    sentences = [say("edit_weights", n=n) if n else say("edit_weightless")]
    if state.kept or state.new:
        sentences.append(_kept(state.kept, state.new))
    if getattr(state.model, "compiled", False):
        sentences.append(say("edit_compiled"))
    return " ".join(sentences)


def _kept(kept: list[str], new: list[str]) -> str:
    """Which weights of the present model are those of the one before."""
    if not (kept and new):
        return say("edit_kept_all" if kept else "edit_kept_none")
    names = [clean(name) for name in new[:MOST_NAMES]]
    names += ["…"] if len(new) > MOST_NAMES else []
    return say("edit_kept", kept=len(kept), all=len(kept) + len(new), names=names)


def step_text(step: list[Any], kind: str = "step") -> str:
    """A step in words."""
    name, args, settings = parts_of(step)
    plain = [clean(shorten(_bare(arg), 40)) for arg in args]
    told = {k: v for k, v in settings.items() if k not in ("before", "how")}
    values = {str(i): text for i, text in enumerate(plain)}
    named = ", ".join(f"{key} {_value(value)}" for key, value in told.items())
    how = settings.get("how", plain[2] if len(plain) > 2 else "Add")
    key = f"edit_{kind}_{name}"
    return say(key, **values, settings=clean(named), how=clean(str(how)), all=plain)


def _bare(arg: Any) -> str:
    """A call without its number, if that is the first; a shape."""
    if isinstance(arg, (list, tuple)):
        return show(tuple(arg))
    return str(arg).removesuffix("[0]")


def _value(value: Any) -> str:
    if not isinstance(value, list):
        return str(value)
    nested = any(isinstance(part, list) for part in value)
    return f"({', '.join(map(_value, value))})" if nested else "×".join(map(_value, value))


def _offered(repair: Repair) -> dict[str, Any]:
    if repair.next:
        text = step_text(repair.step, "repair")
        return {"step": repair.step, "text": text, "cost": say("edit_cost_next", key=repair.next)}
    more = f"{'+' if repair.more >= 0 else '−'}{abs(repair.more):,}"
    kept, every = repair.kept, repair.weights
    key = "edit_cost" if kept < every else "edit_cost_all" if every else "edit_cost_new"
    # What keeps nothing is another model than the last whole one: there is nothing to compare.
    key = "edit_cost_first" if repair.first or (every and not kept) else key
    key = key if repair.numbers else "edit_cost_none"
    cost = say(key, kept=kept, all=every, more=more, n=repair.numbers)
    return {"step": repair.step, "text": step_text(repair.step, "repair"), "cost": cost}
