"""The way from `fit(live=True)` to the live view, whose widgets load when first needed."""

from __future__ import annotations

from typing import Any

from funclab import registry


def live_callback(model: Any, **settings: Any) -> Any:
    """The callback that shows a training while it runs. See `funclab.view.live.training`."""
    from funclab.view.live import training

    return training.live_callback(model, **settings)


registry.register("view", live_callback)  # so that `fit(live=True)` finds it
