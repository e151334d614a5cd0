"""Settings of Sphinx for the site, which `python -m docs` builds from generated sources."""

from __future__ import annotations

import inspect
from typing import Any

from docs.fields import as_fields
from funclab import __version__

project = "funclab"
author = "funclab contributors"
copyright = "funclab contributors; BSD-3-Clause"
version = release = __version__

extensions = ["myst_nb", "sphinx.ext.autodoc"]
nb_execution_mode = "off"  # lessons show the outputs they are kept with
myst_enable_extensions = ["attrs_inline", "colon_fence"]
myst_heading_anchors = 2
autodoc_inherit_docstrings = False
autodoc_preserve_defaults = True
autodoc_typehints = "none"  # docstrings say which types there are
autodoc_class_signature = "mixed"
add_module_names = False
toc_object_entries_show_parents = "hide"
nitpicky = False

html_theme = "pydata_sphinx_theme"
html_title = "funclab"
html_favicon = "_static/logo.svg"
html_static_path = ["_static"]
html_css_files = ["pictures.css", "site.css"]
html_js_files = [("live.js", {"type": "module"})]
html_extra_path = ["offline.js"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_sidebars = {
    name: []
    for name in (
        *(
            "index",
            "ways",
            "views",
            "drop",
            "offline",
            "runs",
            "teaching",
            "hubs",
            "speed",
            "sweeps",
            "clusters",
        ),
        *("gallery/index", "lessons/index", "keras/index", "keras/names", "genindex", "search"),
    )
}
html_context = {"default_mode": "auto"}  # light or dark, as the system is
html_theme_options = {
    "logo": {
        "text": "funclab",
        "image_light": "_static/logo.svg",
        "image_dark": "_static/logo.svg",
        "alt_text": "",  # the name is beside it
    },
    "navbar_end": ["theme-switcher"],
    "footer_end": [],
    "show_version_warning_banner": False,
    "secondary_sidebar_items": {
        page: ["page-toc"]
        for page in ("reference/*", "errors/*", "keras/*", "views", "teaching", "clusters")
    },
    "header_links_before_dropdown": 5,
}
linkcheck_ignore = [r"^lite/", r"https?://localhost"]


def setup(app: Any) -> None:
    def fields(_app: Any, kind: str, name: str, item: Any, options: Any, lines: list[str]) -> None:
        lines[:] = as_fields(lines)

    def arguments(_app: Any, kind: str, name: str, item: Any, *rest: Any) -> Any:
        """Of a class: those that Shift+Tab shows in a notebook, which Sphinx does not look for."""
        if kind not in ("class", "exception"):
            return None
        try:
            signature = inspect.signature(item)
        except (TypeError, ValueError):  # as of a builtin
            return None
        plain = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
        return str(inspect.Signature(plain)), ""

    app.connect("autodoc-process-docstring", fields)
    app.connect("autodoc-process-signature", arguments)
