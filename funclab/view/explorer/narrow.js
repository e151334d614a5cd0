// Pictures in another width: on a phone, the weights that calls share stand under the graph instead of beside it;
// where there is room, columns of a graph stand farther apart.

import { rectOf } from "../live/core.js";
import { moveAll, PARTS, resize } from "../live/stretch.js";

/** The dotted lines from calls to the weights that they share. */
const TIES = "path[stroke-dasharray]:not(.box *,.capsule *,.edge *,.plate *)";
const GAP = 12, RIM = 6;
/** The least gap between two columns, how far apart they may be moved, and what is not worth it. */
const BETWEEN = 12, FARTHEST = 112, LITTLE = 8;
/** How much of the room beside a picture its columns take. */
const SPREAD = 0.9;

/** Where a path begins and where it ends. */
function endsOf(path) {
  const numbers = path.getAttribute("d").match(/-?[\d.]+/g).map(Number);
  return [numbers.slice(0, 2), numbers.slice(-2)];
}

/** Put all capsules of a picture under its boxes, if they stand to the right of them. */
export function lowerCapsules(svg) {
  const all = (what) => [...svg.querySelectorAll(what)], capsules = all(".capsule");
  if (!capsules.length) return;
  const drawn = all(".box,.plate,.edge").map((one) => one.getBBox());
  const right = Math.max(...drawn.map(({ x, width }) => x + width)) + GAP, left = rectOf(all(".box")[0]).x;
  if (capsules.some((one) => rectOf(one).x < right - 2 * GAP)) return;
  const { a, e, f } = capsules[0].parentNode.getCTM(), ties = all(TIES);
  let bottom = Math.max(...drawn.map(({ y, height }) => y + height)) + GAP;
  for (const capsule of capsules) {
    const { x, y, width, height } = rectOf(capsule), middle = bottom + height / 2, by = bottom - y;
    for (const tie of ties.filter((one) => Math.hypot(endsOf(one)[1][0] - x, endsOf(one)[1][1] - y - height / 2) < 2)) {
      const [[from, at]] = endsOf(tie);
      tie.setAttribute("d", `M${from},${at}H${right - GAP / 2}V${middle}H${left + width}`);
    }
    moveAll(capsule.querySelectorAll(PARTS), (at) => at - x + left, (at) => at + by);
    bottom += height + GAP;
  }
  resize(svg, Math.ceil(e / a + Math.max(right, ...capsules.map((one) => left + rectOf(one).width)) + RIM),
    Math.ceil(f / a + bottom));
}

/** Where the columns of boxes end, but for the last one. */
function endsOfColumns(svg) {
  const spans = [...svg.querySelectorAll(".box,.plate")].map((one) => one.getBBox())
    .map(({ x, width }) => [x, x + width]).toSorted((a, b) => a[0] - b[0]);
  const ends = [];
  let end = Infinity;
  for (const [from, to] of spans) {
    if (from - end > BETWEEN) ends.push(end + 1);
    end = Math.max(end === Infinity ? to : end, to);
  }
  return ends;
}

/**
 * Move the columns of a picture apart, so that little of its room is left at its sides. Returns by how much.
 * @param {any} svg
 * @param {number} free  the room beside a picture as it is drawn
 * @param {number} before  by how much they have been moved
 */
export function spreadColumns(svg, free, before) {
  const ends = endsOfColumns(svg);
  const by = Math.max(0, Math.min(FARTHEST, Math.floor((free * SPREAD) / ends.length))), more = by - before;
  if (!ends.length || Math.abs(more) < LITTLE) return before;
  const [width, height] = ["width", "height"].map((name) => Number(svg.getAttribute(name)));
  moveAll(svg.querySelectorAll(PARTS), (at) => at + more * ends.filter((end) => end <= at).length, (at) => at);
  resize(svg, width + more * ends.length, height);
  return by;
}
