"""Calls that leave earlier layers as they were: they are set aside."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from funclab.graph.node import Node, now, observed


@contextmanager
def set_aside() -> Iterator[list[Node]]:
    """Within the block, calls are made as usual; yields the list of them. At its end, those that
    concern layers made before the block are taken out of these layers' `inbound_nodes` and
    `outbound_nodes`: the layers have the calls, and the next number, that they had before.

    Layers made within the block keep their calls. So do tensors: each still knows its node, and
    models made of such tensors run, train, and are drawn, copied and saved as any others.
    """
    begin = now()
    with observed() as nodes:
        try:
            yield nodes
        finally:
            for node in reversed(nodes):
                forget(node, begin)


def forget(node: Node, before: float = math.inf) -> None:
    """Take a call out of the lists of its layer, and of the layers whose outputs it reads, as far
    as these were made `before` a time."""
    for operation in (node.operation, *(parent.operation for parent in node.parent_nodes)):
        if operation.born < before:
            for calls in (operation.inbound_nodes, operation.outbound_nodes):
                calls[:] = [call for call in calls if call is not node]


def number_apart(nodes: Iterable[Node]) -> None:
    """Give calls of one layer that have the same number different ones.

    A call that was set aside keeps its number, which a later call may get, too. In a graph with
    both, the later one, as its layer knows it, keeps the number.
    """
    numbered: dict[object, dict[int, Node]] = {}
    clashing: list[Node] = []
    for node in nodes:
        known = numbered.setdefault(node.operation, {})
        other = known.setdefault(node.index, node)
        if other is not node:
            aside = other if node in node.operation.inbound_nodes else node
            known[node.index] = node if aside is other else other
            clashing.append(aside)
    for node in clashing:
        taken = numbered[node.operation]
        node.index = max(*taken, len(node.operation.inbound_nodes) - 1) + 1
        taken[node.index] = node
