"""Names: automatic names of layers, and the class or function for each name in a config."""

from __future__ import annotations

import functools
import inspect
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import FrozenInstanceError, dataclass, fields
from typing import Any, ClassVar, dataclass_transform

from funclab.registry import user_classes as customs
from funclab.errors import suggest
from funclab.registry import sharing
from funclab.errors.suggest import KINDS
from funclab.errors.suggest import Kind as Kind
from funclab.errors.words import listed
from funclab.errors import ArgumentError, ConfigError, LossError, NameLookupError, NotSupportedError
from funclab.registry.parameters import described, guarded, own_fields
from funclab.registry.within import within

KERAS_MODULES = {
    "layer": "keras.layers",
    "optimizer": "keras.optimizers",
    "schedule": "keras.optimizers.schedules",
    "loss": "keras.losses",
    "metric": "keras.metrics",
    "initializer": "keras.initializers",
    "regularizer": "keras.regularizers",
    "constraint": "keras.constraints",
}
"""Where Keras 3 has the classes of each kind."""

NOT_LAYERS = [module for kind, module in KERAS_MODULES.items() if kind != "layer"]

KERAS_MODELS = {
    "Functional": ("keras.src.models.functional", "Functional"),
    "Model": ("keras", None),
    "Sequential": ("keras", None),
}
"""Where it has its models."""

INSIDE_KERAS = {"GroupQueryAttention": "GroupedQueryAttention"}
"""Classes with another name inside Keras, from which it makes automatic names."""

WITHOUT_EFFECT = {
    *("build_input_shape", "renorm_momentum", "jit_compile", "use_cudnn"),
    *("implementation", "synchronized", "oov_method"),
}
"""Settings that Keras writes, but that have no effect in the funclab classes that lack them."""

_used: ContextVar[Counter[str]] = ContextVar("used names", default=Counter())  # noqa: B039
"""How often each name has been used: a count for the session, and one for each `fresh_names`."""
_known: dict[str, dict[str, Any]] = {}


def to_snake_case(name: str) -> str:
    """
    >>> to_snake_case("TimeDistributed"), to_snake_case("LSTM"), to_snake_case("Conv2D")
    ('time_distributed', 'lstm', 'conv2d')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def prefix_of(cls: type) -> str:
    """The beginning of a class's automatic names."""
    return to_snake_case(INSIDE_KERAS.get(cls.__name__, cls.__name__))


def auto_name(prefix: str) -> str:
    """`dense` the first time, then `dense_1`, `dense_2` ..."""
    used = _used.get()
    count = used[prefix]
    used[prefix] += 1
    return f"{prefix}_{count}" if count else prefix


def count(prefix: str) -> int:
    """The number of calls with this prefix so far, including this one."""
    used = _used.get()
    used[f"uid {prefix}"] += 1
    return used[f"uid {prefix}"]


def counts() -> Counter[str]:
    """How often each name has been used so far."""
    return _used.get()


def reset_names() -> None:
    """Restart the counts, as in a new session."""
    _used.get().clear()


def fresh_names() -> AbstractContextManager[None]:
    """Within the block, restart the counts of names; afterwards, restore the previous counts.

    Only in this thread: other threads are not affected.
    """
    return within(_used, Counter())


def free(name: str, taken: Container[str]) -> str:
    """The name, with `_1`, `_2` ... appended if it is already taken."""
    candidate, count = name, 0
    while candidate in taken:
        count += 1
        candidate = f"{name}_{count}"
    return candidate


def unique_names(names: Iterable[str]) -> list[str]:
    """The names, with `_1`, `_2` ... appended to those that occurred before.

    >>> unique_names(["dense", "add", "dense"])
    ['dense', 'add', 'dense_1']
    """
    unique: dict[str, None] = {}
    for name in names:
        unique[free(name, unique)] = None
    return list(unique)


def register(kind: str, value: Any, *names: str) -> Any:
    """Register `value` under its own name and `names` within a kind, such as "layer"."""
    for name in (value.__name__, *names):
        _known.setdefault(kind, {})[name] = value
    return value


def register_own(kind: str, cls: type, *names: str) -> None:
    """`register` a funclab class. A user's class is not registered but passed, also in
    `custom_objects`: a class called `Adam` in one cell must not become "adam" everywhere."""
    if cls.__module__.startswith("funclab."):
        register(kind, cls, *names)


def registered(kind: str) -> dict[str, Any]:
    """All names of a kind, and their objects."""
    return dict(_known.get(kind, {}))


def all_names() -> dict[str, Any]:
    """All names of all kinds, with one object for each."""
    return {name: item for known in _known.values() for name, item in known.items()}


def lookup(kind: str, name: str, custom: dict[str, Any] | None = None) -> Any:
    """The object for a name that somebody wrote; `custom` is searched first."""
    table = {**_known.get(kind, {}), **customs.known(custom)}
    if name not in table:
        guess = "" if suggest.alias(kind, str(name)) else near(name, table)
        why = f"no {kind} is known under that name{guess}."
        raise unknown(kind, name, why, suggest.by_name(kind, str(name), _known))
    return table[name]


def described_by(kind: str, entry: dict[str, Any], custom: dict[str, Any] | None = None) -> Any:
    """The class or function that a config names. A user's is not taken for one of funclab's that
    has the same name, or a similar one."""
    own = customs.known(custom)
    name = customs.class_name(entry, custom)
    table = own if customs.is_own(entry) else {**_known.get(kind, {}), **own}
    if name not in table:
        why = f"a config names this {kind}; neither funclab nor custom_objects has it."
        raise unknown(kind, name, why, suggest.of_own(kind, name))
    return table[name]


def unknown(kind: str, name: str, why: str, fix: str) -> NameLookupError:
    function = f"{kind} function" if kind in ("activation", "loss", "metric") else kind
    word = function if kind == "activation" else kind
    return NameLookupError(
        f"Unknown {function}: {name!r}. (Could not interpret {word} identifier: {name!r}.)",
        why=why,
        fix=fix,
    )


def near(name: str, known: Iterable[str], similar: Any = suggest.similar) -> str:
    """The known names similar to `name`, as the end of a sentence; "" if there are none."""
    close = similar(name, known)
    return f" (did you mean {listed(close, ' or ')}?)" if close else ""


@sharing.writes
def to_config(data: Any) -> Any:
    """Plain data (for JSON) from which `data` can be rebuilt, in the form of Keras 3.

    Objects with `get_config` become {"module", "class_name", "config", "registered_name"}; known
    functions become their names.
    """
    if isinstance(data, dict):
        return {key: to_config(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [to_config(value) for value in data]
    if hasattr(data, "get_config") and not isinstance(data, type):
        module, registered = _address(type(data))
        entry = {"module": module, "class_name": type(data).__name__}
        entry |= {"config": to_config(data.get_config()), "registered_name": registered}
        return sharing.numbered(entry, data)
    if hasattr(data, "tolist"):
        return data.tolist()
    name = getattr(data, "__name__", "")
    if inspect.isfunction(data) and all(known.get(name) is not data for known in _known.values()):
        name = customs.get_registered_name(data)
        function = {"module": "builtins", "class_name": "function", "config": name}
        return {**function, "registered_name": "function"}
    return getattr(data, "__name__", str(data)) if callable(data) else data


def _address(cls: type) -> tuple[str | None, str | None]:
    """The module in which Keras 3 has a class, and the name under which it is registered there."""
    if not cls.__module__.startswith("funclab."):
        module = None if cls.__module__ == "__main__" else cls.__module__
        return module, customs.get_registered_name(cls)
    return _own_address(cls)


@functools.cache
def _own_address(cls: type) -> tuple[str | None, str | None]:
    if cls.__name__ in KERAS_MODELS:
        return KERAS_MODELS[cls.__name__]
    kinds = [kind for kind, known in _known.items() if known.get(cls.__name__) is cls]
    return KERAS_MODULES.get(kinds[0] if kinds else "", cls.__module__), None


@functools.cache
def argument_names(cls: type) -> list[str]:
    """The names of a constructor's arguments, without *args and **kwargs."""
    parameters = inspect.signature(cls).parameters.values()
    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return [parameter.name for parameter in parameters if parameter.kind not in variable]


@dataclass(init=False, eq=False, repr=False)
class SetOnce:
    """A subclass becomes a dataclass whose fields are set once; two objects of one class are equal
    if their fields are.

    All subclasses share these methods. If they were frozen dataclasses, some 200 ops would each
    compile their own methods, which would take half the time of `import funclab`.
    """

    def __init_subclass__(cls) -> None:
        if own_fields(cls):
            dataclass(eq=False, repr=False)(cls)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in vars(self) or name not in _field_names(type(self)):
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        vars(self)[name] = value

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({settings})"


@functools.cache
def _field_names(cls: Any) -> set[str]:
    return {field.name for field in fields(cls)}


class Rebuilt:
    """What `from_config` makes again from its constructor arguments."""

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments."""
        names = list(inspect.signature(type(self).__init__).parameters)[1:]
        return {name: getattr(self, name) for name in names if hasattr(self, name)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**config)


@dataclass_transform(eq_default=False)
class Configured(Rebuilt):
    """A small object that consists of its constructor arguments, each stored under its own name.

    The base class of a kind names it: `class Initializer(Configured, kind="initializer")`. Its
    subclasses in funclab are registered, and are dataclasses: their fields are the arguments.
    """

    kind: ClassVar[str]
    calls: ClassVar[Callable[[Any], Any]]

    def __init_subclass__(cls, kind: str = "", calls: Any = None) -> None:
        """`calls`: a decorator for what a call of each subclass computes."""
        if kind:
            cls.kind, cls.calls = kind, staticmethod(calls or (lambda call: call))
            return
        if "__call__" in vars(cls):
            cls.__call__ = cls.calls(cls.__call__)  # type: ignore[method-assign]
        if cls.__module__.startswith("funclab.") and "__init__" not in vars(cls):
            dataclass(eq=False, repr=False)(cls)
        guarded(cls)
        register_own(cls.kind, described(cls), to_snake_case(cls.__name__))

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments, from which `from_config` makes an equal object."""
        return {name: getattr(self, name) for name in argument_names(type(self))}

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({settings})"


def rebuild(cls: Any, config: dict[str, Any], custom: dict[str, Any] | None = None) -> Any:
    """Call `cls.from_config`, and pass custom objects if it accepts them."""
    if cls.__module__.startswith("funclab."):
        config = _without_defaults(cls, config)
    elif cls.from_config.__module__.startswith("funclab."):
        _check_whole(cls, config)
    if custom and "custom_objects" in inspect.signature(cls.from_config).parameters:
        return cls.from_config(dict(config), custom_objects=custom)
    return cls.from_config(dict(config))


def _check_whole(cls: Any, config: dict[str, Any]) -> None:
    """Refuse a config of a user's class that lacks required constructor arguments."""
    parameters = inspect.signature(cls).parameters.values()
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    needed = [p.name for p in parameters if p.default is p.empty and p.kind in named]
    lacking = [name for name in needed if name not in config]
    if lacking:
        own = ", ".join(f'"{name}": self.{name}' for name in lacking)
        raise ConfigError(
            f"{cls.__name__} cannot be made again: its config has no {', '.join(lacking)}. "
            f"(__init__() missing {len(lacking)} required positional argument(s).)",
            why=f"{cls.__name__}.get_config() leaves out what __init__ asks for.",
            fix=f"write in {cls.__name__}: def get_config(self): "
            f"return {{**super().get_config(), {own}}}; then save the model again.",
        )


def _without_defaults(cls: Any, config: dict[str, Any]) -> dict[str, Any]:
    """A config without settings that the funclab class lacks, if they are switched off.

    Raises: NotSupportedError for one that is switched on.
    """
    if {"layers", "fn"} & config.keys():
        return config  # a model, or a wrapper of a function, which takes what the function takes
    own = _configurable(cls)
    foreign = {name: value for name, value in config.items() if name not in own}
    used = [name for name, value in foreign.items() if value and name not in WITHOUT_EFFECT]
    if used:
        raise NotSupportedError(
            f"{cls.__name__} {config.get('name') or ''} has {used[0]}={foreign[used[0]]!r}.",
            why=f"Keras has the setting {used[0]}; {cls.__name__} of funclab does not.",
            fix=f"build the model in Keras without {used[0]}, and save it again.",
        )
    return {name: value for name, value in config.items() if name in own}


@functools.cache
def _configurable(cls: Any) -> set[str]:
    """The settings that a config of a funclab class may have."""
    own = {name for base in cls.__mro__ for name in inspect.signature(base.__init__).parameters}
    return own | set(getattr(cls, "also_configured", ()))


def get(kind: str, identifier: Any, custom: dict[str, Any] | None = None) -> Any:
    """The object that a user means by a name, a class, a config, the object itself, or None."""
    if identifier is None:
        return None
    if isinstance(identifier, dict):
        known = described_by(kind, identifier, custom)
        if identifier.get("class_name") == "function":
            return known() if isinstance(known, type) else known
        return rebuild(known, identifier.get("config", {}), custom)
    if isinstance(identifier, str):
        known = lookup(kind, identifier, custom)
        return known() if isinstance(known, type) else known
    other = suggest.wrong_kind(kind, identifier, _known)
    if other or not (callable(identifier) or hasattr(identifier, "get_config")):
        error = LossError if other and kind in ("loss", "metric") else ArgumentError
        raise error(
            f"Could not interpret {kind} identifier: {identifier!r}.",
            why=f"this is {suggest.article(other)}, not {suggest.article(kind)}."
            if other
            else f"{suggest.article(kind)} is given as a name, an object, a class, a function or a "
            f"config; this is of type {type(identifier).__name__}.",
            fix=suggest.by_value(kind, identifier, other),
        )
    if isinstance(identifier, type):
        return identifier()
    if inspect.isroutine(identifier):
        check_function(kind, identifier)
    return identifier


def check_function(kind: str, function: Any, **settings: Any) -> None:
    """Refuse a function that does not accept the arguments of its kind."""
    arguments = KINDS[kind].takes
    positional = [name for name in arguments if "=" not in name]
    keywords = settings | ({"dtype": None} if kind == "initializer" else {})
    if not arguments or suggest.takes(function, *positional, **keywords):
        return
    name, taken = getattr(function, "__name__", repr(function)), ", ".join(arguments)
    error = LossError if kind in ("loss", "metric") else ArgumentError
    raise error(
        f"The {kind} {name} cannot be called with ({taken}).",
        why=f"{suggest.article(kind)} is a function of {taken}.",
        fix=f"write def {name}({taken}): ..."
        if name.isidentifier()
        else f"write {kind}=lambda {taken}: ...",
    )


def pair(kind: str) -> tuple[Callable[[Any], Any], Callable[..., Any]]:
    """The functions `serialize` and `deserialize` of a kind."""

    def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
        return get(kind, config, custom_objects)

    deserialize.__doc__ = (
        f"The {kind} for a name or a config from `serialize`; `custom_objects` contains your own "
        "by name."
    )
    return to_config, deserialize
