"""Linear algebra on matrices in the last two axes, computed by LAPACK through NumPy.

Source of the gradients: Giles, "Collected matrix derivative results for forward and reverse mode
algorithmic differentiation", 2008; of `pinv`: Golub and Pereyra, 1973.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from funclab.errors import ArgumentError, DataError, ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, show
from funclab.ops.arithmetic import greater, multiply, not_equal, power, subtract
from funclab.ops.base import Data, Slot, function_of, in_keras, shape_of, with_settings, write
from funclab.ops.basic import cast
from funclab.ops.elementwise import absolute, sqrt, square
from funclab.ops.matrices.matmul import matmul
from funclab.ops.moving import tril, triu
from funclab.ops.reduction import max, min, sum, to_axis
from funclab.ops.shaping import expand_dims, moveaxis, swapaxes
from funclab.registry.parameters import wrong_value


def turned(x: Array) -> Array:
    """The matrices transposed."""
    return x.swapaxes(-1, -2)


class OfMatrices(Op, abstract=True):
    """An op on each matrix of x; `square` says whether it must be square."""

    makes = "float"
    square: ClassVar[bool] = True
    function: ClassVar[Any]
    """NumPy's function of x."""

    def forward(self, x: Array, out: Any) -> None:
        try:
            made = type(self).function(x)
        except np.linalg.LinAlgError as error:
            raise self.refused(error) from None
        for part, result in zip(out, made) if self.n_outputs > 1 else [(out, made)]:
            part[...] = result

    def shape(self, x: Shape) -> Any:
        fits = len(x) >= 2 and (not self.square or shape_math.same(x[-1:], x[-2:-1]))
        if not fits:
            kind = "square matrices" if self.square else "matrices"
            raise ShapeError(
                f"{self.name} needs {kind}, of shape (..., {'n, n' if self.square else 'n, m'}). "
                f"Received: {show(x)}.",
                why="its last two axes are the rows and columns of a matrix.",
                fix="give a tensor with such matrices along its last two axes.",
            )
        return self.made(x)

    def made(self, x: Shape) -> Any:
        """The shape of the output for an x with a valid shape."""
        return x

    def refused(self, error: Exception) -> DataError:
        return DataError(
            f"{self.name} has no result: {error}.",
            why="a matrix whose rows depend on each other has no inverse, and only a positive "
            "definite one a Cholesky factor.",
            fix="add a small number to the diagonal, for example x + 1e-6 * ops.eye(n).",
        )


class Inv(OfMatrices):
    """out = the inverse of each matrix: x @ out is the identity.

    Shapes: x (..., n, n) -> out (..., n, n).
    Gradient: gx = -out^T @ g @ out^T.
    Raises: DataError for a matrix without an inverse.
    """

    function = staticmethod(np.linalg.inv)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.negative(turned(out) @ g @ turned(out), gx)


class Pinv(OfMatrices):
    """out = the pseudoinverse of each matrix: v = out @ y is the shortest v with least |x @ v - y|.

    Singular values below `rcond` times the largest count as zero.

    Shapes: x (..., n, m) -> out (..., m, n).
    Gradient: the sum of three products, by Golub and Pereyra.
    """

    square = False
    rcond: float | None = None

    def made(self, x: Shape) -> Shape:
        return (*x[:-2], x[-1], x[-2])

    def forward(self, x: Array, out: Array) -> None:
        rcond = 10 * np.finfo(x.dtype).eps * np.max(x.shape[-2:])
        out[...] = np.linalg.pinv(x, rcond if self.rcond is None else self.rcond)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        p, q = turned(out), turned(g)
        rest = q - x @ (out @ q)
        gx[...] = -p @ g @ p + rest @ out @ p + p @ out @ (q - q @ out @ x)


class Det(OfMatrices):
    """out = the determinant of each matrix.

    Shapes: x (..., n, n) -> out (...).
    Gradient: gx = g * out * (the inverse of x)^T, where x has one.
    """

    function = staticmethod(np.linalg.det)

    def made(self, x: Shape) -> Shape:
        return x[:-2]

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        gx[...] = (g * out)[..., None, None] * turned(np.linalg.inv(x))


class Slogdet(OfMatrices):
    """outs = the sign of the determinant of each matrix, and the logarithm of its absolute value.

    Shapes: x (..., n, n) -> sign (...), logarithm (...).
    Gradient: gx = g of the logarithm * (the inverse of x)^T.
    """

    keras = "numpy"
    n_outputs = 2
    function = staticmethod(np.linalg.slogdet)

    def made(self, x: Shape) -> Any:
        return x[:-2], x[:-2]

    def vjp(self, g: Any, x: Array, out: Any, gx: Array) -> None:
        gx[...] = g[1][..., None, None] * turned(np.linalg.inv(x))


class Cholesky(OfMatrices):
    """out = the lower triangular matrix with out @ out^T = x, for symmetric x (else for the mean of
    x and x^T); with `upper`, the upper triangular matrix with out^T @ out = x.

    Shapes: x (..., n, n) -> out (..., n, n).
    Gradient: with L the lower factor and P the lower triangle of L^T @ gL, its diagonal halved: gx
        = the mean of L^-T @ P @ L^-1 and its transpose.
    Raises: DataError for a matrix that is not positive definite.
    """

    upper: bool = False

    def forward(self, x: Array, out: Array) -> None:
        try:
            lower = np.linalg.cholesky((x + turned(x)) / 2)
        except np.linalg.LinAlgError as error:
            raise self.refused(error) from None
        out[...] = turned(lower) if self.upper else lower

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        lower, gl = (turned(out), turned(g)) if self.upper else (out, g)
        p = np.tril(turned(lower) @ gl) * (1 - np.eye(x.shape[-1], dtype=g.dtype) / 2)
        inverse = np.linalg.inv(lower)
        s = turned(inverse) @ p @ inverse
        np.multiply(s + turned(s), 0.5, gx)


class Eigh(OfMatrices):
    """outs = the eigenvalues of symmetric matrices, the smallest first, and the eigenvectors as
    columns: x @ v = v * w. (Only the lower triangle is read.)

    Shapes: x (..., n, n) -> w (..., n), v (..., n, n).
    Gradient: gx = v @ (diag(gw) + F * (v^T @ gv)) @ v^T, mirrored, with F = 1 / (w_j - w_i).
    """

    n_outputs = 2
    function = staticmethod(lambda x: np.linalg.eigh((x + turned(x)) / 2))

    def made(self, x: Shape) -> Any:
        return x[:-1], x

    def vjp(self, g: Any, x: Array, out: Any, gx: Array) -> None:
        w, v = out
        gaps = w[..., None, :] - w[..., :, None]
        factors = np.divide(1, gaps, where=gaps != 0, out=np.zeros_like(gaps))
        inner = factors * (turned(v) @ g[1]) + g[0][..., None] * np.eye(w.shape[-1], dtype=w.dtype)
        s = v @ inner @ turned(v)
        np.multiply(s + turned(s), 0.5, gx)


class Qr(OfMatrices):
    """outs = q with orthonormal columns and an upper triangular r, so that q @ r = x. With the mode
    "complete", q is square, and r has as many rows as x.

    Shapes: x (..., n, m), k = min(n, m) -> q (..., n, k), r (..., k, m); "complete": k = n.
    Gradient: for n >= m = k, gx = (gq + q @ M) @ r^-T, with M the lower triangle of r @ gr^T - gq^T
        @ q, mirrored.
    Raises: ArgumentError if a gradient is needed for other lengths.
    """

    square = False
    n_outputs = 2
    mode: str = "reduced"

    def made(self, x: Shape) -> Any:
        if self.mode not in ("reduced", "complete"):
            raise wrong_value("qr", "mode", self.mode, '"reduced" or "complete"', '"reduced"')
        k = x[-2] if self.mode == "complete" else _shorter(x)
        return (*x[:-1], k), (*x[:-2], k, x[-1])

    def forward(self, x: Array, out: Any) -> None:
        out[0][...], out[1][...] = np.linalg.qr(x, self.mode)  # type: ignore[call-overload]

    def vjp(self, g: Any, x: Array, out: Any, gx: Array) -> None:
        (q, r), (gq, gr) = out, g
        if r.shape[-2] != x.shape[-1]:
            raise _no_gradient(self, x)
        lower = np.tril(r @ turned(gr) - turned(gq) @ q)
        mirrored = lower + turned(np.tril(lower, -1))
        gx[...] = (gq + q @ mirrored) @ turned(np.linalg.inv(r))


class Svd(OfMatrices):
    """outs = u, the singular values s (the largest first) and v^T, so that u * s @ v^T = x.

    Shapes: x (..., n, m), k = min(n, m) -> u (..., n, k), s (..., k), v^T (..., k, m); with
        `full_matrices` u and v^T are square.
    Gradient: the sum of a part for each output, by Townsend, if u has k columns and v^T k rows.
    Raises: ArgumentError if a gradient is needed otherwise.
    Source: Townsend, "Differentiating the singular value decomposition", 2016.
    """

    keras = ""
    square = False
    n_outputs = 3
    full_matrices: bool = True

    def made(self, x: Shape) -> Any:
        n, m, k = x[-2], x[-1], _shorter(x)
        u, v = (n, m) if self.full_matrices else (k, k)
        return (*x[:-1], u), (*x[:-2], k), (*x[:-2], v, m)

    def forward(self, x: Array, out: Any) -> None:
        for part, made in zip(out, np.linalg.svd(x, self.full_matrices)):
            part[...] = made

    def vjp(self, g: Any, x: Array, out: Any, gx: Array) -> None:
        (u, s, vt), (gu, gs, gvt) = out, g
        if u.shape[-1] != vt.shape[-2]:
            raise _no_gradient(self, x)
        v, gv = turned(vt), turned(gvt)
        squares = s[..., None, :] ** 2 - s[..., :, None] ** 2
        f = np.divide(1, squares, where=squares != 0, out=np.zeros_like(squares))
        a, b = turned(u) @ gu, turned(v) @ gv
        inner = (f * (a - turned(a))) * s[..., None, :] + s[..., None] * (f * (b - turned(b)))
        inner += gs[..., None] * np.eye(s.shape[-1], dtype=s.dtype)
        beside_u = (gu - u @ a) / s[..., None, :]
        beside_v = (gv - v @ b) / s[..., None, :]
        gx[...] = (u @ inner + beside_u) @ vt + u @ turned(beside_v)


def _shorter(x: Shape) -> int | None:
    n, m = x[-2:]
    return None if n is None or m is None else n if n < m else m


def _no_gradient(op: Any, x: Array) -> ArgumentError:
    return ArgumentError(
        f"{op} has no gradient for matrices of shape {show(x.shape[-2:])}.",
        why="some columns of what it makes are not determined by the matrix.",
        fix='use mode="reduced" or full_matrices=False, on matrices with at least as many rows as '
        "columns; or ops.stop_gradient on what it returns.",
    )


class SingularValues(OfMatrices):
    """out = the singular values of each matrix, the largest first.

    Shapes: x (..., n, m) -> out (..., min(n, m)).
    Gradient: gx = u * g @ v^T, with x = u * out @ v^T.
    """

    square = False
    function = staticmethod(lambda x: np.linalg.svd(x, compute_uv=False))

    def made(self, x: Shape) -> Shape:
        return (*x[:-2], _shorter(x))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        u, _, v = np.linalg.svd(x, full_matrices=False)
        gx[...] = (u * g[..., None, :]) @ v


class Solve(Op):
    """out = the x for which a @ x = b.

    Shapes: a (..., n, n), b (..., n) or (..., n, m) -> out (same as b).
    Gradient: gb = a^-T @ g; ga = -gb @ out^T.
    Raises: DataError for a matrix without an inverse.
    """

    makes = "float"

    def shape(self, a: Shape, b: Shape) -> Shape:
        Inv().shape(a)
        rows = b[-1:] if len(b) == len(a) - 1 else b[-2:-1]
        if len(b) not in (len(a), len(a) - 1) or not shape_math.same(rows, a[-1:]):
            raise ShapeError(
                f"solve cannot match a of shape {show(a)} and b of shape {show(b)}.",
                why="a must be (..., n, n) and b (..., n) or (..., n, m).",
                fix="reshape or transpose b.",
            )
        return b

    def forward(self, a: Array, b: Array, out: Array) -> None:
        try:
            out[...] = _columns(np.linalg.solve, a, b)
        except np.linalg.LinAlgError as error:
            raise Inv().refused(error) from None

    def vjp(self, g: Array, a: Array, b: Array, out: Array, ga: Slot, gb: Slot) -> None:
        back = _columns(np.linalg.solve, turned(a), g)
        write(back, gb)
        if ga is not None:
            is_vector = b.ndim < a.ndim
            left, right = (back[..., None], out[..., None]) if is_vector else (back, out)
            np.negative(left @ turned(right), ga)


def _columns(function: Any, a: Array, b: Array) -> Array:
    """The result of a function of a matrix and columns, also for b that holds vectors."""
    return function(a, b[..., None])[..., 0] if b.ndim < a.ndim else function(a, b)


inv, det, slogdet, eigh = map(function_of, (Inv, Det, Slogdet, Eigh))
pinv, cholesky, qr = (with_settings(op, "x") for op in (Pinv, Cholesky, Qr))
solve = with_settings(Solve, "a", "b")


def solve_triangular(a: Data, b: Data, lower: bool = False) -> Any:
    """The x for which a @ x = b, using only the upper (or lower) triangle of a."""
    return solve(tril(a) if lower else triu(a), b)


def lstsq(a: Data, b: Data, rcond: float | None = None) -> Any:
    """The least-squares solution: the x for which a @ x is closest to b."""
    return matmul(pinv(a, rcond), b)


@in_keras("math")
def logdet(x: Data) -> Any:
    """The logarithm of the determinant of each matrix."""
    return slogdet(x)[1]


def cholesky_inverse(x: Data, upper: bool = False) -> Any:
    """The inverse of the matrix whose Cholesky factor is x."""
    other = swapaxes(x, -1, -2)
    return inv(matmul(other, x) if upper else matmul(x, other))


@in_keras("linalg.SVD")
def svd(x: Data, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """u, the singular values s and v^T, so that u * s @ v^T = x; or s alone, with its gradient."""
    return Svd(full_matrices)(x) if compute_uv else SingularValues()(x)


def matrix_rank(x: Data, tol: float | None = None) -> Any:
    """How many singular values of each matrix are above `tol` times the largest one."""
    values = SingularValues()(x)
    if tol is None:
        tol = float(np.finfo(np.float32).eps) * float(np.max(shape_of(x)[-2:]))  # type: ignore[arg-type, call-overload]
    return sum(greater(values, multiply(max(values, -1, keepdims=True), tol)), -1)


def norm(x: Data, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of vectors along one axis, or of matrices along two.

    Vectors: the root of the sum of squares (None, 2) or of another power (p), the largest or
    smallest absolute value (inf, -inf), the number of nonzeros (0). Matrices: the root of the sum
    of squares (None, "fro"), the largest or smallest sum of absolute values in a column (1, -1) or
    row (inf, -inf), the largest or smallest singular value (2, -2), or their sum ("nuc").

    Raises: ArgumentError for another `ord`.
    """
    axes = shape_math.reduced_axes(len(shape_of(x)), to_axis(axis))
    if ord is None or (ord == 2 and len(axes) == 1) or (ord == "fro" and len(axes) == 2):
        return sqrt(sum(square(multiply(x, 1.0)), axes, keepdims))
    if len(axes) == 1 and not isinstance(ord, str):
        return _vector_norm(absolute(multiply(x, 1.0)), float(ord), axes, keepdims)
    if len(axes) == 2 and ord in (1, -1, 2, -2, math.inf, -math.inf, "nuc"):
        pair = axes if axis is None else tuple(i % len(shape_of(x)) for i in axis)
        made = _matrix_norm(multiply(x, 1.0), ord, *pair)
        return expand_dims(made, axes) if keepdims else made
    raise ArgumentError(
        f"norm does not know ord={ord!r} for {len(axes)} axes.",
        why="vectors have a norm for every number, matrices for 1, 2, inf, their negatives, "
        '"fro" and "nuc".',
        fix="leave `ord` out, or name one axis or two: ops.norm(x, ord=1, axis=-1).",
    )


def _vector_norm(sizes: Any, ord: float, axes: Any, keepdims: bool) -> Any:
    if math.isinf(ord):
        return (max if ord > 0 else min)(sizes, axes, keepdims)
    if ord == 0:
        return cast(sum(not_equal(sizes, 0), axes, keepdims), "float32")
    if ord == 1:
        return sum(sizes, axes, keepdims)
    return power(sum(power(sizes, ord), axes, keepdims), 1 / ord)


def _matrix_norm(x: Any, ord: Any, rows: int, columns: int) -> Any:
    x = moveaxis(moveaxis(x, rows, -1), columns - (rows < columns), -1)
    if ord in (2, -2, "nuc"):
        values = SingularValues()(x)
        return sum(values, -1) if ord == "nuc" else (max if ord > 0 else min)(values, -1)
    sums = sum(absolute(x), -2 if abs(ord) == 1 else -1)
    return (max if ord > 0 else min)(sums, -1)


@in_keras("math.CDist")
def cdist(x: Data, y: Data) -> Any:
    """The distance of each vector of x from each vector of y.

    Shapes: x (..., m, d), y (..., n, d) -> (..., m, n).
    """
    return sqrt(sum(square(subtract(expand_dims(x, -2), expand_dims(y, -3))), -1))
