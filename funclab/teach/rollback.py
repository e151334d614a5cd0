"""A try leaves no trace: what its lines changed in the session is undone, unless it is kept.

Undone are: the notebook's variables; calls of the lesson's layers; in place, everything that the
variables lead to of lists, dicts, sets, arrays, and of the layers, models, weights, optimizers and
own objects of the notebook; random numbers (of funclab, NumPy and Python), automatic names,
settings, registered classes, the modules of `install_as_keras` and filters of warnings.

Not undone are: files, environment variables, imported modules and changes to them or to classes
(such as the methods that `install_as_keras` adds); objects of other libraries; data beyond
`MOST_BYTES`, or behind lists longer than `LONGEST`; a weight's first values, if the try was the
first to need them; and, while a model of the notebook is in training in the background, weights.
"""

from __future__ import annotations

import random
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from funclab import config, initializers, registry
from funclab.graph.aside import set_aside
from funclab.graph.graph import Graph
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.graph.value import Variable
from funclab.registry import user_classes
from funclab.training.compiled import Compiled
from funclab.view.draw import theme

MOST_BYTES = 256 << 20
LONGEST = 10_000
OF_NODES = ("inbound_nodes", "outbound_nodes", "born")
"""Attributes of layers that `set_aside` takes care of."""
ROOMS = ("layers", "models", "optimizers", "losses", "metrics", "training", "callbacks", "random")
"""The rooms of funclab whose objects are restored; plans, which are in others, hold no state."""
HOLDERS = (list, dict, set, deque)
PLAIN = ("builtins", "collections", "funclab")
"""The modules of holders that can be filled again; others may do anything."""
Restore = Callable[[], None]


_answers: dict[str, Any] = {}
"""The variables that right answers have set in this session, which another may set again."""


class Trying:
    """A try in progress, with the variables of the notebook `before` it."""

    def __init__(self, names: MutableMapping[str, Any], objects: Objects) -> None:
        self.before = dict(names)
        self.objects = objects
        self.solved = False
        self._free: set[str] = set()

    def keep(self, answer: str) -> None:
        """Keep what the try has set and changed, as its lines have solved the exercise.

        Even then, variables that other cells made are as before, except the `answer`, for the cells
        below may need them.
        """
        self.solved = True
        again = {name for name, value in self.before.items() if _answers.get(name, self) is value}
        self._free = {answer, *again}

    def undoes(self, name: str) -> bool:
        """Whether a variable will be as before."""
        return name not in self._free and (not self.solved or name in self.before)

    def parted(self, names: MutableMapping[str, Any]) -> tuple[list[Any], list[Any]]:
        """The values of the variables that are as before, and those that the try has set."""
        undone = [value for name, value in self.before.items() if self.undoes(name)]
        return undone, [value for name, value in names.items() if not self.undoes(name)]

    def restore(self, names: MutableMapping[str, Any]) -> None:
        """Set the variables to what they were before, or remove them."""
        # There is no moment in which one is missing: another thread may read them.
        for name in [name for name in [*names] if self.undoes(name)]:
            if name not in self.before:
                del names[name]
        for name, value in self.before.items():
            if self.undoes(name) and names.get(name, self) is not value:
                names[name] = value
        if self.solved:
            mine = [*names.items()]
            _answers.update((name, value) for name, value in mine if not self.undoes(name))


@contextmanager
def no_trace(names: MutableMapping[str, Any]) -> Iterator[Trying]:
    """Undo at the end of the block what it changed, with `names` as the notebook's variables.

    After `keep`, what the block has set and changed stays. Even then the lesson's layers do not
    keep additional calls (see `set_aside`), and random numbers go on as if the block had not run.
    """
    objects = Objects()
    trying, settings, draws = Trying(names, objects), _settings(), _draws()
    objects.remember(value for name, value in trying.before.items() if not name.startswith("_"))
    with set_aside():
        try:
            yield trying
        finally:
            trying.restore(names)
            if not trying.solved:
                objects.restore()
                settings()
            else:
                objects.restore_arrays(*trying.parted(names))
            draws()


class Objects:
    """The contents of mutable objects, and of all that they lead to."""

    def __init__(self) -> None:
        self._states: dict[int, tuple[Any, Restore]] = {}
        self._numbers: list[tuple[Variable, np.ndarray]] = []
        self._bytes = 0
        self._compiled: list[Compiled] = []
        self._busy = False

    def remember(self, values: Iterable[Any]) -> None:
        """Remember what some objects contain now."""
        waiting = list(values)
        while waiting:
            value = waiting.pop()
            if id(value) in self._states or isinstance(value, (type, str, bytes, int, float)):
                continue
            restore, inner = self._state_of(value)
            if restore is not None:
                self._states[id(value)] = value, restore  # with the object: its id stays unique
                waiting += inner
        self._busy = self._in_training

    def restore(self) -> None:
        """Restore them; while one of the models is in training, only what is not its own."""
        busy = self._busy or self._in_training
        for value, restore in self._states.values():
            if not busy or isinstance(value, HOLDERS):
                restore()

    def restore_arrays(self, values: Iterable[Any], kept: Iterable[Any]) -> None:
        """Restore those of some values that are arrays, unless what is kept shares their memory."""
        mine = [value for value in kept if isinstance(value, np.ndarray)]
        for value in (value for value in values if isinstance(value, np.ndarray)):
            shared = any(np.may_share_memory(value, one) for one in mine)
            if id(value) in self._states and not shared:
                self._states[id(value)][1]()

    def changed_weights(self) -> list[Variable]:
        """The weights of the notebook that have other numbers than before."""
        return [one for one, copy in self._numbers if not np.array_equal(one.numpy(), copy)]

    @property
    def _in_training(self) -> bool:
        return any(compiled.loop is not None for compiled in self._compiled)

    def _state_of(self, value: Any) -> tuple[Restore | None, list[Any]]:
        """How to restore an object as it is now, and the objects it leads to."""
        if isinstance(value, HOLDERS) and type(value).__module__.partition(".")[0] in PLAIN:
            inner = value.values() if isinstance(value, dict) else value
            return _of_holder(value), _few(inner)
        if isinstance(value, (tuple, frozenset)):
            return _nothing, _few(value)
        if isinstance(value, np.ndarray):
            return self._of_array(value), []
        if isinstance(value, Variable):
            return self._of_variable(value), []
        if isinstance(value, Tensor):
            known = hasattr(value, "node")
            return _nothing, [value.node.operation, *value.node.arguments.tensors] if known else []
        if isinstance(value, Graph):
            return _nothing, list(value.operations)
        return self._of_object(value) if _is_own(type(value)) else (None, [])

    def _of_array(self, array: np.ndarray) -> Restore:
        self._bytes += array.nbytes
        if self._bytes > MOST_BYTES or not array.flags.writeable:
            return _nothing
        copy = array.copy()

        def restore() -> None:
            if array.shape == copy.shape and array.flags.writeable:
                np.copyto(array, copy)

        return restore

    def _of_variable(self, variable: Variable) -> Restore:
        trainable, copy = variable.trainable, None
        self._bytes += variable.array.nbytes if variable.allocated else 0
        if variable.allocated and self._bytes <= MOST_BYTES:
            copy = variable.numpy()
            self._numbers.append((variable, copy))

        def restore() -> None:
            variable.trainable = trainable
            if copy is not None:
                variable.assign(copy)

        return restore

    def _of_object(self, value: Any) -> tuple[Restore | None, list[Any]]:
        if isinstance(value, Compiled):
            self._compiled.append(value)
        own = getattr(value, "__dict__", None)
        if own is None:  # it has slots
            return None, []
        copy = {key: item for key, item in [*own.items()] if key not in OF_NODES}

        def restore() -> None:
            own.update(copy)
            for key in own.keys() - copy.keys() - {*OF_NODES}:
                del own[key]

        return restore, list(copy.values())


def _is_own(cls: type) -> bool:
    """Whether objects of a class are restored: classes of funclab, and of the notebook."""
    if cls.__module__ == "__main__" or issubclass(cls, Operation):
        return True
    room = cls.__module__.split(".")
    own = room[0] == "funclab" and room[1:2] and room[1] in ROOMS
    return bool(own) and room[-1] not in ("step", "loop", "background")


def _nothing() -> None:
    pass


def _few(values: Iterable[Any]) -> list[Any]:
    """The values, unless there are too many to look at."""
    values = list(values)
    return values if len(values) <= LONGEST else []


def _of_holder(holder: Any) -> Restore:
    """Fills a list, dict or set again, if its contents or their order have changed."""
    parts = _parts(holder)

    def restore() -> None:
        now = _parts(holder)
        if len(now) != len(parts) or any(a is not b for a, b in zip(now, parts)):
            holder.clear()
            if isinstance(holder, dict):
                holder.update(zip(parts[::2], parts[1::2]))
            elif isinstance(holder, set):
                holder.update(parts)
            else:
                holder.extend(parts)

    return restore


def _parts(holder: Any) -> list[Any]:
    """The items of a list or set; the keys and values of a dict, one after the other."""
    # A list at once: another thread, such as that of fit_async, may add items.
    items = [*(holder.items() if isinstance(holder, dict) else holder)]
    return [x for pair in items for x in pair] if isinstance(holder, dict) else items


def _draws() -> Restore:
    """Restores the random numbers: the generators, and where each of them is."""
    own, plain, legacy = initializers.rng(), random.getstate(), np.random.get_state()  # noqa: NPY002
    state = own.bit_generator.state

    def restore() -> None:
        random.setstate(plain)
        np.random.set_state(legacy)  # noqa: NPY002
        own.bit_generator.state = state
        initializers.draw_from(own)

    return restore


def _settings() -> Restore:
    """Restores the settings of the session."""
    tables: list[dict[Any, Any]] = [config.settings(), *user_classes.tables(), registry.counts()]
    copies = [dict(table) for table in tables]
    look, asks = theme.chosen(), theme.ask()
    filters, finders, keras = list(warnings.filters), list(sys.meta_path), _modules_of_keras()

    def restore() -> None:
        for table, copy in zip(tables, copies):
            table.clear()
            table.update(copy)
        theme.set_look(look)
        theme.set_ask(asks)
        if list(warnings.filters) != filters:
            warnings.filters[:] = filters  # type: ignore[index]
            with warnings.catch_warnings():
                pass  # Python notices the change only now
        sys.meta_path[:] = finders
        for name in _modules_of_keras().keys() - keras.keys():
            del sys.modules[name]
        sys.modules.update(keras)

    return restore


def _modules_of_keras() -> dict[str, Any]:
    return {name: sys.modules[name] for name in [*sys.modules] if name.partition(".")[0] == "keras"}
