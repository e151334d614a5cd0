"""Pictures and live views take the colours of the page that they stand on."""

from __future__ import annotations

import pytest

from funclab.view import diagram
from funclab.view.draw import theme
from funclab.view.live.assets import style
from tests.view import models

PAGES = {
    "JupyterLab": ("", '<div data-jp-theme-light="{is_light}">'),
    "Colab": ('theme="{name}"', "<div>"),
    "Sphinx": ('data-theme="{name}"', "<div>"),
    "marimo": ('class="{name}"', "<div>"),
    "VS Code": ("", '<div class="vscode-{name}" data-vscode-theme-kind="vscode-{name}">'),
    "VS Code, high contrast": ("", '<div data-vscode-theme-kind="{contrast}">'),
}
INK = """() => [".box .f-ink", ".fl .f-ink"].map((one) =>
  getComputedStyle(document.querySelector(one)).fill)"""


@pytest.mark.parametrize("page_theme", ["light", "dark"])
@pytest.mark.parametrize("kind", PAGES)
def test_a_page_that_says_its_theme_decides_against_the_system(browser, kind, page_theme):
    system = "dark" if page_theme == "light" else "light"
    contrast = "vscode-high-contrast" + "-light" * (page_theme == "light")
    names = {"name": page_theme, "is_light": str(page_theme == "light").lower()}
    html, start = (part.format(**names, contrast=contrast) for part in PAGES[kind])
    page = browser.new_page(color_scheme=system)

    page.set_content(
        f"<html {html}><body>{start}{diagram(models.called_twice()).svg}<style>{style()}</style>"
        '<div class="fl funclab"><svg><text class="f-ink">live</text></svg></div></div></html>'
    )

    assert page.evaluate(INK) == [rgb(theme.palette(page_theme)["ink"])] * 2
    page.close()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_a_look_that_was_chosen_stays_on_every_page(browser, look):
    page = browser.new_page(color_scheme="light")

    other = "dark" if look == "light" else "light"
    page.set_content(
        f'<body class="{other}">{diagram(models.called_twice(), look=look).svg}'
        f'<style>{style()}</style><div class="fl funclab" data-look="{look}">'
        '<svg><text class="f-ink">live</text></svg></div></body>'
    )

    assert page.evaluate(INK) == [rgb(theme.palette(look)["ink"])] * 2
    page.close()


def rgb(colour):
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"
