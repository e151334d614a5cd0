"""An error that a lesson shows on purpose, without stopping it."""

from __future__ import annotations

from copy import copy
from typing import Any, ClassVar

from funclab.errors import FunclabError
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.faults.diagram import Fault
from funclab.view.faults.faults import picture_of_fault
from funclab.view.lesson.card import Card, bare_inner
from funclab.view.live.view import View


class FailedView(View):
    """An error as a notebook shows it: what, the line, why, fix, and the piece of graph."""

    room = "lesson"
    blank_state: ClassVar[dict[str, Any]] = {}

    def __init__(self, error: BaseException, line: str = "", **settings: Any) -> None:
        self.error = error
        self.fault = fault_of(error, theme.chosen(settings.get("look")))
        facts = {"kind": "failed", "name": type(error).__name__, "line": line.strip()}
        facts |= {"what": str(error), "why": "", "fix": ""}
        if isinstance(error, FunclabError):
            facts |= {"what": error.what, "why": error.why, "fix": error.fix}
        fault = self.fault
        if isinstance(fault, Fault) and fault.look == "projector":
            # What to do is beside it, in larger words.
            pictures = {"fault": _drawn(fault, alone=True, stacked=True)}
            facts["after"] = fault.after
        else:
            pictures = {"fault": bare_inner(fault)} if fault is not None else {}
            if isinstance(fault, Fault):
                pictures["narrow"] = _drawn(fault, stacked=True)
        super().__init__(
            title=f"{type(error).__name__}: {facts['what']}",
            call="",
            facts=facts,
            pictures=pictures,
            **settings,
        )

    def picture(self) -> Picture:
        facts: Any = self.facts
        told = ("why",) if self.fault else ("why", "fix")
        texts = [facts["what"], *(f"{say(name)} {facts[name]}" for name in told if facts["why"])]
        look = theme.still(self.look)
        return Card(facts["name"], texts, self.fault, "fault", look)

    def __repr__(self) -> str:
        facts: Any = self.facts
        lines = [f"{facts['name']}: {facts['what']}"]
        lines += [f"  {say(name)} {facts[name]}" for name in ("why", "fix") if facts[name]]
        return "\n".join(lines)


def fault_of(error: BaseException | None, look: str = "auto") -> Any:
    """The part of the graph that an error is about; a picture that fails must not hide its text."""
    if not isinstance(error, FunclabError):
        return None
    try:
        return picture_of_fault(error, look)
    except Exception:
        return None


def _drawn(fault: Fault, **form: bool) -> str:
    """The piece of graph, drawn in another form."""
    other = copy(fault)
    vars(other).update(form)
    return bare_inner(other)
