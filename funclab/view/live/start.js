// What puts a view on the page, and how notebooks load it.

import { Context, h } from "./core.js";
import { underCover } from "./cover.js";
import { announce } from "./kernel.js";
import { Keys } from "./keys.js";
import { focusOn } from "./focus.js";

/** When a view that has the focus is removed from the page, its cell gets the focus. */
function handOver(el) {
  el.addEventListener("focusout", () => {
    const cell = el.closest(".jp-Cell");
    setTimeout(() => {
      if (!el.isConnected && document.activeElement === document.body) focusOn(cell);
    });
  });
}

/**
 * Put `view` on the page for `model`; returns a function that removes it again.
 * @param {Model} model
 * @param {HTMLElement} host
 * @param {View} view
 */
export function start(model, host, view) {
  const kind = view.low?.(model) ? "fl-low" : "fl-tall";
  const el = h("div", {
    class: `funclab fl fl-${view.name} ${kind}`, tabindex: "0", role: "group", "data-look": model.get("look"),
    "aria-label": model.get("title"), "aria-roledescription": TEXTS.view,
  });
  // A view may be on the page twice: each copy keeps the state of its own drawing.
  const ctx = new Context(model, el, Object.create(view));
  const keys = new Keys(ctx);
  handOver(el);
  ctx.frame(host, keys.table);
  const settle = () => ctx.settle();
  ctx.watchSizes(settle, ctx.foot);
  ctx.listen(window, "resize", settle);
  ctx.view.draw(ctx);
  ctx.update();
  keys.draw();

  const redraw = () => ctx.update();
  for (const name of ["state", "look", "tour", "stop", "facts", "pictures", "ask"]) ctx.hear(`change:${name}`, redraw);
  ctx.hear("change:answers", () => ctx.answeredElsewhere());
  ctx.hear("msg:custom", (message) => ctx.follow(message));
  return () => {
    ctx.cleanups.forEach((cleanUp) => cleanUp());
    el.remove();
  };
}

/**
 * A view as notebooks load it: what `make` returns, drawn for a model. Python changes the traits in
 * `changing` as long as something is under way, and each save of the notebook stores them.
 * @param {() => View} make
 * @param {string[] | null} changing
 */
export function liveView(make, changing = null) {
  return {
    changing,
    initialize: ({ model }) => announce(model),
    render: ({ model, el }) => underCover(model, el, () => start(model, el, make())),
  };
}
