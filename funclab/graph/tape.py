"""The tape: what a replay collects besides its outputs, such as losses and state updates."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakSet

if TYPE_CHECKING:
    from funclab.graph.value import Call, Value, Variable


class Tape:
    """The context in which op calls are recorded: `with Tape(training=True) as tape:`.

    `training` tells layers such as Dropout how to behave, and None leaves it to them (see
    `usual_training` of layers); `losses` collects what layers add to the model's loss, `updates`
    the calls that change state and must run although no output needs them; `scope` names the layers
    around the present call, `place` the nodes being replayed, and `made` holds, for each place, the
    values of that node's outputs.
    """

    def __init__(self, training: bool | None = None) -> None:
        self.training = training
        self.losses: list[Value] = []
        self.updates: list[Call] = []
        self.scope: tuple[str, ...] = ()
        self.building = False
        """Whether a layer is making its weights, which happens once and is not recorded."""
        self.guesses: tuple[int, ...] = ()
        """Lengths that are tried because the true ones are not known yet."""
        self.place: tuple[str, ...] = ()
        self.made: dict[tuple[str, ...], list[Value]] = {}
        self._tokens: list[Token[Tape | None]] = []

    def __enter__(self) -> Self:
        self._tokens.append(_current.set(self))
        return self

    def __exit__(self, *error: Any) -> None:
        _current.reset(self._tokens.pop())


class EagerTape(Tape):
    """A tape whose calls are computed at once, and kept so that gradients can be asked for.

    `calls` are all of them, in order; `asked` says whether somebody wanted to see numbers.
    """

    def __init__(self, training: bool | None = None) -> None:
        super().__init__(training)
        self.calls: list[Call] = []
        self.asked = False
        self.instead: dict[Variable, Value] = {}
        """Values that stand in for variables, in calls without state."""


_current: ContextVar[Tape | None] = ContextVar("tape", default=None)


def current_tape() -> Tape:
    """The current tape; if there is none, a temporary one."""
    return _current.get() or Tape()


def is_recording() -> bool:
    """Whether op calls are being recorded: in the call of a layer, a model or a loss."""
    return _current.get() is not None


def is_in_call() -> bool:
    """Whether a layer's `call`, or what a GradientTape sees, is being recorded."""
    tape = _current.get()
    if tape is None or tape.building:
        return False
    return bool(tape.scope) or isinstance(tape, EagerTape)


def eager_tape() -> EagerTape | None:
    """The current tape, if its calls are computed at once."""
    tape = _current.get()
    return tape if isinstance(tape, EagerTape) else None


def numbers_asked() -> None:
    """Note that what is being recorded may depend on numbers: its next run may differ."""
    tape = _current.get()
    if isinstance(tape, EagerTape):
        tape.asked = True


listening: WeakSet[Any] = WeakSet()
"""The gradient tapes that may still be asked for gradients. Each says with `covers(time)` whether
it has seen what was computed at some time."""
