"""A plan as text: its steps as readable pseudo-Python with shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from funclab.errors import plain
from funclab.graph.shape_math import show
from funclab.graph.value import Call, Constant, Value, Variable
from funclab.ops.lookup import written

if TYPE_CHECKING:
    from funclab.engine.plan import Plan
    from funclab.graph.op import Op


@dataclass
class Note:
    """What a step does, for readers: "forward", "vjp", "add_into", or "extra" with a text.

    `added` are the inputs whose gradient a separate step adds to an earlier one.
    """

    kind: str
    call: Call | None = None
    value: Value | None = None
    added: Sequence[int] = field(default_factory=list)
    text: str = ""


class Names:
    """A short name for every value of a plan: the weight's path, or the op with a number.

    `known` holds names chosen in advance for some of them.
    """

    def __init__(self, known: Mapping[Value, str] | None = None) -> None:
        self._names: dict[Value, str] = dict(known or {})
        self._count: Counter[str] = Counter()

    def __getitem__(self, value: Value) -> str:
        if value not in self._names:
            self._names[value] = self._make(value)
        return self._names[value]

    def _make(self, value: Value) -> str:
        if isinstance(value, Constant) and value.ndim == 0:
            return str(value.array)
        stem = "constant" if isinstance(value, Constant) else value.name or "input"
        if isinstance(value, Variable):
            stem = value.path
        if value.origin is not None:
            stem = value.origin.op.name
        self._count[stem] += 1
        return stem if self._count[stem] == 1 else f"{stem}_{self._count[stem]}"


def describe(plan: Plan) -> str:
    """The plan's steps, one per line: forward, backward, then the rest."""
    names = Names()
    lines, section = [], ""
    for _, _, note in [*plan.steps, *plan.last_steps]:
        heading = {"forward": "# forward", "extra": "# update"}.get(note.kind, "# backward")
        if heading != section:
            section = heading
            begin = f", from g_{names[plan.outputs[0]]} = 1" if heading == "# backward" else ""
            lines.append(heading + begin)
        lines.append(plain(line_of(note, names, plan)))
    return "\n".join(lines)


def line_of(note: Note, names: Names, plan: Plan) -> str:
    """One step as pseudo-Python."""
    call = note.call
    if call is None:
        return note.text
    inputs, outputs = ([names[value] for value in ends] for ends in (call.inputs, call.outputs))
    where = f"    # {'/'.join(call.scope)}" if call.scope else ""
    if note.kind == "forward":
        shapes = " ".join(show(value.shape) for value in call.outputs)
        arguments = ", ".join([*inputs, *_settings(call.op)])
        return f"{', '.join(outputs)}: {shapes} = {call.op.name}({arguments}){where}"
    if note.kind == "add_into":
        index = note.added[0]
        return f"g_{inputs[index]} += more_{index}"
    pairs = zip(inputs, call.inputs, strict=True)
    wanted = [f"g_{name}" if value in plan.needs_gradient else "_" for name, value in pairs]
    for index in note.added:
        wanted[index] = f"more_{index}"
    gradients = ", ".join(f"g_{name}" for name in outputs)
    return f"{', '.join(wanted)} = {call.op.name}.vjp({gradients}){where}"


def _settings(op: Op) -> list[str]:
    """The settings that differ from their defaults; a table is written by its name."""
    values = ((field, getattr(op, field.name)) for field in fields(op))
    return [f"{field.name}={written(value)}" for field, value in values if value != field.default]
