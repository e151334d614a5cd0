"""Gives every part of a scene its place. All engines share the ranks and the drawing of edges."""

from __future__ import annotations

from itertools import pairwise

from funclab.errors import ArgumentError
from funclab.view.scene import sizes
from funclab.view.scene.layout import dot
from funclab.view.scene.layout.capsules import place_capsules
from funclab.view.scene.layout.channels import LEVEL, Channels, channels
from funclab.view.scene.layout.order import crossings, keep_order, order_ranks
from funclab.view.scene.layout.ports import is_beside, links_of, margins
from funclab.view.scene.layout.positions import align
from funclab.view.scene.layout.ranks import Key, Layered, layered
from funclab.view.scene.layout.routes import Ground, route
from funclab.view.scene.scene import Box, Plate, Scene

ENGINES = ("auto", "dot", "builtin")
GAP_ACROSS = 26
GAP_TO_PLATE, GAP_TO_BOX, GAP_OF_ROWS = 16, 30, 40
PART_OF_TURN, MOST_EXTRA = 0.08, 60
STONE = 6
EDGE = 14
"""White space around the whole."""


def place(scene: Scene, engine: str = "auto") -> None:
    """Fill in all positions of a scene, from the innermost frames outward.

    Raises: ArgumentError for an engine that is not known, or `dot` where there is none.
    """
    _check(engine)
    for box in scene.boxes:
        if box.inside is not None:
            box.inside.direction = scene.direction
            place(box.inside, engine)
        sizes.measure_box(box)
    sizes.equal_widths(scene)
    for plate in scene.plates:
        sizes.measure_plate(plate)
    for group in scene.groups:
        sizes.measure_group(group)
    links = links_of(scene)
    layout = layered([item.key for item in scene.items()], links)
    at = _across(scene, layout, engine)
    levels = channels(scene.edges, links, layout, at) if is_beside(scene) else None
    starts, ends = _along(scene, layout, at, levels)
    _set_positions(scene, layout, at, starts, ends)
    route(scene, layout, links, Ground(at, starts, ends, levels))
    place_capsules(scene)
    _frame(scene)


def _check(engine: str) -> None:
    if engine not in ENGINES:
        raise ArgumentError(
            f"layout={engine!r} is not known.",
            why=f"positions come from {', '.join(ENGINES)}.",
            fix='leave it out, or write layout="builtin".',
        )
    if engine == "dot" and dot.program() is None:
        raise ArgumentError(
            'layout="dot" needs Graphviz, which was not found.',
            why="neither a program `dot` nor the package graphviz-pure is installed.",
            fix='leave `layout` out, or install it: pip install "funclab[dot]".',
        )


def extent(scene: Scene, item: Box | Plate) -> tuple[float, float]:
    """Size across the flow and along it."""
    if scene.direction == "LR":
        return item.height, item.width
    return item.width, item.height


def _across(scene: Scene, layout: Layered, engine: str) -> dict[Key, float]:
    """The middle of everything along its rank; also sorts the ranks."""
    width: dict[Key, float] = dict.fromkeys(layout.rank_of, STONE)
    shift: dict[Key, float] = dict.fromkeys(layout.rank_of, 0)
    for item in scene.items():
        before, after, _ = margins(scene, item)
        width[item.key] = extent(scene, item)[0] + before + after
        shift[item.key] = (before - after) / 2
    found = dot.positions(layout, width, GAP_ACROSS) if engine == "dot" else None
    if found is not None:
        layout.ranks = _ranks_by(found, layout)
    else:
        kept = inputs_in_order(scene)
        order_ranks(layout, kept)
        if engine == "auto" and crossings(layout):
            _ask_dot(layout, width, kept)
        found = align(layout, lambda a, b: (width[a] + width[b]) / 2 + GAP_ACROSS)
    return {key: found[key] + shift[key] for key in found}


def _ranks_by(found: dict[Key, float], layout: Layered) -> list[list[Key]]:
    return [sorted(rank, key=found.__getitem__) for rank in layout.ranks]


def inputs_in_order(scene: Scene) -> list[Key]:
    """What brings the model's inputs in: the first stays to the left of the second."""
    boxes = [box for box in scene.boxes if box.place is not None]
    return [box.key for box in sorted(boxes, key=lambda box: box.place or 0)]


def _ask_dot(layout: Layered, width: dict[Key, float], kept: list[Key]) -> None:
    """Take dot's order of the ranks where fewer links cross in it than in ours."""
    own, number = layout.ranks, crossings(layout)
    found = dot.positions(layout, width, GAP_ACROSS)
    if found is not None:
        layout.ranks = _ranks_by(found, layout)
        keep_order(layout, kept)
        if crossings(layout) >= number:
            layout.ranks = own


def _along(
    scene: Scene, layout: Layered, at: dict[Key, float], levels: Channels | None
) -> tuple[list[float], list[float]]:
    """Where each rank starts and ends along the flow."""
    tall = [0.0] * len(layout.ranks)
    for item in scene.items():
        rank = layout.rank_of[item.key]
        along = extent(scene, item)[1] + margins(scene, item)[2]
        tall[rank] = max(tall[rank], along)
    starts, ends, here = [], [], 0.0
    gaps = _gaps(scene, layout, at) if levels is None else _gaps_of_levels(levels)
    for size, gap in zip(tall, gaps, strict=True):
        starts.append(here)
        ends.append(here + size)
        here += size + gap
    return starts, ends


def _gaps_of_levels(levels: Channels) -> list[float]:
    return [GAP_OF_ROWS + LEVEL * max(0, depth - 1) for depth in levels.depth]


def _gaps(scene: Scene, layout: Layered, at: dict[Key, float]) -> list[float]:
    """The gap after each rank: little before tensors, more before boxes and for wide turns."""
    widest = [0.0] * len(layout.ranks)
    for chain in layout.chains:
        for one, other in pairwise(chain):
            rank = layout.rank_of[one]
            widest[rank] = max(widest[rank], abs(at[one] - at[other]))
    usual = GAP_OF_ROWS if scene.face == "layers" else GAP_TO_BOX
    gaps = [usual + min(MOST_EXTRA, PART_OF_TURN * wide) for wide in widest]
    if scene.face == "calls":
        for rank in {layout.rank_of[plate.key] for plate in scene.plates}:
            gaps[rank - 1] += GAP_TO_PLATE - GAP_TO_BOX
    return gaps


def _set_positions(
    scene: Scene,
    layout: Layered,
    at: dict[Key, float],
    starts: list[float],
    ends: list[float],
) -> None:
    for item in scene.items():
        rank = layout.rank_of[item.key]
        across, along = extent(scene, item)
        below = margins(scene, item)[2]
        start = starts[rank] + (ends[rank] - starts[rank] - along - below) / 2
        corner = (at[item.key] - across / 2, start)
        item.x, item.y = corner[::-1] if scene.direction == "LR" else corner


def _frame(scene: Scene) -> None:
    """Move everything so that it begins at the margin, and note the whole size."""
    shapes = [*scene.items(), *(group for group in scene.groups if group.width)]
    paths = [edge.path for edge in scene.edges]
    paths += [tie for group in scene.groups for tie in group.ties]
    xs = [x for path in paths for x, _ in path] + [one.x for one in shapes]
    ys = [y for path in paths for _, y in path] + [one.y for one in shapes]
    left, top = min(xs, default=0) - EDGE, min(ys, default=0) - EDGE
    right = max([*xs, *(one.x + one.width for one in shapes)], default=0)
    bottom = max([*ys, *(one.y + one.height for one in shapes)], default=0)
    for one in shapes:
        one.x, one.y = one.x - left, one.y - top
    for path in paths:
        path[:] = [(x - left, y - top) for x, y in path]
    scene.width, scene.height = right - left + EDGE, bottom - top + EDGE
