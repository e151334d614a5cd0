"""What the picture of an error shows, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from funclab.errors import Instead, Item, Pairs


def drawn(facts: Any) -> Iterator[str]:
    if isinstance(facts, Instead):
        yield f"  {facts.title} ({facts.note})"
        for name, items in (("not", facts.wrong), ("but", facts.right)):
            yield f"  {name}: {', '.join(map(shown, items))}"
    if isinstance(facts, Pairs):
        yield f"  {facts.side} of {facts.model}:"
        yield from (f"  {' | '.join(row)}" for row in facts.rows)


def shown(item: Item) -> str:
    return f"{item.kind} {item.name} ({item.detail})"
