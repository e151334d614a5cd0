"""Several callbacks as one, and what users pass as callbacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from funclab.callbacks.bar import ProgbarLogger
from funclab.callbacks.base import Callback, History
from funclab.errors import ArgumentError
from funclab.models.model import Model


class CallbackList:
    """Several callbacks as one: all of them are notified, in order.

    callbacks: a callback, or a list of them.
    add_history: whether to add a History after them, if none is among them.
    add_progbar: whether to add a ProgbarLogger after them, if none is among them.
    model, params: the model and the parameters for all callbacks.
    """

    around: Callable[[], AbstractContextManager[Any]] = staticmethod(nullcontext)
    """A context manager around each call of callbacks."""

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Model | None = None,
        **params: Any,
    ) -> None:
        self.callbacks = checked(callbacks)
        if add_history and not any(isinstance(each, History) for each in self.callbacks):
            self.callbacks.append(History())
        if add_progbar and not any(shows_progress(each) for each in self.callbacks):
            self.callbacks.append(ProgbarLogger())
        self.set_model(model)
        self.set_params(params)

    def append(self, callback: Any) -> None:
        self.callbacks.append(callback)

    def set_model(self, model: Model | None) -> None:
        self.model = model
        if model is None:
            return
        for callback in self.callbacks:
            callback.set_model(model)
            if isinstance(callback, History):
                model.history = callback

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params
        for callback in self.callbacks if params else ():
            callback.set_params(params)

    def __getattr__(self, name: str) -> Callable[..., None]:
        """`on_epoch_end` and the others: a function that calls every callback in turn."""
        if not name.startswith("on_"):
            raise AttributeError(name)

        return self._telling([getattr(callback, name) for callback in self.callbacks])

    def _telling(self, methods: Sequence[Callable[..., None]]) -> Callable[..., None]:
        def tell(*args: Any, **kwargs: Any) -> None:
            with self.around():
                for method in methods:
                    method(*args, **kwargs)

        return tell

    def listeners(self, name: str, old: str | None = None) -> list[Callable[..., None]]:
        """The methods of that name, of those callbacks whose class really defines one."""
        own = [x for x in self.callbacks if writes(x, name) or writes(x, old)]
        methods = [getattr(callback, name) for callback in own]
        return [self._telling(methods)] if methods else []


def shows_progress(callback: Any) -> bool:
    """Whether a callback writes the progress line, so that `fit` need not."""
    return getattr(callback, "shows_progress", False)


def writes(callback: Any, name: str | None) -> bool:
    """Whether a callback's class defines its own method of that name."""
    if name is None:
        return False
    own = getattr(type(callback), name, None)
    return name in vars(callback) or own is not getattr(Callback, name)


def checked(callbacks: Any) -> list[Any]:
    """The callbacks as a list.

    Raises: ArgumentError for something that is not a callback.
    """
    if callbacks is None:
        return []
    known: list[Any] = []
    for callback in callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]:
        if isinstance(callback, (CallbackList, list, tuple)):
            known += checked(getattr(callback, "callbacks", callback))
            continue
        if isinstance(callback, type) or not hasattr(callback, "on_epoch_end"):
            name = callback.__name__ if isinstance(callback, type) else repr(callback)
            raise ArgumentError(
                f"{name} is not a callback.",
                why="it is the class, not an object of it."
                if isinstance(callback, type)
                else f"a {type(callback).__name__} has no method on_epoch_end.",
                fix=f"write {name}(...)."
                if isinstance(callback, type)
                else "pass objects of subclasses of Callback, or "
                "LambdaCallback(on_epoch_end=function).",
            )
        known.append(callback)
    return known
