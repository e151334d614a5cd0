"""How views look, and whether they ask, unless they are told otherwise."""

from __future__ import annotations

from funclab.errors import ArgumentError
from funclab.view.draw import theme

_look = "auto"
_ask = False


def chosen(name: str | None = None) -> str:
    """A look that was asked for, or that of views in general.

    Raises: ArgumentError for an unknown one.
    """
    return _look if name is None else check_look(name)


def still(name: str | None = None) -> str:
    """The look of the picture that stays in a notebook, which its readers see from nearby."""
    name = chosen(name)
    return "auto" if name == "projector" else name


def ask() -> bool:
    return _ask


def set_look(name: str) -> None:
    """The look of views made from now on.

    Raises: ArgumentError for an unknown one.
    """
    global _look
    _look = check_look(name)


def set_ask(on: bool) -> None:
    """Whether views made from now on ask before they show."""
    global _ask
    _ask = on


def check_look(name: str) -> str:
    if name not in theme.LOOKS:
        raise ArgumentError(
            f"Unknown look: {name!r}.",
            why=f"the looks are {', '.join(theme.LOOKS)}.",
            fix='choose one of them, for example look="projector".',
        )
    return name
