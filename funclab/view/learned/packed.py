"""Arrays as few characters, for what a view stores: `learned.js` reads them."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array

STEPS = 127


def packed(array: Array) -> dict[str, Any]:
    """Numbers as whole numbers from -127 to 127 with one scale: value = whole number * top / 127.
    Each is off by at most half a step, top / 254; NaN and infinity become 0."""
    finite = np.nan_to_num(np.asarray(array, "float64"), nan=0.0, posinf=0.0, neginf=0.0)
    top = float(np.abs(finite).max(initial=0.0))
    whole = np.rint(finite * (STEPS / top) if top else finite).astype("int8")
    data = base64.b64encode(whole.tobytes()).decode()
    return {"shape": list(whole.shape), "top": top, "data": data}


def unpacked(stored: dict[str, Any]) -> Array:
    """The numbers of `packed`, as pages read them."""
    whole = np.frombuffer(base64.b64decode(stored["data"]), "int8")
    return whole.reshape(stored["shape"]) * (stored["top"] / STEPS)
