"""Convolution compared with its definition, written as plainly as possible."""

import itertools

import numpy as np
import pytest

from funclab.engine.kernels import columns, winograd
from funclab.engine.kernels import conv as kernels
from funclab.engine.kernels.window import Window

SIZES = [(3, 3), (2, 3), (1, 1)]
STRIDES = [(1, 1), (2, 1), (3, 2)]
DILATIONS = [(1, 1), (2, 1)]
PADDINGS = [((0, 0), (0, 0)), ((1, 0), (1, 2))]
IMAGE_WINDOWS = [*itertools.product(SIZES, STRIDES, DILATIONS, PADDINGS)]
OTHERS = [
    ((3,), (1,), (1,), ((0, 0),)),
    ((3,), (2,), (2,), ((2, 1),)),
    ((2, 2, 3), (1, 1, 1), (1, 1, 1), ((0, 0),) * 3),
    ((2, 3, 2), (2, 1, 3), (2, 1, 1), ((1, 1), (0, 2), (1, 0))),
]
WINDOWS = [Window(*settings) for settings in IMAGE_WINDOWS + OTHERS]
LENGTHS = {1: (9,), 2: (8, 9), 3: (5, 4, 6)}

each_window = pytest.mark.parametrize("window", WINDOWS, ids=str)


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape)


def padded(x: np.ndarray, window: Window) -> np.ndarray:
    return np.pad(x, ((0, 0), *window.padding, (0, 0)))


def out_size(x: np.ndarray, window: Window) -> list[int]:
    lengths = padded(x, window).shape[1:-1]
    spans = [d * (n - 1) + 1 for n, d in zip(window.size, window.dilation)]
    return [(n - span) // s + 1 for n, span, s in zip(lengths, spans, window.strides)]


def plain_conv(x: np.ndarray, w: np.ndarray, window: Window) -> np.ndarray:
    """One window at a time, one group at a time."""
    lengths = out_size(x, window)
    groups = x.shape[-1] // w.shape[-2]
    out = np.zeros((len(x), *lengths, w.shape[-1]))
    shares = zip(np.split(padded(x, window), groups, -1), np.split(w, groups, -1))
    for group, (image, kernel) in enumerate(shares):
        filters = kernel.shape[-1]
        for place in np.ndindex(*lengths):
            for inside in np.ndindex(*window.size):
                moves = zip(place, window.strides, inside, window.dilation)
                at = [i * stride + p * dilation for i, stride, p, dilation in moves]
                seen = image[:, *at] @ kernel[*inside]
                out[:, *place, group * filters : (group + 1) * filters] += seen
    return out


def setting(window: Window, channels: int, groups: int) -> tuple[np.ndarray, ...]:
    """An image, sequence or volume, a kernel, and a gradient of the output."""
    x = numbers(5, *LENGTHS[len(window.size)], channels)
    w = numbers(*window.size, channels // groups, 6)
    return x, w, numbers(5, *out_size(x, window), 6)


@each_window
def test_images_with_channels_first_in_memory_give_the_same(window):
    x, w, g = setting(window, 6, 2)
    expected = [np.empty_like(g), np.empty_like(x), np.empty_like(w)]
    turned = [kept_first(a) for a in (x, g, g, x)]
    results = [turned[2], turned[3], np.empty_like(w)]

    for image, gradient, (out, gx, gw) in ((x, g, expected), (turned[0], turned[1], results)):
        kernels.conv_vjp_x(gradient, w, gx, window)
        kernels.conv_vjp_w(image, gradient, gw, window)
        kernels.conv(image, w, None, out, window)

    for result, exact in zip(results, expected, strict=True):
        np.testing.assert_allclose(result, exact, atol=1e-12)


def kept_first(x: np.ndarray) -> np.ndarray:
    """The same numbers, the channels right after the batch in memory."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(x, -1, 1)), 1, -1)


@pytest.mark.parametrize("block", [1, 4000, 40_000])
@pytest.mark.parametrize(
    "settings",
    [
        ((3, 3), (1, 1), (1, 1), ((0, 0), (0, 0))),
        ((3, 2), (1, 1), (1, 1), ((1, 1), (0, 1))),
        *OTHERS,
    ],
    ids=str,
)
def test_cutting_the_work_into_other_blocks_changes_nothing(settings, block, monkeypatch):
    window = Window(*settings)
    x, w, g = setting(window, 6, 1)
    gx, gw, out = np.empty_like(x), np.empty_like(w), np.empty_like(g)
    monkeypatch.setattr(columns, "BLOCK", block)

    kernels.conv(x, w, None, out, window)
    kernels.conv_vjp_w(x, g, gw, window)
    kernels.conv_vjp_x(g, w, gx, window)

    np.testing.assert_allclose(out, plain_conv(x, w, window), atol=1e-12)
    np.testing.assert_allclose((gw * w).sum(), (g * out).sum())
    np.testing.assert_allclose((gx * x).sum(), (g * out).sum())


TILED = [
    # size of the image, channels, filters, padding
    ((8, 8), 3, 5, ((0, 0), (0, 0))),
    ((8, 8), 5, 3, ((1, 1), (1, 1))),
    ((3, 3), 2, 2, ((0, 0), (0, 0))),
    ((5, 10), 1, 4, ((0, 2), (1, 0))),
    ((7, 4), 4, 1, ((2, 2), (2, 2))),
]


def three_by_three(padding):
    return Window((3, 3), (1, 1), (1, 1), padding)


@pytest.mark.parametrize("tiles", [1, 1000])
@pytest.mark.parametrize(("size", "channels", "filters", "padding"), TILED)
def test_fewer_multiplications_give_the_same(size, channels, filters, padding, tiles, monkeypatch):
    window = three_by_three(padding)
    x, w = numbers(5, *size, channels), numbers(3, 3, channels, filters)
    g = numbers(5, *out_size(x, window), filters)
    gx, gw, out = np.empty_like(x), np.empty_like(w), np.empty_like(g)
    monkeypatch.setattr(winograd, "TILES", tiles)

    winograd.conv(x, w, np.arange(filters), out, window)
    winograd.conv_vjp_w(x, g, gw, window)
    winograd.conv_vjp_x(g, w, gx, window)

    out -= np.arange(filters)
    np.testing.assert_allclose(out, plain_conv(x, w, window), atol=1e-12)
    np.testing.assert_allclose((gw * w).sum(), (g * out).sum())
    np.testing.assert_allclose((gx * x).sum(), (g * out).sum())


def test_along_a_line_six_multiplications_give_four_outputs():
    x, w = numbers(6), numbers(3)

    out = winograd.OUTPUTS.T @ ((winograd.PIXELS @ x) * (winograd.WEIGHTS @ w))

    np.testing.assert_allclose(out, np.correlate(x, w), atol=1e-12)


def test_fewer_multiplications_keep_five_digits_in_single_precision():
    window = three_by_three(((1, 1), (1, 1)))
    x, w = numbers(4, 12, 12, 64), numbers(3, 3, 64, 64)
    exact, out = np.empty_like(x), np.empty_like(x, np.float32)

    columns.conv(x, w, None, exact, window)
    winograd.conv(x.astype(np.float32), w.astype(np.float32), None, out, window)

    assert np.abs(out - exact).max() < 4e-6 * np.abs(exact).max()


@pytest.mark.parametrize(
    ("size", "strides", "channels", "padding", "tiled"),
    [
        ((3, 3), (1, 1), 64, 1, True),
        ((3, 3), (1, 1), 4, 1, False),  # too few channels
        ((3, 3), (2, 2), 64, 1, False),
        ((3, 3), (1, 1), 64, 3, False),
        ((5, 5), (1, 1), 64, 1, False),
    ],
)
def test_only_plain_kernels_with_many_channels_are_done_in_tiles(
    size, strides, channels, padding, tiled
):
    window = Window(size, strides, (1, 1), ((padding, padding),) * 2)
    x, w = np.empty((32, 16, 16, channels)), (*size, channels, 64)
    out = (32, *out_size(x, window), 64)

    assert winograd.suits(x.shape, w, window, out, out) == tiled


@pytest.mark.parametrize(
    ("side", "padding", "expected"),
    [
        (16, 1, (True, True, True)),
        (11, 0, (True, True, False)),  # almost half of the tiles is empty
        (9, 0, (True, False, True)),  # out takes two tiles each way, x three
        (7, 0, (False, False, False)),  # out is 5 by 5, in two tiles each way
    ],
)
def test_each_gradient_is_done_in_tiles_only_where_they_are_well_filled(side, padding, expected):
    window = three_by_three(((padding, padding),) * 2)
    x, w = (32, side, side, 64), (3, 3, 64, 64)
    out = (32, *out_size(np.empty(x), window), 64)

    forward, back = (winograd.suits(x, w, window, out, cut) for cut in (out, x))

    assert (forward, back, winograd.suits_weights(x, w, window, out)) == expected
