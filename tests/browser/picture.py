"""Is a picture on the page legible? Measured on what the browser really painted."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass

import matplotlib.image
import numpy as np
from playwright.sync_api import Locator

LEGIBLE = 4.5  # the contrast that WCAG 2.2 asks of text, success criterion 1.4.3


@dataclass(frozen=True)
class Picture:
    """The luminance of a picture's background, and the contrast of its strongest lines to it."""

    background: float
    contrast: float
    width: int
    height: int


def look_at(place: Locator) -> Picture:
    place.scroll_into_view_if_needed()
    pixels = matplotlib.image.imread(io.BytesIO(place.screenshot()))[..., :3]
    shades = luminance(pixels).ravel()
    background = Counter(shades.round(3).tolist()).most_common(1)[0][0]
    contrasts = [contrast(background, shade) for shade in (shades.min(), shades.max())]
    return Picture(background, max(contrasts), pixels.shape[1], pixels.shape[0])


def luminance(pixels: np.ndarray) -> np.ndarray:
    """Relative luminance of sRGB pixels between 0 and 1 (WCAG 2.2, "relative luminance")."""
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
