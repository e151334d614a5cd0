"""A view that asks its model more while it is open, as long as the model is still the same."""

from __future__ import annotations

from typing import Any

from funclab.view.learned.look import Look
from funclab.view.live.view import View


class Asking(View):
    """A view whose page asks for what is not stored. Once the weights of the model have changed, it
    is told that it shows what was before, and nothing more: old and new numbers do not mix."""

    asks: Look
    """What is asked."""

    def answer_to(self, content: dict[str, Any]) -> dict[str, Any] | None:
        if not self.asks.stale:
            return super().answer_to(content)
        with self.lock:
            facts: dict[str, Any] = dict(self.facts)
            if not facts.get("stale"):
                self.facts = facts | {"stale": True}
        return None
