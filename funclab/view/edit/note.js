// The note beside a call that fails.

import { h } from "../live/core.js";
import { boundsOf, meet } from "../live/graph.js";

/** The widths of a note, and the gap between it and the call. */
const LEAST = 80, MOST = 152, GAP = 16;

/**
 * At the left of the call that fails, if there is room beside all other calls: why it does.
 * @param {Context} ctx
 * @param {import("./view.js").Edit} view
 */
export function noteFault(ctx, view) {
  const { graph: { el } } = view, { error } = view.here, box = error?.why && view.boxOf(error.key);
  el.querySelector(".fl-fault-note")?.remove();
  if (!box) return;
  const pane = el.getBoundingClientRect(), at = box.querySelector("rect").getBoundingClientRect();
  const left = (at.left - pane.left) / ctx.zoom, width = Math.min(MOST, left - 2 * GAP);
  if (width < LEAST) return;
  const top = (at.top + at.height / 2 - pane.top) / ctx.zoom + el.scrollTop;
  const style = `width:${width}px;left:${left - GAP - width + el.scrollLeft}px;top:${top}px`;
  const note = h("p", { class: "fl-fault-note", style }, error.why.split(";")[0]);
  el.append(note);
  const others = [...view.parts.values()].filter((part) => part !== box && !part.contains(box));
  if (others.some((part) => meet(boundsOf(part.querySelector("rect")), boundsOf(note)))) note.remove();
}
