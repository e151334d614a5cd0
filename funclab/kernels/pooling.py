"""The largest, or the mean, of each window of an image.

Images are (batch, height, width, channels). The innermost loops run over channels, which lie side
by side in memory. Padding holds nothing: it never wins, and it does not count in a mean.
"""

from __future__ import annotations

from funclab.kernels.jit import jit


@jit
def max_pool(x, out, winner, size, strides, padding):
    """out: the largest of each window; winner: its place in the window, counted row by row."""
    for b in range(out.shape[0]):
        for i in range(out.shape[1]):
            top, bottom = inside(i, size[0], strides[0], padding[0], x.shape[1])
            for j in range(out.shape[2]):
                left, right = inside(j, size[1], strides[1], padding[1], x.shape[2])
                best, place = out[b, i, j], winner[b, i, j]
                corner = (top - i * strides[0] + padding[0]) * size[1]
                corner += left - j * strides[1] + padding[1]
                begin(x[b, top, left], best, place, corner)
                for row in range(top, bottom):
                    for column in range(left, right):
                        index = corner + (row - top) * size[1] + column - left
                        challenge(x[b, row, column], best, place, index)


@jit
def max_pool_vjp(g, winner, gx, size, strides, padding):
    """gx: each g at the place that won; zero elsewhere."""
    for b in range(g.shape[0]):
        gx[b] = 0
        for i in range(g.shape[1]):
            top, bottom = inside(i, size[0], strides[0], padding[0], gx.shape[1])
            for j in range(g.shape[2]):
                left, right = inside(j, size[1], strides[1], padding[1], gx.shape[2])
                for row in range(top, bottom):
                    index = (row - i * strides[0] + padding[0]) * size[1]
                    index += left - j * strides[1] + padding[1]
                    for column in range(left, right):
                        award(g[b, i, j], winner[b, i, j], index, gx[b, row, column])
                        index += 1


@jit
def average_pool(x, out, size, strides, padding):
    """out: the mean of the real pixels of each window."""
    for b in range(out.shape[0]):
        for i in range(out.shape[1]):
            top, bottom = inside(i, size[0], strides[0], padding[0], x.shape[1])
            for j in range(out.shape[2]):
                left, right = inside(j, size[1], strides[1], padding[1], x.shape[2])
                mean = out[b, i, j]
                mean[:] = 0
                for row in range(top, bottom):
                    for column in range(left, right):
                        add(x[b, row, column], mean)
                divide(mean, (bottom - top) * (right - left))


@jit
def average_pool_vjp(g, gx, size, strides, padding):
    """gx: each g, shared out evenly among the real pixels of its window."""
    for b in range(g.shape[0]):
        gx[b] = 0
        for i in range(g.shape[1]):
            top, bottom = inside(i, size[0], strides[0], padding[0], gx.shape[1])
            for j in range(g.shape[2]):
                left, right = inside(j, size[1], strides[1], padding[1], gx.shape[2])
                count = (bottom - top) * (right - left)
                for row in range(top, bottom):
                    for column in range(left, right):
                        add_share(g[b, i, j], count, gx[b, row, column])


@jit
def inside(index, size, stride, before, length):
    """From where to where window number `index` covers real pixels."""
    start = index * stride - before
    return max(start, 0), min(start + size, length)


@jit
def begin(pixel, best, place, index):
    for c in range(pixel.size):
        best[c] = pixel[c]
        place[c] = index


@jit
def challenge(pixel, best, place, index):
    for c in range(pixel.size):
        # NaN wins over all, and is never beaten: a student must see it.
        wins = (pixel[c] > best[c]) | (pixel[c] != pixel[c])
        best[c] = pixel[c] if wins else best[c]
        place[c] = index if wins else place[c]


@jit
def award(g, place, index, gx):
    for c in range(g.size):
        gx[c] += g[c] if place[c] == index else 0


@jit
def add(pixel, total):
    for c in range(pixel.size):
        total[c] += pixel[c]


@jit
def divide(total, count):
    for c in range(total.size):
        total[c] /= count


@jit
def add_share(g, count, gx):
    for c in range(g.size):
        gx[c] += g[c] / count
