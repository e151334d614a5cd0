"""What to write if tensors do not fit each other, by rules as in `models.advice`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from math import prod

from funclab.graph import shape_math
from funclab.graph.shape_math import clashes, show

Shape = Sequence[int | None]

NTH = ("first", "second", "third", "fourth", "fifth", "sixth")


def nth(i: int) -> str:
    return NTH[i] if i < len(NTH) else f"{i + 1}th"


def first_of(*answers: str) -> str:
    return next(filter(None, answers), "")


def for_sum(shapes: Sequence[Shape]) -> str:
    """Tensors that should be combined element by element but have different shapes."""
    for i, j in combinations(range(len(shapes)), 2):
        rank = max(len(shapes[i]), len(shapes[j]))
        a, b = (list(shape[1:]) for shape in (shapes[i], shapes[j]))
        a, b = ([1] * (rank - 1 - len(lengths)) + lengths for lengths in (a, b))
        different = [k for k in clashes(a, b) if 1 not in (a[k], b[k])]
        if different:
            pair = [(i, shapes[i]), (j, shapes[j])]
            return first_of(
                _features(pair, different == [rank - 2]), _sizes(pair), _steps(pair)
            ) or (
                f"make axis {different[0] + 1} equally long in both: one input has "
                f"{a[different[0]]} there, the other {b[different[0]]}; a Reshape or Dense layer "
                "can do it."
            )
    return "give all inputs one shape."


Pair = list[tuple[int, Shape]]
OR_JOIN = ", or lay them end to end with Concatenate()"


def _features(pair: Pair, applies: bool) -> str:
    """Only the last axes differ."""
    if not applies:
        return ""
    (i, small), (_, large) = sorted(pair, key=lambda numbered: numbered[1][-1] or 0)
    layer = f"Conv2D({large[-1]}, 1)" if len(small) == 4 else f"Dense({large[-1]})"
    or_join = OR_JOIN if len(small) == len(large) else ""
    return (
        f"bring the {nth(i)} input from {small[-1]} to {large[-1]} on its last axis: "
        f"{layer}(x){or_join}."
    )


def _sizes(pair: Pair) -> str:
    """Images of two sizes."""
    (i, small), (j, large) = sorted(
        pair, key=lambda numbered: prod(n or 1 for n in numbered[1][1:3])
    )
    if len(small) != 4 or len(large) != 4 or None in (*small[1:3], *large[1:3]):
        return ""
    gaps = [m - n for n, m in zip(small[1:3], large[1:3])]  # type: ignore[operator]
    if min(gaps) < 0 or not any(gaps):
        return ""
    size = f"{small[1]} x {small[2]}"
    factors = {m // n if m % n == 0 else 0 for n, m in zip(small[1:3], large[1:3])}  # type: ignore
    if len(factors) == 1 and (factor := factors.pop()) > 1:
        if small[3] != large[3]:
            return (
                f"bring the {nth(j)} input to {show(small)}: Conv2D({small[3]}, 1, "
                f"strides={factor})(x)."
            )
        return (
            f"bring the {nth(j)} input to {size}: MaxPooling2D({factor})(x), or enlarge the "
            f"{nth(i)}: UpSampling2D({factor})(x)."
        )
    rims = tuple((gap // 2, gap - gap // 2) for gap in gaps)
    even = {side for rim in rims for side in rim}
    padding = even.pop() if len(even) == 1 else rims
    return (
        f"fill the {nth(i)} input up from {size} to {large[1]} x {large[2]}: "
        f'ZeroPadding2D({padding})(x), or padding="same" in the convolution that made it smaller.'
    )


def _steps(pair: Pair) -> str:
    """Sequences of two lengths."""
    (_, short), (j, long) = sorted(pair, key=lambda numbered: numbered[1][1] or 0)
    if len(short) != 3 or len(long) != 3 or None in (short[1], long[1]) or short[1] == long[1]:
        return ""
    return (
        f"cut the {nth(j)} input from {long[1]} to {short[1]} steps: x[:, :{short[1]}], or "
        'padding="same" where a convolution made the other shorter.'
    )


def for_join(shapes: Sequence[Shape], axis: int) -> str:
    """Tensors that should be joined end to end but also differ on another axis."""
    ranks = {len(shape) for shape in shapes}
    if len(ranks) > 1:
        return _ranks(shapes)
    rank = ranks.pop()
    first = shapes[0]
    other = next(i for i, shape in enumerate(shapes) if set(clashes(first, shape)) - {axis % rank})
    different = sorted({k for shape in shapes for k in clashes(first, shape)})
    if len(different) == 1 and (k := different[0]) > 0:
        along = -1 if k == rank - 1 else k
        return f"join them along the axis on which they differ: Concatenate(axis={along})."
    if axis % rank == 0:
        return "axis 0 is the batch; join features, Concatenate(axis=-1), or another axis."
    pair = [(0, first), (other, shapes[other])]
    resized = _sizes([(i, (*shape[:3], 0)) for i, shape in pair] if rank == 4 else pair)
    return (
        first_of(resized, _steps(pair))
        or "give them equal lengths on all axes but one, and join along that one."
    )


def _ranks(shapes: Sequence[Shape]) -> str:
    ranks = [len(shape) for shape in shapes]
    i, j = ranks.index(max(ranks)), ranks.index(min(ranks))
    flat = f"flatten the axes of the {nth(i)} input, {show(shapes[i])}: Flatten()(x)"
    if ranks[j] > 2:
        return f"{flat}, and the same for the others."
    if ranks[i] == 3 and shapes[i][1] is not None:
        return f"{flat}; or repeat the {nth(j)} at each step: RepeatVector({shapes[i][1]})(x)."
    return f"{flat}, or keep the mean of each channel: GlobalAveragePooling{ranks[i] - 2}D()(x)."


def for_dot(a: Shape, b: Shape) -> str:
    """Tensors whose lengths along two axes should be equal."""
    places = product(range(len(a) - 1, 0, -1), range(len(b) - 1, 0, -1))
    pairs = [(i, j) for i, j in places if None not in (a[i], b[j]) and a[i] == b[j]]
    if pairs:
        i, j = pairs[0]
        return f"sum over axes of one length, {a[i]}: Dot(axes={i if i == j else (i, j)})."
    fix = _features([(0, a), (1, b)], None not in (a[-1], b[-1]))
    return fix.replace(OR_JOIN, "") or "choose axes of one length."


shape_math.ADVICE |= {"sum": for_sum, "join": for_join}
