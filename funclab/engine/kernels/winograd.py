"""Convolution with a 3x3 kernel in fewer multiplications: Winograd's algorithm.

Along a line, four neighboring outputs of a kernel of size three see six pixels. The gradients of
these pixels are the coefficients of a product of polynomials, of the gradients g and the weights w:

    (g0 + g1 t + g2 t^2 + g3 t^3) (w0 + w1 t + w2 t^2)

Multiplied out, that takes 4 * 3 = 12 multiplications. But a polynomial with six coefficients is
determined by its values at six points t, each of which takes one multiplication: evaluate g and w
there, multiply the values, and interpolate to find the coefficients. Each step is a small matrix:

    gx = PIXELS^T ((OUTPUTS g) * (WEIGHTS w))        and so, transposed, for the same w,
    out = OUTPUTS^T ((PIXELS x) * (WEIGHTS w))

In an image this is done along the rows and the columns. A tile of 4x4 outputs sees 6x6 pixels, and
takes 36 multiplications instead of 144 for each channel and filter; the small matrices cost
additions, but only once for each channel and for each filter. The sums over the channels become one
matrix product for each of the 36 points: (tiles, channels) @ (channels, filters).

The price is accuracy: in single precision the largest error is about twice that of a plain sum,
and is as large in outputs near zero as in large ones (2e-6 of the largest output).

Source: Winograd, "Arithmetic complexity of computations", 1980; Lavin and Gray, "Fast algorithms
for convolutional neural networks", CVPR 2016; Barabasz et al., "Error analysis and improving the
accuracy of Winograd convolution", 2020, for why the points matter.
"""

import numpy as np

from funclab.engine.kernels.jit import jit
from funclab.engine.kernels.threads import scratch

SIDE, SEEN = 4, 6
"""A tile has SIDE outputs along each axis, and sees SEEN pixels along each axis."""

NEAR, FAR = 3 / 4, 3 / 2
POINTS = (0, NEAR, -NEAR, FAR, -FAR)
"""And infinity, where a polynomial's value is its last coefficient. With the usual points 0, 1, -1,
2 and -2, single precision would lose another half digit."""

TILES = 64
"""Tiles multiplied at a time. Fewer make the products slow; more do not fit into the cache: with
256, a convolution of 64 channels takes a quarter longer."""


def at_points(count):
    """The matrix that maps the `count` coefficients of a polynomial to its values at the points."""
    matrix = np.zeros((SEEN, count))
    matrix[:-1] = np.vander(POINTS, count, increasing=True)
    matrix[-1, -1] = 1
    return matrix


# Row i of PIXELS: the polynomial that is zero at all points but point i; WEIGHTS are divided by its
# value there.
PIXELS = np.zeros((SEEN, SEEN))
for i in range(SEEN - 1):
    PIXELS[i, :-1] = np.poly(np.delete(POINTS, i))[::-1]
PIXELS[-1] = np.poly(POINTS)[::-1]
WEIGHTS = at_points(3) / np.sum(PIXELS * at_points(SEEN), axis=1, keepdims=True)
OUTPUTS = at_points(SIDE)

BOTH_WAYS = np.kron(WEIGHTS, WEIGHTS)
"""WEIGHTS along the rows and along the columns at once."""


def suits(x, w, window, out, cut):
    """Whether this algorithm is faster for arrays of these shapes: there is enough work, and few
    multiplications are wasted. `cut` is what is made in tiles: out, or x."""
    plain = window.size == (3, 3) and window.strides == window.dilation == (1, 1)
    if not plain or w[-2] != x[-1] or max(map(max, window.padding)) > 2:
        return False
    needed, tiles = _needed(out, cut), _tiles(cut[1]) * _tiles(cut[2])
    return min(w[-2:]) * needed >= 24 and needed > 0.5 and x[0] * tiles >= 48


def suits_weights(x, w, window, out):
    """The same for the gradient of the weights, which evaluates larger tiles of x and g."""
    needed = _needed(out, out)
    return suits(x, w, window, out, out) and min(w[-2:]) * needed >= 28 and needed > 0.75


def _needed(out, cut):
    """The fraction of the multiplications that is not wasted on parts of tiles beyond the edge."""
    return out[1] * out[2] / (_tiles(cut[1]) * _tiles(cut[2]) * SIDE**2)


def conv(x, w, bias, out, window):
    kernel = BOTH_WAYS.astype(x.dtype) @ w.reshape(9, -1)
    kernel = kernel.reshape(-1, *w.shape[-2:])
    for images in _blocks(out):
        values = _at_points("pixels", x[images], SEEN, out, window)
        products = scratch("products", (*values.shape[:-1], w.shape[-1]), x.dtype)
        np.matmul(values, kernel, out=products)
        interpolate(products.reshape(SEEN, SEEN, *products.shape[1:]), out[images])
    if bias is not None:
        out += bias


def conv_vjp_x(g, w, gx, window):
    """A convolution of g with the kernel rotated by 180 degrees, channels and filters swapped."""
    turned = np.ascontiguousarray(w[::-1, ::-1].swapaxes(-1, -2))
    padding = tuple((2 - before, 2 - after) for before, after in window.padding)
    conv(g, turned, None, gx, window._replace(padding=padding))


def conv_vjp_w(x, g, gw, window):
    """gw = WEIGHTS^T ((PIXELS x)^T (OUTPUTS g)), along both axes."""
    total = np.zeros((SEEN**2, *gw.shape[-2:]), gw.dtype)
    product = np.empty_like(total)
    unpadded = window._replace(padding=((0, 0), (0, 0)))
    for images in _blocks(g):
        pixels = _at_points("pixels", x[images], SEEN, g, window)
        outputs = _at_points("outputs", g[images], SIDE, g, unpadded)
        total += np.matmul(pixels.swapaxes(1, 2), outputs, out=product)
    np.matmul(BOTH_WAYS.astype(gw.dtype).T, total.reshape(SEEN**2, -1), out=gw.reshape(9, -1))


def _tiles(length):
    return -(-length // SIDE)


def _blocks(out):
    """Groups of images with about `TILES` tiles in total."""
    count = max(1, TILES // (_tiles(out.shape[1]) * _tiles(out.shape[2])))
    return [slice(first, first + count) for first in range(0, len(out), count)]


def _at_points(name, x, side, out, window):
    """The values of the images' tiles at the points of both axes, (36, tiles, channels)."""
    (top, _), (left, _) = window.padding
    high, wide = _tiles(out.shape[1]), _tiles(out.shape[2])
    tiles = len(x) * high * wide
    values = scratch(name, (SEEN, SEEN, tiles, x.shape[-1]), x.dtype)
    evaluate(x, side, (top, left), (high, wide), values)
    return values.reshape(SEEN**2, tiles, -1)


@jit
def evaluate(x, side, before, tiles, values):
    """values = PIXELS x PIXELS^T for each tile x of 6x6 pixels; OUTPUTS for a `side` of 4.

    `before` is the number of zeros above and left of an image, `tiles` an image's tiles per axis.
    In a row of tiles, one column of all tiles is read at a time, so that the loops are long.
    """
    (top, left), (high, wide) = before, tiles
    length = wide * x.shape[3]
    rows = np.empty((side, side, wide, x.shape[3]), x.dtype)
    column = np.empty((SEEN, side * length), x.dtype)
    start = 0
    for b in range(x.shape[0]):
        for i in range(high):
            for r in range(side):
                read_row(x[b], SIDE * i + r - top, left, rows[r])
            evaluate_line(rows.reshape(side, side * length), column, 0)
            for p in range(SEEN):
                evaluate_line(column[p].reshape(side, length), values[p].reshape(SEEN, -1), start)
            start += length


@jit
def read_row(image, i, left, columns):
    """columns[q, t] = pixel q of tile t in row i; zero outside the image."""
    inside = 0 <= i < image.shape[0]
    for q in range(columns.shape[0]):
        for t in range(columns.shape[1]):
            j = SIDE * t + q - left
            pixel = columns[q, t]
            if inside and 0 <= j < image.shape[1]:
                for c in range(pixel.size):
                    pixel[c] = image[i, j, c]
            else:
                pixel[:] = 0


@jit
def evaluate_line(x, values, start):
    if len(x) == SEEN:
        evaluate_pixels(six_rows(x, 0, x.shape[1]), six_rows(values, start, x.shape[1]))
    else:
        evaluate_outputs(four_rows(x), six_rows(values, start, x.shape[1]))


@jit
def four_rows(a):
    return a[0], a[1], a[2], a[3]


@jit
def six_rows(a, start, length):
    stop = start + length
    first = a[0][start:stop], a[1][start:stop], a[2][start:stop]
    return *first, a[3][start:stop], a[4][start:stop], a[5][start:stop]


@jit
def evaluate_pixels(pixels, values):
    """PIXELS x: terms that the points a and -a share are computed once."""
    x0, x1, x2, x3, x4, x5 = pixels
    at_0, at_near, at_minus_near, at_far, at_minus_far, at_infinity = values
    near, far = x0.dtype.type(NEAR), x0.dtype.type(FAR)
    near_2, far_2 = near * near, far * far
    for k in range(x0.size):
        even, odd = x4[k] - far_2 * x2[k], x3[k] - far_2 * x1[k]
        at_near[k] = even + near * odd
        at_minus_near[k] = even - near * odd
        at_infinity[k] = x5[k] - far_2 * x3[k] - near_2 * odd
        even, odd = x4[k] - near_2 * x2[k], x3[k] - near_2 * x1[k]
        at_far[k] = even + far * odd
        at_minus_far[k] = even - far * odd
        at_0[k] = even - far_2 * (x2[k] - near_2 * x0[k])


@jit
def evaluate_outputs(outputs, values):
    """OUTPUTS x: the values of the polynomial x0 + x1 t + x2 t^2 + x3 t^3."""
    x0, x1, x2, x3 = outputs
    at_0, at_near, at_minus_near, at_far, at_minus_far, at_infinity = values
    near, far = x0.dtype.type(NEAR), x0.dtype.type(FAR)
    near_2, far_2 = near * near, far * far
    for k in range(x0.size):
        at_0[k] = x0[k]
        even, odd = x0[k] + near_2 * x2[k], near * (x1[k] + near_2 * x3[k])
        at_near[k] = even + odd
        at_minus_near[k] = even - odd
        even, odd = x0[k] + far_2 * x2[k], far * (x1[k] + far_2 * x3[k])
        at_far[k] = even + odd
        at_minus_far[k] = even - odd
        at_infinity[k] = x3[k]


@jit
def interpolate(products, out):
    """out = OUTPUTS^T m OUTPUTS for the 6x6 values m of each tile."""
    images, height, width, filters = out.shape
    wide = -(-width // SIDE)
    length = wide * filters
    column = np.empty((SEEN, SIDE * length), out.dtype)
    rows = np.empty((SIDE, SIDE, wide, filters), out.dtype)
    start = 0
    for b in range(images):
        for i in range(0, height, SIDE):
            for p in range(SEEN):
                row = column[p].reshape(SIDE, length)
                interpolate_line(products[p].reshape(SEEN, -1), start, row)
            interpolate_line(column, 0, rows.reshape(SIDE, SIDE * length))
            for r in range(min(SIDE, height - i)):
                write_row(rows[r], out[b, i + r])
            start += length


@jit
def write_row(columns, row):
    for j in range(row.shape[0]):
        pixel = columns[j % SIDE, j // SIDE]
        for c in range(pixel.size):
            row[j, c] = pixel[c]


@jit
def interpolate_line(values, start, x):
    """OUTPUTS^T values."""
    at_0, at_near, at_minus_near, at_far, at_minus_far, at_infinity = six_rows(
        values, start, x.shape[1]
    )
    x0, x1, x2, x3 = four_rows(x)
    near, far = x0.dtype.type(NEAR), x0.dtype.type(FAR)
    near_2, far_2 = near * near, far * far
    for k in range(x0.size):
        even, even_far = at_near[k] + at_minus_near[k], at_far[k] + at_minus_far[k]
        odd, odd_far = near * (at_near[k] - at_minus_near[k]), far * (at_far[k] - at_minus_far[k])
        x0[k] = at_0[k] + even + even_far
        x1[k] = odd + odd_far
        x2[k] = near_2 * even + far_2 * even_far
        x3[k] = near_2 * odd + far_2 * odd_far + at_infinity[k]
