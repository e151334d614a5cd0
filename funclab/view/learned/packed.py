"""Arrays as few characters, for what a view stores: `learned.js` reads them."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array

KINDS = {8: "int8", 16: "<i2"}


def packed(array: Array, bits: int = 8) -> dict[str, Any]:
    """Numbers as whole numbers of 8 or 16 bits with one scale: with the largest whole number, 127
    or 32,767, value = whole number * top / largest. Each is off by at most half a step. With 32
    bits they are floats, as they are. NaN and infinity become 0."""
    finite = np.nan_to_num(np.asarray(array, "float64"), nan=0.0, posinf=0.0, neginf=0.0)
    top = float(np.abs(finite).max(initial=0.0))
    if bits == 32:
        whole = finite.astype("<f4")
    else:
        whole = np.rint(finite * (_steps(bits) / top) if top else finite).astype(KINDS[bits])
    data = base64.b64encode(whole.tobytes()).decode()
    return {"shape": list(whole.shape), "top": top, "bits": bits, "data": data}


def unpacked(stored: dict[str, Any]) -> Array:
    """The numbers of `packed`, as pages read them."""
    bits, data = stored["bits"], base64.b64decode(stored["data"])
    if bits == 32:
        return np.frombuffer(data, "<f4").reshape(stored["shape"])
    whole = np.frombuffer(data, KINDS[bits]).reshape(stored["shape"])
    return whole * (stored["top"] / _steps(bits))


def _steps(bits: int) -> int:
    return 2 ** (bits - 1) - 1
