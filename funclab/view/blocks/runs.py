"""Blocks that are repeated in a row: motifs, runs of any period, stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from funclab.view.blocks.block import Block, chain, nodes_of, row, run
from funclab.view.blocks.flow import SILENT, Flow
from funclab.view.blocks.rests import units

SHORTEST = 5
"""How many parts the main way of a skip has at least for it to be found without the skip."""
LARGE, NEAR = 8, 0.85
"""Blocks of more calls than `LARGE` are near each other if they share this fraction of them."""


def repeated(flow: Flow, items: list[Block]) -> list[Block]:
    """Blocks in order, with those alike that follow each other in runs."""
    items = _runs(flow, _motifs(flow, items))
    return _runs(flow, _near(flow, _absorbed(flow, items)))


def _motifs(flow: Flow, items: list[Block]) -> list[Block]:
    """Where the main way of a skip stands without the skip, it is the same block (a block with
    strides); also its later part (a first block without expansion)."""
    known: dict[tuple[int, ...], int] = {}
    for item in items:
        if item.is_skip and item.main is not None and item.main.kind == "chain":
            parts = tuple(part.signature for part in _flat(item.main) if not part.silent)
            if len(parts) >= SHORTEST:
                known[parts] = item.signature
    parts, k = list[Block](), 0
    while k < len(items):
        tries = ((_motif(flow, items, k, whole), known[whole]) for whole in known)
        found, signature = max(tries, key=lambda hit: len(hit[0]), default=([], 0))
        if len(found) > 1 and found[0].is_call:
            parts.append(chain(flow, found, "block", signature))
        else:
            found = [items[k]]
            parts += found
        k += len(found)
    return parts


def _motif(flow: Flow, items: list[Block], k: int, whole: tuple[int, ...]) -> list[Block]:
    """The items from `k` on that are a main way, or its later part; empty if they are not."""
    for start in range(len(whole) // 2 + 1):
        wanted = whole[start:]
        if start and (wanted[0] == whole[0] or not _computes(flow, items[k])):
            continue
        found: list[Block] = []
        at = 0
        for item in items[k:]:
            if at < len(wanted) and item.signature == wanted[at]:
                at += 1
            elif not (item.silent and found and at < len(wanted)):
                break
            found.append(item)
        if at == len(wanted) >= SHORTEST - 1:
            return found
    return []


def _flat(block: Block) -> list[Block]:
    """The parts of a block, without units and rests around them."""
    parts: list[Block] = []
    for part in block.parts:
        parts += _flat(part) if part.role in ("rest", "unit") or part.is_run else [part]
    return parts or [block]


def _runs(flow: Flow, items: list[Block]) -> list[Block]:
    """Alike blocks in a row, short periods first, so that `a a b a b` becomes two blocks too."""
    period = 1
    while period <= len(items) // 2:
        before = len(items)
        for start, end in reversed([*_places(flow, items, period)]):
            blocks = [_block(flow, items[i : i + period]) for i in range(start, end, period)]
            items = [*items[:start], _stages(flow, blocks), *items[end:]]
        if period == 1:
            items = _near(flow, items)
        again = len(items) < before and period > 1  # the row is shorter now: from the start
        period = 1 if again else period + 1
    return [part for item in items for part in _loose(item)]


def _loose(block: Block) -> list[Block]:
    """Two calls alike are not a run."""
    few = block.is_run and len(block.parts) < 3 and all(part.is_call for part in block.parts)
    return block.parts if few else [block]


def _places(flow: Flow, items: list[Block], period: int) -> Iterator[tuple[int, int]]:
    """Where runs of a period are. A run holds no end of the model. Of the places where it may
    begin: where space grows; with a region; with a layer that has weights; at the left."""
    signs = [
        item.signature if flow.ends.isdisjoint(item.nodes) else -1 - at
        for at, item in enumerate(items)
    ]
    k = 0
    while k + period < len(items):
        end = k
        while end + period < len(items) and signs[end] == signs[end + period]:
            end += 1
        if end - k >= period:
            times, spare = divmod(end - k + period, period)
            start = max(range(k, k + spare + 1), key=lambda at: (_worth(flow, items[at]), -at))
            saved = (times - 1) * len(nodes_of(items[start : start + period]))
            if period == 1 or saved >= 3:
                yield start, start + times * period
                end = start + times * period
        k = max(end, k + 1)


def _worth(flow: Flow, block: Block) -> tuple[bool, bool, bool]:
    """How good it is for a run to begin with a block."""
    first = block.nodes[0]
    space = flow.calls[first].space
    grows = any(0 < flow.calls[a].space < space for a in flow.reads[first])
    return grows, not block.is_plain, _computes(flow, block)


def _computes(flow: Flow, block: Block) -> bool:
    first = flow.calls[block.nodes[0]]
    return bool(first.weights) and "Normalization" not in first.kind


def _block(flow: Flow, items: list[Block]) -> Block:
    """Items that are repeated together, as one block; the calls after a region are one part."""
    if len(items) == 1:
        return items[0]
    parts = units(flow, [part for item in items for part in _loose(item)])
    signature = row(flow, items)
    if any(not part.is_call and part.role != "unit" for part in parts):
        gathered: list[Block] = []
        rest: list[Block] = []
        for part in [*parts, None]:
            if part is not None and (part.is_call or part.role == "unit"):
                rest.append(part)
                continue
            large = len(rest) > 1 and len(nodes_of(rest)) > 2
            gathered += [chain(flow, rest, "rest")] if large else rest
            rest = []
            gathered += [part] if part is not None else []
        parts = gathered
    if len(parts) == 1:
        parts[0].signature = signature
        return parts[0]
    return chain(flow, parts, "block", signature)


def _stages(flow: Flow, blocks: list[Block]) -> Block:
    """A run as a family of stages, each of one space; and of one width, if that does not change at
    more than half of the steps."""
    spaces = [_made(flow, block)[:-1] for block in blocks]
    widths = [
        (space, _made(flow, block)[-1:] if len(block.nodes) > 4 else ())
        for space, block in zip(spaces, blocks)
    ]
    changes = sum(a != b for a, b in zip(widths, widths[1:]))
    keys: list[object] = [*(widths if changes < max(1, len(blocks) // 2) else spaces)]
    stages: list[list[Block]] = [[]]
    for k, block in enumerate(blocks):
        if k and keys[k] != keys[k - 1]:
            stages.append([])
        stages[-1].append(block)
    if len(stages) == 1:
        return run(blocks, "stage")
    parts = [stage[0] if len(stage) == 1 else run(stage, "stage") for stage in stages]
    return run(parts, "family")


def _made(flow: Flow, block: Block) -> tuple[int | None, ...]:
    return flow.calls[block.nodes[-1]].shape


def _near(flow: Flow, items: list[Block]) -> list[Block]:
    """A large block beside a run that makes the same shape from nearly the same calls joins it: the
    first cell of a stage."""
    items, k = [*items], 0
    while k < len(items):
        for other in (k - 1, k + 1):
            if 0 <= other < len(items) and _is_near(flow, items[k], items[other]):
                both, new = items[k], items[other]
                parts = [new, *both.parts] if other < k else [*both.parts, new]
                k = min(k, other)
                items[k : k + 2] = [run(parts, "stage", both.signature)]
                break
        k += 1
    return items


def _is_near(flow: Flow, stage: Block, block: Block) -> bool:
    if not stage.is_stage or block.is_call or block.is_run:
        return False
    first = stage.parts[0]
    bags = [Counter(flow.signatures[i] for i in part.nodes) for part in (first, block)]
    common, total = (bags[0] & bags[1]).total(), bags[0].total() + bags[1].total()
    large = min(len(first.nodes), len(block.nodes)) > LARGE
    return large and _made(flow, stage) == _made(flow, block) and 2 * common >= NEAR * total


def _absorbed(flow: Flow, items: list[Block]) -> list[Block]:
    """What stands beside a run and is the same calls in the same order, cut otherwise, joins it:
    the last cell, past which nobody reads."""

    def calls(nodes: list[int]) -> list[int]:
        return [flow.signatures[i] for i in nodes if flow.calls[i].kind not in SILENT]

    items, k = [*items], 0
    while k < len(items):
        stage, steps = items[k], (1, -1)
        large = stage.is_run and not stage.parts[-1].is_run
        if not large or len(stage.parts[-1].nodes) <= LARGE:
            steps = ()
        for step in steps:
            last, found, at = stage.parts[-1], list[Block](), k + step
            while 0 <= at < len(items) and len(nodes_of(found)) < len(last.nodes):
                found.append(items[at])
                at += step
            found = found[::step]
            free = not any(part.is_call and flow.is_kept(part.nodes[0]) for part in found)
            if len(found) > 1 and free and calls(nodes_of(found)) == calls(last.nodes):
                more = [chain(flow, found, last.role, stage.signature)]
                parts = [*stage.parts, *more] if step > 0 else [*more, *stage.parts]
                stage = run(parts, stage.role, stage.signature)
                start, end = (k, at) if step > 0 else (at + 1, k + 1)
                items[start:end] = [stage]
                k = start
        k += 1
    return items
