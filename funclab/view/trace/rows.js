// Gradients that meet, one in a row, joined by lines to their sum.

import { s } from "../live/core.js";

/** The room between the gradients and their sum: at least, and where there is more. */
const APART = [44, 96];

/**
 * The line from the box of a call to its row.
 * @param {any} box
 * @param {DOMRect} origin  the place of the rows
 * @param {number} zoom
 * @param {[number, number]} end  where it ends in the rows
 */
function tie(box, origin, zoom, [x, y]) {
  const at = box.querySelector("rect").getBoundingClientRect();
  const from = (at.right - origin.left) / zoom + 6, middle = ((at.top + at.bottom) / 2 - origin.top) / zoom;
  const half = (from + x) / 2;
  return [s("path", { class: "fl-tie", d: `M${from},${middle}C${half},${middle} ${half},${y} ${x - 7},${y}` }),
    s("path", { class: "fl-tip", d: `M${x - 8},${y - 5}L${x},${y}L${x - 8},${y + 5}Z` })];
}

/**
 * Place the rows, each beside its call and below the one before, and join them.
 * @param {any} rows
 * @param {Map<string, any> | null} boxes  of a graph whose boxes are closer together, each to be tied to its row
 * @param {number} zoom
 */
export function joinRows(rows, boxes, zoom) {
  const parts = [...rows.querySelectorAll(".fl-row-part")], sum = rows.querySelector(".fl-row-sum"), middles = [];
  const wide = Math.max(...parts.map((part) => part.offsetWidth));
  const [room, own] = [rows, sum].map((one) => one.getBoundingClientRect().width / zoom);  // not rounded up
  const apart = room - own - wide < APART[1] ? APART[0] : APART[1];
  const right = Math.max(wide + apart, room - own), plus = (wide + right) / 2, ties = [];
  const origin = rows.getBoundingClientRect();
  let free = 0;
  for (const part of parts.toSorted((a, b) => a.dataset.level - b.dataset.level)) {
    const bars = part.querySelector("svg"), [inner, outer] = [bars, part].map((one) => one.getBoundingClientRect());
    const half = (inner.top - outer.top) / zoom + bars.clientHeight / 2;
    const top = Math.max(free, Number(part.dataset.level) - half), box = boxes?.get(part.dataset.call);
    part.style.top = `${top}px`;
    free = top + part.offsetHeight + 8;
    middles.push(top + half);
    if (box) ties.push(...tie(box, origin, zoom, [0, top + half]));
  }
  const middle = middles.reduce((a, b) => a + b, 0) / middles.length;
  const top = Math.max(0, middle - sum.offsetHeight / 2);
  Object.assign(sum.style, { top: `${top}px`, left: `${right}px` });
  rows.style.height = `${Math.max(free, top + sum.offsetHeight)}px`;
  const lines = middles.map((at) =>
    s("path", { d: `M${wide + 8},${at}H${plus - 24}Q${plus},${at} ${plus},${middle}` }));
  rows.querySelector(".fl-joins").replaceChildren(...ties, ...lines,
    s("path", { d: `M${plus},${middle}H${right - 6}` }), s("circle", { cx: plus, cy: middle, r: 15 }),
    s("path", { class: "fl-plus", d: `M${plus - 6},${middle}h12M${plus},${middle - 6}v12` }));
}
