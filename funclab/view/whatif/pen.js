// The mouse and fingers on the picture of an image: they choose a cell, or draw with the pen.

import { focusOn } from "../live/focus.js";
import { stroke } from "./sample.js";

/** Listen to pointers on `box`, which holds the picture; `view` has what is done with them. */
export function followPointer(ctx, box, view) {
  let last = null;
  const place = (event) => {
    const svg = box.querySelector("svg.fl-wi-image");
    if (!svg) return null;
    const { left, top, width } = svg.getBoundingClientRect(), wide = Number(svg.getAttribute("width"));
    const scale = (wide / width) / Number(svg.dataset.side), edge = 1 / Number(svg.dataset.side);
    return { x: (event.clientX - left) * scale - edge, y: (event.clientY - top) * scale - edge };
  };
  const draw = (from, to) => {
    const part = view.image(ctx), values = view.values(ctx);
    view.setAll(ctx, stroke(values, part, from, to, view.inkOf(ctx)), true);
  };
  ctx.listen(box, "pointerdown", (event) => {
    const part = view.image(ctx), at = part && place(event);
    if (!at || at.x < 0 || at.y < 0 || at.x >= part.columns || at.y >= part.rows) return;
    focusOn(ctx.el);
    event.preventDefault();
    if (view.mode !== "pen") return view.choose(ctx, part.start + Math.floor(at.y) * part.columns + Math.floor(at.x));
    ctx.remember();
    box.setPointerCapture(event.pointerId);
    view.stroking = true;
    last = at;
    draw(at, at);
  });
  ctx.listen(box, "pointermove", (event) => {
    if (!last) return;
    const at = place(event);
    draw(last, at);
    last = at;
  });
  const end = () => {
    if (!last) return;
    last = null;
    view.stroking = false;
    view.settle(ctx);
  };
  ctx.listen(box, "pointerup", end);
  ctx.listen(box, "pointercancel", end);
}
