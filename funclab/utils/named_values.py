"""Named values of a program, such as its settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableMapping
from typing import Any

from funclab.errors import AttributeLocked, NoSuchNameError
from funclab.errors.missing_names import close


class Config(MutableMapping[str, Any]):
    """Named values, as a dict and as attributes, which can be locked.

    values: names and their first values.
    Raises: NoSuchNameError (an AttributeError) for an attribute that was not given a value;
        AttributeLocked (a ValueError) for a change after `freeze`.

    >>> config = Config(rate=0.1)
    >>> config.epochs = 3
    >>> config["epochs"], config.rate, list(config)
    (3, 0.1, ['epochs', 'rate'])
    """

    def __init__(self, **values: Any) -> None:
        vars(self).update(_config=values, _frozen=False)

    @property
    def frozen(self) -> bool:
        """Whether it is locked."""
        return self._frozen

    def freeze(self) -> None:
        """From now on, a change is an error."""
        vars(self)["_frozen"] = True

    def unfreeze(self) -> None:
        """From now on, it can be changed again."""
        vars(self)["_frozen"] = False

    def as_dict(self) -> dict[str, Any]:
        """The names and values as a new dict."""
        return dict(self._config)

    def to_json(self) -> str:
        """The names and values as a JSON object."""
        return json.dumps(self._config)

    def keys(self) -> Any:
        """The names, in the order in which they were first given values."""
        return self._config.keys()

    def values(self) -> Any:
        """The values, in the same order."""
        return self._config.values()

    def items(self) -> Any:
        """Pairs of names and values, in the same order."""
        return self._config.items()

    def __getitem__(self, key: str) -> Any:
        return self._config[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._change(key)
        self._config[key] = value

    def __delitem__(self, key: str) -> None:
        self._change(key)
        del self._config[key]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._config))

    def __len__(self) -> int:
        return len(self._config)

    def __getattr__(self, name: str) -> Any:
        known = vars(self).get("_config", {})
        if name in known:
            return known[name]
        if name.startswith("_"):  # Python tests whether special attributes exist
            raise AttributeError(name)
        near = close(name, known)
        raise NoSuchNameError(
            f"Unknown attribute: '{name}'.",
            why=f"it has {', '.join(known) or 'no values yet'}.",
            fix=f"write {near[0]}." if near else f"give it a value: config.{name} = ...",
        )

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __repr__(self) -> str:
        return f"<Config {self._config}>"

    def _change(self, name: str) -> None:
        if self._frozen:
            raise AttributeLocked(
                "Cannot mutate attribute(s) because the config is frozen.",
                why=f"freeze() was called, and {name!r} would change.",
                fix="call unfreeze() first.",
            )
