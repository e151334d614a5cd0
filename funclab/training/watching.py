"""Views that follow a training, where somebody wants to look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from funclab import registry
from funclab.errors import ArgumentError

by_default = False
"""Whether `fit` shows a live view when it is not told. The notebook extension says yes, but
for `verbose=0`."""


def watchers(given: Any) -> list[Any]:
    """The callback that shows a training live, if it is to be shown."""
    # Who asks for silence with verbose=0 gets no view either, unless by live=True.
    live = by_default and given.verbose != 0 if given.live is None else given.live
    if live is False:
        return []
    if live is True or isinstance(live, Mapping):
        settings = {} if live is True else dict(live)
        make = registry.lookup("view", "live_callback")
        return [make(given.model, run=given.run, **settings)]
    raise ArgumentError(
        f"`live` should be True, False or a dict of settings. Received: live={live!r}.",
        why="it says whether the training is shown while it runs, and how.",
        fix='write live=True, or for example live={"look": "projector"}.',
    )
