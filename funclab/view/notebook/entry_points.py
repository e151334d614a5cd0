"""The ways to every view: `funclab.explore(model)`, `model.explore()`, `%funclab explore model`.

All three call the same function. This table names it, so that a view is loaded on first use.
Training and its History find their views here, too.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from funclab.callbacks.base import History
from funclab.training import fitting


@dataclass(frozen=True)
class Way:
    """A view: its function, that function's module, and example arguments."""

    function: str
    module: str
    example: str

    def load(self) -> Callable[..., Any]:
        return getattr(importlib.import_module(f"funclab.{self.module}"), self.function)


WAYS = {
    "explore": Way("explore", "view.explorer.view", "model"),
    "shapes": Way("shapes", "view.shapes.view", "model"),
    "trace": Way("trace", "view.trace.view", 'model, x, y, loss="mse"'),
    "profile": Way("profile", "view.profile.view", "model, x, y"),
    "diagnose": Way("diagnose", "training.diagnosis.diagnosing", "model, x, y"),
    "scene": Way("scene", "teach.scenes", '"mask"'),
    "diff": Way("diff", "view.diff.view", "a, b"),
    "code": Way("to_code", "view.code.source", "model"),
    "watch": Way("watch", "view.training.view", "model"),
    "runs": Way("compare_runs", "view.training.view", "first, second"),
    "playground": Way("playground", "view.playground.view", "branches=2"),
    "plot": Way("plot_model", "view", 'model, "model.svg"'),
    "export": Way("export_html", "view.notebook.export", 'model, "model.html"'),
}
"""Every view by its word in `%funclab`."""
CHECK = Way("check_lines", "teach.checking", '"1B"')
"""What `%%check` calls."""
KERAS = Way("in_keras", "teach.in_keras", "")
"""What `%%keras` calls."""


def make(word: str, *args: Any, **settings: Any) -> Any:
    """Call a view's function with these arguments."""
    return WAYS[word].load()(*args, **settings)


def live_callback(model: Any, **settings: Any) -> Any:
    """The callback that shows a training run while it runs. See `funclab.view.training.feed`."""
    from funclab.view.training.feed import Feed

    return Feed(model, **settings)


def compare_runs(*histories: Any, **settings: Any) -> Any:
    """Training runs overlaid in one view. See `funclab.view.training.view`."""
    return make("runs", *histories, **settings)


class Later:
    """A method of a class below the views: its module is loaded when the method is first used."""

    def __init__(self, module: str, function: str) -> None:
        self.module, self.function = module, function

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner, self.name = owner, name

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        function = getattr(importlib.import_module(f"funclab.{self.module}"), self.function)
        setattr(self.owner, self.name, function)
        return function if instance is None else function.__get__(instance)


fitting.live_callback = live_callback
History.compare = compare_runs
_plot = Later("view.training.curves", "history_plot")
_plot.__set_name__(History, "plot")
History.plot = _plot  # type: ignore[assignment]
