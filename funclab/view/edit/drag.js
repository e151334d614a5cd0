// A drag from one box to another: the call where it ends reads the call where it began, too.

import { rectOf, s } from "../live/core.js";
import { ringAround } from "../live/graph.js";

/** How far a pointer moves until it drags, in pixels. */
const FAR = 8;
/** How near to the edge of the graph a drag scrolls it, how far at a time, and how often, in milliseconds. */
const EDGE = 28, STRIDE = 12, OFTEN = 50;

/**
 * Listen to pointers on the graph. A finger drags from the box that is selected; elsewhere it scrolls.
 * @param {Context} ctx
 * @param {import("./view.js").Edit} edit
 */
export function followDrag(ctx, edit) {
  const { graph } = edit, { el } = graph;
  let from = null, dragged = false;
  /** The call under a pointer. */
  const callAt = ({ clientX, clientY }) => {
    const root = /** @type {Document} */ (el.getRootNode()), part = root.elementFromPoint(clientX, clientY);
    return edit.callOf(part?.closest(".fl-graph [data-key]")?.getAttribute("data-key") ?? "");
  };
  const clear = () => { from?.line?.remove(); from?.ring?.remove(); };
  const end = () => { clear(); clearInterval(from?.drift); from = null; };
  /** Scroll while the pointer is at an edge. */
  const drift = () => {
    const { top, bottom, left, right } = el.getBoundingClientRect(), { clientX, clientY } = from.at;
    const way = (low, at, high) => (at < low + EDGE ? -STRIDE : at > high - EDGE ? STRIDE : 0);
    el.scrollBy(way(left, clientX, right), way(top, clientY, bottom));
    draw(from.at);
  };
  const draw = (event) => {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(graph.svg.getScreenCTM().inverse());
    const at = rectOf(edit.boxOf(from.key)), call = callAt(event);
    clear();
    from.line = graph.svg.appendChild(s("path", { class: "fl-drag",
      d: `M${at.x + at.width / 2} ${at.y + at.height / 2}L${x} ${y}` }));
    from.ring = call && call.key !== from.key ? ringAround(edit.boxOf(call.key), "fl-ring fl-lit") : null;
  };
  ctx.listen(el, "pointerdown", (event) => {
    const call = callAt(event), finger = event.pointerType === "touch";
    dragged = false;
    from = call && event.isPrimary && (!finger || call.key === ctx.state.selected)
      ? { key: call.key, x: event.clientX, y: event.clientY } : null;
  });
  ctx.listen(el, "pointermove", (event) => {
    if (!from || !dragged && Math.hypot(event.clientX - from.x, event.clientY - from.y) < FAR) return;
    from.at = event;
    if (!dragged) {
      dragged = true;
      el.setPointerCapture(event.pointerId);
      from.drift = setInterval(drift, OFTEN);
    }
    draw(event);
  });
  ctx.listen(el, "pointerup", (event) => {
    const call = from && dragged && callAt(event), source = from?.key;
    end();
    if (call && call.key !== source) edit.join(source, call.key);
  });
  ctx.listen(el, "pointercancel", end);
  ctx.cleanups.push(end);
  // Or a finger scrolls the graph, and its pointer is cancelled.
  const hold = (event) => { if (from && event.cancelable) event.preventDefault(); };
  el.addEventListener("touchstart", hold, { passive: false });
  // What ends a drag is no click.
  el.addEventListener("click", (event) => { if (dragged) event.stopImmediatePropagation(); }, { capture: true });
}
