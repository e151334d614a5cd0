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
    "mistakes": Way("mistakes", "view.mistakes.view", "model, x, y"),
    "embedding": Way("embedding", "view.embedding.view", "model, x"),
    "inside": Way("inside", "view.inside.view", "model, x"),
    "attention": Way("attention", "view.inside.view", "reader, words"),
    "profile": Way("profile", "view.profile.view", "model, x, y"),
    "diagnose": Way("diagnose", "training.diagnosis.diagnosing", "model, x, y"),
    "scene": Way("scene", "teach.scenes", '"mask"'),
    "diff": Way("diff", "view.diff.view", "a, b"),
    "edit": Way("edit", "view.edit.view", "model"),
    "code": Way("to_code", "view.code.source", "model"),
    "whatif": Way("whatif", "view.whatif.view", "model, x, y"),
    "watch": Way("watch", "view.training.view", "model"),
    "runs": Way("compare_runs", "view.training.view", "first, second"),
    "landscape": Way("landscape", "view.landscape.view", "history, x, y"),
    "playground": Way("playground", "view.playground.view", "branches=2"),
    "plot": Way("plot_model", "view", 'model, "model.svg"'),
    "export": Way("export_html", "view.notebook.export", 'model, "model.html"'),
}
"""Every view by its word in `%funclab`."""
CHECK = Way("check_lines", "teach.checking", '"1B"')
"""What `%%check` calls."""
KERAS = Way("in_keras", "teach.in_keras", "")
"""What `%%keras` calls."""
