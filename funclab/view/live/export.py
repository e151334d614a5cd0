"""A live view as one page that opens from disk: no kernel, no network."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from funclab.view.live.base import View, script, style

# What a kernel's model offers to a view's script, for a page that has no kernel.
STAND_IN = """
const listeners = {};
const model = {
  get: (name) => traits[name],
  set: (name, value) => {
    if (JSON.stringify(traits[name]) === JSON.stringify(value)) return;
    traits[name] = value;
    (listeners[`change:${name}`] ?? []).forEach((call) => call());
  },
  save_changes: () => {},
  send: () => {},
  on: (name, call) => { (listeners[name] ??= []).push(call); },
  off: () => {},
};
exported.render({ model, el: document.querySelector("main") });
"""


def export_html(view: View, path: Any = None) -> str:
    """A self-contained page of a view, with all interaction that needs no kernel.

    Returns the page; with `path`, also writes it there.
    """
    view.complete()
    traits = {name: getattr(view, name) for name in view.page_traits()}
    # A name such as </script> must not end the script.
    data = json.dumps(traits, ensure_ascii=True).replace("<", "\\u003c")
    code = script(*view.scripts).replace("export default", "const exported =")
    page = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(view.title)}</title><style>body{{margin:1rem;color-scheme:light dark;"
        f"color:CanvasText;background:Canvas}}h1{{font:600 1.1rem system-ui,sans-serif}}{style()}"
        f"</style></head><body><main><h1>{escape(view.title)}</h1></main>"
        f'<noscript>{view.svg()}</noscript><script type="module">\n'
        f"const traits = {data};\n{code}\n{STAND_IN}</script></body></html>\n"
    )
    if path is not None:
        Path(path).write_text(page, encoding="utf-8")
    return page
