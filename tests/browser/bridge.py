"""A page that talks with a view in this process, as a notebook's page does with its kernel.

The view, its messages and the page are real; in place of Jupyter's socket there is a function of
the page. So what needs a kernel is tested in a second, and where coverage sees it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import comm
import ipywidgets
from comm.base_comm import BaseComm
from playwright.sync_api import Browser, Page

import funclab
from tests.browser.waiting import laid_out, strict

# A model as anywidget gives it to a view: it keeps traits, and exchanges messages with the kernel.
MODEL = """globalThis.bridged = (id, traits) => {
  const MODELS = (globalThis.bridges ??= {}), changed = new Set(), listeners = {};
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const fire = (name, ...values) => [...listeners[name] ?? []].forEach((call) => call(...values));
  if (!globalThis.asking) globalThis.asking = setInterval(() => tell(null), 50);
  const tell = async (data) => {
    for (const [to, message] of await globalThis.kernel(id, data)) MODELS[to]?.take(message);
  };
  return MODELS[id] = {
    get: (name) => traits[name],
    set(name, value) {
      if (same(traits[name], value)) return;
      traits[name] = value;
      changed.add(name);
      fire(`change:${name}`);
    },
    save_changes() {
      const state = Object.fromEntries([...changed].map((name) => [name, traits[name]]));
      if (changed.size) tell({ method: "update", state });
      changed.clear();
    },
    send(content) { tell({ method: "custom", content }); },
    on(name, call) { (listeners[name] ??= new Set()).add(call); },
    off(name, call) { listeners[name]?.delete(call); },
    take({ method, state, content }) {
      if (method === "custom") return fire("msg:custom", content, []);
      if (method !== "update") return;
      const news = Object.entries(state).filter(([name, value]) => !same(traits[name], value));
      for (const [name, value] of news) traits[name] = value;
      for (const [name] of news) fire(`change:${name}`);
    },
    widget_manager: {
      kernel: { statusChanged: { connect() {}, disconnect() {} }, interrupt() {} },
      get_model: async (other) => MODELS[other] ?? globalThis.bridged(other, {}),
    },
  };
};"""


class Wire(BaseComm):
    """Keeps what a widget sends until the page takes it."""

    sent: ClassVar[list[tuple[str, Any]]] = []

    def publish_msg(self, msg_type: str, data: Any = None, *args: Any, **keys: Any) -> None:
        if msg_type == "comm_msg":
            self.sent.append((self.comm_id, data))


def hear(name: str, data: Any | None) -> list[tuple[str, Any]]:
    """Give a widget a message; returns all that was sent meanwhile."""
    if data is not None:  # or it only asks what is new
        widget = ipywidgets.widgets.widget._instances[name]
        widget._handle_msg({"content": {"data": data}, "buffers": []})
    count = len(Wire.sent)  # another thread may be training
    sent, Wire.sent[:count] = Wire.sent[:count], []
    return sent


def wired(monkeypatch: Any) -> None:
    """Widgets that are made from now on can be on a bridged page."""
    monkeypatch.setattr(comm, "create_comm", Wire)
    Wire.sent.clear()


def traits_of(view: Any) -> str:
    """What a page knows of a view, as JSON for a script."""
    names = [*view.page_traits(), "own_id", *({"control"} & {*view.keys})]
    return json.dumps({name: getattr(view, name) for name in names}).replace("<", "\\u003c")


def bridged_page(browser: Browser, folder: Path, view: Any, said: Callable[[str], None]) -> Page:
    """A page with a live view, or several, whose kernel is here; `said` hears of errors on it."""
    views = view if isinstance(view, list) else [view]
    models = iter(f'globalThis.bridged("{one.comm.comm_id}", {traits_of(one)})' for one in views)
    text = re.sub(
        r"model: live\.held\(.*\), el \}\);",
        lambda _: f"model: {next(models)}, el }});",
        funclab.export_html(view),
    )
    (folder / "bridged.html").write_text(strict(text), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.on("pageerror", lambda error: said(str(error)))
    page.expose_function("kernel", hear)
    page.add_init_script(MODEL)
    page.goto((folder / "bridged.html").as_uri())
    page.focus(".fl")
    laid_out(page)
    return page
