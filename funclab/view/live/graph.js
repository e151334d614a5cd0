// A drawn graph in a view: put it on the page, find its parts, ring, tag and highlight them, scroll
// to them, and send a dot along its edges. Python draws; this marks.

import { h, rectOf, s } from "./core.js";
import { pictureFrom } from "./stored.js";

export const MOTION = 250;

/** A line around the first rectangle of a drawn part, with a class and a margin; what is written at its edge, such
 * as the number of an input, is above it. */
export function ringAround(part, name = "fl-ring", margin = 4) {
  const at = rectOf(part);
  if (!at) return null;
  const size = { width: at.width + 2 * margin, height: at.height + 2 * margin };
  const ring = s("rect", { class: name, x: at.x - margin, y: at.y - margin, ...size, rx: 10 });
  let below = part.querySelector("rect");
  while (below.nextElementSibling?.matches(".fl-ring")) below = below.nextElementSibling;
  below.after(ring);
  return ring;
}

/** The numbers of inputs at the edge of a part. */
function numbersAt(part) {
  const at = rectOf(part), within = (one) => !at || one.x >= at.x && one.x + one.width <= at.x + at.width
    && one.y >= at.y && one.y + one.height <= at.y + at.height;
  return [...part.querySelectorAll(":scope>rect:not(.fl-ring)")].filter((rect) => !within(rect.getBBox()));
}

export const boundsOf = (part) => part?.getBoundingClientRect() ?? new DOMRect();
/** How much of two parts lies on each other. */
const overlap = (a, b) => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left))
  * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
export const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** How much of other parts words may cover, in square pixels. */
const MUCH = 250;

/** The width of the pill around some words. */
const widthOf = (words) => words.length * 7.4 + 12;

export class Graph {
  /** An empty place for a graph; `chosen(key)` is called with the key of a clicked part. */
  constructor(label, chosen) {
    this.el = h("div", { class: "fl-graph", tabindex: "0", role: "group", "aria-label": label });
    if (chosen) this.el.onclick = ({ target }) => {
      const key = /** @type {Element} */ (target).closest("[data-key]")?.getAttribute("data-key");
      if (key) chosen(key);
    };
  }

  /** Show a picture; the style sheet gets its width as `--wide`. Returns whether it is new. */
  put(markup) {
    if (markup === this.markup) return false;
    this.markup = markup;
    this.svg = pictureFrom(markup);
    this.el.replaceChildren(this.svg);
    this.el.style.setProperty("--wide", `${this.svg.viewBox.baseVal.width}px`);
    return true;
  }

  /** The boxes, tensors and capsules, by key. */
  parts() {
    return new Map([...this.el.querySelectorAll("[data-key]:not(.edge)")].reverse()
      .map((part) => [part.dataset.key, part]));
  }

  edges(test = (ends) => true) {
    return [...this.el.querySelectorAll(".edge")].filter(({ dataset }) => test(dataset));
  }

  /** Remove all rings, tags and marks, and these classes from the edges. */
  clear(...names) {
    for (const mark of this.el.querySelectorAll(".fl-ring,.fl-tag,.fl-mark,.fl-dot")) mark.remove();
    for (const edge of this.edges()) edge.classList.remove(...names);
  }

  /** Words in a pill whose upper left corner is given, drawn with a part. */
  tag(part, words, x, y) {
    const width = widthOf(words);
    const text = s("text", { x: x + width / 2, y: y + 13, "text-anchor": "middle" });
    text.textContent = words;
    return part.appendChild(s("g", { class: "fl-tag" }, s("rect", { x, y, width, height: 18, rx: 9 }), text));
  }

  /** The same at a corner of a ring where there is no other part, or to the right of it or above it; at a tensor, whose
   * shape fills the ring, to the left of its edge, to the right of the ring, or below. Where words would cover others,
   * their arrow stands alone. */
  sign(ring, words) {
    const part = ring.parentNode, [arrow = words] = /[↓↑+]/.exec(words) ?? [];
    const tried = [words, arrow].map((text) => this.freest(part, text, this.placesAt(ring, widthOf(text))));
    const [[text, place]] = tried[0][2] > MUCH && tried[1][2] < tried[0][2] ? tried.slice(1) : tried;
    this.tag(part, text, ...place);
  }

  placesAt(ring, wide) {
    const { x, y, width, height } = ring.getBBox(), low = y + height - 4, top = y - 14;
    const left = Math.max(0, x - 11 - wide), right = x + width - 6 - wide, after = x + width + 4;
    if (ring.parentNode.classList.contains("plate")) return [[left, low - 14], [after, low - 14], [right, low + 3]];
    const corners = [[right, low], [x + 6, low], [x + 6, top], [right, top]];
    return [...corners, [after, y + height / 2 - 9], [x + 6, y - 34], [right, y - 34]];
  }

  /** The same next to the middle of an edge; on or above one that is horizontal. */
  tagEdge(edge, words, x, y, flat) {
    const half = widthOf(words) / 2;
    const places = flat ? [[x - half, y - 9], [x - half, y - 48]] : [[x + 8, y - 9], [x - 8 - 2 * half, y - 9]];
    const [text, place] = this.freest(edge, words, places);
    this.tag(edge, text, ...place);
  }

  /** The first of some places for words inside the picture where there is no other part and no word of the part, or
   * else the one that covers, and loses, the least: the words, the place, and how much that is. */
  freest(part, words, places) {
    const others = [...this.parts().values()].filter((other) => !other.contains(part))
      .map((other) => (other.matches(".plate") ? other : other.querySelector("rect")))
      .concat(numbersAt(part), ...part.querySelectorAll(":scope.box > text")).map(boundsOf);
    const stage = boundsOf(this.el);
    const covers = places.map(([x, y]) => {
      const tag = this.tag(part, words, x, y), at = boundsOf(tag);
      tag.remove();
      return others.reduce((sum, other) => sum + overlap(other, at), overlap(at, at) - overlap(stage, at));
    });
    const least = Math.min(...covers);
    return [words, places[covers.indexOf(least)], least];
  }

  /** Scroll parts that are not in sight to the middle of the visible area; if they do not fit together, the first. */
  reveal(...parts) {
    const all = parts.filter(Boolean).map((part) => part.getBoundingClientRect());
    if (!all.length) return;
    const outer = this.el.getBoundingClientRect();
    const middle = (low, high) => {
      const from = Math.min(...all.map((at) => at[low])), to = Math.max(...all.map((at) => at[high]));
      if (from >= outer[low] && to <= outer[high]) return 0;
      const fits = to - from <= outer[high] - outer[low], first = all[0];
      return (fits ? from + to : first[low] + first[high]) / 2 - (outer[low] + outer[high]) / 2;
    };
    const zoom = this.el.currentCSSZoom ?? 1;
    this.el.scrollTop += middle("top", "bottom") / zoom;
    this.el.scrollLeft += middle("left", "right") / zoom;
  }

  /** A dot along some edges, or backward along them; none for readers who prefer reduced motion. */
  travel(edges, back) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const path of edges.map((edge) => edge.querySelector("path")).filter(Boolean)) {
      const dot = path.parentNode.appendChild(s("circle", { r: 6, class: "fl-dot" })), way = ["0%", "100%"];
      dot.style.offsetPath = `path("${path.getAttribute("d")}")`;
      dot.animate({ offsetDistance: back ? way.reverse() : way }, MOTION).onfinish = () => dot.remove();
    }
  }
}
