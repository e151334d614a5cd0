"""Colours: one table for light, dark and print, and the style sheet made from it; and the defaults
of views: their look, and whether they ask questions."""

from __future__ import annotations

from functools import cache

from funclab.errors import ArgumentError

_COLOURS = {
    "ink": ("#17212b", "#eef2f6"),
    "soft": ("#4a5763", "#b8c3ce"),
    "label": ("#626e7a", "#97a4b1"),
    "paper": ("#ffffff", "#14181d"),
    "sunken": ("#f6f8fa", "#1a2027"),
    "rule": ("#e1e6eb", "#2c353e"),
    "line": ("#7f8a96", "#7d8a97"),
    "rim": ("#848f9b", "#66727e"),
    "focus": ("#1d5fd0", "#8ab8ff"),
    "neutral": ("#5b6773", "#a3b0bc"),
    "plain": ("#f6f8fa", "#20272f"),
    "input": ("#0b62a4", "#7cc0f5"),
    "input-fill": ("#edf5fc", "#15283a"),
    "output": ("#1a7a58", "#6fd3ab"),
    "output-fill": ("#e9f7f1", "#12302a"),
    "group0": ("#a35200", "#f5b041"),
    "group0-fill": ("#fff5e4", "#35280f"),
    "group1": ("#7a3e9d", "#d3a6f0"),
    "group1-fill": ("#f7effc", "#2f2139"),
    "group2": ("#b01e5b", "#f79bbf"),
    "group2-fill": ("#fdeef4", "#3a1a28"),
    "group3": ("#5f6600", "#cdd45a"),
    "group3-fill": ("#f7f8df", "#2b2d10"),
    "group4": ("#7a4a2b", "#dcae8c"),
    "group4-fill": ("#f8f0ea", "#33261c"),
    "pos": ("#b85a00", "#f0a043"),
    "neg": ("#1f66ad", "#74b3ee"),
    "fault": ("#b3261e", "#ff9c94"),
    "fault-fill": ("#fdeeec", "#3b1d1b"),
    "on-colour": ("#ffffff", "#10151a"),
}
"""Each colour on a light and on a dark background."""
WHITE = ("paper", "sunken", "plain", "on-colour")
"""What is white in print, like all fills; the rest is black."""
LIGHT, DARK = ({name: pair[ground] for name, pair in _COLOURS.items()} for ground in (0, 1))
PRINT = {
    name: "#ffffff" if name in WHITE or name.endswith("-fill") else "#000000" for name in LIGHT
}

SANS = (
    "-apple-system,BlinkMacSystemFont,'Segoe UI Variable Text','Segoe UI',Roboto,'Noto Sans',"
    "'Liberation Sans',Arial,sans-serif"
)
MONO = (
    "ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,'Roboto Mono','Liberation Mono',"
    "'DejaVu Sans Mono',monospace"
)
LOOKS = ("auto", "light", "dark", "print", "projector")
FOLLOWING = ("auto", "projector")
"""The looks that take the colours of the page around them."""
PROJECTOR = 1.7
"""How much larger pictures are on a projector: the smallest text, 11, becomes more than 18."""
WINDOW = (1180, 620)
"""The part of a projected page, 1280 x 720 pixels, that is left for a cell's output."""

_look = "auto"
_ask = False

PAGES = {
    "light": "[data-jp-theme-light=true],[theme=light],[data-theme=light],.light,.vscode-light,"
    "[data-vscode-theme-kind=vscode-high-contrast-light]",
    "dark": "[data-jp-theme-light=false],[theme=dark],[data-theme=dark],.dark,.vscode-dark,"
    "[data-vscode-theme-kind=vscode-high-contrast]",
}
"""How pages say that they are light or dark: JupyterLab, Colab, Sphinx, marimo and VS Code."""


def palette(look: str) -> dict[str, str]:
    """The colours written into the picture itself, for viewers without support for style sheets."""
    return {"dark": DARK, "print": PRINT}.get(look, LIGHT)


@cache
def style_sheet() -> str:
    """Rules that give every class its colour, and every theme its colours.

    A page that says whether it is light or dark decides; elsewhere the reader's system does.
    """
    light, dark = variables("light"), variables("dark")
    rules = [
        f".funclab{{{light}}}",
        f"@media (prefers-color-scheme:dark){{.funclab{{{dark}}}}}",
        f":is({PAGES['light']}) .funclab{{{light}}}",
        f":is({PAGES['dark']}) .funclab{{{dark}}}",
        f"@media print{{.funclab.funclab{{{light}}}}}",
    ]
    for name in LIGHT:
        rules.append(f".funclab .f-{name}{{fill:var(--f-{name})}}")
        rules.append(f".funclab .s-{name}{{stroke:var(--f-{name})}}")
    return "".join(rules)


def variables(look: str) -> str:
    """The colours of a look as CSS variables."""
    return ";".join(f"--f-{name}:{value}" for name, value in palette(look).items())


PAGE = (
    "body{font-family:" + SANS + ";margin:2rem;color:CanvasText;background:Canvas;"
    "color-scheme:light dark}table{border-collapse:collapse;margin-top:2rem}"
    "caption{text-align:left;font-weight:600;padding:.5rem 0}"
    "th,td{text-align:left;padding:.3rem .8rem;border-bottom:1px solid GrayText;font-weight:400}"
    "thead th{font-weight:600}td:nth-child(n+3),th[scope=row]{font-family:" + MONO + "}"
)


def chosen(name: str | None = None) -> str:
    """The given look, or else the default look of views.

    Raises: ArgumentError for an unknown one.
    """
    return _look if name is None else check_look(name)


def still(name: str | None = None) -> str:
    """The look of the picture saved in a notebook, which is read on a screen."""
    name = chosen(name)
    return "auto" if name == "projector" else name


def ask() -> bool:
    return _ask


def set_look(name: str) -> None:
    """Set the look of views made from now on.

    Raises: ArgumentError for an unknown one.
    """
    global _look
    _look = check_look(name)


def set_ask(on: bool) -> None:
    """Set whether views made from now on ask a question before they show the answer."""
    global _ask
    _ask = on


def check_look(name: str) -> str:
    if name not in LOOKS:
        raise ArgumentError(
            f"Unknown look: {name!r}.",
            why=f"the looks are {', '.join(LOOKS)}.",
            fix='choose one of them, for example look="projector".',
        )
    return name
