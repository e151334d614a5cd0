"""What a replay collects besides its outputs: losses, updates of state, and its position."""

from __future__ import annotations

from contextvars import ContextVar, Token
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from funclab.graph.value import Call, Value


class Tape:
    """The recording context of op calls, set with `with Tape(training=True) as tape:`.

    `training` is what layers such as Dropout ask for; `losses` gathers what layers add to the
    model's loss, `updates` the calls that change state and must run although no output needs them;
    `scope` names the layers around the call being made, `place` the nodes being replayed, and
    `made` holds for each place the values that stand for its node's outputs.
    """

    def __init__(self, training: bool = False) -> None:
        self.training = training
        self.losses: list[Value] = []
        self.updates: list[Call] = []
        self.scope: tuple[str, ...] = ()
        self.place: tuple[str, ...] = ()
        self.made: dict[tuple[str, ...], list[Value]] = {}
        self._tokens: list[Token[Tape | None]] = []

    def __enter__(self) -> Tape:
        self._tokens.append(_current.set(self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        _current.reset(self._tokens.pop())


_current: ContextVar[Tape | None] = ContextVar("tape", default=None)


def current_tape() -> Tape:
    """The current tape; outside of any, a throwaway one."""
    return _current.get() or Tape()


def is_recording() -> bool:
    """Whether op calls are being recorded: within a layer's call, a model, a loss."""
    return _current.get() is not None
