"""The ways to every view: `funclab.explore(model)`, `model.explore()`, `%funclab explore model`.

All three call the same function. This table names it, so that a view is loaded on first use.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Way:
    """A view: its function, that function's module, example arguments, and what it shows."""

    function: str
    module: str
    example: str
    says: str

    def load(self) -> Callable[..., Any]:
        return getattr(importlib.import_module(f"funclab.{self.module}"), self.function)


WAYS = {
    "explore": Way("explore", "view.explorer.view", "model", "the graph, to click and search"),
    "shapes": Way("shapes", "view.shapes.view", "model", "how each shape was inferred"),
    "trace": Way("trace", "view.trace.view", 'model, x, y, loss="mse"', "one batch in slow motion"),
    "profile": Way("profile", "view.profile.view", "model, x, y", "how long each step takes"),
    "diagnose": Way(
        "diagnose", "training.diagnosis.diagnosing", "model, x, y", "what may be wrong"
    ),
    "scene": Way("scene", "teach.scenes", '"mask"', "a slow motion that is ready, with a tour"),
    "diff": Way("diff", "view.diff.view", "a, b", "two models side by side"),
    "code": Way("to_code", "view.code.source", "model", "the source that makes a model"),
    "watch": Way("watch", "view.training.view", "model", "the training curves of a model"),
    "runs": Way("compare_runs", "view.training.view", "first, second", "training runs, overlaid"),
    "playground": Way(
        "playground", "view.playground.view", "branches=2", "a small model changed by controls"
    ),
    "plot": Way("plot_model", "view", 'model, "model.svg"', "a still picture, also as a file"),
    "export": Way(
        "export_html", "view.notebook.export", 'model, "model.html"', "a page that needs no kernel"
    ),
}
"""Every view by its word in `%funclab`."""
CHECK = Way("check_lines", "teach.checking", '"1B"', "the answer to an exercise")
"""What `%%check` calls."""
KERAS = Way("in_keras", "teach.in_keras", "", "what a real Keras says to some lines")
"""What `%%keras` calls."""
