"""The page for model files, with models that are in addresses."""

from __future__ import annotations

from html import escape
from pathlib import Path

from docs.gallery import SHOWN
from funclab.view.explorer.view import explore
from tests.view.gallery import built

WRITTEN = Path(__file__).parent / "pages" / "drop.md"
EXAMPLES = ("siamese", "resnet", "unet")
"""Models of the gallery that fit in an address."""


def page() -> str:
    links = (
        f'<a href="{escape(explore(built(name)).link(""))}">{escape(SHOWN[name][0])}</a>'
        for name in EXAMPLES
    )
    return WRITTEN.read_text(encoding="utf-8").replace("<!-- examples -->", ", ".join(links))
