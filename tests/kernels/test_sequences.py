"""Convolution along a sequence by fewer multiplications."""

import numpy as np
import pytest

from funclab.engine.kernels import columns, conv
from funclab.engine.kernels.recurrent import sequences
from funclab.engine.kernels.window import Window
from tests.kernels.test_conv import kept_first, numbers, out_size, plain_conv

PLAIN = [
    # length, channels, filters, size of the kernel, padding
    (9, 3, 5, 5, (0, 0)),
    (9, 5, 3, 4, (1, 2)),
    (12, 2, 2, 3, (1, 1)),
    (4, 1, 4, 3, (0, 2)),
    (7, 4, 1, 2, (1, 0)),
    (5, 2, 3, 5, (4, 4)),
]


def along(size, padding=(0, 0), stride=1):
    return Window((size,), (stride,), (1,), (padding,))


@pytest.mark.parametrize("turn", [np.array, kept_first])
@pytest.mark.parametrize("tiles", [1, 1000])
@pytest.mark.parametrize(("length", "channels", "filters", "size", "padding"), PLAIN)
def test_fewer_multiplications_give_the_same(
    length, channels, filters, size, padding, tiles, turn, monkeypatch
):
    window = along(size, padding)
    x, w = turn(numbers(5, length, channels)), numbers(size, channels, filters)
    g = turn(numbers(5, *out_size(x, window), filters))
    gx, gw, out = np.empty_like(x), np.empty_like(w), np.empty_like(g)
    monkeypatch.setattr(sequences, "TILES", tiles)

    sequences.conv(x, w, np.arange(filters), out, window)
    sequences.conv_vjp_w(x, g, gw, window)
    sequences.conv_vjp_x(g, w, gx, window)

    out -= np.arange(filters)
    np.testing.assert_allclose(out, plain_conv(x, w, window), atol=1e-12)
    np.testing.assert_allclose((gw * w).sum(), (g * out).sum())
    np.testing.assert_allclose((gx * x).sum(), (g * out).sum())


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_six_multiplications_give_all_outputs_of_a_tile(size):
    x, w = numbers(6), numbers(size)
    pixels, outputs, weights = sequences.matrices(size, np.dtype("float64"))

    out = outputs.T @ ((pixels @ x) * (weights @ w))

    np.testing.assert_allclose(out[: 7 - size], np.correlate(x, w), atol=1e-12)
    assert not out[7 - size :].any()


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_fewer_multiplications_keep_five_digits_in_single_precision(size):
    window = along(size)
    x, w = numbers(16, 50, 64), numbers(size, 64, 64)
    exact = np.empty((16, *out_size(x, window), 64))
    out = np.empty_like(exact, np.float32)

    columns.conv(x, w, None, exact, window)
    sequences.conv(x.astype(np.float32), w.astype(np.float32), None, out, window)

    assert np.abs(out - exact).max() < 4e-6 * np.abs(exact).max()


@pytest.mark.parametrize(
    ("batch", "length", "channels", "size", "stride", "suited"),
    [
        (32, 50, 64, 5, 1, True),
        (32, 50, 64, 2, 1, True),
        (32, 50, 32, 3, 1, True),
        (32, 50, 32, 5, 1, False),  # too few channels for what it saves
        (32, 50, 64, 5, 2, False),
        (32, 50, 64, 6, 1, False),
        (32, 50, 64, 1, 1, False),
        (1, 50, 64, 5, 1, False),  # too few tiles
        (32, 7, 64, 3, 1, False),  # five outputs, in two tiles of four
    ],
)
def test_plain_kernels_with_many_channels_are_done_in_tiles(
    batch, length, channels, size, stride, suited
):
    window = along(size, stride=stride)
    x, w = np.empty((batch, length, channels)), (size, channels, 64)
    out = (batch, *out_size(x, window), 64)

    assert sequences.suits(x.shape, w, window, out, out) == suited


@pytest.mark.parametrize("lengths", [(50,), (16, 16)])
def test_whole_numbers_give_whole_numbers(lengths):
    size = (3,) * len(lengths)
    window = Window(size, (1,) * len(size), (1,) * len(size), ((0, 0),) * len(size))
    x, w = np.ones((32, *lengths, 64), np.int32), np.ones((*size, 64, 64), np.int32)
    out, gx = np.empty((32, *out_size(x, window), 64), np.int32), np.empty_like(x)

    conv.conv(x, w, None, out, window)
    conv.conv_vjp_x(out, w, gx, window)

    assert (out == 64 * 3 ** len(size)).all()
    assert gx.sum() == 64 * w.size * out[..., 0].size * 3 ** len(size)
