"""The ways from trainings to their live views, whose widgets load when first needed."""

from __future__ import annotations

from typing import Any

from funclab.callbacks.base import History
from funclab.training import fitting
from funclab.view.notebook.ways import make


def live_callback(model: Any, **settings: Any) -> Any:
    """The callback that shows a training while it runs. See `funclab.view.training.feed`."""
    from funclab.view.training.feed import Feed

    return Feed(model, **settings)


def compare_runs(*histories: Any, **settings: Any) -> Any:
    """Trainings overlaid in one view. See `funclab.view.training.view`."""
    return make("runs", *histories, **settings)


fitting.live_callback = live_callback
History.compare = compare_runs
