"""A plan as text: its steps as readable pseudo-Python with shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from funclab.graph.value import Call, Constant, Value, Variable
from funclab.shapes import show

if TYPE_CHECKING:
    from funclab.engine.plan import Plan


@dataclass
class Note:
    """What a step does, for readers: forward, vjp, add_into, seed, or extra text."""

    kind: str
    call: Call | None = None
    value: Value | None = None
    added: Sequence[Value] = field(default_factory=list)
    text: str = ""


class Names:
    """A short name for every value of a plan: the weight's path, or the op with a number."""

    def __init__(self) -> None:
        self._names: dict[Value, str] = {}
        self._count: Counter[str] = Counter()

    def __getitem__(self, value: Value) -> str:
        if value not in self._names:
            self._names[value] = self._make(value)
        return self._names[value]

    def _make(self, value: Value) -> str:
        if isinstance(value, Variable):
            return value.path
        if isinstance(value, Constant):
            return str(value.array) if value.ndim == 0 else self._numbered("constant")
        if value.origin is None:
            return value.name or self._numbered("input")
        return self._numbered(value.origin.op.name)

    def _numbered(self, stem: str) -> str:
        self._count[stem] += 1
        return stem if self._count[stem] == 1 else f"{stem}_{self._count[stem]}"


def describe(plan: Plan) -> str:
    """The plan's steps, one a line: forward, backward, then the rest."""
    names = Names()
    lines, section = [], ""
    for note in plan.notes:
        heading = {"forward": "# forward", "extra": "# update"}.get(note.kind, "# backward")
        if heading != section:
            lines.append(heading)
            section = heading
        lines.append(_line(note, names, plan))
    return "\n".join(lines)


def _line(note: Note, names: Names, plan: Plan) -> str:
    if note.call is None:
        g = f"g_{names[note.value]}" if note.value is not None else ""
        return {"add_into": f"{g} += one more gradient", "seed": f"{g} = 1"}.get(
            note.kind, note.text
        )
    call = note.call
    inputs = [names[value] for value in call.inputs]
    outputs = [names[value] for value in call.outputs]
    settings = str(call.op).partition("(")[2].rstrip(")")
    where = f"    # {'/'.join(call.scope)}" if call.scope else ""
    if note.kind == "forward":
        shapes = " ".join(show(value.shape) for value in call.outputs)
        arguments = ", ".join([*inputs, settings] if settings else inputs)
        return f"{', '.join(outputs)}: {shapes} = {call.op.name}({arguments}){where}"
    wanted = [
        f"g_{name}" if value in plan._needs else "_"
        for name, value in zip(inputs, call.inputs, strict=True)
    ]
    gradients = ", ".join(f"g_{name}" for name in outputs)
    return f"{', '.join(wanted)} = {call.op.name}.vjp({gradients}){where}"
